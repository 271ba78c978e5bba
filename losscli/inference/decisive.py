"""The rows that decide: how few, left out, would reverse which of two models is better."""

import math
from dataclasses import dataclass

import numpy as np

from losscli.domain import Codes, Floats, Mask

KEPT = 1_000  # contributions of each sign
FEWER = 0.5  # of the rows expected, below which the order rests on few
_HAIR = 1e-12  # of the sums compared, below which they are equal
_TINY = float(np.nextafter(0.0, 1.0))  # the least number above 0
ANY = (_TINY, _TINY)  # bounds that every contribution reaches
_QUIET = np.errstate(over="ignore")  # sums of huge values are inf, and said
INFINITE = "the sum of the differences is infinite"
LEVEL = "the mean losses are equal"
UNANIMOUS = "no row is for the other model"
MANY = f"more than {KEPT:,} rows decide"


@dataclass(frozen=True, slots=True)
class Decisive:
    """The fewest rows whose removal reverses the order of two models.

    count: how many, None with the reason where there are none or too many; rows: their numbers, (count,),
    the largest contribution first.
    """

    count: int | None
    rows: Codes
    reason: str | None


@dataclass(frozen=True, slots=True)
class _Side:
    """Positive sizes of rows, in any order: the KEPT largest, of equal ones those of the first rows, up to
    four times as many with others; and the sum of the rest."""

    size: Floats
    number: Codes
    rest: float

    def merge(self, other: "_Side") -> "_Side":
        both = _Side(
            np.concatenate([self.size, other.size]),
            np.concatenate([self.number, other.number]),
            self.rest + other.rest,
        )
        return both.trimmed if len(both.size) > 4 * KEPT else both

    @property
    @_QUIET
    def trimmed(self) -> "_Side":
        """The KEPT largest alone."""
        size, number = self.size, self.number
        if len(size) <= KEPT:
            return self
        least = np.partition(size, len(size) - KEPT)[len(size) - KEPT]
        near = np.flatnonzero(size >= least)
        kept = near[np.lexsort((number[near], -size[near]))[:KEPT]]
        others = np.ones(len(size), dtype=np.bool_)
        others[kept] = False
        return _Side(size[kept], number[kept], self.rest + float(size[others].sum()))

    @property
    def descending(self) -> "_Side":
        """The KEPT largest, the largest first, equal ones by row number."""
        side = self.trimmed
        order = np.lexsort((side.number, -side.size))
        return _Side(side.size[order], side.number[order], side.rest)

    @_QUIET
    def without(self) -> Floats:
        """The sum of all but the first 0, 1, … of those kept: (kept + 1,). Added from the smallest up, as
        a row that dwarfs the others would round them away."""
        return np.cumsum(np.concatenate([[self.rest], self.size[::-1]]))[::-1]


@dataclass(frozen=True, slots=True)
class Tops:
    """What decides between two models: of the contributions to the sum of their loss differences, the largest
    of each sign by row. Merges; what it keeps does not depend on the order."""

    positive: _Side
    negative: _Side

    @classmethod
    @_QUIET
    def of(cls, contribution: Floats, number: Codes, bounds: tuple[float, float] = ANY) -> "Tops":
        """contribution: w(ℓ_a - ℓ_b), finite, (n,); number: row numbers (n,); bounds: of each sign, what the
        KEPT largest of all rows reach for certain, as `bounds_of` some of them does."""
        up = np.flatnonzero(contribution >= bounds[0])
        down = np.flatnonzero(contribution <= -bounds[1])
        above, below = contribution[up], -contribution[down]
        left = lacking = 0.0
        if bounds != ANY:
            rest = contribution.copy()
            rest[up] = rest[down] = 0.0
            left = float(np.maximum(rest, 0.0).sum())
            lacking = -float(np.minimum(rest, 0.0, out=rest).sum())
        return cls(_Side(above, number[up], left).trimmed, _Side(below, number[down], lacking).trimmed)

    def merge(self, other: "Tops") -> "Tops":
        return Tops(self.positive.merge(other.positive), self.negative.merge(other.negative))

    def decisive(self) -> Decisive:
        """The fewest rows whose removal reverses the sign of the sum of contributions.

        Exact for the difference of two mean losses: no other rows, as few, move it as far. Broderick,
        Giordano and Meager 2020, arXiv:2011.14999, ask the same of any estimate.
        """
        positive, negative = self.positive.descending, self.negative.descending
        up, down = positive.without(), negative.without()
        if not math.isfinite(up[0] + down[0]):
            return _none(INFINITE)
        if not _exceeds(up[0], down[0]) and not _exceeds(down[0], up[0]):
            return _none(LEVEL)
        leading, left, against = (positive, up, down[0]) if up[0] > down[0] else (negative, down, up[0])
        if against == 0:
            return _none(UNANIMOUS)
        reverses = _exceeds(against, left)
        if not reverses.any():
            return _none(MANY)
        count = int(np.argmax(reverses))
        return Decisive(count, leading.number[:count], None)


def bounds_of(contribution: Floats) -> tuple[float, float]:
    """Of each sign, the least of the KEPT largest contributions, (n,): those of more rows are no smaller."""
    return _least_kept(contribution), _least_kept(-contribution)


def _least_kept(size: Floats) -> float:
    size = size[size > 0]
    return float(np.partition(size, len(size) - KEPT)[len(size) - KEPT]) if len(size) > KEPT else _TINY


def _exceeds(one: Floats, other: Floats) -> Mask:
    """Elementwise one > other ≥ 0, by more than rounding."""
    return np.asarray(one - other > _HAIR * (one + other))


def _none(reason: str) -> Decisive:
    return Decisive(None, np.zeros(0, dtype=np.intp), reason)


def expected_rows(rows: int, t: float) -> float:
    """How many rows would decide if the differences were Gaussian: n·b with φ(Φ⁻¹(1-b)) = |t|/√n·(1-b).

    rows: n; t: the paired t statistic. Without its largest share b, a Gaussian sample has the mean 0.
    """
    ratio = abs(t) / math.sqrt(rows)
    low, high = -8.0, 38.0  # where φ/Φ, which falls, is 8 and the least double: b is 1 and 0
    for _ in range(60):
        z = (low + high) / 2
        density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
        if density > ratio * math.erfc(-z / math.sqrt(2)) / 2:
            low = z
        else:
            high = z
    return rows * math.erfc(low / math.sqrt(2)) / 2


def warns(count: int | None, expected: float) -> bool:
    """Whether the order rests on few rows: at most half of those expected."""
    return count is not None and count <= FEWER * expected
