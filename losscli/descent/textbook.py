"""Optimizers as the textbooks write them, on z-scored columns; many models in lockstep.

An optimizer is a pure step from a state and a slope to the next state; a fit is a loop over it. Steps
and their names: Goodfellow, Bengio and Courville 2016, Deep Learning, chapter 8.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from losscli.descent import lbfgs
from losscli.descent.objective import Objective
from losscli.descent.quadratic import least_slope, softened
from losscli.descent.rates import SCHEDULES, Sizes, found_rate, lipschitz, measured
from losscli.domain import POSITIVE, Codes, Floats, Interval, Mask
from losscli.errors import UsageError, unknown
from losscli.spec import Spec

MAX_ITER = 1_000
TOL = 1e-6
_BATCH = 64  # rows of sgd's mini-batches
_ADAM = 0.05  # of the distance to go: a step of adam
_SHOWN, _LATER = 100, 400  # iterations recorded one by one, and then at even ratios
_SHARE = Interval(0, 1, low_closed=True)

_STEPS = ("rate", "schedule", "clip")
_DOMAINS = {  # where a parameter may live, and an example
    "rate": (POSITIVE, 0.1),
    "momentum": (_SHARE, 0.9),
    "beta1": (_SHARE, 0.9),
    "beta2": (_SHARE, 0.999),
    "epsilon": (POSITIVE, 1e-8),
    "clip": (POSITIVE, 1),
    "batch": (Interval(1, low_closed=True, whole=True), _BATCH),
}


@dataclass(frozen=True, eq=False)
class State:
    """m models in motion: where they are, v (m, d); rate, (m,), of the next step; steps taken; what the
    optimizer remembers, (m, d) each."""

    v: Floats
    rate: Floats
    steps: int
    memory: tuple[Floats, ...]

    def kept(self, stay: Mask) -> "State":
        memory = tuple(part[stay] for part in self.memory)
        return State(self.v[stay], self.rate[stay], self.steps, memory)


@dataclass(frozen=True, slots=True)
class Optimizer:
    """An optimizer and its settings.

    rate: the learning rate, in z-scored coordinates; None: found from the data, see `run`. schedule: by
    what the rate is multiplied, a name in SCHEDULES; None: cosine for sgd and adam, else constant, or
    sqrt for a loss whose slope jumps. batch: rows in a mini-batch; None: all rows. clip: the norm that
    longer gradients are cut to (Pascanu, Mikolov and Bengio 2013, PMLR 28(3):1310); None: none is cut.
    """

    name: str
    rate: float | None = None
    schedule: str | None = None
    momentum: float = 0.9
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    batch: int | None = None
    clip: float | None = None

    @property
    def carried(self) -> float:
        """The share of a step that the next one repeats."""
        return self.momentum if self.name in ("momentum", "nesterov") else 0.0

    def init(self, v: Floats, rate: Floats) -> State:
        """The state before the first step. v: (m, d); rate: (m,)."""
        return State(v, rate, 0, tuple(np.zeros_like(v) for _ in range(_RULES[self.name].remembers)))

    def update(self, state: State, slope: Floats, tau: Floats | None = None) -> State:
        """One step from state against slope (m, d), taken at state.v; then the proximal step of Σ tau·|v|,
        (m, d), which makes coordinates exactly 0. None: there is no such penalty."""
        if self.clip is not None:
            norm = np.linalg.norm(slope, axis=1, keepdims=True)
            slope = slope * np.minimum(1.0, self.clip / np.maximum(norm, np.finfo(float).tiny))
        rule = _RULES[self.name]
        ahead = rule.step(self, state, slope)
        return ahead if tau is None else rule.shrink(self, state, ahead, slope, tau)


def _gd(optimizer: Optimizer, state: State, slope: Floats) -> State:
    """Cauchy 1847; on mini-batches Robbins and Monro 1951, doi:10.1214/aoms/1177729586."""
    return replace(state, v=state.v - state.rate[:, None] * slope, steps=state.steps + 1)


def _momentum(optimizer: Optimizer, state: State, slope: Floats) -> State:
    """The heavy ball: Polyak 1964, doi:10.1016/0041-5553(64)90137-5."""
    velocity = optimizer.momentum * state.memory[0] - state.rate[:, None] * slope
    return State(state.v + velocity, state.rate, state.steps + 1, (velocity,))


def _nesterov(optimizer: Optimizer, state: State, slope: Floats) -> State:
    """Nesterov 1983 with fixed momentum: Sutskever et al. 2013, PMLR 28(3):1139, where v is the point
    looked ahead to, so that every slope is taken at v."""
    step = state.rate[:, None] * slope
    velocity = optimizer.momentum * state.memory[0] - step
    v = state.v + optimizer.momentum * velocity - step
    return State(v, state.rate, state.steps + 1, (velocity,))


def _adam(optimizer: Optimizer, state: State, slope: Floats) -> State:
    """Kingma and Ba 2015, arXiv:1412.6980, algorithm 1."""
    t = state.steps + 1
    square = slope * slope
    square *= 1.0 - optimizer.beta2
    second = optimizer.beta2 * state.memory[1]
    second += square
    part = np.multiply(slope, 1.0 - optimizer.beta1, out=square)
    first = optimizer.beta1 * state.memory[0]
    first += part
    debias = (1.0 - optimizer.beta2**t) ** 0.5  # the root of the mean square is that of its sum over this
    root = np.sqrt(second, out=part)
    root += optimizer.epsilon * debias
    step = np.divide(first, root, out=root)
    step *= (state.rate * (debias / (1.0 - optimizer.beta1**t)))[:, None]
    return State(np.subtract(state.v, step, out=step), state.rate, t, (first, second))


def _shrink(optimizer: Optimizer, state: State, ahead: State, slope: Floats, tau: Floats) -> State:
    """Daubechies, Defrise and De Mol 2004, doi:10.1002/cpa.20042."""
    return replace(ahead, v=softened(ahead.v, ahead.rate[:, None] * tau))


def _shrink_carried(optimizer: Optimizer, state: State, ahead: State, slope: Floats, tau: Floats) -> State:
    """What is carried on is the whole step, else the penalty would count less than the slope, which adds up:
    Ochs, Chen, Brox and Pock 2014, doi:10.1137/130942954."""
    v = softened(ahead.v, ahead.rate[:, None] * tau)
    return replace(ahead, v=v, memory=(v - state.v,))


def _shrink_ahead(optimizer: Optimizer, state: State, ahead: State, slope: Floats, tau: Floats) -> State:
    """The point looked ahead from shrinks: Beck and Teboulle 2009, doi:10.1137/080716542."""
    rate, momentum = state.rate[:, None], optimizer.momentum
    here = softened(state.v - rate * slope, rate * tau)
    velocity = here - (state.v - momentum * state.memory[0])
    return replace(ahead, v=here + momentum * velocity, memory=(velocity,))


def _shrink_scaled(optimizer: Optimizer, state: State, ahead: State, slope: Floats, tau: Floats) -> State:
    """Every coordinate by its own rate, else the end would be another: Yun, Lozano and Yang 2021,
    arXiv:2007.07484."""
    square = ahead.memory[1] / (1.0 - optimizer.beta2**ahead.steps)
    own = ahead.rate[:, None] / (np.sqrt(square) + optimizer.epsilon)
    return replace(ahead, v=softened(ahead.v, own * tau))


class _Rule(NamedTuple):
    """What an optimizer does and takes.

    step: (optimizer, state, slope) → the next state; shrink: the proximal step after it, from (optimizer,
    state, next state, slope, tau); remembers: how many arrays like v; takes: its parameters
    """

    step: Callable[[Optimizer, State, Floats], State]
    shrink: Callable[[Optimizer, State, State, Floats, Floats], State]
    remembers: int
    takes: tuple[str, ...]


_RULES = {
    "gd": _Rule(_gd, _shrink, 0, _STEPS),
    "momentum": _Rule(_momentum, _shrink_carried, 1, (*_STEPS, "momentum", "batch")),
    "nesterov": _Rule(_nesterov, _shrink_ahead, 1, (*_STEPS, "momentum")),
    "sgd": _Rule(_gd, _shrink, 0, (*_STEPS, "batch")),
    "adam": _Rule(_adam, _shrink_scaled, 2, (*_STEPS, "beta1", "beta2", "epsilon", "batch")),
}
_TAKES = {name: rule.takes for name, rule in _RULES.items()} | {"lbfgs": ()}


def parse_optimizer(spec: Spec) -> Optimizer:
    """The optimizer that a spec names.

    Raises UsageError for an unknown name, a parameter it does not take, or a value out of its range.
    """
    if spec.name not in _TAKES:
        known = ("auto", *_TAKES)
        offer = f"Write one of {', '.join(known)}"
        raise unknown(f"There is no optimizer {spec.name!r}", spec.name, known, offer)
    settings: dict[str, float | str | int] = {"batch": _BATCH} if spec.name == "sgd" else {}
    for key, value in spec.params:
        _check(spec.name, key, value)
        settings[key] = int(value) if key == "batch" else value
    return Optimizer(spec.name, **settings)  # type: ignore[arg-type]


def _check(name: str, key: str, value: float | str) -> None:
    allowed = _TAKES[name]
    if key not in allowed:
        offer = f"{name} takes {', '.join(allowed)}" if allowed else f"{name} takes no parameter"
        raise unknown(f"{name} has no parameter {key!r}", key, allowed, offer)
    if key == "schedule":
        if value not in SCHEDULES:
            offer = f"Write one of {', '.join(SCHEDULES)}"
            raise unknown(f"{name}: there is no schedule {value!r}", str(value), SCHEDULES, offer)
        return
    domain, example = _DOMAINS[key]
    if isinstance(value, str) or not domain.contains(np.float64(value)):  # type: ignore[arg-type]
        raise UsageError(
            f"{name}:{key}={value} is not {domain}", advice=f"For example {name}:{key}={example}"
        )


@dataclass(frozen=True, eq=False)
class Trace:
    """Where m models ended, and how they came there.

    v, gradient: (m, d); value, iterations, converged, diverged: (m,); iterations are passes over the
    rows. curve: (iteration, objectives (m,)), of every iteration up to 100 and some 400 later ones; a
    model that has ended keeps its value.
    """

    v: Floats
    value: Floats
    gradient: Floats
    iterations: Codes
    converged: Mask
    diverged: Mask
    curve: list[tuple[int, Floats]]


def run(
    objective: Objective, optimizer: Optimizer, *, start: Floats, max_iter: int, tol: float, rng: Generator
) -> Trace:
    """Descend from start (m, d) for max_iter iterations at most; an iteration passes over the rows once.

    A model has converged where no component of its gradient is more than tol × the root mean square over
    rows of the largest slope within 1.5 units of a match (the spread of the target where scores are in its
    unit, else 1): tol is free of the units of target and loss. It has diverged where its next point has an
    objective or gradient that is not finite; it stays at the last one that has.

    A rate that is not written is, model by model, 1/L, where L is the largest secant curvature of the loss
    × the largest eigenvalue of Z'WZ, plus l2 (for mini-batches that of Gower et al. 2019,
    arXiv:1901.09401); for a loss whose slope jumps or never bends R/G, where R is the root mean square of
    y - score at the start, or 1 where scores are not in the unit of y, and G bounds the slope, times
    1 - momentum where steps add up; for adam 0.05 R. lbfgs finds its own.

    With an l1 penalty values are whole objectives, gradients those without it, and the smallest subgradient
    tells where a model has converged; lbfgs knows no such penalty.

    rng shuffles the rows, once for each pass with mini-batches, alike for all models.
    """
    with np.errstate(all="ignore"):
        sizes, curve = measured(objective, start), _Curve(len(start), max_iter)
        limit = tol * sizes.slope
        if optimizer.name == "lbfgs":
            return _quasi_newton(objective, start, limit, lipschitz(objective, sizes, None), curve)
        pace = _pace(objective, optimizer, sizes, max_iter)
        which, state = np.arange(len(start)), optimizer.init(start, pace(1))
        moving = _Moving(which, state, *objective.whole(start, which))
        ended = lbfgs.Descent.blank(*start.shape)
        lost, points = ended.converged.copy(), curve.points
        end = Trace(ended.v, ended.value, ended.gradient, ended.iterations, ended.converged, lost, points)
        for iteration in range(max_iter + 1):
            curve.see(iteration, moving.which, moving.value)
            done = np.abs(moving.slope_left(objective)).max(axis=1) <= limit[moving.which]
            end.converged[moving.settled(objective, end, done, iteration)] = True
            moving = moving.kept(~done)
            if iteration == max_iter or not len(moving.which):
                break
            ahead = moving.ahead(objective, optimizer, pace(iteration + 1)[moving.which], rng)
            finite = np.isfinite(ahead.value) & np.isfinite(ahead.gradient).all(axis=1)
            end.diverged[moving.settled(objective, end, ~finite, iteration)] = True
            moving = ahead.kept(finite)
            if not len(moving.which):
                break
        moving.settled(objective, end, np.ones(len(moving.which), dtype=np.bool_), iteration)
        curve.close(iteration)
    return end


@dataclass(frozen=True, eq=False)
class _Moving:
    """The models still in motion: which they are (k,), their states, values (k,) and gradients (k, d)."""

    which: Codes
    state: State
    value: Floats
    gradient: Floats

    def kept(self, stay: Mask) -> "_Moving":
        return _Moving(self.which[stay], self.state.kept(stay), self.value[stay], self.gradient[stay])

    def settled(self, objective: Objective, end: Trace, gone: Mask, iteration: int) -> Codes:
        """Write down where models end; which they are."""
        at = self.which[gone]
        end.v[at], end.value[at] = self.state.v[gone], self.value[gone]
        end.gradient[at] = self.slope_left(objective)[gone]
        end.iterations[at] = iteration
        return at

    def ahead(self, objective: Objective, optimizer: Optimizer, rate: Floats, rng: Generator) -> "_Moving":
        """One pass over the rows further."""
        state, n = replace(self.state, rate=rate), len(objective.design.w)
        tau = objective.pulls(self.which) if objective.l1.any() else None
        if optimizer.batch is None:
            state = optimizer.update(state, self.gradient, tau)
        else:
            order = rng.permutation(n)
            for first in range(0, n, optimizer.batch):
                rows = order[first : first + optimizer.batch]
                state = optimizer.update(state, objective.gradient_on(state.v, self.which, rows), tau)
        return _Moving(self.which, state, *objective.whole(state.v, self.which))

    def slope_left(self, objective: Objective) -> Floats:
        """(k, d) The gradients; with an l1 penalty the smallest subgradients."""
        if not objective.l1.any():
            return self.gradient
        return least_slope(self.gradient, self.state.v, objective.pulls(self.which))


def _pace(objective: Objective, optimizer: Optimizer, sizes: Sizes, max_iter: int) -> Callable[[int], Floats]:
    """Iteration of 1…max_iter → rates (m,): as written, else as `run` tells."""
    if optimizer.rate is not None:
        rate = np.full(len(sizes.reach), optimizer.rate)
    elif optimizer.name == "adam":
        rate = _ADAM * sizes.reach
    else:
        rate = found_rate(objective, sizes, optimizer.batch, optimizer.carried)
    usual = "cosine" if optimizer.name in ("sgd", "adam") else None
    smooth = SCHEDULES[optimizer.schedule or usual or "constant"]
    kinked = SCHEDULES[optimizer.schedule or usual or "sqrt"]
    return lambda t: rate * np.where(sizes.kinked, kinked(t, max_iter), smooth(t, max_iter))


def _quasi_newton(
    objective: Objective, start: Floats, limit: Floats, bound: Floats, curve: "_Curve"
) -> Trace:
    """limit: of slopes (m,); bound: of curvature, L (m,)."""
    which, last = np.arange(len(start)), curve.last
    # Where ½ g'H⁻¹g is below ½ limit²/L, |g| is below limit; a tenth of it, as H is an estimate.
    floor = 0.05 * limit**2 / np.where(bound > 0, bound, 1.0)
    end = lbfgs.minimise(objective, start, which, tol=0.0, floor=floor, max_iter=last, observe=curve.see)
    curve.close(int(end.iterations.max()))
    converged, lost = np.abs(end.gradient).max(axis=1) <= limit, ~np.isfinite(end.value)
    return Trace(end.v, end.value, end.gradient, end.iterations, converged, lost, curve.points)


class _Curve:
    """The objectives by iteration."""

    def __init__(self, m: int, last: int) -> None:
        self.points: list[tuple[int, Floats]] = []
        self.last = last
        self._values = np.full(m, np.nan)
        later = np.geomspace(_SHOWN, max(last, _SHOWN), _LATER).astype(np.intp)
        self._shown = {*range(_SHOWN), *later.tolist()}

    def see(self, iteration: int, which: Codes, values: Floats) -> None:
        self._values[which] = values
        if iteration in self._shown:
            self.points.append((iteration, self._values.copy()))

    def close(self, iteration: int) -> None:
        """The last iteration is in the curve."""
        if self.points[-1][0] < iteration:
            self.points.append((iteration, self._values.copy()))
