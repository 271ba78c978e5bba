"""JSON Lines → Table: one object per line, read by the standard library, strictly."""

import json
import math
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np

from losscli.data.table.buffers import strings
from losscli.data.table.chunks import Text
from losscli.data.table.columns import Columns
from losscli.data.table.facts import BLOCK, ColumnType, Limits, ReadOptions
from losscli.data.table.grammar import DOT, EXACT, is_missing, shown
from losscli.data.table.open import Source
from losscli.data.table.store import Inexact, StoredTable
from losscli.domain import Floats
from losscli.errors import DataError, Where

_SAMPLE = 200
_LINE, _BATCH = 16 << 20, 16 << 20  # bytes: of a line, of the lines that are held as objects
_CELLS = 1 << 22  # values of these, absent keys included
_LONG = 1 << 20  # bytes of a line that is looked at before it is read
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"')


class _Number(str):
    """A number as it is spelled in the file."""

    __slots__ = ()


class _Object(dict[str, Any]):
    """A JSON object."""


Value = _Number | str | bool | None
Plan = dict[str, bool]  # column → is it text
Fault = tuple[int, str, str, str]  # line, column, field, why a double does not hold it


def read_jsonl(source: Source, options: ReadOptions, limits: Limits) -> StoredTable:
    """The table in a JSON Lines file. A key that a row leaves out is missing there."""
    reader = _Reader(source, options, limits)
    plan: Plan = {}
    reader.columns(next(reader.batches(_SAMPLE), []), plan)
    if not plan:
        raise source.error("the file is empty" if not source.size else "the file has no rows with fields")
    while True:  # each round finds new columns, or columns to be text, or is the last
        found = reader.run(plan)
        if isinstance(found, StoredTable):
            return found
        plan = found


