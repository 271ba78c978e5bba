"""`--cost` and `--class-weight` as flags: the screen, the JSON, the gate, and the tasks that refuse them."""

import json

import numpy as np
import pytest


@pytest.fixture
def binary(write):
    rng = np.random.default_rng(2)
    y = (rng.random(300) < 0.3).astype(int)
    s = rng.normal(2.0 * y - 1.5, 1.0)
    p = 1 / (1 + np.exp(-s))
    rows = "".join(f"{a},{b:.6f},{c:.6f},{c:.6f},{int(c > 0)}\n" for a, b, c in zip(y, p, s, strict=True))
    return write("y,m_prob,s_score,l_logit,z_pred\n" + rows, "binary.csv"), y, np.round(p, 6), np.round(s, 6)


def costs(inside, *arguments):
    done = inside("compare", *arguments, "--format", "json")
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


def test_the_json_has_the_costs(inside, binary):
    name, y, p, _ = binary
    found = costs(inside, name, "--cost", "fp=1,fn=4")
    by_model = {one["model"]: one for one in found["costs"]}
    label = p > 0.5
    expected = np.mean(np.where(y == 1, np.where(label, 0, 4), np.where(label, 1, 0)))
    own = by_model["m_prob"]
    assert own["spec"] == "cost:fp=1,fn=4,tp=0,tn=0"
    assert own["cost"] == pytest.approx(expected, rel=1e-12)
    assert own["low"] < own["cost"] < own["high"]
    assert (own["threshold"], own["theoretical_threshold"], own["reason"]) == (0.5, 0.2, None)
    best = min(
        np.mean(np.where(y == 1, np.where(p > t, 0, 4), np.where(p > t, 1, 0))) for t in (*np.unique(p), -1.0)
    )
    assert own["best_cost"] == pytest.approx(best, rel=1e-12)
    assert own["best_low"] <= own["best_threshold"] < own["best_high"]
    score, logit = by_model["s_score"], by_model["l_logit"]
    assert (score["threshold"], score["theoretical_threshold"]) == (0.0, None)
    assert "no probability" in score["reason"]
    assert logit["theoretical_threshold"] == pytest.approx(np.log(0.2 / 0.8))
    assert score["best_cost"] == logit["best_cost"] == own["best_cost"]
    labels = by_model["z_pred"]
    assert (labels["threshold"], labels["best_threshold"]) == (None, None)
    assert labels["cost"] == pytest.approx(expected)
    assert "no threshold" in labels["reason"]


def test_the_loss_is_there_once(inside, binary):
    found = costs(inside, binary[0], "--cost", "fp=1,fn=4")
    assert [one["spec"] for one in found["losses"] if one["name"] == "cost"] == ["cost:fp=1,fn=4,tp=0,tn=0"]
    found = costs(inside, binary[0], "--cost", "fp=1,fn=4", "--loss", "bce", "--pred", "m_prob")
    assert [one["name"] for one in found["losses"]] == ["bce", "cost"]
    assert costs(inside, binary[0])["costs"] == []


def test_right_decisions_may_pay(inside, binary):
    name, y, p, _ = binary
    (one,) = costs(inside, name, "--pred", "m_prob", "--cost", "fp=1,fn=4,tp=-2")["costs"]
    label = p > 0.5
    assert one["cost"] == pytest.approx(np.mean(np.where(y == 1, np.where(label, -2, 4), label)))
    assert one["theoretical_threshold"] == 1 / 7


def test_the_threshold_flag_moves_the_cost(inside, binary):
    name, y, p, _ = binary
    found = costs(inside, name, "--pred", "m_prob", "--cost", "fp=1,fn=4", "--threshold", "0.2")
    (one,) = found["costs"]
    assert one["threshold"] == 0.2
    assert one["cost"] == pytest.approx(np.mean(np.where(y == 1, 4.0 * (p <= 0.2), p > 0.2)))


