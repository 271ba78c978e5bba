"""What the values of y and p say of classes: which there are, and what kind of prediction p is."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.data.roles.blocks import SHARES
from losscli.data.roles.classes import two_classes
from losscli.domain import Codes, Kind, Task, any_of
from losscli.loss import Loss
from losscli.spec import number_text

Array = NDArray[Any]


def labels_of(loss: Loss, y: Array, p: Array, given: Sequence[Any] | None) -> Array:
    """(k,) The labels in their order, of two the positive one last. Raises ValueError where y does not tell
    them, and where there are not as many as p is for."""
    labels = _labels(loss, y, p) if given is None else np.asarray(given)
    if labels.ndim != 1 or len(np.unique(labels)) != len(labels):
        raise ValueError(f"labels={labels.tolist()} must name each class once")
    if loss.task is Task.BINARY and len(labels) != 2:
        raise ValueError(f"{loss.name} is a loss of 2 classes here, and labels= names {len(labels)}")
    return labels


def distinct(y: Array) -> Array:
    """The values, sorted. Raises ValueError where they have no order, as a missing one among words."""
    try:
        return np.unique(y)
    except TypeError:
        raise ValueError("y holds labels of types that have no order, or missing ones") from None


def codes_of(x: Array, labels: Array, name: str) -> Codes:
    """(n,) The place of each value among the labels. Raises ValueError for one that is not there."""
    order = np.argsort(labels)
    place = np.searchsorted(labels, x, sorter=order)
    codes = order[np.minimum(place, len(labels) - 1)]
    strange = x[labels[codes] != x]
    if len(strange):
        raise ValueError(
            f"{name} holds {strange[:1].tolist()[0]!r}, and the classes are {labels.tolist()}: "
            "name them all in their order, labels="
        )
    return codes


def _labels(loss: Loss, y: Array, p: Array) -> Array:
    """As y has them, sorted, the positive one of two last; where it lacks some, the opposite of the one that
    is there, or the codes from 0 on."""
    found = distinct(y)
    if loss.task is Task.MULTICLASS and p.ndim == 1:
        other = np.setdiff1d(p, found)
        return np.concatenate([found, other])
    k = p.shape[1] if p.ndim == 2 else 2
    if loss.task is Task.BINARY and len(found) <= k == 2:
        return _two(found, in_columns=p.ndim == 2)
    if len(found) == k:
        return found
    if len(found) < k and found.dtype.kind in "biuf" and np.isin(found, np.arange(k)).all():
        return np.arange(k)
    raise ValueError(f"y has {len(found)} classes, and p is for {k}: name them all in their order, labels=")


def _two(found: Array, *, in_columns: bool) -> Array:
    """(negative, positive) of one or two values, sorted, by the rule of `losscli compare`.

    in_columns: whether p has a column for each. Raises ValueError where the rule asks for the positive one,
    and where that is the first of sorted columns: Yes against no.
    """
    values = {_text(value): value for value in found.tolist()}
    two = two_classes(tuple(values))
    if two is not None and not (in_columns and two == tuple(values)[::-1]):
        return np.array([values[text] if text in values else _value(text, found) for text in two])
    shown = [repr(value) for value in values.values()]
    if len(shown) == 1:
        raise ValueError(f"y has one class, {shown[0]}: name both, the positive one last, labels=")
    raise ValueError(
        f"which class is the positive one, {' or '.join(shown)}? "
        f"Name it last: labels=[{', '.join(shown)}] or labels=[{', '.join(shown[::-1])}]"
    )


def _text(label: Any) -> str:
    return (
        number_text(label) if isinstance(label, int | float) and not isinstance(label, bool) else str(label)
    )


def _value(text: str, like: Array) -> Any:
    """A label of the type of others."""
    if like.dtype.kind == "b":
        return text.lower() == "true"
    return float(text) if like.dtype.kind in "iuf" else text


def kind_of(loss: Loss, p: Array, labels: Array | None, given: str | None) -> Kind:
    """What p is: as it is said, else what its values can only be. Raises ValueError where that is open."""
    kinds = frozenset.intersection(*loss.reads)
    if not kinds:
        raise ValueError(f"the parts of {loss.name} read predictions of different kinds: compute them apart")
    if given is not None:
        if given not in kinds:
            raise ValueError(f"{loss.name} reads {any_of(kinds)}: kind={given!r} is not that")
        return Kind(given)
    if len(kinds) == 1:
        return next(iter(kinds))
    if Kind.LABEL in kinds and _are_labels(loss.task, p, labels):
        return Kind.LABEL
    if Kind.PROBABILITY in kinds and _are_probabilities(loss.task, p):
        return Kind.PROBABILITY
    if Kind.SCORE in kinds:
        if _miss_one(loss.task, p):
            raise ValueError(
                "p is in [0, 1], and not every row adds up to 1: say kind='score' if it holds scores"
            )
        return Kind.SCORE
    raise ValueError(
        f"{loss.name} reads {any_of(kinds)}, and p does not hold probabilities: "
        "say kind='logit' if it holds logits"
    )


def _are_labels(task: Task, p: Array, labels: Array | None) -> bool:
    if task is Task.MULTILABEL:
        return bool(np.isin(p, (0, 1)).all())
    if labels is None or p.ndim > 1:
        return False
    return p.dtype.kind != "f" or bool(np.isin(p, labels).all())


def _are_probabilities(task: Task, p: Array) -> bool:
    return _in_unit(p) and not _miss_one(task, p)


def _miss_one(task: Task, p: Array) -> bool:
    """Whether values in [0, 1], one per class, miss the sum of 1 that makes them probabilities."""
    if p.ndim < 2 or task is Task.MULTILABEL or not _in_unit(p):
        return False
    return bool((np.abs(p.sum(axis=1) - 1.0) > SHARES).any())


def _in_unit(p: Array) -> bool:
    return p.dtype.kind in "biuf" and bool(((p >= 0) & (p <= 1)).all())
