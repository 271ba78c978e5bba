"""The slope is the derivative of the value: by differences off the kinks, between its limits on them."""

import numpy as np
import pytest

from battery.cases import BOUND, label
from battery.lines import lines
from losscli.domain import NUMBERS, Task
from losscli.loss import BoundLoss
from losscli.loss.battery import ScoreLine, jumps, mismatch

SLOPED = [loss for loss in BOUND if loss.loss.slope is not None]


@pytest.mark.parametrize("loss", SLOPED, ids=label)
def test_slope_is_the_derivative(loss: BoundLoss) -> None:
    for line in lines(loss):
        _check_line(line)


def _check_line(line: ScoreLine) -> None:
    """At most a tenth of the points, next to kinks, tell nothing."""
    off, place, share = mismatch(line)
    assert share > 0.9, line.name
    assert off <= 1.0, (line.name, place)


def test_a_wrong_slope_is_found() -> None:
    line = ScoreLine("wrong", lambda t: t**2, lambda t: 2.001 * t, 0.0, 1.0, 10.0, ())
    with pytest.raises(AssertionError):
        _check_line(line)


ONE_SCORE = [x for x in SLOPED if x.loss.task in NUMBERS | {Task.BINARY}]


@pytest.mark.parametrize("loss", ONE_SCORE, ids=label)
def test_slope_jumps_at_the_kinks_and_nowhere_else(loss: BoundLoss) -> None:
    for line in lines(loss):
        found = jumps(line)
        if loss.loss.name == "smape":  # |p| turns at p = 0, which is no place in r
            found = [place for place in found if abs(place) > 1e-8]
        reach = 12.0 * line.width
        kinks = line.kinks
        if loss.loss.name == "threshold_weighted_score":  # at the ends of the range, wherever the target is
            kinks = tuple(dict(loss.params).values())
        declared = sorted(kink for kink in kinks if abs(kink - line.centre) < reach and kink > line.low)
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
