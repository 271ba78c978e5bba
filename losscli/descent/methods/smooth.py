"""Losses that bend: L-BFGS from every start, and Newton's step from the lowest end."""

from collections.abc import Sequence

from losscli.descent import newton
from losscli.descent.ends import Solution, ended, of_seed
from losscli.descent.methods.method import Method
from losscli.descent.objective import Trainee
from losscli.descent.starts import Attempts
from losscli.descent.workspace import Workspace
from losscli.domain import Floats
from losscli.loss import Argument, Trait


def solve(workspace: Workspace, models: Sequence[Trainee]) -> list[Solution]:
    """All starts of all models in one lockstep; the lowest end of each is its solution."""
    solutions = _lowest(workspace, models, [workspace.starts_of(model) for model in models])
    again = [i for i, end in enumerate(solutions) if not end.converged and _is_robust(models[i])]
    if again:  # far from the bulk a bounded slope is all but constant: no descent finds its way there
        bulk = [workspace.lad[models[i].target][None] for i in again]
        for i, end in zip(again, _lowest(workspace, [models[i] for i in again], bulk), strict=True):
            if end.objective <= solutions[i].objective:
                solutions[i] = end
    return solutions


def _is_robust(model: Trainee) -> bool:
    """Whether a loss is convex, of the residual, and its slope has a bound."""
    traits = Trait.CONVEX | Trait.LIPSCHITZ
    return model.bound.loss.argument is Argument.RESIDUAL and traits in model.bound.traits


def _lowest(workspace: Workspace, models: Sequence[Trainee], points: Sequence[Floats]) -> list[Solution]:
    attempts = Attempts.of(models, points)
    objective = workspace.objective(attempts.models)
    descent = workspace.descended(objective, attempts.start)
    chosen = attempts.lowest(descent.value)
    careful = workspace.settings.careful
    confirmed = newton.confirm(objective, descent.v[chosen], chosen) if careful else None
    values = [descent.value[part] for part in attempts.parts]
    ends = ended(objective, chosen, descent, confirmed, values)
    return [of_seed(*each) for each in zip(ends, values, map(workspace.drawn, models), strict=True)]


METHOD = Method("smooth", lambda workspace, model: True, solve)
