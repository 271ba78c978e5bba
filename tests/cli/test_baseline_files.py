"""--baseline FILE: verdicts against an earlier result with replicates, and against earlier predictions."""

import json
import re

import numpy as np
import pytest

from .earlier import ID, LOSSES, ROWS, N, gated, old, result, table, worse

MAE = ("--max-regression", "mae=2%")
JSON = ("--format", "json")


def gates(done):
    return {one["model"]: one for one in result(done)["gates"]}


# ── an earlier result ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("form", ["text", "json", "csv", "markdown"])
def test_codes_in_every_format(inside, write, form):
    old(inside, write)
    for columns, code, said in (
        (
            worse(times=0.9),
            0,
            "gate: PASS mae: 0.514 -> 0.463, -10 % (90 % interval -10 to -10), limit +2 %",
        ),
        (
            worse(times=1.5),
            1,
            "gate: FAIL mae: 0.514 -> 0.771, +50 % (90 % interval +50 to +50), limit +2 %",
        ),
        (worse(id=[f"x{i}" for i in range(N)]), 2, "error: --baseline old.json: the rows are not the same"),
    ):
        write(table(columns), "new.csv")
        done = inside(*gated(*MAE, "--format", form))
        assert done.returncode == code and done.stderr.startswith(said)
        assert (done.stdout == "") == (code == 2)
        if code == 1 and form == "text":
            assert re.search(r"\nmae=2%  rf_pred  fail +0\.514 -> 0\.771 +\+50 % \[", done.stdout)


def test_the_commands_in_processes_of_their_own(losscli, write):
    write(table(ROWS), "old.csv")
    write(table(worse()), "new.csv")
    words = (*ID, "--loss", "mae", "--replicates", "-q", "--output")
    assert losscli("compare", "old.csv", *words, "old.json").returncode == 0
    done = losscli("compare", "new.csv", *words, "new.json", "--baseline", "old.json", *MAE)
    assert done.returncode == 1 and done.stderr.count("gate: FAIL") == done.stderr.count("gate: PASS") == 1
    done = losscli("diff", "old.json", "new.json")
    assert done.returncode == 0 and "mae: worse than in old.json: rf_pred +50 %" in done.stdout


def numbers(value):
    """Every number of a document, in order."""
    if isinstance(value, dict | list):
        items = value.values() if isinstance(value, dict) else value
        return [number for item in items for number in numbers(item)]
    return [value] if isinstance(value, int | float) else []


@pytest.mark.parametrize("words", ["", "--weights w", "--group g", "--time t", "--seed 3"])
def test_the_same_rows_are_exactly_as_before(inside, write, words):
    """In any order: no change, no spread, and the same replicates."""
    old(inside, write, *words.split())
    write(table(ROWS, np.random.default_rng(4).permutation(N)), "new.csv")
    zero = (
        "--max-regression",
        "mae=0%",
        "--max-regression",
        "huber=0%",
        *words.split(),
        "--replicates",
        *JSON,
    )
    before = result(inside(*("old.csv" if word == "new.csv" else word for word in gated(*zero))))
    found = result(inside(*gated(*zero)))
    assert len(found["gates"]) == 4
    for gate in found["gates"]:
        assert (gate["verdict"], gate["value"], gate["low"], gate["high"]) == ("pass", 0, 0, 0)
    assert found["resampling"] == before["resampling"]
    for key in ("keys", "ids", "targets", "w"):
        assert found["replicates"][key] == before["replicates"][key]
    for key in ("losses", "comparisons"):
        for one, same in zip(found[key], before[key], strict=True):
            assert numbers(one) == pytest.approx(numbers(same), rel=1e-11)


