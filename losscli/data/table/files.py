"""The files of one table: what they have in common, and the columns that their folders name."""

import hashlib
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from losscli.data.table.bounds import too_much_unpacked
from losscli.data.table.buffers import strings
from losscli.data.table.columns import Columns
from losscli.data.table.facts import BLOCK, ColumnType, Limits, OriginNames, Table
from losscli.data.table.grammar import DOT, has_leading_zero, shown
from losscli.data.table.join import JoinedTable
from losscli.data.table.open import Source
from losscli.data.table.parse import first_fault, numbers_of
from losscli.data.table.remote import without_secrets
from losscli.data.table.store import Part, StoredTable
from losscli.errors import DataError, Fix, LosscliError, Where
from losscli.result import Input, InputFile

_BY_PATTERN = "Name the files that belong together by a pattern, such as 'FOLDER/part-*.csv'"


@dataclass(frozen=True, slots=True)
class Files:
    """The files that a path names, in the order of their rows; several where it is a folder or a pattern."""

    given: str
    sources: Sequence[Source]

    def __reduce__(self) -> Any:
        return OriginNames, (self.path, self.shown)

    @property
    def path(self) -> str:
        return without_secrets(self.given)

    @property
    def shown(self) -> str:
        return self.path if self.sources[0].below else self.sources[0].shown

    @property
    def input(self) -> Input:
        if not self.sources[0].below:
            return self.sources[0].input
        files = tuple(InputFile(one.below, one.sha256, one.rows) for one in self.sources)
        lines = "".join(f"{one.sha256}  {one.path}\n" for one in files)
        found = hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()
        return Input(self.path, found, sum(one.rows for one in files), files)

    def error(self, what: str, *, advice: str | None = None, fixes: Sequence[Fix] = ()) -> DataError:
        return DataError(what, where=Where(self.shown), advice=advice, fixes=fixes)

    def differ(self, source: Source, what: str, column: str | None = None) -> DataError:
        """The error for a file that is no part of one table with the first."""
        return DataError(what, where=Where(source.shown, None, column), advice=_BY_PATTERN)

    def places(self, source: Source, names: Sequence[str], first: Sequence[str]) -> list[int] | None:
        """Where the columns of the first file stand in another; None where they stand in the same places.

        Raises DataError where one has a column that the other has not.
        """
        if list(names) == list(first):
            return None
        there = self.sources[0].shown
        lacks = next((name for name in first if name not in names), None)
        if lacks is not None:
            raise self.differ(source, f"it has no column {shown(lacks)}, which {there} has")
        more = next((name for name in names if name not in first), None)
        if more is not None:
            raise self.differ(source, f"it has a column {shown(more)}, which {there} has not")
        place = {name: i for i, name in enumerate(names)}
        return [place[name] for name in first]

    def hash_beside(self) -> None:
        """Hash them in a thread, where little of them is read, or not in order."""

        def hash_all() -> None:
            with suppress(LosscliError):  # it is raised where the hash is asked for
                for source in self.sources:
                    _ = source.sha256

        threading.Thread(target=hash_all, daemon=True).start()

    def check_unpacked(self, size: int) -> None:
        """Raises DataError where so many bytes are more than all of them may unpack to."""
        if size > (most := sum(source.most for source in self.sources)):
            raise too_much_unpacked(self.shown, sum(source.size for source in self.sources), most)

    def check_unchanged(self) -> None:
        """Raises DataError where one is no longer the file that was opened."""
        for source in self.sources:
            source.check_unchanged()


def with_keys(
    table: StoredTable, keys: Sequence[Mapping[str, str]], rows: Sequence[int], limits: Limits
) -> Table:
    """The table with a column for every `column=value` of its folders, numbers where all values are.

    keys: of each file; rows: how many each has. Raises DataError for a column that the files have too.
    """
    names = list(keys[0])
    if not names:
        return table
    if (twice := next((name for name in names if name in table.columns), None)) is not None:
        raise DataError(
            f"the files have a column {shown(twice)}, and their folders name it too",
            where=Where(table.parts[0].shown, None, twice),
            advice="Write the files without it, or name them by a pattern below that folder",
        )
    types = [_type([one[name] for one in keys]) for name in names]
    columns = Columns(table.origin.shown, names, types, limits)
    for own, count in zip(keys, rows, strict=True):
        for start in range(0, count, BLOCK):
            size = min(BLOCK, count - start)
            columns.add([_repeated(own[name], kind, size) for name, kind in zip(names, types, strict=True)])
    made = StoredTable(
        origin=table.origin,
        rows=table.rows,
        columns=columns.finish({}),
        store=columns.store,
        parts=tuple(Part(part.shown, part.before) for part in table.parts),
    )
    parts = {name: (one, name) for one in (table, made) for name in one.columns}
    facts = {name: one.columns[name] for name, (one, _) in parts.items()}
    notes = (*table.notes, f"{', '.join(names)}: from the names of folders")
    return JoinedTable(MappingProxyType(facts), MappingProxyType(parts), table, notes)


def _type(values: Sequence[str]) -> ColumnType:
    """Number where every value is one that a double holds, or missing, and none has a leading zero."""
    numbers = None if any(map(has_leading_zero, values)) else numbers_of(values, DOT)
    if numbers is None or np.isnan(numbers).all() or first_fault(values, numbers, DOT) is not None:
        return ColumnType.TEXT
    return ColumnType.NUMBER


def _repeated(value: str, kind: ColumnType, rows: int) -> Any:
    """A piece of a column that has one value."""
    if kind is ColumnType.TEXT:
        return strings([value] * rows)
    return np.full(rows, DOT.number(value))
