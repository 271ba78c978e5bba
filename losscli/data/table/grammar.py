"""What a field may say: the strict grammar of numbers and the spellings of missing."""

import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import cast

BLANKS = " \t"
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "<na>", "#n/a", "nat"})
INFINITE = {
    sign + word: -math.inf if sign == "-" else math.inf
    for sign in ("", "+", "-")
    for word in ("inf", "infinity")
}
EXACT = 2.0**53  # below it every whole number is a double, and no other text rounds to it


@dataclass(frozen=True)
class NumberStyle:
    """The decimal sign and the thousands sign ("" for none) of a column."""

    decimal: str = "."
    thousands: str = ""

    @cached_property
    def pattern(self) -> str:
        """The grammar of a finite number as a regular expression, the same to Python and RE2."""
        group, dot = re.escape(self.thousands), re.escape(self.decimal)
        whole = rf"(?:[0-9]{{1,3}}(?:{group}[0-9]{{3}})+|[0-9]+)" if group else "[0-9]+"
        return rf"[+-]?(?:{whole}(?:{dot}[0-9]*)?|{dot}[0-9]+)(?:[eE][+-]?[0-9]+)?"

    @cached_property
    def _match(self) -> Callable[[str], object]:
        return re.compile(rf"[{BLANKS}]*{self.pattern}[{BLANKS}]*").fullmatch

    def plain(self, field: str) -> str:
        """The field as Python spells numbers."""
        text = field.strip(BLANKS)
        if self.thousands:
            text = text.replace(self.thousands, "")
        return text if self.decimal == "." else text.replace(self.decimal, ".")

    def number(self, field: str) -> float | None:
        """The value, bit-equal to float(); NaN where spelled as missing; None where it is no number."""
        if self._match(field):
            return float(self.plain(field))
        word = field.strip(BLANKS).lower()
        return math.nan if word in MISSING else INFINITE.get(word)

    def numbers(self, fields: Iterable[str]) -> list[float] | None:
        """number() of every field; None where one is no number."""
        match, plain, number = self._match, self.plain, self.number
        if self == DOT:  # the same without a call per field; float() strips blanks itself
            found = [float(field) if match(field) else number(field) for field in fields]
        else:
            found = [float(plain(field)) if match(field) else number(field) for field in fields]
        return None if None in found else cast(list[float], found)

    def fault(self, field: str, value: float) -> str | None:
        """Why a double does not hold the number in the field, or None. `value` is number(field)."""
        if abs(value) < EXACT or math.isnan(value):
            return None
        text = self.plain(field)
        if math.isinf(value):
            return "is too large for a double" if text.lower() not in INFINITE else None
        digits = text.lstrip("+-").lstrip("0")
        if digits.isdigit() and int(digits) != int(abs(value)):
            return f"is a whole number that a double cannot hold (it would become {value:.0f})"
        return None


DOT, COMMA = NumberStyle("."), NumberStyle(",")


def is_missing(field: str) -> bool:
    return field.strip(BLANKS).lower() in MISSING


def number_advice(field: str) -> str:
    """What to type, or to write in the file, where a field of a number column is no number."""
    text = field[:_LONGEST].strip(BLANKS)
    grouped = NumberStyle(".", ",").number(text) is not None
    if COMMA.number(text) is not None:
        also = "; if it groups digits, --thousands ," if grouped else ""
        return f"If the comma is the decimal sign, say so: --decimal ,{also}"
    if grouped:
        return "If the comma groups digits, say so: --thousands ,"
    if NumberStyle(",", ".").number(text) is not None:
        return "If the dot groups digits, say so: --decimal , --thousands ."
    plain = unicodedata.normalize("NFKC", text).translate(_SIGNS).strip()
    plain = "".join(str(unicodedata.decimal(sign, sign)) for sign in plain).replace("_", "")
    if plain != text and DOT.number(plain) is not None:
        return f"Write it in plain digits and signs: {plain}"
    return "Correct the field, or empty it and use --missing drop"


_LONGEST = 60  # characters of a field that are looked at, and shown
_SIGNS = {ord(sign): "-" for sign in "\u2010\u2011\u2012\u2013\u2014\u2212"}


def number_text(value: float) -> str:
    """The shortest text that reads back as the value; whole numbers without '.0'."""
    return str(int(value)) if abs(value) < 1e16 and value == int(value) else repr(float(value))


def shown(field: str) -> str:
    """A value for a message: escaped, and cut where long."""
    return repr(field if len(field) <= _LONGEST else field[: _LONGEST - 3] + "…")
