"""Metrics of forecasts: shares of the targets below and between what was predicted, and widths.

None of them is a loss: a wide interval covers everything. They say how a forecast is off, not by how much.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import numpy as np

from losscli.domain import Floats, Kind, Task
from losscli.metrics.metric import Metric, metric_of_means, over

_UNIFORM = 12**-0.5  # sd of a number anywhere between 0 and 1
_SAME = 1e-9  # of levels
_OF_LEVELS = re.compile(r"(?:below_p|coverage_p|width_p)\d")
_erf = np.frompyfunc(math.erf, 1, 1)


@dataclass(frozen=True, slots=True)
class Sums:
    """Σw, and Σw·x of some row quantities: (C,), or `at` B replicates (C, B)."""

    w: float
    sums: Floats

    @classmethod
    def of(cls, columns: Iterator[Floats], w: Floats) -> Self:
        """columns: (n,) each; w: (n,)."""
        return cls(float(w.sum()), np.array([float(x @ w) for x in columns]))

    def merge(self, other: Self) -> Self:
        return type(self)(self.w + other.w, self.sums + other.sums)

    @property
    def width(self) -> int:
        """How many terms there are."""
        return len(self.sums)

    def at(self, means: Floats) -> Self:
        """The summary where the terms have these means: (B, C)."""
        return type(self)(1.0, means.T)


class OfQuantiles(Sums):
    """Terms: not above each of K quantiles, between and between the ends of each central pair, crossing."""

    __slots__ = ()


class OfInterval(Sums):
    """Terms: inside the interval, its width."""

    __slots__ = ()


class OfRank(Sums):
    """Terms: the share of the predicted distribution below the target, and its square."""

    __slots__ = ()


def central_pairs(levels: Sequence[float]) -> list[tuple[int, int]]:
    """The places of the levels that leave as much below as above, the widest first."""
    places = [(i, j) for i in range(len(levels)) for j in range(i + 1, len(levels))]
    return [(i, j) for i, j in places if abs(levels[i] + levels[j] - 1.0) <= _SAME]


def quantile_terms(y: Floats, q: Floats, levels: Sequence[float]) -> Iterator[Floats]:
    """q: (n, K) at the levels, ascending."""
    for column in q.T:
        yield (y <= column).astype(np.float64)
    for i, j in central_pairs(levels):
        yield from interval_terms(y, q[:, i], q[:, j])
    yield np.asarray((np.diff(q, axis=1) < 0).any(axis=1), dtype=np.float64)


def interval_terms(y: Floats, lower: Floats, upper: Floats) -> Iterator[Floats]:
    yield ((lower <= y) & (y <= upper)).astype(np.float64)
    yield upper - lower


def gaussian_terms(y: Floats, mean: Floats, sd: Floats) -> Iterator[Floats]:
    """Of the Gaussian distribution function at the target."""
    z = (y - mean) / sd / math.sqrt(2.0)
    yield from _and_square(0.5 + 0.5 * np.asarray(_erf(z), dtype=np.float64))


def ensemble_terms(y: Floats, x: Floats) -> Iterator[Floats]:
    """Of the rank of the target among the M members, ties halved: (rank - 1/2)/(M + 1) of M + 1 ranks."""
    above = y[:, None]
    rank = (x < above).sum(axis=1) + 0.5 * (x == above).sum(axis=1)
    yield from _and_square(np.asarray((rank + 0.5) / (x.shape[1] + 1)))


def _and_square(rank: Floats) -> Iterator[Floats]:
    yield rank
    yield rank * rank


def _mean(place: int, found: Sums) -> Floats:
    return over(found.sums[place], found.w)


def _spread(found: Sums) -> Floats:
    mean = _mean(0, found)
    return np.asarray(np.sqrt(np.maximum(_mean(1, found) - mean * mean, 0.0)))


def mean_of_term(
    name: str, title: str, formula: str, place: int, *, share: bool = False, **more: Any
) -> Metric:
    """The mean of the term at a place. share: whether it is a share of the rows."""
    if share:
        more["proportion"] = lambda found: (float(found.sums[place]), found.w)
    return metric_of_means(name, title, formula, partial(_mean, place), **more)


_RECORD: dict[str, Any] = {
    "tasks": frozenset({Task.FORECAST}),
    "greater_is_better": None,
    "best": None,
    "undefined": "there is no row",
}
_OF_INTERVAL = _RECORD | {"source": OfInterval, "needs": frozenset({Kind.INTERVAL})}
_OF_RANK = _RECORD | {"source": OfRank, "needs": frozenset({Kind.MOMENTS, Kind.ENSEMBLE})}
_OF_QUANTILES = _RECORD | {"source": OfQuantiles, "needs": frozenset({Kind.QUANTILES})}
_TIES = "of an ensemble of M members u is (rank - 1/2)/(M + 1), a tie of target and member half a place"
_PIT = "mean u, the share of the predicted distribution below y"

METRICS: tuple[Metric, ...] = (
    mean_of_term(
        "coverage",
        "Coverage",
        "share of lower ≤ y ≤ upper",
        0,
        share=True,
        elsewhere=("also PICP",),
        convention="both ends belong to the interval",
        **_OF_INTERVAL,
    ),
    mean_of_term("width", "Width", "mean of upper - lower", 1, elsewhere=("also MPIW",), **_OF_INTERVAL),
    mean_of_term("pit_mean", "PIT mean", _PIT, 0, convention=_TIES, **_OF_RANK | {"best": 0.5}),
    metric_of_means(
        "pit_sd", "PIT sd", "sd of u", _spread, convention=_TIES, **_OF_RANK | {"best": round(_UNIFORM, 3)}
    ),
)


def percent(level: float) -> str:
    """`p10` of 0.1, `p2_5` of 0.025."""
    return f"p{100 * level:.6g}".replace(".", "_")


def of_levels(levels: Sequence[float]) -> tuple[Metric, ...]:
    """The metrics of quantiles at these levels: central pairs first, the widest first."""

    def share(name: str, title: str, formula: str, place: int, best: float, **more: Any) -> Metric:
        record = _OF_QUANTILES | {"best": best} | more
        return mean_of_term(name, title, formula, place, share=True, **record)

    found, place = [], len(levels)
    for i, j in central_pairs(levels):
        ends, nominal = f"{percent(levels[i])}_{percent(levels[j])}", round(levels[j] - levels[i], 12)
        between, pair = "share of targets between the two quantiles", f"{100 * nominal:.6g} %"
        distance = "mean distance of the two quantiles"
        found += [
            share(f"coverage_{ends}", f"Coverage {pair}", between, place, nominal),
            mean_of_term(f"width_{ends}", f"Width {pair}", distance, place + 1, **_OF_QUANTILES),
        ]
        place += 2
    below = "share of targets not above the quantile"
    for at, level in enumerate(levels):
        found.append(share(f"below_{percent(level)}", f"Below {level:g}", below, at, level))
    crossing = "share of rows with a quantile above one of a higher level"
    return (*found, share("crossing", "Crossing", crossing, place, 0.0, greater_is_better=False))


def speaks_of_levels(name: str) -> bool:
    """Whether it is the name of a metric of quantiles at some levels."""
    return bool(_OF_LEVELS.match(name)) or name == "crossing"
