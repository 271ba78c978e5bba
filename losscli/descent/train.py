"""Every loss trained on one design, for all targets at once: which method, from where, how it ended."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from losscli import progress
from losscli.descent import textbook
from losscli.descent.design import Design
from losscli.descent.ends import Solution
from losscli.descent.methods import METHODS, solve_by, solved
from losscli.descent.objective import Objective, Trainee
from losscli.descent.workspace import Settings, Wanted, Workspace, named_loss
from losscli.domain import Floats, Task

__all__ = ["Outcome", "Settings", "Trained", "Wanted", "bound_losses", "reference", "train"]

Outcome = Solution | str  # a string is why there is none
INTERRUPTED = "interrupted before it was trained"


@dataclass(frozen=True, eq=False)
class Trained:
    """by_loss: of each loss wanted, the outcome for each target; scales: s of each target; interrupted:
    whether losses are missing that were not trained yet."""

    by_loss: tuple[tuple[Outcome, ...], ...]
    scales: tuple[float | None, ...]
    interrupted: bool = False


@np.errstate(over="ignore", invalid="ignore")  # near 1e308: what overflows has not converged
def train(
    design: Design, targets: Floats, wanted: Sequence[Wanted], settings: Settings, *, keep: bool = False
) -> Trained:
    """Train every loss on every target.

    targets: (t, n), numbers or class codes; of several outputs or labels (t, k, n).
    keep: whether an interruption leaves the losses that are trained by then, if there are any.
    """
    workspace = Workspace.centred(design, targets, wanted, settings)
    bound = [[_model(workspace, one, t) for t in range(len(targets))] for one in wanted]
    models = [model for own in bound for model in own if isinstance(model, Trainee)]
    solutions = _solutions(workspace, models, keep)
    if settings.optimizer is not None and models:
        optima = [one for one in solutions if isinstance(one, Solution)]  # all: none is left half retrained
        solutions = [*_retrained(workspace, models, optima)]
    ends = iter(solutions)
    outcomes = tuple(
        tuple(model if isinstance(model, str) else _moved(workspace, next(ends)) for model in own)
        for own in bound
    )
    return Trained(outcomes, workspace.scales, INTERRUPTED in solutions)


def _solutions(workspace: Workspace, models: Sequence[Trainee], keep: bool) -> list[Outcome]:
    """Each model's, in the order given; INTERRUPTED for what is missing."""
    found: dict[int, Solution] = {}
    try:
        for group in solved(METHODS, workspace, models):
            found |= group
            progress.advance("losses", len(group))
    except KeyboardInterrupt:
        if not (found and keep and workspace.settings.optimizer is None):
            raise
    return [found.get(i, INTERRUPTED) for i in range(len(models))]


def _moved(workspace: Workspace, outcome: Outcome) -> Outcome:
    return workspace.moved(outcome) if isinstance(outcome, Solution) else outcome


def bound_losses(
    design: Design, y: Floats, wanted: Sequence[Wanted], settings: Settings
) -> tuple[list[Trainee | str], float | None]:
    """(every loss with its parameters and its penalty as these rows give them, or why not; s). y: (n,), of
    several outputs or labels (k, n)."""
    workspace = Workspace.centred(design, y[None], wanted, settings)
    return [_model(workspace, one, 0) for one in wanted], workspace.scales[0]


def _model(workspace: Workspace, wanted: Wanted, t: int) -> Trainee | str:
    bound = workspace.bound(wanted, t)
    return bound if isinstance(bound, str) else workspace.model(bound, t)


def reference(design: Design, y: Floats, settings: Settings) -> tuple[float | None, Floats]:
    """(s, the coordinates (q,) of a fit of the bulk) that contamination is measured by: least absolute
    deviations; poisson for counts; for classes none is needed. y: (n,)."""
    workspace = Workspace.centred(design, y[None], (), settings)
    if settings.task is Task.REGRESSION:
        return workspace.scales[0], workspace.raised(workspace.lad[0])
    if settings.task is Task.COUNTS:
        workspace = Workspace(design, np.maximum(y, 0.0)[None], settings)
        (fit,) = solve_by(METHODS, workspace, [Trainee(named_loss("poisson", Task.COUNTS), 0)])
        return None, fit.v
    return None, np.zeros(design.rank)


def _retrained(workspace: Workspace, models: Sequence[Trainee], optima: Sequence[Solution]) -> list[Solution]:
    """The models trained again by the optimizer of the settings, as the textbooks write it, on plain z-scored
    columns, from the best constants; and how far from the optimum each ends.

    optima: of the same models. Coordinates come back as those of the design.
    """
    settings, (plain, back), k = workspace.settings, workspace.plain, workspace.settings.classes
    assert settings.optimizer is not None
    start = np.zeros((len(models), k, plain.rank))
    for i, model in enumerate(models):
        if plain.has_intercept:
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
            plain=trace.v[i].reshape(k, -1) @ plain.back.T if optimum.l1 else None,
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
