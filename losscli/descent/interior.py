"""Piecewise-linear convex losses by an interior point method on their boxed dual, in lockstep.

A loss whose slope jumps up by J_k at kinks κ_k is a line plus Σ J_k·max(0, s - κ_k). With
s - κ = u - l, u, l ≥ 0, every jump has a dual a in [0, w·J], and the gap between primal and dual bounds
how far the objective is above its least value. Predictor and corrector: Mehrotra 1992,
doi:10.1137/0802028; the boxed dual for regression quantiles: Portnoy and Koenker 1997,
doi:10.1214/ss/1030037960.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from losscli.descent.design import Design
from losscli.descent.objective import ROUNDING, Trainee, negligible, spared
from losscli.descent.systems import Held, System, system_of
from losscli.domain import Codes, Floats, Mask
from losscli.loss import Argument

_ROUNDS = 100
SMALL = 1e-7  # of the objective: a gap that rounding may leave
_STUCK = 3  # rounds in which a small gap does not shrink before it is taken as it is
_INNER = (0.05, 0.95)  # where duals start in their box
_WALLS = (0.99, 0.9995)  # share of the way to a wall, in the first rounds and then
_SHORT, _LITTLE = 0.1, 0.9  # a shorter step, or one that leaves more, is taken towards the centre instead
_INSIDE = 0.9  # share of the way to a wall that such a step goes
_CAREFUL = 3  # first rounds
_PROBES = (0.03, 0.2, 0.5, 0.8, 0.97)  # shares of the way between kinks at which a slope must be the same


Lines = tuple[Floats | float, Floats | float]  # constants (m,) and slopes (m, q) of objectives


class Hinges(NamedTuple):
    """The row losses of m models: kinks (m, K, n), ascending; the value at the first and the slope left
    of it (m, n); the jump of the slope at each kink (m, K, n)."""

    kinks: Floats
    value: Floats
    left: Floats
    jumps: Floats


@dataclass(frozen=True, eq=False)
class Vertex:
    """Where m models ended. gap: objective minus the dual's bound, (m,)."""

    v: Floats  # (m, q)
    gap: Floats
    iterations: Codes
    converged: Mask

    @classmethod
    def joined(cls, parts: Sequence["Vertex"]) -> "Vertex":
        """Models one after the other."""
        arrays = ((part.v, part.gap, part.iterations, part.converged) for part in parts)
        return cls(*map(np.concatenate, zip(*arrays, strict=True)))

    def of(self, which: Sequence[int] | Codes) -> "Vertex":
        """Some of the models, in that order."""
        return Vertex(self.v[which], self.gap[which], self.iterations[which], self.converged[which])

    @classmethod
    def at(cls, start: Floats) -> "Vertex":
        """Nothing known yet. start: (m, q)."""
        m = len(start)
        return cls(start.copy(), np.full(m, np.inf), np.zeros(m, np.intp), np.zeros(m, np.bool_))


def hinges(model: Trainee, y: Floats) -> Hinges | None:
    """The kinks of a model's row losses of the score, (1, K, n); None unless the loss is piecewise linear.

    y: (n,). The slopes are read off the record, between and beyond its kinks.
    """
    loss, params = model.bound.loss, dict(model.bound.params)
    places = sorted(loss.kinks(params))
    if not places or loss.slope is None or loss.link.name != "identity":
        return None
    far = 1.0 + max(abs(place) for place in places)
    ends = (places[0] - far, *places, places[-1] + far)

    def at(function: Callable[..., Floats], place: float) -> Floats:
        spot = np.full(len(y), place)
        arguments = (y, y + spot) if loss.argument is Argument.PREDICTION else (spot,)
        return np.broadcast_to(function(*arguments), (len(y),))

    slopes = np.array([[at(model.bound.slope, a + x * (b - a)) for x in _PROBES] for a, b in pairwise(ends)])
    beyond = np.array([at(model.bound.slope, x) for x in (places[0] - 2 * far, places[-1] + 2 * far)])
    if not (slopes == slopes[:, :1]).all() or not np.array_equal(beyond, slopes[[0, -1], 0]):
        return None
    slopes = slopes[:, 0]
    value = at(model.bound.value, places[0])
    kinks = np.repeat(np.array(places)[:, None], len(y), axis=1)
    if loss.argument is Argument.MARGIN:  # of m = ±s: mirrored for the negative class
        negative = y == 0
        kinks = np.where(negative, -kinks[::-1], kinks)
        value = np.where(negative, at(model.bound.value, places[-1]), value)
        slopes = np.where(negative, -slopes[::-1], slopes)
    else:
        kinks = kinks + y
    return Hinges(kinks[None], value[None], slopes[None, 0], np.diff(slopes, axis=0)[None])


