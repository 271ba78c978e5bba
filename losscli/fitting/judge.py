"""What out-of-fold predictions are judged by: metrics that no training loss has chosen."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from losscli.domain import LOGIT, SOFTMAX, Floats, Kind, Mask, Task, usual_threshold
from losscli.loss import Loss
from losscli.metrics import metrics_for
from losscli.metrics.confusion import Confusion
from losscli.metrics.distribution import Distribution
from losscli.metrics.metric import Metric, Undefined
from losscli.metrics.threshold import Costs

TRIMMED = 0.1  # share of the rows that trimmed_mae leaves out
_CLASS_METRICS = (
    "average_precision",
    "roc_auc",
    "precision",
    "recall",
    "f1",
    "accuracy",
    "balanced_accuracy",
    "predicted_positive",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Rows and what one loss predicts for them.

    kind: value, probability or score; y: numbers or class codes (n,), of several outputs or labels (n, L);
    w: weights (n,); score: (n,), for several classes (n, k), outputs or labels (n, L); prediction: what the
    link makes of it; bulk: the rows that trimmed_mae keeps, the same for every loss (n,); threshold: one, or
    one per row (n,); None is the usual one.
    """

    kind: Kind
    y: Floats
    w: Floats
    score: Floats
    prediction: Floats
    bulk: Mask
    threshold: float | Floats | None = None

    @property
    def labels(self) -> Floats:
        """Predicted class codes (n,): the largest score; of two classes, above the threshold, as of several
        labels (n, L)."""
        if self.score.ndim == 2 and self.y.ndim == 1:
            return np.asarray(self.score.argmax(axis=1))
        threshold = usual_threshold(self.kind) if self.threshold is None else self.threshold
        return np.asarray(self.prediction > threshold)


