"""A loss along one line of its score: the one-dimensional functions that the laws are measured on."""

import math
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np

from losscli.domain import CLASSES, LOG, NUMBERS, Floats, Task, log_softmax, sigmoid, softplus
from losscli.loss import BY_DIFFERENCES, Argument, BoundLoss
from losscli.loss.battery.line import Curve, ScoreLine
from losscli.loss.score import terms

SCALE = 1.5  # the residual scale at which losses are measured, and a natural step of r
_NOISE = 1e-10  # of slopes by differences
TARGETS = (-3.7, -0.5, 0.0, 0.5, 1.0, 2.0, 17.0)


def lines(loss: BoundLoss, width: float = SCALE) -> tuple[ScoreLine, ...]:
    """Every line of a loss of one score per row, or per class: one for r, m or l; one per target, or per
    class and coordinate, else. None for labels, and for tasks of several columns. width: a natural step of
    r; of other scores it is 1 where that is SCALE.
    """
    found = tuple(_lines(loss, width)) if loss.loss.task in CLASSES | NUMBERS else ()
    if loss.loss.slope_formula == BY_DIFFERENCES:
        return tuple(line._replace(noise=_NOISE) for line in found)
    return found


def _lines(loss: BoundLoss, width: float) -> Iterator[ScoreLine]:
    kinks = loss.loss.kinks(dict(loss.params))
    slope = loss.slope if loss.loss.slope is not None else None
    widths = width / SCALE
    match loss.loss.task, loss.loss.argument:
        case Task.MULTICLASS, argument:
            yield from _of_classes(loss) if argument is not Argument.LABEL else ()
        case _, Argument.RESIDUAL:
            yield ScoreLine("r", loss.value, slope, 0.0, width, 1e60, kinks)
        case _, Argument.MARGIN:
            yield ScoreLine("m", loss.value, slope, 0.0, widths, 1e6, kinks)
        case _, Argument.LOG_PROBABILITY:
            yield _of_log_probability(loss, kinks)
        case _, (Argument.SCORE | Argument.PARTS):
            yield from (_of_score(loss, y, kinks, widths) for y in (0.0, 1.0))
        case Task.BINARY, Argument.PREDICTION if slope is not None:
            yield from (_of_link(loss, y) for y in (0.0, 1.0))
        case ((Task.REGRESSION | Task.COUNTS), Argument.PREDICTION):
            targets = np.array(TARGETS)
            inside = targets[loss.target.contains(targets)].tolist()
            yield from (_of_prediction(loss, y, kinks, widths) for y in inside)


def _of_score(loss: BoundLoss, y: float, kinks: tuple[float, ...], width: float) -> ScoreLine:
    places = tuple(kink / (2.0 * y - 1.0) for kink in kinks)
    value, slope = _given(loss, y) if loss.loss.argument is Argument.SCORE else _parts(loss, y)
    return ScoreLine(f"y={y}", value, slope, 0.0, width, 1e6, places, loss.loss.prediction.low, y)


def _given(loss: BoundLoss, y: float) -> tuple[Curve, Curve | None]:
    def value(t: Floats) -> Floats:
        return loss.value(np.full_like(t, y), t)

    def slope(t: Floats) -> Floats:
        return loss.slope(np.full_like(t, y), t)

    return value, slope if loss.loss.slope is not None else None


def _of_link(loss: BoundLoss, y: float) -> ScoreLine:
    """In the score that the link makes a prediction of."""
    value, slope = _given(loss, y)
    assert slope is not None
    predict = loss.loss.link.predict
    return ScoreLine(
        f"y={y}", lambda s: value(predict(s)), lambda s: slope(predict(s)), 0.0, 1.0, 300.0, (), target=y
    )


