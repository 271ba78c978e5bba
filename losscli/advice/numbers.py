"""The profile of a target of numbers: what a fit of least absolute deviations leaves, and the target itself.

Residuals are target minus prediction here, as one speaks of noise.
"""

import numpy as np

from losscli.advice.shape import (
    average_ranks,
    octile_skew,
    rank_correlation,
    robust_z,
    tail_weight,
    z_among_like,
)
from losscli.advice.study import Study, beyond, share
from losscli.descent.ends import Solution
from losscli.descent.objective import bulk_spread
from losscli.descent.train import Wanted, reference, train
from losscli.domain import WHOLE, Floats, Task
from losscli.loss.catalogue import find
from losscli.result import Finding
from losscli.spec import Spec

FAR, GROSS = 3.5, 7.0  # robust z; the first is Iglewicz and Hoaglin's, the second twice that
_ROUNDING = 1e-9  # of the spread of the bulk of the target
_EQUAL = "more than half of the residuals are equal"


def number_findings(study: Study) -> tuple[Finding, ...]:
    """Figures of the residuals, then of the target."""
    y = study.frame.y
    settings = study.settings(Task.REGRESSION, None)
    _, v = reference(study.design, y, settings)
    prediction = study.design.z @ v
    r = y - prediction
    rounding = np.abs(r) <= _ROUNDING * bulk_spread(y, study.design.w)
    return (*_residuals(study, np.where(rounding, 0.0, r), prediction), *_target(study, y))


def _residuals(study: Study, r: Floats, prediction: Floats) -> tuple[Finding, ...]:
    n = len(r)
    far = "of the residuals; Gaussian noise leaves 0.05 %"
    gross = "of the residuals; Gaussian noise leaves none"
    z, like = robust_z(r), z_among_like(r, prediction)
    spread = rank_correlation(np.abs(r), prediction)
    return (
        Finding(
            "rows_per_coefficient",
            "rows per coefficient",
            n / study.design.rank,
            "number",
            "below 5 the fit hides the tails",
        ),
        _beyond(study, "far", z, FAR, far, _EQUAL),
        _beyond(study, "gross", z, GROSS, gross, _EQUAL),
        _beyond(
            study,
            "far_among_like",
            like,
            FAR,
            "z among rows of like prediction; growing spread makes none",
            "fewer than 100 rows, or groups of equal residuals",
        ),
        _figure("tail_weight", "tail weight (Moors)", tail_weight(r), "of the residuals; Gaussian 1.23"),
        _figure(
            "skew",
            "skew (octiles)",
            octile_skew(r),
            "of the residuals, -1 to 1; above 0: longer above the fit",
        ),
        Finding(
            "spread",
            "spread with prediction",
            spread,
            "number",
            "rank correlation of |residual| and prediction; 0: even",
            None if spread is not None else "the fit is a constant, or without residuals",
        ),
    )


def _figure(name: str, title: str, value: float | None, meaning: str) -> Finding:
    reason = None if value is not None else "their middle values coincide"
    return Finding(name, title, value, "number", meaning, reason)


def _beyond(study: Study, name: str, z: Floats | None, cut: float, meaning: str, reason: str) -> Finding:
    title = "the same among like rows" if name == "far_among_like" else f"beyond {cut:g} robust z"
    if z is None:
        return Finding(name, title, None, "share", meaning, reason)
    return beyond(study, name, title, meaning, np.abs(z), cut)


def _target(study: Study, y: Floats) -> tuple[Finding, ...]:
    n, positive = len(y), bool((y > 0).all())
    whole = bool(WHOLE.contains(y).all())
    values, count = np.unique(y, return_counts=True)
    return (
        Finding("median", "median", float(np.median(y)), "number", "of the target"),
        share("zeros", "zeros", float((y == 0).sum()), n, "of the target"),
        share("negative", "below zero", float((y < 0).sum()), n, "of the target"),
        Finding(
            "decades",
            "decades",
            float(np.log10(y.max() / y.min())) if positive else None,
            "number",
            "log10 of largest over smallest target",
            None if positive else "not every target is above 0",
        ),
        Finding("counts", "counts", float(whole), "answer", "the target is whole numbers, 0 or more"),
        _dispersion(study, y, whole),
        share(
            "commonest",
            "commonest value",
            float(count.max()),
            n,
            f"rows whose target is {values[count.argmax()] + 0.0:g}",
        ),
        share(
            "tied",
            "tied targets",
            float(count[count > 1].sum()),
            n,
            "rows that share theirs: rounded, or few values",
        ),
    )


def _dispersion(study: Study, y: Floats, whole: bool) -> Finding:
    """Pearson's: what the variance is of the mean, given the features; Cameron & Trivedi 1990 test it."""
    value: float | None = None
    reason: str | None = "the target is not whole numbers, 0 or more"
    if whole:
        value, reason = _pearson(study, y)
    meaning = "variance over mean, given the features; Poisson 1"
    return Finding("dispersion", "dispersion", value, "number", meaning, reason)


def _pearson(study: Study, y: Floats) -> tuple[float | None, str | None]:
    """(Σ (y - μ)²/μ over the degrees of freedom, μ of a Poisson fit; why there is none)."""
    design, free = study.design, len(y) - study.design.rank
    if free < 1:
        return None, "there are no more rows than coefficients"
    poisson = find(Spec("poisson"), Task.REGRESSION)
    assert poisson is not None
    outcome = train(design, y[None], [Wanted(poisson, {})], study.settings(Task.REGRESSION, None)).by_loss[0][
        0
    ]
    if not isinstance(outcome, Solution) or not outcome.converged:
        return None, "the Poisson fit has not converged"
    mean = np.exp(design.z @ outcome.v)
    if not (mean > 0).all():
        return None, "the Poisson fit predicts 0"
    return float(((y - mean) ** 2 / mean).sum() / free), None


def gives_away(x: Floats, y: Floats) -> bool:
    """Whether a column equals the target, or ranks the rows exactly as it, or the reverse. x, y: (n,)."""
    if bool((x == y).all()):
        return True
    ranks, own = average_ranks(y), average_ranks(x)
    return bool((own == ranks).all() or (own == len(y) + 1 - ranks).all())