def kind_of(loss: Loss) -> Kind:
    """What a model trained under a loss predicts."""
    if loss.task in (Task.REGRESSION, Task.COUNTS, Task.MULTIOUTPUT):
        return Kind.VALUE
    return Kind.PROBABILITY if loss.link in (LOGIT, SOFTMAX) else Kind.SCORE


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric; value is nan where it is not defined; threshold: by which the best constant is told, None for
    the usual one."""

    name: str
    greater_is_better: bool | None
    value: Callable[[Judged], float]
    threshold: float | None = None


def measures(task: Task, costs: Costs | None = None) -> tuple[Measure, ...]:
    """The metrics of a task, the headline first; costs: of decisions, where they have any."""
    if task is Task.REGRESSION:
        return _NUMBERS
    if task is Task.COUNTS:  # whose losses all ask for the mean, which mae does not
        return (_NUMBERS[1], _NUMBERS[0], *_NUMBERS[2:])
    known = {metric.name: metric for metric in metrics_for(task)}
    own = [_of_metric(known[name]) for name in _CLASS_METRICS if name in known]
    return (*own, Measure("brier", False, _brier), *([_cost(costs)] if costs is not None else []))


def error_of(measure: Measure, value: float) -> float:
    """The metric as an error, 0 the best: what is missing to 1 where greater is better."""
    return 1.0 - value if measure.greater_is_better else value


def _cost(costs: Costs) -> Measure:
    """The mean cost of a decision; the best constant decides by the probability at which both cost the
    same."""

    def value(judged: Judged) -> float:
        if not np.isfinite(judged.prediction).all():
            return np.nan
        said, true = judged.labels.astype(np.bool_), judged.y > 0
        right, wrong = np.where(true, costs.tp, costs.tn), np.where(true, costs.fn, costs.fp)
        return _mean(np.where(said == true, right, wrong), judged)

    return Measure("cost", False, value, costs.theoretical())


def _of_metric(metric: Metric) -> Measure:
    source = _confusion if metric.source is Confusion else _distributions

    def value(judged: Judged) -> float:
        outcomes = [metric.value(one) for one in source(judged)]
        defined = [one for one in outcomes if not isinstance(one, Undefined)]
        return float(np.mean(defined)) if defined else np.nan

    return Measure(metric.name, metric.greater_is_better, value)


def _confusion(judged: Judged) -> list[Confusion]:
    k = judged.score.shape[1] if judged.score.ndim == 2 else 2
    return [Confusion.of(judged.y.astype(np.intp), judged.labels.astype(np.intp), judged.w, k)]


def _distributions(judged: Judged) -> list[Distribution]:
    """Of the positive class; of several classes, each against the rest."""
    if judged.score.ndim == 1:
        return [Distribution.of(judged.score, judged.y > 0, judged.w, exact=True)]
    score = judged.prediction if judged.kind is Kind.PROBABILITY else judged.score
    return [
        Distribution.of(np.ascontiguousarray(score[:, c]), judged.y == c, judged.w, exact=True)
        for c in range(score.shape[1])
        if (judged.y == c).any()
    ]


def _mean(values: Floats, judged: Judged) -> float:
    return float(values @ judged.w / judged.w.sum())


def _brier(judged: Judged) -> float:
    if judged.kind is not Kind.PROBABILITY:
        return np.nan
    p = judged.prediction
    if p.ndim == 1:
        return _mean((p - judged.y) ** 2, judged)
    return _mean(((p - (judged.y[:, None] == np.arange(p.shape[1]))) ** 2).sum(axis=1), judged)


def _mae(judged: Judged) -> float:
    return _mean(np.abs(judged.prediction - judged.y), judged)


def _rmse(judged: Judged) -> float:
    return float(np.sqrt(_mean((judged.prediction - judged.y) ** 2, judged)))


def _medae(judged: Judged) -> float:
    size = np.abs(judged.prediction - judged.y)
    order = np.argsort(size, kind="stable")
    total = np.cumsum(judged.w[order])
    ends = [np.searchsorted(total, total[-1] / 2, side) for side in ("left", "right")]
    return float(np.mean([size[order[min(end, len(size) - 1)]] for end in ends]))


def _trimmed_mae(judged: Judged) -> float:
    size, w = np.abs(judged.prediction - judged.y)[judged.bulk], judged.w[judged.bulk]
    return float(size @ w / w.sum()) if len(w) else np.nan


def _r2(judged: Judged) -> float:
    spread = _mean((judged.y - _mean(judged.y, judged)) ** 2, judged)
    return 1.0 - _mean((judged.prediction - judged.y) ** 2, judged) / spread if spread > 0 else np.nan


def _bias(judged: Judged) -> float:
    return _mean(judged.prediction - judged.y, judged)


_NUMBERS = (
    Measure("mae", False, _mae),
    Measure("rmse", False, _rmse),
    Measure("medae", False, _medae),
    Measure("trimmed_mae", False, _trimmed_mae),
    Measure("r2", True, _r2),
    Measure("bias", None, _bias),
)


def bulk(y: Floats, predictions: Floats) -> Mask:
    """The rows that trimmed_mae keeps: all but the tenth that the median loss misses most.

    y: (n,); predictions: of every loss (L, n).
    """
    keep = np.ones(len(y), dtype=np.bool_)
    if len(predictions):
        size = np.median(np.abs(predictions - y), axis=0)
        keep[np.argsort(-size, kind="stable")[: int(TRIMMED * len(y))]] = False
    return keep


def constant(
    measure: Measure, task: Task, train: tuple[Floats, Floats], test: tuple[Floats, Floats], keep: Mask
) -> float:
    """A metric of the best constant: the median, the mean where squares count, the class shares.

    train, test: (y, w), each (n,), of the rows learned from and judged on; classes as codes; keep: the
    rows that trimmed_mae keeps.
    """
    (y, w), (judged, weights) = train, test
    kind = Kind.VALUE
    if task in (Task.BINARY, Task.MULTICLASS):
        shares = np.bincount(y.astype(np.intp), weights=w, minlength=2) / w.sum()
        kind, best = Kind.PROBABILITY, shares[1:] if task is Task.BINARY else shares
    elif measure.name in ("rmse", "r2", "bias"):
        best = np.array([y @ w / w.sum()])
    else:
        order = np.argsort(y, kind="stable")
        total = np.cumsum(w[order])
        best = y[order[[np.searchsorted(total, total[-1] / 2)]]]
    score = (
        np.broadcast_to(best, (len(judged), len(best)))
        if task is Task.MULTICLASS
        else np.repeat(best, len(judged))
    )
    return measure.value(
        Judged(
            kind=kind,
            y=judged,
            w=weights,
            score=score,
            prediction=score,
            bulk=keep,
            threshold=measure.threshold,
        )
    )
