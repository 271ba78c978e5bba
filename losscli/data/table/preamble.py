"""Lines before the header: skipped where the user says so, suspected where the file looks like it."""

import re
from itertools import islice

from losscli.data.table.chunks import Text
from losscli.data.table.facts import ReadOptions
from losscli.data.table.grammar import DOT
from losscli.data.table.scanner import Fault, records

DELIMITERS = ",;\t|"  # the earlier wins a tie
_SAMPLE_BYTES, _MOST_LINES, _ROWS = 1 << 16, 100, 20
_LINE_END = re.compile(rb"\r\n|\r|\n")


def behind_lines(text: Text, lines: int) -> int:
    """The position behind so many physical lines. Raises DataError where the file has fewer."""
    left, position, half = lines, 0, False
    for block in text.blocks() if lines else ():
        start = int(half and block.startswith(b"\n"))
        if not left:
            return position + start
        for found in islice(_LINE_END.finditer(block, start), left):
            left -= 1
            if not left and found.end() < len(block):
                return position + found.end()
        half = block.endswith(b"\r")
        position += len(block)
    if left:
        raise text.source.error(
            f"--skip-lines {lines} skips more lines than the file has ({lines - left:,})",
            advice="The header is the first line that is not skipped.",
        )
    return position


def likely_lines(text: Text, start: int, options: ReadOptions) -> int:
    """How many of the lines from a position on seem to stand before the header; 0 where it seems to be the
    first: they are followed by names, and rows of as many fields, and the first line has another number of
    fields or empty ones."""
    sample = text.part(start, start + _SAMPLE_BYTES)
    lines = re.split("\r\n|\r|\n", sample.decode(errors="replace"))
    if len(sample) == _SAMPLE_BYTES:
        lines.pop()  # it may go on
    found = [_before_header(lines, sign) for sign in options.delimiter or DELIMITERS]
    return max(found)[1]


def _before_header(lines: list[str], sign: str) -> tuple[int, int]:
    """(columns, lines before their names), (0, 0) where no line looks like a header below others."""
    rows = [_fields(line, sign) for line in lines]
    for i in range(1, min(len(rows), _MOST_LINES)):
        following = [row for row in rows[i + 1 :] if row][:_ROWS]
        if _are_names(rows[i]) and following and all(len(row) == len(rows[i]) for row in following):
            is_row = len(rows[0]) == len(rows[i]) and all(rows[0])
            return (0, 0) if is_row else (len(rows[i]), i)
    return 0, 0


def _fields(line: str, sign: str) -> list[str]:
    """The fields of a line; none where it is blank, or no record by itself."""
    try:
        return [field.strip() for _, record in records(line, sign) for field in record]
    except Fault:
        return []


def _are_names(fields: list[str]) -> bool:
    distinct = len(fields) >= 2 and len(set(fields)) == len(fields) and all(fields)
    return distinct and all(DOT.number(field) is None for field in fields)
