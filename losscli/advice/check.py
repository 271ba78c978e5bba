"""Fits of the short list → which of them is shown better than the baseline."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from losscli.domain import Floats, Task
from losscli.fitting.judge import judging
from losscli.fitting.ranking import Pairing, pairing
from losscli.inference import corrected_t_interval
from losscli.result import Check, CheckRow, Fit, Fits, finite

_OTHERS = {"mae": "rmse", "average_precision": "f1"}  # what stands beside the judge
_BESIDE = {
    Task.REGRESSION: "mae",
    Task.COUNTS: "mae",
    Task.BINARY: "average_precision",
    Task.MULTICLASS: "average_precision",
}
Gap = tuple[float | None, float | None, float | None]  # relative to the baseline, with its interval
_NO_GAP: Gap = (None, None, None)


def checked(fits: Fits, baseline: str) -> Check:
    """The losses against the baseline, by the corrected paired t of Nadeau & Bengio 2003 over all folds; each
    interval is for all losses at once (Bonferroni). None that is behind the best constant is the best."""
    greater, other = _is_greater_better(fits), _other(fits)
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
        row = _row(fits, fit, base, other, pairs, greater)
        rows.append(replace(row, verdict=None, reason=reasons[fit.spec]) if fit.spec in reasons else row)
    sign = -1.0 if greater else 1.0
    rows.sort(
        key=lambda row: (row.reason in reasons.values(), np.inf if row.value is None else sign * row.value)
    )
    refusal = _refusal(fits, base, reasons, pairs)
    ahead = [row for row in rows if row.beats_constant]
    better = [row.spec for row in ahead if row.verdict == "better"]
    known = fits.repeats and any(row.value is not None for row in rows)
    if known and not ahead:
        verdict, best = "constant", None
    elif refusal:
        verdict, best = "untested", next((row.spec for row in ahead or rows), None)
    elif better:
        verdict, best = "better", better[0]
    else:
        verdict, best = "none", _nearest(ahead, baseline)
    tied = _tied(fits, best, pairs, reasons, greater) if best is not None and verdict == "better" else ()
    constant = [x for x in fits.constant_folds if x is not None]
    return Check(
        metric=fits.headline,
        greater_is_better=greater,
        other=other,
        baseline=baseline,
        verdict=verdict,
        best=best,
        tied=tied,
        constant=finite(float(np.mean(constant))) if constant else None,
        folds=fits.folds,
        repeats=fits.repeats,
        splitter=fits.splitter,
        rows=fits.rows.used,
        losses=tuple(rows),
        reason=refusal,
    )


def _is_greater_better(fits: Fits) -> bool:
    """Of the judge; a run that was cut short has no ranking that tells."""
    ranking = fits.ranking_by(fits.headline)
    if ranking is not None:
        return bool(ranking.greater_is_better)
    return any(one.name == fits.headline and one.greater_is_better for one in judging(Task(fits.task)))


def _other(fits: Fits) -> str:
    """The metric beside the judge."""
    other = _OTHERS.get(fits.headline) or _BESIDE[Task(fits.task)]
    return other if other != fits.headline else "rmse"


def _refusal(fits: Fits, base: Fit | None, reasons: dict[str, str], pairs: Pairing) -> str | None:
    """Why nothing can be told, or None."""
    if not fits.repeats:
        return "it was interrupted before one fold was judged"
    if base is None or base.spec in reasons:
        return f"the baseline is not ranked: {reasons[base.spec] if base else 'it was not trained'}"
    return pairs.refusal


def _row(fits: Fits, fit: Fit, base: Fit | None, other: str, pairs: Pairing, greater: bool) -> CheckRow:
    losses = len(fits.fits) - 1
    own, beside = (_gap(fit, base, name, pairs, losses) for name in (fits.headline, other))
    value, second = (_mean(fit, name) for name in (fits.headline, other))
    reason = None
    if value is None or second is None:
        reason = f"no fold has {fits.headline if value is None else other}"
    elif fit is not base and None in (*own, *beside):
        unknown = f"{fits.headline} or {other} of the baseline is 0, or known in fewer than two folds"
        reason = pairs.refusal or unknown
    return CheckRow(
        spec=fit.name,
        elicits=fit.elicits,
        value=value,
        relative=own[0],
        low=own[1],
        high=own[2],
        verdict=None if fit is base else _verdict(own[1], own[2], greater),
        beats_constant=fits.beats_constant(fit),
        other=second,
        other_relative=beside[0],
        other_low=beside[1],
        other_high=beside[2],
        reason=reason,
    )


def _mean(fit: Fit, metric: str) -> float | None:
    score = fit.scores.get(metric)
    return score.mean if score else None


def _verdict(low: float | None, high: float | None, greater: bool) -> str | None:
    if low is None or high is None:
        return None
    if low <= 0.0 <= high:
        return "~"
    return "better" if (low > 0.0) == greater else "worse"


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


def _nearest(ahead: Sequence[CheckRow], baseline: str) -> str:
    """The best of those that are not shown better: the first that is not the baseline."""
    return next((row.spec for row in ahead if row.spec != baseline), baseline)


def _tied(fits: Fits, best: str, pairs: Pairing, reasons: dict[str, str], greater: bool) -> tuple[str, ...]:
    """The losses ahead of the best constant that are not shown worse than the best."""
    first = next(fit for fit in fits.fits if fit.name == best)
    found = []
    for fit in fits.fits:
        if fit is not first and fit.spec not in reasons and fits.beats_constant(fit):
            _, low, high = _gap(fit, first, fits.headline, pairs, len(fits.fits) - 1)
            if _verdict(low, high, greater) == "~":
                found.append(fit.name)
    return tuple(found)
