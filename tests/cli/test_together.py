"""--group, --time and --self-check as they are typed, and what the screen says of them."""

import json

import numpy as np
import pytest


@pytest.fixture
def lines():
    """y, pred_a, pred_b of 80 rows, without a header."""
    rng = np.random.default_rng(0)
    y = rng.normal(size=80)
    made = np.column_stack([y, y + rng.normal(size=80), y + rng.normal(size=80)])
    return [",".join(map(str, row)) for row in made.tolist()]


def file(write, lines, units):
    rows = [f"{line},{unit}" for line, unit in zip(lines, units, strict=True)]
    return write("\n".join(["y,pred_a,pred_b,u", *rows, ""]))


def test_numbers_that_no_double_holds_are_clusters_of_their_own(inside, write, lines):
    units = [f"1234567890123456{7000 + i // 2}" for i in range(80)]
    asked = ("compare", file(write, lines, units), "--group", "u")
    assert "paired by row, resampled by u, 40 clusters, one pair" in inside(*asked).stdout
    units[4] = "NaN"
    file(write, lines, units)
    done = inside(*asked)
    assert done.returncode == 2
    assert "row 5 is missing" in done.stderr
    assert "resampled by u, 40 clusters" in inside(*asked, "--missing", "drop").stdout


def test_words_of_a_group_are_no_missing_values(inside, write, lines):
    units = ["NA" if i % 4 == 0 else f"r{i % 4}" for i in range(80)]
    done = inside("compare", file(write, lines, units), "--group", "u")
    assert "resampled by u, 4 clusters" in done.stdout
    assert "few independent pieces (4 clusters of u)" in " ".join(done.stdout.split())


def test_one_model_says_what_is_resampled(inside, write, lines):
    done = inside("compare", file(write, lines, range(80)), "--time", "u", "--pred", "pred_a")
    assert "95 % intervals, resampled by u, 20 blocks of 4 times" in done.stdout


def test_both_at_once_are_refused(inside, write, lines):
    done = inside("compare", file(write, lines, range(80)), "--time", "u", "--group", "u")
    assert done.returncode == 2
    assert "--group and --time" in done.stderr


def test_the_self_check_in_a_line_and_in_json(inside, write, lines):
    asked = ("compare", file(write, lines, range(80)), "--pred", "pred_*", "--self-check")
    (line,) = [line for line in inside(*asked).stdout.splitlines() if "self-check:" in line]
    assert "this procedure would call a pair different" in line
    assert line.endswith("% of the time when it is not (400 trials)")
    found = json.loads(inside(*asked, "--format", "json").stdout)
    (record,) = found["self_check"]
    assert (record["a"], record["b"], record["trials"]) == ("pred_a", "pred_b", 400)
    assert 0.01 < record["false_alarm"] < 0.1
    assert found["resampling"] == {"by": "rows", "column": None, "units": 80, "length": None}