def test_models_are_matched_by_name(inside, write):
    old(inside, write)
    write(table(worse("gb_pred", 1.4)), "new.csv")
    found = gates(inside(*gated(*MAE, *JSON)))
    assert (found["rf_pred"]["verdict"], found["gb_pred"]["verdict"]) == ("pass", "fail")
    assert found["gb_pred"]["value"] == pytest.approx(0.4, rel=1e-4)
    assert found["gb_pred"]["baseline"] == "old.json:gb_pred"
    assert list(gates(inside(*gated(*MAE, *JSON, ids=("--id", "id", "--pred", "gb_pred"))))) == ["gb_pred"]
    old(inside, write, ids=("--id", "id", "--pred", "rf_pred"))
    found = gates(inside(*gated(*MAE, *JSON, ids=("--id", "id", "--pred", "new=gb_pred"))))
    assert found["new"]["baseline"] == "old.json:rf_pred"  # one model against one


def test_the_scale_is_that_of_the_baseline(inside, write, tmp_path):
    old(inside, write)
    specs = [one["spec"] for one in json.loads((tmp_path / "old.json").read_text())["losses"]]
    write(table(worse(times=3)), "new.csv")
    words = gated("--max-regression", "huber=2%", *JSON)
    found = result(inside(*words))
    assert [one["spec"] for one in found["losses"]] == specs
    assert found["gates"][0]["spec"] == specs[1] and found["gates"][0]["verdict"] == "fail"
    done = inside(*words, "--scale", "9")
    assert done.returncode == 2
    assert done.stderr == f"error: --baseline old.json: it has no huber:delta=12.105\nIt has {specs[1]}\n"


def test_rules_on_values_stand_beside_it(inside, write):
    old(inside, write)
    write(table(worse()), "new.csv")
    done = inside(*gated("--max-regression", "mae=90%", "--fail-if", "mae[gb_pred] > 0.1"), "-q")
    assert done.returncode == 1
    assert [line.split()[1] for line in done.stderr.splitlines()] == ["FAIL", "PASS", "PASS"]
    done = inside(*gated("--fail-if", "mae > 9", "--max-regression", "mae=90%"), "-q")
    assert done.returncode == 0 and done.stderr.count("no uncertainty used") == 2


def test_gates_stand_by_themselves_unless_corrected(inside, write):
    """One gate of p 0.04 fails, and of two both do; by Holm's rule neither does, and the line says why."""
    change = 1 + 0.05 * np.random.default_rng(0).normal(size=N) + 0.0068
    moved = ROWS["y"] + (ROWS["rf_pred"] - ROWS["y"]) * change
    write(table(ROWS | {"gb_pred": ROWS["rf_pred"]}), "same.csv")
    write(table(ROWS | {"rf_pred": moved, "gb_pred": moved}), "new.csv")
    for ids, rule, code, verdict in (
        (ID[:4], "holm", 1, "FAIL"),
        (ID, "max-t", 1, "FAIL"),
        (ID, "holm", 0, "INCONCLUSIVE"),
    ):
        words = (*ids, *LOSSES, "-q", "--correction", rule)
        assert inside("compare", "same.csv", *words, "--replicates", "--output", "same.json").returncode == 0
        gate = (*words, "--baseline", "same.json", "--max-regression", "mae=0%")
        done = inside("compare", "new.csv", *gate)
        assert done.returncode == code
        for line in done.stderr.splitlines():
            assert line.startswith(f"gate: {verdict} ")
            assert ("not once corrected for the number of gates)" in line) == (code == 0)
    assert inside("compare", "new.csv", *gate, "--inconclusive", "fail").returncode == 1


def test_blocks_in_time_are_as_long_as_before(inside, write):
    """Losses that follow each other ask for longer blocks, which would not pair."""
    old(inside, write, "--time", "t")
    write(table(ROWS | {"rf_pred": ROWS["y"] + np.sin(np.arange(N) / 9) + 1.2}), "new.csv")
    alone = result(inside("compare", "new.csv", *ID, *LOSSES, "--time", "t", *JSON))
    found = result(inside(*gated(*MAE, "--time", "t", *JSON)))
    assert found["resampling"]["length"] < alone["resampling"]["length"]
    assert [(one["verdict"], one["value"] == 0) for one in found["gates"]] == [
        ("fail", False),
        ("pass", True),
    ]


