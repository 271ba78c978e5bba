"""Which columns are learned from, what is left out, and the task of the target."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from losscli.data.roles.features import Asked, Training, training_problem
from losscli.data.table import read
from losscli.domain import Task
from losscli.errors import DataError, UsageError

BINARY, MULTICLASS, REGRESSION, COUNTS = Task.BINARY, Task.MULTICLASS, Task.REGRESSION, Task.COUNTS
X = [0.5, 1.5, 2.0, 3.5, 4.0, 4.5]
SIX = {"x": X, "z": [2, 1, 4, 3, 6, 5], "y": [1.5, 2, 3, 4, 5, 6]}


@pytest.fixture
def trained(tmp_path: Path) -> Callable[..., Training]:
    """The problem that columns pose: trained({"x": […], "y": […]}, target="y", …)."""

    def made(columns: Mapping[str, Sequence[Any]], **asked: Any) -> Training:
        lines = [",".join(columns), *(",".join(map(str, r)) for r in zip(*columns.values(), strict=True))]
        path = tmp_path / "data.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return training_problem(read(str(path)), Asked(**asked))

    return made


def codes(found: Training) -> list[str]:
    return [warning.code for warning in found.warnings]


@pytest.mark.parametrize(
    ("names", "asked", "target", "said"),
    [
        (["a", "b", "c"], {}, "c", "target c (last column)"),
        (["a", "b", "c"], {"target": "a"}, "a", "target a"),
        (["y", "b", "c"], {}, "y", "target y"),
        (["a", "Label", "c"], {}, "Label", "target Label"),
        (["a", "b", "c"], {"weights": "c"}, "b", "target b (last column)"),
        (["a", "y", "c"], {"weights": "y"}, "c", "target c (last column)"),
    ],
)
def test_the_target(trained, names, asked, target, said):
    found = trained(dict(zip(names, SIX.values(), strict=True)), **asked)
    assert found.target == target
    assert found.decisions[0] == said
    assert set(found.features) == set(names) - {target} - set(asked.values())


def test_an_index_is_neither_target_nor_feature(trained):
    found = trained({"x": X, "y1": SIX["y"], "Unnamed: 0": range(6)})
    assert (found.target, found.features) == ("y1", ("x",))
    assert trained({"Unnamed: 0": range(6), **SIX}, features=("Unnamed: 0",)).features == ("Unnamed: 0",)


def test_no_column_is_left_for_the_target(trained):
    with pytest.raises(UsageError, match="no column is left for the target"):
        trained({"a": X}, weights="a")


def test_columns_with_a_role_are_no_features(trained):
    roles = {"id": "i", "weights": "w", "time": "t"}
    found = trained({**dict.fromkeys(roles.values(), range(6)), **SIX}, **roles)
    assert (found.id, found.weights, found.time) == ("i", "w", "t")
    assert found.features == ("x", "z")
    assert found.columns == ("y", "w", "t", "x", "z")
    assert trained({"g": [1, 1, 2, 2, 3, 3], **SIX}, group="g").group == "g"
    assert trained({"f": [1, 1, 2, 2, 3, 3], **SIX}, fold="f").fold == "f"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"group": "gg"}, "no column 'gg'"),
        ({"target": "y", "fold": "y"}, "--fold-column y: that column is the target"),
        ({"target": "x", "weights": "x"}, "--weights x: that column is the target"),
        ({"group": "x", "time": "z"}, "--group and --time each say how rows are split"),
        ({"group": "x", "fold": "x"}, "--group and --fold-column each say"),
        ({"features": ("x", "y")}, "--features y: that column is the target, and no feature"),
        ({"drop": ("z",), "weights": "z"}, "--drop z: that column is named by --weights"),
        ({"features": ("w",)}, "--features w: no column or pattern of that name"),
        ({"drop": ("w*",)}, "--drop 'w\\*': no column or pattern of that name"),
        ({"features": ("x",), "drop": ("x",)}, "no feature is left\n"),
        ({"drop": ("*",)}, "no feature is left\n"),
        (
            {"positive": "1", "task": REGRESSION},
            "--positive 1: the task is regression, which has no positive",
        ),
    ],
)
def test_usage_errors_say_what_to_type(trained, asked, message):
    with pytest.raises(UsageError, match=message) as error:
        trained(SIX, **asked)
    assert error.value.advice


def test_a_near_name_is_offered(trained):
    columns = {"height": X, "y": SIX["y"]}
    for asked in ({"features": ("heigth",)}, {"drop": ("heigth",)}, {"weights": "heigth"}):
        with pytest.raises(UsageError) as error:
            trained(columns, **asked)
        assert "Did you mean height?" in error.value.advice


@pytest.mark.parametrize(
    ("asked", "features"),
    [
        ({}, ("x1", "x2", "q")),
        ({"features": ("x*",)}, ("x1", "x2")),
        ({"features": ("q", "x?", "q", "x1")}, ("q", "x1", "x2")),
        ({"features": ("*",), "drop": ("x1",)}, ("x2", "q")),
        ({"drop": ("x*",)}, ("q",)),
    ],
)
def test_features_and_drop(trained, asked, features):
    assert trained({"x1": X, "x2": X, "q": X, "y": SIX["y"]}, **asked).features == features


def test_text_features(trained):
    rows = 120
    y = [i + 0.5 for i in range(rows)]
    columns = {
        "levels_50": [f"a{i % 50}" for i in range(rows)],
        "levels_51": [f"a{i % 51}" for i in range(rows)],
        "unique": [f"a{i % 50}" if i < 50 else "" for i in range(rows)],
        "x": range(rows),
        "y": y,
    }
    found = trained(columns)
    assert (found.numbers, found.texts) == (("x",), ("levels_50",))
    assert "text as one column per value: levels_50" in found.decisions
    assert [warning.message for warning in found.warnings] == [
        "column 'levels_51' is text with 51 values, and is left out",
        "column 'unique' is text and mostly unique, and is left out",
    ]
    assert found.warnings[0].advice.startswith(
        "--features '*' --features levels_51 uses it; --drop levels_51"
    )
    named = trained(columns, features=("*", "levels_51", "unique"))
    assert (set(named.texts), named.warnings) == ({"levels_50", "levels_51", "unique"}, ())
    assert trained(columns, drop=("levels_51", "unique")).warnings == ()


def test_text_with_too_many_values(trained):
    many = [f"a{i}" for i in range(1001)] * 3
    columns = {"city": many, "x": range(3003), "y": [i / 7 for i in range(3003)]}
    found = trained(columns)
    assert found.features == ("x",)
    assert found.warnings[0].message == "column 'city' is text with over 1,000 values, and is left out"
    with pytest.raises(DataError, match="this text column has over 1,000 values") as error:
        trained(columns, features=("city",))
    assert "--drop city  # " in str(error.value)


@pytest.mark.parametrize("missing", ["error", "drop", "impute"])
def test_columns_that_say_nothing_are_left_out(trained, missing):
    columns = {"none": [""] * 6, "one": [7, 7, "", 7, 7, 7], "word": ["a"] * 6, **SIX, "twin": X}
    found = trained(columns, target="y", missing=missing)
    assert found.features == ("x", "z", "twin", "word")
    assert found.missing == missing
    assert codes(found) == ["empty_column", "constant_column", "constant_column"]
    assert found.warnings[1].message == "column 'one' has one value, 7, and is left out"
    assert found.warnings[2].message == "column 'word' has one value, a, and its coefficient is 0"


def test_no_feature_is_left(trained):
    with pytest.raises(
        UsageError, match="no feature is left: column 'one' has one value, 7, and is left out"
    ):
        trained({"one": [7] * 6, "y": SIX["y"]})


def test_a_file_of_the_target_alone_has_no_feature(trained):
    found = trained({"y": SIX["y"]})
    assert found.features == () and "no feature: one score for all rows" in found.decisions
    assert trained(SIX, no_features=True).features == ()
    with pytest.raises(UsageError, match="nothing is left to fit"):
        trained({"y": SIX["y"]}, intercept=False)
    with pytest.raises(UsageError, match="--no-features and --drop exclude each other"):
        trained(SIX, no_features=True, drop=("x",))


def test_constant_columns_stay_and_are_said_in_one_line(trained):
    found = trained({**SIX, "one": [7] * 6, "two": [8] * 6}, target="y")
    assert found.features == ("x", "z", "one", "two")
    assert found.warnings[0].message == "2 columns have one value each, and coefficients of 0: one, two"
    through = trained({**SIX, "one": [7] * 6}, target="y", intercept=False)
    assert "one" in through.features and not through.warnings


@pytest.mark.parametrize(
    ("missing", "advice"),
    [
        ("error", "Correct the field, "),
        ("impute", "Correct the field, "),
    ],
)
def test_a_word_among_the_numbers_of_a_feature(trained, missing, advice):
    with pytest.raises(DataError, match=r"'oops' \(row 6\) is not a number") as error:
        trained({"x": [1, 2, 3, 4, 5, "oops"], "y": SIX["y"]}, missing=missing)
    assert (error.value.where.line, error.value.where.column) == (7, "x")
    assert advice in str(error.value)
    assert "--drop x  # " in str(error.value)


def test_columns_of_one_name_in_the_model(trained):
    with pytest.raises(DataError, match="two columns of the model would be called 'c=a'"):
        trained({"c": ["a", "b", "a", "b", "a", "b"], "c=a": X, "y": SIX["y"]})


@pytest.mark.parametrize(
    ("y", "asked", "task", "labels"),
    [
        ([0, 1, 0], {"task": REGRESSION}, REGRESSION, ()),
        ([0, 1, 2], {"task": COUNTS}, COUNTS, ()),
        ([3, 1, 10], {"task": MULTICLASS}, MULTICLASS, ("1", "3", "10")),
        (["b", "a", "b"], {"task": BINARY, "positive": "a"}, BINARY, ("b", "a")),
        (["b", "a", "b"], {"task": MULTICLASS}, MULTICLASS, ("a", "b")),
        ([0, 1, 0], {"losses": [{REGRESSION}]}, REGRESSION, ()),
        ([1, 2, 3], {"losses": [{COUNTS, REGRESSION}]}, COUNTS, ()),
        ([1, 2, 3], {"losses": [{COUNTS, REGRESSION}, {REGRESSION}]}, REGRESSION, ()),
        ([0, 1, 0], {"losses": [{BINARY, MULTICLASS}]}, BINARY, ("0", "1")),
        ([1, 2, 1], {"positive": "1"}, BINARY, ("2", "1")),
        ([0, 1, 0], {}, BINARY, ("0", "1")),
        ([1, -1, 1], {}, BINARY, ("-1", "1")),
        (["no", "yes", "no"], {}, BINARY, ("no", "yes")),
        (["true", "false", "true"], {}, BINARY, ("false", "true")),
        (["c", "a", "b"], {}, MULTICLASS, ("a", "b", "c")),
        ([0, 1, 2], {}, REGRESSION, ()),
        ([1, 2, 1], {}, REGRESSION, ()),
    ],
)
def test_the_task(trained, y, asked, task, labels):
    asked = {**asked, "losses": tuple(map(frozenset, asked.get("losses", ())))}
    found = trained({"x": [1, 2, 3.5], "y": y}, **asked)
    assert (found.task, found.labels) == (task, labels)
    assert found.positive == (labels[1] if task is BINARY else None)
    assert any(line.startswith(f"task {task}: ") for line in found.decisions)
    assert (f"positive class {found.positive}" in found.decisions) == (task is BINARY)


@pytest.mark.parametrize(
    ("values", "rows", "hint"),
    [
        (3, 30, "the target is integers with 3 values: --task multiclass if they are classes"),
        (3, 29, ""),
        (50, 500, "the target is integers with 50 values: --task multiclass if they are classes"),
        (51, 600, ""),
        (2, 20, "the target is integers with 2 values: --task binary if they are classes"),
    ],
)
def test_integers_may_be_classes(trained, values, rows, hint):
    y = [5 + i % values for i in range(rows)]
    found = trained({"x": range(rows), "y": y}).decisions
    assert "task regression: the target is a number" in found
    assert [line for line in found if line.startswith("the target is integers")] == [hint] * bool(hint)
    halves = [value / 2 for value in y]
    assert not [line for line in trained({"x": range(rows), "y": halves}).decisions if "integers" in line]


@pytest.mark.parametrize(
    ("y", "asked", "error", "message", "advice"),
    [
        (["a", "b", "a"], {"task": REGRESSION}, DataError, r"'a' \(row 1\) is not a number", "--task binary"),
        ([1, "oops", 2], {}, DataError, r"'oops' \(row 2\) is not a number", "--missing drop"),
        (["a", "a", "a"], {}, DataError, "the target has one class, 'a'", "two classes"),
        (["true", "true", "true"], {}, DataError, "the target has one class, 'true'", "two classes"),
        ([1, 1, 1], {"task": BINARY}, DataError, "the target has one class, '1'", "two classes"),
        (["", "", ""], {"task": BINARY}, DataError, "the target has no value", "--target"),
        (["a", "b", "c"], {"task": BINARY}, DataError, "the target has 3 values", "--task multiclass"),
        (["spam", "ham", "ham"], {}, UsageError, "which class is the positive one", "--positive spam"),
        (["spam", "ham", "ham"], {"positive": "spm"}, UsageError, "no such value", "Did you mean spam"),
    ],
)
def test_a_target_that_cannot_be_learned(trained, y, asked, error, message, advice):
    with pytest.raises(error, match=message) as found:
        trained({"x": [1, 2, 3.5], "y": y}, target="y", **asked)
    assert advice in str(found.value)


@pytest.mark.parametrize(("word", "advice"), [("", "--task regression"), ("a", "Name another")])
def test_too_many_values_for_classes(trained, word, advice):
    y = [f"{word}{i}" for i in range(1001)]
    with pytest.raises(DataError, match="too many different values to be classes") as error:
        trained({"x": range(1001), "y": y}, task=MULTICLASS)
    assert advice in str(error.value)


def test_a_number_that_no_double_holds_is_named(trained):
    with pytest.raises(DataError, match="is a whole number that a double cannot hold"):
        trained({**SIX, "x": [1, 2, 3, 4, 5, "12345678901234567891"]})


def test_weights_are_numbers(trained):
    with pytest.raises(DataError, match=r"'a' \(row 1\) is not a number"):
        trained({"w": list("abcabc"), **SIX}, weights="w")


@pytest.mark.parametrize(
    ("times", "warned"),
    [
        ([f"2024-0{i + 1}-01" for i in range(6)], False),
        (range(6), False),
        ([f"{i + 1}/2/2024" for i in range(6)], True),
        (list("abcdef"), True),
    ],
)
def test_text_is_no_time_unless_the_year_comes_first(trained, times, warned):
    assert codes(trained({"t": times, **SIX}, time="t")) == ["time_is_text"] * warned
