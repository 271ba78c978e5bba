"""The header line, and what it and the first rows say about the dialect."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from math import isnan
from shlex import quote
from string import ascii_lowercase

from losscli.data.table.buffers import is_whole
from losscli.data.table.chunks import Text, cut_at
from losscli.data.table.facts import ReadOptions, may_delimit
from losscli.data.table.grammar import NumberStyle, has_leading_zero, shown
from losscli.data.table.parse import Plan, Style, numbers_of, style_of
from losscli.data.table.preamble import DELIMITERS, behind_lines, likely_lines
from losscli.data.table.scanner import Fault, records
from losscli.errors import DataError, Fix

_SAMPLE_BYTES, _SAMPLE_ROWS = 1 << 16, 200
_SHOWN_NAMES = 27  # that are written out in an advice
_BLANK, _SIGN = re.compile(rb"[\r\n]*"), re.compile(rb'["\r\n]')


@dataclass(frozen=True, slots=True)
class Header:
    """Names as they are on screen, the delimiter, and the position in the decoded file behind the header."""

    names: tuple[str, ...]
    delimiter: str
    end: int


def read_header(text: Text, options: ReadOptions) -> Header:
    """The first line that is not empty, behind those to be skipped; an Excel `sep=;` line before it sets the
    delimiter. Where the options name the columns, it is the first row. DataError where it cannot be."""
    start = behind_lines(text, options.skip_lines)
    head = _Head(text, start)
    line, position = head.next_line(start)
    marked = re.fullmatch(r'"?sep=(.)"?', line, re.IGNORECASE)
    if marked:
        line, position = head.next_line(head.end)
    delimiter = options.delimiter or (marked[1] if marked else _delimiter(line, options))
    try:
        if not may_delimit(delimiter):
            raise Fault(f"{delimiter!r} is no delimiter", 1, "Use --delimiter ';'")
        _check_width(line.count(delimiter) + 1, delimiter, text.limits.columns)
        _, fields = next(records(line, delimiter))
        names = tuple(field.strip() for field in fields)
        if options.columns:
            _check_named(names, delimiter, options)
        else:
            _check(names, delimiter, options, lambda: text.line_of(head.end) - 1)
    except Fault as fault:
        tell_preamble(fault, text, options)
        raise text.fault_at(position, fault) from None
    if options.columns:
        return Header(options.columns, delimiter, position)
    return Header(names, delimiter, head.end)


def tell_preamble(fault: Fault, text: Text, options: ReadOptions) -> None:
    """What to type, in the fault, where the file seems to have lines before its header."""
    lines = likely_lines(text, behind_lines(text, options.skip_lines), options)
    if lines:
        lines += options.skip_lines
        stand, them = ("line stands", "it") if lines == 1 else (f"{lines} lines stand", "them")
        fault.advice = f"If the first {stand} before the header, skip {them}:"
        fault.fixes = [Fix(("--skip-lines", str(lines)), f"the header is behind {them}")]


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


def _delimiter(line: str, options: ReadOptions) -> str:
    """The most frequent of the known ones outside quotes; of those that make as many fields as are named, or
    numbers of all of them, if there are any."""
    signs = sorted(DELIMITERS, key=re.sub(r'"[^"]*"', "", line).count, reverse=True)
    wanted = len(options.columns)
    for sign in signs:
        fields = _fields(line, sign)
        if len(fields) > 1 and (len(fields) == wanted if wanted else _are_numbers(fields, sign, options)):
            return sign
    return signs[0]


def _fields(line: str, delimiter: str) -> list[str]:
    """The fields of a line; none where it is no record by itself."""
    try:
        return next(records(line, delimiter))[1]
    except Fault:
        return []


def _are_numbers(fields: Sequence[str], delimiter: str, options: ReadOptions) -> bool:
    """Whether they are numbers or missing, and not all missing."""
    found = next(filter(None, (style.numbers(fields) for style in options.styles(delimiter))), [])
    return not all(map(isnan, found))


def _check_width(columns: int, delimiter: str, most: int) -> None:
    """Raises Fault for more columns than are read."""
    if columns > most:
        raise Fault(
            f"the header has {columns:,} columns, and {most:,} are the most that are read",
            1,
            f"Is the delimiter {delimiter!r}? --delimiter sets it.",
        )


def _check(names: Sequence[str], delimiter: str, options: ReadOptions, lines: Callable[[], int]) -> None:
    """Raises Fault for names that cannot be those of columns. lines: how many there are up to the header."""
    of_pandas = list(names) == ["", *map(str, range(len(names) - 1))]  # an index and columns without names
    if not of_pandas and _are_numbers(names, delimiter, options):
        first = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
        what = f"the first line holds numbers ({first}), not names"
        sign = "tab" if delimiter == "\t" else delimiter
        flags = ("--delimiter", sign) if options.delimiter is None and delimiter != "," else ()
        if len(names) > _SHOWN_NAMES:
            more = f"{' '.join(map(quote, flags))} --columns {_counted(len(names))}".strip()
            raise Fault(what, 1, f"If it is data, name its columns: {more}")
        columns = (*flags, "--columns", _placeholders(len(names)))
        raise Fault(
            what,
            1,
            "Name its columns:",
            [
                Fix(columns, "the first line is data; put your own names"),
                Fix((*columns, "--skip-lines", str(lines())), "the first line is a header of numbers"),
            ],
        )
    name, count = Counter(names).most_common(1)[0]
    if count > 1:
        raise Fault(
            f"the header names {shown(name)} {count} times",
            1,
            f"Give each column its own name. The delimiter is {delimiter!r}; --delimiter sets it.",
        )


def _placeholders(columns: int) -> str:
    """So many names, joined by commas: a target and predictions."""
    return ",".join(["y", *(f"pred_{sign}" for sign in ascii_lowercase)][:columns])


def _counted(columns: int) -> str:
    """Many names, for the shell to make."""
    return f'"y,$(seq -s, -f pred_%.0f 1 {columns - 1})"'


def _check_named(fields: Sequence[str], delimiter: str, options: ReadOptions) -> None:
    """Raises Fault for a first row that the names of the options do not fit."""
    names = options.columns
    if len(fields) != len(names):
        count = f"{len(fields)} field{'' if len(fields) == 1 else 's'}"
        raise Fault(
            f"--columns names {len(names)}, but the first line has {count}",
            1,
            f"The delimiter is {delimiter!r}; --delimiter sets it. Give as many names",
            [Fix(("--columns", _placeholders(len(fields))), "put your own names")]
            if len(fields) <= _SHOWN_NAMES
            else [],
        )
    if [field.lower() for field in fields] == [name.lower() for name in names]:
        again = Fix(("--columns",), "the names of the header")
        raise Fault("the first line is a header with the names of --columns", 1, "Leave it out:", [again])


def guessed(text: Text, header: Header, options: ReadOptions) -> Plan:
    """The plan that the first rows suggest; the whole file may revise it."""
    rungs = options.styles(header.delimiter)
    sample = next(text.blocks_from(header.end), b"")[:_SAMPLE_BYTES]
    rows: list[list[str]] = []
    try:
        head = sample[: cut_at(sample, False)].decode(errors="replace")
        for _, record in islice(records(head, header.delimiter, fields=len(header.names)), _SAMPLE_ROWS):
            rows.append(record)
    except Fault:
        pass  # the pass over the file names it
    fields = [[row[i] for row in rows] for i in range(len(header.names))]
    styles: list[Style] = [style_of(column, rungs) for column in fields]
    for i, name in enumerate(header.names):
        if name in options.text:
            styles[i] = None
    pairs = enumerate(zip(fields, styles, strict=True))
    whole = {i for i, (column, style) in pairs if style is not None and _are_whole(column, style)}
    may_be_codes = len(rungs) == 1 and not options.padded
    codes = [i for i in whole if may_be_codes and any(map(has_leading_zero, fields[i]))]
    return Plan(header.delimiter, tuple(styles), rungs, whole=frozenset(whole)).with_zeros(codes)


def _are_whole(fields: Sequence[str], style: NumberStyle) -> bool:
    numbers = numbers_of(fields, style)
    return numbers is not None and is_whole(numbers)
