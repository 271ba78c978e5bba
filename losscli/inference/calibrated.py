"""What chance makes of a calibrated model: targets drawn anew, and what recalibration then seems to gain."""

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np

from losscli.domain import Codes, Floats, Mask
from losscli.inference.recalibration import Elicited, blocks_of

LEAST_ROWS = 50
# Rows on either side, by prediction, whose residuals a row may have: relative ones change less along them.
_NEAR, _NEAR_TIMES = 5, 20


class Noise(Enum):
    """What a target is around a calibrated prediction x."""

    COIN = "1 with probability x, else 0"
    ADDED = "x + a residual"
    TIMES = "x * (1 + a residual)"  # of targets and predictions above 0


def drawn_targets(
    random: np.random.Generator, x: Floats, y: Floats, elicited: Elicited, noise: Noise, count: int
) -> Floats:
    """Targets whose functional is x in every row: (count, n).

    x: predictions, ascending; y: targets; (n,) each. Residuals of a mean keep their sizes and get signs at
    random (Davidson and Flachaire 2008, doi:10.1016/j.jeconom.2008.08.003). Others are those of the rows
    nearest by prediction, from above x as often as the functional has targets above it.
    """
    shape = count, len(x)
    if noise is Noise.COIN:
        return (random.random(shape) < x).astype(np.float64)
    residual = y / x - 1 if noise is Noise.TIMES else y - x
    if elicited.is_mean and noise is Noise.ADDED:
        return x + np.where(random.random(shape) < 0.5, residual, -residual)
    near = _NEAR_TIMES if noise is Noise.TIMES else _NEAR
    above, below = (_Near.of(residual, side, near) for side in (residual > 0, residual <= 0))
    share: float | Floats = 1 - elicited.level
    if not elicited.quantile:
        up, down = elicited.level * above.mean_size, share * below.mean_size
        share = np.divide(down, up + down, out=np.zeros_like(up), where=up + down > 0)
    moved = np.where(random.random(shape) < share, above.picked(random, count), below.picked(random, count))
    if noise is Noise.TIMES:
        return np.asarray(x * (1 + moved))
    # The balance of so many residuals takes a degree of freedom.
    return np.asarray(x + moved * (1.0 if elicited.quantile else math.sqrt(4 * near / (4 * near - 1))))


@dataclass(frozen=True, slots=True)
class _Near:
    """The residuals on one side, and of every row the first and the end of those near it: (n,) each."""

    residuals: Floats
    first: Codes
    end: Codes

    @classmethod
    def of(cls, residual: Floats, side: Mask, near: int) -> "_Near":
        own = np.flatnonzero(side)
        place = np.searchsorted(own, np.arange(len(residual)))
        first = np.clip(place - near, 0, max(len(own) - 2 * near, 0))
        return cls(residual[own], first, np.minimum(first + 2 * near, len(own)))

    @property
    def mean_size(self) -> Floats:
        total = np.append(0.0, np.cumsum(np.abs(self.residuals)))
        return np.asarray((total[self.end] - total[self.first]) / np.maximum(self.end - self.first, 1))

    def picked(self, random: np.random.Generator, count: int) -> Floats:
        """(count, n); 0 where no row is on this side."""
        if not len(self.residuals):
            return np.zeros((count, len(self.first)))
        share = random.random((count, len(self.first)))
        return np.asarray(self.residuals[self.first + (share * (self.end - self.first)).astype(np.intp)])


def limit(values: Floats, confidence: float) -> float | None:
    """What a draw of a calibrated model exceeds with probability 1 - confidence at most: values (B,), exactly
    so where the draws are of the true law (Dufour 2006, doi:10.1016/j.jeconom.2005.06.007). None where there
    are too few draws."""
    place = math.ceil(confidence * (len(values) + 1) - 1e-9) - 1
    return float(np.sort(values)[place]) if place < len(values) else None


def between_blocks(x: Floats, fitted: Floats) -> Floats:
    """The recalibrated predictions without their jumps, linear between the middles of the blocks: (n,). What
    chance gains of it is what it gained of the truth, or more where that is level. x: ascending."""
    starts = blocks_of(fitted)
    ends = np.append(starts[1:], len(x)) - 1
    middles = x[starts] / 2 + x[ends] / 2
    return np.asarray(np.interp(x, middles, fitted[starts]))


def overfitted_interval(
    value: float, ends: tuple[float, float], gained: float, spread: float
) -> tuple[float, float]:
    """The interval of a gain by recalibration, of which chance has made a part.

    ends: the interval of the gain as the mean of what its rows gain. gained: the mean of what chance gains;
    spread: half the width of its interval. The part by chance is between half of `gained` and all of it.
    """
    low = value - gained - math.hypot(value - ends[0], spread)
    high = value - gained / 2 + math.hypot(ends[1] - value, spread)
    return max(low, 0.0), max(high, value)
