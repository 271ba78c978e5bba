"""Piecewise linear losses of one score: an interior point method; where slopes also jump down, round after
round of it, from several starts: the concave part by its tangent, again and again.

Each round is a piecewise linear convex problem, solved exactly, and none raises the objective: the
concave-convex procedure, Yuille and Rangarajan 2003, doi:10.1162/08997660360581958; for the ramp loss
Collobert et al. 2006, doi:10.1145/1143844.1143870.
"""

from collections.abc import Hashable, Sequence

import numpy as np

from losscli.descent import interior
from losscli.descent.design import Design
from losscli.descent.ends import Solution, certified, lowest
from losscli.descent.interior import Hinges, Vertex, objectives
from losscli.descent.methods.method import Method
from losscli.descent.objective import Trainee
from losscli.descent.screened import minimise
from losscli.descent.starts import Attempts
from losscli.descent.workspace import Workspace
from losscli.domain import Floats

_ROUNDS = 30  # of the tangent


def kind(workspace: Workspace, model: Trainee) -> Hashable:
    """(how many kinks a loss has, whether its slope also jumps down); False where it is not piecewise
    linear."""
    if workspace.settings.classes > 1:
        return False
    hinges = interior.hinges(model, workspace.targets[model.target])
    return hinges is not None and (hinges.kinks.shape[1], bool((hinges.jumps < 0).any()))


def _solve(workspace: Workspace, models: Sequence[Trainee]) -> list[Solution]:
    if not (workspace.hinges(models[:1]).jumps < 0).any():
        objective = workspace.objective(models)
        return certified(objective, workspace.interior_point(models), workspace.floor(objective))
    attempts = Attempts.of(models, [workspace.starts_of(model) for model in models])
    objective = workspace.objective(attempts.models)
    floor = workspace.floor(objective)
    vertex = concave(
        workspace.design,
        workspace.hinges(attempts.models),
        objective.l2,
        attempts.start,
        tol=workspace.tol,
        floor=floor,
    )
    ends = certified(objective, vertex, floor)
    return [lowest(ends[part]) for part in attempts.parts]


def concave(design: Design, own: Hinges, l2: Floats, start: Floats, *, tol: float, floor: Floats) -> Vertex:
    """Models from start (m, q) to a point that no further round lowers; each row has as many jumps up."""
    m = len(l2)
    end = Vertex.at(start)
    objective = objectives(design, own, l2, start)
    open_ = np.arange(m)
    for _ in range(_ROUNDS):
        part = Hinges(*(array[open_] for array in own))
        tangent = _tangent(part, end.v[open_] @ design.z.T)
        found = minimise(
            design,
            tangent,
            l2[open_],
            end.v[open_],
            tol=tol,
            level=np.full(len(open_), np.inf),
            floor=floor[open_],
        )
        value = objectives(design, part, l2[open_], found.v)
        fell = value < objective[open_] - tol * np.abs(value) - floor[open_]
        end.iterations[open_] += found.iterations
        end.gap[open_], end.converged[open_] = found.gap, found.converged
        at = open_[fell]
        end.v[at], objective[at] = found.v[fell], value[fell]
        open_ = at
        if not len(open_):
            break
    end.converged[open_] = False
    return end


def _tangent(own: Hinges, scores: Floats) -> Hinges:
    """The losses with the jumps down as they are felt at the scores (m, n): lines beyond, nothing before."""
    down = np.where((own.jumps < 0) & (scores[:, None] > own.kinks), own.jumps, 0.0)
    up = own.jumps > 0
    order = np.argsort(~up, axis=1, kind="stable")[:, : int(up[0, :, 0].sum())]  # jumps up first
    kinks = np.take_along_axis(own.kinks, order, axis=1)
    first = kinks[:, 0]
    before = own.value + own.left * (first - own.kinks[:, 0])
    value = before + (down * (first[:, None] - own.kinks)).sum(axis=1)
    return Hinges(kinks, value, own.left + down.sum(axis=1), np.take_along_axis(own.jumps, order, axis=1))


METHOD = Method("piecewise", kind, _solve)
