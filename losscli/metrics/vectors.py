"""Metrics of several outputs, labels and boxes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from losscli.domain import LABELS, Floats, Kind, Task
from losscli.metrics.comoments import Comoments
from losscli.metrics.forecast import Sums, mean_of_term
from losscli.metrics.metric import Metric, mean_over, metric_of_means, over

Parts = Callable[[Floats, Floats, Floats], tuple[Floats, Floats]]
IOU_ENOUGH = 0.5  # overlap from which a box counts as found


class OfLabels(Sums):
    """Terms: of each of L labels whether it is there and predicted, predicted, there; last, all L right."""

    __slots__ = ()

    @property
    def tallies(self) -> tuple[Floats, Floats, Floats]:
        """Hits, predicted and true: (L,) each, or (L, B)."""
        hits, predicted, true = np.split(self.sums[:-1], 3)
        return hits, predicted, true


class OfBoxes(Sums):
    """Terms: the overlap IoU, and whether it is enough."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class OfOutputs:
    """The joint moments of every output.

    absolute: Σw|r| of each, (L,); no term.
    """

    each: tuple[Comoments, ...]
    absolute: Floats

    @classmethod
    def of(cls, y: Floats, p: Floats, w: Floats) -> "OfOutputs":
        """y, p: (n, L); w: (n,)."""
        each = tuple(Comoments.of(*pair, w) for pair in zip(y.T, p.T, strict=True))
        return cls(each, w @ np.abs(p - y))

    def merge(self, other: "OfOutputs") -> "OfOutputs":
        each = tuple(a.merge(b) for a, b in zip(self.each, other.each, strict=True))
        return OfOutputs(each, self.absolute + other.absolute)

    @property
    def width(self) -> int:
        """How many terms there are."""
        return sum(one.width for one in self.each)

    def terms(self, y: Floats, p: Floats) -> Iterator[Floats]:
        """The row quantities whose means say it all: (n,) each."""
        for one, true, predicted in zip(self.each, y.T, p.T, strict=True):
            yield from one.terms(true, predicted)

    def at(self, means: Floats) -> "OfOutputs":
        """The summary where the terms have these means: (B, C)."""
        parts = np.split(means, len(self.each), axis=1)
        each = tuple(one.at(part) for one, part in zip(self.each, parts, strict=True))
        return replace(self, each=each)


def label_terms(y: Floats, label: Floats) -> Iterator[Floats]:
    """y, label: (n, L), 0 or 1."""
    yield from (y * label).T
    yield from label.T
    yield from y.T
    yield (y == label).all(axis=1).astype(np.float64)


def box_terms(iou: Floats) -> Iterator[Floats]:
    """iou: (n,)."""
    yield iou
    yield (iou >= IOU_ENOUGH).astype(np.float64)


def _micro(parts: Parts) -> Callable[[OfLabels], Floats]:
    """A ratio of hits, predicted and true of all labels together."""
    return lambda found: over(*parts(*(tally.sum(axis=0) for tally in found.tallies)))


def _macro(parts: Parts) -> Callable[[OfLabels], Floats]:
    """The mean over the labels that occur, true or predicted, of a ratio of hits, predicted and true; 0/0
    counts as 0."""

    def figure(found: OfLabels) -> Floats:
        _, predicted, true = found.tallies
        return mean_over(predicted + true > 0, *parts(*found.tallies), axis=0)

    return figure


def _r2(found: OfOutputs) -> Floats:
    """The mean over the outputs whose targets vary."""
    each = np.array([1 - over(one.rr, one.yy) for one in found.each])
    known = ~np.isnan(each)
    return over(np.where(known, each, 0.0).sum(axis=0), known.sum(axis=0))


def _rmse(found: OfOutputs) -> Floats:
    """The mean of the roots, as in scikit-learn."""
    return np.asarray(np.mean([np.sqrt(over(one.rr, one.w)) for one in found.each], axis=0))


# Of hits, predicted and true: what is divided, and by what.
_PARTS: dict[str, Parts] = {
    "precision": lambda hits, predicted, true: (hits, predicted),
    "recall": lambda hits, predicted, true: (hits, true),
    "f1": lambda hits, predicted, true: (2 * hits, predicted + true),
}
_OF_OUTPUTS: dict[str, Any] = {
    "tasks": frozenset({Task.MULTIOUTPUT}),
    "needs": frozenset({Kind.VALUE}),
    "source": OfOutputs,
}
_OF_BOXES: dict[str, Any] = {
    "tasks": frozenset({Task.BOXES}),
    "needs": frozenset({Kind.BOX}),
    "source": OfBoxes,
}
_LABELLED: dict[str, Any] = {"tasks": frozenset({Task.MULTILABEL}), "needs": LABELS, "source": OfLabels}
_NO_LABEL = "no label is there or predicted"
_ZERO = "0/0 of a label counts as 0; a label that is neither there nor predicted is left out"
_TOGETHER = "true and false positives and negatives of all labels, summed first"


def _of_labels(
    name: str,
    title: str,
    formula: str,
    figure: Callable[[OfLabels], Floats],
    undefined: str = _NO_LABEL,
    **more: Any,
) -> Metric:
    return metric_of_means(name, title, formula, figure, undefined, **_LABELLED | more)


