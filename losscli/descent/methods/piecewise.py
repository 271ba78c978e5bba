"""Piecewise linear losses of one score: an interior point method; where slopes also jump down, round after
round of it, from several starts."""

from collections.abc import Hashable, Sequence

from losscli.descent import interior
from losscli.descent.ends import Solution, certified, lowest
from losscli.descent.methods import concave
from losscli.descent.methods.method import Method
from losscli.descent.objective import Model
from losscli.descent.starts import Attempts
from losscli.descent.workspace import Workspace


def kind(workspace: Workspace, model: Model) -> Hashable:
    """(how many kinks a loss has, whether its slope also jumps down); False where it is not piecewise
    linear."""
    if workspace.settings.classes > 1:
        return False
    hinges = interior.hinges(model, workspace.targets[model.target])
    return hinges is not None and (hinges.kinks.shape[1], bool((hinges.jumps < 0).any()))


def _solve(workspace: Workspace, models: Sequence[Model]) -> list[Solution]:
    if not (workspace.hinges(models[:1]).jumps < 0).any():
        return certified(workspace.objective(models), workspace.interior_point(models))
    attempts = Attempts.of(models, [workspace.starts_of(model) for model in models])
    objective = workspace.objective(attempts.models)
    vertex = concave.descend(
        workspace.design,
        workspace.hinges(attempts.models),
        objective.l2,
        attempts.start,
        tol=workspace.tol,
        floor=workspace.floor(objective),
    )
    ends = certified(objective, vertex)
    return [lowest(ends[part]) for part in attempts.parts]


METHOD = Method("piecewise", kind, _solve)
