"""Arrays of a caller → what a loss is a function of: which task they pose, what kind p is, codes, weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.api.functions.kinds import codes_of, distinct, kind_of, labels_of
from losscli.data.roles.blocks import SHARES
from losscli.domain import CLASSES, NUMBERS, TASKS, UNIT, Floats, Interval, Kind, Task, any_of
from losscli.loss import BoundLoss, Loss
from losscli.loss.arguments import Arguments, Arrays

Array = NDArray[Any]
_PAIRS = frozenset({Task.MULTIOUTPUT, Task.MULTILABEL, Task.DISTRIBUTION, Task.BOXES})
_ENDS = frozenset({Kind.INTERVAL, Kind.MOMENTS})  # of two columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Posed:
    """Rows that a loss can be computed of, none of weight 0. y: targets, codes of classes, or several (n, L);
    p: as `rows.Arguments` reads that kind; w: (n,)."""

    loss: Loss
    kind: Kind
    y: Floats
    p: Floats
    w: Floats
    classes: int
    threshold: float | None
    levels: Floats | None

    @property
    def class_weights(self) -> Floats | None:
        """(k,) Σw of each class."""
        if self.loss.task not in CLASSES:
            return None
        counts = np.bincount(self.y.astype(np.intp), weights=self.w, minlength=self.classes)
        return np.asarray(counts, dtype=np.float64)

    @property
    def imbalance(self) -> float | None:
        """n-/n+, None where a class is absent or there are not two."""
        weights = self.class_weights
        if self.loss.task is not Task.BINARY or weights is None or not weights.all():
            return None
        return float(weights[0] / weights[1])

    def arguments(self, rows: slice) -> Arrays:
        """What `loss.value` takes, of some rows."""
        return Arguments(
            self.loss.task,
            self.y[rows],
            {self.kind: self.p[rows]},
            self.threshold,
            levels=self.levels,
            class_weights=self.class_weights,
        ).of(self.loss)


def pose(
    records: Sequence[Loss],
    y: Any,
    p: Any,
    weights: Any = None,
    kind: str | None = None,
    labels: Sequence[Any] | None = None,
    levels: Sequence[float] | None = None,
    threshold: float | None = None,
) -> Posed:
    """The rows of arrays, and which of the records they are for; None is found from y and p, or left to its
    default. Raises ValueError where there is none, or several, and for values that cannot be used."""
    targets, predicted = np.asarray(y), np.asarray(p)
    shapes = f"their shapes are {targets.shape}, {predicted.shape}"
    if not targets.ndim or not predicted.ndim or len(targets) != len(predicted):
        raise ValueError(f"y and p need as many rows each: {shapes}")
    if not targets.size or not predicted.size:
        raise ValueError(f"y and p need a row and a column or more: {shapes}")
    loss = _record(records, targets, predicted, labels)
    w = _weights(weights, len(targets))
    names: Array | None = None
    if loss.task in CLASSES:
        names = labels_of(loss, targets, predicted, labels)
        targets = codes_of(targets, names, "y")
    found = kind_of(loss, predicted, names, kind)
    _check_columns(loss.task, found, predicted, labels if names is None else names.tolist())
    used = w > 0
    posed = Posed(
        loss=loss,
        kind=found,
        y=_numbers(targets, "y")[used],
        p=_predictions(loss.task, found, predicted, names)[used],
        w=w[used],
        classes=0 if names is None else len(names),
        threshold=threshold,
        levels=None if levels is None else _numbers(np.asarray(levels), "levels"),
    )
    _check(posed)
    return posed


def _record(records: Sequence[Loss], y: Array, p: Array, labels: Sequence[Any] | None) -> Loss:
    """The record of the task that the shapes pose; where a name is one of two classes and one of several,
    that of their number."""
    found = [loss for loss in records if _suits(loss.task, y, p)]
    if {loss.task for loss in found} >= CLASSES:
        given = labels if labels is not None else p[0] if p.ndim == 2 else distinct(y)
        other = Task.MULTICLASS if len(given) <= 2 else Task.BINARY
        found = [loss for loss in found if loss.task is not other]
    if len(found) == 1:
        return found[0]
    tasks = " and ".join(dict.fromkeys(loss.task for loss in found or records))
    if found:
        raise ValueError(
            f"{found[0].name} is a loss for {tasks}, and y and p could be either: "
            f"say losses[{found[0].name!r}, {str(found[0].task)!r}]"
        )
    raise ValueError(
        f"{records[0].name} is a loss for {tasks}: y of shape {y.shape} and p of shape {p.shape} are not that"
    )


def _suits(task: Task, y: Array, p: Array) -> bool:
    if task in _PAIRS:
        return y.ndim == 2 and y.shape == p.shape and (task is not Task.BOXES or y.shape[1] == 4)
    if y.ndim != 1:
        return False
    if task is Task.FORECAST:
        return p.ndim == 2
    if task in NUMBERS:
        return p.ndim == 1
    if task not in CLASSES:
        return False
    return p.ndim == 1 or (p.ndim == 2 and (task is Task.MULTICLASS or p.shape[1] == 2))


def _check_columns(task: Task, kind: Kind, p: Array, labels: Sequence[Any] | None) -> None:
    """Raises ValueError where p has not the column for each label, or the two, that it needs."""
    if task is Task.MULTICLASS and kind is not Kind.LABEL and p.ndim == 1:
        raise ValueError(f"p is one column, and {any_of({kind})} of several classes needs one for each")
    if labels is not None and p.ndim == 2 and p.shape[1] != len(labels):
        raise ValueError(f"p has {p.shape[1]} columns for {len(labels)} labels: {list(labels)}")
    if kind in _ENDS and p.shape[1] != 2:
        raise ValueError(f"{any_of({kind})} is 2 columns, and p has {p.shape[1]}")


def _predictions(task: Task, kind: Kind, p: Array, labels: Array | None) -> Floats:
    """p as numbers, as codes of labels, or, of two columns for two classes, as the second's."""
    if kind is Kind.LABEL and labels is not None:
        return codes_of(p, labels, "p").astype(np.float64)
    numbers = _numbers(p, "p")
    if kind is Kind.PROBABILITY and numbers.ndim == 2 and task is not Task.MULTILABEL:
        _adds_up(numbers, "p")
    if task is Task.BINARY and numbers.ndim == 2:
        return numbers[:, 1] if kind is Kind.PROBABILITY else numbers[:, 1] - numbers[:, 0]
    return numbers


