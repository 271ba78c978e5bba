"""Fits of the short list → which of them is shown better than the baseline."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from losscli.domain import Floats, Task
from losscli.fitting.judge import judging
from losscli.fitting.ranking import Pairing, pairing
from losscli.inference import corrected_t_interval
from losscli.metrics.metric import Metric
from losscli.result import Check, CheckRow, Fit, Fits, finite

_OTHERS = {"mae": "rmse", "rmse": "mae"}
_BESIDE = {Task.BINARY: "f1", Task.MULTICLASS: "balanced_accuracy"}
Gap = tuple[float | None, float | None, float | None]  # relative to the baseline, with its interval
_NO_GAP: Gap = (None, None, None)


def checked(fits: Fits, baseline: str) -> Check:
    """The losses against the baseline, by the corrected paired t of Nadeau & Bengio 2003 over all folds; each
    interval is for all losses at once (Bonferroni)."""
    task = Task(fits.task)
    metric = _metric(fits, task)
    other = _OTHERS.get(metric.name) or _BESIDE[task]
    pairs = pairing(
        1.0 / (fits.folds - 1),
        fits.folds * fits.repeats,
        in_time=fits.splitter == "in time",
        confidence=fits.confidence,
    )
    base = next((fit for fit in fits.fits if fit.name == baseline), None)
    reasons = {one.spec: one.reason for one in fits.unranked}
    rows = []
    for fit in fits.fits:
        row = _row(fit, base, metric, other, pairs, len(fits.fits) - 1)
        rows.append(replace(row, verdict=None, reason=reasons[fit.spec]) if fit.spec in reasons else row)
    sign = -1.0 if metric.greater_is_better else 1.0
    rows.sort(
        key=lambda row: (row.reason in reasons.values(), np.inf if row.value is None else sign * row.value)
    )
    refusal = _refusal(fits, base, reasons, pairs)
    better = [row.spec for row in rows if row.verdict == "better"]
    verdict = "untested" if refusal else "better" if better else "none"
    best = better[0] if better else rows[0].spec if refusal and rows else _nearest(rows, baseline)
    return Check(
        metric=metric.name,
        greater_is_better=bool(metric.greater_is_better),
        other=other,
        baseline=baseline,
        verdict=verdict,
        best=best,
        tied=_tied(fits, best, metric, pairs, reasons) if verdict == "better" else (),
        folds=fits.folds,
        repeats=fits.repeats,
        splitter=fits.splitter,
        rows=fits.rows.used,
        losses=tuple(rows),
        reason=refusal,
    )


def _metric(fits: Fits, task: Task) -> Metric:
    """The headline of fit; rmse where every loss asks for the mean, which mae does not reward."""
    means = task is Task.REGRESSION and all(fit.elicits == "mean" for fit in fits.fits)
    name = "rmse" if means else fits.headline
    return next(metric for metric in judging(task) if metric.name == name)


def _refusal(fits: Fits, base: Fit | None, reasons: dict[str, str], pairs: Pairing) -> str | None:
    """Why nothing can be told, or None."""
    if not fits.repeats:
        return "it was interrupted before one fold was judged"
    if base is None or base.spec in reasons:
        return f"the baseline is not ranked: {reasons[base.spec] if base else 'it was not trained'}"
    return pairs.refusal


def _row(fit: Fit, base: Fit | None, metric: Metric, other: str, pairs: Pairing, losses: int) -> CheckRow:
    own, beside = (_gap(fit, base, name, pairs, losses) for name in (metric.name, other))
    value, second = (_mean(fit, name) for name in (metric.name, other))
    reason = None
    if value is None or second is None:
        reason = f"no fold has {metric.name if value is None else other}"
    elif fit is not base and None in (*own, *beside):
        unknown = f"{metric.name} or {other} of the baseline is 0, or known in fewer than two folds"
        reason = pairs.refusal or unknown
    return CheckRow(
        spec=fit.name,
        elicits=fit.elicits,
        value=value,
        relative=own[0],
        low=own[1],
        high=own[2],
        verdict=None if fit is base else _verdict(own[1], own[2], metric),
        other=second,
        other_relative=beside[0],
        other_low=beside[1],
        other_high=beside[2],
        reason=reason,
    )


def _mean(fit: Fit, metric: str) -> float | None:
    score = fit.scores.get(metric)
    return score.mean if score else None


def _verdict(low: float | None, high: float | None, metric: Metric) -> str | None:
    if low is None or high is None:
        return None
    if low <= 0.0 <= high:
        return "~"
    return "better" if (low > 0.0) == metric.greater_is_better else "worse"


def _gap(fit: Fit, base: Fit | None, metric: str, pairs: Pairing, losses: int) -> Gap:
    """The difference of a metric over folds where both have it."""
    if base is None or fit is base:
        return _NO_GAP
    own, usual = _folds(fit, metric), _folds(base, metric)
    both = np.isfinite(own) & np.isfinite(usual)
    level = float(usual[both].mean()) if both.any() else 0.0
    if level <= 0.0:
        return _NO_GAP
    gaps = (own - usual)[both].tolist()
    mean, half = corrected_t_interval(gaps, pairs.ratio, pairs.confidence, losses)
    if pairs.refusal is not None or not np.isfinite(half):
        return finite(mean / level), None, None
    return mean / level, (mean - half) / level, (mean + half) / level


def _folds(fit: Fit, metric: str) -> Floats:
    score = fit.scores.get(metric)
    return np.array([np.nan if x is None else x for x in score.folds]) if score else np.zeros(0)


def _nearest(rows: Sequence[CheckRow], baseline: str) -> str:
    """The best of those that are not shown better: the first that is not the baseline."""
    return next((row.spec for row in rows if row.spec != baseline), baseline)


def _tied(fits: Fits, best: str, metric: Metric, pairs: Pairing, reasons: dict[str, str]) -> tuple[str, ...]:
    """The losses that are not shown worse than the best, in the order of the list."""
    first = next(fit for fit in fits.fits if fit.name == best)
    found = []
    for fit in fits.fits:
        if fit is not first and fit.spec not in reasons:
            _, low, high = _gap(fit, first, metric.name, pairs, len(fits.fits) - 1)
            if _verdict(low, high, metric) == "~":
                found.append(fit.name)
    return tuple(found)
