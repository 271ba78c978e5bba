"""Whether the values of a column can hold its role; the first that cannot is named."""

from collections.abc import Sequence

import numpy as np

from losscli.data.table import BLOCK, Column, ColumnType, Table, block_count, unusable
from losscli.data.table.store import not_a_number
from losscli.domain import NONNEGATIVE, Floats, Interval
from losscli.errors import DataError, Fix

DROP = Fix(("--missing", "drop"), "rows with such a value are left out")
ALIKE = Fix(("--weights",), "every row counts alike")
ENOUGH = 20  # rows, below which a column may equal or rank as the target by chance


def check_number(table: Table, name: str, advice: str | None = None, fixes: Sequence[Fix] = ()) -> None:
    """Raises DataError for a column with a word, or with a number that no double holds.

    advice, fixes: what to do about a word, before what the reader says of it.
    """
    column = table.columns[name]
    if column.type is ColumnType.NUMBER:
        if column.inexact is not None:
            table.numbers(0, name)  # says which number, and where
        return
    found = not_a_number(table, name)
    raise DataError(
        found.what,
        where=found.where,
        advice=found.advice if advice is None or found.fixes else advice,
        fixes=(*found.fixes, *fixes),
    )


def check_present(table: Table, name: str, advice: str, fixes: Sequence[Fix] = ()) -> None:
    """Raises DataError for a column with a missing value."""
    column = table.columns[name]
    if column.first_missing is not None and column.missing == table.rows and DROP in fixes:
        raise unusable(table, 1, name, "missing, as in every row", "Name another column, or fill it in")
    if column.first_missing is not None:
        count = f" ({column.missing:,} are)" if column.missing > 1 else ""
        raise unusable(table, column.first_missing, name, f"missing{count}", advice, fixes)


def check_finite(table: Table, name: str, advice: str, fixes: Sequence[Fix] = ()) -> None:
    """Raises DataError for a column with an infinite value."""
    row = table.columns[name].first_infinite
    if row is not None:
        raise unusable(table, row, name, "infinite", advice, fixes)


def check_range(
    table: Table,
    name: str,
    interval: Interval,
    law: str,
    advice: str | None = None,
    fixes: Sequence[Fix] = (),
) -> None:
    """Raises DataError for a number column with a finite value outside the interval; law says why."""
    column = table.columns[name]
    ends = np.array([end for end in (column.low, column.high) if end is not None])
    if interval.contains(ends).all():
        return
    for block in range(block_count(table)):
        values = table.numbers(block, name)
        bad = np.flatnonzero(~interval.contains(values) & np.isfinite(values))
        if len(bad):
            row = block * BLOCK + int(bad[0]) + 1
            raise DataError(
                f"the value in row {row:,} is {values[bad[0]]:g}; {law}",
                where=table.where(row, name),
                advice=advice,
                fixes=fixes,
            )


def is_truth(column: Column) -> bool:
    """Whether it holds true and false alone."""
    if column.type is not ColumnType.TEXT or not column.values:
        return False
    return {str(value).lower() for value in column.values} <= {"true", "false"}


def numbers_of(table: Table, block: int, name: str) -> Floats:
    """A column of numbers, or of true and false as 1 and 0; NaN where it is missing."""
    column = table.columns[name]
    if not is_truth(column):
        return table.numbers(block, name)
    words = tuple(str(value) for value in column.values or ())
    worth = np.array([*(float(word.lower() == "true") for word in words), np.nan])
    return np.asarray(worth[table.codes(block, name, words)])  # a missing word has the code -1


def check_weights(table: Table, name: str) -> None:
    """Raises DataError for a negative weight."""
    check_range(table, name, NONNEGATIVE, "a weight is not negative", "Fix it, or do without:", [ALIKE])
