"""The threshold at which decisions cost least on the rows at hand, and the one that theory names."""

import math
from dataclasses import dataclass

import numpy as np

from losscli.domain import Floats
from losscli.metrics.distribution import KEPT_BITS, Distribution

_TIE = 1e-12  # relative: costs that differ by less are equal but for rounding


@dataclass(frozen=True, slots=True)
class Costs:
    """What a decision costs, by what the row is: a false positive, a false negative, and right ones."""

    fp: float
    fn: float
    tp: float = 0.0
    tn: float = 0.0

    def theoretical(self, negative: float = 1.0, positive: float = 1.0) -> float:
        """The probability above which `positive` costs less; of rows whose classes count so much. Elkan 2001
        (IJCAI), The foundations of cost-sensitive learning, eq. 2."""
        alarm, miss = (self.fp - self.tn) * negative, (self.fn - self.tp) * positive
        return alarm / (alarm + miss)


@dataclass(frozen=True, slots=True)
class Cut:
    """Positive iff prediction > threshold, which every threshold in [low, high) does alike; cost: per row."""

    threshold: float
    low: float
    high: float
    cost: float


def best_cut(d: Distribution, costs: Costs, anchor: float) -> Cut:
    """The cut that costs least: of several that do, the one nearest to `anchor`.

    Where predictions are rounded, of the cuts between rounded predictions; the cost of each is exact.
    """
    value, positive, negative = d.table()
    missed = np.append(0.0, np.cumsum(positive))  # at or below each of the k + 1 cuts
    alarms = np.append(np.cumsum(negative[::-1])[::-1], 0.0)  # above it
    excess = (costs.fn - costs.tp) * missed + (costs.fp - costs.tn) * alarms
    right = costs.tp * positive.sum() + costs.tn * negative.sum()
    least = float(excess.min())
    best = np.flatnonzero(excess <= least + _TIE * float(excess.max()))
    first, last = (value, value) if d.exact else _rounded_to(value)
    low, high = np.append(-math.inf, last), np.append(first, math.inf)
    place = _nearest(low[best], high[best], anchor)
    ends = float(low[best][place]), float(high[best][place])
    total = float(positive.sum() + negative.sum())
    return Cut(_between(*ends, anchor), *ends, (float(excess[best][place]) + right) / total)


def _nearest(low: Floats, high: Floats, anchor: float) -> int:
    away = np.maximum(low - anchor, 0.0) + np.maximum(anchor - high, 0.0)
    away += np.where(anchor == high, np.finfo(float).tiny, 0.0)  # a cut ends before `high`
    return int(np.argmin(away))


def _between(low: float, high: float, anchor: float) -> float:
    """A threshold in [low, high): the anchor, else the middle."""
    if low <= anchor < high:
        return anchor
    if low == -math.inf:
        return high / 2 if high > 0 else high - max(1.0, abs(high))
    if high == math.inf:
        return low
    middle = low / 2 + high / 2
    return middle if low <= middle < high else low


def _rounded_to(value: Floats) -> tuple[Floats, Floats]:
    """The first and the last number that is rounded to each, (k,): towards 0, by leaving out bits."""
    bits = np.ascontiguousarray(value + 0.0).view(np.uint64)
    farthest = (bits | ~KEPT_BITS).view(np.float64)
    return np.where(value < 0, farthest, value), np.where(value < 0, value, farthest)
