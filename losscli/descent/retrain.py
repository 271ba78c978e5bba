"""Models trained again by an optimizer as the textbooks write it, and how far from the optimum it ends."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from losscli.descent import textbook
from losscli.descent.ends import Solution
from losscli.descent.objective import Model, Objective
from losscli.descent.workspace import Workspace


def retrained(workspace: Workspace, models: Sequence[Model], optima: Sequence[Solution]) -> list[Solution]:
    """The models on plain z-scored columns, from the best constants, by the optimizer of the settings.

    optima: of the same models. Coordinates come back as those of the design.
    """
    settings, (plain, back), k = workspace.settings, workspace.plain, workspace.settings.classes
    assert settings.optimizer is not None
    start = np.zeros((len(models), k, plain.rank))
    for i, model in enumerate(models):
        start[i, :, 0] = workspace.constant(model).reshape(k, -1)[:, 0]
    trace = textbook.run(
        Objective(plain, workspace.targets, models, k),
        settings.optimizer,
        start=start.reshape(len(models), -1),
        max_iter=textbook.MAX_ITER if settings.max_iter is None else settings.max_iter,
        tol=textbook.TOL if settings.tol is None else settings.tol,
        rng=np.random.default_rng(settings.seed),
    )
    return [
        replace(
            optimum,
            v=(trace.v[i].reshape(k, -1) @ back).ravel(),
            objective=float(trace.value[i]),
            gradient_norm=float(np.linalg.norm(trace.gradient[i])),
            iterations=int(trace.iterations[i]),
            converged=bool(trace.converged[i]),
            certificate=_ended(trace, i),
            distance=_excess(float(trace.value[i]), optimum),
            curve=tuple((at, float(values[i])) for at, values in trace.curve),
            plain=trace.v[i].reshape(k, -1) if optimum.l1 else None,
        )
        for i, optimum in enumerate(optima)
    ]


def _ended(trace: textbook.Trace, i: int) -> str:
    left = f"largest slope {np.abs(trace.gradient[i]).max():.0e} after {trace.iterations[i]:,} iterations"
    if trace.converged[i]:
        return left
    return f"diverged: {left}" if trace.diverged[i] else f"not converged: {left}"


def _excess(value: float, optimum: Solution) -> float | None:
    """Relative to the optimum; None where none is certified, or it is 0."""
    if not optimum.converged or not optimum.objective:
        return None
    return (value - optimum.objective) / abs(optimum.objective)
