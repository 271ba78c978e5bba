"""Models of several columns: outputs, labels, shares, boxes and forecasts, random and perfect."""

from typing import Any

import numpy as np

from losscli.domain import Floats, Task, log_softmax, sigmoid
from losscli.loss import Argument, Loss

LEVELS = np.array([0.05, 0.2, 0.5, 0.75, 0.95])  # of the quantiles
MEMBERS = 6
_WIDE = (0.5, 1.0, 4.0)  # spreads of three outputs


def arguments(loss: Loss, y: Any, s: Floats) -> tuple[Any, ...]:
    """What `value` takes. s: (n, L) predictions, scores of labels or of classes, boxes, quantiles, ends of
    an interval, members, or mean and sd."""
    match loss.argument:
        case Argument.TARGETS:
            return y, loss.link.predict(s)
        case Argument.LOG_PROBABILITIES:
            return y, log_softmax(s)
        case Argument.LABEL:
            return y, (s > 0.0).astype(np.float64)
        case Argument.QUANTILES:
            return y, s, LEVELS
        case Argument.INTERVAL | Argument.MOMENTS:
            return y, s[:, 0], s[:, 1]
        case _:
            return y, s


def random(
    loss: Loss, truth: np.random.Generator, noise: np.random.Generator, rows: int
) -> tuple[Any, Floats]:
    """(y, s) in the domain of the loss."""
    spread = noise.uniform(0.2, 0.9)
    match loss.task:
        case Task.MULTIOUTPUT:
            y = truth.normal(0.3, _WIDE, (rows, 3))
            if loss.target.low == 0.0:
                y = np.where(truth.random((rows, 3)) < 0.1, 0.0, np.exp(y))
                return y, np.maximum(y, 0.1) * np.exp(spread * noise.normal(size=y.shape))
            return y, y + spread * noise.normal(0.1, _WIDE, y.shape)
        case Task.MULTILABEL:
            y = truth.integers(0, 2, (rows, 4)).astype(np.float64)
            return y, noise.normal(2.0 * y - 1.0, 2.0 * spread)
        case Task.DISTRIBUTION:
            y = _shares(truth, rows, zeros=not has_positive_targets(loss))
            return y, np.log(y + 0.03) + spread * noise.normal(size=y.shape)
        case Task.BOXES:
            low, size = truth.uniform(-5.0, 5.0, (rows, 2)), truth.uniform(0.5, 4.0, (rows, 2))
            near = low + 2.0 * spread * noise.normal(size=low.shape)
            return (
                np.hstack([low, low + size]),
                np.hstack([near, near + size * np.exp(spread * noise.normal(size=low.shape))]),
            )
        case _:
            return _forecast(loss, truth, noise, rows, spread)


def has_positive_targets(loss: Loss) -> bool:
    return loss.target.low == 0.0 and not loss.target.low_closed


