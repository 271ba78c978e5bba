"""How row values become one figure: the only place that knows what a `Reduction` computes."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from losscli.domain import Floats
from losscli.loss import BoundLoss, Loss, Pointwise, Reduction


def quantities(loss: Loss, classes: int) -> tuple[Pointwise, ...]:
    """The row quantities whose means make the loss: its row value, or its parts; of a sum both. classes: of
    the target."""
    if loss.combine is not None:
        return loss.parts_for(classes)
    return (loss.value, *loss.parts) if loss.terms else (loss.value,)


def of_means(
    one: BoundLoss, means: Sequence[float | Floats] | Floats, best: Callable[[], float] | None = None
) -> Floats:
    """The figure, of the means of the row quantities: numbers, or arrays of one shape, which the figures
    have too. NaN where it is not defined.

    best: gives what the best constant leaves of the mean, which a relative loss is measured in; without it
    the mean itself is returned.
    """
    combine = one.loss.combine
    if combine is not None:
        params = dict(one.params)

        def combined(own: Sequence[float]) -> Any:
            try:
                return combine(*own, **params)
            except (ValueError, TypeError, ZeroDivisionError, OverflowError):
                return math.nan

        with np.errstate(invalid="ignore"):  # a comparison with NaN, of a replicate without a row
            every = np.array(means, dtype=np.float64)
            if one.loss.elementwise:
                return np.asarray(combine(*every, **params))
            found = [combined(own) for own in every.reshape(len(every), -1).T.tolist()]
        try:
            return np.array(found, dtype=np.float64).reshape(every.shape[1:])
        except TypeError:  # a power of a negative number is complex
            real = [math.nan if isinstance(one, complex) else one for one in found]
            return np.array(real, dtype=np.float64).reshape(every.shape[1:])
    mean = np.asarray(means[0], dtype=np.float64)
    if one.loss.reduction is Reduction.RELATIVE and best is not None:
        return np.asarray(mean / (best() or math.nan))
    return np.sqrt(np.maximum(mean, 0.0)) if one.loss.reduction.power == 2 else mean


def of_rows(
    one: BoundLoss,
    arguments: Sequence[Any],
    w: Floats,
    classes: int,
    best: Callable[[], float] | None = None,
) -> Floats:
    """The figure of each of g sets of the same n weighted rows, given one after the other: (g,).

    arguments: of `loss.value`, g·n rows each; w: (n,); classes: of the target; best: as of `of_means`.
    """
    loss, params = one.loss, dict(one.params)
    if loss.whole is not None:
        sets = zip(*(np.split(argument, len(argument) // len(w)) for argument in arguments), strict=True)
        return np.array([loss.whole(*rows, w, **params) for rows in sets])
    functions = (loss.value,) if loss.combine is None else loss.parts_for(classes)
    values = [function(*arguments, **params).reshape(-1, len(w)) for function in functions]
    if loss.reduction is Reduction.MAX:
        return np.asarray(values[0].max(axis=1))
    if loss.reduction is Reduction.MEDIAN:
        return _medians(values[0], w)
    # A row without weight may have an infinite loss; it does not count.
    return of_means(one, [np.where(w > 0, value, 0.0) @ w / w.sum() for value in values], best)


def _medians(value: Floats, w: Floats) -> Floats:
    """Of each of g sets (g, n), between the two middle rows where the weights leave two."""
    if (w == 1.0).all():
        n = value.shape[1]
        middle = np.partition(value, ((n - 1) // 2, n // 2), axis=1)
        return np.asarray((middle[:, (n - 1) // 2] + middle[:, n // 2]) / 2)
    order = np.argsort(value, axis=1, kind="stable")
    cumulated, half = np.cumsum(w[order], axis=1), w.sum() / 2
    ends = [np.argmax(cumulated >= half, axis=1), np.argmax(cumulated > half, axis=1)]
    rows = np.arange(len(value))
    return np.asarray(sum(value[rows, order[rows, end]] for end in ends) / 2)
