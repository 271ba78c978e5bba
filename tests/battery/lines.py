"""A loss along one line of its score: the one-dimensional functions that the laws are measured on."""

import math
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from battery.cases import SCALE
from losscli.domain import LOG, Floats, Task, log_softmax, sigmoid, softplus
from losscli.loss import Argument, BoundLoss

Curve = Callable[[Floats], Floats]

TARGETS = (-3.7, -0.5, 0.0, 0.5, 1.0, 2.0, 17.0)


class Line(NamedTuple):
    """value and slope: functions of t, (n,) -> (n,); t is the score, shifted by nothing.

    centre: where the loss is least, or its middle; width: one natural step of t; reach: how far t may go
    from the centre; kinks: where the slope jumps; low: the end of the domain of t.
    """

    name: str
    value: Curve
    slope: Curve | None
    centre: float
    width: float
    reach: float
    kinks: tuple[float, ...]
    low: float = -math.inf

    def near(self, widths: float = 12.0, points: int = 481) -> Floats:
        """An even grid around the centre that hits neither the centre nor a kink."""
        t = self.centre + self.width * np.linspace(-widths, widths + 0.0137, points)
        return t[t > self.low + 1e-3 * self.width]

    def far(self) -> Floats:
        """Points on both sides, from the edge of `near` out to the reach or the end of the domain."""
        out = self.width * np.geomspace(12.5, self.reach, 60)
        left = self.centre - out[::-1]
        if self.low > -math.inf:
            left = self.low + self.width * np.geomspace(1e-12, 1e-3, 20)
        return np.concatenate([left, self.centre + out])


def lines(loss: BoundLoss) -> tuple[Line, ...]:
    """Every line of the loss: one for r, m or l; one per target, or per class and coordinate, else."""
    return tuple(_lines(loss))


def _lines(loss: BoundLoss) -> Iterator[Line]:
    kinks = loss.loss.kinks(dict(loss.params))
    slope = loss.slope if loss.loss.slope is not None else None
    match loss.loss.task, loss.loss.argument:
        case Task.MULTICLASS, argument:
            yield from _of_classes(loss) if argument is not Argument.LABEL else ()
        case _, Argument.RESIDUAL:
            yield Line("r", loss.value, slope, 0.0, SCALE, 1e60, kinks)
        case _, Argument.MARGIN:
            yield Line("m", loss.value, slope, 0.0, 1.0, 1e6, kinks)
        case _, Argument.LOG_PROBABILITY:
            yield _of_log_probability(loss, kinks)
        case _, Argument.SCORE:
            for y in (0.0, 1.0):
                places = tuple(kink / (2.0 * y - 1.0) for kink in kinks)
                yield Line(f"y={y}", *_given(loss, y), 0.0, 1.0, 1e6, places)
        case ((Task.REGRESSION | Task.COUNTS), Argument.PREDICTION):
            for target in TARGETS:
                if loss.loss.target.contains(np.array(target)):
                    yield _of_prediction(loss, target, kinks)


def _given(loss: BoundLoss, y: float) -> tuple[Curve, Curve | None]:
    def value(t: Floats) -> Floats:
        return loss.value(np.full_like(t, y), t)

    def slope(t: Floats) -> Floats:
        return loss.slope(np.full_like(t, y), t)

    return value, slope if loss.loss.slope is not None else None


def _of_prediction(loss: BoundLoss, y: float, kinks: tuple[float, ...]) -> Line:
    value, slope = _given(loss, y)
    if loss.loss.link is LOG:
        places = tuple(math.log(y + kink) for kink in kinks if y + kink > 0.0)
        centre = math.log(y) if y > 0.0 else 0.0
        in_score = None if slope is None else lambda s: slope(np.exp(s))
        return Line(f"y={y}", lambda s: value(np.exp(s)), in_score, centre, 1.0, 300.0, places)
    width = max(abs(y), 1.0)
    places = tuple(y + kink for kink in kinks)
    return Line(f"y={y}", value, slope, y, width, 1e60, places, loss.loss.prediction.low)


def _of_log_probability(loss: BoundLoss, kinks: tuple[float, ...]) -> Line:
    """In the score: l = -log(1 + e^-t), t the margin."""

    def value(t: Floats) -> Floats:
        return loss.value(-softplus(-t))

    def slope(t: Floats) -> Floats:
        return loss.slope(-softplus(-t)) * sigmoid(-t)

    return Line("l", value, slope if loss.loss.slope is not None else None, 0.0, 1.0, 1e6, kinks)


def _of_classes(loss: BoundLoss) -> Iterator[Line]:
    moves: tuple[int | slice, ...] = (0, 1, 2, slice(None))
    return (_of_class(loss, code, moved) for code, moved in product(range(3), moves))


def _of_class(loss: BoundLoss, code: int, moved: int | slice) -> Line:
    """Scores (0.3, -0.4, 0.9) of three classes, one of them set to t, or t added to all."""

    def scores(t: Floats) -> Floats:
        z = np.tile([0.3, -0.4, 0.9], (len(t), 1))
        if isinstance(moved, slice):
            z += t[:, None]
        else:
            z[:, moved] = t
        return z

    def given(t: Floats) -> tuple[Any, ...]:
        z = scores(t)
        codes = np.full(len(t), code, dtype=np.intp)
        match loss.loss.argument:
            case Argument.SCORE:
                return codes, z
            case Argument.LOG_PROBABILITIES:
                return codes, log_softmax(z)
            case _:
                return (log_softmax(z)[:, code],)

    def value(t: Floats) -> Floats:
        return loss.value(*given(t))

    def slope(t: Floats) -> Floats:
        by_score = loss.slope(*given(t))
        if loss.loss.argument is Argument.LOG_PROBABILITY:
            by_score = by_score[:, None] * (np.eye(3)[code] - np.exp(log_softmax(scores(t))))
        slope = by_score[:, moved]
        return slope.sum(axis=1) if slope.ndim == 2 else slope

    name = f"class {code}, score {moved}"
    return Line(name, value, slope if loss.loss.slope is not None else None, 0.0, 1.0, 1e3, ())
