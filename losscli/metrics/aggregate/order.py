"""Weighted quantiles, exact at any number of rows in bounded memory: a sample says where to look, and the
search narrows radix by radix."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from losscli.domain import Floats, Mask
from losscli.engine import fold
from losscli.metrics.aggregate.bins import weight_at

Series = Sequence[tuple[Floats, Floats]]  # per series: values (n,) and weights (n,) of one block
Keys = NDArray[np.uint64]
Counts = NDArray[np.intp]
T = TypeVar("T")


class Mergeable(Protocol):
    """A summary of some rows; two make the summary of both."""

    def merge(self, other: Self, /) -> Self: ...


M = TypeVar("M", bound=Mergeable)
Pieces = list[tuple[Floats, Floats]]

Side = Literal["left", "right"]

_SIDES: tuple[Side, Side] = ("left", "right")
_BITS = 16  # of a key are told apart in one pass
_BINS = 1 << _BITS
_SIGN = 1 << 63
_ALL = (1 << 64) - 1
_COLLECT = 1 << 20  # so many values are kept and sorted
_SAMPLED = 8  # blocks that say where to look first
_HAIR = 1e-12  # of the total weight, below which two sums of weights are equal
_MARGIN = 0.007  # of the ranks, on either side: four standard errors of the sampled rows


@dataclass(frozen=True, slots=True)
class _Histogram:
    """What one range of one series holds: the weight below it and of all, weight and rows by bin."""

    below: float
    total: float
    weights: Floats
    rows: Counts

    def merge(self, other: "_Histogram") -> "_Histogram":
        return _Histogram(
            self.below + other.below,
            self.total + other.total,
            self.weights + other.weights,
            self.rows + other.rows,
        )


@dataclass(frozen=True, slots=True)
class _Weights:
    """The weights of rows, (n,), and their sum; out: where they are 0, if all others are 1, else None."""

    w: Floats
    total: float
    out: Counts | None

    @classmethod
    def of(cls, w: Floats) -> "_Weights":
        total, some = float(w.sum()), int(np.count_nonzero(w))
        zero_or_one = total == some and w.min(initial=0.0) >= 0.0 and w.max(initial=0.0) <= 1.0
        return cls(w, total, np.flatnonzero(w == 0.0) if zero_or_one else None)

    def below(self, over: Mask) -> float:
        """The weight of the rows that are not over, (n,)."""
        if self.out is None:
            return self.total - float(self.w @ over)
        return self.total - float(np.count_nonzero(over) - np.count_nonzero(over[self.out]))


Weighed = Sequence[tuple[Floats, _Weights]]  # series whose weights are known


def _weighed(series: Series) -> Weighed:
    """Series may share their weights."""
    known = {id(w): w for _, w in series}
    weights = {key: _Weights.of(w) for key, w in known.items()}
    return [(x, weights[id(w)]) for x, w in series]


@dataclass(frozen=True, slots=True)
class _Range:
    """Keys from `low` to `high` of one series, told apart in 65,536 bins."""

    series: int
    low: int = 0
    high: int = _ALL

    @property
    def shift(self) -> int:
        return max((self.high - self.low).bit_length() - _BITS, 0)

    def select(self, series: Weighed) -> tuple[float, Floats, Floats]:
        """(weight below the range, the values inside, their weights)."""
        x, weights = series[self.series]
        if self.low == 0 and self.high == _ALL:
            inside = np.flatnonzero(weights.w)
            return 0.0, x[inside], weights.w[inside]
        over = x >= _value(self.low)
        inside = np.flatnonzero(over & (x <= _value(self.high)))
        return weights.below(over), x[inside], weights.w[inside]

    def look(self, series: Weighed) -> "_Look":
        below, x, w = self.select(series)
        return _Look(below, series[self.series][1].total, [(x, w)])

    def histogram(self, series: Weighed) -> _Histogram:
        below, x, w = self.select(series)
        place = ((_keys(x) - np.uint64(self.low)) >> np.uint64(self.shift)).astype(np.intp)
        total = series[self.series][1].total
        return _Histogram(below, total, weight_at(place, w, _BINS), np.bincount(place, minlength=_BINS))

    def collect(self, series: Weighed) -> Pieces:
        """The values and weights inside; one pair where they are all equal."""
        _, x, w = self.select(series)
        if self.low == self.high and len(x):
            return [(x[:1], w.sum(keepdims=True))]
        return [(x, w)]


@dataclass(frozen=True, slots=True)
class _Search:
    """The least value with F ≥ goal (side left) or F > goal (right), looked for in `range`."""

    side: Side
    range: _Range
    below: float = 0.0  # weight of the keys under the range
    rows: int = _COLLECT + 1  # in the range
    goal: float = 0.0  # share × total weight

    @property
    def done(self) -> bool:
        return self.rows <= _COLLECT or self.range.low == self.range.high

    def narrowed(self, found: _Histogram, share: float) -> "_Search":
        """The bin that holds the value."""
        goal = _goal(share, found.total, self.side)
        filled = np.flatnonzero(found.weights)
        cumulated = found.below + np.cumsum(found.weights[filled])
        place = int(np.searchsorted(cumulated, goal, side=self.side))
        if not len(filled):
            return _Search(self.side, self.range, rows=0)
        place = min(place, len(filled) - 1)
        bin_, shift = int(filled[place]), self.range.shift
        low = self.range.low + (bin_ << shift)
        return _Search(
            self.side,
            _Range(self.range.series, low, min(low + (1 << shift) - 1, self.range.high)),
            float(cumulated[place] - found.weights[bin_]),
            int(found.rows[bin_]),
            goal,
        )

    def read_off(self, pieces: Pieces) -> float:
        values, cumulated = _cumulated(pieces, self.below)
        if not len(values):
            return float("nan")
        place = min(int(np.searchsorted(cumulated, self.goal, side=self.side)), len(values) - 1)
        return float(values[place])


@dataclass(frozen=True, slots=True)
class _Look:
    """What a range that was guessed holds; `pieces` None where it is too much."""

    below: float
    total: float
    pieces: Pieces | None

    def merge(self, other: "_Look") -> "_Look":
        pieces = None if self.pieces is None or other.pieces is None else self.pieces + other.pieces
        if pieces is not None and sum(len(x) for x, _ in pieces) > _COLLECT:
            pieces = None
        return _Look(self.below + other.below, self.total + other.total, pieces)

    def quantile(self, share: float) -> float | None:
        """The quantile, or None where it is not safely inside the range."""
        if self.pieces is None:
            return None
        values, cumulated = _cumulated(self.pieces, self.below)
        goals = [_goal(share, self.total, side) for side in _SIDES]
        if not len(values) or not self.below < goals[0] <= goals[1] < cumulated[-1]:
            return None
        places = [
            np.searchsorted(cumulated, goal, side=side) for goal, side in zip(goals, _SIDES, strict=True)
        ]
        low, high = (float(values[place]) for place in places)
        return _middle(low, high)


Looks = list[_Look]


@dataclass(frozen=True, slots=True)
class Sought:
    """Quantiles that a pass over the rows looks for, where a sample says they are.

    With cumulative weight F and total W, the quantile at `share` is the mean of the least value with
    F ≥ share·W and the least with F > share·W, so that 0.5 with equal weights is the usual median; NaN
    where W = 0. Values must be finite.
    """

    share: float
    ranges: tuple[_Range, ...]

    @classmethod
    def seek(cls, series: Callable[[int], Series], share: float, blocks: int) -> "Sought":
        """Ask a few blocks of `series` where the quantile of each series is."""
        return cls(share, tuple(_guesses(series, share, blocks)))

    def look(self, series: Series) -> Looks:
        """What one block has to say; to be merged by `merge_each`."""
        weighed = _weighed(series)
        return [wanted.look(weighed) for wanted in self.ranges]

    def values(self, looks: Looks, series: Callable[[int], Series], blocks: int, jobs: int) -> list[float]:
        """The quantiles; by more passes over `series` where the sample misled."""
        found = [look.quantile(self.share) for look in looks]
        rest = [index for index, value in enumerate(found) if value is None]
        radix = _by_radix(series, rest, self.share, blocks, jobs)
        return [radix[index] if value is None else value for index, value in enumerate(found)]


def merge_each(a: list[M], b: list[M]) -> list[M]:
    """Two lists of summaries, merged pair by pair."""
    return [x.merge(y) for x, y in zip(a, b, strict=True)]


def quantiles(series: Callable[[int], Series], share: float, blocks: int, jobs: int) -> list[float]:
    """The quantile at `share` of each series that `series(block)` gives, in a pass of its own."""
    sought = Sought.seek(series, share, blocks)
    looks = fold(blocks, lambda block: sought.look(series(block)), merge_each, jobs)
    return sought.values(looks, series, blocks, jobs)


def _by_radix(
    series: Callable[[int], Series], wanted: Sequence[int], share: float, blocks: int, jobs: int
) -> dict[int, float]:
    """The quantiles of the wanted series, in bins of 16 bits of the key."""
    searches = [_Search(side, _Range(index)) for index in wanted for side in _SIDES]
    while ranges := list(dict.fromkeys(search.range for search in searches if not search.done)):
        histograms = fold(blocks, _each(series, ranges, _Range.histogram), merge_each, jobs)
        found = dict(zip(ranges, histograms, strict=True))
        searches = [s if s.done else s.narrowed(found[s.range], share) for s in searches]
    if not searches:
        return {}
    ranges = list(dict.fromkeys(search.range for search in searches))
    pieces = fold(blocks, _each(series, ranges, _Range.collect), _append, jobs)
    kept = dict(zip(ranges, pieces, strict=True))
    ends = [search.read_off(kept[search.range]) for search in searches]
    return {
        index: _middle(*pair)
        for index, pair in zip(wanted, zip(ends[::2], ends[1::2], strict=True), strict=True)
    }


def _goal(share: float, total: float, side: Side) -> float:
    """The weight to reach: a hair less for ≥ and more for >, as sums of weights such as 0.1 round."""
    hair = _HAIR * total
    return share * total - hair if side == "left" else share * total + hair


def _middle(low: float, high: float) -> float:
    return low if low == high else (low + high) / 2


def _cumulated(pieces: Pieces, below: float) -> tuple[Floats, Floats]:
    """(values ascending, weight up to each)."""
    values, weights = (np.concatenate(column) for column in zip(*pieces, strict=True))
    if len(weights) and (weights == weights[0]).all():  # sorting values alone is several times faster
        return np.sort(values), below + weights[0] * np.arange(1, len(values) + 1)
    order = np.argsort(values)
    return values[order], below + np.cumsum(weights[order])


def _guesses(series: Callable[[int], Series], share: float, blocks: int) -> list[_Range]:
    """Where a sample of blocks puts the quantile of each series; everywhere, where there are few blocks."""
    if blocks <= 2 * _SAMPLED:
        return [_Range(index) for index in range(len(series(0)))]
    sampled = [series(block) for block in np.linspace(0, blocks - 1, _SAMPLED).astype(int).tolist()]
    guesses = []
    for index, pieces in enumerate(zip(*sampled, strict=True)):
        x = np.concatenate([x[w > 0][::3] for x, w in pieces])
        ranks = np.clip([share - _MARGIN, share + _MARGIN], 0, 1) * max(len(x) - 1, 0)
        places = np.round(ranks).astype(np.intp)
        keys = _keys(np.partition(x, places)[places]).tolist() if len(x) else [0, _ALL]
        guesses.append(_Range(index, *keys))
    return guesses


def _keys(x: Floats) -> Keys:
    """Unsigned integers in the order of the doubles; -0.0 and 0.0 are one."""
    bits = (x + 0.0).view(np.uint64)
    return np.where(bits & np.uint64(_SIGN), ~bits, bits | np.uint64(_SIGN))


def _value(key: int) -> float:
    """The double of a key; the ends of the range are the infinities."""
    bits = key ^ _SIGN if key & _SIGN else key ^ _ALL
    value = float(np.array(bits, dtype=np.uint64).view(np.float64))
    return value if not math.isnan(value) else math.inf if key & _SIGN else -math.inf


def _each(
    series: Callable[[int], Series], ranges: Sequence[_Range], read: Callable[[_Range, Weighed], T]
) -> Callable[[int], list[T]]:
    def work(block: int) -> list[T]:
        rows = _weighed(series(block))
        return [read(wanted, rows) for wanted in ranges]

    return work


def _append(a: list[Pieces], b: list[Pieces]) -> list[Pieces]:
    return [pieces + more for pieces, more in zip(a, b, strict=True)]
