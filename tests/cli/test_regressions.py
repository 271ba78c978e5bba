"""--max-regression: certain orders, tolerances of both kinds, one interval wherever the baseline stands."""

import json

import numpy as np
import pytest

from .earlier import table

JSON = ("--format", "json")
N = 300
_rng = np.random.default_rng(11)
Y = _rng.normal(10, 3, N).round(4)
E = _rng.normal(0, 1, N).round(4)
OLD, NEW = (Y + E).round(4), (Y + 1.1 * E + _rng.normal(0, 0.3, N)).round(4)
IDS = [f"k{i:03d}" for i in range(N)]


def gates(done):
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)["gates"]


def pasted(done):
    """The lines to paste, as words."""
    lines = (line.split("  # ")[0] for line in done.stderr.splitlines() if line.startswith("  losscli "))
    return [line.split() for line in lines]


def numbers(write, old, new, y=None):
    write(table({"y": np.arange(len(old)) % 7 if y is None else y, "old": old, "new": new}), "two.csv")
    return (
        "compare",
        "two.csv",
        "--task",
        "regression",
        "--pred",
        "old",
        "--pred",
        "new",
        "--baseline",
        "old",
    )


ZERO = np.arange(60) % 7
CERTAIN = [  # old, new, gate, verdict
    (ZERO, ZERO + 1.0, "mae=2%", "fail"),
    (ZERO, ZERO + 1e-9, "rmse=900%", "fail"),
    (ZERO + 1.0, ZERO, "mae=0%", "pass"),
    (ZERO, ZERO, "mae=0%", "pass"),
    (ZERO + 1.0, ZERO + 1.0, "mae=0%", "pass"),
    (ZERO + 1.0, ZERO - 1.0, "mae=0%", "pass"),
]


@pytest.mark.parametrize(("old", "new", "gate", "verdict"), CERTAIN)
@pytest.mark.parametrize("strict", [False, True])
def test_what_is_certain_is_never_inconclusive(inside, write, old, new, gate, verdict, strict):
    words = (
        *numbers(write, old, new),
        "--max-regression",
        gate,
        "--inconclusive",
        "fail" if strict else "warn",
    )
    done = inside(*words, "-q")
    assert done.returncode == (verdict == "fail") and done.stderr.startswith(f"gate: {verdict.upper()} ")


@pytest.mark.parametrize(
    ("old", "new", "verdict", "said"),
    [
        ([0.9, 0.2], [1.0, 1.0], "fail", "0.164 -> infinite, limit +2 % (infinite: row 2 and 39 more;"),
        ([1.0, 1.0], [0.9, 0.2], "pass", "infinite -> 0.164, limit +2 % (infinite: row 2 and 39 more;"),
        ([1.0, 1.0], [0.0, 0.2], "inconclusive", "infinite -> infinite, limit +2 % (both are infinite)"),
    ],
)
def test_an_infinite_loss_is_worse_than_any(inside, write, old, new, verdict, said):
    write(table({"y": [1, 0] * 40, "old_prob": old * 40, "new_prob": new * 40}), "two.csv")
    words = ("compare", "two.csv", "--baseline", "old_prob", "--max-regression", "bce=2%", "-q")
    done = inside(*words)
    assert done.stderr.startswith(f"gate: {verdict.upper()} bce: {said}")
    assert done.returncode == (verdict == "fail")


def test_any_loss_or_metric_and_its_better_side(inside, write):
    """A model that is worse fails against the better one, which passes against it."""
    rng = np.random.default_rng(2)
    logit = rng.normal(0, 2, 3_000)
    y = (rng.random(3_000) < 1 / (1 + np.exp(-logit))).astype(int)
    good, bad = (1 / (1 + np.exp(-(logit + s * rng.normal(size=3_000)))) for s in (0.0, 3.0))
    write(table({"y": y, "good_prob": good, "bad_prob": bad}), "two.csv")
    limits = ("recall=2%", "recall=+0.02", "accuracy=1%", "roc_auc=+0.01", "bce=+0.05")
    asked = [word for limit in limits for word in ("--max-regression", limit)]
    for base, verdict in (("good_prob", "fail"), ("bad_prob", "pass")):
        found = gates(inside("compare", "two.csv", "--baseline", base, *asked, *JSON))
        assert len(found) == len(limits)
        for one in found:
            assert one["verdict"] == verdict
            assert (one["value"] > one["threshold"]) == (verdict == "fail")
            assert one["low"] < one["value"] < one["high"] and one["level"] == 0.9
            worse = one["new"] - one["old"] if one["spec"] == "bce" else one["old"] - one["new"]
            assert one["value"] == pytest.approx(worse / one["old"] if one["relative"] else worse, rel=1e-9)


