"""Columns in memory are read as a file of the same values and types is, to the last bit."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from losscli.data.table import BLOCK, ColumnType, ReadOptions, Table, block_count, read
from losscli.data.table.frames import read_frame
from losscli.errors import DataError

ROWS = BLOCK + 70  # over the edge of a block
RNG = np.random.default_rng(5)
NUMBERS = RNG.normal(size=ROWS) * 10.0 ** RNG.integers(-200, 200, ROWS)
COUNTS = RNG.integers(-9, 10**12, ROWS)
WORDS = np.array(["a", "bé", "", "ç d"])[RNG.integers(0, 4, ROWS)]
HOLES = RNG.random(ROWS) < 0.1

Texts = Callable[[Table], Mapping[str, Sequence[str | None]]]


@pytest.fixture
def same(tmp_path: Path, whole: Texts) -> Callable[..., None]:
    """Hold what is read of columns in memory to what is read of a file of them."""

    def check(given: Any, stored: pa.Table, **options: Any) -> None:
        pq.write_table(stored, tmp_path / "own.parquet")
        found = read_frame(given, "frame", ReadOptions(**options))
        known = read(str(tmp_path / "own.parquet"), ReadOptions())
        assert (found.path, found.rows, found.columns) == ("frame", known.rows, known.columns)
        assert whole(found) == whole(known)
        for name, column in known.columns.items():
            if column.type is ColumnType.NUMBER:
                for block in range(block_count(known)):
                    assert found.numbers(block, name).tobytes() == known.numbers(block, name).tobytes()

    return check


FRAMES = {
    "numbers": {"y": NUMBERS, "n": COUNTS, "f": COUNTS.astype(np.float32), "b": COUNTS % 2 == 0},
    "holes": {"y": np.where(HOLES, np.nan, NUMBERS), "none": np.full(ROWS, np.nan)},
    "words": {"w": WORDS, "y": COUNTS},
    "categories": {"c": pd.Categorical(WORDS), "k": pd.Categorical(COUNTS % 5)},
    "nullable": {
        "n": pd.array(np.where(HOLES, None, COUNTS), dtype="Int64"),
        "b": pd.array(np.where(HOLES, None, COUNTS % 2 == 0), dtype="boolean"),
        "w": pd.array(np.where(HOLES, None, WORDS), dtype="string"),
    },
    "days": {"t": pd.date_range("2024-01-01", periods=ROWS, freq="h"), "y": COUNTS},
}


@pytest.mark.parametrize("name", FRAMES)
def test_pandas(name: str, same: Callable[..., None]) -> None:
    frame = pd.DataFrame(FRAMES[name])
    stored = pa.Table.from_pandas(frame, preserve_index=False)
    same(frame, stored)
    same(frame[::-1].iloc[::-1], stored)  # does not lie in one piece
    same(frame.set_index(np.arange(ROWS) % 7), stored)


@pytest.mark.parametrize("name", ["numbers", "holes", "words", "nullable"])
def test_polars(name: str, same: Callable[..., None]) -> None:
    polars = pytest.importorskip("polars", reason="polars is not installed")
    stored = pa.Table.from_pandas(pd.DataFrame(FRAMES[name]), preserve_index=False)
    same(polars.from_arrow(stored), stored)


@pytest.mark.parametrize("name", FRAMES)
def test_arrow(name: str, same: Callable[..., None]) -> None:
    stored = pa.Table.from_pandas(pd.DataFrame(FRAMES[name]), preserve_index=False)
    pieces = pa.concat_tables([stored[:5], stored[5:40_000], stored[40_000:]])
    for given in (stored, pieces, pieces.to_reader()):
        same(given, stored)


def test_mappings(same: Callable[..., None]) -> None:
    stored = pa.table({"y": NUMBERS, "n": COUNTS, "w": WORDS.tolist()})
    columns = {"y": NUMBERS, "n": COUNTS, "w": WORDS}
    same(columns, stored)
    same({"y": NUMBERS.tolist(), "n": pd.Series(COUNTS), "w": stored["w"]}, stored)
    same({"y": NUMBERS[::-1][::-1], "n": np.repeat(COUNTS, 2)[::2], "w": WORDS.astype(object)}, stored)


def test_arrays(same: Callable[..., None]) -> None:
    rows = np.zeros(ROWS, dtype=[("y", float), ("n", np.int64), ("w", "U4")])
    rows["y"], rows["n"], rows["w"] = NUMBERS, COUNTS, WORDS
    same(rows, pa.table({"y": NUMBERS, "n": COUNTS, "w": WORDS.tolist()}))
    pair = np.column_stack([NUMBERS, NUMBERS[::-1]])
    for order in ("C", "F"):
        same(np.asarray(pair, order=order), pa.table({"y": NUMBERS, "p": NUMBERS[::-1]}), columns=("y", "p"))
    same(NUMBERS, pa.table({"y": NUMBERS}), columns=("y",))


def test_the_hash_is_of_the_values() -> None:
    one, other = ({"y": NUMBERS, "p": NUMBERS + step} for step in (0.0, 1.0))
    found = [read_frame(data, "a").origin.input.sha256 for data in (one, dict(one), other)]
    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({}, "no columns"),
        ({"y": []}, "no rows"),
        ({"y": [1.0], "p": [1.0, 2.0]}, "no table of columns"),
        ({"y": [[1.0], [2.0, 3.0]]}, "no table of columns"),
        (pd.DataFrame({"y": [b"a"]}), "neither numbers nor text"),
        (np.zeros((3, 2)), "needs a name for each column"),
        (pd.DataFrame([[1, 2]], columns=["y", "y"]), "y"),
        (pd.DataFrame({"y": [1.0, "a"]}), "no table of columns"),
    ],
)
def test_what_is_no_table(given: Any, what: str) -> None:
    with pytest.raises(DataError, match=what):
        read_frame(given, "frame")


@pytest.mark.parametrize("given", [None, 3.0, "data.csv", [1.0, 2.0]])
def test_what_is_none_at_all(given: Any) -> None:
    with pytest.raises(TypeError, match="give a data frame"):
        read_frame(given, "frame")
