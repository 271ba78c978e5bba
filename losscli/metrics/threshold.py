"""The threshold at which decisions are best on the rows at hand: by their cost, F1 or Youden's index; and the
one that theory names for a cost."""

import math
from dataclasses import dataclass

import numpy as np

from losscli.domain import Floats
from losscli.metrics.distribution import KEPT_BITS, Distribution, Table

_LEAST = float(np.finfo(float).tiny)
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
    """Positive iff prediction > threshold, which every threshold in [low, high) does alike; cost: per row, or
    what else is least there."""

    threshold: float
    low: float
    high: float
    cost: float


def best_cut(d: Distribution, costs: Costs, anchor: float) -> Cut:
    """The cut that costs least: of several that do, the one nearest to `anchor`.

    Where predictions are rounded, of the cuts between rounded predictions; the cost of each is exact.
    """
    table, missed, alarms = _mistakes(d)
    excess = (costs.fn - costs.tp) * missed + (costs.fp - costs.tn) * alarms
    positive, negative = table[1].sum(), table[2].sum()
    right = costs.tp * positive + costs.tn * negative
    return _least(table, d.exact, excess, anchor, right, float(positive + negative))


def best_f1_cut(d: Distribution, anchor: float) -> Cut:
    """The cut of the largest F1, of several the one nearest to `anchor`; its cost is 1 - F1.

    1 - F1 = (fn + fp)/(2tp + fn + fp). Lipton, Elkan and Naryanaswamy 2014, arXiv:1402.1892: for calibrated
    probabilities it lies at half of that F1, however the classes are balanced.
    """
    table, missed, alarms = _mistakes(d)
    wrong = missed + alarms
    return _least(table, d.exact, wrong / np.maximum(2.0 * (missed[-1] - missed) + wrong, _LEAST), anchor)


def best_youden_cut(d: Distribution, anchor: float) -> Cut:
    """The cut of the largest recall + specificity - 1, which is that of the largest balanced accuracy; of
    several the one nearest to `anchor`; its cost is the sum of both error rates. Youden 1950,
    doi:10.1002/1097-0142(1950)3:1<32::AID-CNCR2820030106>3.0.CO;2-3."""
    table, missed, alarms = _mistakes(d)
    rates = missed / max(float(missed[-1]), _LEAST) + alarms / max(float(alarms[0]), _LEAST)
    return _least(table, d.exact, rates, anchor)


def _mistakes(d: Distribution) -> tuple[Table, Floats, Floats]:
    """(the table, weight of positives at or below, of negatives above) each of the k + 1 cuts: (k + 1,)."""
    table = _, positive, negative = d.table()
    return table, np.append(0.0, np.cumsum(positive)), np.append(np.cumsum(negative[::-1])[::-1], 0.0)


def _least(
    table: Table, exact: bool, excess: Floats, anchor: float, more: float = 0.0, total: float = 1.0
) -> Cut:
    """The cut of the least excess (k + 1,), the nearest to `anchor`; its cost is (excess + more)/total."""
    value = table[0]
    least = float(excess.min())
    best = np.flatnonzero(excess <= least + _TIE * float(excess.max()))
    first, last = (value, value) if exact else _rounded_to(value)
    low, high = np.append(-math.inf, last), np.append(first, math.inf)
    place = _nearest(low[best], high[best], anchor)
    ends = float(low[best][place]), float(high[best][place])
    return Cut(_between(*ends, anchor), *ends, (float(excess[best][place]) + more) / total)


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