def stacked(parts: Sequence[Hinges]) -> Hinges:
    """Models of the same number of kinks, one after the other."""
    return Hinges(*map(np.concatenate, zip(*parts, strict=True)))


def row_values(own: Hinges, scores: Floats) -> Floats:
    """(m, n) The losses themselves at scores (m, n)."""
    line = own.value + own.left * (scores - own.kinks[:, 0])
    return np.asarray(line + (own.jumps * np.maximum(scores[:, None] - own.kinks, 0.0)).sum(axis=1))


class _Problem:
    """The primal and dual of m models in the coordinates of a system; arrays as in `Hinges`, weighted."""

    def __init__(
        self, system: System, w: Floats, own: Hinges, l2: Floats, penalty: Floats, rest: Lines
    ) -> None:
        """w: (n,); penalty: (m, q)."""
        self.coordinates = system
        self.kinks, self.box = own.kinks, own.jumps * w
        self.left = own.left * w
        self.line = system.pulled(self.left) + rest[1]  # (m, q)
        self.constant = ((own.value - own.left * own.kinks[:, 0]) * w).sum(axis=1) + rest[0]
        self.l2, self.penalty = l2, penalty

    def keep(self, stay: Mask) -> None:
        self.kinks, self.box = self.kinks[stay], self.box[stay]
        self.left, self.line, self.constant = self.left[stay], self.line[stay], self.constant[stay]
        self.l2, self.penalty = self.l2[stay], self.penalty[stay]

    def beyond(self, v: Floats) -> Floats:
        """(m, K, n) How far each score is beyond each kink."""
        return np.asarray(self.coordinates.scores(v)[:, None] - self.kinks)

    def pulled(self, a: Floats) -> Floats:
        """(m, q) The duals, or any (m, K, n), in coordinates."""
        return self.coordinates.pulled(a.sum(axis=1))

    def stationarity(self, v: Floats, a: Floats) -> Floats:
        return self.line + self.penalty * v + self.pulled(a)

    def values(self, v: Floats, s: Floats) -> Floats:
        """(m,) The objectives."""
        lines = self.constant + (self.line * v).sum(axis=1)
        penalties = 0.5 * (self.penalty * v * v).sum(axis=1)
        return np.asarray(lines + (self.box * np.maximum(s, 0.0)).sum(axis=(1, 2)) + penalties)

    def value(self, v: Floats, i: int) -> float:
        """The objective of model i at v: (q,)."""
        s = self.coordinates.scores(v[None]) - self.kinks[i]
        hinged = (self.box[i] * np.maximum(s, 0.0)).sum()
        return float(self.constant[i] + self.line[i] @ v + hinged + 0.5 * self.penalty[i] @ (v * v))

    def bounds(self, v: Floats, a: Floats) -> tuple[Floats, Floats]:
        """((m,) the dual's values, (m,) how far they may be off): no objective is lower than their
        difference. Penalised coordinates are the dual's own; the slopes left in the others count."""
        slope = self.line + self.pulled(a)
        free = self.penalty == 0.0
        penalties = np.where(free, 0.0, slope * slope / np.where(free, 1.0, 2.0 * self.penalty))
        value = self.constant - penalties.sum(axis=1) - (a * self.kinks).sum(axis=(1, 2))
        return value, (np.abs(slope * v) * free).sum(axis=1)


def minimise(
    design: Design,
    own: Hinges,
    l2: Floats,
    start: Floats,
    *,
    tol: float,
    level: Floats,
    floor: Floats,
    unit: Floats | None = None,
    rest: Lines = (0.0, 0.0),
) -> Vertex:
    """Models to a gap that is negligible: tol times objective or level, or floor (m,); start: (m, q), l2:
    (m,); level as in `Objective`; unit: (m,), the size of scores, found from the kinks where it is None;
    rest: what rows that are lines add, in coordinates of a design without levels.

    The vertex that the interior point points at replaces it where its objective is no higher.
    """
    if unit is None:  # in which kinks and scores are of size 1
        bulk = own.kinks - np.median(own.kinks, axis=(1, 2), keepdims=True)
        unit = np.median(np.abs(bulk), axis=(1, 2))
        unit = np.where(unit > 0, unit, 1.0)
    one = Hinges(own.kinks / unit[:, None, None], own.value / unit[:, None], own.left, own.jumps)
    l2 = l2 * unit
    near = start / unit[:, None] / (1.0 + l2[:, None] * design.penalty)
    system, w, penalty = system_of(design, l2), design.w, l2[:, None] * design.penalty
    if system.order is not None:
        one, w = Hinges(*(part[..., system.order] for part in one)), w[system.order]
    problem = _Problem(system, w, one, l2, penalty, (rest[0] / unit, rest[1]))
    found = _minimise(problem, system.entered(near), tol, level / unit, floor / unit)
    v = system.left(found.v) * unit[:, None]
    return Vertex(v, found.gap * unit, found.iterations, found.converged)


