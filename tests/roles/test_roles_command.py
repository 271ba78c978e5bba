"""`losscli roles`: every column once, with the reason and the flag; and what first lines say of a reading."""

import csv
import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from .pasted import Answer, run
from .shapes import shapes

SHAPES = {shape.name: shape for shape in shapes()}
RNG = np.random.default_rng(5)
ROWS = 40
NUMBERS = RNG.uniform(size=ROWS).round(3).tolist()
BITS = [int(value > 0.5) for value in NUMBERS]


@pytest.fixture
def wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes a file of columns, in the folder where commands run."""
    monkeypatch.chdir(tmp_path)

    def made(name: str, columns: Mapping[str, Sequence[Any]]) -> str:
        with Path(name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
        return name

    return made


def roles(*words: str) -> Answer:
    return run(["roles", *words])


def by_column(answer: Answer) -> dict[str, dict[str, Any]]:
    assert answer.code == 0, answer.err
    return {one["column"]: one for one in answer.found["columns"]}


def read(*words: str) -> dict[str, dict[str, Any]]:
    return by_column(roles(*words, "--format", "json"))


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_is_read_as_compare_reads_it(name, tmp_path, monkeypatch):
    shape = SHAPES[name]
    monkeypatch.chdir(tmp_path)
    for file, text in shape.text.items():
        Path(file).write_text(text, encoding="utf-8")
    words = [*(file for file in shape.files if file not in shape.flags), *shape.flags]
    answer = roles(*words, "--format", "json")
    if shape.refused:
        refused = run(["compare", *words, "--format", "json"])
        assert (answer.code, answer.out) == (2, "")
        assert answer.err == refused.err.replace("  losscli compare ", "  losscli roles ")
        return
    assert answer.code == 0, answer.err
    found = answer.found
    assert (found["schema"], found["task"]) == ("losscli/roles/1", shape.task)
    files = Counter(one["file"] for one in found["columns"])
    assert len(files) == len(found["inputs"])
    assert len({(one["file"], one["column"]) for one in found["columns"]}) == len(found["columns"])
    assert all(one["why"] and one["flag"].startswith("--") for one in found["columns"])
    assert any(one["role"] == "target" for one in found["columns"])
    if not any(one["role"] == "model" for one in found["columns"]):
        models = {one["model"] for one in found["columns"] if one["role"] == "prediction"}
        assert len(models) == shape.models


@pytest.mark.parametrize("name", [name for name in SHAPES if not SHAPES[name].refused][::8])
def test_a_screen_of_80_columns_has_every_reason(name, tmp_path, monkeypatch):
    shape = SHAPES[name]
    monkeypatch.chdir(tmp_path)
    for file, text in shape.text.items():
        Path(file).write_text(text, encoding="utf-8")
    words = [*(file for file in shape.files if file not in shape.flags), *shape.flags]
    shown = roles(*words, "--all")
    assert shown.code == 0, shown.err
    columns = roles(*words, "--format", "json").found["columns"]
    assert all(one["column"] in shown.out for one in columns)
    assert shown.out.splitlines()[-1].startswith("Next: losscli compare ")


def test_why_and_the_flag(wrote):
    file = wrote(
        "a.csv",
        {
            "row_id": range(ROWS),
            "age": NUMBERS[::-1],
            "label": BITS,
            "rf_prob": NUMBERS,
            "note": ["a", "b"] * (ROWS // 2),
        },
    )
    found = read(file)
    assert [one["role"] for one in found.values()] == ["none", "none", "target", "prediction", "none"]
    assert found["row_id"]["why"].startswith("names rows")
    assert found["row_id"]["flag"] == "--id row_id"
    assert found["age"]["flag"] == "--pred age"
    assert found["note"]["flag"] == "--by note"
    assert found["rf_prob"]["kind"] == "probability"
    assert found["rf_prob"]["of"] == "1"
    assert "'prob' in its name" in found["rf_prob"]["why"]


@pytest.mark.parametrize("column", ["row_id", "age", "note"])
def test_the_flag_says_otherwise(wrote, column):
    """What stands beside a column that is left out gives it a role."""
    columns = {"row_id": range(ROWS), "age": NUMBERS[::-1], "y": NUMBERS, "rf_pred": NUMBERS}
    file = wrote("a.csv", columns | {"note": ["a", "b"] * (ROWS // 2)})
    flag = read(file)[column]["flag"].split()
    assert read(file, *flag)[column]["role"] in ("id", "by", "prediction")


def test_a_block_shares_a_line_and_json_has_each(wrote):
    labels = "abcdefgh"
    true = [labels[i % 8] for i in range(ROWS)]
    shares = {f"prob_{c}": [0.3 if label == c else 0.1 for label in true] for c in labels}
    file = wrote("a.csv", {"y": true} | shares)
    shown = roles(file).out
    assert "prob_*" in shown
    assert "probability, 8" in shown
    assert "prob_c" not in shown
    assert "prob_c" in roles(file, "--all").out
    assert [one["of"] for one in list(read(file).values())[1:]] == list(labels)


def test_a_long_file_and_a_truth_file(wrote):
    file = wrote(
        "long.csv",
        {
            "Id": [i for i in range(ROWS) for _ in "ab"],
            "y": [value for value in NUMBERS for _ in "ab"],
            "model": ["rf", "gb"] * ROWS,
            "pred": [value + 0.01 * k for value in NUMBERS for k in range(2)],
        },
    )
    assert [one["role"] for one in read(file).values()] == ["id", "target", "model", "prediction"]
    said = roles(file, "--format", "json").found["decisions"]
    assert "each value of model is a model, rows paired by Id" in said
    for name, shift in (("truth", 0), ("one", 1), ("two", 2)):
        wrote(f"{name}.csv", {"Id": range(ROWS), "SalePrice": [100 * v + shift for v in NUMBERS]})
    found = roles("one.csv", "two.csv", "--truth", "truth.csv", "--id", "Id", "--format", "json").found
    assert [(one["file"], one["role"]) for one in found["columns"] if one["column"] == "SalePrice"] == [
        ("truth.csv", "target"),
        ("one.csv", "prediction"),
        ("two.csv", "prediction"),
    ]


def test_a_target_called_otherwise_in_another_file_is_a_target(wrote):
    wrote("one.csv", {"id": range(ROWS), "y": NUMBERS, "rf_pred": NUMBERS})
    wrote("two.csv", {"id": range(ROWS), "actual": NUMBERS, "gb_pred": NUMBERS})
    found = read("one.csv", "two.csv", "--id", "id")
    assert (found["y"]["role"], found["actual"]["role"]) == ("target", "target")


def test_a_one_hot_target_is_a_target(wrote):
    columns = {"true_a": BITS, "true_b": [1 - b for b in BITS], "prob_a": NUMBERS}
    file = wrote("a.csv", columns | {"prob_b": [round(1 - v, 3) for v in NUMBERS]})
    assert [one["role"] for one in read(file).values()] == ["target", "target", "prediction", "prediction"]
    assert not [line for line in roles(file, "--format", "json").found["decisions"] if "left out" in line]


def test_for_fit(wrote):
    columns = {"PassengerId": range(ROWS), "x": NUMBERS[::-1], "where": ["n", "s"] * (ROWS // 2)}
    file = wrote("a.csv", columns | {"note": [f"n{i}" for i in range(ROWS)], "y": NUMBERS})
    found = read(file, "--for", "fit")
    assert [one["role"] for one in found.values()] == ["none", "feature", "feature", "none", "target"]
    assert (found["x"]["kind"], found["x"]["flag"]) == ("number", "--drop x")
    assert found["PassengerId"]["why"] == "names rows: no two have one value"
    kept = read(file, "--for", "fit", "--features", "x", "--features", "PassengerId")
    assert kept["PassengerId"]["role"] == "feature"
    assert read(file, "--for", "fit", "--drop", "x")["x"]["why"] == "--drop names it"
    assert "left out: PassengerId" in " ".join(
        roles(file, "--for", "fit", "--format", "json").found["decisions"]
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--for", "fit", "--pred", "x"), "--pred: losscli fit takes no such flag"),
        (("--drop", "x"), "--drop: losscli compare takes no such flag"),
        (("b.csv", "--for", "fit"), "--for fit: losscli fit reads one file"),
        (("--for", "predict"), "--for predict: there is no such for"),
    ],
)
def test_flags_of_the_other_command_are_refused(wrote, words, said):
    file = wrote("a.csv", {"x": NUMBERS, "y": NUMBERS, "pred": NUMBERS})
    answer = roles(file, *words)
    assert answer.code == 2
    assert said in answer.err


def test_every_format(wrote):
    file = wrote("a.csv", {"y": NUMBERS, "rf_pred": NUMBERS, "age": BITS})
    assert json.loads(roles(file, "--format", "json").out)["columns"]
    rows = list(csv.DictReader(io.StringIO(roles(file, "--format", "csv").out)))
    assert [(row["column"], row["role"]) for row in rows] == [
        ("y", "target"),
        ("rf_pred", "prediction"),
        ("age", "none"),
    ]
    assert "| COLUMN" in roles(file, "--format", "markdown").out
    assert "<th" in roles(file, "--format", "html").out
    assert roles(file, "--format", "junit").code == 2


def opening(*words: str) -> str:
    answer = run([*words, "--resamples", "200"] if words[0] == "compare" else list(words))
    assert answer.code == 0, answer.err
    return "  ".join(answer.out.partition("\n\nLOSSES")[0].splitlines())


def test_compare_says_what_it_left_out_and_what_it_recoded(wrote):
    said = ["yes" if bit else "no" for bit in BITS]
    file = wrote(
        "a.csv", {"row_id": range(ROWS), "label": said, "pred": [bool(b) for b in BITS], "age": NUMBERS}
    )
    shown = opening("compare", file)
    assert "labels of pred matched as opposites" in shown
    assert "left out: row_id (an id by its name), age" in shown
    assert "rows named by row_id" in opening("compare", file, "--id", "row_id")
    true = ["abc"[i % 3] for i in range(ROWS)]
    shares = {f"rf_prob_{c}": [80 if t == c else 10 for t in true] for c in "abc"}
    shown = opening("compare", wrote("b.csv", {"y": true} | shares))
    assert "target y: a, b, c" in shown
    assert "model rf (probability in rf_prob_*)" in shown
    assert "every row adds up to 100: divided by it" in shown


@pytest.mark.parametrize("verb", ["compare", "fit", "advise"])
def test_counts_are_proposed_in_one_line(wrote, verb):
    counts = RNG.poisson(2.0, 300).tolist()
    file = wrote("a.csv", {"x": RNG.uniform(size=300).tolist(), "y": counts, "pred": [2.5] * 299 + [2]})
    said = "--task counts if it is counts"
    words = [verb, file, *(() if verb == "compare" else ("--drop", "pred"))]
    if verb == "fit":
        words += ["--loss", "mse", "--loss", "mae", "--repeats", "1", "--no-contaminate"]
        assert run(words).code == 0
        assert said not in run(words).out  # the given losses have settled it
        words = ["roles", file, "--for", "fit", "--drop", "pred"]
    answer = run(words)
    assert answer.code == 0, answer.err
    assert sum(said in line for line in answer.out.splitlines()) == 1
    even = wrote("b.csv", {"x": NUMBERS, "y": [i % 7 for i in range(ROWS)], "pred": NUMBERS})
    assert said not in run(["roles", even]).out


DATES = [f"2024-{i // 28 + 1:02d}-{i % 28 + 1:02d}" for i in range(ROWS)]
WRITTEN = [f"{i % 28 + 1}.{i // 28 + 1}.2024" for i in range(ROWS)]


@pytest.mark.parametrize("name", ["date", "ds", "Time", "time_stamp", "datetime", "when"])
@pytest.mark.parametrize("values", [DATES, WRITTEN, list(range(ROWS))], ids=["iso", "dots", "numbers"])
@pytest.mark.parametrize("verb", ["compare", "fit"])
def test_a_time_that_is_not_used_is_said(wrote, name, values, verb):
    file = wrote("a.csv", {name: values, "y": NUMBERS, "rf_pred": NUMBERS[::-1]})
    words = (file, "--for", verb, "--format", "json")
    warnings = roles(*words).found["warnings"]
    told = [one for one in warnings if one["code"] == "time_unused"]
    unused = not isinstance(values[0], int) or (name != "when" and verb == "compare")
    assert len(told) == unused
    if unused:
        assert f"--time {name}" in told[0]["advice"]
        used = roles(*words, "--time", name).found["warnings"]
        assert not [one for one in used if one["code"] == "time_unused"]


def test_words_that_are_no_dates_are_no_time(wrote):
    for values in (["2024 was good"] * ROWS, [f"{i}-a" for i in range(ROWS)], ["12-14"] * ROWS):
        file = wrote("a.csv", {"note": values, "y": NUMBERS, "rf_pred": NUMBERS[::-1]})
        assert not roles(file, "--format", "json").found["warnings"]


def test_predict_writes_the_ids_in_front(wrote):
    train = {"PassengerId": range(1000, 1000 + ROWS), "x": NUMBERS[::-1], "y": NUMBERS}
    file = wrote("train.csv", train)
    answer = run(["fit", file, "--loss", "mse", "--save", "m.json", "--no-contaminate", "--repeats", "1"])
    assert answer.code == 0, answer.err
    assert json.loads(Path("m.json").read_text())["features"]["numbers"] == ["x"]
    long = [str(12345678901234567890 + i) for i in range(3)]
    new = wrote(
        "new.csv",
        {"x": [0.1, 0.2, 0.3], "uid": long, "PassengerId": ["007", "008", "1"], "kind_id": [1, 1, 2]},
    )
    rows = list(csv.DictReader(io.StringIO(run(["predict", "m.json", new]).out)))
    assert list(rows[0]) == ["uid", "PassengerId", "pred_mse"]
    assert [row["uid"] for row in rows] == long
    assert [row["PassengerId"] for row in rows] == ["007", "008", "1"]
