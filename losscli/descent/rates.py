"""How long a textbook's steps are: from the data where no rate is written, and by schedule.

A smooth objective whose slope has the Lipschitz constant L descends with steps of 1/L (Nesterov 2004,
doi:10.1007/978-1-4419-8853-9, section 2.1.5); one with kinks needs steps that shrink, of R/(G·√t) for a
distance R to go and slopes of size G (section 3.2.3).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from losscli.descent.design import Design
from losscli.descent.objective import Objective, scored
from losscli.domain import IDENTITY, Codes, Floats, Mask, Task
from losscli.loss import Trait
from losscli.loss.score import terms

_ROWS = 64  # targets probed, evenly spaced in their order
_REACH = 1.5  # units on either side of a match that are probed
_OFFSETS = np.geomspace(1e-4, _REACH, 32)
_NEAR = np.concatenate([-_OFFSETS[::-1], [0.0], _OFFSETS])
_WAY = np.linspace(0.0, 1.0, 17)  # from the score at the start to the one that matches
_SINGLED = 8.0  # how far the other classes lie behind, where two of several are probed alone

Schedule = Callable[[int, int], float]


def _tenths(t: int, last: int) -> float:
    return 10.0 ** -((2 * t > last) + (4 * t > 3 * last))


def _cosine(t: int, last: int) -> float:
    return 0.5 * (1.0 + math.cos(math.pi * (t - 1) / last))


# Each: (t, last) → what the rate is multiplied by in iteration t of 1…last. step: a tenth in the second
# half, a hundredth in the last quarter (He et al. 2016, doi:10.1109/CVPR.2016.90). exponential: towards a
# hundredth. cosine: Loshchilov and Hutter 2017, arXiv:1608.03983. inverse: Robbins and Monro 1951,
# doi:10.1214/aoms/1177729586. warmup: rising in the first tenth (Goyal et al. 2017, arXiv:1706.02677).
SCHEDULES: dict[str, Schedule] = {
    "constant": lambda t, last: 1.0,
    "step": _tenths,
    "exponential": lambda t, last: 0.01 ** ((t - 1) / last),
    "cosine": _cosine,
    "inverse": lambda t, last: 1.0 / t,
    "sqrt": lambda t, last: 1.0 / math.sqrt(t),
    "warmup": lambda t, last: min(1.0, 10.0 * t / last),
}


@dataclass(frozen=True, eq=False)
class Sizes:
    """What sets the length of steps: of each of m models, (m,).

    bend: the largest secant curvature of a row's loss; slope: the root mean square over rows of the
    largest slope within 1.5 units of a match; reach: the distance in scores that there is to go; kinked:
    whether the slope jumps. A unit is the spread of the target where scores are in its unit, else 1.
    """

    bend: Floats
    slope: Floats
    reach: Floats
    kinked: Mask


def measured(objective: Objective, start: Floats) -> Sizes:
    """The sizes of an objective's models, seen from start (m, d).

    Curvature is measured where descent passes: around a match and on the way to it.
    """
    n = len(objective.design.w)
    places = np.unique(np.linspace(0, n - 1, min(n, _ROWS)).astype(np.intp))
    if objective.targets.ndim == 3:
        orders, probe = [places] * len(objective.targets), _by_output
    else:
        orders = [np.argsort(y)[places] for y in objective.targets]
        probe = _by_output if objective.classes == 1 else _several
    found = [probe(objective, i, orders[model.target], start[i]) for i, model in enumerate(objective.models)]
    bend, slope, reach = np.array(found).reshape(-1, 3).T
    kinked = [Trait.DIFFERENTIABLE not in model.bound.traits for model in objective.models]
    return Sizes(bend, np.where(slope > 0, slope, 1.0), reach, np.array(kinked, dtype=np.bool_))


def lipschitz(objective: Objective, sizes: Sizes, batch: int | None) -> Floats:
    """(m,) Bounds of the curvature of the objectives: bend × largest eigenvalue of Z'WZ, plus l2.

    batch: rows in a mini-batch, None for all of them: smaller ones are steeper.
    """
    steep = _steepness(objective.design, batch)
    return np.asarray(sizes.bend * steep + objective.l2 * objective.design.penalty.max(initial=0.0))


def found_rate(objective: Objective, sizes: Sizes, batch: int | None, carried: float) -> Floats:
    """(m,) The rates that the data give: 1/L; where the slope jumps or nothing bends, R/G.

    R is the distance to go, G the size of gradients on the way. carried: the share of a step that the
    next one repeats; only 1/L stands it.
    """
    bound = lipschitz(objective, sizes, batch)
    bends = (bound > 0) & ~sizes.kinked
    steep = math.sqrt(_steepness(objective.design, batch))
    shrinking = (1.0 - carried) * sizes.reach / (sizes.slope * steep)
    return np.where(bends, 1.0 / np.where(bends, bound, 1.0), shrinking)


def _steepness(design: Design, batch: int | None) -> float:
    """The largest eigenvalue of Z'WZ; of mini-batches between it and that of the longest single row.

    Gower et al. 2019, arXiv:1901.09401, for batches drawn without replacement.
    """
    root = design.z * np.sqrt(design.w)[:, None]
    n, q = root.shape
    whole = float(np.linalg.eigvalsh(root.T @ root if q <= n else root @ root.T)[-1])
    if batch is None or batch >= n:
        return whole
    single = n * float((root**2).sum(axis=1).max())
    return float((n * (batch - 1) * whole + (n - batch) * single) / (batch * (n - 1)))


def _several(objective: Objective, i: int, rows: Codes, start: Floats) -> tuple[float, float, float]:
    """(bend, slope, reach) of a model of several classes: along the lines on which two classes change
    places, with the others level or far behind."""
    model, k = objective.models[i], objective.classes
    own = np.unique(objective.targets[model.target, rows])
    bend, largest = 0.0, np.zeros(len(own))
    for first, second in ((0, 1), (1, 2))[: k - 1]:
        for behind in (0.0, _SINGLED):
            s = np.full((len(_NEAR), k, len(own)), -behind)
            one, other = (own.astype(np.intp) + first) % k, (own.astype(np.intp) + second) % k
            column = np.arange(len(own))
            s[:, one, column], s[:, other, column] = _NEAR[:, None], -_NEAR[:, None]
            y = np.broadcast_to(own, (len(_NEAR), len(own)))
            slope = terms(model.bound.loss, dict(model.bound.params), y, s)[1]
            # along the unit vector (e₁ - e₂)/√2, on which the score is √2·offset
            change = (slope[:, one, column] - slope[:, other, column]) / math.sqrt(2.0)
            bend = max(bend, _secant(math.sqrt(2.0) * s[:, one, column], change, 1.0))
            largest = np.maximum(largest, np.abs(slope).max(axis=(0, 1)))
    return bend, _size(largest), 1.0


def _by_output(objective: Objective, i: int, rows: Codes, start: Floats) -> tuple[float, float, float]:
    """(bend, slope, reach) of a model of one score per row, or of several outputs or labels: one moves
    at a time, the others at a match."""
    model, k, unit = objective.models[i], objective.classes, float(objective.unit[i])
    loss, params = model.bound.loss, dict(model.bound.params)
    y = objective.targets[model.target][..., rows].reshape(k, -1)
    labels = loss.task in (Task.BINARY, Task.MULTILABEL)
    begun = np.zeros(y.shape) if labels else objective.design.scores(start.reshape(k, -1))[:, rows]
    with np.errstate(all="ignore"):
        match = begun if labels else loss.link.score(y)
    match = np.where(np.isfinite(match), match, begun)
    bend, sizes = 0.0, []
    for j in range(k):
        ways = (match[j] + unit * _NEAR[:, None], begun[j] + _WAY[:, None] * (match[j] - begun[j]))
        for near, line in zip((True, False), ways, strict=True):
            s = np.repeat(match[None], len(line), axis=0)
            s[:, j] = line
            slope = scored(loss, params, np.broadcast_to(y, s.shape), s)[1][:, j]
            bend = max(bend, _secant(line, slope, unit))
            if near:
                sizes.append(_size(np.abs(slope).max(axis=0)))
    in_y = loss.task in (Task.REGRESSION, Task.MULTIOUTPUT) and loss.link is IDENTITY
    reach = math.sqrt(float(((match - begun) ** 2).sum(axis=0).mean())) if in_y else math.sqrt(k)
    return bend, math.hypot(*sizes), reach if reach > 0 else unit


def _secant(s: Floats, slope: Floats, unit: float) -> float:
    """The largest curvature between neighbouring scores, (g, n) each; 0 where it bends down only."""
    run, rise = np.diff(s, axis=0), np.diff(slope, axis=0)
    clear = (np.abs(run) > 1e-9 * unit) & np.isfinite(rise)
    bends = np.divide(rise, run, out=np.zeros_like(run), where=clear)
    return float(bends.max(initial=0.0))


def _size(slopes: Floats) -> float:
    finite = slopes[np.isfinite(slopes)]
    return math.sqrt(float((finite**2).mean())) if len(finite) else 0.0
