"""--baseline FILE: files, rows and settings that are refused, with what to type instead."""

import json

import numpy as np
import pytest

from .earlier import ID, ROWS, N, gated, old, table, worse

MAE = ("--max-regression", "mae=2%")
W = ("--weights", "w")
SWAPPED = [ROWS["id"][1], ROWS["id"][0], *ROWS["id"][2:]]
TURNED = ROWS | {"w": ROWS["w"][::-1]}
REFUSED = {  # the new columns, words of the old run, of the new run, what is said
    "a row less": ({k: x[1:] for k, x in ROWS.items()}, (), (), "the number of rows differs: 160 and 159"),
    "leading zeros": (ROWS | {"id": [str(i) for i in range(N)]}, (), (), "their ids differ"),
    "ids of others": (ROWS | {"id": SWAPPED}, (), (), "the ids are the same, but their targets differ"),
    "a target": (ROWS | {"y": ROWS["y"] + (np.arange(N) == 5)}, (), (), "but their targets differ"),
    "weights": (ROWS, (), W, "the rows are the same, but their weights differ"),
    "other weights": (TURNED, W, W, "the rows are the same, but their weights differ"),
    "seed": (ROWS, ("--seed", "5"), (), "the seed differs: 5 and 0\nType --seed 5"),
    "resamples": (ROWS, (), ("--resamples", "500"), "differs: 2,000 and 500\nLeave --resamples out"),
    "group": (ROWS, (), ("--group", "g"), "together differs: single rows and groups by g"),
    "time": (ROWS, ("--time", "t"), (), "together differs: blocks in t of 4 and single rows"),
    "a loss": (ROWS, (), ("--max-regression", "rmse=2%"), "it has no rmse\nWrite it with --loss rmse too"),
    "a model": (ROWS, (), ("--pred", "x=gb_pred"), "it has no model 'x'\nIt has rf_pred, gb_pred"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_other_rows_and_settings(inside, write, case):
    columns, before, now, said = REFUSED[case]
    old(inside, write, *before)
    write(table(columns), "new.csv")
    done = inside(*gated(*MAE, *now), "--output", "out.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: --baseline old.json: ") and said in done.stderr
    lines = {"a row less": 1, "a model": 2}.get(case, 0)  # to paste
    assert len(done.stderr.splitlines()) == 2 + lines


@pytest.mark.parametrize("words", [(), ("--group", "g"), ("--time", "t")])
def test_an_id_of_two_rows_is_named(inside, write, words):
    twice = ["0007" if i == 150 else key for i, key in enumerate(ROWS["id"])]
    write(table(ROWS | {"id": twice}), "new.csv")
    done = inside("compare", "new.csv", *ID, *words)
    assert done.returncode == 2 and "rows 8 and 151 have the same id '0007'" in done.stderr


def test_files_that_are_no_baseline(inside, write, tmp_path):
    old(inside, write)
    write(table(ROWS), "new.csv")
    document = json.loads((tmp_path / "old.json").read_text())
    write('{"schema": "losscli/fit/1"}', "fit.json")
    write(json.dumps(document | {"replicates": None}), "without.json")
    for name, said in (
        ("fit.json", "this is no result of losscli compare: its schema is 'losscli/fit/1'"),
        ("without.json", "it holds no replicates\nWrite it from the same rows, with --id and --replicates"),
        ("nofile.json", "--baseline nofile.json: that names no model, and there is no such file"),
    ):
        done = inside(*gated(*MAE, baseline=name))
        assert done.returncode == 2 and said in done.stderr
    for words, said in (
        (gated(), "how much worse may a loss be?"),
        (("compare", "new.csv", "--baseline", "old.json", *MAE), "Name the column:"),
        (("compare", "new.csv", "--replicates"), "Name the column:"),
    ):
        done = inside(*words)
        assert done.returncode == 2 and said in done.stderr


def test_a_result_as_other_programs_write_it_is_one(inside, write, tmp_path):
    old(inside, write)
    write(table(worse()), "new.csv")
    text = (tmp_path / "old.json").read_text()
    document = json.loads(text)
    for other in (
        json.dumps(document),
        json.dumps(document, sort_keys=True),
        json.dumps(document, sort_keys=True, indent=4),
        f"\ufeff{text}",
    ):
        write(other, "other.json")
        done = inside(*gated(*MAE, "-q", baseline="other.json"))
        assert done.returncode == 1 and done.stderr.startswith("gate: FAIL mae: 0.514 -> 0.771, +50 % ")


def test_the_baseline_is_not_written_over(inside, write, files):
    old(inside, write)
    write(table(worse()), "new.csv")
    before = files()["old.json"]
    done = inside(*gated(*MAE, "--replicates", "--output", "old.json"))
    assert done.returncode == 2 and "that is a file to read" in done.stderr
    assert files()["old.json"] == before


def test_the_positive_class_is_that_of_the_baseline(inside, write):
    rows = "".join(f"{i},{'ok' if i % 3 else 'ko'},{(i % 10 + 0.5) / 10}\n" for i in range(60))
    write(f"id,y,prob\n{rows}", "new.csv")
    words = ("compare", "new.csv", "--id", "id", "--loss", "brier", "-q", "--positive")
    assert inside(*words, "ok", "--replicates", "--output", "old.json").returncode == 0
    gate = ("--baseline", "old.json", "--max-regression", "brier=2%")
    assert inside(*words, "ok", *gate).returncode == 0
    done = inside(*words, "ko", *gate)
    assert done.returncode == 2 and "the positive class differs: ok and ko" in done.stderr


def test_every_row_of_one_scale_far_below_its_residuals(inside, write):
    """A pinned scale may flag every row, of which none is left for a median."""
    write("id,y,pred\n1,1,5\n2,2,9\n3,3,-4\n", "new.csv")
    done = inside("compare", "new.csv", "--scale", "0.001", "--format", "json")
    assert done.returncode == 0
    medians = [one for one in json.loads(done.stdout)["robustness"] if one["spec"] == "medae"]
    assert [model["bulk_value"] for model in medians[0]["models"]] == [None]