def test_the_line_says_all(inside, write):
    done = inside(*numbers(write, OLD, NEW, Y), "--max-regression", "mae=2%", "-q")
    (one,) = gates(inside(*numbers(write, OLD, NEW, Y), "--max-regression", "mae=2%", *JSON))
    change, low, high = (100 * one[key] for key in ("value", "low", "high"))
    assert done.stderr == (
        f"gate: FAIL mae: {one['old']:.3g} -> {one['new']:.3g}, {change:+.3g} % "
        f"(90 % interval {low:+.3g} to {high:+.3g}), limit +2 %; new against old\n"
    )
    y = (np.arange(600) % 2).astype(int)
    first, second = y.copy(), y.copy()
    first[1:20:2], second[1:200:2] = 0, 0
    write(table({"y": y, "old_pred": first, "new_pred": second}), "labels.csv")
    words = ("compare", "labels.csv", "--baseline", "old_pred", "--max-regression", "recall=+0.05", "-q")
    done = inside(*words)
    assert done.returncode == 1
    assert done.stderr.startswith("gate: FAIL recall: 0.967 -> 0.667, -0.3 (90 % interval -0.3")
    assert ", limit -0.05; new_pred against old_pred" in done.stderr


def test_each_gate_stands_by_itself(inside, write):
    """A gate that fails fails beside any number of others."""
    words = (*numbers(write, OLD, NEW, Y), "-q", "--max-regression", "mae=2%")
    more = [word for k in range(1, 9) for word in ("--max-regression", f"huber:delta={k}=400%")]
    for others in ((), more):
        done = inside(*words, *others)
        assert done.returncode == 1 and done.stderr.startswith("gate: FAIL mae:")
        assert done.stderr.count("\n") == 1 + len(others) // 2


@pytest.mark.parametrize(
    ("gate", "words", "lines"),
    [
        ("mae=0.02", "a share of the baseline, or in the unit of mae?", ["mae=2%", "mae=+0.02"]),
        ("mae=3", "a share of the baseline, or in the unit of mae?", ["mae=3%", "mae=+3"]),
        ("r2=2%", "r2 can be 0 or below", ["r2=+0.01"]),
        ("gaussian_nll=2%", "gaussian_nll can be 0 or below", ["gaussian_nll=+0.01"]),
        ("bias=2%", "no side of bias is worse", []),
        ("maee=2%", "no loss or metric is called 'maee'", []),
        ("mae=-2%", "is no allowance", []),
        ("mae", "is no allowance", []),
    ],
)
def test_what_is_no_tolerance(inside, write, gate, words, lines):
    """What is printed to paste runs, with the other gates of the line in it."""
    if gate.startswith("gaussian"):
        write(
            table({"y": Y, "old_mean": OLD, "old_std": Y * 0 + 1, "new_mean": NEW, "new_std": Y * 0 + 2}),
            "two.csv",
        )
        typed = ("compare", "two.csv", "--baseline", "old")
    else:
        typed = numbers(write, OLD, NEW, Y)
    other = "crps_gaussian=90%" if gate.startswith("gaussian") else "rmse=90%"
    done = inside(*typed, "-q", "--max-regression", other, "--max-regression", gate)
    assert done.returncode == 2 and words in done.stderr
    printed = [
        line.split("  # ")[0].split() for line in done.stderr.splitlines() if line.startswith("  losscli ")
    ]
    assert [line[-1] for line in printed] == lines
    for line in printed:
        again = inside(*line[1:])
        assert again.returncode in (0, 1) and again.stderr.count("gate: ") == 2


GATES = ("mae=2%", "rmse=+0.1", "rmse=3%", "wmape=2%", "r2=+0.01", "mape=+0.01")


