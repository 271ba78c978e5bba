"""Sums over rows of many row quantities at once: means, their standard errors, and who carries them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from losscli.domain import Codes, Floats, Mask

_QUIET = np.errstate(over="ignore", invalid="ignore")  # squares of huge values are inf, and said elsewhere
NO_ROW = np.iinfo(np.intp).max


@dataclass(frozen=True, slots=True)
class Moments:
    """Weighted power sums of C row quantities x, about a shift that is the same for all blocks.

    With d = x - shift, each of shape (C,): wd = Σwd, w2d = Σw²d, w2d2 = Σw²d², and so on; f for the
    flagged rows only. `top` is the largest w·x, `largest` the largest x; `positive` counts rows with
    x > 0; rows with an infinite x are counted, the first one kept, and left out of the sums.
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
    top: Floats
    largest: Floats
    positive: Codes
    infinite: Codes
    first_infinite: Codes

    @classmethod
    def of(
        cls, columns: Sequence[Floats | None], w: Floats, shift: Floats, flagged: Mask | None, number: Codes
    ) -> "Moments":
        """columns: C arrays (n,), None for one that is not computed (its sums are NaN); w: (n,);
        number: (n,) row numbers."""
        c = len(columns)
        sums = np.full((7, c), np.nan)
        top, largest = np.full(c, np.nan), np.full(c, np.nan)
        positive, infinite = np.zeros(c, dtype=np.intp), np.zeros(c, dtype=np.intp)
        first = np.full(c, NO_ROW, dtype=np.intp)
        w2 = w * w
        for j, x in enumerate(columns):
            if x is None:
                continue
            top[j], largest[j] = (w * x).max(initial=0.0), x.max(initial=-np.inf)
            positive[j] = np.count_nonzero(x > 0)
            d = x - shift[j]
            if largest[j] == np.inf:
                bad = np.isinf(x)
                infinite[j], first[j] = np.count_nonzero(bad), number[bad][0]
                d[bad] = 0.0
            wd = w * d
            wd2 = wd * wd
            sums[:6, j] = wd.sum(), wd @ w, wd @ wd, wd @ w2, wd2 @ w, wd2 @ wd
            sums[6, j] = wd[flagged].sum() if flagged is not None else 0.0
        return cls(
            shift=shift,
            rows=len(w),
            w=float(w.sum()),
            w2=float(w2.sum()),
            w3=float(w2 @ w),
            wd=sums[0],
            w2d=sums[1],
            w2d2=sums[2],
            w3d=sums[3],
            w3d2=sums[4],
            w3d3=sums[5],
            fw=float(w[flagged].sum()) if flagged is not None else 0.0,
            fwd=sums[6],
            top=top,
            largest=largest,
            positive=positive,
            infinite=infinite,
            first_infinite=first,
        )

    def merge(self, other: "Moments") -> "Moments":
        return Moments(
            shift=self.shift,
            rows=self.rows + other.rows,
            w=self.w + other.w,
            w2=self.w2 + other.w2,
            w3=self.w3 + other.w3,
            wd=self.wd + other.wd,
            w2d=self.w2d + other.w2d,
            w2d2=self.w2d2 + other.w2d2,
            w3d=self.w3d + other.w3d,
            w3d2=self.w3d2 + other.w3d2,
            w3d3=self.w3d3 + other.w3d3,
            fw=self.fw + other.fw,
            fwd=self.fwd + other.fwd,
            top=np.maximum(self.top, other.top),
            largest=np.maximum(self.largest, other.largest),
            positive=self.positive + other.positive,
            infinite=self.infinite + other.infinite,
            first_infinite=np.minimum(self.first_infinite, other.first_infinite),
        )

    @property
    def mean(self) -> Floats:
        """Σwx/Σw: (C,); infinite where a row is."""
        return np.where(self.infinite > 0, np.inf, self.shift + self.wd / self.w)

    @property
    def flagged_sum(self) -> Floats:
        """Σ w x over the flagged rows: (C,)."""
        return self.fwd + self.shift * self.fw

    @property
    def total(self) -> Floats:
        """Σ w x: (C,)."""
        return self.wd + self.shift * self.w

    @property
    @_QUIET
    def effective_rows(self) -> Floats:
        """(Σwx)²/Σ(wx)²: (C,); NaN where all are 0."""
        squares = self.w2d2 + 2 * self.shift * self.w2d + self.shift**2 * self.w2
        return np.divide(self.total**2, squares, out=np.full_like(squares, np.nan), where=squares > 0)

    @property
    @_QUIET
    def standard_error(self) -> Floats:
        """Of the mean, by linearisation with the factor n/(n-1): (C,)."""
        if self.rows < 2:
            return np.full_like(self.wd, np.nan)
        spread = np.maximum(self._central(2), 0.0)
        return np.sqrt(spread * self.rows / (self.rows - 1)) / self.w

    @property
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
