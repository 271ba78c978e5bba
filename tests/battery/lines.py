"""A loss along lines of its score: those of one score per row or class are the package's own, those through
predictions of several columns go from a row's base along a direction."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from battery import vectors
from losscli.domain import CLASSES, NUMBERS, Floats, Task
from losscli.loss import Argument, BoundLoss, battery
from losscli.loss.battery import ScoreLine

_BOX = (0.0, 0.0, 2.0, 3.0)
_BOXES = (_BOX, (1.1, 0.7, 3.3, 4.2), (5.3, 4.1, 6.4, 7.9), (0.4, 0.6, 1.5, 2.3))
_BOX_WAYS = ((1.0, 0.0, 1.0, 0.0), (0.6, -0.8, 0.6, -0.8))  # moved, not turned


def lines(loss: BoundLoss) -> tuple[ScoreLine, ...]:
    """Every line of the loss: one for r, m or l; one per target, or per class and coordinate, else."""
    return battery.lines(loss) if loss.loss.task in CLASSES | NUMBERS else tuple(_of_columns(loss))


def _of_columns(loss: BoundLoss) -> Iterator[ScoreLine]:
    match loss.loss.task:
        case Task.MULTIOUTPUT:
            yield from _of_outputs(loss)
        case Task.MULTILABEL:
            if loss.loss.argument is not Argument.LABEL:
                yield from _of_labels(loss)
        case Task.DISTRIBUTION:
            yield from _of_shares(loss)
        case Task.BOXES:
            yield from _of_boxes(loss)
        case _:
            yield from _of_forecasts(loss)


def _ways(size: int) -> Iterator[Sequence[float]]:
    """Every coordinate, all at once, and a mixed direction."""
    yield from np.eye(size).tolist()
    yield [1.0] * size
    yield [1.0 / (1 + i) * (-1.0) ** i for i in range(size)]


def _along(
    loss: BoundLoss,
    y: Sequence[float] | float,
    base: Sequence[float],
    way: Sequence[float],
    *,
    width: float = 1.0,
    reach: float = 1e3,
    low: float = -math.inf,
) -> ScoreLine:
    """The loss of target y and prediction base + t·way."""
    target, start, direction = np.asarray(y, dtype=np.float64), np.asarray(base), np.asarray(way)

    def given(t: Floats) -> tuple[object, ...]:
        rows = np.broadcast_to(target, (len(t), *target.shape))
        return vectors.arguments(loss.loss, rows, start + t[:, None] * direction)

    def slope(t: Floats) -> Floats:
        by_prediction = loss.slope(*given(t))
        return np.asarray(by_prediction @ direction)

    return ScoreLine(
        f"y={y}, {list(base)} + t·{list(way)}",
        lambda t: loss.value(*given(t)),
        slope if loss.loss.slope is not None else None,
        0.0,
        width,
        reach,
        (),
        low,
        target,
    )


def _of_outputs(loss: BoundLoss) -> Iterator[ScoreLine]:
    if loss.loss.target.low == 0.0:
        for y in ((0.5, 2.0, 1.0), (0.0, 3.0, 0.7)):
            base = [max(one, 0.2) for one in y]
            for j, way in enumerate(np.eye(3).tolist()):
                yield _along(loss, y, base, way, reach=1e60, low=-base[j])
        return
    for y in ((0.5, -2.0, 1.0), (3.0, 1.5, 0.7)):
        for base in (y, (0.1, -0.7, 1.9)):
            for way in _ways(3):
                yield _along(loss, y, base, way, reach=1e60)
        yield _along(loss, y, (0.0, 0.0, 0.0), y, reach=1e60)


def _of_labels(loss: BoundLoss) -> Iterator[ScoreLine]:
    for y in ((1.0, 0.0, 1.0), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)):
        for way in _ways(3):
            yield _along(loss, y, (0.3, -0.4, 0.9), way)


def _of_shares(loss: BoundLoss) -> Iterator[ScoreLine]:
    shares = ((0.2, 0.5, 0.3), (0.0, 0.9, 0.1), (1.0, 0.0, 0.0))
    for y in shares[:1] if vectors.has_positive_targets(loss.loss) else shares:
        for way in _ways(3):
            yield _along(loss, y, (0.3, -0.4, 0.9), way, reach=300.0)
    for way in np.eye(3).tolist():  # from where the loss is least
        yield _along(loss, shares[0], np.log(shares[0]).tolist(), way, reach=300.0)


def _of_boxes(loss: BoundLoss) -> Iterator[ScoreLine]:
    """Moved as a whole, and one side moved outwards from a thin box."""
    for base in _BOXES:
        width = 1.0 + max(abs(one - other) for one, other in zip(base, _BOX, strict=True))
        for way in _BOX_WAYS:
            yield _along(loss, _BOX, base, way, width=width)
        for j, way in ((0, (0.0, 0.0, 1.0, 0.0)), (1, (0.0, -1.0, 0.0, 0.0))):
            yield _along(loss, _BOX, base, way, width=width, low=base[j] - base[j + 2])


def _of_forecasts(loss: BoundLoss) -> Iterator[ScoreLine]:
    """One column moved, the others fixed around the target; and all moved together."""
    for y in (0.5, 3.0):
        if loss.loss.argument is Argument.MOMENTS:
            yield from _of_moments(loss, y)
            continue
        for base in _columns(loss, y):
            for way in (*np.eye(len(base)).tolist(), [1.0] * len(base)):
                yield _along(loss, y, base, way, reach=1e6)


def _of_moments(loss: BoundLoss, y: float) -> Iterator[ScoreLine]:
    for sd in (0.4, 2.0):
        yield _along(loss, y, (y, sd), (1.0, 0.0), width=sd, reach=1e6)
    yield _along(loss, y, (y, 3e-4), (1.0, 0.0), reach=1e6)
    for mean in (y, y + 0.7):
        yield _along(loss, y, (mean, 0.5), (0.0, 1.0), reach=1e6, low=-0.5)


def _columns(loss: BoundLoss, y: float) -> tuple[Sequence[float], ...]:
    match loss.loss.argument:
        case Argument.INTERVAL:
            return (y, y + 1.5), (y - 1.5, y)
        case Argument.QUANTILES:
            return ([y] * len(vectors.LEVELS),)
        case _:
            return ([y + 0.3 * j for j in range(vectors.MEMBERS)],)
