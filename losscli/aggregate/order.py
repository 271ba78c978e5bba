"""Weighted quantiles, exact at any number of rows in bounded memory: the search narrows radix by radix."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from losscli.domain import Floats, Mask
from losscli.engine import fold

Series = Sequence[tuple[Floats, Floats]]  # per series: values (n,) and weights (n,) of one block
Keys = NDArray[np.uint64]
Counts = NDArray[np.intp]

_BITS = 16  # of a key are told apart in one pass
_BINS = 1 << _BITS
_SIGN = np.uint64(1 << 63)
_COLLECT = 1 << 20  # so many values are kept and sorted


@dataclass(frozen=True, slots=True)
class _Range:
    """Keys from `low` to `high` of one series, told apart in 65,536 bins."""

    series: int
    low: int = 0
    high: int = (1 << 64) - 1

    @property
    def shift(self) -> int:
        return max((self.high - self.low).bit_length() - _BITS, 0)

    def select(self, series: Series) -> tuple[Keys, Mask, Floats, Floats]:
        """(keys, which are in the range and have weight, values, weights)."""
        x, w = series[self.series]
        keys = _keys(x)
        return keys, (keys >= np.uint64(self.low)) & (keys <= np.uint64(self.high)) & (w > 0), x, w

    def histogram(self, series: Series) -> tuple[Floats, Counts]:
        """Weight and rows by bin: (65,536,) each."""
        keys, within, _, w = self.select(series)
        place = ((keys[within] - np.uint64(self.low)) >> np.uint64(self.shift)).astype(np.intp)
        weights = np.bincount(place, weights=w[within], minlength=_BINS)
        return np.asarray(weights, dtype=np.float64), np.bincount(place, minlength=_BINS)

    def collect(self, series: Series) -> list[tuple[Floats, Floats]]:
        """The values and weights inside; one pair where they are all equal."""
        _, within, x, w = self.select(series)
        if self.low == self.high and within.any():
            return [(x[within][:1], w[within].sum(keepdims=True))]
        return [(x[within], w[within])]


@dataclass(frozen=True, slots=True)
class _Search:
    """The least value with F ≥ goal (side left) or F > goal (right), known to be in `range`."""

    side: Literal["left", "right"]
    range: _Range
    below: float = 0.0  # weight of the keys under the range
    rows: int = _COLLECT + 1  # in the range
    goal: float = np.nan  # share × total weight

    @property
    def done(self) -> bool:
        return self.rows <= _COLLECT or self.range.low == self.range.high

    def narrowed(self, weights: Floats, rows: Counts, share: float) -> "_Search":
        goal = share * float(weights.sum()) if np.isnan(self.goal) else self.goal
        filled = np.flatnonzero(weights)
        if not len(filled):
            return _Search(self.side, self.range, 0.0, 0, goal)
        cumulated = self.below + np.cumsum(weights[filled])
        place = min(int(np.searchsorted(cumulated, goal, side=self.side)), len(filled) - 1)
        bin_, shift = int(filled[place]), self.range.shift
        low = self.range.low + (bin_ << shift)
        high = min(low + (1 << shift) - 1, self.range.high)
        return _Search(
            self.side,
            _Range(self.range.series, low, high),
            float(cumulated[place] - weights[bin_]),
            int(rows[bin_]),
            goal,
        )

    def read_off(self, pieces: list[tuple[Floats, Floats]]) -> float:
        values, weights = (np.concatenate(column) for column in zip(*pieces, strict=True))
        if not len(values):
            return float("nan")
        order = np.argsort(values, kind="stable")
        cumulated = self.below + np.cumsum(weights[order])
        place = min(int(np.searchsorted(cumulated, self.goal, side=self.side)), len(values) - 1)
        return float(values[order[place]])


def quantiles(series: Callable[[int], Series], share: float, blocks: int, jobs: int) -> list[float]:
    """The quantile at `share` of each series that `series(block)` gives.

    With cumulative weight F and total W: the mean of the least value with F ≥ share·W and the least
    with F > share·W, so that 0.5 with equal weights is the usual median. NaN where W = 0.
    Values must be finite.
    """
    sides: tuple[Literal["left", "right"], ...] = ("left", "right")
    searches = [_Search(side, _Range(index)) for index in range(len(series(0))) for side in sides]
    while open_ranges := list(dict.fromkeys(search.range for search in searches if not search.done)):
        histograms = fold(blocks, _histograms(series, open_ranges), _add, jobs)
        found = dict(zip(open_ranges, histograms, strict=True))
        searches = [s if s.done else s.narrowed(*found[s.range], share) for s in searches]
    ranges = list(dict.fromkeys(search.range for search in searches))
    pieces = fold(blocks, _collect(series, ranges), _append, jobs)
    kept = dict(zip(ranges, pieces, strict=True))
    ends = [search.read_off(kept[search.range]) for search in searches]
    return [low if low == high else (low + high) / 2 for low, high in zip(ends[::2], ends[1::2], strict=True)]


def _keys(x: Floats) -> Keys:
    """Unsigned integers in the order of the doubles; -0.0 and 0.0 are one."""
    bits = (x + 0.0).view(np.uint64)
    return np.where(bits & _SIGN, ~bits, bits | _SIGN)


_Histogram = tuple[Floats, Counts]
_Pieces = list[tuple[Floats, Floats]]


def _histograms(
    series: Callable[[int], Series], ranges: Sequence[_Range]
) -> Callable[[int], list[_Histogram]]:
    def work(block: int) -> list[_Histogram]:
        rows = series(block)
        return [r.histogram(rows) for r in ranges]

    return work


def _collect(series: Callable[[int], Series], ranges: Sequence[_Range]) -> Callable[[int], list[_Pieces]]:
    def work(block: int) -> list[_Pieces]:
        rows = series(block)
        return [r.collect(rows) for r in ranges]

    return work


def _add(a: list[_Histogram], b: list[_Histogram]) -> list[_Histogram]:
    return [(w + v, m + n) for (w, m), (v, n) in zip(a, b, strict=True)]


def _append(a: list[_Pieces], b: list[_Pieces]) -> list[_Pieces]:
    return [pieces + more for pieces, more in zip(a, b, strict=True)]