def _minimise(problem: _Problem, start: Floats, tol: float, level: Floats, floor: Floats) -> Vertex:
    m = len(start)
    end = Vertex.at(start)
    place, best = np.arange(m), np.full(m, np.inf)
    point = _Point.start(problem, start)
    stuck = np.zeros(m, np.intp)
    for iteration in range(_ROUNDS):
        value = problem.values(point.v, point.s)
        bound, slack = problem.bounds(point.v, point.a)
        gap = value - bound
        merit = np.abs(gap) + slack
        better = merit < best[place]
        at = place[better]
        best[at], end.v[at], end.gap[at] = merit[better], point.v[better], gap[better]
        end.iterations[place] = iteration
        rounding = spared(value, floor[place])
        small = best[place] <= negligible(value, level[place], SMALL) + rounding
        stuck[place] = np.where(better | ~small, 0, stuck[place] + 1)
        done = merit <= negligible(value, level[place], tol) + rounding
        stopped = (stuck[place] >= _STUCK) | ~np.isfinite(merit) | (iteration == _ROUNDS - 1)
        gone = done | stopped
        if gone.any():
            end.converged[place[gone]] = (done | small)[gone]
            for i in np.flatnonzero(done).tolist():
                end.v[place[i]] = _vertex(problem, point, i)
            if gone.all():
                break
            place = place[~gone]
            problem.keep(~gone)
            point = point.kept(~gone)
        point = point.moved(problem, _WALLS[iteration >= _CAREFUL])
    return end


def _vertex(problem: _Problem, point: "_Point", i: int) -> Floats:
    """The point where the kinks that hold model i meet; the interior one where that is lower."""
    v: Floats = point.v[i]
    inside = np.minimum(point.a[i], point.room[i]) / problem.box[i]
    size = np.median(np.abs(point.s[i]))
    basis = point.u[i] + point.l[i] < inside * size
    _, held = np.nonzero(basis)
    if not 0 < len(held) <= 4 * len(v):
        return v
    above = np.where(point.u[i] > point.l[i], problem.box[i], 0.0) * ~basis
    right = -problem.line[i] - problem.coordinates.pulled(above.sum(axis=0)[None])[0]
    corner = problem.coordinates.corner(v, Held(held, problem.kinks[i][basis]), right, problem.penalty[i])
    value = problem.value(v, i)
    return corner if problem.value(corner, i) <= value + ROUNDING * abs(value) else v


