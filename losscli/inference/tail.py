"""Whether a mean hangs on a few large values: how many count, and how heavy the tail is beyond them."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from losscli.domain import DOMINATED, Floats

KEPT = 2_000  # of the largest values
FEWEST = 10.0  # effective rows, below which there is nothing to judge a tail by
SHARE = 0.2  # of the rows, effective ones, from which on a few cannot carry a mean
HEAVY = 0.4  # tail shape above which intervals fail; the variance is infinite from 0.5
_LEAST = float(np.nextafter(0.0, 1.0))
_PRIOR = 10.0  # values whose worth of evidence for a shape of 0.5 is mixed in


@dataclass(frozen=True)  # without slots, for the shape, which is computed once
class Tail:
    """Of n values, none below 0: how many are positive, their sum and that of their squares, and the largest.

    largest: (≤ KEPT,), descending. total, squares: in units of the largest value and of its square, so that
    neither overflows. Merges.
    """

    rows: int
    positive: int
    total: float
    squares: float
    largest: Floats

    @classmethod
    def of(cls, x: Floats) -> "Tail":
        """x: (n,), finite, none below 0."""
        kept = x if len(x) <= KEPT else np.partition(x, len(x) - KEPT)[-KEPT:]
        largest = np.sort(kept)[::-1]
        size = float(largest[0]) if len(x) else 0.0
        scaled = x / size if size > 0 else x
        return cls(len(x), int(np.count_nonzero(x)), float(scaled.sum()), float(scaled @ scaled), largest)

    def merge(self, other: "Tail") -> "Tail":
        size = max(self.size, other.size)
        a, b = (part.size / size if size > 0 else 1.0 for part in (self, other))
        return Tail(
            self.rows + other.rows,
            self.positive + other.positive,
            self.total * a + other.total * b,
            self.squares * a * a + other.squares * b * b,
            np.sort(np.concatenate([self.largest, other.largest]))[::-1][:KEPT],
        )

    @property
    def size(self) -> float:
        """The largest value."""
        return float(self.largest[0]) if len(self.largest) else 0.0

    @property
    def effective(self) -> float:
        """(Σx)²/Σx², as many equal values would weigh alike; NaN where all are 0."""
        return self.total**2 / self.squares if self.squares > 0 else math.nan

    @cached_property
    def shape(self) -> float:
        """Of the generalised Pareto distribution of the M largest values above the next one, M the least of a
        fifth of the positive ones, 3√n of them, and half the effective ones but at least 10; Zhang and
        Stephens 2009, doi:10.1198/tech.2009.08017. Mixed with 0.5, which counts as 10 values; Vehtari,
        Simpson, Gelman, Yao and Gabry 2024, JMLR 25 (72). NaN where all values are 0.
        """
        if not self.positive:
            return math.nan
        n = self.positive
        count = int(min(SHARE * n, 3 * math.sqrt(n), max(FEWEST, self.effective / 2), len(self.largest) - 1))
        excess = (self.largest[:count] - self.largest[count])[::-1] / self.size
        return (pareto_shape(excess) * count + 0.5 * _PRIOR) / (count + _PRIOR)

    @property
    def carries(self) -> bool:
        """Whether the mean hangs on a few values: fewer than 10 effective ones of 50 or more rows, or less
        than a fifth as many as are positive and a heavy tail beyond."""
        few = self.effective < min(FEWEST, SHARE * self.rows)
        return few or (self.effective < SHARE * self.positive and self.shape > HEAVY)

    def why(self, units: str = "rows") -> str | None:
        """Why the mean has no interval, None where it has; units: what has a value above 0."""
        if not self.carries:
            return None
        return f"{DOMINATED}: {self.effective:.1f} effective {units} of {self.positive:,}"


@dataclass(frozen=True, slots=True)
class Largest:
    """The largest of many values, from a bound on: all that reach it, but no more than KEPT are promised."""

    values: Floats

    @classmethod
    def of(cls, x: Floats, least: float) -> "Largest":
        """The finite ones of x (n,) from `least` on."""
        found = x[np.flatnonzero(x >= least)]
        return cls(_top(found[found < math.inf], KEPT))

    def merge(self, other: "Largest") -> "Largest":
        return Largest(_top(np.concatenate([self.values, other.values]), 4 * KEPT))

    @property
    def descending(self) -> Floats:
        """(≤ KEPT,)"""
        return np.sort(_top(self.values, KEPT))[::-1]


def _top(x: Floats, most: int) -> Floats:
    """x, or where it is longer than `most` the KEPT largest of it."""
    return x if len(x) <= most else np.partition(x, len(x) - KEPT)[-KEPT:]


def bound(x: Floats, blocks: int) -> float:
    """What the KEPT largest values of all rows likely reach, told from those of one of so many blocks alike:
    four times as many do."""
    x = x[(x > 0) & (x < math.inf)]
    rank = -(-4 * KEPT // blocks)
    return float(np.partition(x, len(x) - rank)[len(x) - rank]) if rank <= len(x) else _LEAST


def pareto_shape(excess: Floats) -> float:
    """The shape of the generalised Pareto distribution of M values, 0 or above, ascending; above 0 the tail
    is a power, below it ends. 0 where no value is above 0.

    The posterior mean of Zhang and Stephens 2009, doi:10.1198/tech.2009.08017, with the sign of k turned.
    """
    n = len(excess)
    above = excess[excess > 0]
    if not len(above):
        return 0.0
    grid = 30 + int(math.sqrt(n))
    quartile = above[max(int(len(above) / 4 + 0.5) - 1, 0)]
    steps = (1 - np.sqrt(grid / (np.arange(1, grid + 1) - 0.5))) / (3 * quartile)
    theta = 1 / above[-1] + steps
    theta = theta[theta != 0]
    k = -np.log1p(-theta[:, None] * excess).mean(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        likelihood = n * (np.log(theta / k) + k - 1)
    likelihood = np.where(np.isfinite(likelihood), likelihood, -np.inf)
    weight = np.exp(likelihood - likelihood.max())
    best = float(weight @ theta / weight.sum())
    return float(np.log1p(-best * excess).mean())
