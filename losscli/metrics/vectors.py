"""Metrics of several outputs, labels and boxes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from losscli.domain import LABELS, RANKING, Floats, Kind, Task
from losscli.metrics.comoments import Comoments
from losscli.metrics.distribution import Distribution, average_precision
from losscli.metrics.forecast import Sums, mean_of_term
from losscli.metrics.metric import Metric, Outcome, Undefined, mean_over, metric_of_means, over

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
    """The joint moments of every output."""

    each: tuple[Comoments, ...]

    @classmethod
    def of(cls, y: Floats, p: Floats, w: Floats) -> "OfOutputs":
        """y, p: (n, L); w: (n,)."""
        return cls(tuple(Comoments.of(*pair, w) for pair in zip(y.T, p.T, strict=True)))

    def merge(self, other: "OfOutputs") -> "OfOutputs":
        return OfOutputs(tuple(a.merge(b) for a, b in zip(self.each, other.each, strict=True)))

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
        return OfOutputs(tuple(one.at(part) for one, part in zip(self.each, parts, strict=True)))


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


def _micro_f1(found: OfLabels) -> Floats:
    hits, predicted, true = (tally.sum(axis=0) for tally in found.tallies)
    return over(2 * hits, predicted + true)


def _macro(parts: Callable[[Floats, Floats, Floats], tuple[Floats, Floats]]) -> Callable[[OfLabels], Floats]:
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


def _average_precision(d: Distribution) -> Outcome:
    """Of one label."""
    found = average_precision(d)
    return Undefined("no label is there") if isinstance(found, Undefined) else found


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
_of_labels: Callable[..., Metric] = partial(
    metric_of_means, undefined="no label is there or predicted", **_LABELLED
)

_R2 = metric_of_means(
    "r2_mean",
    "R², mean over outputs",
    "mean over outputs of 1 - Σ r² / Σ (y - mean y)²",
    _r2,
    "every target is constant",
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
        only="fit",
        **_OF_OUTPUTS | {"greater_is_better": False, "best": 0.0},
    ),
    _of_labels(
        "f1_micro",
        "Micro F1",
        "2 tp / (2 tp + fp + fn), summed over labels",
        _micro_f1,
        short="micro f1",
        word="micro F1",
    ),
    _of_labels(
        "f1_macro",
        "Macro F1",
        "mean over labels that occur of 2 tp / (2 tp + fp + fn)",
        _macro(lambda hits, predicted, true: (2 * hits, predicted + true)),
        short="macro f1",
        word="macro F1",
    ),
    _of_labels(
        "precision_macro",
        "Macro precision",
        "mean over labels that occur of tp / (tp + fp)",
        _macro(lambda hits, predicted, true: (hits, predicted)),
        word="macro precision",
        narrow="macro prec",
        only="fit",
    ),
    _of_labels(
        "recall_macro",
        "Macro recall",
        "mean over labels that occur of tp / (tp + fn)",
        _macro(lambda hits, predicted, true: (hits, true)),
        word="macro recall",
        narrow="macro rec",
        only="fit",
    ),
    mean_of_term(
        "subset_accuracy",
        "Subset accuracy",
        "rows with all labels right",
        -1,
        share=True,
        narrow="subset",
        **_LABELLED,
    ),
    Metric(
        name="average_precision_macro",
        title="Macro average precision",
        word="macro average precision",
        narrow="avg prec",
        formula="mean over labels that are there of Σ (R_k - R_(k-1)) P_k",
        tasks=frozenset({Task.MULTILABEL}),
        only="fit",
        needs=frozenset(RANKING),
        greater_is_better=True,
        best=1.0,
        source=Distribution,
        value=_average_precision,
    ),
    mean_of_term("mean_iou", "Mean IoU", "mean of intersection / union", 0, **_OF_BOXES),
    mean_of_term("iou_50", "Boxes found", "share of boxes with IoU ≥ 0.5", 1, share=True, **_OF_BOXES),
)
