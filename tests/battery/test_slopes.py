"""The slope is the derivative of the value: by differences off the kinks, between its limits on them."""

import numpy as np
import pytest

from battery.cases import BOUND, label
from battery.lines import Curve, Line, lines
from losscli.domain import Floats, Task
from losscli.loss import BoundLoss

SLOPED = [loss for loss in BOUND if loss.loss.slope is not None]
_STEP = 4e-3


def difference(value: Curve, t: Floats, step: float) -> Floats:
    """Derivative to fourth order in the step."""
    return (value(t - 2 * step) - 8 * value(t - step) + 8 * value(t + step) - value(t + 2 * step)) / (
        12 * step
    )


@pytest.mark.parametrize("loss", SLOPED, ids=label)
def test_slope_is_the_derivative(loss: BoundLoss) -> None:
    for line in lines(loss):
        _check_line(line)


def _check_line(line: Line) -> None:
    """A stencil that straddles a kink disagrees with a shorter one: such points are passed over, counted."""
    assert line.slope is not None
    t = line.near(6.0, 241)
    t = t[t > line.low + 0.05 * line.width]
    wide = difference(line.value, t, _STEP * line.width)
    short = difference(line.value, t, _STEP / 4 * line.width)
    size = np.maximum(np.abs(short), np.max(np.abs(line.value(t)))) / line.width
    whole = np.abs(wide - short) <= 1e-7 * size
    assert whole.mean() > 0.9, line.name
    slope = line.slope(t)
    np.testing.assert_array_less(
        np.abs(slope - short)[whole], (2e-8 * size)[whole] + 1e-12, err_msg=line.name
    )


def test_a_wrong_slope_is_found() -> None:
    line = Line("wrong", lambda t: t**2, lambda t: 2.001 * t, 0.0, 1.0, 10.0, ())
    with pytest.raises(AssertionError):
        _check_line(line)


def jumps(line: Line) -> list[float]:
    """Where the slope jumps, found by halving every step of the grid towards its larger half."""
    assert line.slope is not None
    t = line.near()
    a, b = t[:-1], t[1:]
    for _ in range(32):
        middle = 0.5 * (a + b)
        left = np.abs(line.slope(middle) - line.slope(a))
        right = np.abs(line.slope(b) - line.slope(middle))
        a, b = np.where(left >= right, a, middle), np.where(left >= right, middle, b)
    inner = line.slope(line.near(2.0))
    low, high = line.slope(a), line.slope(b)
    jump = np.abs(high - low) > 1e-4 * max(np.ptp(inner), 1e-3) + 1e-6 * (np.abs(low) + np.abs(high))
    return [float(place) for place in 0.5 * (a + b)[jump]]


@pytest.mark.parametrize("loss", [x for x in SLOPED if x.loss.task is not Task.MULTICLASS], ids=label)
def test_slope_jumps_at_the_kinks_and_nowhere_else(loss: BoundLoss) -> None:
    for line in lines(loss):
        found = jumps(line)
        if loss.loss.name == "smape":  # |p| turns at p = 0, which is no place in r
            found = [place for place in found if abs(place) > 1e-8]
        reach = 12.0 * line.width
        declared = sorted(kink for kink in line.kinks if abs(kink - line.centre) < reach)
        if loss.loss.name == "smape" and line.name == "y=0.0":
            declared = []  # the value itself jumps there, the slope is 0 on both sides
        np.testing.assert_allclose(found, declared, atol=1e-8 * line.width, err_msg=line.name)


@pytest.mark.parametrize("loss", [x for x in SLOPED if x.loss.kinks(dict(x.params))], ids=label)
def test_slope_at_a_kink_lies_between_its_limits(loss: BoundLoss) -> None:
    for line in lines(loss):
        assert line.slope is not None
        for kink in line.kinks:
            low, at, high = line.slope(kink + 1e-9 * line.width * np.array([-1.0, 0.0, 1.0]))
            slack = 1e-8 * (1.0 + abs(low) + abs(high))
            assert min(low, high) - slack <= at <= max(low, high) + slack, (line.name, kink)
