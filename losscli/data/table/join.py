"""Several tables as one: row by row, or by an id; rows of a table by their places."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from shlex import quote
from types import MappingProxyType
from typing import Any

import numpy as np

from losscli.data.table.buffers import bits, fixed, strings
from losscli.data.table.columns import Columns
from losscli.data.table.facts import BLOCK, Column, ColumnType, Limits, Origin, Table, block_count
from losscli.data.table.grammar import shown
from losscli.data.table.store import StoredTable
from losscli.domain import Codes, Floats
from losscli.errors import DataError, Fix, Where, did_you_mean

Fixes = Callable[[], Sequence[Fix]]  # what to type, found where it is needed
BY_ID = "Pair the rows by a column of ids that all files have, with --id"


def align(
    tables: Sequence[Table],
    *,
    key: str | None,
    common: bool = False,
    others: Fixes = list,
    limits: Limits | None = None,
) -> tuple[list[Table], tuple[str, ...]]:
    """The tables with their rows in the order of the first one's, and what was left out, in words.

    key: the id column that every table has; None pairs row by row. common: only the ids that all tables have;
    others: other columns that may pair the rows, should the key not do.
    Raises DataError where ids are missing, double or, unless common, not in every table, and where lengths
    differ.
    """
    if key is None:
        for other in tables[1:]:
            _check_length(tables[0], other, others)
        return list(tables), ()
    limits = limits or Limits()
    ids = [_Ids(table, key, others) for table in tables]
    first, notes = ids[0], []
    aligned = [tables[0]]
    if common:
        kept = np.flatnonzero(np.logical_and.reduce([first.is_in(other) for other in ids]))
        notes = [f"{one.table.path}: {left:,} ids left out" for one in ids if (left := one.count - len(kept))]
        if not len(kept):
            raise DataError(
                f"the files have no value of {shown(key)} in common",
                where=Where(tables[0].path),
                advice="Spell the ids alike in all files, or name another column with --id",
                fixes=others(),
            )
        if len(kept) < first.count:
            aligned = [take_rows(tables[0], kept.astype(np.int32), limits=limits)]
            first = _Ids(aligned[0], key, others)
    for one in ids[1:]:
        order = first.positions_in(one)
        if not common:
            one.positions_in(first)
        aligned.append(take_rows(one.table, order, limits=limits))
    return aligned, tuple(notes)


def beside(tables: Sequence[Table], take: Sequence[tuple[int, str, str]]) -> Table:
    """The columns `take` (table, column, new name) of aligned tables, as one."""
    if len({new for _, _, new in take}) != len(take):
        raise ValueError("two columns of the result have one name")
    parts = {new: (tables[i], old) for i, old, new in take}
    columns = {
        new: table.columns[old] if new == old else replace(table.columns[old], name=new)
        for new, (table, old) in parts.items()
    }
    notes = tables[0].notes if len(tables) == 1 else _notes(tables)
    return JoinedTable(MappingProxyType(columns), MappingProxyType(parts), tables[0], notes)


@dataclass(frozen=True)
class JoinedTable:
    """Columns of aligned tables under new names; it comes from where the first does."""

    columns: Mapping[str, Column]
    parts: Mapping[str, tuple[Table, str]]
    first: Table
    notes: tuple[str, ...]

    @property
    def path(self) -> str:
        return self.first.path

    @property
    def origin(self) -> Origin:
        return self.first.origin

    @property
    def rows(self) -> int:
        return self.first.rows

    def numbers(self, block: int, name: str) -> Floats:
        table, old = self.parts[name]
        return table.numbers(block, old)

    def codes(self, block: int, name: str, values: tuple[str, ...]) -> Codes:
        table, old = self.parts[name]
        return table.codes(block, old, values)

    def text(self, block: int, name: str) -> list[str | None]:
        table, old = self.parts[name]
        return table.text(block, old)

    def where(self, row: int, name: str) -> Where:
        table, old = self.parts[name]
        return table.where(row, old)


def _notes(tables: Sequence[Table]) -> tuple[str, ...]:
    return tuple(f"{table.path}: {note}" for table in tables for note in table.notes)


def _blocks(table: Table) -> range:
    return range(block_count(table))


def _by_id(first: Table, other: Table) -> str:
    """What to do about files that do not fit row by row; those that are counted may be parts of one table."""
    patterns = {re.sub(r"[0-9]+(?=[^/]*$)", "*", table.path) for table in (first, other)}
    pattern = patterns.pop()
    return BY_ID if patterns else f"{BY_ID}; parts of one table are one pattern, in quotes: {quote(pattern)}"


def _check_length(first: Table, other: Table, others: Fixes) -> None:
    if first.rows != other.rows:
        raise DataError(
            f"{first.path} has {first.rows:,} rows, {other.path} has {other.rows:,}",
            advice=_by_id(first, other),
            fixes=[
                Fix((*one.flags, "--match", "common"), f"{one.gives}, of the ids that all files have")
                for one in others()
            ],
        )


class _Ids:
    """The id column of a table: every one there, every one once."""

    def __init__(self, table: Table, key: str, others: Fixes) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        self.table, self.key, self.others = table, key, others
        if key not in table.columns:
            raise DataError(
                f"there is no column {shown(key)}",
                where=Where(table.path),
                advice=did_you_mean(key, table.columns),
            )
        if (row := table.columns[key].first_missing) is not None:
            raise DataError(
                f"row {row:,} has no id",
                where=table.where(row, key),
                advice="Every row needs one: fill it in, or take the row out of the file",
                fixes=others(),
            )
        blocks = [_whole_block(table, block, key).cast(pa.large_string()) for block in _blocks(table)]
        self.texts = pa.concat_arrays(blocks)
        self.count = len(self.texts)
        if pc.count_distinct(self.texts).as_py() != len(self.texts):
            self._twice()

    def _twice(self) -> None:
        rows: dict[str, int] = {}
        for row, word in zip(count(1), self.texts.to_pylist()):
            first = rows.setdefault(word, row)
            if first != row:
                before, here = self.table.where(first, self.key), self.table.where(row, self.key)
                places = (
                    f"lines {before.line:,} and {here.line:,}"
                    if before.line is not None and here.line is not None
                    else f"rows {first:,} and {row:,}"
                )
                raise DataError(
                    f"the id {shown(word)} stands twice, in {places}",
                    where=Where(self.table.path, None, self.key),
                    advice="Ids must name one row each: take one of the rows out of the file",
                    fixes=self.others(),
                )

    def is_in(self, other: "_Ids") -> Any:
        """Whether each id here is there (n,)."""
        import pyarrow.compute as pc

        return bits(pc.is_in(self.texts, value_set=other.texts), 1)

    def positions_in(self, other: "_Ids") -> Any:
        """For each row here its 0-based row there; DataError where an id is not there."""
        import pyarrow.compute as pc

        found = pc.index_in(self.texts, value_set=other.texts)
        if found.null_count:
            row = pc.index(found.is_null(), True).as_py() + 1
            word = self.texts[row - 1].as_py()
            more = f" ({found.null_count:,} ids are not)" if found.null_count > 1 else ""
            raise DataError(
                f"the id {shown(word)} is not in {other.table.path}{more}",
                where=self.table.where(row, self.key),
                advice="Every file must have the same ids; or pair those that all have:",
                fixes=[Fix(("--match", "common"), "the ids that all files have")],
            )
        return fixed(found, np.int32)


def _indices(order: Any) -> Any:
    """An Arrow array of int32 positions, without a copy."""
    import pyarrow as pa

    return pa.Array.from_buffers(pa.int32(), len(order), [None, pa.py_buffer(order)])


def _whole_block(table: Table, block: int, name: str) -> Any:
    """One block as an Arrow string array, "" where missing."""
    if isinstance(table, StoredTable) and table.columns[name].type is ColumnType.TEXT:
        return table.strings(block, name)
    return strings([word or "" for word in table.text(block, name)])


def coded(table: Table, name: str) -> tuple[Codes, int]:
    """(a number for each distinct value of a column (n,), how many there are); missing is a value."""
    if table.columns[name].type is ColumnType.NUMBER:
        numbers = np.concatenate([table.numbers(block, name) for block in _blocks(table)])
        values, codes = np.unique(numbers, return_inverse=True)
        return codes.astype(np.intp), len(values)
    import pyarrow as pa

    texts = pa.chunked_array([_whole_block(table, block, name) for block in _blocks(table)])
    found = texts.combine_chunks().dictionary_encode()
    return fixed(found.indices, np.int32).astype(np.intp), len(found.dictionary)


def distinct(table: Table, name: str) -> int:
    """How many distinct values a column has; missing is a value."""
    if table.columns[name].type is ColumnType.NUMBER:
        return len(np.unique(np.concatenate([table.numbers(block, name) for block in _blocks(table)])))
    import pyarrow as pa
    import pyarrow.compute as pc

    return int(
        pc.count_distinct(pa.chunked_array([_whole_block(table, b, name) for b in _blocks(table)])).as_py()
    )


def take_rows(
    table: Table, order: Any, names: Sequence[str] | None = None, limits: Limits | None = None
) -> Table:
    """The rows of a table at these 0-based places (int32), of all columns unless named."""
    import pyarrow as pa

    names = list(table.columns) if names is None else list(names)
    types = [table.columns[name].type for name in names]
    columns = Columns(table.path, names, types, limits or Limits())
    inexact = {}
    for i, (name, kind) in enumerate(zip(names, types, strict=True)):
        if (bad := table.columns[name].inexact) is not None:
            inexact[i] = bad
            columns.add_to(i, np.full(len(order), np.nan))
        elif kind is ColumnType.NUMBER:
            numbers = np.concatenate([table.numbers(block, name) for block in _blocks(table)])
            columns.add_to(i, numbers[order])
        else:
            texts = pa.chunked_array([_whole_block(table, block, name) for block in _blocks(table)])
            for start in range(0, len(order), BLOCK):
                columns.add_to(i, texts.take(_indices(order[start : start + BLOCK])).combine_chunks())
    return _Reordered(
        origin=table.origin,
        rows=len(order),
        columns=columns.finish(inexact),
        notes=table.notes,
        store=columns.store,
        original=table,
        order=order,
    )


@dataclass(frozen=True, kw_only=True)
class _Reordered(StoredTable):
    """Rows in another order than in the file; `order[i]` is the 0-based row in the file."""

    original: Table
    order: Any

    def where(self, row: int, name: str) -> Where:
        return self.original.where(int(self.order[row - 1]) + 1, name)


def check_same(
    first: Table, name: str, other: Table, target: str, key: str | None, others: Fixes = list
) -> str:
    """What was passed over, in words, where the targets of two aligned tables differ by rounding to single
    precision alone, else ""; raises DataError where they differ by more.

    key: the column that rows were paired by; others: those that may pair them better.
    """
    kinds = first.columns[name].type, other.columns[target].type
    if kinds[0] is not kinds[1]:
        raise DataError(
            f"the target {shown(name)} is {kinds[0].value} in {first.path} "
            f"and {shown(target)} is {kinds[1].value} in {other.path}",
            advice="The targets of all files must be the same",
        )
    rounded = False
    for block in _blocks(first):
        row, close = _first_difference(first, name, other, target, block)
        rounded |= close
        if row is not None:
            values = (first.text(block, name)[row], other.text(block, target)[row])
            here, there = ("missing" if value is None else shown(value) for value in values)
            number = block * BLOCK + row + 1
            place = f"row {number:,}" if key is None else f"id {shown(str(first.text(block, key)[row]))}"
            raise DataError(
                f"the targets differ at {place}: {here}, but {there} in {other.where(number, target)}",
                where=first.where(number, name),
                advice=_by_id(first, other) if key is None else "The targets of all files must be the same",
                fixes=others(),
            )
    return f"{other.path}: target rounded to single precision" if rounded else ""


def _first_difference(
    first: Table, name: str, other: Table, target: str, block: int
) -> tuple[int | None, bool]:
    """(the 0-based row of the block where the targets differ, whether others do by rounding to single
    precision); missing agrees with missing."""
    if first.columns[name].type is ColumnType.NUMBER:
        a, b = first.numbers(block, name), other.numbers(block, target)
        differ = (a != b) & ~(np.isnan(a) & np.isnan(b))
        if not differ.any():
            return None, False
        with np.errstate(over="ignore"):
            real = differ & (a.astype(np.float32) != b.astype(np.float32))
        return (int(real.argmax()) if real.any() else None), True
    pairs = zip(count(), first.text(block, name), other.text(block, target))
    return next((row for row, a, b in pairs if a != b), None), False
