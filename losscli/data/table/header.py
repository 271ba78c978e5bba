"""The header line, and what it and the first rows say about the dialect."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from math import isnan

from losscli.data.table.chunks import Text, cut_at
from losscli.data.table.facts import ReadOptions, may_delimit
from losscli.data.table.grammar import COMMA, DOT, NumberStyle, shown
from losscli.data.table.parse import Plan, Style, style_of
from losscli.data.table.preamble import DELIMITERS, behind_lines, likely_lines
from losscli.data.table.scanner import Fault, records
from losscli.errors import DataError

_SAMPLE_BYTES, _SAMPLE_ROWS = 1 << 16, 200
_BLANK, _SIGN = re.compile(rb"[\r\n]*"), re.compile(rb'["\r\n]')


@dataclass(frozen=True, slots=True)
class Header:
    """Names as they are on screen, the delimiter, and the position in the decoded file behind the header."""

    names: tuple[str, ...]
    delimiter: str
    end: int


def read_header(text: Text, options: ReadOptions) -> Header:
    """The first line that is not empty, behind those to be skipped; an Excel `sep=;` line before it sets the
    delimiter. DataError where it cannot be the header."""
    start = behind_lines(text, options.skip_lines)
    head = _Head(text, start)
    line, position = head.next_line(start)
    marked = re.fullmatch(r'"?sep=(.)"?', line, re.IGNORECASE)
    if marked:
        line, position = head.next_line(head.end)
    delimiter = options.delimiter or (marked[1] if marked else _delimiter(line))
    try:
        if not may_delimit(delimiter):
            raise Fault(f"{delimiter!r} is no delimiter", 1, "Say which it is: --delimiter ';'")
        _check_width(line.count(delimiter) + 1, delimiter, text.limits.columns)
        _, fields = next(records(line, delimiter))
        names = tuple(field.strip() for field in fields)
        _check(names, delimiter)
    except Fault as fault:
        fault.advice = preamble_advice(text, options) or fault.advice
        raise text.fault_at(position, fault) from None
    return Header(names, delimiter, head.end)


def preamble_advice(text: Text, options: ReadOptions) -> str | None:
    """What to type where the file seems to have lines before its header."""
    lines = likely_lines(text, behind_lines(text, options.skip_lines), options)
    if not lines:
        return None
    lines += options.skip_lines
    stand, them = ("line stands", "it") if lines == 1 else (f"{lines} lines stand", "them")
    return f"If the first {stand} before the header, skip {them}: --skip-lines {lines}"


class _Head:
    """The file from a position on, as much as its first lines need; positions are those in the file."""

    def __init__(self, text: Text, start: int) -> None:
        self._text, self._start, self._blocks = text, start, text.blocks_from(start)
        self._data, self._whole = b"", False
        self.end = start  # of the line found last

    def next_line(self, start: int) -> tuple[str, int]:
        """The first line that is not empty from a position on, and where it begins."""
        start -= self._start
        while (found := _line(self._data, start, self._whole)) is None:
            if self._whole:
                raise self._no_header()
            self._read()
        first, last, end = found
        self.end = self._start + end
        line, position = self._data[first:last], self._start + first
        try:
            return line.decode(), position
        except UnicodeDecodeError as error:
            raise self._text.not_utf8(position + error.start, line[error.start]) from None

    def _read(self) -> None:
        """As much again as there is, so that what is searched for a line end is at most twice the line."""
        blocks, size = [self._data], 0
        while not self._whole and size <= len(self._data):
            blocks.append(next(self._blocks, b""))
            size += len(blocks[-1])
            self._whole = not blocks[-1] or len(self._data) + size > self._text.limits.record
        self._data = b"".join(blocks)

    def _no_header(self) -> DataError:
        empty = not self._data and not self._start
        return self._text.source.error(
            "the file is empty" if empty else "there is no header",
            advice="A table begins with a line of the names of its columns.",
        )


def _line(data: bytes, start: int, whole: bool) -> tuple[int, int, int] | None:
    """Beginning, end and beginning of the next of the first line that is not empty; None needs more data."""
    blank = _BLANK.match(data, start)
    assert blank is not None
    first, odd = blank.end(), False
    for found in _SIGN.finditer(data, first):
        if found[0] == b'"':
            odd = not odd
        elif not odd:
            last, end = found.span()
            if found[0] == b"\r":
                if end == len(data) and not whole:
                    return None  # a line feed may follow
                end += data[end : end + 1] == b"\n"
            return first, last, end
    return (first, len(data), len(data)) if whole and first < len(data) else None


def _delimiter(line: str) -> str:
    """The most frequent of the known ones outside quotes."""
    return max(DELIMITERS, key=re.sub(r'"[^"]*"', "", line).count)


def _check_width(columns: int, delimiter: str, most: int) -> None:
    """Raises Fault for more columns than are read."""
    if columns > most:
        raise Fault(
            f"the header has {columns:,} columns, and {most:,} are the most that are read",
            1,
            f"Is the delimiter {delimiter!r}? --delimiter sets it.",
        )


def _check(names: Sequence[str], delimiter: str) -> None:
    """Raises Fault for names that cannot be those of columns."""
    name, count = Counter(names).most_common(1)[0]
    if count > 1:
        raise Fault(
            f"the header names {shown(name)} {count} times",
            1,
            f"Give each column its own name. The delimiter is {delimiter!r}; --delimiter sets it.",
        )
    values = DOT.numbers(names)
    if values is not None and not all(isnan(value) or value.is_integer() for value in values):
        first = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
        raise Fault(
            f"the first line holds numbers ({first}), not names",
            1,
            "Put a header line with the names of the columns above it.",
        )


def guessed(text: Text, header: Header, options: ReadOptions) -> Plan:
    """The plan that the first rows suggest; the whole file may revise it."""
    rungs = _rungs(header.delimiter, options)
    sample = next(text.blocks_from(header.end), b"")[:_SAMPLE_BYTES]
    rows: list[list[str]] = []
    try:
        whole = sample[: cut_at(sample, False)].decode(errors="replace")
        for _, record in islice(records(whole, header.delimiter, fields=len(header.names)), _SAMPLE_ROWS):
            rows.append(record)
    except Fault:
        pass  # the pass over the file names it
    styles: list[Style] = [style_of([row[i] for row in rows], rungs) for i in range(len(header.names))]
    for i, name in enumerate(header.names):
        if name in options.text:
            styles[i] = None
    return Plan(header.delimiter, tuple(styles), rungs)


def _rungs(delimiter: str, options: ReadOptions) -> tuple[NumberStyle, ...]:
    """The styles a number column may have, the likelier first."""
    thousands = options.thousands or ""
    if options.decimal is not None:
        return (NumberStyle(options.decimal, thousands),)
    if thousands in (".", ","):
        return (NumberStyle("," if thousands == "." else ".", thousands),)
    dot, comma = (NumberStyle(".", thousands), NumberStyle(",", thousands)) if thousands else (DOT, COMMA)
    return (dot, comma) if delimiter == ";" else (dot,)