def _shares(truth: np.random.Generator, rows: int, *, zeros: bool) -> Floats:
    """(n, 4) With zeros where asked, and then some rows sure of one class."""
    y = truth.dirichlet(np.full(4, 0.7), rows)
    if not zeros:
        return np.asarray((y + 0.01) / (y + 0.01).sum(axis=1, keepdims=True))
    y[truth.random(y.shape) < 0.2] = 0.0
    y[: rows // 10] = np.eye(4)[truth.integers(0, 4, rows // 10)]
    y[y.sum(axis=1) == 0.0] = 0.25
    return np.asarray(y / y.sum(axis=1, keepdims=True))


def _forecast(
    loss: Loss, truth: np.random.Generator, noise: np.random.Generator, rows: int, spread: float
) -> tuple[Floats, Floats]:
    y = truth.lognormal(0.7, 0.8, rows)
    middle = y[:, None] + spread * noise.normal(size=(rows, 1))
    match loss.argument:
        case Argument.MOMENTS:
            return y, np.hstack([middle, spread * np.exp(noise.normal(0.0, 0.5, (rows, 1)))])
        case Argument.INTERVAL:
            return y, middle + np.sort(noise.normal(0.0, 1.0, (rows, 2)), axis=1)
        case Argument.QUANTILES:
            return y, middle + np.sort(noise.normal(0.0, 1.0, (rows, len(LEVELS))), axis=1)
        case _:
            return y, middle + noise.normal(0.0, 1.0, (rows, MEMBERS))


def perfect(loss: Loss) -> tuple[Any, Floats] | None:
    """(y, s) where s says exactly y; None for forecasts that cannot."""
    y, s = random(loss, np.random.default_rng(7), np.random.default_rng(1), 60)
    match loss.task, loss.argument:
        case Task.MULTILABEL, _:
            return y, 60.0 * (2.0 * y - 1.0)
        case Task.DISTRIBUTION, _:
            with np.errstate(divide="ignore"):
                return y, np.log(y)
        case Task.FORECAST, Argument.MOMENTS:
            return None
        case Task.FORECAST, _:
            return y, np.broadcast_to(y[:, None], s.shape)
        case _:
            return y, np.maximum(y, 1e-300) if loss.prediction.low == 0.0 else y


def letters(loss: Loss, y: Any, s: Floats) -> dict[str, Any]:
    """What a formula may use; columns, so that rows broadcast. sum, mean and max are of a row."""
    names: dict[str, Any] = {
        "sum": lambda x: np.sum(x, axis=1, keepdims=True),
        "mean": lambda x: np.mean(x, axis=1, keepdims=True),
        "max": lambda x: np.max(x, axis=1, keepdims=True),
        "cumsum": lambda x: np.cumsum(x, axis=1),
    }
    match loss.task:
        case Task.MULTIOUTPUT:
            p = loss.link.predict(s)
            return names | {"y": y, "p": p, "r": p - y, "L": y.shape[1]}
        case Task.MULTILABEL:
            return names | _of_labels(y, s)
        case Task.DISTRIBUTION:
            # 0·log 0 is 0
            names["sum"] = lambda x: np.nansum(x, axis=1, keepdims=True)
            return names | {"y": y, "z": s, "p": np.exp(log_softmax(s)), "k": y.shape[1]}
        case Task.BOXES:
            return names | {"y": y, "p": s, "r": s - y} | _of_boxes(y, s)
    column = y[:, None]
    match loss.argument:
        case Argument.MOMENTS:
            return {"y": y, "mean": s[:, 0], "sd": s[:, 1], "r": s[:, 0] - y}
        case Argument.INTERVAL:
            return {"y": y, "lower": s[:, 0], "upper": s[:, 1]}
        case Argument.QUANTILES:
            return names | {"y": column, "q": s, "tau": LEVELS, "r": s - column, "K": s.shape[1]}
        case _:
            spread = np.abs(s[:, :, None] - s[:, None, :]).sum(axis=(1, 2))[:, None]
            return names | {"y": column, "x": s, "M": s.shape[1], "all_pairs": spread}


def _of_labels(y: Floats, s: Floats) -> dict[str, Any]:
    """pairs(x): the sum over pairs of a label j that is there and a label i that is not."""
    m = (2.0 * y - 1.0) * s
    there = (y[:, :, None] == 1.0) & (y[:, None, :] == 0.0)
    return {
        "y": y,
        "s": s,
        "m": m,
        "p": sigmoid(s),
        "p_y": sigmoid(m),
        "label": (s > 0.0).astype(np.float64),
        "L": y.shape[1],
        "s_j": s[:, :, None],
        "s_i": s[:, None, :],
        "pairs": lambda x: np.sum(there * x, axis=(1, 2))[:, None],
        "rank": (s[:, None, :] >= s[:, :, None]).sum(axis=2),
    }


def _of_boxes(y: Floats, p: Floats) -> dict[str, Any]:
    """By overlaps of intervals, one axis after the other."""
    inside = hull = diagonal = apart = 1.0
    diagonal = apart = 0.0
    areas = [1.0, 1.0]
    for low, high in ((0, 2), (1, 3)):
        inside = inside * np.clip(
            np.minimum(y[:, high], p[:, high]) - np.maximum(y[:, low], p[:, low]), 0, None
        )
        side = np.maximum(y[:, high], p[:, high]) - np.minimum(y[:, low], p[:, low])
        hull, diagonal = hull * side, diagonal + side**2
        apart = apart + ((y[:, low] + y[:, high]) / 2 - (p[:, low] + p[:, high]) / 2) ** 2
        areas = [area * (box[:, high] - box[:, low]) for area, box in zip(areas, (y, p), strict=True)]
    angle = [np.arctan((box[:, 2] - box[:, 0]) / (box[:, 3] - box[:, 1])) for box in (y, p)]
    union = areas[0] + areas[1] - inside
    names = {
        "intersection": inside,
        "union": union,
        "iou": inside / union,
        "hull": hull,
        "apart": apart,
        "diagonal": diagonal,
        "v": 4.0 / np.pi**2 * (angle[0] - angle[1]) ** 2,
    }
    return {name: np.asarray(value)[:, None] for name, value in names.items()}
