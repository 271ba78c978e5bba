"""Losses that bend: L-BFGS from every start, and Newton's step from the lowest end."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from losscli.descent import newton
from losscli.descent.ends import Solution, ended, of_seed
from losscli.descent.methods.method import Method
from losscli.descent.objective import Trainee
from losscli.descent.starts import Attempts
from losscli.descent.workspace import Workspace, is_steep
from losscli.domain import Codes, Floats
from losscli.loss import Argument, Trait

_TAME = 100.0  # a row's loss at the start that no other row's is lost beside
_LEAST, _SHARE = 2_000, 100  # rows of a sample: at least, and for each coordinate
_MANY = 2  # samples: of so many rows one tells what valleys there are
_DOUBLINGS = 60  # of the targets: beyond, differences of residuals are rounding


def solve(workspace: Workspace, models: Sequence[Trainee]) -> list[Solution]:
    """All starts of all models in one lockstep; the lowest end of each is its solution."""
    solutions = _lowest(workspace, models, [workspace.starts_of(model) for model in models])
    again = [i for i, end in enumerate(solutions) if not end.converged and _is_robust(models[i])]
    if again:  # far from the bulk a bounded slope is all but constant: no descent finds its way there
        bulk = [workspace.lad[models[i].target][None] for i in again]
        for i, end in zip(again, _lowest(workspace, [models[i] for i in again], bulk), strict=True):
            if end.objective <= solutions[i].objective:
                solutions[i] = end
    for i, end in enumerate(solutions):
        if not end.converged and is_steep(models[i].bound):
            (found,) = _lowest(workspace, [models[i]], [_grown(workspace, models[i])])
            if found.converged or not found.objective >= end.objective:
                solutions[i] = found
    return solutions


def _grown(workspace: Workspace, model: Trainee) -> Floats:
    """(1, d) A start for a loss too steep for any descent from afar: the optimum for targets so small that
    no row outweighs all others, then for targets twice as large from twice that, until they are the targets.
    At an optimum of exp(a·r) the mean of these is 1, and twice the residuals make it n at most."""
    y = workspace.targets[model.target]
    away = y - np.median(y)
    share, v = 1.0, np.zeros((1, workspace.design.rank))
    for _ in range(_DOUBLINGS):
        with np.errstate(over="ignore", invalid="ignore"):
            if float(np.max(model.bound.value(share * away))) <= _TAME:
                break
        share /= 2.0
    v[0, 0] = share * np.median(y)
    while share < 1.0:
        own = replace(model, target=0)
        part = Workspace(workspace.design, share * y[None], workspace.settings)
        objective = part.objective([own])
        found = part.descended(objective, v)
        v = 2.0 * newton.confirm(objective, found.v, np.zeros(1, np.intp)).v
        share *= 2.0
    return v


def _is_robust(model: Trainee) -> bool:
    """Whether a loss is convex, of the residual, and its slope has a bound."""
    traits = Trait.CONVEX | Trait.LIPSCHITZ
    return model.bound.loss.argument is Argument.RESIDUAL and traits in model.bound.traits


def _lowest(workspace: Workspace, models: Sequence[Trainee], points: Sequence[Floats]) -> list[Solution]:
    merging = len(workspace.design.w) >= _MANY * _sample(workspace)
    found = _valleys(workspace, models, points) if merging else [(own, np.arange(len(own))) for own in points]
    attempts = Attempts.of(models, [own for own, _ in found])
    objective = workspace.objective(attempts.models)
    descent = workspace.descended(objective, attempts.start, attempts.which if merging else None)
    chosen = attempts.lowest(descent.value)
    careful = workspace.settings.careful
    confirmed = newton.confirm(objective, descent.v[chosen], chosen) if careful else None
    values = [descent.value[part][same] for part, (_, same) in zip(attempts.parts, found, strict=True)]
    ends = ended(objective, chosen, descent, confirmed, values, workspace.floor(objective))
    return [of_seed(*each) for each in zip(ends, values, map(workspace.drawn, models), strict=True)]


def _sample(workspace: Workspace) -> int:
    """How many rows tell which starts lead to which valley."""
    return max(_LEAST, _SHARE * workspace.design.rank * workspace.settings.classes)


def _valleys(
    workspace: Workspace, models: Sequence[Trainee], points: Sequence[Floats]
) -> list[tuple[Floats, Codes]]:
    """Of each model (a point for each valley (k, d), which of these each of its points goes with): several
    points are descended from on a sample of the rows first, as Rousseeuw and Van Driessen 2006,
    doi:10.1007/s10618-005-0024-4, do of many."""
    found = [(own, np.arange(len(own))) for own in points]
    several = [i for i, own in enumerate(points) if len(own) > 1]
    if several:
        part = workspace.sampled(_sample(workspace))
        attempts = Attempts.of([models[i] for i in several], [points[i] for i in several])
        ends = part.descended(part.objective(attempts.models), attempts.start, attempts.which).v
        for i, own in zip(several, attempts.parts, strict=True):
            _, first, same = np.unique(ends[own], axis=0, return_index=True, return_inverse=True)
            found[i] = points[i][first], same
    return found


METHOD = Method("smooth", lambda workspace, model: True, solve)
