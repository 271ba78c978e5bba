"""Metrics of several outputs, labels and boxes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from losscli.domain import LABELS, Floats, Kind, Task
from losscli.metrics.comoments import Comoments
from losscli.metrics.forecast import Sums
from losscli.metrics.metric import Metric, outcome, over

IOU_ENOUGH = 0.5  # overlap from which a box counts as found
_NO_LABEL = "no label is there or predicted"
_NO_WEIGHT = "no row has weight"


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


def _macro_f1(found: OfLabels) -> Floats:
    """The mean over the labels that occur, true or predicted."""
    hits, predicted, true = found.tallies
    occurs = predicted + true > 0
    each = np.where(occurs, np.nan_to_num(over(2 * hits, predicted + true)), 0.0)
    return over(each.sum(axis=0), occurs.sum(axis=0))


def _last(found: Sums) -> Floats:
    return over(found.sums[-1], found.w)


def _first(found: Sums) -> Floats:
    return over(found.sums[0], found.w)


def _r2(found: OfOutputs) -> Floats:
    """The mean over the outputs whose targets vary."""
    each = np.array([1 - over(one.rr, one.yy) for one in found.each])
    known = ~np.isnan(each)
    return over(np.where(known, each, 0.0).sum(axis=0), known.sum(axis=0))


def _metric(
    name: str,
    title: str,
    formula: str,
    source: type,
    figure: Callable[..., Floats],
    undefined: str = _NO_WEIGHT,
    *,
    share: bool = False,
) -> Metric:
    """share: whether it is a share of the rows, and the last term."""
    task, needs = {
        OfLabels: (Task.MULTILABEL, LABELS),
        OfBoxes: (Task.BOXES, frozenset({Kind.BOX})),
        OfOutputs: (Task.MULTIOUTPUT, frozenset({Kind.VALUE})),
    }[source]
    return Metric(
        name=name,
        title=title,
        formula=formula,
        tasks=frozenset({task}),
        needs=needs,
        greater_is_better=True,
        best=1.0,
        source=source,
        value=lambda found: outcome(figure(found), undefined),
        replicated=figure,
        proportion=(lambda found: (float(found.sums[-1]), found.w)) if share else None,
    )


METRICS: tuple[Metric, ...] = (
    _metric(
        "r2_mean",
        "R², mean over outputs",
        "mean over outputs of 1 - Σ r² / Σ (y - mean y)²",
        OfOutputs,
        _r2,
        "every target is constant",
    ),
    _metric(
        "f1_micro",
        "Micro F1",
        "2 tp / (2 tp + fp + fn), summed over labels",
        OfLabels,
        _micro_f1,
        _NO_LABEL,
    ),
    _metric(
        "f1_macro",
        "Macro F1",
        "mean over labels that occur of 2 tp / (2 tp + fp + fn)",
        OfLabels,
        _macro_f1,
        _NO_LABEL,
    ),
    _metric("subset_accuracy", "Subset accuracy", "rows with all labels right", OfLabels, _last, share=True),
    _metric("mean_iou", "Mean IoU", "mean of intersection / union", OfBoxes, _first),
    _metric("iou_50", "Boxes found", "share of boxes with IoU ≥ 0.5", OfBoxes, _last, share=True),
)
