"""No trait is believed. Each is measured on lines of the score, and a trait not claimed must have failed."""

import numpy as np
import pytest

from battery.cases import BOUND, label
from battery.lines import lines
from losscli.domain import Floats, Task
from losscli.loss import Argument, BoundLoss, Reduction, Trait
from losscli.loss.battery import MEASURED, Measurements, ScoreLine, is_bounded, is_symmetric, measured

SLOPED = [x for x in BOUND if x.loss.slope is not None]
FLAT = [x for x in BOUND if x.loss.slope is None and x.loss.reduction is Reduction.MEAN]
AGGREGATES = [x for x in BOUND if x.loss.reduction not in (Reduction.MEAN, Reduction.RATIO)]


@pytest.mark.parametrize("loss", SLOPED, ids=label)
def test_traits_are_those_measured(loss: BoundLoss) -> None:
    assert measured(lines(loss)) == loss.traits & MEASURED


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
        line = ScoreLine("textbook", value, slope, 0.0, 1.0, 700.0, ())
        seen = Measurements(line)
        names = [trait.name.lower() for trait in MEASURED if trait.name]
        assert {name for name in names if getattr(seen, name)} == set(expected.split()), value


@pytest.mark.parametrize("loss", FLAT, ids=label)
def test_losses_without_slope_are_bounded_steps(loss: BoundLoss) -> None:
    bounded = all(is_bounded(line.value(line.near()), line.value(line.far())) for line in lines(loss))
    assert loss.traits & MEASURED == (Trait.BOUNDED if bounded else Trait(0))


@pytest.mark.parametrize("loss", AGGREGATES, ids=label)
def test_aggregates_claim_nothing_about_rows(loss: BoundLoss) -> None:
    assert not loss.traits


REGRESSION = [x for x in (*SLOPED, *FLAT) if x.loss.task in (Task.REGRESSION, Task.COUNTS)]


@pytest.mark.parametrize("loss", REGRESSION, ids=label)
def test_symmetric_means_too_high_costs_what_too_low_does(loss: BoundLoss) -> None:
    assert is_symmetric(loss, lines(loss)) == (Trait.SYMMETRIC in loss.traits)


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
