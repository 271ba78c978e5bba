"""Which rows are flagged as outliers, and the targets a probe moves where none is."""

from collections.abc import Sequence

import numpy as np

from losscli.comparison.influence import (
    FLAG_SCALES,
    FLAG_SHARE,
    PROBABILITIES,
    PROBE_SCALES,
    flag_probabilities,
    median_residual,
    score_margin,
)
from losscli.comparison.summary import Move, OutlierRule
from losscli.data.rows import Reading, Rows
from losscli.domain import CLASSES, NUMBERS, Floats, Kind
from losscli.loss import BoundLoss
from losscli.metrics.aggregate import merge_each, quantiles
from losscli.metrics.distribution import Distribution


def find_outlier_rule(
    reading: Reading, scale: float | None, reason: str | None, *, exact: bool
) -> tuple[OutlierRule | None, str | None]:
    """(the rule that flags rows, why there is none): one rule for every loss and model.

    Numbers: the median model is off by more than 5 s. Classes: it gives the true class less than 0.05;
    with scores alone, the 1 % of rows with the lowest mean rank of the margin; exact: of scores that are not
    rounded.
    """
    problem = reading.problem
    if problem.task not in CLASSES | NUMBERS:
        return None, "a row of this task has no one residual"
    if not problem.labels:
        if scale is None:
            return None, reason
        return lambda rows: np.asarray(np.abs(median_residual(rows)) > FLAG_SCALES * scale), None
    kinds = [{part.kind for part in model.parts} for model in problem.models]
    if any(own & PROBABILITIES for own in kinds):
        return flag_probabilities, None
    if any(Kind.SCORE in own for own in kinds):
        return _flag_scores(reading, exact=exact), None
    return None, "labels alone do not say how wrong a row is"


def _flag_scores(reading: Reading, *, exact: bool) -> OutlierRule:
    models = enumerate(reading.problem.models)
    scored = [m for m, model in models if any(part.kind is Kind.SCORE for part in model.parts)]

    def margins(rows: Rows) -> list[Distribution]:
        everyone = np.ones(len(rows.y), dtype=np.bool_)
        return [
            Distribution.of(score_margin(rows.y, rows.models[m]), everyone, rows.w, exact=exact)
            for m in scored
        ]

    tables = [one.table() for one in reading.fold(margins, merge_each)]

    def mean_rank(rows: Rows) -> Floats:
        total = np.zeros(len(rows.y))
        for m, (value, weight, _) in zip(scored, tables, strict=True):
            middle = np.cumsum(weight) - weight / 2
            place = np.searchsorted(value, score_margin(rows.y, rows.models[m]), side="right") - 1
            total += middle[np.maximum(place, 0)]
        return total / len(scored)

    def ranked(block: int) -> list[tuple[Floats, Floats]]:
        rows = reading.rows(block)
        return [(mean_rank(rows), rows.w)]

    (limit,) = quantiles(ranked, FLAG_SHARE, reading.blocks, reading.jobs)
    return lambda rows: mean_rank(rows) < limit


def find_moves(
    reading: Reading, losses: Sequence[BoundLoss], scale: float | None
) -> tuple[tuple[Move, ...], ...]:
    """How a probe moves every target, for each loss: up and down by 10 s, as far as the loss allows such
    targets; for classes to the other label (the next one, where there are several)."""
    problem = reading.problem
    if problem.labels:
        count = problem.true_labels
        return ((lambda y: (y + 1.0) % count,),) * len(losses)
    assert scale is not None
    step = PROBE_SCALES * scale
    column = reading.table.columns[problem.target]
    ends = np.array([column.low or 0.0, column.high or 0.0])

    ways: tuple[Move, Move] = (lambda y: y + step, lambda y: y - step)
    return tuple(tuple(move for move in ways if one.target.contains(move(ends)).all()) for one in losses)
