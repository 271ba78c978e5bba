"""Models trained again by an optimizer as the textbooks write it, and how far from the optimum it ends."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from losscli.descent import textbook
from losscli.descent.ends import Solution
from losscli.design import Design
from losscli.domain import LOG, Floats, Task
from losscli.objective import Model, Objective


def retrained(
    design: Design,
    targets: Floats,
    models: Sequence[Model],
    optima: Sequence[Solution],
    classes: int,
    optimizer: textbook.Optimizer,
    max_iter: int | None,
    tol: float | None,
    seed: int,
) -> list[Solution]:
    """The models from slopes of 0, on plain z-scored columns; optima: of the same models.

    targets: (t, n). Coordinates come back as those of the design.
    """
    plain, back = design.plain()
    objective = Objective(plain, targets, models, classes)
    start = np.zeros((len(models), objective.size))
    for i, model in enumerate(models):
        if model.bound.loss.task in (Task.REGRESSION, Task.COUNTS):
            mean = float(targets[model.target] @ design.w)
            start[i, 0] = np.log(max(mean, 1e-300)) if model.bound.loss.link is LOG else mean
    trace = textbook.run(
        objective,
        optimizer,
        start=start,
        max_iter=textbook.MAX_ITER if max_iter is None else max_iter,
        tol=textbook.TOL if tol is None else tol,
        rng=np.random.default_rng(seed),
    )
    size = np.abs(trace.gradient).max(axis=1)
    solutions = []
    for i, optimum in enumerate(optima):
        value = float(trace.value[i])
        left = f"largest slope {size[i]:.0e} after {trace.iterations[i]:,} iterations"
        how = "diverged: " if trace.diverged[i] else "" if trace.converged[i] else "not converged: "
        solutions.append(
            replace(
                optimum,
                v=(trace.v[i].reshape(classes, -1) @ back).ravel(),
                objective=value,
                gradient_norm=float(np.linalg.norm(trace.gradient[i])),
                iterations=int(trace.iterations[i]),
                converged=bool(trace.converged[i]),
                certificate=how + left,
                distance=_excess(value, optimum),
                curve=tuple((at, float(values[i])) for at, values in trace.curve),
            )
        )
    return solutions


def _excess(value: float, optimum: Solution) -> float | None:
    """Relative to the optimum; None where none is certified, or it is 0."""
    if not optimum.converged or not optimum.objective:
        return None
    return (value - optimum.objective) / abs(optimum.objective)
