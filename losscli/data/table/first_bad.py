"""The first row of a table that cannot be used, and the error that names it."""

from collections.abc import Callable, Sequence

import numpy as np

from losscli.data.table.facts import BLOCK, Table, block_count
from losscli.domain import Mask
from losscli.errors import DataError, Fix


def first_bad(table: Table, test: Callable[[int], Mask]) -> int | None:
    """The 1-based data row; None where every row is good. test: a block → its bad rows (n,)."""
    for block in range(block_count(table)):
        bad = np.flatnonzero(test(block))
        if len(bad):
            return block * BLOCK + int(bad[0]) + 1
    return None


def number_at(table: Table, row: int, name: str) -> float:
    """The number of a column in a 1-based data row."""
    return float(table.numbers((row - 1) // BLOCK, name)[(row - 1) % BLOCK])


def unusable(
    table: Table, row: int, name: str, what: str, advice: str | None, fixes: Sequence[Fix] = ()
) -> DataError:
    """Of the value in a 1-based data row; what: "missing", "3; a label is 0 or 1" …"""
    where = table.where(row, name)
    return DataError(f"the value in row {row:,} is {what}", where=where, advice=advice, fixes=fixes)
