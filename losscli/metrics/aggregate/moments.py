"""Sums over rows of many row quantities at once: means, their standard errors, and who carries them."""

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np

from losscli.domain import Codes, Floats, Mask

_QUIET = np.errstate(over="ignore", invalid="ignore")  # squares of huge values are inf, and said elsewhere
NO_ROW = np.iinfo(np.intp).max
_SUMS = ("wd", "w2d", "w2d2", "w3d", "w3d2", "w3d3", "fwd", "bwd")
_MERGED: Mapping[str, Callable[[Any, Any], Any]] = {  # how two blocks make one; all else is added
    "shift": lambda a, b: a,
    "top": np.maximum,
    "largest": np.maximum,
    "first_infinite": np.minimum,
}


@dataclass(frozen=True)  # without slots, for what is computed once of all columns
class Moments:
    """Weighted power sums of C row quantities x, about a shift that is the same for all blocks.

    With d = x - shift, each of shape (C,): wd = Σwd, w2d = Σw²d, w2d2 = Σw²d², and so on; fwd for
    the flagged rows, bwd for the others. `top` is the largest w·x, `largest` the largest x; `positive`
    counts rows with x > 0; rows with an infinite x are counted, the first one kept, and left out of the
    sums.
    """

    shift: Floats
    rows: int
    w: float
    w2: float
    w3: float
    wd: Floats
    w2d: Floats
    w2d2: Floats
    w3d: Floats
    w3d2: Floats
    w3d3: Floats
    fw: float
    fwd: Floats
    bwd: Floats
    top: Floats
    largest: Floats
    positive: Codes
    infinite: Codes
    first_infinite: Codes

    @classmethod
    def of(
        cls, columns: Iterable[Floats], w: Floats, shift: Floats, flagged: Mask | None, number: Codes
    ) -> "Moments":
        """columns: C arrays (n,), used one by one; w: (n,); shift: (C,); number: (n,) row numbers."""
        c = len(shift)
        sums, top, largest = np.empty((8, c)), np.empty(c), np.empty(c)
        positive, infinite = np.zeros(c, dtype=np.intp), np.zeros(c, dtype=np.intp)
        first = np.full(c, NO_ROW, dtype=np.intp)
        w2, unit = w * w, bool((w == 1.0).all())
        marked = np.flatnonzero(flagged) if flagged is not None else np.zeros(0, dtype=np.intp)
        d, room = np.empty((2, len(w)))  # used again: a fresh array costs more than what is done in it
        above = np.empty(len(w), dtype=np.bool_)
        for j, x in enumerate(columns):
            largest[j] = np.maximum.reduce(x, initial=-np.inf)
            top[j] = largest[j] if unit else (w * x).max(initial=-np.inf)
            positive[j] = np.count_nonzero(np.greater(x, 0.0, out=above))
            np.subtract(x, shift[j], out=d)
            if largest[j] == np.inf:
                bad = np.isinf(x)
                infinite[j], first[j] = np.count_nonzero(bad), number[bad][0]
                d[bad] = 0.0
            sums[:6, j] = _unit_powers(d, room) if unit else _powers(d, w, w2, room)
            sums[6:, j] = 0.0, sums[0, j]
            if len(marked):
                wd = d if unit else room  # as the powers leave it
                sums[6, j] = wd[marked].sum()
                wd[marked] = 0.0  # the others apart: the marked ones may dwarf them
                sums[7, j] = np.add.reduce(wd)
        return cls(
            shift=shift,
            rows=len(w),
            w=float(w.sum()),
            w2=float(w2.sum()),
            w3=float(w2 @ w),
            fw=float(w[flagged].sum()) if flagged is not None else 0.0,
            **dict(zip(_SUMS, sums, strict=True)),
            top=top,
            largest=largest,
            positive=positive,
            infinite=infinite,
            first_infinite=first,
        )

    @_QUIET
    def merge(self, other: "Moments") -> "Moments":
        both = ((one.name, getattr(self, one.name), getattr(other, one.name)) for one in fields(self))
        return Moments(**{name: _MERGED.get(name, operator.add)(a, b) for name, a, b in both})

    @cached_property
    @_QUIET
    def mean(self) -> Floats:
        """Σwx/Σw: (C,); infinite where a row is."""
        return np.where(self.infinite > 0, np.inf, self.shift + self.wd / self.w)

    @cached_property
    @_QUIET
    def flagged_sum(self) -> Floats:
        """Σ w x over the flagged rows: (C,)."""
        return self.fwd + self.shift * self.fw

    @cached_property
    @_QUIET
    def bulk_mean(self) -> Floats:
        """Σwx/Σw over the rows that are not flagged, summed apart from them: (C,)."""
        return np.asarray(self.shift + self.bwd / (self.w - self.fw))

    @cached_property
    @_QUIET
    def total(self) -> Floats:
        """Σ w x: (C,)."""
        return self.wd + self.shift * self.w

    @cached_property
    @_QUIET
    def effective_rows(self) -> Floats:
        """(Σwx)²/Σ(wx)²: (C,); NaN where all are 0."""
        squares = self.w2d2 + 2 * self.shift * self.w2d + self.shift**2 * self.w2
        return np.divide(self.total**2, squares, out=np.full_like(squares, np.nan), where=squares > 0)

    @cached_property
    @_QUIET
    def standard_error(self) -> Floats:
        """Of the mean, by linearisation with the factor n/(n-1): (C,)."""
        if self.rows < 2:
            return np.full_like(self.wd, np.nan)
        spread = np.maximum(self._central(2), 0.0)
        return np.sqrt(spread * self.rows / (self.rows - 1)) / self.w

    @cached_property
    @_QUIET
    def skewness(self) -> Floats:
        """Of w(x - mean): (C,); NaN where it does not vary."""
        variance = np.maximum(self._central(2), 0.0) / self.rows
        third = self._central(3) / self.rows
        return np.divide(third, variance**1.5, out=np.full_like(third, np.nan), where=variance > 0)

    def _central(self, power: int) -> Floats:
        """Σ (w(x - mean))^power: (C,)."""
        e = self.wd / self.w
        if power == 2:
            return self.w2d2 - 2 * e * self.w2d + e**2 * self.w2
        return self.w3d3 - 3 * e * self.w3d2 + 3 * e**2 * self.w3d - e**3 * self.w3


def _powers(d: Floats, w: Floats, w2: Floats, room: Floats) -> tuple[float, ...]:
    """Σwd, Σw²d, Σw²d², Σw³d, Σw³d², Σw³d³. room: (n,), is made w·d."""
    wd = np.multiply(w, d, out=room)
    wd2 = wd * wd
    return float(wd.sum()), float(wd @ w), float(wd @ wd), float(wd @ w2), float(wd2 @ w), float(wd2 @ wd)


def _unit_powers(d: Floats, room: Floats) -> tuple[float, ...]:
    """The same for weights of 1. room: (n,), is overwritten."""
    total, squares = float(np.add.reduce(d)), float(d @ d)
    return total, total, squares, total, squares, float(np.square(d, out=room) @ d)
