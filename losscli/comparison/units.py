"""What is resampled as one: a row, the rows of one cluster, or a block of rows in time order."""

from dataclasses import dataclass

import numpy as np

from losscli.comparison.request import Request
from losscli.domain import Codes
from losscli.resample import Keys, row_keys, text_keys, time_block, unit_keys
from losscli.rows import load
from losscli.table import ColumnType, Table, block_count
from losscli.task import Problem


@dataclass(frozen=True, slots=True)
class Units:
    """The units that the used rows are in.

    column: of the clusters or times, None where every row is a unit; count: how many units there are;
    length: distinct times in a block, None without times; keys: the unit of each row of the table, (rows,).
    """

    column: str | None
    count: int
    length: int | None
    keys: Keys | None

    def of(self, number: Codes) -> Keys:
        """The units of rows by their 1-based numbers: (n,) -> (n,)."""
        return unit_keys(row_keys(number), self.count) if self.keys is None else self.keys[number - 1]


def find_units(table: Table, problem: Problem, request: Request, used: int) -> Units:
    """The units of a table; used: how many rows are."""
    column = problem.group or problem.time
    if column is None:
        return Units(None, used, None, None)
    blocks = (load(table, problem, block, drop=request.drop) for block in range(block_count(table)))
    rows = np.concatenate([block.number - 1 for block in blocks])
    found = _clusters(table, column) if problem.group else None
    length = None
    if found is None:
        found, length = _time_blocks(table, column, rows)
    count = len(np.unique(found[rows]))
    return Units(column, count, length, unit_keys(found, count))


def _clusters(table: Table, column: str) -> Keys:
    """The key of each row's cluster, by the text of its value: (rows,)."""
    return np.concatenate([_hashed(table.text(block, column)) for block in range(block_count(table))])


def _hashed(words: list[str | None]) -> Keys:
    encoded = [(word or "").encode() for word in words]
    offsets = np.cumsum([0, *map(len, encoded)], dtype=np.intp)
    return text_keys(np.frombuffer(b"".join(encoded), dtype=np.uint8), offsets)


def _time_blocks(table: Table, column: str, rows: Codes) -> tuple[Keys, int]:
    """(the block of each row (rows,), distinct times in a block): fixed blocks of times that follow each
    other, so that rows of one time stay together. rows: indices of the used rows, (n,)."""
    times = _sortable(table, column)[rows]
    distinct, code = np.unique(times, return_inverse=True)
    length = time_block(len(distinct))
    found = np.zeros(table.rows, dtype=np.uint64)
    found[rows] = row_keys(code // length)
    return found, length


def _sortable(table: Table, column: str) -> np.ndarray:
    """Numbers, or text sorted as text: (rows,)."""
    blocks = range(block_count(table))
    if table.columns[column].type is ColumnType.NUMBER:
        return np.concatenate([table.numbers(block, column) for block in blocks])
    words = [word or "" for block in blocks for word in table.text(block, column)]
    return np.array(words, dtype=object)
