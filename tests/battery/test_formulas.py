"""The printed formula is the code: at ordinary points by numpy, at extreme ones by mpmath."""

import math

import mpmath
import numpy as np
import pytest

from battery.cases import BOUND, arguments, bound, figure, label, model
from battery.formulas import evaluate, exactly
from losscli.domain import Task
from losscli.loss import Argument, BoundLoss, Reduction

# The formula divides by 0 there; the record says so in `trap`.
_NO_FORMULA = {("tweedie", 1.0)}


def _readable(loss: BoundLoss) -> bool:
    return (loss.loss.name, dict(loss.params).get("power")) not in _NO_FORMULA


@pytest.mark.parametrize("loss", [x for x in BOUND if _readable(x)], ids=label)
def test_formula_is_the_value(loss: BoundLoss) -> None:
    sample = model(loss.loss, seed=1)
    given = arguments(loss.loss, sample)
    printed = evaluate(loss.loss.formula, loss, sample)
    if loss.loss.reduction in (Reduction.RATIO, Reduction.RELATIVE, Reduction.WHOLE):
        assert float(printed) == pytest.approx(figure(loss, given), rel=1e-10)
        return
    value = loss.value(*given)
    np.testing.assert_allclose(value, np.broadcast_to(printed, value.shape), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("loss", [x for x in BOUND if x.loss.slope_formula], ids=label)
def test_slope_formula_is_the_slope(loss: BoundLoss) -> None:
    sample = model(loss.loss, seed=2)
    slope = loss.slope(*arguments(loss.loss, sample))
    printed = evaluate(loss.loss.slope_formula, loss, sample)
    np.testing.assert_allclose(slope, np.broadcast_to(printed, slope.shape), rtol=1e-9, atol=1e-11)


def test_slopes_of_one_score_are_printed() -> None:
    """Those of r, m, l and of a prediction; one by class may be too long to read."""
    short = (Argument.RESIDUAL, Argument.PREDICTION, Argument.MARGIN, Argument.LOG_PROBABILITY)
    told = [x for x in BOUND if x.loss.argument in short]
    assert not [label(x) for x in told if (x.loss.slope is None) == bool(x.loss.slope_formula)]


SIZES = (
    1e-160,
    1e-100,
    1e-12,
    1e-9,
    1e-8,
    1e-6,
    1e-4,
    0.003,
    0.04,
    0.0755,
    0.4,
    1.0,
    4.1,
    30.0,
    350.0,
    1e4,
    1e8,
)
HUGE = (1e30, 1e100, 1e150, 1e155, 1e200)
RATIOS = (
    1e-100,
    1e-9,
    0.003,
    0.5,
    0.94,
    0.99,
    1 - 1e-6,
    1 - 1e-9,
    1 + 1e-12,
    1 + 1e-7,
    1.01,
    1.06,
    3.0,
    1e4,
    1e100,
)
# So near a limit of the parameter that the formula in doubles, and a measured trait, are the limit's.
EDGES = (
    bound(Task.REGRESSION, "barron:alpha=1e-9,c=1.7"),
    bound(Task.REGRESSION, "barron:alpha=-1e-9,c=1.7"),
    bound(Task.COUNTS, "tweedie:power=1.000000001"),
    bound(Task.COUNTS, "negative_binomial:alpha=1e-6"),
    bound(Task.COUNTS, "tweedie:power=1.999999999"),
)
SINGLE = [x for x in (*BOUND, *EDGES) if x.loss.task in (Task.REGRESSION, Task.COUNTS) and _readable(x)]
SINGLE = [x for x in SINGLE if x.loss.reduction not in (Reduction.RATIO, Reduction.RELATIVE)]


def _letters(loss: BoundLoss) -> list[dict[str, float]]:
    if loss.loss.argument is Argument.RESIDUAL:
        return [{"r": sign * size} for size in (*SIZES, *HUGE) for sign in (1.0, -1.0)]
    targets = [y for y in (0.0, 1.0, 3.0, 15.0, 16.0, 250.0, 1e6) if loss.target.contains(np.array(y))]
    pairs = [(y, (y or 1.0) * ratio) for y in targets for ratio in RATIOS]
    return [{"y": y, "p": p} for y, p in pairs if loss.loss.prediction.contains(np.array(p))]


@pytest.mark.parametrize("loss", SINGLE, ids=label)
def test_extremes_against_mpmath(loss: BoundLoss) -> None:
    """Relative 1e-12 from 1e-160 to 1e200, overflow to inf where the truth is no double, and no warning."""
    letters = _letters(loss)
    columns = [np.array([at[name] for at in letters]) for name in letters[0]]
    values = loss.value(*columns)
    with mpmath.workdps(420):
        exact = exactly(loss.loss.formula, dict(loss.params))
        truth = [mpmath.re(exact(**at)) for at in letters]
        for at, value, expected in zip(letters, values, truth, strict=True):
            if abs(expected) > 1.7e308:
                assert value == math.inf, at
            elif abs(expected) > 1e-290:
                assert abs((mpmath.mpf(float(value)) - expected) / expected) < 1e-12, (
                    at,
                    value,
                    float(expected),
                )
            else:
                assert abs(value) <= 1e-290, at


@pytest.mark.parametrize("loss", [x for x in SINGLE if x.loss.slope is not None], ids=label)
def test_slopes_are_numbers_at_the_extremes(loss: BoundLoss) -> None:
    letters = _letters(loss)
    columns = [np.array([at[name] for at in letters]) for name in letters[0]]
    assert not np.isnan(loss.slope(*columns)).any()
