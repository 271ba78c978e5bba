"""Traits, measured on the lines of a score and never believed."""

from collections.abc import Sequence

import numpy as np

from losscli.domain import LOG, Floats
from losscli.loss import BoundLoss, Trait
from losscli.loss.battery.line import ScoreLine
from losscli.loss.battery.slopes import breaks, jumps

MEASURED = (
    Trait.CONVEX
    | Trait.STRICTLY_CONVEX
    | Trait.STRONGLY_CONVEX
    | Trait.DIFFERENTIABLE
    | Trait.SMOOTH
    | Trait.LIPSCHITZ
    | Trait.BOUNDED
    | Trait.REDESCENDING
)
_NOISE = 1e-12  # the slope along a direction in which the loss is constant


class Measurements:
    """What one line shows; every property is one trait."""

    def __init__(self, line: ScoreLine):
        assert line.slope is not None
        self.line, self.t, self.out = line, line.near(), line.far()
        with np.errstate(over="ignore"):
            self.slope, self.far_slope = line.slope(self.t), line.slope(self.out)
            self.value, self.far_value = line.value(self.t), line.value(self.out)
        inner = line.near(2.0)
        step = 1e-7 * line.width
        middle = line.centre + step * np.array([-1.0, 0.0, 1.0])
        self.tight = np.abs(line.slope(self.t + step) - line.slope(self.t - step)) / (2.0 * step)
        self.tight = np.append(self.tight, np.abs(self._bends(middle, line.slope(middle))))
        self.bend = np.ptp(line.slope(inner)) / np.ptp(inner)  # a typical second derivative
        self.steepest = np.max(np.abs(self.slope))
        self.anywhere = max(np.max(np.abs(self.far_slope)), np.max(np.abs(line.slope(middle))))
        self.jump = bool(jumps(line))
        self.broken = bool(breaks(line)) or breaks_at_centre(line)

    @property
    def convex(self) -> bool:
        size = np.abs(self.slope)
        slack = self.line.noise * (size[1:] + size[:-1]) + 1e-14
        return not self.broken and bool(np.all(np.diff(self.slope) >= -slack))

    @property
    def strictly_convex(self) -> bool:
        assert self.line.slope is not None
        rises = np.diff(self.line.slope(self.line.near(6.0)))
        return self.convex and self.steepest > _NOISE and bool(np.all(rises > 0.0))

    @property
    def strongly_convex(self) -> bool:
        least = min(self.tight.min(), self._far_bends.min())
        return self.convex and bool(least > 0.01 * self.bend)

    @property
    def differentiable(self) -> bool:
        return not self.jump and not self.broken

    @property
    def smooth(self) -> bool:
        bends = (self.tight, self._bends(self.t, self.slope), self._far_bends)
        return self.differentiable and max(np.max(np.abs(b)) for b in bends) < 1e3 * self.bend + 1e-7

    @property
    def lipschitz(self) -> bool:
        return not self.broken and bool(self.anywhere <= 10.0 * self.steepest + _NOISE)

    @property
    def bounded(self) -> bool:
        return is_bounded(self.value, self.far_value)

    @property
    def redescending(self) -> bool:
        return bool(max(abs(self.far_slope[0]), abs(self.far_slope[-1])) <= 1e-3 * self.steepest + _NOISE)

    @property
    def _far_bends(self) -> Floats:
        """Secants of the slope far out, on each side by itself; inf where the slope is none."""
        left = self.out < self.line.centre
        sides = [self._bends(self.out[side], self.far_slope[side]) for side in (left, ~left)]
        return np.concatenate(sides)

    @staticmethod
    def _bends(t: Floats, slope: Floats) -> Floats:
        with np.errstate(invalid="ignore", over="ignore"):
            return np.nan_to_num(np.diff(slope) / np.diff(t), nan=np.inf, posinf=np.inf, neginf=-np.inf)


def breaks_at_centre(line: ScoreLine) -> bool:
    """Whether the value itself jumps where the grid has no point: also that of a single one."""
    near = line.near(3.0)
    values = line.value(near)
    span = max(float(np.ptp(values)), 1e-12 * (1.0 + float(np.abs(values).max())))
    centre = line.value(line.centre + line.width * np.array([-1e-9, 0.0, 1e-9]))
    return bool(np.ptp(centre) > 1e-3 * span)


def is_bounded(near: Floats, far: Floats) -> bool:
    least = near.min()
    return bool(np.max(np.abs(far - least)) <= 3.0 * np.max(near - least) + 1e-12)


def measured(seen: Sequence[ScoreLine]) -> Trait:
    """The traits that all these lines show."""
    found = [Measurements(line) for line in seen]
    traits = Trait(0)
    for trait in MEASURED:
        assert trait.name is not None
        if all(getattr(one, trait.name.lower()) for one in found):
            traits |= trait
    return traits


def is_symmetric(loss: BoundLoss, seen: Sequence[ScoreLine]) -> bool:
    """Whether too high costs what too low does, on the lines of a loss of numbers."""
    miss = np.array([0.01, 0.3, 0.9, 2.1, 13.0])
    for line in seen:
        if loss.loss.link is LOG:
            y = np.exp(line.centre)
            miss = miss[miss < y]
            high, low = line.value(np.log(y + miss)), line.value(np.log(y - miss))
        else:
            inside = miss[line.centre - miss > line.low]
            high, low = line.value(line.centre + inside), line.value(line.centre - inside)
        if not np.allclose(high, low, rtol=1e-9, atol=0.0):
            return False
    return True
