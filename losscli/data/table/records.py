"""Records of named values, of JSON Lines or of a JSON document → Table."""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from typing import Any, Protocol

import numpy as np

from losscli.data.table.buffers import strings
from losscli.data.table.cells import lengths_differ, part_name
from losscli.data.table.columns import Columns
from losscli.data.table.facts import BLOCK, ColumnType, Limits, ReadOptions
from losscli.data.table.files import Files
from losscli.data.table.grammar import DOT, NumberStyle, shown
from losscli.data.table.json_values import Object, SpelledNumber, torn
from losscli.data.table.open import Source
from losscli.data.table.parse import first_fault
from losscli.data.table.store import Inexact, Part, StoredTable
from losscli.domain import Floats
from losscli.errors import DataError, Where

_SAMPLE = 200
_BATCH = 16 << 20  # bytes of the records that are held as objects
_CELLS = 1 << 22  # values of these, absent keys included

Value = SpelledNumber | str | bool | None
Key = str | tuple[str, str]  # a column, or a part of its cells: the place in a list or the key of an object
Plan = dict[Key, bool]  # column → is it text
Record = tuple[int, Object]  # its line, and its values by Key


class Records(Protocol):
    """Where records come from."""

    def rows(self) -> Iterator[tuple[int, int, Object]]:
        """The line each begins on, its length in bytes, its values."""

    def line(self, row: int) -> int | None:
        """The line of a 1-based row."""


def read_records(
    files: Files, records: Callable[[Source], Records], options: ReadOptions, limits: Limits
) -> StoredTable:
    """The table of the records of all files. A key that a record leaves out is missing there; DataError where
    they are no table."""
    reader = _Reader(files, records, options, limits)
    plan: Plan = {}
    reader.columns(next(reader.batches(_SAMPLE), []), plan)
    if not plan:
        raise files.error("the file has no rows with fields")
    while True:  # each round finds new columns, or columns to be text, or is the last
        found = reader.run(plan)
        if isinstance(found, StoredTable):
            return found
        plan = found