class _Point(NamedTuple):
    """An interior point: s = u - l beyond the kinks, a and its room box - a above 0."""

    v: Floats
    s: Floats
    u: Floats
    l: Floats  # noqa: E741 - lower part, beside u, the upper
    a: Floats
    room: Floats

    @classmethod
    def start(cls, problem: _Problem, v: Floats) -> "_Point":
        s = problem.beyond(v)
        slack = 0.3 * np.abs(s).mean(axis=(1, 2), keepdims=True)
        slack = np.where(slack > 0, slack, 1.0)
        share = np.clip(-problem.left / problem.box.sum(axis=1), *_INNER)  # a flat row, as near as it may be
        a = problem.box * share[:, None]
        return cls(v, s, np.maximum(s, 0) + slack, np.maximum(-s, 0) + slack, a, problem.box - a)

    def kept(self, stay: Mask) -> "_Point":
        return _Point(*(part[stay] for part in self))

    def moved(self, problem: _Problem, wall: float) -> "_Point":
        """One step: the affine direction tells how far to aim at the centre, the corrector goes there;
        where that leads into a wall, a plain step towards the centre."""
        with np.errstate(all="ignore"):
            newton = _Newton(problem, self)
            upper, lower = -self.u * self.room, -self.l * self.a
            affine = newton.step(upper, lower)
            p, d = self._lengths(problem, affine, 1.0)
            far = self._along(affine, p, d)
            mu = _mean_product(self)
            target = (mu * (_mean_product(far) / mu) ** 3)[:, None, None]
            upper_turn, lower_turn = affine.du * affine.da, affine.dl * affine.da
            step = newton.step(upper + target + upper_turn, lower + target - lower_turn)
            p, d = self._lengths(problem, step, wall)
            end = self._along(step, p, d)
            astray = (np.minimum(p, d)[:, 0, 0] < _SHORT) | (_mean_product(end) > _LITTLE * mu)
            if astray.any():
                centre = mu[:, None, None] / 2
                step = step.where(~astray, newton.step(upper + centre, lower + centre))
                p, d = self._lengths(problem, step, np.where(astray, _INSIDE, wall)[:, None, None])
                end = self._along(step, p, d)
            return end._replace(s=problem.beyond(end.v))

    def _along(self, step: "_Step", p: Floats, d: Floats) -> "_Point":
        """p, d: (m, 1, 1), how far the primal and the dual go."""
        return _Point(
            self.v + p[:, 0] * step.dv,
            self.s,
            self.u + p * step.du,
            self.l + p * step.dl,
            self.a + d * step.da,
            self.room - d * step.da,
        )

    def _lengths(self, problem: _Problem, step: "_Step", wall: float | Floats) -> tuple[Floats, Floats]:
        """(m, 1, 1) each: how far the primal and the dual may go; one length where they are coupled."""
        primal = np.minimum(room(self.u, step.du), room(self.l, step.dl))
        dual = np.minimum(room(self.a, step.da), room(self.room, -step.da))
        return lengths(primal, dual, wall, problem.l2)


class _Step(NamedTuple):
    """A direction of every variable of a point; that of room is -da."""

    dv: Floats
    du: Floats
    dl: Floats
    da: Floats

    def where(self, own: Mask, other: "_Step") -> "_Step":
        """This direction for some models (m,), another for the rest."""
        pairs = zip(self, other, strict=True)
        return _Step(*(np.where(own.reshape(-1, *(1,) * (a.ndim - 1)), a, b) for a, b in pairs))


class _Newton:
    """The linear system at a point; what is asked of the products is all that varies."""

    def __init__(self, problem: _Problem, point: _Point) -> None:
        self.problem, self.point = problem, point
        self.h = 1.0 / (point.u / point.room + point.l / point.a)
        self.solve = problem.coordinates.solver(self.h.sum(axis=1), problem.penalty)
        self.dual = -problem.stationarity(point.v, point.a)
        self.primal = point.s - point.u + point.l

    def step(self, upper: Floats, lower: Floats) -> _Step:
        """The direction that changes the products u·room and l·a by upper and lower, to first order."""
        point = self.point
        bias = self.primal - upper / point.room + lower / point.a
        dv = self.solve(self.dual - self.problem.pulled(self.h * bias))
        da = self.h * (self.problem.coordinates.scores(dv)[:, None] + bias)
        return _Step(dv, (upper + point.u * da) / point.room, (lower - point.l * da) / point.a, da)


def _mean_product(point: _Point) -> Floats:
    """(m,) How far a point is from the walls: the mean of u·room and l·a."""
    both = (point.u * point.room).sum(axis=(1, 2)) + (point.l * point.a).sum(axis=(1, 2))
    return np.asarray(both / (2.0 * point.a[0].size))


def room(x: Floats, dx: Floats) -> Floats:
    """(m, 1, …) The longest step along dx that keeps x ≥ 0. x, dx: (m, …)."""
    shrink = (-dx / x).max(axis=tuple(range(1, x.ndim)), keepdims=True)
    return np.where(shrink > 0, 1.0 / np.where(shrink > 0, shrink, 1.0), np.inf)


def lengths(primal: Floats, dual: Floats, wall: float | Floats, l2: Floats) -> tuple[Floats, Floats]:
    """How far the primal and the dual may go of the room that there is, (m, 1, …) each: the share `wall` of
    it, and at most the whole step; one length where a penalty l2 (m,) couples them."""
    primal, dual = np.minimum(1.0, wall * primal), np.minimum(1.0, wall * dual)
    both, coupled = np.minimum(primal, dual), l2.reshape(-1, *(1,) * (primal.ndim - 1)) > 0
    return np.where(coupled, both, primal), np.where(coupled, both, dual)
