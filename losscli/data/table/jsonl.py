"""JSON Lines: one object per line, blank lines apart."""

import json
import re
from collections.abc import Iterator
from itertools import islice

from losscli.data.table.chunks import Text
from losscli.data.table.json_values import Object, decoder
from losscli.errors import DataError

_LINE = 16 << 20  # bytes of a line
_LONG = 1 << 20  # bytes of a line that is looked at before it is read
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"')


class Lines:
    """The rows of a JSON Lines file."""

    def __init__(self, text: Text) -> None:
        self._text, self._source = text, text.source

    def rows(self) -> Iterator[tuple[int, int, Object]]:
        """The objects with their lines and lengths in bytes. DataError for a line that is none."""
        decode = decoder().decode
        for line, start, data in self._lines():
            self._check_count(line, data)
            try:
                value = decode(data.decode())
            except UnicodeDecodeError as error:
                raise self._text.not_utf8(start + error.start, data[error.start]) from None
            except json.JSONDecodeError as error:
                raise self._no_object(line, data, f": {error.msg} at character {error.pos + 1}") from None
            except RecursionError:
                raise self._source.error("this JSON is nested too deeply", line=line) from None
            except ValueError as error:
                raise self._source.error(str(error), line=line) from None
            if not isinstance(value, Object):
                raise self._no_object(line, data, "")
            yield line, len(data), value

    def line(self, row: int) -> int | None:
        """The line of a 1-based row; None where the file can no longer tell."""
        try:
            self._source.check_unchanged()
            return next(islice(self._lines(), row - 1, None), (None,))[0]
        except DataError:
            return None

    def _check_count(self, line: int, data: bytes) -> None:
        """Raises DataError for a line of very many values, before they become objects."""
        most = self._text.limits.columns
        if len(data) > _LONG and _STRING.sub(b"", data).count(b",") >= most:
            what = f"this line holds more than {most:,} values"
            raise self._source.error(
                what, line=line, advice="A line is a row, and a value one of its columns."
            )

    def _no_object(self, line: int, data: bytes, why: str) -> DataError:
        advice = 'Each line is an object of its own: {"y": 1, "p": 1.5}'
        if line == 1 and data.lstrip().startswith(b"{"):
            advice = "Put each object on one line: jq -c . FILE"
        elif line == 1:
            advice += "; if the file is CSV, give it a name that says so"
        return self._source.error(f"this line is no JSON object{why}", line=line, advice=advice)

    def _lines(self) -> Iterator[tuple[int, int, bytes]]:
        """The lines that are not blank: number from 1, position in the decoded file, bytes."""
        line, start, held = 0, 0, b""
        for block in self._text.blocks():
            *whole, held = (held + block).split(b"\n")
            for data in whole:
                line += 1
                if data.strip():
                    yield line, start, data
                start += len(data) + 1
            if len(held) > min(self._text.limits.record, _LINE):
                what = f"a line does not end within {len(held):,} bytes"
                raise self._source.error(what, line=line + 1, advice="Each line is an object of its own.")
        if held.strip():
            yield line + 1, start, held
