"""All that a run has made, and of it the losses that were trained."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from losscli.data.roles.features import Training
from losscli.descent.ends import Solution
from losscli.domain import LOG, NUMBERS
from losscli.fitting.choice import unranked
from losscli.fitting.coefficients import Coefficients, coefficients
from losscli.fitting.crossval import CrossValidation, Judgement
from losscli.fitting.folds import Folds
from losscli.fitting.full_fit import FullFit
from losscli.fitting.headline import unjudged
from losscli.fitting.one_target import listed, of_one_target
from losscli.fitting.request import FitRequest, RowSource
from losscli.loss import BoundLoss
from losscli.result import PenaltyPath, Refused, Tuned, Warning_

_NAMED = 8  # columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """All that a run has made. folds, judgements: of those that are done, in order; cut_short: of a run that
    was interrupted what is missing."""

    training: Training
    warnings: tuple[Warning_, ...]
    leaks: tuple[str, ...]
    request: FitRequest
    source: RowSource
    cv: CrossValidation
    folds: Folds
    whole: FullFit
    judgements: tuple[Judgement, ...]
    refused: tuple[Refused, ...]
    tuned: tuple[float, ...] = ()  # on all rows, of each tuning
    paths: tuple[PenaltyPath, ...] = ()
    cut_short: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A loss that was trained.

    at: its place among those wanted; reason: why it is not ranked, or None; levels: {column: its feature} of
    those that keep it from an optimum, here or in a fold.
    """

    at: int
    solution: Solution
    coefficients: Coefficients | None  # None of a model without slopes
    reason: str | None
    tuned: Tuned | None  # None where no parameter is chosen
    spec: str
    levels: Mapping[str, str]


def entries_of(run: Run) -> list[Entry]:
    """Every loss that was trained, in the order of those wanted."""
    entries = []
    for at, outcomes in enumerate(run.whole.trained.by_loss):
        solution = outcomes[0]
        if isinstance(solution, Solution):
            own = None if solution.without_slopes else coefficients(run.whole.design, solution)
            levels = _endless(run, at, solution)
            reason = _unranked(run, solution.bound) or _unsettled(run, at, solution, levels)
            if solution.carriers:
                names = [run.whole.encoder.columns[at] for at in solution.carriers]
                along = listed(names, _NAMED)
                solution = replace(solution, certificate=f"{solution.certificate}, along {along}")
            tuned = _tuned(run, at)
            spec = solution.bound.spec if tuned is None else tuned[0]
            entries.append(Entry(at, solution, own, reason, tuned and tuned[1], spec, levels))
    return entries


def _endless(run: Run, at: int, solution: Solution) -> dict[str, str]:
    """{column: its feature} of levels of one target, of the rows on which a fit has not converged."""
    bare = not (solution.l1 or solution.l2) and not solution.without_slopes
    if not bare or (run.training.task in NUMBERS and solution.bound.loss.link is not LOG):
        return {}
    frame, task = run.cv.frame, run.training.task
    parts = [] if solution.converged else [np.arange(len(frame.y))]
    done = zip(run.folds.splits, run.judgements, strict=False)  # of a run that was interrupted fewer
    parts += [split.train for split, judgement in done if not judgement.converged[at]]
    return {column: name for rows in parts for column, name in of_one_target(frame, rows, task).items()}


def _tuned(run: Run, at: int) -> tuple[str, Tuned] | None:
    """(the spec, what was chosen) of a loss with a parameter that is."""
    places = [place for place, tuning in enumerate(run.cv.tunings) if tuning.at == at]
    if not places:
        return None
    (place,) = places
    own = run.cv.tunings[place]
    folds = tuple(judgement.tuned[place] for judgement in run.judgements)
    return own.spec, Tuned(own.param, run.tuned[place], run.cv.metrics[0].name, own.values, folds)


def _unranked(run: Run, bound: BoundLoss) -> str | None:
    """Why a loss answers another question than the one it would be judged by, or None."""
    judge = run.cv.metrics[0]
    return unjudged(judge, bound.loss) or (unranked(bound) if bound.elicits != judge.elicits else None)


def _unsettled(run: Run, at: int, solution: Solution, levels: Mapping[str, str]) -> str | None:
    """Why a fit cannot be ranked: a descent that did not end well, on all rows or in a fold. levels: of one
    target, on rows where it did not."""
    if not solution.converged:
        return solution.certificate
    failed = sum(not judgement.converged[at] for judgement in run.judgements)
    if not failed:
        return None
    along = f": no finite optimum along {listed(list(levels), _NAMED)}" if levels else ""
    return f"not converged in {failed} of {len(run.judgements)} folds{along}"
