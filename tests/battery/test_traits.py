"""No trait is believed. Each is measured on lines of the score, and a trait not claimed must have failed."""

import numpy as np
import pytest

from battery.cases import BOUND, label
from battery.lines import Line, lines
from battery.test_slopes import jumps
from losscli.domain import LOG, Floats, Task
from losscli.loss import Argument, BoundLoss, Reduction, Trait

SLOPED = [x for x in BOUND if x.loss.slope is not None]
FLAT = [x for x in BOUND if x.loss.slope is None and x.loss.reduction is Reduction.MEAN]
AGGREGATES = [
    x
    for x in BOUND
    if x.loss.reduction in (Reduction.ROOT, Reduction.MEDIAN, Reduction.MAX, Reduction.RELATIVE)
]

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
_ROUNDING = 1e-12
_NOISE = 1e-12  # the slope along a direction in which the loss is constant


class Measurements:
    """What one line shows; every property is one trait."""

    def __init__(self, line: Line):
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
        self.jump = bool(jumps(line))
        self.broken = _breaks(line)

    @property
    def convex(self) -> bool:
        size = np.abs(self.slope)
        slack = _ROUNDING * (size[1:] + size[:-1]) + 1e-15
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
        return not self.broken and bool(np.max(np.abs(self.far_slope)) <= 10.0 * self.steepest + _NOISE)

    @property
    def bounded(self) -> bool:
        return _is_bounded(self.value, self.far_value)

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


def _breaks(line: Line) -> bool:
    """Whether the value itself jumps, at its centre or between."""
    near = line.near(3.0)
    span = max(float(np.ptp(line.value(near))), 1e-12)
    centre = line.value(line.centre + line.width * np.array([-1e-9, 0.0, 1e-9]))
    return bool(np.ptp(centre) > 1e-3 * span)


def _is_bounded(near: Floats, far: Floats) -> bool:
    least = near.min()
    return bool(np.max(np.abs(far - least)) <= 3.0 * np.max(near - least) + 1e-12)


def measured(loss: BoundLoss) -> Trait:
    seen = [Measurements(line) for line in lines(loss)]
    traits = Trait(0)
    for trait in MEASURED:
        assert trait.name is not None
        if all(getattr(one, trait.name.lower()) for one in seen):
            traits |= trait
    return traits


@pytest.mark.parametrize("loss", SLOPED, ids=label)
def test_traits_are_those_measured(loss: BoundLoss) -> None:
    assert measured(loss) == loss.traits & MEASURED


def test_the_measure_knows_the_traits_of_textbook_functions() -> None:
    """So that a claim cannot pass because the measure says yes, or no, to everything."""
    for value, slope, expected in (
        (np.square, lambda t: 2.0 * t, "convex strictly_convex strongly_convex differentiable smooth"),
        (np.abs, np.sign, "convex lipschitz"),
        (np.sin, np.cos, "differentiable smooth lipschitz bounded"),
        (np.exp, np.exp, "convex strictly_convex differentiable"),
        (np.arctan, lambda t: 1.0 / (1.0 + t * t), "differentiable smooth lipschitz bounded redescending"),
        (np.floor, np.zeros_like, "redescending"),
    ):
        line = Line("textbook", value, slope, 0.0, 1.0, 700.0, ())
        seen = Measurements(line)
        names = [trait.name.lower() for trait in MEASURED if trait.name]
        assert {name for name in names if getattr(seen, name)} == set(expected.split()), value


@pytest.mark.parametrize("loss", FLAT, ids=label)
def test_losses_without_slope_are_bounded_steps(loss: BoundLoss) -> None:
    bounded = all(_is_bounded(line.value(line.near()), line.value(line.far())) for line in lines(loss))
    assert loss.traits & MEASURED == (Trait.BOUNDED if bounded else Trait(0))


@pytest.mark.parametrize("loss", AGGREGATES, ids=label)
def test_aggregates_claim_nothing_about_rows(loss: BoundLoss) -> None:
    assert not loss.traits


REGRESSION = [x for x in (*SLOPED, *FLAT) if x.loss.task in (Task.REGRESSION, Task.COUNTS)]


@pytest.mark.parametrize("loss", REGRESSION, ids=label)
def test_symmetric_means_too_high_costs_what_too_low_does(loss: BoundLoss) -> None:
    miss = np.array([0.01, 0.3, 0.9, 2.1, 13.0])
    even = []
    for line in lines(loss):
        if loss.loss.link is LOG:
            y = np.exp(line.centre)
            miss = miss[miss < y]
            high, low = line.value(np.log(y + miss)), line.value(np.log(y - miss))
        else:
            inside = miss[line.centre - miss > line.low]
            high, low = line.value(line.centre + inside), line.value(line.centre - inside)
        even.append(np.allclose(high, low, rtol=1e-9, atol=0.0))
    assert all(even) == (Trait.SYMMETRIC in loss.traits)


BINARY = [x for x in SLOPED if x.loss.task is Task.BINARY and x.loss.argument is not Argument.PREDICTION]


def risk(loss: BoundLoss, chance: float, s: Floats) -> Floats:
    """Expected loss of the score s where P(y=1) is the chance."""
    if loss.loss.argument is Argument.SCORE:
        zero, one = (line.value for line in lines(loss))
        return chance * one(s) + (1.0 - chance) * zero(s)
    (line,) = lines(loss)
    return chance * line.value(s) + (1.0 - chance) * line.value(-s)


@pytest.mark.parametrize("loss", BINARY, ids=label)
def test_calibrated_means_the_best_score_has_the_right_sign(loss: BoundLoss) -> None:
    s = np.linspace(0.0, 40.0, 20_001)
    right = []
    for chance in (0.02, 0.1, 0.3, 0.45, 0.55, 0.7, 0.9, 0.98):
        side = 1.0 if chance > 0.5 else -1.0
        right.append(risk(loss, chance, side * s[1:]).min() < risk(loss, chance, -side * s).min() - 1e-9)
    assert all(right) == (Trait.CALIBRATED in loss.traits)


@pytest.mark.parametrize("loss", [x for x in BINARY if x.elicits == "P(y=1)"], ids=label)
def test_what_elicits_a_probability_is_least_at_it(loss: BoundLoss) -> None:
    chances = np.array([0.05, 0.2, 0.5, 0.66, 0.93])
    t = np.linspace(-6.0, 6.0, 24_001)
    best = np.array([t[np.argmin(risk(loss, chance, t))] for chance in chances])
    np.testing.assert_allclose(loss.loss.link.predict(best), chances, atol=1e-4)