def test_class_weights_turn_the_theory(inside, binary):
    """Rows of class 1 that count four times as much: as if missing one cost four times as much."""
    name = binary[0]
    (one,) = costs(inside, name, "--pred", "m_prob", "--cost", "fp=1,fn=1", "--class-weight", "1=4")["costs"]
    assert one["theoretical_threshold"] == 0.2


def test_the_gate(inside, binary):
    name = binary[0]
    gate = ("--fail-if", "cost[m_prob] > 0.3")
    found = costs(inside, name, "--cost", "fp=1,fn=4", *gate)
    own = next(one for one in found["costs"] if one["model"] == "m_prob")
    assert found["gates"][0]["value"] == own["cost"]
    assert found["gates"][0]["verdict"] == ("fail" if own["cost"] > 0.3 else "pass")
    assert inside("compare", name, "--cost", "fp=1,fn=4", "--fail-if", "cost > 0.01").returncode == 1
    done = inside(
        "compare", name, "--cost", "fp=1,fn=4", "--baseline", "m_prob", "--max-regression", "cost=5%"
    )
    assert done.returncode in (0, 1), done.stderr
    assert "cost:fp=1,fn=4" in done.stderr


def test_the_screen(inside, binary):
    name = binary[0]
    text = inside("compare", name, "--cost", "fp=1,fn=4", "--class-weight", "balanced").stdout
    assert "class weights 0 0." in text
    (head,) = [line for line in text.splitlines() if line.startswith("COST fp=1, fn=4")]
    assert head.split()[3:] == ["threshold", "cost", "95", "%", "best", "at", "cost", "there", "in", "theory"]
    assert "judged on the same rows: optimistic" in " ".join(text.split())
    assert "COST" not in inside("compare", name).stdout
    assert "COST fp=1, fn=4" in inside("compare", name, "--cost", "fp=1,fn=4", "--format", "markdown").stdout


@pytest.mark.parametrize(
    ("flag", "why"),
    [
        ("fp=0,fn=0", "fp=0 is not above tn=0"),
        ("fp=1,fn=-1", "fn=-1 is not above tp=0"),
        ("fp=1,tn=1", "fp=1 is not above tn=1"),
        ("fp=x", "this is not NAME=NUMBER"),
        ("fp", "this is not NAME=NUMBER"),
        ("fq=1", "has no parameter 'fq'"),
        ("fp=inf", "is not any number"),
        ("", "this is not NAME=NUMBER"),
    ],
)
def test_what_is_no_cost(inside, binary, flag, why):
    done = inside("compare", binary[0], "--cost", flag)
    assert (done.returncode, done.stdout) == (2, "")
    assert why in done.stderr


def test_other_tasks_refuse_them_by_name(inside, write, data):
    done = inside("compare", data, "--cost", "fp=5,fn=1")
    assert done.returncode == 2
    assert "--cost fp=5,fn=1: the task is regression" in done.stderr
    classes = write("y,pred_a\n" + "a,a\nb,b\nc,a\n" * 5, "classes.csv")
    done = inside("compare", classes, "--cost", "fp=5,fn=1")
    assert done.returncode == 2
    assert "the task is multiclass" in done.stderr
    assert "a matrix of costs is not read" in done.stderr
    done = inside("compare", data, "--class-weight", "balanced")
    assert "--class-weight balanced: the task is regression" in done.stderr
    assert inside("compare", classes, "--class-weight", "balanced", "--loss", "zero_one").returncode == 0
    done = inside("fit", data, "--class-weight", "1=2")
    assert done.returncode == 2
    assert "--class-weight 1=2: the task is regression" in done.stderr


def test_diff_tells_other_class_weights(inside, binary):
    name = binary[0]
    inside("compare", name, "--output", "a.json", "-q")
    inside("compare", name, "--output", "b.json", "-q", "--class-weight", "balanced")
    assert "the weight of each class differs" in inside("diff", "a.json", "b.json").stdout
    assert "each class" not in inside("diff", "b.json", "b.json").stdout
