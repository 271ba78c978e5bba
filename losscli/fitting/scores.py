"""Judgements of folds → the scores of every loss: pooled, fold by fold, with intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from losscli.domain import Codes, Floats, Kind
from losscli.fitting.crossval import CrossValidation, Judgement, judged
from losscli.fitting.folds import Split
from losscli.fitting.judge import Judged, Measure, bulk
from losscli.inference import t_quantile, t_refusal, wilson
from losscli.result import Score, Threshold, finite

NO_INTERVAL = "no interval is computed for this metric"
_UNDEFINED = {
    "precision": "no row is predicted positive",
    "recall": "no row is positive",
    "f1": "no row is positive or predicted positive",
    "f1_macro": "no label is there or predicted",
    "f1_micro": "no label is there or predicted",
    "precision_macro": "no label is there or predicted",
    "recall_macro": "no label is there or predicted",
    "average_precision_macro": "no label is there",
}


@dataclass(frozen=True, slots=True)
class Pooled:
    """The out-of-fold predictions of the first repeat: rows, in the order of the frame (n,), and what each
    loss predicts for them."""

    rows: Codes
    judged: tuple[Judged, ...]


def pooled(plan: CrossValidation, splits: Sequence[Split], judgements: Sequence[Judgement]) -> Pooled:
    """splits and judgements: of the first repeat."""
    tests = np.concatenate([split.test for split in splits])
    order = np.argsort(tests, kind="stable")
    rows = tests[order]
    y, w = plan.frame.y[rows], plan.frame.w[rows]
    keep = np.ones(len(rows), dtype=np.bool_)
    own = [
        np.concatenate([judgement.scores[i] for judgement in judgements], axis=-1)[..., order]
        for i in range(len(plan.wanted))
    ]
    if plan.trims:
        predicted = [w_.loss.link.predict(s) for w_, s in zip(plan.wanted, own, strict=True)]
        keep = bulk(y, np.array([p for p in predicted if np.isfinite(p).all()]))
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


def seed_value(
    plan: CrossValidation, splits: Sequence[Split], judgements: Sequence[Judgement], i: int, number: int
) -> float:
    """The headline metric of loss i from one of the starts of a network, pooled as `pooled` does; 0 is the
    start that counts."""
    tests = np.concatenate([split.test for split in splits])
    order = np.argsort(tests, kind="stable")
    y, w = plan.frame.y[tests[order]], plan.frame.w[tests[order]]
    each = [(j.scores if number == 0 else j.seeds[number - 1])[i] for j in judgements]
    scores = np.concatenate(each, axis=-1)[..., order]
    keep = np.ones(len(y), dtype=np.bool_)
    return plan.measures[0].value(judged(plan.wanted[i], scores, y, w, keep, plan.threshold))


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
    return {
        measure.name: _score(measure, found.judged[i], [j.metrics[i, m] for j in judgements], confidence)
        for m, measure in enumerate(plan.measures)
    }


def _score(measure: Measure, own: Judged, folds: Sequence[float], confidence: float) -> Score:
    value = finite(measure.value(own))
    low, high, reason = None, None, None
    if value is None:
        reason = _missing(measure, own)
    else:
        interval = _interval(measure, own, value, confidence)
        if isinstance(interval, str):
            reason = interval
        else:
            low, high = interval
    defined = [x for x in folds if np.isfinite(x)]
    return Score(
        value=value,
        low=low,
        high=high,
        mean=finite(float(np.mean(defined))) if defined else None,
        folds=tuple(finite(x) for x in folds),
        reason=reason,
    )


def _missing(measure: Measure, own: Judged) -> str:
    if not np.isfinite(own.score).all():
        return "the loss was not trained in every fold"
    if measure.name == "brier" and own.kind is Kind.SCORE:
        return "its scores are no probabilities"
    return _UNDEFINED.get(measure.name, "it is not defined on these rows")


def _interval(measure: Measure, own: Judged, value: float, confidence: float) -> tuple[float, float] | str:
    """Of the rows: Wilson's for shares, Student's t for means; else why there is none."""
    if not (own.w == own.w[0]).all():
        return "rows are weighted"
    if own.kind is not Kind.VALUE and own.score.ndim == own.y.ndim:
        share = _share(measure.name, own)
        if share is not None:
            return wilson(*share, confidence)
    size = _row_errors(measure.name, own)
    if size is not None:
        sd = float(size.std(ddof=1)) if len(size) > 1 else 0.0
        skewness = float(((size - size.mean()) ** 3).mean() / sd**3) if sd else 0.0
        refusal = t_refusal(len(size), skewness)
        if refusal is not None:
            return refusal
        half = t_quantile(confidence, len(size) - 1) * sd / len(size) ** 0.5
        return value - half, value + half
    return NO_INTERVAL


def _row_errors(name: str, own: Judged) -> Floats | None:
    """(n,) What rows contribute to a metric that is a mean over them, else None."""
    if name == "mae" and own.kind is Kind.VALUE:
        misses = np.abs(own.prediction - own.y)
    elif name == "hamming":
        misses = np.asarray(own.labels != own.y, np.float64)
    else:
        return None
    return np.asarray(misses.reshape(len(own.y), -1).mean(axis=1))


def _share(name: str, own: Judged) -> tuple[float, float] | None:
    """(successes, trials) of a metric that is a share of rows, else None."""
    if own.y.ndim == 2:
        right = (own.labels == own.y).all(axis=1)
        return (float(right.sum()), float(len(right))) if name == "subset_accuracy" else None
    positive, true = own.labels.astype(np.bool_), own.y > 0
    match name:
        case "precision":
            return float((positive & true).sum()), float(positive.sum())
        case "recall":
            return float((positive & true).sum()), float(true.sum())
        case "accuracy":
            return float((positive == true).sum()), float(len(true))
        case _:
            return None
