"""Rows to arrays; what an encoder learns from some rows and does to others."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.data.frame import Encoder, Frame, load, load_features
from losscli.data.roles.features import Asked, training_problem
from losscli.data.table import BLOCK, ReadOptions, Table, read
from losscli.errors import DataError

Columns = Mapping[str, Sequence[Any]]
X, Y = [1.0, 2.0, 3.0, 5.0], [1.5, 2.0, 4.0, 3.0]
C = ["a", "b", "a", "b"]


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Table]:
    def made(columns: Columns, **options: Any) -> Table:
        lines = [",".join(columns), *(",".join(map(str, r)) for r in zip(*columns.values(), strict=True))]
        path = tmp_path / "data.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return read(str(path), ReadOptions(**options))

    return made


@pytest.fixture
def framed(table: Callable[..., Table]) -> Callable[..., Frame]:
    """The frame of columns: framed({"x": […], "y": […]}, weights="w", …)."""

    def made(columns: Columns, **asked: Any) -> Frame:
        key = asked.get("id")
        found = table(columns, text=frozenset({key} if key else ()))
        return load(found, training_problem(found, Asked(**asked)))

    return made


def everything(frame: Frame) -> Any:
    return np.arange(len(frame.y))


def test_arrays_of_numbers_and_text(framed):
    frame = framed({"x": X, "c": C, "y": Y})
    assert frame.row.tolist() == [1, 2, 3, 4]
    assert (frame.y.tolist(), frame.w.tolist()) == (Y, [1.0] * 4)
    assert (frame.numbers.tolist(), frame.texts.tolist()) == ([[x] for x in X], [[0], [1], [0], [1]])
    assert (frame.number_names, frame.text_names, frame.levels) == (("x",), ("c",), (("a", "b"),))
    assert (frame.group, frame.fold, frame.time, frame.fold_names) == (None, None, None, ())
    assert (frame.keys, frame.dropped, frame.impute) == ((1, 2, 3, 4), {}, False)


@pytest.mark.parametrize(
    ("y", "asked", "codes"),
    [
        (["no", "yes", "no", "yes"], {}, [0, 1, 0, 1]),
        (["no", "yes", "no", "yes"], {"positive": "no"}, [1, 0, 1, 0]),
        ([-1, 1, 1, -1], {}, [0, 1, 1, 0]),
        (["c", "a", "b", "a"], {}, [2, 0, 1, 0]),
        (["2.0", 10, 2, 3], {"task": "multiclass"}, [0, 2, 0, 1]),
    ],
)
def test_classes_are_codes(framed, y, asked, codes):
    assert framed({"x": X, "y": y}, **asked).y.tolist() == codes


def test_features_of_one_type_only(framed):
    frame = framed({"x": X, "y": Y})
    assert frame.texts.shape == (4, 0)
    assert framed({"c": C, "y": Y}).numbers.shape == (4, 0)
    assert Encoder.of(frame, everything(frame), frame.w).matrix(frame, everything(frame)).tolist() == [
        [x] for x in X
    ]


def test_rows_of_weight_0_are_left_out(framed):
    frame = framed({"x": X, "w": [1, 0, 0.5, 2], "y": Y}, weights="w")
    assert (frame.row.tolist(), frame.w.tolist(), frame.y.tolist()) == ([1, 3, 4], [1, 0.5, 2], [1.5, 4, 3])
    assert frame.dropped == {"weight 0": 1}


def test_keys_are_ids(framed):
    frame = framed({"i": ["007", "b", "", "d"], "w": [1, 0, 1, 1], "x": X, "y": Y}, id="i", weights="w")
    assert frame.keys == ("007", 3, "d")


def test_codes_of_group_fold_and_time(framed):
    assert framed({"g": ["b", "a", "b", "c"], "x": X, "y": Y}, group="g").group.tolist() == [1, 0, 1, 2]
    frame = framed({"f": [10, 9, 10, 2.5], "x": X, "y": Y}, fold="f")
    assert (frame.fold.tolist(), frame.fold_names) == ([2, 1, 2, 0], ("2.5", "9", "10"))
    dates = ["2024-02-01", "2023-12-31", "2024-02-01", "2024-10-01"]
    assert framed({"t": dates, "x": X, "y": Y}, time="t").time.tolist() == [1, 0, 1, 2]
    # a value that only unused rows have is no fold
    left = framed({"f": ["a", "b", "c", "d"], "w": [1, 0, 1, 1], "x": X, "y": Y}, fold="f", weights="w")
    assert (left.fold.tolist(), left.fold_names) == ([0, 1, 2], ("a", "c", "d"))


ROLES = {"x": X, "c": C, "w": [1, 2, 1, 1], "g": ["p", "q", "r", "s"], "y": Y}


@pytest.mark.parametrize("missing", ["error", "impute"])
@pytest.mark.parametrize("name", list(ROLES))
def test_a_missing_value_is_named(framed, name, missing):
    values = list(ROLES[name])
    values[2] = ""
    columns = {**ROLES, name: values}
    if missing == "impute" and name in "xc":
        assert len(framed(columns, weights="w", group="g", features=("x", "c"), missing=missing).y) == 4
        return
    with pytest.raises(DataError, match="the value in row 3 is missing") as error:
        framed(columns, weights="w", group="g", features=("x", "c"), missing=missing)
    assert (error.value.where.line, error.value.where.column) == (4, name)
    assert "--missing drop" in str(error.value)
    assert ("--missing impute" in str(error.value)) == (name in "xc")


@pytest.mark.parametrize("missing", ["error", "impute"])
@pytest.mark.parametrize("name", ["x", "w", "y"])
def test_an_infinite_value_is_named(framed, name, missing):
    columns = {**ROLES, name: [1.5, "-inf", 2, 3]}
    with pytest.raises(DataError, match="the value in row 2 is infinite") as error:
        framed(columns, weights="w", group="g", features=("x", "c"), missing=missing)
    assert (error.value.where.line, error.value.where.column) == (3, name)
    assert "--missing drop" in str(error.value)


@pytest.mark.parametrize("name", list(ROLES))
def test_rows_with_missing_values_are_dropped(framed, name):
    columns = {key: [*values, values[0], 0 if key == "w" else values[1]] for key, values in ROLES.items()}
    columns[name] = [*columns[name][:4], "", columns[name][5]]
    frame = framed(columns, weights="w", group="g", missing="drop")
    assert frame.row.tolist() == [1, 2, 3, 4]
    assert frame.dropped == {"a missing or infinite value": 1, "weight 0": 1}
    assert frame.group.tolist() == [0, 1, 2, 3]
    assert np.isfinite(frame.numbers).all()


def test_infinite_rows_are_dropped_too(framed):
    frame = framed({"x": [1, "inf", 3, 5], "y": Y}, missing="drop")
    assert frame.row.tolist() == [1, 3, 4]


def test_a_negative_weight_is_named(framed):
    with pytest.raises(DataError, match="the value in row 2 is -1; a weight is not negative") as error:
        framed({"w": [1, -1, 1, 1], "x": X, "y": Y}, weights="w")
    assert (error.value.where.line, error.value.where.column) == (3, "w")


@pytest.mark.parametrize(
    ("columns", "asked", "message"),
    [
        ({"x": X, "y": [7] * 4}, {}, "the target is 7 in every row that is used"),
        ({"x": X, "w": [1, 1, 0, 0], "y": [7, 7, 8, 9]}, {"weights": "w"}, "the target is 7 in every row"),
        ({"x": X, "w": [0] * 4, "y": Y}, {"weights": "w"}, "no row is left to learn from"),
        ({"x": [1, 2, "", ""], "y": list("aabb")}, {"positive": "b"}, "no row of class 'b' is left"),
    ],
)
def test_nothing_to_learn(framed, columns, asked, message):
    with pytest.raises(DataError, match=message) as error:
        framed(columns, missing="drop", **asked)
    assert error.value.advice


def test_rows_across_blocks(framed):
    rows = BLOCK + 3
    frame = framed({"x": range(rows), "c": ["a", "b"] * (rows // 2) + ["b"], "y": range(1, rows + 1)})
    assert np.array_equal(frame.numbers[:, 0], np.arange(rows))
    assert np.array_equal(frame.y, frame.row)
    assert frame.texts[-3:, 0].tolist() == [0, 1, 1]


def test_an_encoder_learns_from_its_rows_only(framed):
    frame = framed(
        {"x": [1, "", 5, 100], "c": ["a", "b", "", "c"], "y": Y}, missing="impute", features=("*", "c")
    )
    encoder = Encoder.of(frame, np.array([0, 1, 2]), frame.w[:3])
    assert encoder.columns == ("x", "c=a", "c=b")
    assert (encoder.medians, encoder.usual) == ((3.0,), ("a",))
    x = encoder.matrix(frame, everything(frame))
    assert x.tolist() == [[1, 1, 0], [3, 0, 1], [5, 1, 0], [100, 0, 0]]
    assert x.flags.c_contiguous
    assert x.dtype == np.float64
    assert encoder.matrix(frame, np.array([3, 0])).tolist() == [[100, 0, 0], [1, 1, 0]]


def test_weights_say_what_is_usual(framed):
    columns = {"x": [1, 2, 9, ""], "c": ["a", "a", "b", ""], "w": [1, 1, 5, 1], "y": Y}
    frame = framed(columns, weights="w", missing="impute", features=("x", "c"))
    encoder = Encoder.of(frame, everything(frame), frame.w)
    assert (encoder.medians, encoder.usual) == ((9.0,), ("b",))


def test_nothing_is_learned_to_fill_with_unless_asked(framed):
    frame = framed({"x": X, "c": C, "y": Y})
    encoder = Encoder.of(frame, everything(frame), frame.w)
    assert (encoder.medians, encoder.usual, encoder.impute) == ((), (), False)


def test_rows_without_any_value(framed):
    columns = {"x": ["", "", 5, 4], "c": ["", "", "a", "b"], "y": Y}
    frame = framed(columns, missing="impute", features=("x", "c"))
    encoder = Encoder.of(frame, np.array([0, 1]), frame.w[:2])
    assert (encoder.columns, encoder.medians, encoder.usual) == (("x",), (0.0,), ("",))
    assert encoder.matrix(frame, everything(frame)).tolist() == [[0], [0], [5], [4]]


@given(st.lists(st.none() | st.integers(-5, 5), min_size=1, max_size=20))
def test_the_median_is_that_of_the_numbers_there(values):
    x = np.array([np.nan if value is None else value for value in values], float)
    frame = Frame(
        row=np.arange(len(x)) + 1,
        y=x,
        w=np.ones(len(x)),
        number_names=("x",),
        numbers=x[:, None],
        text_names=(),
        texts=np.zeros((len(x), 0), np.intp),
        levels=(),
        impute=True,
        group=None,
        fold=None,
        fold_names=(),
        time=None,
        keys=tuple(range(1, len(x) + 1)),
        dropped={},
    )
    (median,) = Encoder.of(frame, everything(frame), frame.w).medians
    there = x[~np.isnan(x)]
    assert median == (np.median(there) if len(there) else 0.0)


def test_new_rows(framed, table):
    frame = framed({"x": X, "c": C, "k": ["1", "2", "one", "two"], "y": Y}, features=("x", "c", "k"))
    encoder = Encoder.of(frame, everything(frame), frame.w)
    assert encoder.columns == ("x", "c=a", "c=b", "k=1", "k=2", "k=one", "k=two")
    new = table({"k": [2, 1, 7], "extra": [1, 2, 3], "c": ["b", "new", "a"], "x": [7, 8, 9]})
    assert load_features(new, encoder).tolist() == [
        [7, 0, 1, 0, 1, 0, 0],
        [8, 0, 0, 1, 0, 0, 0],
        [9, 1, 0, 0, 0, 0, 0],
    ]


def test_the_rows_learned_from_are_read_back_alike(framed, table):
    columns = {"x": [1, "", 5, 100], "c": ["a", "b", "", "b"], "y": Y}
    frame = framed(columns, missing="impute")
    encoder = Encoder.of(frame, everything(frame), frame.w)
    assert np.array_equal(load_features(table(columns), encoder), encoder.matrix(frame, everything(frame)))


def test_new_rows_are_filled_where_the_encoder_knows_how(framed, table):
    frame = framed({"x": X, "c": ["a", "a", "a", "b"], "y": Y}, missing="impute")
    encoder = Encoder.of(frame, everything(frame), frame.w)
    new = table({"x": ["", 8, 9], "c": ["b", "", "new"]})
    assert load_features(new, encoder).tolist() == [[2.5, 0, 1], [8, 1, 0], [9, 0, 0]]


@pytest.mark.parametrize(
    ("columns", "message", "advice"),
    [
        ({"X": X, "c": C}, "there is no column 'x', which the model needs", "It has: X, c"),
        ({"x": X, "cc": C}, "there is no column 'c'", "Did you mean cc"),
        ({"x": [1, 2, "oops", 4], "c": C}, r"'oops' \(row 3\) is not a number", "--missing-word oops"),
        ({"x": [1, 2, "", 4], "c": C}, "the value in row 3 is missing", "--missing impute"),
        ({"x": X, "c": ["a", "", "b", ""]}, r"the value in row 2 is missing \(2 are\)", "--missing impute"),
        ({"x": [1, 2, 3, "inf"], "c": C}, "the value in row 4 is infinite", "finite"),
    ],
)
def test_new_rows_that_do_not_fit(framed, table, columns, message, advice):
    frame = framed({"x": X, "c": C, "y": Y})
    encoder = Encoder.of(frame, everything(frame), frame.w)
    with pytest.raises(DataError, match=message) as error:
        load_features(table(columns), encoder)
    assert advice in str(error.value)
