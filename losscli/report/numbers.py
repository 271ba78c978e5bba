"""Digits: a figure shows what its interval justifies, else three significant digits."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

TINY, HUGE = 1e-3, 1e6  # outside, a row is written in scientific form
_ROUNDING = 1e-13  # relative, of a mean


@dataclass(frozen=True, slots=True)
class Figure:
    """A value and, where there is one, its interval."""

    value: float | None
    low: float | None = None
    high: float | None = None

    @property
    def decimals(self) -> int | None:
        """Decimals justified by the interval: two significant digits of its half-width; none by one as narrow
        as the rounding of a constant."""
        if self.low is None or self.high is None:
            return None
        half = (self.high - self.low) / 2
        return None if not _ROUNDING * abs(self.high) < half < math.inf else 1 - magnitude(half)


@dataclass(frozen=True, slots=True)
class Digits:
    """How the figures of one row are written; `decimals` below 0 rounds to tens, hundreds …"""

    decimals: int
    scientific: bool

    def text(self, value: float, own: int | None = None) -> str:
        """The value in these digits, or in fewer where its own interval justifies fewer."""
        decimals = self.decimals if own is None else min(self.decimals, own)
        if value and (self.scientific or abs(value) >= 10 * HUGE):
            return scientific(value, decimals + magnitude(value) if self.scientific else 2)
        return fixed(value, decimals)

    def interval(self, low: float | None, high: float | None) -> str:
        """`22.1-24.0`, or `[-1.2, 0.3]` where a sign would be taken for the dash; empty if there is none."""
        if low is None or high is None:
            return ""
        left, right = self.text(low), self.text(high)
        return f"{left}-{right}" if low >= 0 and "e" not in left + right else f"[{left}, {right}]"


def digits_of(figures: Sequence[Figure]) -> Digits:
    """One number of decimals for a row of figures, the leading one first.

    The leader's interval decides; an interval up to ten times wider lowers it by one, and a much
    wider one lowers its own figure only. A figure that leads another must not look like it.
    """
    present = [figure for figure in figures if figure.value is not None]
    nonzero = [abs(figure.value) for figure in present if figure.value]
    if not nonzero:  # what their interval leaves open is how far from 0 they may be
        return Digits((present[0].decimals or 0) if present else 0, False)
    first = abs(present[0].value or 0.0) or min(nonzero)
    own = present[0].decimals
    if own is None:
        decimals = 2 - magnitude(first)
    else:
        justified = [figure.decimals for figure in present]
        decimals = min(one for one in justified if one is not None and one >= own - 1)
    digits = Digits(decimals, not TINY <= first < HUGE)
    if own is None and _looks_tied(present, digits):
        return Digits(decimals + 1, digits.scientific)
    return digits


def _looks_tied(figures: Sequence[Figure], digits: Digits) -> bool:
    if len(figures) < 2 or figures[0].value == figures[1].value:
        return False
    first, second = (digits.text(f.value, f.decimals) for f in figures[:2] if f.value is not None)
    return first == second


def magnitude(value: float) -> int:
    """The power of ten of the leading digit; value is not 0."""
    return math.floor(math.log10(abs(value)))


def fixed(value: float, decimals: int, sign: bool = False) -> str:
    """Plain decimal text; never `-0`."""
    rounded = round(value, decimals)
    if not rounded:
        rounded = 0.0
    return f"{rounded:{'+' if sign and rounded else ''}.{max(decimals, 0)}f}"


def scientific(value: float, decimals: int) -> str:
    """`2.1e-4`; `> 1e308` for what is beyond doubles, a share in per cent."""
    if math.isinf(value):
        return f"{'-' if value < 0 else ''}> 1e308"
    mantissa, _, exponent = f"{value:.{min(max(decimals, 0), 15)}e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


def significant(value: float, digits: int = 3) -> str:
    """The value in so many significant digits."""
    if not value:
        return "0"
    decimals = digits - 1 - magnitude(value)
    return Digits(decimals, not TINY <= abs(value) < HUGE).text(value)


def percent(share: float, low: float | None = None, high: float | None = None, sign: bool = False) -> str:
    """`1.8 %`, with an interval `1.8 % [-2.6, +5.8]`."""
    value = 100 * share
    if low is None or high is None:
        return f"{_percent_text(value, sign)} %"
    decimals = max(Figure(value, 100 * low, 100 * high).decimals or 0, 0)
    ends = ", ".join(fixed(100 * end, min(decimals, 4), sign=True) for end in (low, high))
    return f"{fixed(value, min(decimals, 4), sign)} % [{ends}]"


def _percent_text(value: float, sign: bool) -> str:
    size = abs(value)
    if size >= 100 * HUGE:
        return scientific(value, 1)
    if 0 < size < 0.001:
        return "< 0.001"
    decimals = 0 if size >= 9.95 or not size else 1 if size >= 0.095 else -magnitude(size)
    return fixed(value, decimals, sign)


def p_text(p: float) -> str:
    """`< 0.001`, or two significant digits."""
    return "< 0.001" if p < 0.001 else f"{p:.2g}"


def ranks(rank: int | None, low: int | None, high: int | None) -> str:
    """`1-2`, or the plain rank where it has no interval."""
    if low is not None and high is not None:
        return f"{low}" if low == high else f"{low}-{high}"
    return "" if rank is None else f"{rank}"


def count(number: float, noun: str, plural: str = "") -> str:
    """`1 row`, `1,200 rows`; plural: where it is not the noun with an s."""
    return f"{number:,.0f} {noun if number == 1 else plural or f'{noun}s'}"
