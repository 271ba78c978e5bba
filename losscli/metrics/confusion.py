"""Metrics of labels: read from the confusion matrix."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from losscli.domain import Codes, Floats, Kind, Task
from losscli.metric import Metric, Outcome, Undefined

_ANY = frozenset({Kind.LABEL, Kind.PROBABILITY, Kind.LOGIT, Kind.SCORE})
_BINARY = frozenset({Task.BINARY})
_MULTI = frozenset({Task.MULTICLASS})
_BOTH = _BINARY | _MULTI


@dataclass(frozen=True, slots=True)
class Confusion:
    """Weights of rows by true class (row) and predicted class (column): (k, k). Merges by addition."""

    matrix: Floats

    @classmethod
    def of(cls, true: Codes, predicted: Codes, w: Floats, classes: int) -> "Confusion":
        """true, predicted: codes below `classes`, (n,); w: (n,)."""
        cells = np.bincount(true * classes + predicted, weights=w, minlength=classes * classes)
        return cls(np.asarray(cells, dtype=np.float64).reshape(classes, classes))

    def merge(self, other: "Confusion") -> "Confusion":
        return Confusion(self.matrix + other.matrix)

    @property
    def hits(self) -> Floats:
        return np.diag(self.matrix)

    @property
    def true(self) -> Floats:
        """Weight of each class: (k,)."""
        return np.asarray(self.matrix.sum(axis=1))

    @property
    def predicted(self) -> Floats:
        """Weight predicted as each class: (k,)."""
        return np.asarray(self.matrix.sum(axis=0))

    @property
    def total(self) -> float:
        return float(self.matrix.sum())

    @property
    def cells(self) -> tuple[float, float, float, float]:
        """Binary: tn, fp, fn, tp."""
        (tn, fp), (fn, tp) = self.matrix.tolist()
        return tn, fp, fn, tp


def _share(part: float, whole: float, reason: str) -> Outcome:
    return part / whole if whole > 0 else Undefined(reason)


def _precision(c: Confusion) -> Outcome:
    _, fp, _, tp = c.cells
    return _share(tp, tp + fp, "no row is predicted positive")


def _recall(c: Confusion) -> Outcome:
    _, _, fn, tp = c.cells
    return _share(tp, tp + fn, "no row is positive")


def _f1(c: Confusion) -> Outcome:
    _, fp, fn, tp = c.cells
    return _share(2 * tp, 2 * tp + fp + fn, "no row is positive or predicted positive")


def _specificity(c: Confusion) -> Outcome:
    tn, fp, _, _ = c.cells
    return _share(tn, tn + fp, "no row is negative")


def _npv(c: Confusion) -> Outcome:
    tn, _, fn, _ = c.cells
    return _share(tn, tn + fn, "no row is predicted negative")


def _accuracy(c: Confusion) -> Outcome:
    return _share(float(c.hits.sum()), c.total, "no row has weight")


def _balanced_accuracy(c: Confusion) -> Outcome:
    present = c.true > 0
    if not present.any():
        return Undefined("no row has weight")
    if c.matrix.shape[0] == 2 and not present.all():
        return Undefined("one class is absent")
    return float((c.hits[present] / c.true[present]).mean())


def _mcc(c: Confusion) -> Outcome:
    """Gorodkin 2004, doi:10.1016/j.compbiolchem.2004.09.006 (R_K; Matthews for two classes)."""
    n, true, predicted = c.total, c.true, c.predicted
    spread = (n * n - predicted @ predicted) * (n * n - true @ true)
    if spread <= 0:
        return Undefined("all rows are of one class, true or predicted")
    return float((c.hits.sum() * n - true @ predicted) / math.sqrt(spread))


def _kappa(c: Confusion) -> Outcome:
    """Cohen 1960, doi:10.1177/001316446002000104."""
    n = c.total
    chance = float(c.true @ c.predicted) / (n * n) if n > 0 else 1.0
    if chance >= 1:
        return Undefined("all rows are of one class, true and predicted")
    return (float(c.hits.sum()) / n - chance) / (1 - chance)


def _macro(parts: Callable[[Confusion], tuple[Floats, Floats]]) -> Callable[[Confusion], Outcome]:
    """The unweighted mean over the classes that occur, true or predicted, of a ratio; 0/0 counts as 0."""

    def value(c: Confusion) -> Outcome:
        above, below = parts(c)
        occurs = (c.true > 0) | (c.predicted > 0)
        if not occurs.any():
            return Undefined("no row has weight")
        ratios = np.divide(above, below, out=np.zeros_like(above), where=below > 0)
        return float(ratios[occurs].mean())

    return value


def _metric(
    name: str,
    title: str,
    formula: str,
    value: Callable[[Confusion], Outcome],
    tasks: frozenset[Task] = _BINARY,
    proportion: Callable[[Confusion], tuple[float, float]] | None = None,
) -> Metric:
    return Metric(
        name=name,
        title=title,
        formula=formula,
        value=value,
        tasks=tasks,
        needs=_ANY,
        greater_is_better=True,
        best=1.0,
        source=Confusion,
        proportion=proportion,
    )


def _count(name: str, title: str, formula: str, value: Callable[[Confusion], float]) -> Metric:
    return Metric(
        name=name,
        title=title,
        formula=formula,
        value=value,
        tasks=_BINARY,
        needs=_ANY,
        greater_is_better=None,
        best=None,
        source=Confusion,
    )


METRICS: tuple[Metric, ...] = (
    _metric(
        "precision",
        "Precision",
        "tp / (tp + fp)",
        _precision,
        proportion=lambda c: (c.cells[3], c.predicted[1]),
    ),
    _metric("recall", "Recall", "tp / (tp + fn)", _recall, proportion=lambda c: (c.cells[3], c.true[1])),
    _metric("f1", "F1", "2 tp / (2 tp + fp + fn)", _f1),
    _metric(
        "precision",
        "Macro precision",
        "mean over classes of hits / predicted",
        _macro(lambda c: (c.hits, c.predicted)),
        _MULTI,
    ),
    _metric(
        "recall",
        "Macro recall",
        "mean over classes of hits / true",
        _macro(lambda c: (c.hits, c.true)),
        _MULTI,
    ),
    _metric(
        "f1",
        "Macro F1",
        "mean over classes of 2 hits / (true + predicted)",
        _macro(lambda c: (2 * c.hits, c.true + c.predicted)),
        _MULTI,
    ),
    _metric(
        "accuracy", "Accuracy", "hits / rows", _accuracy, _BOTH, lambda c: (float(c.hits.sum()), c.total)
    ),
    _metric(
        "balanced_accuracy",
        "Balanced accuracy",
        "mean over true classes of recall",
        _balanced_accuracy,
        _BOTH,
    ),
    _metric("mcc", "Matthews correlation", "correlation of true and predicted class", _mcc, _BOTH),
    _metric("cohen_kappa", "Cohen's kappa", "(accuracy - chance) / (1 - chance)", _kappa, _BOTH),
    _metric(
        "specificity",
        "Specificity",
        "tn / (tn + fp)",
        _specificity,
        proportion=lambda c: (c.cells[0], c.true[0]),
    ),
    _metric(
        "negative_predictive_value",
        "Negative predictive value",
        "tn / (tn + fn)",
        _npv,
        proportion=lambda c: (c.cells[0], c.predicted[0]),
    ),
    _count("predicted_positive", "Predicted positive", "tp + fp", lambda c: float(c.predicted[1])),
    _count("true_positives", "True positives", "tp", lambda c: c.cells[3]),
    _count("false_positives", "False positives", "fp", lambda c: c.cells[1]),
    _count("false_negatives", "Missed positives", "fn", lambda c: c.cells[2]),
)