class _Reader:
    def __init__(
        self, files: Files, records: Callable[[Source], Records], options: ReadOptions, limits: Limits
    ) -> None:
        self.files, self.options, self.limits = files, options, limits
        self.source = files.sources[0]  # that is being read
        self._records = lru_cache(1)(records)
        self._style: NumberStyle = options.styles()[0]
        # Columns of lists, with their length, and of objects, and the row of the first.
        self._cells: dict[str, tuple[int | None, int]] = {}

    def run(self, plan: Plan) -> StoredTable | Plan:
        """One pass over the files: the table, or the plan that its rows ask for instead."""
        names = self._names(plan)
        types = [ColumnType.TEXT if text else ColumnType.NUMBER for text in plan.values()]
        spelled = {i for i, name in enumerate(names) if name not in self.options.text}
        columns = Columns(self.files.shown, names, types, self.limits, self._style, spelled)
        asked, rows = dict(plan), 0
        inexact: dict[int, Inexact] = {}
        for batch in self.batches(BLOCK):
            values = self.columns(batch, asked)
            rows += len(batch)
            self.files.check_unpacked(max(columns.store.size, 4 * rows * len(asked)))
            if asked == plan:
                lines = [line for line, _ in batch]
                inexact = self._inexact(values, plan, rows - len(batch)) | inexact
                pieces = zip(names, plan.items(), strict=True)
                columns.add([self._piece(lines, name, values[key], text) for name, (key, text) in pieces])
        for name in self._cells:
            asked.pop(name, None)  # where it is null before its first list
        if asked != plan:
            return asked
        parts = {name: key for name, key in zip(names, plan, strict=True) if isinstance(key, tuple)}
        return StoredTable(
            origin=self.files,
            rows=rows,
            columns=columns.finish(inexact, parts),
            store=columns.store,
            parts=tuple(self._files()),
        )

    def _files(self) -> Iterator[Part]:
        before = 0
        for source in self.files.sources:
            yield Part(source.shown, before, partial(self._line, source))
            before += source.rows

    def _line(self, source: Source, row: int) -> int | None:
        return self._records(source).line(row)

    def _names(self, plan: Plan) -> tuple[str, ...]:
        """The names of the columns. Raises DataError where a part of a cell has that of another column."""
        names = tuple(key if isinstance(key, str) else part_name(*key) for key in plan)
        twice = next((name for name in names if names.count(name) > 1), None) if self._cells else None
        if twice is not None:
            what = f"there is a column {shown(twice)}, and a list or object with a part of that name"
            raise self.files.error(what, advice="Rename one of the two.")
        return names

    def columns(self, batch: Sequence[Record], asked: Plan) -> dict[Key, list[Value]]:
        """The values of some rows by column; takes into the plan what they show."""
        for line, fields in batch:
            if fields.keys() != asked.keys():
                for key in fields:
                    if key not in asked:
                        self._check_name(key, line)
                        asked[key] = key in self.options.text
                if len(asked) > self.limits.columns:
                    what = f"the rows have more than {self.limits.columns:,} different keys"
                    raise self.source.error(what, line=line, advice="A key is the name of a column.")
        found = {}
        for key in asked:
            values = found[key] = [fields.get(key) for _, fields in batch]
            kinds = set(map(type, values))
            words = (value for value in values if type(value) is str) if str in kinds else ()
            asked[key] = asked[key] or bool in kinds or not all(map(self._is_missing, words))
        return found

    def _is_missing(self, word: str) -> bool:
        found = self._style.number(word)
        return found is not None and math.isnan(found)

    def batches(self, rows: int) -> Iterator[list[Record]]:
        """The records, so many at a time, or fewer where they are long or have many keys."""
        before = 0
        for source in self.files.sources:
            self.source, source.rows = source, 0
            if not source.size:
                raise source.error("the file is empty")
            with source.held():
                for batch in self._batches(source, rows, before):
                    source.rows += len(batch)
                    yield batch
            before += source.rows

    def _batches(self, source: Source, rows: int, before: int) -> Iterator[list[Record]]:
        """As `batches`, of one file; before: the rows before its own."""
        batch: list[Record] = []
        size, names = 0, set[Key]()
        for row, (line, length, record) in enumerate(self._records(source).rows(), before + 1):
            is_flat = not self._cells and _NESTED.isdisjoint(map(type, record.values()))
            fields = record if is_flat else self._apart(row, line, record)
            batch.append((line, fields))
            size += length
            names.update(fields)
            if len(batch) == rows or size > _BATCH or len(batch) * len(names) > _CELLS:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def _apart(self, row: int, line: int, fields: Object) -> Object:
        """The record with the parts of its lists and objects as values of their own."""
        found = Object()
        for name, value in fields.items():
            if isinstance(value, list | Object):
                found.update(self._parts(row, line, name, value))
            elif name not in self._cells:
                found[name] = value
            elif value is not None:
                first = self._cells[name][1]
                what = f"column {shown(name)} has a nested value in row {first:,}, and none in row {row:,}"
                raise self.source.error(what, line=line, advice="Give the parts of all rows, or of none.")
        return found

    def _parts(self, row: int, line: int, name: str, value: list[Any] | Object) -> dict[Key, Value]:
        parts = value if isinstance(value, Object) else {str(i): part for i, part in enumerate(value)}
        if not all(part is None or type(part) is SpelledNumber for part in parts.values()) or not parts:
            what = f"column {shown(name)} holds a nested value in row {row:,} that is no list of numbers"
            raise self.source.error(what, line=line, advice="Give its parts keys of their own.")
        length = None if isinstance(value, Object) else len(value)
        usual, first = self._cells.setdefault(name, (length, row))
        if usual is not None and length is not None and usual != length:
            raise lengths_differ(Where(self.source.shown, line, name), row, length, usual)
        if usual != length:
            what = f"column {shown(name)} has a list or an object in row {first:,}, the other in row {row:,}"
            raise self.source.error(what, line=line, advice="Give all rows the same kind of value.")
        return {(name, part): of for part, of in parts.items()}

    def _piece(self, lines: Sequence[int], name: str, values: list[Value], text: bool) -> Any:
        if not text:
            return self._numbers(values)
        words = ["" if value is None else str(value) for value in values]
        try:
            return strings(words)
        except UnicodeEncodeError:
            line, word = next((line, word) for line, word in zip(lines, words, strict=True) if torn(word))
            what = f"{shown(word)} holds half of a surrogate pair"
            raise DataError(what, where=Where(self.source.shown, line, name)) from None

    def _check_name(self, key: Key, line: int) -> None:
        name = key if isinstance(key, str) else part_name(*key)
        if torn(name):
            raise self.source.error(f"the key {shown(name)} holds half of a surrogate pair", line=line)

    def _inexact(self, values: dict[Key, list[Value]], plan: Plan, before: int) -> dict[int, Inexact]:
        """Per column, the first number of a batch that no double holds; `before`: the rows before it."""
        found = {}
        for i, (key, text) in enumerate(plan.items()):
            fields: Any = values[key]  # where they are numbers, as they are spelled
            fault = None if text else first_fault(fields, self._numbers(fields), DOT)
            if fault is not None:
                row, field, why = fault
                found[i] = before + row + 1, str(field), why
        return found

    def _numbers(self, values: list[Value]) -> Floats:
        """Doubles of a number column; what is no number is spelled as missing."""
        missing = self._style.missing
        if missing:
            values = [None if str(value).lower() in missing else value for value in values]
        return np.array([float(value) if type(value) is SpelledNumber else math.nan for value in values])


_NESTED = frozenset({list, Object})
