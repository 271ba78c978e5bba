"""The exact scanner: RFC 4180 to the letter, slow, and able to name the line of what is wrong."""

import re
from collections.abc import Iterator, Sequence

from losscli.errors import Fix


class Fault(Exception):
    """What breaks the rules at a 1-based line of the text scanned."""

    def __init__(self, what: str, line: int, advice: str, fixes: Sequence[Fix] = ()) -> None:
        self.what, self.line, self.advice, self.fixes = what, line, advice, fixes
        super().__init__(what)


def records(text: str, delimiter: str, *, fields: int | None = None) -> Iterator[tuple[int, list[str]]]:
    """The records of a text with the line each begins on; blank lines are none. LF, CR and CRLF end lines.

    With `fields`, a record of another length is a Fault; so are a quote inside an unquoted field, text after
    a closing quote, a quote never closed and a NUL byte.
    """
    whole_line = re.compile(r'[^\r\n"\0]*')
    plain = re.compile(rf'[^{re.escape(delimiter)}\r\n"\0]*')
    line, position, end = 1, 0, len(text)
    while position < end:
        if text[position] in "\r\n":
            position = _past_line_end(text, position)
            line += 1
            continue
        start, record = line, []
        found = whole_line.match(text, position)
        assert found is not None
        simple = found.end() == end or text[found.end()] in "\r\n"
        if simple:
            if fields is not None and found[0].count(delimiter) + 1 != fields:
                raise _ragged(found[0].count(delimiter) + 1, fields, start, delimiter)
            record, position = found[0].split(delimiter), found.end()
        while not simple:
            if text.startswith('"', position):
                field, position = _quoted(text, position, delimiter, line)
                line += line_ends(field)
            else:
                found = plain.match(text, position)
                assert found is not None
                field, position = found[0], found.end()
                _check_unquoted(text, position, line)
            record.append(field)
            if not text.startswith(delimiter, position):
                break
            position += 1
        if fields is not None and len(record) != fields:
            raise _ragged(len(record), fields, start, delimiter)
        yield start, record
        if position < end:
            position = _past_line_end(text, position)
            line += 1


_QUOTED = re.compile(r'"([^"]*+(?:""[^"]*+)*+)"')


def _quoted(text: str, position: int, delimiter: str, line: int) -> tuple[str, int]:
    """The field whose opening quote is at `position`, and the position behind its closing quote."""
    found = _QUOTED.match(text, position)
    if found is None:
        raise Fault(
            "a quote is opened here and never closed", line, 'Close it, or write a quote in text as "".'
        )
    field, position = found[1], found.end()
    if "\0" in field:
        raise _nul(line + line_ends(field[: field.index("\0")]))
    if position < len(text) and text[position] not in (delimiter, "\r", "\n"):
        raise Fault(
            f"there is text behind a closing quote: {_line_part(text, position)!r}",
            line + line_ends(field),
            'Inside quotes write a quote as "".',
        )
    return field.replace('""', '"'), position


def _line_part(text: str, position: int) -> str:
    return re.split("[\r\n]", text[position : position + 10])[0]


def _check_unquoted(text: str, position: int, line: int) -> None:
    if text.startswith('"', position):
        raise Fault(
            "a quote stands inside a field that does not begin with one",
            line,
            'Put the whole field in quotes and write the quote as "".',
        )
    if text.startswith("\0", position):
        raise _nul(line)


def _nul(line: int) -> "Nul":
    return Nul("there is a NUL byte", line, "The file is damaged, or it is no text file.")


class Nul(Fault):
    """The first NUL of a text."""


class Ragged(Fault):
    """A record that has not as many fields as the header."""


def _ragged(found: int, expected: int, line: int, delimiter: str) -> Ragged:
    what = f"{found} field{'' if found == 1 else 's'}, but the header has {expected}"
    if found > expected:
        return Ragged(
            what,
            line,
            f"The delimiter is {delimiter!r}; fields that hold it need quotes, and columns need a name each.",
        )
    return Ragged(what, line, f"Complete the row, or remove it. The delimiter is {delimiter!r}.")


def _past_line_end(text: str, position: int) -> int:
    return position + (2 if text.startswith("\r\n", position) else 1)


def line_ends(text: str) -> int:
    """How many lines end in a text: LF, CR and CRLF each once."""
    return text.count("\n") + text.count("\r") - text.count("\r\n")
