"""Judgements of folds → the scores of every loss: pooled, fold by fold, with intervals; and curves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from losscli.domain import Codes, Floats, Kind
from losscli.fitting.crossval import CrossValidation, Judgement, judged
from losscli.fitting.folds import Split
from losscli.fitting.judge import Judged, bulk, constants, of_constants
from losscli.inference import t_quantile, t_refusal, wilson
from losscli.inference.tail import Tail
from losscli.metrics.distribution import Distribution
from losscli.metrics.distribution import precision_recall as of_scores
from losscli.metrics.metric import Metric, Undefined, finite_outcome
from losscli.result import Curve, Score, Threshold, finite

NO_INTERVAL = "no interval is computed for this metric"


@dataclass(frozen=True, slots=True)
class Pooled:
    """The out-of-fold predictions of the first repeat: rows, in the order of the frame (n,), and what each
    loss predicts for them."""

    rows: Codes
    judged: tuple[Judged, ...]


def pooled(plan: CrossValidation, splits: Sequence[Split], judgements: Sequence[Judgement]) -> Pooled:
    """splits and judgements: of the first repeat."""
    rows, order = _in_order(splits)
    y, w = plan.frame.y[rows], plan.frame.w[rows]
    keep = np.ones(len(rows), dtype=np.bool_)
    own = [
        np.concatenate([judgement.scores[i] for judgement in judgements], axis=-1)[..., order]
        for i in range(len(plan.wanted))
    ]
    if plan.trims:
        predicted = [w_.loss.link.predict(s) for w_, s in zip(plan.wanted, own, strict=True)]
        keep = bulk(y, [p for p in predicted if np.isfinite(p).all()])
    thresholds: list[float | Floats | None] = [plan.threshold] * len(own)
    if plan.rule is not None:
        sizes = [len(split.test) for split in splits]
        thresholds = list(
            np.repeat(np.transpose([j.thresholds for j in judgements]), sizes, axis=1)[:, order]
        )
    return Pooled(
        rows,
        tuple(
            judged(w_, s, y, w, keep, threshold)
            for w_, s, threshold in zip(plan.wanted, own, thresholds, strict=True)
        ),
    )


def _in_order(splits: Sequence[Split]) -> tuple[Codes, Codes]:
    """The rows judged in the order of the frame, and their places among those of one fold after the other."""
    tests = np.concatenate([split.test for split in splits])
    order = np.argsort(tests, kind="stable")
    return tests[order], order


def seed_value(
    plan: CrossValidation, splits: Sequence[Split], judgements: Sequence[Judgement], i: int, number: int
) -> float:
    """The headline metric of loss i from one of the starts of a network, pooled as `pooled` does; 0 is the
    start that counts."""
    rows, order = _in_order(splits)
    each = [(j.scores if number == 0 else j.seeds[number - 1])[i] for j in judgements]
    scores = np.concatenate(each, axis=-1)[..., order]
    keep = np.ones(len(rows), dtype=np.bool_)
    own = judged(plan.wanted[i], scores, plan.frame.y[rows], plan.frame.w[rows], keep, plan.threshold)
    return own.value(plan.metrics[0])


def constant_values(plan: CrossValidation, splits: Sequence[Split], found: Pooled) -> list[float]:
    """Every metric of the best constants of the training rows of each split, pooled as `found` is; nan where
    there is none. splits: of the first repeat."""
    frame, task, rows = plan.frame, plan.training.task, found.rows
    own = [constants(plan.metrics, task, frame.y[one.train], frame.w[one.train]) for one in splits]
    fold = np.zeros(len(frame.y), np.int32)
    for at, one in enumerate(splits):
        fold[one.test] = at
    fold = fold[rows]
    keep, judged_on = np.ones(len(rows), dtype=np.bool_), (frame.y[rows], frame.w[rows])
    for first in found.judged[:1]:
        keep, judged_on = first.bulk, (first.y, first.w)
    return [
        of_constants(metric, task, np.array(by_split)[fold], judged_on, keep, plan.threshold)
        for metric, by_split in zip(plan.metrics, zip(*own, strict=True), strict=True)
    ]


def threshold_of(plan: CrossValidation, judgements: Sequence[Judgement], i: int) -> Threshold | None:
    """What was chosen for loss i, fold by fold; None where nothing is chosen."""
    if plan.rule is None or not judgements:
        return None
    own = tuple(judgement.thresholds[i] for judgement in judgements)
    return Threshold(plan.rule.name, float(np.mean(own)), min(own), max(own), own)


def scores_of(
    plan: CrossValidation, found: Pooled, judgements: Sequence[Judgement], i: int, confidence: float
) -> dict[str, Score]:
    """Every metric of loss i."""
    own = replace(found.judged[i])  # what it makes of its rows goes with it: they may be many
    return {
        metric.name: _score(metric, own, [j.metrics[i, m] for j in judgements], confidence)
        for m, metric in enumerate(plan.metrics)
    }


def _score(metric: Metric, own: Judged, folds: Sequence[float], confidence: float) -> Score:
    found = finite_outcome(own.outcome(metric))
    interval = found.reason if isinstance(found, Undefined) else _interval(metric, own, found, confidence)
    low, high = (None, None) if isinstance(interval, str) else interval
    defined = [x for x in folds if np.isfinite(x)]
    return Score(
        value=None if isinstance(found, Undefined) else found,
        low=low,
        high=high,
        mean=finite(float(np.mean(defined))) if defined else None,
        folds=tuple(finite(x) for x in folds),
        reason=interval if isinstance(interval, str) else None,
    )


def _interval(metric: Metric, own: Judged, value: float, confidence: float) -> tuple[float, float] | str:
    """Wilson's for shares of rows, of several classes none; Student's t for means over them; else why there
    is none. By other formulas there is none: scores of one fold are not those of another."""
    if not (own.w == own.w[0]).all():
        return "rows are weighted"
    summary = own.summary(metric)
    if metric.proportion is not None and own.score.ndim == own.y.ndim:
        hits, trials = metric.proportion(summary)
        return wilson(hits / float(own.w[0]), trials / float(own.w[0]), confidence)
    if metric.rows is None:
        return NO_INTERVAL
    x = metric.rows(summary)
    dominated = Tail.of(np.abs(x)).why()
    if dominated is not None:
        return dominated
    sd = float(x.std(ddof=1)) if len(x) > 1 else 0.0
    skewness = float(((x - x.mean()) ** 3).mean() / sd**3) if sd else 0.0
    refusal = t_refusal(len(x), skewness)
    if refusal is not None:
        return refusal
    half = t_quantile(confidence, len(x) - 1) * sd / len(x) ** 0.5
    return value - half, value + half


def precision_recall(spec: str, judged: Judged) -> Curve | None:
    """The curve of one loss over pooled rows of two classes; see `precision_recall` of the metrics.

    None for numbers and several classes, without positives, and where the loss was not trained in every fold.
    """
    two = judged.kind is not Kind.VALUE and judged.score.ndim == 1
    if not two or not np.isfinite(judged.score).all():
        return None
    curve = of_scores(Distribution.of(judged.score, judged.y > 0, judged.w, exact=True))
    if curve is None:
        return None
    recall, precision = curve
    return Curve("precision_recall", spec, tuple(recall.tolist()), tuple(precision.tolist()))
