"""A second reader, slow and simple, that shares no code with losscli: what a file may be read as, if at all.

It takes delimited files and JSON Lines, packed or not, without any flag. It may refuse less than losscli
does: what it makes of a file is the only thing that losscli may make of it.
"""

import bz2
import csv
import gzip
import io
import json
import lzma
import math
import re
import zipfile
import zlib
from dataclasses import dataclass

NUMBER = re.compile(r"[ \t]*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?[ \t]*")
COMMA_NUMBER = re.compile(r"[ \t]*[+-]?([0-9]+(,[0-9]*)?|,[0-9]+)([eE][+-]?[0-9]+)?[ \t]*")
INFINITE = re.compile(r"[ \t]*[+-]?inf(inity)?[ \t]*", re.IGNORECASE | re.ASCII)
MISSING = re.compile(r"[ \t]*(|na|n/a|nan|null|none|<na>|#n/a|nat)[ \t]*", re.IGNORECASE | re.ASCII)
MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
csv.field_size_limit(1 << 30)


class Refused(Exception):
    """No table: losscli must say so too."""


@dataclass
class Column:
    """Numbers with NaN where missing, or texts with "" where missing."""

    numbers: list[float] | None
    texts: list[str] | None
    inexact: bool = False  # a number among them that no double holds


Columns = dict[str, Column]


def read(data: bytes, name: str) -> Columns:
    """The columns of a file of this name. Raises Refused where it holds no table."""
    plain = unpacked(data, name)
    if ".jsonl" in name or re.match(rb'(\xef\xbb\xbf)?\s*\{\s*"', plain):
        return json_lines(decoded(plain))
    return delimited(decoded(plain))


def unpacked(data: bytes, name: str) -> bytes:
    try:
        if data.startswith(b"\x1f\x8b") or name.endswith(".gz"):
            return gzip.decompress(data)
        if data.startswith(b"BZh") and name.endswith(".bz2"):
            return bz2.decompress(data)
        if data.startswith(b"\xfd7zXZ\0"):
            return lzma.decompress(data)
        if name.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                (info,) = archive.infolist()
                return archive.read(info)
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, zipfile.BadZipFile) as error:
        raise Refused(str(error)) from None
    except (NotImplementedError, RuntimeError, IndexError) as error:
        raise Refused(str(error)) from None
    return data


def decoded(data: bytes) -> str:
    encoding = next((name for mark, name in MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise Refused(str(error)) from None


def rows_of(text: str, delimiter: str) -> list[list[str]]:
    """The records as the csv module reads them, and each quote where RFC 4180 allows it."""
    plain = rf'[^"{re.escape(delimiter)}\r\n]*'
    field = rf'(?:"(?:[^"]|"")*+"|{plain})'
    if "\0" in text or not re.fullmatch(rf"(?:{field}(?:[{re.escape(delimiter)}\r\n]|\Z))*+", text):
        raise Refused("quotes or NUL")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise Refused(str(error)) from None
    return [row for row in rows if row]


def delimited(text: str) -> Columns:
    body = text.lstrip("\r\n")
    first = _first_line(body)
    marked = re.fullmatch(r'"?sep=(.)"?', first, re.IGNORECASE)
    if marked:
        body = body[len(first) :].lstrip("\r\n")
        first = _first_line(body)
    outside = re.sub(r'"[^"]*"', "", first)
    delimiter = marked[1] if marked else max(",;\t|", key=outside.count)
    if delimiter in '"\r\n':
        raise Refused("no delimiter")
    rows = rows_of(body, delimiter)
    if len(rows) < 2 or any(len(row) != len(rows[0]) for row in rows):
        raise Refused("no rows, or not of one length")
    names = [name.strip() for name in rows[0]]
    if len(set(names)) < len(names):
        raise Refused("names")
    pandas = names == ["", *map(str, range(len(names) - 1))]
    first = column(names, comma=delimiter == ";").numbers or []
    if not pandas and not all(map(math.isnan, first)):
        raise Refused("numbers")
    columns = zip(*rows[1:], strict=True)
    comma = delimiter == ";"
    return {name: column(list(fields), comma=comma) for name, fields in zip(names, columns, strict=True)}


def _first_line(text: str) -> str:
    """Up to the first line end outside quotes."""
    found = re.match(r'(?:[^"\r\n]|"[^"]*")*', text)
    return found[0] if found else ""


def column(fields: list[str], *, comma: bool) -> Column:
    """A number column where every field is one of a single style, else texts."""
    for pattern in (NUMBER, COMMA_NUMBER) if comma else (NUMBER,):
        if all(pattern.fullmatch(x) or INFINITE.fullmatch(x) or MISSING.fullmatch(x) for x in fields):
            plain = [x.strip(" \t") for x in fields]
            if pattern is COMMA_NUMBER:
                plain = [x.replace(",", ".") for x in plain]
            numbers = [math.nan if MISSING.fullmatch(x) else float(x) for x in plain]
            finite = [x for x in numbers if math.isfinite(x)]
            if all(x.is_integer() for x in finite) and any(re.fullmatch("[+-]?0[0-9]+", x) for x in plain):
                return Column(None, fields)  # a code, such as that of a post office
            return Column(numbers, None, any(map(_is_inexact, plain)))
    return Column(None, fields)


def _is_inexact(text: str) -> bool:
    """Whether it is a number that no double holds: infinite, or a whole number that would be rounded."""
    if not NUMBER.fullmatch(text):
        return False
    value = float(text)
    whole = re.fullmatch(r"[+-]?[0-9]+", text)
    return math.isinf(value) or (whole is not None and int(text) != int(value))


class _Digits(str):
    """A number as it is written."""

    __slots__ = ()


def json_lines(text: str) -> Columns:
    rows = []
    hooks = {"parse_float": _Digits, "parse_int": _Digits, "parse_constant": _refused}
    decoder = json.JSONDecoder(object_pairs_hook=_pairs, **hooks)
    for line in text.split("\n"):
        if line.strip(" \t\r\n\x0b\x0c"):
            try:
                rows.append(decoder.decode(line))
            except (ValueError, RecursionError) as error:
                raise Refused(str(error)) from None
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise Refused("no objects")
    names = list(dict.fromkeys(name for row in rows for name in row))
    if not names:
        raise Refused("no columns")
    return {name: _values([row.get(name) for row in rows]) for name in names}


def _values(values: list[object]) -> Column:
    if any(isinstance(value, dict | list) for value in values):
        raise Refused("nested")
    texts = ["" if value is None else str(value) for value in values]
    return column(texts, comma=False)


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key twice")
    return dict(pairs)


def _refused(word: str) -> None:
    raise ValueError(word)
