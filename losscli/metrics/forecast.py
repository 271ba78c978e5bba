"""Metrics of forecasts: shares of the targets below and between what was predicted, and widths.

None of them is a loss: a wide interval covers everything. They say how a forecast is off, not by how much.
"""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import numpy as np

from losscli.domain import Floats, Kind, Task
from losscli.metrics.metric import Metric, metric_of_means, over

_TASKS = frozenset({Task.FORECAST})
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


def _metric(
    name: str,
    title: str,
    formula: str,
    figure: Callable[[Sums], Floats],
    *,
    share: int | None = None,
    **more: Any,
) -> Metric:
    """share: the place of the term whose mean it is, where that is a share of the rows."""
    record: dict[str, Any] = {"tasks": _TASKS, "greater_is_better": None, "best": None}
    if share is not None:
        record["proportion"] = lambda found: (float(found.sums[share]), found.w)
    return metric_of_means(name, title, formula, figure, "there is no row", **record | more)


_of_interval = partial(_metric, source=OfInterval, needs=frozenset({Kind.INTERVAL}))
_of_rank = partial(_metric, source=OfRank, needs=frozenset({Kind.MOMENTS, Kind.ENSEMBLE}))

METRICS: tuple[Metric, ...] = (
    _of_interval("coverage", "Coverage", "share of lower ≤ y ≤ upper", partial(_mean, 0), share=0),
    _of_interval("width", "Width", "mean of upper - lower", partial(_mean, 1)),
    _of_rank(
        "pit_mean",
        "PIT mean",
        "mean u, the share of the predicted distribution below y",
        partial(_mean, 0),
        best=0.5,
    ),
    _of_rank("pit_sd", "PIT sd", "sd of u", _spread, best=round(_UNIFORM, 3)),
)


def percent(level: float) -> str:
    """`p10` of 0.1, `p2_5` of 0.025."""
    return f"p{100 * level:.6g}".replace(".", "_")


def of_levels(levels: Sequence[float]) -> tuple[Metric, ...]:
    """The metrics of quantiles at these levels: central pairs first, the widest first."""
    made = partial(_metric, source=OfQuantiles, needs=frozenset({Kind.QUANTILES}))
    found = []
    for n, (i, j) in enumerate(central_pairs(levels)):
        place = len(levels) + 2 * n
        ends = f"{percent(levels[i])}_{percent(levels[j])}"
        nominal = levels[j] - levels[i]
        pair = f"{levels[i]:g} … {levels[j]:g}"
        found += [
            made(
                f"coverage_{ends}",
                f"Coverage {pair}",
                "share of targets between the two quantiles",
                figure=partial(_mean, place),
                best=round(nominal, 12),
                share=place,
            ),
            made(
                f"width_{ends}",
                f"Width {pair}",
                "mean distance of the two quantiles",
                figure=partial(_mean, place + 1),
            ),
        ]
    for place, level in enumerate(levels):
        found.append(
            made(
                f"below_{percent(level)}",
                f"Below {level:g}",
                "share of targets not above the quantile",
                figure=partial(_mean, place),
                best=level,
                share=place,
            )
        )
    last = len(levels) + 2 * len(central_pairs(levels))
    crossing = made(
        "crossing",
        "Crossing",
        "share of rows with a quantile above one of a higher level",
        figure=partial(_mean, last),
        best=0.0,
        share=last,
        greater_is_better=False,
    )
    return (*found, crossing)


def speaks_of_levels(name: str) -> bool:
    """Whether it is the name of a metric of quantiles at some levels."""
    return bool(_OF_LEVELS.match(name)) or name == "crossing"