def test_many_rows_come_in_groups(inside, write, tmp_path):
    """Above 65,536 rows: the same groups by the ids, whatever the order and the number of workers."""
    n, rng = 66_000, np.random.default_rng(0)
    y, e = rng.integers(0, 100, n), rng.integers(1, 100, n) / 64
    rows = [f"{k:06d},{y[k]},{y[k] + e[k]}\n" for k in range(n)]
    write("id,y,pred\n" + "".join(rows), "old.csv")
    write("id,y,pred\n" + "".join(rows[k] for k in rng.permutation(n)), "new.csv")
    words = ("--id", "id", "--loss", "mae", "--resamples", "200", "--replicates")
    assert inside("compare", "old.csv", *words, "-q", "--output", "old.json", "--jobs", "1").returncode == 0
    gate = ("--baseline", "old.json", "--max-regression", "mae=0%", "--jobs", "2")
    found = result(inside("compare", "new.csv", *words, *gate, *JSON))
    before = json.loads((tmp_path / "old.json").read_text())["replicates"]
    for key in ("keys", "ids", "targets", "w"):
        assert found["replicates"][key] == before[key]
    assert [(one["value"], one["low"], one["high"]) for one in found["gates"]] == [(0, 0, 0)]


# ── earlier predictions ──────────────────────────────────────────────────────────────────────────────

ONE = ("compare", "new.csv", "--id", "id", "--loss", "mae", "--max-regression", "mae=5%", *JSON)


def only(columns):
    return {"id": columns["id"], "y": columns["y"], "pred": columns["rf_pred"]}


@pytest.mark.parametrize("times", [0.9, 1.04, 1.05, 1.3])
def test_old_predictions_say_what_the_old_result_says(inside, write, times):
    noise = worse(times=times)["rf_pred"] + 0.2 * np.random.default_rng(3).normal(size=N)
    write(table(only(ROWS), np.random.default_rng(1).permutation(N)), "before.csv")
    write(table(only(ROWS | {"rf_pred": noise})), "new.csv")
    words = ("--id", "id", "--loss", "mae", "--replicates", "-q", "--output", "before.json")
    assert inside("compare", "before.csv", *words).returncode == 0
    (one,) = gates(inside(*ONE, "--baseline", "before.json")).values()
    (two,) = gates(inside(*ONE, "--baseline", "before.csv")).values()
    assert (one["model"], one["baseline"]) == ("pred", "before.json:pred")
    assert (two["model"], two["baseline"]) == ("new", "before")
    assert one["verdict"] == two["verdict"]
    assert one["value"] == pytest.approx(two["value"], rel=1e-12)
    assert (one["low"], one["high"]) == pytest.approx((two["low"], two["high"]), rel=1e-9)


def test_stems_folders_and_json_lines(inside, write, tmp_path):
    (tmp_path / "last").mkdir()
    write(table(only(ROWS)), "last/new.csv")
    write(table(only(worse())), "new.csv")
    found = gates(inside(*ONE, "--baseline", "last/new.csv"))
    assert [(name, one["baseline"]) for name, one in found.items()] == [("new.csv", "last/new.csv")]
    rows = [dict(zip(only(ROWS), row, strict=True)) for row in zip(*only(ROWS).values(), strict=True)]
    rows = [{"schema": "a column like another"} | row for row in rows]
    write("".join(json.dumps(row) + "\n" for row in rows), "before.jsonl")
    (same,) = gates(inside(*ONE, "--baseline", "before.jsonl")).values()
    assert (same["model"], same["baseline"], same["verdict"]) == ("new", "before", "fail")
    assert same["value"] == found["new.csv"]["value"] == pytest.approx(0.5, rel=1e-4)


def test_which_of_several_old_models_is_to_be_said(inside, write):
    write(table({key: ROWS[key] for key in ("id", "y", "rf_pred", "gb_pred")}), "before.csv")
    write(table(only(worse())), "new.csv")
    done = inside(*ONE, "--baseline", "before.csv")
    assert done.returncode == 2 and "that names 2 models" in done.stderr
    found = gates(inside(*ONE[:2], "before.csv", *ONE[2:], "--baseline", "before:rf_pred"))
    assert {name: one["verdict"] for name, one in found.items()} == {
        "new": "fail",
        "before:gb_pred": "inconclusive",
    }
