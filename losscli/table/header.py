"""The header line, and what it and the first rows say about the dialect."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice

from losscli.table.chunks import Text, cut_at
from losscli.table.facts import ReadOptions
from losscli.table.grammar import COMMA, DOT, NumberStyle, shown
from losscli.table.parse import Plan, Style, style_of
from losscli.table.scanner import Fault, records

_DELIMITERS = ",;\t|"  # the earlier wins a tie
_SAMPLE_BYTES, _SAMPLE_ROWS = 1 << 16, 200


@dataclass(frozen=True, slots=True)
class Header:
    """Names as they are on screen, the delimiter, and the position in the decoded file behind the header."""

    names: tuple[str, ...]
    delimiter: str
    end: int


def read_header(text: Text, options: ReadOptions) -> Header:
    """The first line that is not empty; an Excel `sep=;` line before it sets the delimiter."""
    head = _Head(text)
    line, position = head.next_line(0)
    marked = re.fullmatch(r'"?sep=(.)"?', line, re.IGNORECASE)
    if marked:
        line, position = head.next_line(head.end)
    delimiter = options.delimiter or (marked[1] if marked else _delimiter(line))
    try:
        _, fields = next(records(line, delimiter))
    except Fault as fault:
        raise text.fault_at(position, fault) from None
    names = tuple(field.strip() for field in fields)
    _check(text, names, text.line_of(position), delimiter)
    return Header(names, delimiter, head.end)


class _Head:
    """The beginning of the file, as much as its first lines need."""

    def __init__(self, text: Text) -> None:
        self._text, self._blocks = text, text.blocks()
        self._data, self._whole = b"", False
        self.end = 0  # of the line found last

    def next_line(self, start: int) -> tuple[str, int]:
        """The first line that is not empty from a position on, and where it begins."""
        while (found := _line(self._data, start, self._whole)) is None:
            if self._whole:
                raise self._text.source.error("the file is empty" if not self._data else "there is no header")
            block = next(self._blocks, b"")
            self._data += block
            self._whole = not block or len(self._data) > self._text.limits.record
        first, last, self.end = found
        line = self._data[first:last]
        try:
            return line.decode(), first
        except UnicodeDecodeError as error:
            raise self._text.not_utf8(first + error.start, line[error.start]) from None


def _line(data: bytes, start: int, whole: bool) -> tuple[int, int, int] | None:
    """Beginning, end and beginning of the next of the first line that is not empty; None needs more data."""
    first = start
    while data[first : first + 1] in (b"\r", b"\n"):
        first += 1
    odd = False
    for found in re.compile(rb'["\r\n]').finditer(data, first):
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
    counts = Counter(re.sub(r'"[^"]*"', "", line))
    return max(_DELIMITERS, key=lambda sign: counts[sign])


def _check(text: Text, names: tuple[str, ...], line: int, delimiter: str) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise text.source.error(
            f"the header names {shown(twice[0])} {names.count(twice[0])} times",
            line=line,
            advice=f"Give each column its own name. The delimiter is {delimiter!r}; --delimiter sets it.",
        )
    values = [DOT.number(name) for name in names]
    first = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
    if all(value is not None for value in values) and not all(
        value == value // 1 for value in values if value
    ):
        raise text.source.error(
            f"the first line holds numbers ({first}), not names",
            line=line,
            advice="Put a header line with the names of the columns above it.",
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
