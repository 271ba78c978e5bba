"""What is resampled as one: a row, the rows of one cluster, or a block of rows in time order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from losscli.data.rows import Reading
from losscli.data.table import BLOCK, ColumnType, Table, block_count
from losscli.domain import Codes
from losscli.errors import DataError
from losscli.inference.resample import ROW_UNITS, Keys, Units, row_keys, text_keys, unit_keys


@dataclass(frozen=True, slots=True)
class Times:
    """The distinct times of the used rows: how many, and which of them each row of the table has, (rows,)."""

    count: int
    code: Keys


@dataclass(frozen=True, slots=True)
class ResamplingUnits:
    """The units that the used rows are in.

    column: of the clusters or times, None where every row is a unit; count: how many units there are;
    length: distinct times in a block, None without times; keys: the unit of each row of the table, (rows,),
    None where that is its number.
    """

    column: str | None
    count: int
    length: int | None
    keys: Keys | None

    @property
    def by(self) -> Literal["rows", "group", "time"]:
        """What a unit is."""
        return "rows" if self.column is None else "group" if self.length is None else "time"

    @property
    def what(self) -> str:
        """What a unit is, in the plural."""
        return {"rows": "rows", "group": "clusters", "time": "blocks"}[self.by]

    def of(self, number: Codes) -> Keys:
        """The units of rows by their 1-based numbers: (n,) -> (n,)."""
        return unit_keys(row_keys(number), self.count) if self.keys is None else self.keys[number - 1]

    def over(self, number: Codes) -> Units:
        """The same with the units themselves; beyond 65,536 they are all groups, for any rows."""
        keys = self.of(number)
        return Units.groups(keys) if self.count > ROW_UNITS else Units.found(keys)


def find_units(reading: Reading, used: int) -> ResamplingUnits:
    """Rows, by their ids where there are any, or clusters; used: how many rows are.

    Raises DataError where two rows have one id.
    """
    table, problem = reading.table, reading.problem
    column = problem.group or problem.id
    if column is None:
        return ResamplingUnits(None, used, None, None)
    keys = np.concatenate([hashed(table.text(block, column)) for block in range(reading.blocks)])
    rows = _used(reading)
    count = len(np.unique(keys[rows]))
    if problem.group is None and count < len(rows):
        _refuse_repeats(table, column, keys, rows)
    return ResamplingUnits(problem.group, count, None, unit_keys(keys, count))


def check_ids(reading: Reading) -> None:
    """Raises DataError where two used rows have one id."""
    if reading.problem.id is not None:
        find_units(replace(reading, problem=replace(reading.problem, group=None)), reading.table.rows)


def find_times(reading: Reading) -> Times | None:
    """The times of the rows; None where no column has any."""
    if reading.problem.time is None:
        return None
    rows = _used(reading)
    distinct, place = np.unique(_sortable(reading.table, reading.problem.time)[rows], return_inverse=True)
    code = np.zeros(reading.table.rows, dtype=np.uint64)
    code[rows] = place
    return Times(len(distinct), code)


def time_units(times: Times, column: str, length: int) -> ResamplingUnits:
    """Fixed blocks of so many times that follow each other: rows of one time stay together."""
    count = -(-times.count // length)
    keys = row_keys((times.code // np.uint64(length)).astype(np.intp))
    return ResamplingUnits(column, count, length, unit_keys(keys, count))


def _used(reading: Reading) -> Codes:
    """Indices of the used rows: (n,)."""
    return np.concatenate([rows.number - 1 for rows in reading.unclipped.each()])


def _refuse_repeats(table: Table, column: str, keys: Keys, rows: Codes) -> None:
    """Raises DataError that names the first id that two rows have."""
    _, first = np.unique(keys[rows], return_index=True)
    later = np.setdiff1d(np.arange(len(rows)), first)
    row = int(rows[later[0]])
    before = int(rows[np.flatnonzero(keys[rows] == keys[row])[0]])
    word = table.text(row // BLOCK, column)[row % BLOCK]
    raise DataError(
        f"rows {before + 1:,} and {row + 1:,} have the same id {word!r}",
        where=table.where(row + 1, column),
        advice="An id names one row; leave --id out if this column is none",
    )


def hashed(words: Sequence[str | None]) -> Keys:
    """The keys of texts: (n,)."""
    encoded = [(word or "").encode() for word in words]
    offsets = np.cumsum([0, *map(len, encoded)], dtype=np.intp)
    return text_keys(np.frombuffer(b"".join(encoded), dtype=np.uint8), offsets)


def _sortable(table: Table, column: str) -> np.ndarray:
    """Numbers, or text sorted as text: (rows,)."""
    blocks = range(block_count(table))
    if table.columns[column].type is ColumnType.NUMBER:
        return np.concatenate([table.numbers(block, column) for block in blocks])
    words = [word or "" for block in blocks for word in table.text(block, column)]
    return np.array(words, dtype=object)
