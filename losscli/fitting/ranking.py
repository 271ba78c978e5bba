"""Which losses are better than which, over folds that share rows: ranks with ties."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from losscli.domain import Floats, Mask
from losscli.inference import corrected_t_interval, ranks
from losscli.metrics.metric import Metric
from losscli.result import Ranking, RankRow, Score

RATIOS = (0.05, 1.0)  # rows judged on over rows learned from, for which the corrected t was checked


@dataclass(frozen=True, slots=True)
class Pairing:
    """How folds are compared. ratio: rows judged on over rows learned from; refusal: why not, or None."""

    ratio: float
    confidence: float
    refusal: str | None


def pairing(ratio: float, folds: int, *, in_time: bool, confidence: float) -> Pairing:
    """The comparison of `folds` folds in all, or why there is none."""
    refusal = None
    if in_time:
        refusal = "folds in time are learned from different pasts: no test compares them"
    elif not RATIOS[0] <= ratio <= RATIOS[1]:
        refusal = f"{ratio:.2g} rows are judged on per row learned from: the test needs {RATIOS[0]:g} to 1"
    elif folds < 2:
        refusal = "one fold cannot be compared with itself"
    return Pairing(ratio, confidence, refusal)


def proven(figures: Floats, pairing: Pairing) -> Mask:
    """(L, L) Whether loss a is shown lower than loss b, by the corrected paired t over folds.

    figures: (L, J), lower is better, nan where undefined; folds where one of a pair is undefined are left
    out. Each loss is compared with all others at once: the confidence is shared among them (Bonferroni).
    """
    count = len(figures)
    better = np.zeros((count, count), dtype=np.bool_)
    if pairing.refusal is not None:
        return better
    for a in range(count):
        for b in range(a + 1, count):
            d = figures[a] - figures[b]
            d = d[np.isfinite(d)]
            mean, half = corrected_t_interval(d.tolist(), pairing.ratio, pairing.confidence, count - 1)
            if abs(mean) > half:
                better[(a, b) if mean < 0 else (b, a)] = True
    return better


def ahead_of_constant(
    specs: Sequence[str],
    scores: Sequence[Mapping[str, Score]],
    constant: Sequence[float],
    metric: Metric,
    pairing: Pairing,
) -> tuple[str, ...] | None:
    """The losses shown better than the best constant by the same test; None where there is none.

    constant: its figure in each fold (J,), nan where undefined.
    """
    if pairing.refusal is not None or not np.isfinite(constant).any():
        return None
    found = []
    for spec, own in zip(specs, scores, strict=True):
        folds = own[metric.name].folds if metric.name in own else ()
        both = zip(folds, constant, strict=False)
        d = [metric.error(a) - metric.error(b) for a, b in both if a is not None and np.isfinite(b)]
        mean, half = corrected_t_interval(d, pairing.ratio, pairing.confidence, len(specs))
        if mean < -half:
            found.append(spec)
    return tuple(found)


def rank_interval(better: Mask, i: int, rank: int) -> tuple[int, int]:
    """1 + the losses shown better, and all but those shown worse; its own rank always inside."""
    low, high = 1 + int(better[:, i].sum()), len(better) - int(better[i].sum())
    return min(low, rank), max(high, rank)


def rankings(
    specs: Sequence[str],
    reasons: Sequence[str | None],
    scores: Sequence[Mapping[str, Score]],
    metrics: Sequence[Metric],
    pairing: Pairing,
) -> tuple[Ranking, ...]:
    """Every metric's table, best first; reasons: why a loss is not ranked, or None."""
    ranked = [i for i, reason in enumerate(reasons) if reason is None]
    return tuple(
        Ranking(metric.name, metric.greater_is_better, _rows(metric, specs, ranked, scores, pairing))
        for metric in metrics
        if metric.greater_is_better is not None
    )


def _rows(
    metric: Metric,
    specs: Sequence[str],
    ranked: Sequence[int],
    scores: Sequence[Mapping[str, Score]],
    pairing: Pairing,
) -> tuple[RankRow, ...]:
    own = [scores[i][metric.name] for i in ranked]
    places = ranks([score.value for score in own], greater_is_better=bool(metric.greater_is_better))
    sign = -1.0 if metric.greater_is_better else 1.0
    folds = sign * np.array([[np.nan if x is None else x for x in score.folds] for score in own])
    better = proven(folds, pairing)
    rows = []
    for at, (i, score, place) in enumerate(zip(ranked, own, places, strict=True)):
        tested = pairing.refusal is None and score.value is not None
        low, high = rank_interval(better, at, place) if tested else (None, None)
        reason = score.reason if tested or score.value is None else pairing.refusal
        rows.append(RankRow(specs[i], score.value, score.low, score.high, place, low, high, reason))
    return tuple(sorted(rows, key=lambda row: row.rank or 0))
