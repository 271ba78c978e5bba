"""`tune` of an estimator: a parameter of its loss, chosen as `losscli fit --tune` chooses it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from losscli.api.estimators.parameters import has_intercept, refused, told_of
from losscli.data.frame import Frame
from losscli.data.roles.class_weight import ClassWeight
from losscli.data.roles.features import Training
from losscli.descent.train import Settings, Wanted
from losscli.domain import Floats, Task
from losscli.errors import LosscliError
from losscli.fitting.request import FitRequest
from losscli.fitting.threshold import INNER
from losscli.fitting.within import tuned_loss
from losscli.spec import Spec


def chosen(
    owner: Any, rows: tuple[Floats, Floats, Floats], settings: Settings, labels: tuple[Any, ...]
) -> tuple[Wanted, str, tuple[float, ...]]:
    """(the loss with the value that was chosen, of which parameter, what was tried).

    rows: features (n, p), numbers or class codes (n,), weights (n,); labels: the classes, () for numbers.
    Raises ValueError for a `tune` or `metric` that means nothing, and where the rows are too few.
    """
    x, y, w = rows
    if owner.metric is not None and not isinstance(owner.metric, str):
        raise refused(owner, "metric", "a str that names a metric or a loss, or None")
    if len(y) < INNER:
        raise ValueError(f"tune chooses on {INNER} folds, and there are fewer rows: n_samples = {len(y)}")
    try:
        request = FitRequest(
            model=Spec.parse(owner.model),
            optimizer=Spec.parse(owner.optimizer),
            tune=(Spec.parse(owner.tune),),
            metric=owner.metric,
            l1=settings.l1,
        )
        training = _training(owner, x.shape[1], settings.task, labels)
        tuning, value = tuned_loss(_frame(x, y, w, training), training, request, settings)
    except LosscliError as error:
        raise ValueError(told_of(owner, error)) from error
    return tuning.wanted(value), tuning.param, tuning.values


def _training(owner: Any, columns: int, task: Task, labels: tuple[Any, ...]) -> Training:
    return Training(
        task=task,
        target="y",
        why_target="",
        weights=None,
        id=None,
        group=None,
        time=None,
        fold=None,
        numbers=tuple(f"x{place}" for place in range(1, columns + 1)),
        texts=(),
        class_weight=_class_weight(getattr(owner, "class_weight", None), labels),
        labels=tuple(map(str, labels)),
        missing="error",
        unfit={},
        decisions=(),
        warnings=(),
        intercept=has_intercept(owner),
    )


def _class_weight(value: Any, labels: tuple[Any, ...]) -> ClassWeight | None:
    if not isinstance(value, Mapping):
        return None if value is None else ClassWeight.parse(value)
    return ClassWeight("", {str(label): float(value[label]) for label in labels if label in value})


def _frame(x: Floats, y: Floats, w: Floats, training: Training) -> Frame:
    none = np.zeros((len(y), 0), dtype=np.intp)
    return Frame(
        row=np.arange(1, len(y) + 1),
        y=y,
        w=w,
        number_names=training.numbers,
        numbers=x,
        text_names=(),
        texts=none,
        levels=(),
        impute=False,
        group=None,
        fold=None,
        fold_names=(),
        time=None,
        keys=(),
        dropped={},
    )
