"""What out-of-fold predictions are judged by: the metrics of compare, and losses of the catalogue."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial, reduce
from typing import Any

import numpy as np

from losscli.domain import CLASSES, LABELS, LOGIT, NUMBERS, SEVERAL, SOFTMAX, Codes, Floats, Kind, Mask, Task
from losscli.inference.order import weighted_medians
from losscli.loss import Argument, BoundLoss, Loss, Reduction
from losscli.loss.arguments import Arguments
from losscli.loss.catalogue import find
from losscli.loss.constant import Target, best_constant
from losscli.loss.reduction import of_rows
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
_ROWS = 1 << 18  # looked at at a time, of every loss
_PART = 1 << 21  # rows that are summed at a time
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


def _comoments(own: Judged, _: bool) -> Comoments:
    """Of parts of many rows, merged: what is made of them in between takes less room."""
    parts = (slice(start, start + _PART) for start in range(0, len(own.y), _PART))
    return reduce(Comoments.merge, (Comoments.of(own.y[i], own.prediction[i], own.w[i]) for i in parts))


# (rows, whether the order of scores is all that counts) → what metrics read
_SUMMARIES: dict[type, Callable[[Judged, bool], Any]] = {
    Comoments: _comoments,
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
    """What a task is judged by, the usual headline first; cost: of decisions, where they have any."""
    known = {metric.name: metric for metric in metrics_for(task, verb="fit")}
    names = dict.fromkeys([*_FIRST[task].split(), *known])
    found = [known.get(name) or _called(name, task) for name in names]
    if cost is not None:  # the best constant decides where both decisions cost the same
        found.append(of_loss(cost, threshold=Costs(**dict(cost.params)).theoretical()))
    return tuple(found)


def headed(metrics: Sequence[Metric], judge: Metric) -> tuple[Metric, ...]:
    """The metrics with another headline."""
    return (judge, *(one for one in metrics if one.name != judge.name))


def _called(name: str, task: Task) -> Metric:
    """A loss of the catalogue, or trimmed_mae."""
    if name == "trimmed_mae":
        return _trimmed(_called("mae", task))
    loss = find(Spec(name), task)
    assert loss is not None
    return of_loss(loss.bind({}))


def of_loss(one: BoundLoss, threshold: float | None = None, name: str = "") -> Metric:
    """A loss as a metric, its own name where no other is given."""
    loss = one.loss

    def rows(own: Judged) -> Floats:
        return one.value(*own.arguments.of(loss))

    def value(own: Judged) -> Outcome:
        if not loss.prediction.contains(own.prediction).all():
            return Undefined(f"not every prediction is {loss.prediction}")
        classes = own.score.shape[1] if own.score.ndim > own.y.ndim else 2
        least = partial(_least, one, own.task, own.y, own.w)
        return outcome(float(of_rows(one, own.arguments.of(loss), own.w, classes, least)[0]), _UNKNOWN)

    plain = loss.reduction is Reduction.MEAN and loss.combine is None and loss.whole is None
    return Metric(
        name=name or loss.name,
        title=loss.title,
        formula=loss.formula,
        tasks=frozenset({loss.task}),
        needs=loss.needs,
        greater_is_better=False,
        best=0.0,
        source=Judged,
        value=value,
        rows=rows if loss.name in _WITH_INTERVAL or (name and plain) else None,
        elicits=one.elicits,
        threshold=threshold,
        constant=partial(_constant_of, one) if name and loss.task not in SEVERAL else None,
    )


def _least(one: BoundLoss, task: Task, y: Floats, w: Floats) -> float:
    """What the best constant leaves of a loss."""
    return best_constant(one, _target(task, y, w))[1]


def _constant_of(one: BoundLoss, y: Floats, w: Floats) -> Floats:
    """The best constant prediction, (1,) or of several classes (k,)."""
    target = _target(one.loss.task, y, w)
    found = best_constant(one, target)[0]
    if one.loss.task is Task.MULTICLASS and len(found) == 1:  # the code of a class
        return np.asarray((target.values == found[0]).astype(np.float64))
    return found


def _target(task: Task, y: Floats, w: Floats) -> Target:
    if task in CLASSES:
        weights: Floats = np.bincount(y.astype(np.intp), weights=w, minlength=2).astype(np.float64)
        return Target.of_classes(task, weights)
    return Target.of_numbers(task, y, w)


def _trimmed(mae: Metric) -> Metric:
    """The mean over the rows of the bulk."""

    def value(own: Judged) -> Outcome:
        assert mae.rows is not None
        w = own.w[own.bulk]
        return outcome(float(mae.rows(own)[own.bulk] @ w / w.sum()), _UNKNOWN)

    return replace(mae, name="trimmed_mae", value=value, rows=None)


def bulk(y: Floats, predictions: Sequence[Floats]) -> Mask:
    """The rows that trimmed_mae keeps: all but the tenth that the median loss misses most.

    y: (n,); predictions: of every loss (n,).
    """
    keep = np.ones(len(y), dtype=np.bool_)
    if len(predictions):
        size = np.empty(len(y))
        for start in range(0, len(y), _ROWS):
            part = slice(start, start + _ROWS)
            size[part] = np.median([np.abs(p[part] - y[part]) for p in predictions], axis=0)
        keep[_largest(size, int(TRIMMED * len(y)))] = False
    return keep


def _largest(x: Floats, count: int) -> Codes:
    """(count,) The places of the largest, of equal ones the first; nan is larger than any. x: (n,)."""
    if not count:
        return np.zeros(0, np.intp)
    least = np.partition(x, len(x) - count)[len(x) - count]
    if np.isnan(least):
        return np.flatnonzero(np.isnan(x))[:count]
    above = np.flatnonzero(~(x <= least))
    return np.concatenate([above, np.flatnonzero(x == least)[: count - len(above)]])


def constant(metric: Metric, task: Task, y: Floats, w: Floats) -> Floats:
    """The constant prediction that is best for a metric on rows learned from: the shares of classes or
    labels; of numbers what the metric elicits, the mean or the median; for a loss its own. (k,) a value per
    class, output or label, (1,) of two classes or one number.

    y: (n,) or (n, L), classes as codes; w: (n,).
    """
    if metric.constant is not None:
        return metric.constant(y, w)
    if task in CLASSES:
        shares = np.asarray(np.bincount(y.astype(np.intp), weights=w, minlength=2) / w.sum())
        return shares if task is Task.MULTICLASS else shares[1:]
    if task in NUMBERS | {Task.MULTIOUTPUT} and not metric.elicits.startswith("mean"):
        return np.array([weighted_medians(x, w)[0] for x in y.reshape(len(y), -1).T])
    return np.asarray(np.atleast_1d(w @ y / w.sum()))


def constants(metrics: Sequence[Metric], task: Task, y: Floats, w: Floats) -> list[Floats]:
    """`constant` of every metric; those that ask for the same share it."""
    known: dict[bool, Floats] = {}
    found = []
    for metric in metrics:
        if metric.constant is not None:
            found.append(metric.constant(y, w))
            continue
        of_mean = metric.elicits.startswith("mean")
        if of_mean not in known:
            known[of_mean] = constant(metric, task, y, w)
        found.append(known[of_mean])
    return found


def of_constants(
    metric: Metric,
    task: Task,
    constants: Floats,
    rows: tuple[Floats, Floats],
    keep: Mask,
    threshold: float | None,
) -> float:
    """A metric of rows that are predicted by constants; nan where there is none.

    constants: of every row (n, k); rows: (y, w) that are judged; keep: the rows that trimmed_mae keeps;
    threshold: of several labels.
    """
    y, w = rows
    kind = Kind.VALUE if task in NUMBERS | {Task.MULTIOUTPUT} else Kind.PROBABILITY
    if metric.constant is not None and kind not in metric.needs:
        kind = Kind.SCORE
    flat = constants if y.ndim == 2 or task is Task.MULTICLASS else constants[:, 0]
    return Judged(
        task=task,
        kind=kind,
        y=y,
        w=w,
        score=flat,
        prediction=flat,
        bulk=keep,
        threshold=threshold if y.ndim == 2 else metric.threshold,
    ).value(metric)
