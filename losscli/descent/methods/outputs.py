"""Losses of several outputs that do not depend on one another: every output trained by itself.

Where a loss is the mean, or the sum, over outputs of a loss of one, so is its objective, and its optimum is
that of each output: found by the method that suits the loss of one, kinks and valleys included.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from losscli.descent.ends import Solution
from losscli.descent.methods.method import Method, solve_by
from losscli.descent.objective import Trainee
from losscli.descent.workspace import Workspace
from losscli.domain import SEVERAL, Floats
from losscli.loss import Argument, BoundLoss, Loss, Trait


def untrainable(loss: Loss) -> str | None:
    """Why no linear model is brought to the optimum of a loss of several outputs, or None: descent needs
    slopes that do not jump, and the exact methods one output at a time."""
    if loss.each is not None or not _has_kinks(loss):
        return None
    return "it has kinks where outputs meet, which no descent settles; a network takes it: --model mlp"


def _has_kinks(loss: Loss) -> bool:
    """Whether the slope of a loss, or of a part of it, jumps."""
    if loss.terms:
        return any(_has_kinks(term.loss) for term in loss.terms)
    traits = loss.traits_at(dict(loss.bind({}).params))
    return Trait.CONVEX in traits and Trait.DIFFERENTIABLE not in traits


def method(methods: Sequence[Method]) -> Method:
    """Output by output, all in one lockstep, each by the first of the methods that handles it."""

    def solve(workspace: Workspace, models: Sequence[Trainee]) -> list[Solution]:
        each = _apart(models, workspace.settings.classes)
        centres = _centres(models, workspace.targets, workspace.design.has_intercept)
        settings = replace(workspace.settings, task=each[0].bound.loss.task, classes=1)
        targets = (workspace.targets - centres).reshape(-1, workspace.targets.shape[-1])
        ends = solve_by(methods, Workspace(workspace.design, targets, settings), each)
        k = workspace.settings.classes
        return [
            _joined(model, ends[i * k : (i + 1) * k], centres[model.target]) for i, model in enumerate(models)
        ]

    return Method("outputs", _handles, solve)


def _handles(workspace: Workspace, model: Trainee) -> bool:
    return workspace.settings.task in SEVERAL and model.bound.loss.each is not None


def _apart(models: Sequence[Trainee], outputs: int) -> list[Trainee]:
    """The models of every output of these, one after the other. target t becomes t·k + output."""
    found = []
    for model in models:
        each = model.bound.loss.each
        assert each is not None
        bound, share = BoundLoss(each.loss, model.bound.params), each.share(outputs)
        found += [
            Trainee(bound, model.target * outputs + place, model.l2 / share, model.l1 / share)
            for place in range(outputs)
        ]
    return found


def _centres(models: Sequence[Trainee], targets: Floats, intercept: bool) -> Floats:
    """(t, k, 1) What may be taken off the targets (t, k, n) and put back on intercepts, where there are any,
    so that a large one costs no digits: medians, where every loss is one of the residual."""
    each = [model.bound.loss.each for model in models]
    if intercept and all(one is not None and one.loss.argument is Argument.RESIDUAL for one in each):
        return np.asarray(np.median(targets, axis=-1, keepdims=True))
    return np.zeros((*targets.shape[:2], 1))


def _joined(model: Trainee, ends: Sequence[Solution], centre: Floats) -> Solution:
    """The worst of the ends speaks for all. centre: (k, 1)."""
    assert model.bound.loss.each is not None
    share = model.bound.loss.each.share(len(ends))
    v = np.array([end.v for end in ends])
    v[:, :1] += centre
    b = [end.plain[0] for end in ends if end.plain is not None]
    plain = np.array(b) if len(b) == len(ends) else None
    if plain is not None:
        plain[:, :1] += centre
    slopes = [end.gradient_norm for end in ends if end.gradient_norm is not None]
    failed = [place for place, end in enumerate(ends) if not end.converged]
    told = ends[failed[0]].certificate if failed else ends[0].certificate
    which = f"output {failed[0] + 1}" if failed else "output by output, the first"
    return Solution(
        bound=model.bound,
        l2=model.l2,
        v=v.ravel(),
        objective=share * sum(end.objective for end in ends),
        gradient_norm=share * float(np.linalg.norm(slopes)) if len(slopes) == len(ends) else None,
        iterations=max(end.iterations for end in ends),
        converged=not failed,
        certificate=f"{which}: {told}",
        l1=model.l1,
        plain=plain,
    )
