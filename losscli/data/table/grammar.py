"""What a field may say: the strict grammar of numbers and the spellings of missing."""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

BLANKS = " \t"
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "<na>", "#n/a", "nat"})
INFINITE = {
    sign + word: -math.inf if sign == "-" else math.inf
    for sign in ("", "+", "-")
    for word in ("inf", "infinity")
}
GROUPING = {" ": " \u00a0\u2007\u2009\u202f", "'": "'\u2019"}  # the signs that stand for one another
EXACT = 2.0**53  # below it every whole number is a double, and no other text rounds to it


@dataclass(frozen=True)
class NumberStyle:
    """The decimal sign and the thousands sign ("" for none) of a column, and the words for missing, in lower
    case, beyond MISSING; padded: whether whole numbers with leading zeros are numbers, 007 is 7. A thousands
    sign of GROUPING stands for its like too."""

    decimal: str = "."
    thousands: str = ""
    missing: frozenset[str] = frozenset()
    padded: bool = False

    @cached_property
    def pattern(self) -> str:
        """The grammar of a finite number as a regular expression, the same to Python and RE2."""
        group, dot = f"[{re.escape(self._groups)}]" if self.thousands else "", re.escape(self.decimal)
        whole = rf"(?:[1-9][0-9]{{0,2}}(?:{group}[0-9]{{3}})+|[0-9]+)" if group else "[0-9]+"
        return rf"[+-]?(?:{whole}(?:{dot}[0-9]*)?|{dot}[0-9]+)(?:[eE][+-]?[0-9]+)?"

    @cached_property
    def missing_numbers(self) -> tuple[float, ...]:
        """The words for missing that are numbers without it."""
        found = (replace(self, missing=frozenset()).number(word) for word in self.missing)
        return tuple(value for value in found if value is not None and not math.isnan(value))

    @cached_property
    def _groups(self) -> str:
        return GROUPING.get(self.thousands, self.thousands)

    @cached_property
    def _match(self) -> Callable[[str], object]:
        return re.compile(rf"[{BLANKS}]*{self.pattern}[{BLANKS}]*").fullmatch

    def plain(self, field: str) -> str:
        """The field as Python spells numbers."""
        text = field.strip(BLANKS)
        for sign in self._groups:
            text = text.replace(sign, "")
        return text if self.decimal == "." else text.replace(self.decimal, ".")

    def number(self, field: str) -> float | None:
        """The value, bit-equal to float(); NaN where spelled as missing; None where it is no number."""
        word = field.strip(BLANKS).lower()
        if word in self.missing:
            return math.nan
        if self._match(field):
            return float(self.plain(field))
        return math.nan if word in MISSING else INFINITE.get(word)

    def numbers(self, fields: Iterable[str]) -> list[float] | None:
        """number() of every field; None where one is no number."""
        match, plain, number = self._match, self.plain, self.number
        if self.missing:  # one of them may be spelled as a number
            found = [number(field) for field in fields]
        elif self == DOT:  # the same without a call per field; float() strips blanks itself
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


LEADING_ZERO = rf"[{BLANKS}]*[+-]?0[0-9]+[{BLANKS}]*"  # digits that a number would be written without
has_leading_zero = re.compile(LEADING_ZERO).fullmatch


def is_missing(field: str) -> bool:
    """Whether it is a word for missing in every file."""
    return field.strip(BLANKS).lower() in MISSING


def number_text(value: float) -> str:
    """The shortest text that reads back as the value; whole numbers without '.0'."""
    return str(int(value)) if abs(value) < 1e16 and value == int(value) else repr(float(value))


_LONGEST = 60  # characters of a field that are shown


def shown(field: str) -> str:
    """A value for a message: escaped, and cut where long."""
    return repr(field if len(field) <= _LONGEST else field[: _LONGEST - 3] + "…")
