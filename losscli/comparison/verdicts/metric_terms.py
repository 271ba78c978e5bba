"""Metrics that are functions of means: the row quantities they take, and their figures in every replicate."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from losscli.comparison.losses import TableFacts
from losscli.comparison.summary import Metrics, labelled, own_terms, ranked, ranking
from losscli.data.roles import Problem
from losscli.data.rows import Rows
from losscli.domain import CLASSES, LABELS, NUMBERS, SEVERAL, Floats, Kind, Task, sigmoid
from losscli.loss import Argument
from losscli.loss.arguments import Arguments, Predicted, codes, side
from losscli.metrics.comoments import Comoments
from losscli.metrics.metric import Metric, Undefined
from losscli.metrics.several import OneVsOne, Pooled
from losscli.metrics.tallies import Confusion
from losscli.metrics.vectors import OfLabels, OfOutputs, label_terms


@dataclass(frozen=True, slots=True)
class TermColumns:
    """The columns [first, end) that are the terms of one summary of a model, by its number."""

    model: int
    source: type
    first: int
    end: int

    def after(self, columns: int) -> "TermColumns":
        """The same with so many columns before it."""
        return TermColumns(self.model, self.source, self.first + columns, self.end + columns)


def term_columns(facts: TableFacts) -> list[TermColumns]:
    """Of all models and summaries, in the order of `metric_terms`."""
    found: list[TermColumns] = []
    for m, summaries in enumerate(facts.summary.metrics):
        for source, summary in summaries.items():
            first = found[-1].end if found else 0
            size = sum(one.width for one in summary) if isinstance(summary, list) else summary.width
            found.append(TermColumns(m, source, first, first + size))
    return found


def metric_terms(problem: Problem, found: Sequence[Metrics], rows: Rows) -> Iterator[Floats]:
    """The row quantities of one block: (n,) each. found: of all rows, per model."""
    for summaries, predicted in zip(found, rows.models, strict=True):
        for task in problem.tasks:
            y = side(rows.y, problem.task, task)
            if task in CLASSES | NUMBERS | SEVERAL:
                yield from _of_one(task, problem, summaries, y, predicted)
                continue
            for _, columns in own_terms(task, problem, y, predicted):
                yield from columns


def _of_one(
    task: Task, problem: Problem, summaries: Metrics, y: Floats, predicted: Predicted
) -> Iterator[Floats]:
    for summary in summaries.values():
        match summary:
            case Comoments() | OfOutputs():
                yield from summary.terms(y, predicted[Kind.VALUE])
            case Confusion():
                yield from summary.terms(*labelled(task, problem, y, predicted))
            case OfLabels():
                given = Arguments(task, y, predicted, problem.threshold)
                yield from label_terms(*given.get(Argument.LABEL, LABELS))
            case OneVsOne():
                yield from summary.terms(codes(y), ranking(predicted))
            case Pooled():
                yield from summary.terms(ranking(predicted), y > 0)
            case list():
                logits = Kind.PROBABILITY not in predicted and Kind.LOGIT in predicted
                for one, (p, positive) in zip(summary, ranked(y, predicted), strict=True):
                    yield from one.terms(p, positive, sigmoid(p) if logits else p)


def replicated(metric: Metric, facts: TableFacts, term: TermColumns, means: Floats) -> Floats:
    """A metric of a model in every replicate: means (B, C) of its terms -> (B,), NaN where there is none. Of
    several classes the mean over those that occur."""
    assert metric.replicated is not None
    summary = facts.summary.metrics[term.model][term.source]
    if not isinstance(summary, list):
        return metric.replicated(summary.at(means))
    each, first = [], 0
    for one in summary:
        end = first + one.width
        if not isinstance(metric.value(one), Undefined):
            each.append(metric.replicated(one.at(means[:, first:end])))
        first = end
    return np.asarray(np.mean(each, axis=0))