def test_the_interval_is_one_wherever_the_baseline_stands(inside, write):
    """Against a model of the same file, a file of predictions in another order, and its result."""
    order = np.random.default_rng(0).permutation(N)
    write(table({"id": IDS, "y": Y, "new": NEW, "old": OLD}), "both.csv")
    write(table({"id": IDS, "y": Y, "pred": OLD}, order), "before.csv")
    write(table({"id": IDS, "y": Y, "pred": NEW}), "after.csv")
    roles = ("--id", "id", "--task", "regression", "--scale", "1")
    kept = (*roles, "--replicates", "-q", "--output", "before.json")
    assert inside("compare", "before.csv", *kept).returncode == 0
    asked = (*roles, *(word for gate in GATES for word in ("--max-regression", gate)), *JSON)
    first = gates(
        inside("compare", "both.csv", "--pred", "new", "--pred", "old", "--baseline", "old", *asked)
    )
    assert len(first) == len(GATES)
    for baseline in ("before.csv", "before.json", "before.json:pred"):
        found = gates(inside("compare", "after.csv", "--baseline", baseline, *asked))
        for one, other in zip(first, found, strict=True):
            assert (one["text"], one["verdict"]) == (other["text"], other["verdict"])
            for key in ("old", "new", "value", "low", "high"):
                assert other[key] == pytest.approx(one[key], rel=1e-9), (one["text"], key)


def test_rows_that_one_side_has_are_left_out_by_match(inside, write):
    """A test set that grew and shrank: the line says how many rows both have; the figures are of these."""
    write(table({"id": IDS[:250], "y": Y[:250], "pred": OLD[:250]}), "before.csv")
    write(table({"id": IDS[30:], "y": Y[30:], "pred": NEW[30:]}), "after.csv")
    kept = ("--id", "id", "--loss", "mae", "--replicates", "-q", "--output", "before.json")
    assert inside("compare", "before.csv", *kept).returncode == 0
    words = ("compare", "after.csv", "--id", "id", "--loss", "mae", "--max-regression", "mae=2%")
    for baseline in ("before.csv", "before.json"):
        done = inside(*words, "--baseline", baseline)
        assert done.returncode == 2
        (line,) = [one for one in done.stderr.splitlines() if one.endswith("rows that both have")] or [""]
        if baseline == "before.json":
            assert line.startswith("  losscli compare after.csv") and "--match common" in line
    (file,) = gates(inside(*words, "--baseline", "before.csv", "--match", "common", *JSON))
    (kept,) = gates(inside(*words, "--baseline", "before.json", "--match", "common", *JSON))
    for key in ("old", "new", "value", "low", "high"):
        assert kept[key] == pytest.approx(file[key], rel=1e-9)
    assert kept["old"] == pytest.approx(np.abs(OLD - Y)[30:250].mean(), rel=1e-12)
    assert kept["reason"] == "220 rows in both; 30 only in before.json, 50 only here"


def test_a_model_of_an_earlier_result_by_its_name(inside, write):
    write(table({"id": IDS, "y": Y, "rf": OLD, "gb": OLD + 0.5}), "before.csv")
    write(table({"id": IDS, "y": Y, "xgb": NEW}), "after.csv")
    kept = ("--id", "id", "--pred", "rf", "--pred", "gb", "--loss", "mae", "--replicates", "-q")
    assert inside("compare", "before.csv", *kept, "--output", "before.json").returncode == 0
    words = ("compare", "after.csv", "--id", "id", "--pred", "xgb", "--max-regression", "mae=2%")
    done = inside(*words, "--baseline", "before.json")
    assert done.returncode == 2
    printed = [
        line.split("  # ")[0].split() for line in done.stderr.splitlines() if line.startswith("  losscli ")
    ]
    assert [line[-1] for line in printed] == ["before.json:rf", "before.json:gb"]
    for line in printed:
        (one,) = gates(inside(*line[1:], *JSON))
        assert one["baseline"] == line[-1]
    done = inside(*words, "--baseline", "before.json:no")
    assert done.returncode == 2 and "before.json has no model 'no'" in done.stderr
    done = inside(*words[:-2], "--baseline", "before.json:rf", "--fail-if", "mae > 0.1", "-q")
    assert done.returncode == 1 and "no uncertainty used" in done.stderr


def test_a_plain_loss_of_half_as_much_again_fails_on_many_rows(inside, write):
    """2 % positives, 70,000 rows: few rows carry the log loss, and the gate sees that it is half above."""
    rng = np.random.default_rng(3)
    n = 70_000
    logit = rng.normal(-8, 4, n)
    y = (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(int)
    old, new = (1 / (1 + np.exp(-s * logit)) for s in (1.0, 2.6))
    write(table({"y": y, "old_prob": old, "new_prob": new}), "many.csv")
    words = ("compare", "many.csv", "--baseline", "old_prob", "--loss", "bce", "--resamples", "400")
    (one,) = gates(inside(*words, "--max-regression", "bce=2%", *JSON))
    assert one["verdict"] == "fail" and one["value"] > 0.3
