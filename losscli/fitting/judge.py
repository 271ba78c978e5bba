"""What out-of-fold predictions are judged by: the metrics of compare, and losses of the catalogue."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from losscli.domain import CLASSES, LABELS, LOGIT, NUMBERS, SOFTMAX, Floats, Kind, Mask, Task
from losscli.inference.order import weighted_medians
from losscli.loss import Argument, BoundLoss, Loss, Reduction
from losscli.loss.arguments import Arguments
from losscli.loss.catalogue import find
from losscli.metrics import metrics_for
from losscli.metrics.comoments import Comoments
from losscli.metrics.distribution import Distribution
from losscli.metrics.metric import Metric, Outcome, Undefined, outcome
from losscli.metrics.tallies import Confusion
from losscli.metrics.threshold import Costs
from losscli.metrics.vectors import OfLabels, OfOutputs, label_terms
from losscli.spec import Spec

TRIMMED = 0.1  # share of the rows that trimmed_mae leaves out
_OF_CLASSES = "average_precision roc_auc precision recall f1 accuracy balanced_accuracy"
_FIRST: dict[Task, str] = {  # metrics and losses by which a task is judged first, the headline before all
    Task.REGRESSION: "mae rmse medae trimmed_mae r2 bias",
    Task.COUNTS: "rmse mae medae trimmed_mae r2 bias",  # its losses all ask for the mean, which mae does not
    Task.BINARY: f"{_OF_CLASSES} predicted_positive brier",
    Task.MULTICLASS: f"{_OF_CLASSES} brier",
    Task.MULTIOUTPUT: "mae rmse r2",
    Task.MULTILABEL: "f1_macro f1_micro precision_macro recall_macro subset_accuracy hamming "
    "average_precision_macro",
}
_WITH_INTERVAL = ("mae", "hamming")  # of the losses that are means over rows
_UNKNOWN = "it is not defined on these rows"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Rows and what one loss predicts for them.

    kind: value, probability or score; y: numbers or class codes (n,), of several outputs or labels (n, L);
    w: weights (n,); score: (n,), for several classes (n, k), outputs or labels (n, L), nan where nothing was
    trained; prediction: what the link makes of it; bulk: the rows that trimmed_mae keeps, the same for every
    loss (n,); threshold: one, or one per row (n,); None is the usual one.
    """

    task: Task
    kind: Kind
    y: Floats
    w: Floats
    score: Floats
    prediction: Floats
    bulk: Mask
    threshold: float | Floats | None = None
    _kept: dict[Hashable, Any] = field(init=False, repr=False, compare=False, default_factory=dict)

    def outcome(self, metric: Metric) -> Outcome:
        """A metric of these rows, or why there is none."""
        if self.kind not in metric.needs:
            return Undefined("its scores are no probabilities")
        if np.isnan(self.score).any():
            return Undefined("the loss was not trained in every fold")
        return metric.of(self.summary(metric))

    def value(self, metric: Metric) -> float:
        """A metric of these rows; nan where there is none."""
        found = self.outcome(metric)
        return np.nan if isinstance(found, Undefined) else found

    def summary(self, metric: Metric) -> Any:
        """What the metric reads."""
        if metric.source is Judged:
            return self
        key = metric.source, Kind.SCORE in metric.needs
        if key not in self._kept:
            self._kept[key] = _SUMMARIES[metric.source](self, key[1])
        return self._kept[key]

    @cached_property
    def arguments(self) -> Arguments:
        """What losses read."""
        return Arguments(self.task, self.y, {self.kind: self.prediction}, self.threshold)

    @property
    def labels(self) -> Floats:
        """Predicted class codes (n,): the likeliest; of two classes, and of several labels (n, L), 1 above
        the threshold."""
        return np.asarray(self.arguments.get(Argument.LABEL, LABELS)[1])


def _confusion(own: Judged, _: bool) -> Confusion:
    classes = own.score.shape[1] if own.score.ndim == 2 else 2
    return Confusion.of(own.y.astype(np.intp), own.labels.astype(np.intp), own.w, classes)


def _distributions(own: Judged, ranks: bool) -> list[Distribution]:
    """Of the positive class; of several classes each against the rest; of each label. ranks: whether the
    order is all that counts: a sigmoid may tie scores that differ; the order of a softmax is its own."""
    several = own.score.ndim > own.y.ndim
    p = own.score if ranks and not several else own.prediction
    there = own.y[:, None] == np.arange(p.shape[1]) if several else own.y > 0
    columns = zip(np.atleast_2d(p.T), np.atleast_2d(there.T), strict=True)
    return [Distribution.of(np.ascontiguousarray(x), one, own.w, exact=True) for x, one in columns]


