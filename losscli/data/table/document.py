"""A JSON document: an array of records, or the columns and data of pandas' orient="split" and of MLflow."""

import json
import re
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import Any, NoReturn

from losscli.data.table.bounds import size_text
from losscli.data.table.chunks import Text
from losscli.data.table.grammar import shown
from losscli.data.table.json_shapes import lines_advice, shape_advice
from losscli.data.table.json_values import Object, decoder
from losscli.errors import DataError

_BLANK = re.compile(r"[ \t\r\n]*")
_KEY = re.compile(r'"((?:[^"\\\n]|\\.)*+)"[ \t\r\n]*:[ \t\r\n]*')
_NESTING = re.compile(r'"(?:[^"\\]|\\.)*+"|[][{}]')
_WRAPPER = "dataframe_split"
_LONG = 1 << 20  # characters of a value that is looked at before it is read


class JsonDocument:
    """The rows of a JSON document. The text is held as a whole, its records one at a time.

    Raises DataError for one that is longer than a table in memory may be.
    """

    def __init__(self, text: Text) -> None:
        self._source, self._most = text.source, text.limits.columns
        self._text = _whole(text)
        self._decode = decoder().raw_decode
        self._start = self._skip(0)

    def is_split(self) -> bool:
        """Whether it is one object with columns and data."""
        return self._split is not None

    def rows(self) -> Iterator[tuple[int, int, Object]]:
        """The line each record begins on, its length, its values."""
        is_array = self._text.startswith("[", self._start)
        data = self._start if is_array or self._split is None else self._split[1]
        names = None if is_array or self._split is None else self._names(self._split[0])
        line, last = 1, 0
        for row, (begin, end, value) in enumerate(self._elements(data), 1):
            line += self._text.count("\n", last, begin)
            last = begin
            yield line, end - begin, self._record(row, begin, value, names)

    def line(self, row: int) -> int | None:
        """The line of a 1-based row."""
        try:
            return next(islice(self.rows(), row - 1, None), (None,))[0]
        except DataError:
            return None

    def refusal(self) -> DataError | None:
        """The error for a document of another shape, with a line that makes a table of it; None for
        one object of single values."""
        what = "the JSON is neither an array of records nor columns and data"
        advice = shape_advice(self._text, self._start, self._source.shown)
        return None if advice is None else self._source.error(what, advice=advice)

    def _record(self, row: int, begin: int, value: Any, names: tuple[str, ...] | None) -> Object:
        """An element as a record; names: of the columns, where it is a list of their values."""
        if names is None:
            if isinstance(value, Object):
                return value
            if row == 1 and (refusal := self.refusal()) is not None:
                raise refusal
            self._refuse(f"record {row:,} is no object", begin)
        if not isinstance(value, list):
            self._refuse(f"record {row:,} is no list of values", begin)
        if len(value) != len(names):
            count = f"{len(value):,} value{'' if len(value) == 1 else 's'}"
            self._refuse(f"record {row:,} has {count}, and there are {len(names):,} columns", begin)
        return Object(zip(names, value, strict=True))

    def _names(self, position: int) -> tuple[str, ...]:
        """The names of the columns in the array at a position; numbers are names too."""
        names, _ = self._value(position, "the columns: ")
        if not all(isinstance(name, str) for name in names):
            self._refuse("the columns are not named by text", position)
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            self._refuse(f"the column {shown(twice)} stands {names.count(twice)} times", position)
        return tuple(map(str, names))

    def _elements(self, start: int) -> Iterator[tuple[int, int, Any]]:
        """The elements of the array at a position: beginning, end, value."""
        position, row = self._skip(start + 1), 0
        while not self._text.startswith("]", position):
            if row:
                position = self._behind(",", position)
            row += 1
            value, end = self._value(position, f"record {row:,}: ")
            yield position, end, value
            position = self._skip(end)
        if start == self._start and self._skip(position + 1) < len(self._text):
            self._refuse("there is more behind the end of the array", position + 1)

    def _value(self, position: int, what: str) -> tuple[Any, int]:
        """A value and the position behind it; `what` says in an error which value it is."""
        self._check_count(position, what)
        try:
            return self._decode(self._text, position)
        except json.JSONDecodeError as error:
            self._refuse(f"{what}this is no JSON: {error.msg}", error.pos)
        except RecursionError:
            self._refuse(f"{what}this JSON is nested too deeply", position)
        except ValueError as error:
            self._refuse(f"{what}{error}", position)

    def _check_count(self, position: int, what: str) -> None:
        """Raises DataError for a value of very many, before they become objects."""
        end = self._text.find({"{": "}"}.get(self._text[position : position + 1], "]"), position)
        end = len(self._text) if end < 0 else end
        if end - position > _LONG and self._text.count(",", position, end) >= self._most:
            self._refuse(f"{what}it holds more than {self._most:,} values", position)

    @cached_property
    def _split(self) -> tuple[int, int] | None:
        """Where the columns and the data begin; None where it is no single object that has both."""
        found, end = self._members(self._start)
        if self._text.startswith("{", found.get(_WRAPPER, 0)) and _WRAPPER in found:
            found, _ = self._members(found[_WRAPPER])
        places = tuple(found.get(name, -1) for name in ("columns", "data"))
        if min(places) < 0 or not all(self._text.startswith("[", place) for place in places):
            return None
        if self._skip(end) < len(self._text):
            self._refuse("there is more behind the end of the object", end)
        return places[0], places[1]

    def _members(self, start: int) -> tuple[dict[str, int], int]:
        """Where the values of the object at a position begin, by key, and where it ends."""
        found: dict[str, int] = {}
        position = self._skip(start + 1)
        while not self._text.startswith("}", position):
            position = self._behind(",", position) if found else position
            key = _KEY.match(self._text, position)
            if key is None:
                self._refuse("this is no JSON: a key is expected", position)
            if key[1] in found:
                self._refuse(f"the key {shown(key[1])} stands twice in one object", position)
            found[key[1]] = key.end()
            position = self._skip(self._past(key.end()))
        return found, position + 1

    def _past(self, position: int) -> int:
        """The position behind the value at one; what is nested in it is not looked at."""
        if self._text[position : position + 1] not in ("[", "{"):
            return self._value(position, "")[1]
        depth = 0
        for found in _NESTING.finditer(self._text, position):
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
            if not depth:
                return found.end()
        self._refuse("this is no JSON: it is not closed", position)

    def _skip(self, position: int) -> int:
        blank = _BLANK.match(self._text, position)
        assert blank is not None
        return blank.end()

    def _behind(self, sign: str, position: int) -> int:
        """The position behind a sign and blanks. Raises DataError where there is another."""
        if not self._text.startswith(sign, position):
            self._refuse(f"this is no JSON: a {sign!r} is expected", position)
        return self._skip(position + 1)

    def _refuse(self, what: str, position: int) -> NoReturn:
        line = self._text.count("\n", 0, position) + 1
        column = position - self._text.rfind("\n", 0, position)
        raise self._source.error(f"{what} (character {column:,})", line=line)


def _whole(text: Text) -> str:
    """The document. Raises DataError where it is too long, or no UTF-8."""
    most, parts, size = text.limits.document, [], 0
    for block in text.blocks():
        parts.append(block)
        size += len(block)
        if size > most:
            what = f"a JSON document of more than {size_text(most)} is not read as a whole"
            raise text.source.error(what, advice=lines_advice(text.source.shown, parts[0]))
    data = b"".join(parts)
    parts.clear()
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise text.not_utf8(error.start, data[error.start]) from None