def _parts(loss: BoundLoss, y: float) -> tuple[Curve, Curve | None]:
    """Of a sum whose parts read the score each in its own way."""

    def at(place: int) -> Callable[[Floats], Floats]:
        return lambda t: terms(loss.loss, dict(loss.params), np.full((1, len(t)), y), t[None])[place][0]

    return at(0), at(1) if loss.loss.slope is not None else None


def _of_prediction(loss: BoundLoss, y: float, kinks: tuple[float, ...], widths: float) -> ScoreLine:
    value, slope = _given(loss, y)
    if loss.loss.link is LOG:
        places = tuple(math.log(y + kink) for kink in kinks if y + kink > 0.0)
        centre = math.log(y) if y > 0.0 else 0.0
        in_score = None if slope is None else lambda s: slope(np.exp(s))
        return ScoreLine(f"y={y}", lambda s: value(np.exp(s)), in_score, centre, 1.0, 300.0, places, target=y)
    width = max(abs(y), 1.0) * widths
    places = tuple(y + kink for kink in kinks)
    return ScoreLine(f"y={y}", value, slope, y, width, 1e60, places, loss.loss.prediction.low, y)


def _of_log_probability(loss: BoundLoss, kinks: tuple[float, ...]) -> ScoreLine:
    """In the score: l = -log(1 + e^-t), t the margin."""

    def value(t: Floats) -> Floats:
        return loss.value(-softplus(-t))

    def slope(t: Floats) -> Floats:
        return loss.slope(-softplus(-t)) * sigmoid(-t)

    return ScoreLine("l", value, slope if loss.loss.slope is not None else None, 0.0, 1.0, 1e6, kinks)


def _of_classes(loss: BoundLoss) -> Iterator[ScoreLine]:
    moves: tuple[int | slice, ...] = (0, 1, 2, slice(None))
    return (_of_class(loss, code, moved) for code, moved in product(range(3), moves))


def _of_class(loss: BoundLoss, code: int, moved: int | slice) -> ScoreLine:
    """Scores (0.3, -0.4, 0.9) of three classes, one of them set to t, or t added to all."""
    apart = loss.loss.argument is Argument.PARTS

    def both(t: Floats) -> tuple[Floats, Floats]:
        """Value and slope of a sum whose parts read the scores each in its own way."""
        codes = np.full((1, len(t)), float(code))
        value, slope = terms(loss.loss, dict(loss.params), codes, _scores(t, moved).T[None])
        return value[0], slope[0].T

    def value(t: Floats) -> Floats:
        return both(t)[0] if apart else loss.value(*_of_scores(loss, code, _scores(t, moved)))

    def slope(t: Floats) -> Floats:
        z = _scores(t, moved)
        by_score = both(t)[1] if apart else loss.slope(*_of_scores(loss, code, z))
        if loss.loss.argument is Argument.LOG_PROBABILITY:
            by_score = by_score[:, None] * (np.eye(3)[code] - np.exp(log_softmax(z)))
        slope = by_score[:, moved]
        return slope.sum(axis=1) if slope.ndim == 2 else slope

    name = f"class {code}, score {moved}"
    return ScoreLine(name, value, slope if loss.loss.slope is not None else None, 0.0, 1.0, 1e3, ())


def _scores(t: Floats, moved: int | slice) -> Floats:
    """(n, 3)"""
    z = np.tile([0.3, -0.4, 0.9], (len(t), 1))
    if isinstance(moved, slice):
        z += t[:, None]
    else:
        z[:, moved] = t
    return z


def _of_scores(loss: BoundLoss, code: int, z: Floats) -> tuple[Any, ...]:
    """What the loss takes where all rows are of one class."""
    codes = np.full(len(z), code, dtype=np.intp)
    match loss.loss.argument:
        case Argument.SCORE:
            return codes, z
        case Argument.COUNTS:
            return codes, z, np.array([60.0, 25.0, 5.0])
        case Argument.LOG_PROBABILITIES:
            return codes, log_softmax(z)
        case _:
            return (log_softmax(z)[:, code],)
