"""Limited-memory BFGS on many models in lockstep; finished models leave.

Nocedal 1980, doi:10.1090/S0025-5718-1980-0572855-7, with the metric of the penalty and backtracking by
halves. Needs value and slope only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from losscli.descent.objective import negligible, spared
from losscli.domain import Codes, Floats, Mask

PAIRS = 10
_ARMIJO = 1e-4
_HALVINGS = 40
_ALIKE = 0.01  # of the bend between two attempts: how far it may be from that of a parabola
_STALLS = 3  # iterations without a decrease before a model is given up

Observer = Callable[[int, Codes, Floats], None]  # iteration, models still in motion (k,), values (k,)


class Smooth(Protocol):
    """What is descended on: strengths of penalties, penalty, level and unit as in `Objective`."""

    l2: Floats
    penalty: Floats
    level: Floats
    unit: Floats

    def evaluate(self, v: Floats, which: Codes) -> tuple[Floats, Floats]:
        """(values (m,), gradients (m, d)) of some models."""


@dataclass(frozen=True, eq=False)
class Descent:
    """Where m models ended. decrease: the estimated decrease left, ½ g·step; converged: it is below
    the tolerance."""

    v: Floats  # (m, d)
    value: Floats  # (m,)
    gradient: Floats  # (m, d)
    decrease: Floats  # (m,)
    iterations: Codes  # (m,)
    converged: Mask  # (m,)

    @classmethod
    def blank(cls, m: int, d: int) -> "Descent":
        v, value, count = np.zeros((m, d)), np.zeros(m), np.zeros(m, np.intp)
        return cls(v, value, v.copy(), value.copy(), count, np.zeros(m, np.bool_))

    def give(self, places: Codes, others: Codes) -> None:
        """The others end where some have."""
        for part in (self.v, self.value, self.gradient, self.decrease, self.iterations, self.converged):
            part[others] = part[places]


class _State:
    """The models still in motion."""

    def __init__(self, objective: Smooth, v: Floats, which: Codes) -> None:
        self.objective, self.which = objective, which
        self.place = np.arange(len(which))  # of each in the result
        self.v = v
        self.value, self.gradient = objective.evaluate(v, which)
        bend = _bend(objective, v, self.gradient, which)
        # (m, d): the curvature before any pair is known
        self.metric = np.maximum(bend[:, None] + objective.l2[which, None] * objective.penalty, 1e-300)
        self.pairs: list[tuple[Floats, Floats, Floats]] = []
        self.gamma = np.ones(len(which))  # the newest pair's curvature against the metric's
        self.stalls = np.zeros(len(which), dtype=np.intp)

    def keep(self, stay: Mask) -> None:
        self.which, self.place, self.v = self.which[stay], self.place[stay], self.v[stay]
        self.value, self.gradient, self.metric = self.value[stay], self.gradient[stay], self.metric[stay]
        self.pairs = [(s[stay], y[stay], rho[stay]) for s, y, rho in self.pairs]
        self.gamma, self.stalls = self.gamma[stay], self.stalls[stay]

    def step(self) -> Floats:
        """The direction to go against: an inverse Hessian times the gradient, by the two-loop recursion."""
        q = self.gradient.copy()
        factors = []
        for s, y, rho in reversed(self.pairs):
            alpha = rho * np.vecdot(s, q)
            q -= alpha[:, None] * y
            factors.append(alpha)
        z = q / self.metric * self.gamma[:, None]
        for (s, y, rho), alpha in zip(self.pairs, reversed(factors), strict=True):
            z += (alpha - rho * np.vecdot(y, z))[:, None] * s
        return z

    def move(self, z: Floats) -> None:
        """Go to v - t z, the t of each model halved until its objective falls."""
        decrease = np.vecdot(z, self.gradient)
        t, open_ = np.ones(len(self.which)), np.arange(len(self.which))
        v, value, gradient = self.v.copy(), self.value.copy(), self.gradient.copy()
        which = self.which
        for _ in range(_HALVINGS):
            trial = self.v[open_] - t[open_, None] * z[open_]
            at, slope = self.objective.evaluate(trial, which)
            lower = at <= self.value[open_] - _ARMIJO * t[open_] * decrease[open_]
            fell = lower & np.isfinite(slope).all(axis=1)
            done = open_[fell]
            v[done], value[done], gradient[done] = trial[fell], at[fell], slope[fell]
            open_ = open_[~fell]
            if not len(open_):
                break
            which = self.which[open_]
            t[open_] /= 2
        self._remember(v - self.v, gradient - self.gradient)
        self.stalls[open_] += 1
        self.forget(open_)
        self.v, self.value, self.gradient = v, value, gradient

    def forget(self, models: Codes | Mask) -> None:
        """Some models begin again with the metric."""
        for _, _, rho in self.pairs:
            rho[models] = 0.0
        self.gamma[models] = 1.0

    def _remember(self, s: Floats, y: Floats) -> None:
        """A pair without clear curvature is none."""
        curvature = np.vecdot(s, y)
        clear = curvature > 1e-12 * np.sqrt(np.vecdot(s, s) * np.vecdot(y, y))
        rho = np.where(clear, 1.0 / np.where(clear, curvature, 1.0), 0.0)
        size = np.vecdot(y, y / self.metric)
        known = clear & (size > 0)
        self.gamma = np.where(known, curvature / np.where(known, size, 1.0), self.gamma)
        self.pairs = [*self.pairs[-(PAIRS - 1) :], (s, y, rho)]


@np.errstate(over="ignore", invalid="ignore")  # a step may be far too long
def minimise(
    objective: Smooth,
    start: Floats,
    which: Codes,
    *,
    tol: float,
    floor: Floats,
    max_iter: int,
    observe: Observer | None = None,
    model: Codes | None = None,
) -> Descent:
    """Descend from start (m, d) until ½ g·step ≤ tol·|objective| + floor (m,), or max_iter.

    model: (m,), ascending, where some are attempts at the same: of those that are in one bowl the lowest goes
    on, and its end is theirs.
    """
    state = _State(objective, start.copy(), which)
    end = Descent.blank(*start.shape)
    heirs: list[tuple[Codes, Codes]] = []
    for iteration in range(max_iter + 1):
        if observe is not None:
            observe(iteration, state.place, state.value)
        z = state.step()
        left = 0.5 * np.vecdot(z, state.gradient)
        uphill = left < 0
        if uphill.any():
            state.forget(uphill)
            z[uphill] = state.gradient[uphill] / state.metric[uphill]
            left = 0.5 * np.vecdot(z, state.gradient)
        enough = negligible(state.value, objective.level[state.which], tol)
        done = left <= enough + spared(state.value, floor[state.place])
        gone = done | (state.stalls >= _STALLS) | ~np.isfinite(state.value) | (iteration == max_iter)
        if gone.any():
            at = state.place[gone]
            end.v[at], end.value[at], end.gradient[at] = (
                state.v[gone],
                state.value[gone],
                state.gradient[gone],
            )
            end.decrease[at], end.iterations[at], end.converged[at] = left[gone], iteration, done[gone]
            if gone.all():
                break
            state.keep(~gone)
            z = z[~gone]
        state.move(z)
        if model is not None:
            heir = _heirs(state, end, model)
            heirs.append((state.place[heir >= 0], heir[heir >= 0]))
            state.keep(heir < 0)
            if not len(state.place):
                break
    for places, own in reversed(heirs):
        end.give(own, places)
    return end


def _heirs(state: _State, end: Descent, model: Codes) -> Codes:
    """(k,) Of each model in motion the place of the lowest attempt at the same, where the objective is a
    parabola from one to the other; -1 where it is not, or that is itself."""
    v, gradient, value = end.v.copy(), end.gradient.copy(), np.where(end.converged, end.value, np.inf)
    v[state.place], gradient[state.place], value[state.place] = state.v, state.gradient, state.value
    heir = np.lexsort((value, model))[np.searchsorted(model, model[state.place])]
    away = state.v - v[heir]
    bend = np.vecdot(away, state.gradient - gradient[heir])
    rise = 0.5 * np.vecdot(away, state.gradient + gradient[heir])
    alike = np.abs(state.value - value[heir] - rise) <= _ALIKE * bend
    return np.where(alike & (bend > 0), heir, -1)


def _bend(objective: Smooth, v: Floats, gradient: Floats, which: Codes) -> Floats:
    """The curvature of each objective along its gradient, by a step that moves scores a little."""
    size = np.linalg.norm(gradient, axis=1)
    reach = 1e-3 * objective.unit[which] / np.where(size > 0, size, 1.0)
    _, ahead = objective.evaluate(v - reach[:, None] * gradient, which)
    bend = np.abs(np.vecdot(gradient - ahead, gradient)) / np.where(size > 0, reach * size**2, 1.0)
    return np.where((size > 0) & np.isfinite(bend) & (bend > 0), bend, 1.0)
