"""Isotonic recalibration: the non-decreasing function of the predictions with the least loss on these rows.

Dimitriadis, Gneiting and Jordan 2021, doi:10.1073/pnas.2016191118, for probabilities; Gneiting and Resin
2023, doi:10.1214/23-EJS2180, for means, quantiles and expectiles. One function serves every loss that is
consistent for the functional: Jordan, Mühlemann and Ziegel 2022, doi:10.1007/s10463-021-00808-0.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from losscli.domain import Codes, Floats, Mask

_PASSES = 60  # of all pairs at once, before pairs are taken one by one
_DENOMINATOR = 1_000  # up to that of a level its quantiles are counted in whole numbers


@dataclass(frozen=True, slots=True)
class Elicited:
    """The quantile or the expectile at a level in (0, 1); the mean is the expectile at 1/2."""

    level: float
    quantile: bool = False

    @property
    def is_mean(self) -> bool:
        return self.level == 0.5 and not self.quantile


MEAN = Elicited(0.5)


@dataclass(frozen=True, slots=True)
class Ordered:
    """Rows in ascending order of their predictions, in one set or several, one after the other.

    w: weights > 0 (n,). starts: of the groups of equal predictions (g,). sets: the first row of each set.
    """

    w: Floats
    starts: Codes
    sets: Codes

    @classmethod
    def of(cls, x: Floats, w: Floats) -> "Ordered":
        """x: predictions in ascending order; w: (n,) each, one set."""
        return cls(w, np.flatnonzero(np.append(True, x[1:] > x[:-1])), np.zeros(1, np.intp))

    @classmethod
    def level(cls, w: Floats) -> "Ordered":
        """Rows of one prediction, whose recalibration is the best constant."""
        return cls(w, np.zeros(1, np.intp), np.zeros(1, np.intp))

    def only(self, at: Codes) -> "Ordered":
        """Some rows of one set; at: their places, ascending."""
        group = np.searchsorted(self.starts, at, side="right")
        return Ordered(self.w[at], np.flatnonzero(np.append(True, np.diff(group) > 0)), self.sets)

    def times(self, count: int) -> "Ordered":
        """This set so many times."""
        n = len(self.w)
        shifts = np.arange(count)[:, None] * n
        return Ordered(np.tile(self.w, count), (shifts + self.starts).ravel(), shifts[:, 0])


def recalibrated(rows: Ordered, y: Floats, elicited: Elicited) -> Floats:
    """The recalibrated prediction of every row: (n,), ascending within each set. y: targets (n,), finite.

    Of a quantile that is an interval the lower end is taken. O(n log n).
    """
    if elicited.is_mean:
        return _isotonic_means(rows, y, rows.w)
    level = Fraction(elicited.level).limit_denominator(_DENOMINATOR)
    counted = elicited.quantile and float(level) == elicited.level and bool((rows.w == rows.w[0]).all())
    if counted and len(rows.starts) > 1:
        return _isotonic_quantiles(rows, y, level)
    distinct, place = np.unique(y, return_inverse=True)
    if elicited.quantile and len(rows.starts) == 1:
        total = np.cumsum(np.bincount(place, weights=rows.w))
        reached = total - elicited.level * total[-1] >= -4 * np.finfo(np.float64).eps * total[-1]
        return np.full(len(y), distinct[np.argmax(reached)])
    rank = _isotonic_ranks(rows, y, distinct, place, elicited)
    if elicited.quantile:
        return np.asarray(distinct[rank])
    # The fit of a row is above the target one rank lower, and at most that of its own rank: a row weighs as
    # a target above it or below it, and what is left is a mean.
    sides = np.where(place < rank, 1 - elicited.level, elicited.level)
    return _isotonic_means(rows, y, rows.w * sides)


def _isotonic_means(rows: Ordered, y: Floats, w: Floats) -> Floats:
    """Pools neighbours that are not in order, all runs of them at once: the means of the last blocks."""
    starts, total = rows.starts, np.add.reduceat(w, rows.starts)
    mean = np.add.reduceat(w * y, starts) / total
    first = np.isin(starts, rows.sets, assume_unique=True)
    for _ in range(_PASSES):
        kept = first.copy()
        kept[1:] |= mean[1:] > mean[:-1]
        if kept.all():
            break
        at = np.flatnonzero(kept)
        pooled = np.add.reduceat(total, at)
        mean = np.add.reduceat(total * mean, at) / pooled
        total, starts, first = pooled, starts[at], first[at]
    else:
        starts, mean = _one_by_one(starts, mean, total, first)
    return np.repeat(mean, np.diff(starts, append=len(y)))


def _one_by_one(starts: Codes, mean: Floats, total: Floats, first: Mask) -> tuple[Codes, Floats]:
    """The same in one sweep, which is linear whatever the order. (starts, means) of the blocks."""
    blocks: list[tuple[int, float, float]] = []
    fewest = 0  # blocks that stay: those of the sets before
    rows = zip(starts.tolist(), mean.tolist(), total.tolist(), first.tolist(), strict=True)
    for start, value, weight, begins in rows:
        if begins:
            fewest = len(blocks)
        block = start, value, weight
        while len(blocks) > fewest and blocks[-1][1] >= block[1]:
            before, summed = blocks.pop(), block[1] * block[2]
            heavier = before[2] + block[2]
            block = before[0], (before[1] * before[2] + summed) / heavier, heavier
        blocks.append(block)
    return np.array([one[0] for one in blocks]), np.array([one[1] for one in blocks])


def _isotonic_quantiles(rows: Ordered, y: Floats, level: Fraction) -> Floats:
    """Quantiles of rows that weigh alike: (n,), as `_isotonic_ranks` finds them, of ranks within each set, by
    whole numbers. A sum of slopes and the row that it ends with are one number, so that the last row with the
    largest sum is the largest number. The sets are of one size."""
    n, each, bits = len(y), len(y) // len(rows.sets), len(y).bit_length()
    ascending, below = _ranks(y.reshape(-1, each))
    ends, grouped = np.append(rows.starts[1:], n) - 1, len(rows.starts) < n
    up = level.denominator << bits
    down = np.arange(1, n + 1) * (1 - (level.numerator << bits))
    starts, low = rows.sets, np.zeros(len(rows.sets), np.intp)
    half = 1 << (each - 1).bit_length()  # ranks in each range of rows; `below`: beside its lowest
    while half > 1:
        half //= 2
        summed = np.cumsum(below < half, dtype=np.int64)
        summed *= up
        summed += down
        before = summed[starts - 1]
        before[0] = 0
        if grouped:
            most = np.maximum.reduceat(summed[ends], np.searchsorted(rows.starts, starts))
        else:
            most = np.maximum.reduceat(summed, starts)
        split = np.maximum(most, before) & ((1 << bits) - 1)  # one behind that row
        kept = np.column_stack([split > starts, np.append(starts[1:], n) > split]).ravel()
        moved = np.column_stack([np.zeros_like(low), np.full_like(low, half)]).ravel()[kept]
        low = np.repeat(low, 2)[kept] + moved
        starts = np.column_stack([starts, split]).ravel()[kept]
        below -= np.repeat(moved.astype(below.dtype), np.diff(starts, append=n))
    found = ascending[starts // each, low]
    return np.repeat(found, np.diff(starts, append=n))


def _ranks(y: Floats) -> tuple[Floats, NDArray[np.int32]]:
    """(the targets of each set in ascending order (S, m), how many of its set are below each (S·m,))."""
    order = np.argsort(y, axis=1)
    ascending = np.take_along_axis(y, order, axis=1)
    first = np.zeros(y.shape, np.int32)
    np.multiply(
        ascending[:, 1:] > ascending[:, :-1], np.arange(1, y.shape[1], dtype=np.int32), out=first[:, 1:]
    )
    rank = np.empty_like(first)
    np.put_along_axis(rank, order, np.maximum.accumulate(first, axis=1), axis=1)
    return ascending, rank.ravel()


def _isotonic_ranks(rows: Ordered, y: Floats, distinct: Floats, place: Codes, elicited: Elicited) -> Codes:
    """The least rank of a target that each row's fit does not exceed: (n,). place: the rank of each target.

    The rows whose fit is at most θ are those up to the largest sum of the slopes of their losses at θ.
    Halving the ranks again and again, of each range of rows apart, takes log2 of their number of passes:
    Stout 2013, doi:10.1007/s00453-012-9628-4.
    """
    n, weight = len(y), np.cumsum(rows.w)
    inside = np.ones(n, np.bool_)  # groups, where no range may end
    inside[np.append(rows.starts[1:], n) - 1] = False
    hair = 4 * np.finfo(np.float64).eps * weight[-1] if elicited.quantile else 0.0
    starts, low = rows.sets, np.zeros(len(rows.sets), np.intp)
    high = np.full(len(starts), len(distinct) - 1)
    while (low < high).any():
        ends, middle = np.append(starts[1:], n), (low + high) // 2
        at = np.repeat(middle, ends - starts)
        below = place <= at
        if elicited.quantile:  # counts are exact
            running = np.cumsum(rows.w * below) - elicited.level * weight
        else:
            sides = np.where(below, 1 - elicited.level, elicited.level)
            running = np.cumsum(rows.w * sides * (distinct[at] - y))
        before = np.append(0.0, running)[starts]
        running[inside] = -np.inf
        most = np.maximum(np.maximum.reduceat(running, starts), before)
        reached = np.flatnonzero(running >= np.repeat(most - hair, ends - starts))
        last = np.append(-1, reached)[np.searchsorted(reached, ends)]
        split = np.where(low < high, np.maximum(last + 1, starts), ends)
        kept = np.column_stack([split > starts, ends > split]).ravel()
        starts, low, high = (
            np.column_stack(pair).ravel()[kept]
            for pair in ((starts, split), (low, middle + 1), (middle, high))
        )
    return np.repeat(low, np.diff(starts, append=n))


def blocks_of(fitted: Floats) -> Codes:
    """The first row of each block of equal recalibrated predictions; fitted: ascending (n,)."""
    return np.flatnonzero(np.append(True, fitted[1:] > fitted[:-1]))