def _numbers(x: Array, name: str) -> Floats:
    try:
        numbers = np.asarray(x, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must hold numbers here, not {x.dtype}") from None
    if not np.isfinite(numbers).all():
        raise ValueError(f"{name} holds values that are missing or not finite")
    return numbers


def _weights(weights: Any, n: int) -> Floats:
    if weights is None:
        return np.ones(n)
    w = _numbers(np.asarray(weights), "sample_weight")
    if w.shape != (n,) or (w < 0).any() or not w.any():
        raise ValueError(f"sample_weight must hold {n} weights of 0 or more, not all of them 0")
    return w


def check_target(bound: BoundLoss, posed: Posed) -> None:
    """Raises ValueError for targets outside the domain of the loss."""
    if bound.loss.task not in CLASSES:
        _inside(posed.y, bound.target, f"y under {bound.loss.name}")


def _check(posed: Posed) -> None:
    """Raises ValueError for values that the loss, or what p is said to be, rules out."""
    loss = posed.loss
    if loss.task is Task.DISTRIBUTION:
        _adds_up(posed.y, "y")
    if TASKS[loss.task].ranged is posed.kind:
        _inside(posed.p, loss.prediction, f"p under {loss.name}")
    if posed.kind is Kind.PROBABILITY:
        _inside(posed.p, UNIT, "a probability")
    if posed.kind is Kind.QUANTILES and (posed.levels is None or len(posed.levels) != posed.p.shape[1]):
        raise ValueError(f"{loss.name} reads {any_of({posed.kind})}: say the level of each column, levels=")


def _inside(x: Floats, domain: Interval, what: str) -> None:
    outside = np.argwhere(~domain.contains(x))
    if len(outside):
        at = tuple(outside[0].tolist())
        raise ValueError(
            f"{what} must be {domain}; {len(outside):,} values are not, the first is {x[at]:g} in row {at[0]}"
        )


def _adds_up(x: Floats, name: str) -> None:
    off = np.abs(x.sum(axis=1) - 1.0)
    if (off > SHARES).any():
        raise ValueError(f"the rows of {name} must add up to 1; row {int(off.argmax())} does not")
