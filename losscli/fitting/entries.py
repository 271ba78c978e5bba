"""All that a run has made, and of it the losses that were trained."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from losscli.data.roles.features import Training
from losscli.descent.ends import Solution
from losscli.fitting.choice import unranked
from losscli.fitting.coefficients import Coefficients, coefficients
from losscli.fitting.crossval import CrossValidation, Judgement
from losscli.fitting.folds import Folds
from losscli.fitting.full_fit import FullFit
from losscli.fitting.headline import unjudged
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
    """A loss that was trained. at: its place among those wanted; reason: why it is not ranked, or None."""

    at: int
    solution: Solution
    coefficients: Coefficients | None  # None of a model without slopes
    reason: str | None
    tuned: Tuned | None  # None where no parameter is chosen
    spec: str


def entries_of(run: Run) -> list[Entry]:
    """Every loss that was trained, in the order of those wanted."""
    entries = []
    for at, outcomes in enumerate(run.whole.trained.by_loss):
        solution = outcomes[0]
        if isinstance(solution, Solution):
            reason = _unranked(run, solution.bound) or _unsettled(run, at, solution)
            own = None if solution.without_slopes else coefficients(run.whole.design, solution)
            if solution.carriers:
                names = [run.whole.encoder.columns[at] for at in solution.carriers]
                solution = replace(solution, certificate=f"{solution.certificate}, along {_listed(names)}")
            tuned = _tuned(run, at)
            spec = solution.bound.spec if tuned is None else tuned[0]
            entries.append(Entry(at, solution, own, reason, tuned and tuned[1], spec))
    return entries


def _listed(names: Sequence[str]) -> str:
    """`a, b, c and 4 more`"""
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED} more" if len(names) > _NAMED else shown


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


def _unsettled(run: Run, at: int, solution: Solution) -> str | None:
    """Why a fit cannot be ranked: a descent that did not end well, on all rows or in a fold."""
    if not solution.converged:
        return solution.certificate
    failed = sum(not judgement.converged[at] for judgement in run.judgements)
    return f"not converged in {failed} of {len(run.judgements)} folds" if failed else None
