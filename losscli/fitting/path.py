"""`--path`: every loss out of fold against the strength of its penalty."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from losscli import progress
from losscli.descent.ends import Solution
from losscli.descent.path import Strengths, grid, trained_along
from losscli.descent.train import Outcome, Wanted
from losscli.engine import each
from losscli.errors import UsageError, unknown
from losscli.fitting.coefficients import coefficients
from losscli.fitting.crossval import CrossValidation, Fold, judged
from losscli.fitting.folds import Folds, Split
from losscli.fitting.full_fit import FullFit
from losscli.fitting.judge import Judged
from losscli.result import PenaltyPath, finite
from losscli.spec import Spec

_POINTS = 20
_COLUMNS = 20  # whose slopes are given along a path
_PENALTIES = ("l1", "l2")


def parse_path(spec: Spec, l1: float) -> tuple[str, int]:
    """(along which penalty, at how many strengths); `auto` is along l1 where there is such a penalty, else
    along l2.

    Raises UsageError for an unknown penalty or parameter, and fewer than two points.
    """
    known = ("auto", *_PENALTIES)
    if spec.name not in known:
        offer = f"Write one of {', '.join(known)}, e.g. --path l1:points=20"
        raise unknown(f"--path {spec.name}: there is no such penalty", spec.name, known, offer)
    params = spec.numbers()
    points = params.pop("points", float(_POINTS))
    if params or points != int(points) or not 2 <= points <= 1000:
        raise UsageError(
            f"--path {spec}: it takes points, a whole number from 2 to 1000",
            advice="For example --path l1:points=20",
        )
    name = spec.name if spec.name != "auto" else ("l1" if l1 > 0 else "l2")
    return name, int(points)


def paths(
    penalty: str, points: int, cv: CrossValidation, whole: FullFit, folds: Folds, jobs: int
) -> tuple[PenaltyPath, ...]:
    """The path of every loss that is trained on all rows, on the folds of the first repeat: at so many
    strengths of a penalty."""
    fits = [(i, own[0]) for i, own in enumerate(whole.trained.by_loss) if isinstance(own[0], Solution)]
    wanted, specs = [cv.wanted[i] for i, _ in fits], [one.bound.spec for _, one in fits]
    settings = replace(cv.settings, optimizer=None, tol=None, max_iter=None)
    own = replace(cv, settings=settings)
    along = grid(whole.design, whole.y, wanted, settings, penalty, points)
    splits = folds.splits[: folds.folds]
    with progress.stage("following the path", len(splits) + 1, of="folds of the path"):
        full = trained_along(whole.design, whole.y, wanted, settings, along)
        progress.advance("folds of the path")
        found: dict[int, list[list[Judged | None]]] = dict(
            each(len(splits), lambda i: _judged(own, splits[i], wanted, along), jobs)
        )
    by_fold = [found[i] for i in range(len(splits))]
    return tuple(
        _path(own, spec, along, loss, full[loss], [fold[loss] for fold in by_fold], whole)
        for loss, spec in enumerate(specs)
    )


def _judged(
    cv: CrossValidation, split: Split, wanted: Sequence[Wanted], along: Strengths
) -> list[list[Judged | None]]:
    """By loss and strength the test rows of a fold; None where nothing was trained."""
    fold = Fold(cv, split)
    outcomes = trained_along(fold.design, fold.clean.rows.y, wanted, cv.settings, along)
    found = [
        [_rows(fold, one, outcome) if isinstance(outcome, Solution) else None for outcome in own]
        for one, own in zip(wanted, outcomes, strict=True)
    ]
    progress.advance("folds of the path")
    return found


def _rows(fold: Fold, wanted: Wanted, solution: Solution) -> Judged:
    own = coefficients(fold.design, solution)
    scores = own.intercept[:, None] + own.slopes @ fold.x_test.T
    keep = np.ones(len(fold.y_test), dtype=np.bool_)
    scores = scores if len(scores) > 1 else scores[0] + fold.offset_test
    return judged(wanted, scores, fold.y_test, fold.w_test, keep, fold.cv.threshold)


def _path(
    cv: CrossValidation,
    spec: str,
    along: Strengths,
    loss: int,
    full: Sequence[Outcome],
    folds: Sequence[Sequence[Judged | None]],
    whole: FullFit,
) -> PenaltyPath:
    metric, x = cv.metrics[0], along.by_loss[loss]
    pooled, errors = np.full(len(x), np.nan), np.full((len(x), len(folds)), np.nan)
    for k in range(len(x)):
        own = [one for fold in folds if (one := fold[k]) is not None]
        if len(own) == len(folds):
            pooled[k] = _joined(own).value(metric)
            errors[k] = [metric.error(one.value(metric)) for one in own]
    mean = errors.mean(axis=1)
    spread = errors.std(axis=1, ddof=1) / np.sqrt(len(folds))
    best = simplest = None
    if np.isfinite(mean).any():
        least = int(np.nanargmin(mean))  # of equal ones the first, which is the strongest
        within = mean <= mean[least] + spread[least] if np.isfinite(spread[least]) else mean == mean[least]
        best, simplest = float(x[least]), float(x[int(np.argmax(within))])
    return PenaltyPath(
        name=f"path:{along.penalty}",
        spec=spec,
        x=tuple(x.tolist()),
        y=tuple(finite(value) for value in pooled),
        metric=metric.name,
        mean_error=tuple(finite(value) for value in mean),
        standard_error=tuple(finite(value) for value in spread),
        nonzero=tuple(_nonzero(outcome) for outcome in full),
        best=best,
        one_standard_error=simplest,
        slopes=_slopes(whole, full),
    )


def _slopes(whole: FullFit, full: Sequence[Outcome]) -> dict[str, tuple[float | None, ...]]:
    """Along the path the slope of a column per standard deviation of it, of those that get largest; none of
    several outputs or classes."""
    fits = [coefficients(whole.design, one) if isinstance(one, Solution) else None for one in full]
    if any(one is not None and len(one.slopes) > 1 for one in fits):
        return {}
    missing = np.full(len(whole.design.spread), np.nan)
    b = np.array([missing if one is None else one.slopes[0] * whole.design.spread for one in fits])
    largest = np.nan_to_num(np.abs(b)).max(axis=0)
    shown = np.sort(np.argsort(-largest, kind="stable")[:_COLUMNS])
    return {whole.encoder.columns[j]: tuple(finite(value) for value in b[:, j].tolist()) for j in shown}


def _joined(parts: Sequence[Judged]) -> Judged:
    by_row = ("y", "w", "score", "prediction", "bulk")
    joined: dict[str, Any] = {name: np.concatenate([getattr(one, name) for one in parts]) for name in by_row}
    return replace(parts[0], **joined)


def _nonzero(outcome: Outcome) -> int | None:
    """How many slopes are not exactly 0; None where that is not known: without l1 no slope is."""
    if not isinstance(outcome, Solution) or outcome.plain is None:
        return None
    return int((outcome.plain[:, 1:] != 0.0).sum())