class _Reader:
    def __init__(self, source: Source, options: ReadOptions, limits: Limits) -> None:
        self.source, self.options, self.limits = source, options, limits
        self.text = Text(source, options.encoding, limits)
        self._decoder = json.JSONDecoder(
            object_pairs_hook=_object, parse_float=_Number, parse_int=_Number, parse_constant=_no_number
        )

    def run(self, plan: Plan) -> StoredTable | Plan:
        """One pass over the file: the table, or the plan that its rows ask for instead."""
        types = [ColumnType.TEXT if text else ColumnType.NUMBER for text in plan.values()]
        columns = Columns(self.source.shown, tuple(plan), types, self.limits)
        asked, rows = dict(plan), 0
        inexact: dict[int, Inexact] = {}
        for batch in self.batches(BLOCK):
            values = self.columns(batch, asked)
            rows += len(batch)
            self.source.check_unpacked(max(columns.store.size, 4 * rows * len(asked)))
            if asked == plan:
                lines = [line for line, _ in batch]
                inexact = self._inexact(values, plan, rows - len(batch)) | inexact
                columns.add([self._piece(lines, name, values[name], text) for name, text in plan.items()])
        if asked != plan:
            return asked
        return StoredTable(
            path=self.source.path,
            sha256=self.source.sha256,
            rows=rows,
            columns=columns.finish(inexact),
            notes=(),
            store=columns.store,
            line=self._line,
        )

    def columns(self, batch: Sequence[tuple[int, _Object]], asked: Plan) -> dict[str, list[Value]]:
        """The values of some rows by column; takes into the plan what they show."""
        for line, fields in batch:
            if fields.keys() != asked.keys():
                for name in fields:
                    if name not in asked:
                        self._check_name(name, line)
                        asked[name] = name in self.options.text
                if len(asked) > self.limits.columns:
                    what = f"the rows have more than {self.limits.columns:,} different keys"
                    raise self.source.error(what, line=line, advice="A key is the name of a column.")
        found = {}
        for name in asked:
            values = found[name] = [fields.get(name) for _, fields in batch]
            kinds = set(map(type, values))
            if not kinds.isdisjoint((list, _Object)):
                line = next(line for line, fields in batch if isinstance(fields.get(name), list | _Object))
                what = f"column {shown(name)} holds a nested value"
                raise self.source.error(what, line=line, advice="Give its parts keys of their own.")
            words = bool in kinds or (
                str in kinds and not all(is_missing(value) for value in values if type(value) is str)
            )
            asked[name] = asked[name] or words
        return found

    def batches(self, rows: int) -> Iterator[list[tuple[int, _Object]]]:
        """The objects with their lines, so many at a time, or fewer where they are long or have many keys."""
        batch: list[tuple[int, _Object]] = []
        size, names = 0, set[str]()
        for line, length, fields in self._rows():
            batch.append((line, fields))
            size += length
            names.update(fields)
            if len(batch) == rows or size > _BATCH or len(batch) * len(names) > _CELLS:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def _rows(self) -> Iterator[tuple[int, int, _Object]]:
        """The objects with their lines and lengths; blank lines are no rows."""
        for line, start, data in self._lines():
            self._check_count(line, data)
            try:
                value = self._decoder.decode(data.decode())
            except UnicodeDecodeError as error:
                raise self.text.not_utf8(start + error.start, data[error.start]) from None
            except json.JSONDecodeError as error:
                raise self._no_object(line, data, f": {error.msg} at character {error.pos + 1}") from None
            except RecursionError:
                raise self.source.error("this JSON is nested too deeply", line=line) from None
            except ValueError as error:
                raise self.source.error(str(error), line=line) from None
            if not isinstance(value, _Object):
                raise self._no_object(line, data, "")
            yield line, len(data), value

    def _check_count(self, line: int, data: bytes) -> None:
        """Raises DataError for a line of very many values, before they become objects."""
        if len(data) > _LONG and _STRING.sub(b"", data).count(b",") >= self.limits.columns:
            what = f"this line holds more than {self.limits.columns:,} values"
            raise self.source.error(
                what, line=line, advice="A line is a row, and a value one of its columns."
            )

    def _no_object(self, line: int, data: bytes, why: str) -> DataError:
        if line == 1 and data.lstrip().startswith(b"["):
            advice = "Make each element a line of its own: jq -c '.[]' FILE"
            return self.source.error("the file holds a JSON array, not JSON Lines", advice=advice)
        advice = 'Each line is an object of its own: {"y": 1, "p": 1.5}'
        if line == 1 and data.lstrip().startswith(b"{"):
            advice = "Put each object on one line: jq -c . FILE"
        elif line == 1:
            advice += "; if the file is CSV, give it a name that says so"
        return self.source.error(f"this line is no JSON object{why}", line=line, advice=advice)

    def _lines(self) -> Iterator[tuple[int, int, bytes]]:
        """The lines that are not blank: number from 1, position in the decoded file, bytes."""
        line, start, held = 0, 0, b""
        for block in self.text.blocks():
            *whole, held = (held + block).split(b"\n")
            for data in whole:
                line += 1
                if data.strip():
                    yield line, start, data
                start += len(data) + 1
            if len(held) > min(self.limits.record, _LINE):
                what = f"a line does not end within {len(held):,} bytes"
                raise self.source.error(what, line=line + 1, advice="Each line is an object of its own.")
        if held.strip():
            yield line + 1, start, held

    def _line(self, row: int) -> int | None:
        try:
            self.source.check_unchanged()
            return next(islice(self._lines(), row - 1, None), (None,))[0]
        except DataError:
            return None

    def _piece(self, lines: Sequence[int], name: str, values: list[Value], text: bool) -> Any:
        return self._texts(lines, name, values) if text else _numbers(values)

    def _texts(self, lines: Sequence[int], name: str, values: list[Value]) -> Any:

        words = ["" if value is None else str(value) for value in values]
        try:
            return strings(words)
        except UnicodeEncodeError:
            line, word = next((line, word) for line, word in zip(lines, words, strict=True) if _torn(word))
            what = f"{shown(word)} holds half of a surrogate pair"
            raise DataError(what, where=Where(self.source.shown, line, name)) from None

    def _check_name(self, name: str, line: int) -> None:
        if _torn(name):
            raise self.source.error(f"the key {shown(name)} holds half of a surrogate pair", line=line)

    def _inexact(self, values: dict[str, list[Value]], plan: Plan, before: int) -> dict[int, Inexact]:
        """Per column, the first number of a batch that no double holds; `before`: the rows before it."""
        found = {}
        for i, (name, text) in enumerate(plan.items()):
            numbers = np.zeros(0) if text else _numbers(values[name])
            for row in np.flatnonzero(np.abs(numbers) >= EXACT).tolist():
                field = str(values[name][row])
                why = DOT.fault(field, float(numbers[row]))
                if why is not None:
                    found[i] = before + row + 1, field, why
                    break
        return found


def _numbers(values: list[Value]) -> Floats:
    """Doubles of a number column; what is no number is spelled as missing."""
    return np.array([float(value) if type(value) is _Number else math.nan for value in values])


def _torn(word: str) -> bool:
    return any("\ud800" <= sign <= "\udfff" for sign in word)


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    found = _Object(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {shown(twice)} stands {names.count(twice)} times in one object")
    return found


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no JSON number; write null where a value is missing")
