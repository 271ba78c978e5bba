"""How a descent ended, and how that is known."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from losscli.descent.interior import Vertex
from losscli.descent.lbfgs import Descent
from losscli.descent.newton import Confirmed
from losscli.descent.objective import Objective, Trainee, is_exact, negligible, spared
from losscli.descent.recession import recession
from losscli.domain import LOG, Codes, Floats, Mask, Task
from losscli.loss import BoundLoss, Trait
from losscli.loss.score import terms

ENOUGH = 1e-6  # of the objective: what a converged fit may leave at most
_AGREE = 1e-6  # relative difference of objectives that are one valley
_FEW = 2  # starts in a valley that another seed may miss
NO_OPTIMUM = "no finite optimum"
_NOTHING = 1e-15  # an objective that is rounding: no share of it means anything
_FAR = 30.0  # a margin beyond any finite optimum


@dataclass(frozen=True, eq=False)
class Solution:
    """A trained model: its loss with all parameters resolved, and its coordinates (d,) on the design.

    gradient_norm: in whitened coordinates, None where the loss has no gradient at its optimum. Of a
    textbook optimizer: distance, the relative excess over the certified optimum, None where there is no
    such optimum; curve, the objective by iteration. plain: (k, p + 1), intercepts and slopes on z-scored
    columns where these tell more than v: exact zeros, and slopes that the rows do not determine.
    hangs_on_seed: only a few starts found this valley, and another seed would have drawn others. carriers:
    the places of the columns along which there is no finite optimum; the objective is its limit there.
    """

    bound: BoundLoss
    l2: float
    v: Floats
    objective: float
    gradient_norm: float | None
    iterations: int
    converged: bool
    certificate: str
    distance: float | None = None
    curve: tuple[tuple[int, float], ...] = ()
    l1: float = 0.0
    plain: Floats | None = None
    hangs_on_seed: bool = False
    carriers: tuple[int, ...] = ()

    @property
    def without_slopes(self) -> str | None:
        """Why the model has no coefficients, None of a linear one."""
        return None


def solution(
    model: Trainee,
    v: Floats,
    value: float,
    gradient: Floats | None,
    iterations: int,
    converged: bool,
    certificate: str,
) -> Solution:
    """What a descent of a model found. gradient: (d,), None where there is none."""
    return Solution(
        bound=model.bound,
        l2=model.l2,
        v=v,
        objective=float(value),
        gradient_norm=None if gradient is None else float(np.linalg.norm(gradient)),
        iterations=int(iterations),
        converged=bool(converged),
        certificate=certificate if converged else f"not converged: {certificate}",
        l1=model.l1,
    )


def certified(objective: Objective, vertex: Vertex, floor: Floats) -> list[Solution]:
    """The solutions of piecewise linear losses, by their duality gaps. floor: what is rounding (m,)."""
    which = np.arange(len(vertex.v))
    values, _ = objective.evaluate(vertex.v, which)
    values = values + objective.absolute(vertex.v)
    gap = np.abs(vertex.gap)
    converged = vertex.converged & (gap <= ENOUGH * np.abs(values) + spared(values, floor))
    found = []
    for i, model in enumerate(objective.models):
        text = f"duality gap {share_text(gap[i], values[i], floor[i])}"
        end = vertex.v[i], values[i], None, vertex.iterations[i], converged[i]
        found.append(solution(model, *end, text))
    return found


def lowest(ends: Sequence[Solution]) -> Solution:
    """The best of the ends of several starts of one model, and how many of them agree."""
    best = min(ends, key=lambda end: end.objective)
    values = np.array([end.objective for end in ends])
    return replace(best, certificate=agreement(best.bound, values, best.objective) + best.certificate)


def agreement(bound: BoundLoss, values: Floats, best: float) -> str:
    """What a certificate says of several valleys first. values: where all starts of a model ended."""
    if Trait.CONVEX in bound.traits:
        return ""
    agree = int(_alike(values, best).sum())
    return f"{max(agree, 1)} of {len(values)} starts agree; "


def _alike(values: Floats, best: float) -> Mask:
    """Which starts ended in the valley of the best."""
    return np.asarray(values <= best + _AGREE * abs(best))


def of_seed(end: Solution, values: Floats, drawn: slice) -> Solution:
    """The end told to hang on the seed where only a few starts found its valley, all of them drawn.
    drawn: the places in `values` of the starts that the seed draws."""
    alike = _alike(values, end.objective)
    found = int(alike[drawn].sum())
    if not end.converged or not 0 < found <= _FEW or alike.sum() > found:
        return end
    return replace(end, hangs_on_seed=True, certificate=f"{end.certificate}; it hangs on the seed")


@np.errstate(over="ignore", invalid="ignore")  # of a loss that has overflown
def ended(
    objective: Objective,
    chosen: Codes,
    descent: Descent,
    confirmed: Confirmed | None,
    values: Sequence[Floats],
    floor: Floats,
) -> list[Solution]:
    """The solutions of the models `chosen` of a lockstep; values: where all starts of each ended; floor: what
    is rounding (m,)."""
    v = descent.v[chosen] if confirmed is None else confirmed.v
    value = descent.value[chosen] if confirmed is None else confirmed.value
    gradient = descent.gradient[chosen] if confirmed is None else confirmed.gradient
    endless = _endless(objective, chosen, v, value)
    enough = negligible(value, objective.level[chosen], ENOUGH) + spared(value, floor[chosen])
    solutions = []
    for i, at in enumerate(chosen):
        left, known = descent.decrease[at], "estimated decrease left"
        converged = bool(descent.converged[at])
        if confirmed is not None and np.isfinite(confirmed.decrement[i]):
            left, known = confirmed.decrement[i], "Newton decrement"
            converged = bool(confirmed.bowl[i] or Trait.CONVEX in objective.models[at].bound.traits)
        converged = converged and bool(left <= enough[i])
        model = objective.models[at]
        text = (
            agreement(model.bound, values[i], value[i]) + f"{known} {share_text(left, value[i], floor[at])}"
        )
        end = solution(model, v[i], value[i], gradient[i], descent.iterations[at], converged, text)
        solutions.append(_without_end(end, model) if endless[i] else end)
    return [
        unbounded(objective, int(at), end, named=confirmed is not None)
        for at, end in zip(chosen, solutions, strict=True)
    ]


def unbounded(objective: Objective, i: int, end: Solution, *, named: bool) -> Solution:
    """The end of model i, which is none where some direction has no end. named: whether columns are told."""
    model = objective.models[i]
    if model.l2 or model.l1 or not np.isfinite(end.objective) or not (named or end.converged):
        return end
    found = recession(objective, i, end.v, end.objective, named=named, converged=end.converged)
    if found is None:
        return end
    return replace(_without_end(end, model), objective=found.limit, carriers=found.columns)


def _without_end(end: Solution, model: Trainee) -> Solution:
    better = "predictions nearer 0" if model.bound.loss.link is LOG else "larger scores"
    return replace(end, converged=False, certificate=f"{NO_OPTIMUM}: {better} are always better")


def _endless(objective: Objective, chosen: Codes, v: Floats, value: Floats) -> list[bool]:
    """Whether larger scores would lower the objective of classes without end: doubling them still does, or
    it is below what a loss that is never 0 costs at a margin that no finite optimum has."""
    losses = [objective.models[at].bound for at in chosen]
    if losses[0].loss.task not in (Task.BINARY, Task.MULTICLASS):
        return [False] * len(chosen)
    twice, _ = objective.evaluate(2.0 * v, chosen)
    far = np.array([_at_margin(bound, objective.classes) for bound in losses])
    falls = (twice < value - 1e-12 * np.abs(value)) & (twice != 0.0)  # 0 is attained
    return list((falls | (value < far)) & (objective.l2[chosen] == 0.0))


def _at_margin(bound: BoundLoss, classes: int) -> float:
    """The loss of a right answer at score _FAR, above the least there is; 0 where larger scores cost more."""
    y = np.ones((1, 2))
    scores = _FAR * np.array([[1.0, 2.0]])
    if classes > 1:
        scores = np.where(np.arange(classes)[:, None] == 1, scores, 0.0)[None]
    value, _ = terms(bound.loss, dict(bound.params), y, scores)
    near, beyond = value[0] - np.max(bound.infimum(y[0]))
    return float(near) if beyond < near else 0.0


def share_text(left: float, value: float, floor: float = 0.0) -> str:
    """What is left, as a share of the objective. floor: what is rounding."""
    if not np.isfinite(value):
        return "unknown: the objective is not finite"
    if is_exact(np.array(value), np.array(floor)):
        return f"{abs(left):.0e}: the fit is exact, its objective {abs(value):.0e} is rounding"
    if abs(value) < _NOTHING:
        return f"{abs(left):.0e}, of an objective of {abs(value):.0e}"
    return f"{abs(left / value):.0e} of the objective"
