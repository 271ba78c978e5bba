"""What the values of y and p say of classes: which there are, and what kind of prediction p is."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.data.roles.blocks import SHARES
from losscli.domain import Codes, Kind, Task, any_of
from losscli.loss import Loss

Array = NDArray[Any]


def labels_of(loss: Loss, y: Array, p: Array, given: Sequence[Any] | None) -> Array:
    """(k,) The labels in their order. Raises ValueError where y does not tell them."""
    labels = _labels(loss, y, p) if given is None else np.asarray(given)
    if len(np.unique(labels)) != len(labels):
        raise ValueError(f"labels={labels.tolist()} names a class twice")
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
    """As y has them, sorted; where it lacks some, the codes from 0 on, or -1 and 1."""
    found = distinct(y)
    if loss.task is Task.MULTICLASS and p.ndim == 1:
        other = np.setdiff1d(p, found)
        return np.concatenate([found, other])
    k = p.shape[1] if p.ndim == 2 else 2
    if len(found) == k:
        return found
    if len(found) < k and found.dtype.kind in "biuf":
        for known in (np.arange(k), np.array([-1, 1])[:k]):
            if len(known) == k and np.isin(found, known).all():
                return known
    raise ValueError(f"y has {len(found)} classes, and p is for {k}: name them all in their order, labels=")


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
    if p.dtype.kind not in "biuf" or not ((p >= 0) & (p <= 1)).all():
        return False
    shares = p.ndim == 2 and task is not Task.MULTILABEL
    return not shares or bool((np.abs(p.sum(axis=1) - 1.0) <= SHARES).all())