def of_label(label: int) -> tuple[Metric, ...]:
    """Precision, recall and F1 of one label by its place."""

    def metric(name: str, title: str, undefined: str) -> Metric:
        def parts(found: OfLabels) -> tuple[Floats, Floats]:
            return _PARTS[name](*(tally[label] for tally in found.tallies))

        def proportion(found: OfLabels) -> tuple[float, float]:
            successes, trials = parts(found)
            return float(successes), float(trials)

        more = {} if name == "f1" else {"proportion": proportion}
        return _of_labels(
            name, title, "", lambda found: over(*parts(found)), undefined, greater_is_better=None, **more
        )

    return (
        metric("precision", "Precision", "it is never predicted"),
        metric("recall", "Recall", "no row has it"),
        metric("f1", "F1", "the label is neither there nor predicted"),
    )


def of_output(output: int) -> tuple[Metric, ...]:
    """Mean absolute error, root mean squared error and R² of one output by its place. The first two are
    levels, whose interval is that of a loss."""
    shared = _OF_OUTPUTS | {"greater_is_better": None}
    level: dict[str, Any] = {"best": 0.0, "replicated": None}

    def mae(found: OfOutputs) -> Floats:
        return over(found.absolute[output], found.each[output].w)

    def rmse(found: OfOutputs) -> Floats:
        return np.asarray(np.sqrt(over(found.each[output].rr, found.each[output].w)))

    def r2(found: OfOutputs) -> Floats:
        return 1 - over(found.each[output].rr, found.each[output].yy)

    return (
        metric_of_means("mae", "Mean absolute error", "mean |r|", mae, **shared | level),
        metric_of_means("rmse", "Root mean squared error", "√(mean r²)", rmse, **shared | level),
        metric_of_means("r2", "R²", "1 - Σ r² / Σ (y - mean y)²", r2, "the target is constant", **shared),
    )


_R2 = metric_of_means(
    "r2_mean",
    "R², mean over outputs",
    "mean over outputs of 1 - Σ r² / Σ (y - mean y)²",
    _r2,
    "every target is constant",
    elsewhere=("sklearn r2_score",),
    convention="the unweighted mean over the outputs whose target varies",
    signed=True,
    only="compare",
    **_OF_OUTPUTS,
)

METRICS: tuple[Metric, ...] = (
    _R2,
    replace(_R2, name="r2", word="R²", only="fit"),
    metric_of_means(
        "rmse",
        "Root mean squared error, mean over outputs",
        "mean over outputs of √(mean r²)",
        _rmse,
        word="RMSE",
        elsewhere=("sklearn root_mean_squared_error",),
        convention="the unweighted mean over the outputs",
        only="fit",
        **_OF_OUTPUTS | {"greater_is_better": False, "best": 0.0},
    ),
    _of_labels(
        "f1_micro",
        "Micro F1",
        "2 tp / (2 tp + fp + fn), summed over labels",
        _micro(_PARTS["f1"]),
        elsewhere=("sklearn f1_score (average='micro')",),
        convention=_TOGETHER,
        short="micro f1",
        word="micro F1",
    ),
    _of_labels(
        "f1_macro",
        "Macro F1",
        "mean over labels that occur of 2 tp / (2 tp + fp + fn)",
        _macro(_PARTS["f1"]),
        elsewhere=("sklearn f1_score (average='macro')",),
        convention=_ZERO,
        short="macro f1",
        word="macro F1",
    ),
    _of_labels(
        "precision_macro",
        "Macro precision",
        "mean over labels that occur of tp / (tp + fp)",
        _macro(_PARTS["precision"]),
        elsewhere=("sklearn precision_score (average='macro')",),
        convention=_ZERO,
        word="macro precision",
        narrow="macro prec",
    ),
    _of_labels(
        "recall_macro",
        "Macro recall",
        "mean over labels that occur of tp / (tp + fn)",
        _macro(_PARTS["recall"]),
        elsewhere=("sklearn recall_score (average='macro')",),
        convention=_ZERO,
        word="macro recall",
        narrow="macro rec",
    ),
    _of_labels(
        "precision_micro",
        "Micro precision",
        "tp / (tp + fp), summed over labels",
        _micro(_PARTS["precision"]),
        "no label is predicted",
        elsewhere=("sklearn precision_score (average='micro')",),
        convention=_TOGETHER,
        only="compare",
    ),
    _of_labels(
        "recall_micro",
        "Micro recall",
        "tp / (tp + fn), summed over labels",
        _micro(_PARTS["recall"]),
        "no label is there",
        elsewhere=("sklearn recall_score (average='micro')",),
        convention=_TOGETHER,
        only="compare",
    ),
    mean_of_term(
        "subset_accuracy",
        "Subset accuracy",
        "rows with all labels right",
        -1,
        share=True,
        narrow="subset",
        elsewhere=("sklearn accuracy_score", "also exact match ratio"),
        **_LABELLED,
    ),
    mean_of_term("mean_iou", "Mean IoU", "mean of intersection / union", 0, **_OF_BOXES),
    mean_of_term("iou_50", "Boxes found", "share of boxes with IoU ≥ 0.5", 1, share=True, **_OF_BOXES),
)
