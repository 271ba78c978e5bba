"""Metrics of several outputs, and of several labels: each output counts alike."""

from collections.abc import Callable

import numpy as np

from losscli.domain import Floats, Kind, Task
from losscli.fitting.judge import Judged, Measure
from losscli.metrics.distribution import Distribution, average_precision
from losscli.metrics.metric import Undefined
from losscli.metrics.vectors import OfLabels, label_terms


def measures_of_outputs(task: Task) -> tuple[Measure, ...]:
    """The metrics of task multioutput or multilabel, the headline first."""
    return _NUMBERS if task is Task.MULTIOUTPUT else _LABELS


def constant_of_outputs(
    measure: Measure, train: tuple[Floats, Floats], test: tuple[Floats, Floats], threshold: float | None
) -> float:
    """A metric of the best constants: the share of a label; of numbers the median, or the mean where squares
    count. train, test: (y (n, L), w (n,)) of the rows learned from and judged on."""
    (y, w), (judged, weights) = train, test
    best = _medians(y, w) if measure.value is _mae else w @ y / w.sum()
    rows = np.broadcast_to(best, judged.shape)
    kind = Kind.VALUE if measure in _NUMBERS else Kind.PROBABILITY
    keep = np.ones(len(judged), np.bool_)
    own = threshold if kind is Kind.PROBABILITY else None
    return measure.value(
        Judged(kind=kind, y=judged, w=weights, score=rows, prediction=rows, bulk=keep, threshold=own)
    )


def _medians(y: Floats, w: Floats) -> Floats:
    """(L,)"""
    found = []
    for own in y.T:
        order = np.argsort(own, kind="stable")
        total = np.cumsum(w[order])
        found.append(own[order[np.searchsorted(total, total[-1] / 2)]])
    return np.array(found)


def _shares(judged: Judged, figures: Floats) -> Floats:
    """(L,) The weighted mean over rows of (n, L)."""
    return np.asarray(judged.w @ figures / judged.w.sum())


def _mae(judged: Judged) -> float:
    return float(_shares(judged, np.abs(judged.prediction - judged.y)).mean())


def _rmse(judged: Judged) -> float:
    """The mean of the roots, as in scikit-learn."""
    return float(np.sqrt(_shares(judged, (judged.prediction - judged.y) ** 2)).mean())


def _r2(judged: Judged) -> float:
    """The mean over the outputs whose targets vary."""
    spread = _shares(judged, (judged.y - _shares(judged, judged.y)) ** 2)
    missed = _shares(judged, (judged.prediction - judged.y) ** 2)
    varies = spread > 0
    return float((1.0 - missed[varies] / spread[varies]).mean()) if varies.any() else np.nan


def _tallies(judged: Judged) -> tuple[Floats, Floats, Floats]:
    """Hits, predicted and true of each label (L,)."""
    sums = np.array([judged.w @ term for term in label_terms(judged.y, judged.labels.astype(np.float64))])
    return OfLabels(judged.w.sum(), sums).tallies


def _macro(parts: Callable[[Floats, Floats, Floats], tuple[Floats, Floats]]) -> Callable[[Judged], float]:
    """The mean over the labels that occur, true or predicted, of a ratio; 0/0 counts as 0."""

    def value(judged: Judged) -> float:
        hits, predicted, true = _tallies(judged)
        above, below = parts(hits, predicted, true)
        occurs = predicted + true > 0
        ratios = np.divide(above, below, out=np.zeros_like(above), where=below > 0)
        return float(ratios[occurs].mean()) if occurs.any() else np.nan

    return value


def _micro_f1(judged: Judged) -> float:
    hits, predicted, true = (tally.sum() for tally in _tallies(judged))
    return float(2.0 * hits / (predicted + true)) if predicted + true > 0 else np.nan


def _subset_accuracy(judged: Judged) -> float:
    return float(judged.w @ (judged.labels == judged.y).all(axis=1) / judged.w.sum())


def _hamming(judged: Judged) -> float:
    return float(_shares(judged, np.asarray(judged.labels != judged.y, np.float64)).mean())


def _average_precision(judged: Judged) -> float:
    """The mean over the labels that some row has."""
    found = []
    for own, there in zip(judged.score.T, judged.y.T > 0, strict=True):
        if there.any():
            one = Distribution.of(np.ascontiguousarray(own), there, judged.w, exact=True)
            found.append(average_precision(one))
    defined = [one for one in found if not isinstance(one, Undefined)]
    return float(np.mean(defined)) if defined else np.nan


_NUMBERS = (Measure("mae", False, _mae), Measure("rmse", False, _rmse), Measure("r2", True, _r2))
_LABELS = (
    Measure("f1_macro", True, _macro(lambda hits, predicted, true: (2.0 * hits, predicted + true))),
    Measure("f1_micro", True, _micro_f1),
    Measure("precision_macro", True, _macro(lambda hits, predicted, true: (hits, predicted))),
    Measure("recall_macro", True, _macro(lambda hits, predicted, true: (hits, true))),
    Measure("subset_accuracy", True, _subset_accuracy),
    Measure("hamming", False, _hamming),
    Measure("average_precision_macro", True, _average_precision),
)
