"""Every loss trained on one design, for all targets at once: which method, from where, how it ended."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from losscli.descent.bench import Bench, Settings, named_loss
from losscli.descent.design import Design
from losscli.descent.ends import Solution
from losscli.descent.objective import Model
from losscli.domain import Floats, Task
from losscli.errors import NoDefault
from losscli.loss import Argument, Loss, Params

__all__ = ["Outcome", "Settings", "Trained", "Wanted", "moved", "offset_of", "reference", "train"]

Outcome = Solution | str  # a string is why there is none


@dataclass(frozen=True, slots=True)
class Wanted:
    """A loss to train, with the parameters that were written."""

    loss: Loss
    written: Params


@dataclass(frozen=True, eq=False)
class Trained:
    """by_loss: of each loss wanted, the outcome for each target; scales: s of each target."""

    by_loss: tuple[tuple[Outcome, ...], ...]
    scales: tuple[float | None, ...]


def train(design: Design, targets: Floats, wanted: Sequence[Wanted], settings: Settings) -> Trained:
    """Train every loss on every target. targets: (t, n), numbers or class codes; of several outputs or labels
    (t, k, n)."""
    offset = offset_of(targets, wanted, settings)
    bench = Bench(design, targets - offset, settings)
    outcomes: list[list[Outcome]] = [[""] * len(targets) for _ in wanted]
    models: list[tuple[int, Model]] = []
    for i, one in enumerate(wanted):
        for t in range(len(targets)):
            model = _bound(bench, one, t)
            if isinstance(model, str):
                outcomes[i][t] = model
            else:
                models.append((i, model))
    solutions = bench.solved([model for _, model in models])
    if settings.optimizer is not None:
        solutions = bench.retrained([model for _, model in models], solutions)
    for (i, model), solution in zip(models, solutions, strict=True):
        outcomes[i][model.target] = moved(solution, offset)
    return Trained(tuple(map(tuple, outcomes)), bench.scales)


def bound_losses(
    design: Design, y: Floats, wanted: Sequence[Wanted], settings: Settings
) -> tuple[list[Model | str], float | None]:
    """(every loss with its parameters and its penalty as these rows give them, or why not; s). y: (n,), of
    several outputs or labels (k, n)."""
    bench = Bench(design, y[None] - offset_of(y[None], wanted, settings), settings)
    return [_bound(bench, one, 0) for one in wanted], bench.scales[0]


def _bound(bench: Bench, one: Wanted, t: int) -> Model | str:
    try:
        bound = one.loss.bind(one.written, scale=bench.scales[t], imbalance=bench.imbalance(t))
    except NoDefault as error:
        return error.what
    return bench.model(bound, t)


def reference(design: Design, y: Floats, settings: Settings) -> tuple[float | None, Floats]:
    """(s, the coordinates (q,) of a fit of the bulk) that contamination is measured by: least absolute
    deviations; poisson for counts; for classes none is needed. y: (n,)."""
    if settings.task is Task.REGRESSION:
        offset = float(np.median(y))
        bench = Bench(design, y[None] - offset, settings)
        return bench.scales[0], _raised(bench.lad[0], offset)
    if settings.task is Task.COUNTS:
        bench = Bench(design, y[None], settings)
        return None, bench.solved([Model(named_loss("poisson", Task.COUNTS), 0)])[0].v
    return None, np.zeros(design.rank)


def offset_of(targets: Floats, wanted: Sequence[Wanted], settings: Settings) -> float:
    """What is taken off targets and put back on intercepts: a large offset would cost digits of the
    residuals. 0 where a loss depends on more than the residual."""
    residual = all(one.loss.argument is Argument.RESIDUAL for one in wanted)
    return float(np.median(targets[0])) if settings.task is Task.REGRESSION and residual else 0.0


def moved(solution: Solution, offset: float) -> Solution:
    """The solution of targets that lie higher by the offset."""
    if not offset:
        return solution
    plain = solution.plain if solution.plain is None else _raised(solution.plain.ravel(), offset)[None]
    return replace(solution, v=_raised(solution.v, offset), plain=plain)


def _raised(v: Floats, offset: float) -> Floats:
    """Coordinates (q,) with the offset on the intercept, which is the first."""
    raised: Floats = v.copy()
    raised[0] += offset
    return raised