# (rows, whether the order of scores is all that counts) → what metrics read
_SUMMARIES: dict[type, Callable[[Judged, bool], Any]] = {
    Comoments: lambda own, _: Comoments.of(own.y, own.prediction, own.w),
    OfOutputs: lambda own, _: OfOutputs.of(own.y, own.prediction, own.w),
    OfLabels: lambda own, _: OfLabels.of(label_terms(own.y, own.labels), own.w),
    Confusion: _confusion,
    Distribution: _distributions,
}


def kind_of(loss: Loss) -> Kind:
    """What a model trained under a loss predicts."""
    if loss.task in NUMBERS | {Task.MULTIOUTPUT}:
        return Kind.VALUE
    return Kind.PROBABILITY if loss.link in (LOGIT, SOFTMAX) else Kind.SCORE


def judging(task: Task, cost: BoundLoss | None = None) -> tuple[Metric, ...]:
    """What a task is judged by, the headline first; cost: of decisions, where they have any."""
    known = {metric.name: metric for metric in metrics_for(task, verb="fit")}
    names = dict.fromkeys([*_FIRST[task].split(), *known])
    found = [known.get(name) or _called(name, task) for name in names]
    if cost is not None:  # the best constant decides where both decisions cost the same
        found.append(_of_loss(cost, threshold=Costs(**dict(cost.params)).theoretical()))
    return tuple(found)


def _called(name: str, task: Task) -> Metric:
    """A loss of the catalogue, or trimmed_mae."""
    if name == "trimmed_mae":
        return _trimmed(_called("mae", task))
    loss = find(Spec(name), task)
    assert loss is not None
    return _of_loss(loss.bind({}))


def _of_loss(one: BoundLoss, threshold: float | None = None) -> Metric:
    loss = one.loss

    def rows(own: Judged) -> Floats:
        return one.value(*own.arguments.of(loss))

    return Metric(
        name=loss.name,
        title=loss.title,
        formula=loss.formula,
        tasks=frozenset({loss.task}),
        needs=loss.needs,
        greater_is_better=False,
        best=0.0,
        source=Judged,
        value=lambda own: outcome(_reduced(loss.reduction, rows(own), own.w), _UNKNOWN),
        rows=rows if loss.name in _WITH_INTERVAL else None,
        elicits=one.elicits,
        threshold=threshold,
    )


def _trimmed(mae: Metric) -> Metric:
    """The mean over the rows of the bulk."""

    def value(own: Judged) -> Outcome:
        assert mae.rows is not None
        return outcome(_reduced(Reduction.MEAN, mae.rows(own)[own.bulk], own.w[own.bulk]), _UNKNOWN)

    return replace(mae, name="trimmed_mae", value=value, rows=None)


def _reduced(reduction: Reduction, x: Floats, w: Floats) -> float:
    """The figure of row values (n,)."""
    if reduction is Reduction.MEDIAN:
        return sum(weighted_medians(x, w)) / 2
    mean = float(x @ w / w.sum())
    return float(np.sqrt(mean)) if reduction is Reduction.ROOT else mean


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
    metric: Metric,
    task: Task,
    train: tuple[Floats, Floats],
    test: tuple[Floats, Floats],
    keep: Mask,
    threshold: float | None,
) -> float:
    """A metric of the best constants: the shares of classes or labels; of numbers what the metric elicits,
    the mean or the median.

    train, test: (y, w), (n,) or (n, L) and (n,), of the rows learned from and judged on; classes as codes;
    keep: the rows that trimmed_mae keeps; threshold: of several labels.
    """
    (y, w), (own, weights) = train, test
    numbers, shape = task in NUMBERS | {Task.MULTIOUTPUT}, own.shape
    if task in CLASSES:
        shares = np.bincount(y.astype(np.intp), weights=w, minlength=2) / w.sum()
        best = shares if task is Task.MULTICLASS else shares[1:]
        shape = (len(own), len(shares)) if task is Task.MULTICLASS else shape
    elif numbers and not metric.elicits.startswith("mean"):
        best = np.array([weighted_medians(x, w)[0] for x in y.reshape(len(y), -1).T])
    else:
        best = np.asarray(w @ y / w.sum())
    rows = np.broadcast_to(best, shape)
    return Judged(
        task=task,
        kind=Kind.VALUE if numbers else Kind.PROBABILITY,
        y=own,
        w=weights,
        score=rows,
        prediction=rows,
        bulk=keep,
        threshold=threshold if own.ndim == 2 else metric.threshold,
    ).value(metric)
