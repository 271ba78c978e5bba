"""Models trained again by an optimizer as the textbooks write it, and how far from the optimum it ends."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from losscli.descent import textbook
from losscli.descent.ends import Solution
from losscli.descent.objective import Objective
from losscli.domain import Floats


def retrained(
    objective: Objective,
    optima: Sequence[Solution],
    optimizer: textbook.Optimizer,
    *,
    start: Floats,
    max_iter: int | None,
    tol: float | None,
    seed: int,
) -> list[Solution]:
    """The models of an objective on plain z-scored columns, from slopes of 0; optima: of the same models.

    start: (m, d), of which the intercepts count. Coordinates come back as those of the objective's design.
    """
    k, m = objective.classes, len(optima)
    plain, back = objective.design.plain()
    literal = Objective(plain, objective.targets, objective.models, k)
    intercepts = np.zeros((m, k, plain.rank))
    intercepts[:, :, 0] = start.reshape(m, k, -1)[:, :, 0]
    trace = textbook.run(
        literal,
        optimizer,
        start=intercepts.reshape(m, -1),
        max_iter=textbook.MAX_ITER if max_iter is None else max_iter,
        tol=textbook.TOL if tol is None else tol,
        rng=np.random.default_rng(seed),
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
