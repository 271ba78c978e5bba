"""The profile of a target of numbers: what a fit of least absolute deviations leaves, and the target itself.

Residuals are target minus prediction here, as one speaks of noise.
"""

import numpy as np

from losscli.advice.shape import (
    octile_skew,
    rank_correlation,
    robust_z,
    tail_weight,
    z_among_like,
)
from losscli.advice.study import FigureWords, Study, by_name
from losscli.data.roles.tasks import are_counts
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
_COINCIDE = "their middle values coincide"
_FIGURES = by_name(
    FigureWords(
        "rows_per_coefficient",
        "rows per coefficient",
        "number",
        "below 5 single rows steer the fit",
    ),
    FigureWords(
        "far", f"off by {FAR:g} usual errors", "share", "of rows; Gaussian noise leaves 0.05 %", _EQUAL
    ),
    FigureWords(
        "gross", f"off by {GROSS:g} usual errors", "share", "of rows; Gaussian noise leaves none", _EQUAL
    ),
    FigureWords(
        "far_among_like",
        f"off by {FAR:g} among like rows",
        "share",
        "by the usual error of rows of like prediction",
        "fewer than 100 rows, or groups of equal residuals",
    ),
    FigureWords(
        "tail_weight",
        "tail weight (Moors)",
        "number",
        "how often errors are large; Gaussian 1.23",
        _COINCIDE,
    ),
    FigureWords(
        "skew",
        "skew (octiles)",
        "number",
        "above 0: large errors lie above the fit",
        _COINCIDE,
    ),
    FigureWords(
        "spread",
        "spread with prediction",
        "number",
        "-1 to 1; above 0: errors grow with it",
        "the fit is a constant, or without residuals",
    ),
    FigureWords("median", "median", "number", "of the target"),
    FigureWords("zeros", "zeros", "share", "of the target"),
    FigureWords("negative", "below zero", "share", "of the target"),
    FigureWords(
        "decades",
        "decades",
        "number",
        "powers of ten from the smallest target to the largest",
        "not every target is above 0",
    ),
    FigureWords(
        "counts", "counts", "answer", "the target is whole, 0 or more, small and skewed; or said to be"
    ),
    FigureWords(
        "dispersion", "dispersion", "number", "variance over mean, given the features; 1 of a Poisson"
    ),
    FigureWords("tied", "tied targets", "share", "rows that share theirs: rounded, or few values"),
)


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
    z, like = (None if z is None else np.abs(z) for z in (robust_z(r), z_among_like(r, prediction)))
    return (
        _FIGURES["rows_per_coefficient"].of(len(r) / study.design.rank),
        _FIGURES["far"].beyond(study, z, FAR),
        _FIGURES["gross"].beyond(study, z, GROSS),
        _FIGURES["far_among_like"].beyond(study, like, FAR),
        _FIGURES["tail_weight"].of(tail_weight(r)),
        _FIGURES["skew"].of(octile_skew(r)),
        _FIGURES["spread"].of(rank_correlation(np.abs(r), prediction)),
    )


def _target(study: Study, y: Floats) -> tuple[Finding, ...]:
    n, positive = len(y), bool((y > 0).all())
    whole = bool(WHOLE.contains(y).all())
    values, count = np.unique(y, return_counts=True)
    commonest = f"rows whose target is {values[count.argmax()] + 0.0:g}"
    return (
        _FIGURES["median"].of(float(np.median(y))),
        _FIGURES["zeros"].of(float((y == 0).sum()) / n),
        _FIGURES["negative"].of(float((y < 0).sum()) / n),
        _FIGURES["decades"].of(float(np.log10(y.max() / y.min())) if positive else None),
        _FIGURES["counts"].of(float(study.training.task is Task.COUNTS or are_counts(y))),
        _FIGURES["dispersion"].of(*_dispersion(study, y, whole)),
        FigureWords("commonest", "commonest value", "share", commonest).of(float(count.max()) / n),
        _FIGURES["tied"].of(float(count[count > 1].sum()) / n),
    )


def _dispersion(study: Study, y: Floats, whole: bool) -> tuple[float | None, str | None]:
    """(Pearson's: Σ (y - μ)²/μ over the degrees of freedom, μ of a Poisson fit, which is the variance over
    the mean, given the features; why there is none). Cameron & Trivedi 1990 test it."""
    if not whole:
        return None, "the target is not whole numbers, 0 or more"
    design, free = study.design, len(y) - study.design.rank
    if free < 1:
        return None, "there are no more rows than coefficients"
    poisson = find(Spec("poisson"), Task.REGRESSION)
    assert poisson is not None
    settings = study.settings(Task.REGRESSION, None)
    outcome = train(design, y[None], [Wanted(poisson, {})], settings).by_loss[0][0]
    if not isinstance(outcome, Solution) or not outcome.converged:
        return None, "the Poisson fit has not converged"
    mean = np.exp(design.z @ outcome.v)
    if not (mean > 0).all():
        return None, "the Poisson fit predicts 0"
    return float(((y - mean) ** 2 / mean).sum() / free), None
