"""Piecewise-linear convex losses of one score per class by an interior point method, in lockstep.

Class j's lead is its score minus the true class's. A row's loss adds up terms, and a term is the largest
of pieces: 0 and Δ + a lead each. With slacks ξ - piece ≥ 0 every piece has a dual a ≥ 0, the duals of a
term add up to its weight, and the gap between primal and dual bounds how far the objective is above its
least value. Eliminating ξ row by row leaves a Laplacian over the classes: rows pull every two classes
apart with a conductance of their own. Predictor and corrector: Mehrotra 1992, doi:10.1137/0802028; the
correctors that keep the products of slacks and duals together: Gondzio 1996, doi:10.1007/BF00249643; the
dual: Crammer and Singer 2001, Journal of Machine Learning Research 2, 265-292.
"""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np

from losscli.descent import interior, screened
from losscli.descent.design import Design
from losscli.descent.ends import Solution, certified
from losscli.descent.interior import Hinges, Vertex
from losscli.descent.methods.method import Method
from losscli.descent.objective import Trainee, spared
from losscli.descent.workspace import Workspace
from losscli.domain import Codes, Floats, Mask
from losscli.loss import BoundLoss

_ROUNDS = 100
_WALL = 0.9995  # share of the way to a wall
_CORRECTORS = 2
_LONGER = 1.5  # a corrector's step against the one before it
_FAR = 10.0  # products within this factor of their target are left alone
_APART_BY = 3.0  # slacks at the start, in mean differences between the pieces of a term
_EVEN = 0.1  # of the duals at the start, spread evenly over the classes
_RIDGE = 1e-15  # of the least curvature, so that no pivot is 0; more would hold up the last steps
_SPENT = 1e-4  # of what may be left: products that add up to less leave rounding alone to gain
_CELLS = 1 << 20  # of the products behind some blocks of one matrix

_LARGEST = ("crammer_singer_hinge",)  # one term a row: the largest of all leads counts
_EACH = ("multi_margin",)  # a term a class, and their mean
_APART = ("ova_hinge",)  # a model a class: no leads


def handles(bound: BoundLoss) -> bool:
    """Whether a loss is made of terms as told above."""
    linear = dict(bound.params).get("power", 1.0) == 1.0
    return bound.loss.name in _LARGEST + _EACH + _APART and linear


def minimise(
    design: Design, bound: BoundLoss, codes: Codes, l2: Floats, start: Floats, *, tol: float, floor: Floats
) -> Vertex:
    """Models of one loss, to a gap of tol times their objective, or of floor (m,).

    codes: (n,), the true classes; l2: (m,); start: (m, k·q), class by class, as are the coordinates that
    come back. These add up to 0 over the classes where only leads count.
    """
    if bound.loss.name in _APART:
        return _apart(design, codes, l2, start, tol, floor)
    problem = _Problem(design, bound, codes, start.shape[1] // design.rank, l2)
    return _descend(problem, problem.centred(start), tol, floor)


def _apart(design: Design, codes: Codes, l2: Floats, start: Floats, tol: float, floor: Floats) -> Vertex:
    """The one-versus-all hinge: k models of a binary hinge each."""
    m, q, n = len(l2), design.rank, len(codes)
    k = start.shape[1] // q
    side = np.where(codes == np.arange(k)[:, None], 1.0, -1.0)
    own = Hinges(
        np.tile(side, (m, 1))[:, None],
        np.zeros((m * k, n)),
        np.tile(np.minimum(-side, 0.0) / k, (m, 1)),
        np.full((m * k, 1, n), 1.0 / k),
    )
    ends = screened.minimise(
        design,
        own,
        np.repeat(l2, k),
        start.reshape(m * k, q),
        tol=tol,
        level=np.full(m * k, np.inf),
        floor=np.repeat(floor / k, k),
    )
    return Vertex(
        ends.v.reshape(m, k * q),
        ends.gap.reshape(m, k).sum(axis=1),
        ends.iterations.reshape(m, k).max(axis=1),
        np.asarray(ends.converged.reshape(m, k).all(axis=1)),
    )


class _Problem:
    """The primal and dual of m models on one design. Pieces are (m, terms, pieces, n): (1, k), the true
    class's being 0, or (k, 2), 0 first and the true class's term 0 throughout."""

    def __init__(self, design: Design, bound: BoundLoss, codes: Codes, k: int, l2: Floats) -> None:
        self.z, self.zt = design.z, np.ascontiguousarray(design.z.T)
        self.codes, self.rows, self.k = codes, np.arange(len(codes)), k
        self.own = (codes == np.arange(k)[:, None]).astype(np.float64)
        self.largest = bound.loss.name in _LARGEST
        margin = dict(bound.params).get("margin", 1.0)
        true = 0.0 if self.largest else -margin
        self.delta = self._terms(np.where(self.own[None] > 0, true, margin))
        self.mass = design.w if self.largest else design.w / k  # of a term: (n,)
        self.pairs = np.triu_indices(k, 1)
        self.l2, self.penalty = l2, l2[:, None, None] * design.penalty

    def keep(self, stay: Mask) -> None:
        self.l2, self.penalty = self.l2[stay], self.penalty[stay]

    def centred(self, v: Floats) -> Floats:
        """(m, k, q)"""
        v = v.reshape(len(v), self.k, self.z.shape[1])
        return np.asarray(v - v.mean(axis=1, keepdims=True))

    def _terms(self, leads: Floats) -> Floats:
        """(m, k, n) → pieces."""
        if self.largest:
            return leads[:, None]
        return np.stack([np.zeros_like(leads), leads], axis=2)

    def leads(self, v: Floats) -> Floats:
        """The pieces at v but for Δ."""
        scores = v @ self.zt
        return self._terms(scores - scores[:, None, self.codes, self.rows])

    def pulled(self, a: Floats) -> Floats:
        """(m, k, q) Duals of pieces in coordinates."""
        own = a[:, 0] if self.largest else a[:, :, 1]
        return np.asarray((own - self.own * own.sum(axis=1, keepdims=True)) @ self.z)

    def stationarity(self, v: Floats, a: Floats) -> Floats:
        return self.penalty * v + self.pulled(a)

    def penalties(self, v: Floats) -> Floats:
        return 0.5 * np.asarray((self.penalty * v * v).sum(axis=(1, 2)))

    def values(self, v: Floats, pieces: Floats) -> Floats:
        """(m,) The objectives."""
        return np.asarray((pieces.max(axis=2) @ self.mass).sum(axis=1) + self.penalties(v))

    def bounds(self, v: Floats, a: Floats) -> Floats:
        """(m,) The dual's values: no objective is lower, where v and a are stationary."""
        return np.asarray((a * self.delta).sum(axis=(1, 2, 3)) - self.penalties(v))

    def first_duals(self) -> Floats:
        """(1, terms, pieces, n) Every row's alike, as frequent classes are: stationary at scores of 0."""
        frequent = self.own @ self.mass / self.mass.sum()
        share = (1.0 - _EVEN) * frequent[:, None] + _EVEN / self.k
        rows = np.broadcast_to(share, (self.k, len(self.codes)))[None]
        if self.largest:
            return np.asarray(rows[:, None] * self.mass)
        return np.stack([1.0 - rows, rows], axis=2) * self.mass

    def conductances(self, h: Floats, total: Floats) -> Floats:
        """(m, pairs of classes, n): h are the weights of the pieces, total (m, terms, n) their sums."""
        first, second = self.pairs
        if self.largest:
            h = h[:, 0]
            return np.asarray(h[:, first] * (h[:, second] / total))
        g = h[:, :, 0] * (h[:, :, 1] / total)
        return np.asarray(g[:, first] * self.own[second] + g[:, second] * self.own[first])

    def curvature(self, h: Floats, total: Floats) -> Floats:
        """(m, k·q, k·q) Σ_pairs (e_a - e_b)(e_a - e_b)' ⊗ Z' diag(conductance) Z + l2 P; what all classes
        have in common, which no lead sees, is held."""
        between = self.conductances(h, total)
        m, k, q = self.penalty.shape[0], self.k, self.z.shape[1]
        blocks = np.empty((m, between.shape[1], q, q))
        step = max(1, _CELLS // (q * len(self.z)))
        for i in range(m):
            for j in range(0, between.shape[1], step):
                blocks[i, j : j + step] = (self.zt * between[i, j : j + step, None]) @ self.z
        common = blocks.sum(axis=1) / k
        out = np.tile(common[:, None, :, None], (1, k, 1, k, 1))
        for (a, b), block in zip(zip(*self.pairs, strict=True), blocks.swapaxes(0, 1), strict=True):
            out[:, a, :, b] -= block
            out[:, b, :, a] -= block
            out[:, a, :, a] += block
            out[:, b, :, b] += block
        matrix = out.reshape(m, k * q, k * q)
        diagonal = np.einsum("mii->mi", matrix)
        least = np.where(diagonal > 0, diagonal, np.inf).min(axis=1, keepdims=True)
        diagonal += np.tile(self.penalty[:, 0], k) + _RIDGE * least
        return matrix


def _descend(problem: _Problem, start: Floats, tol: float, floor: Floats) -> Vertex:
    """start: (m, k, q), centred."""
    m = len(start)
    end = Vertex.at(start.reshape(m, -1))
    place, best = np.arange(m), np.full(m, np.inf)
    point = _Point.start(problem, start)
    for iteration in range(_ROUNDS):
        value = problem.values(point.v, point.pieces)
        gap = value - problem.bounds(point.v, point.a)
        missed = np.abs(problem.stationarity(point.v, point.a) * point.v).sum(axis=(1, 2))
        merit = np.abs(gap) + missed
        bounded = merit <= value  # else 0 bounds it better: no loss is below
        gap, merit = np.where(bounded, gap, value), np.where(bounded, merit, value)
        better = merit < best[place]
        at = place[better]
        best[at], end.gap[at] = merit[better], gap[better]
        end.v[at] = problem.centred(point.v[better]).reshape(end.v[at].shape)
        end.iterations[place] = iteration
        rounding = spared(value, floor[place])
        enough = tol * value + rounding
        done = merit <= enough
        spent = (point.s * point.a).sum(axis=(1, 2, 3)) < _SPENT * enough
        gone = done | spent | ~np.isfinite(merit) | (iteration == _ROUNDS - 1)
        if gone.any():
            small = best[place] <= interior.SMALL * value + rounding
            end.converged[place[gone]] = (done | small)[gone]
            if gone.all():
                break
            place = place[~gone]
            problem.keep(~gone)
            point = point.kept(~gone)
        point = point.moved(problem)
    return end


class _Point(NamedTuple):
    """An interior point: slacks s and duals a above 0. Slacks move by what pieces and ξ move: put to
    ξ - piece again they would be rounded, and small ones drowned."""

    v: Floats  # (m, k, q)
    pieces: Floats
    s: Floats
    a: Floats

    @classmethod
    def start(cls, problem: _Problem, v: Floats) -> "_Point":
        pieces = problem.leads(v) + problem.delta
        top = pieces.max(axis=2, keepdims=True)
        away = _APART_BY * (top - pieces).mean(axis=(1, 2, 3), keepdims=True)
        xi = top + np.where(away > 0, away, 1.0)
        return cls(v, pieces, xi - pieces, np.broadcast_to(problem.first_duals(), pieces.shape))

    def kept(self, stay: Mask) -> "_Point":
        return _Point(*(part[stay] for part in self))

    def moved(self, problem: _Problem) -> "_Point":
        """One step: the affine direction tells how far to aim at the centre, the correctors go there."""
        with np.errstate(all="ignore"):
            newton = _Newton(problem, self)
            products = self.s * self.a
            mu = products.mean(axis=(1, 2, 3), keepdims=True)
            affine = newton.step(-products, 1.0)
            aimed = self._products(affine, affine.p, affine.d).mean(axis=(1, 2, 3), keepdims=True)
            target = mu * (aimed / mu) ** 3
            step = newton.step(target - products - affine.ds * affine.da, _WALL)
            for _ in range(_CORRECTORS):
                step = step.or_longer(newton.step(step.change + self._centring(step, target), _WALL))
            v = self.v + (step.p * step.dv)[:, 0]
            a = self.a + step.d * step.da
            a *= problem.mass / a.sum(axis=2, keepdims=True)
            return _Point(v, problem.leads(v) + problem.delta, self.s + step.p * step.ds, a)

    def _products(self, step: "_Step", p: Floats, d: Floats) -> Floats:
        """s·a after a step of these lengths."""
        return (self.s + p * step.ds) * (self.a + d * step.da)

    def _centring(self, step: "_Step", target: Floats) -> Floats:
        """What brings the products that would block a longer step back to about the target."""
        p, d = (np.minimum(1.0, _LONGER * length + 0.1) for length in (step.p, step.d))
        products = self._products(step, p, d)
        wanted = np.clip(products, target / _FAR, target * _FAR)
        return np.asarray(np.maximum(wanted - products, -_FAR * target))


class _Step(NamedTuple):
    """A direction, the change of the products s·a that it is for, and the lengths that the primal and the
    dual may go along it: (m, 1, 1, 1)."""

    change: Floats
    dv: Floats  # (m, 1, k, q)
    ds: Floats
    da: Floats
    p: Floats
    d: Floats

    def or_longer(self, other: "_Step") -> "_Step":
        """Of every model the step that goes further."""
        stay = self.p + self.d > other.p + other.d
        return _Step(*(np.where(stay, mine, its) for mine, its in zip(self, other, strict=True)))


class _Newton:
    """The linear system at a point."""

    def __init__(self, problem: _Problem, point: _Point) -> None:
        self.problem, self.point = problem, point
        self.h = point.a / point.s
        self.total = self.h.sum(axis=2, keepdims=True)
        self.matrix = problem.curvature(self.h, self.total[:, :, 0])
        self.dual = -problem.stationarity(point.v, point.a)

    def step(self, change: Floats, wall: float) -> _Step:
        """The step that changes the products s·a by `change`, to first order."""
        point, problem = self.point, self.problem
        push = change / point.s
        pushed = push.sum(axis=2, keepdims=True) / self.total
        right = self.dual - problem.pulled(push - self.h * pushed)
        # An inverse, used for all right-hand sides, loses the last digits of the gap.
        dv = np.asarray(np.linalg.solve(self.matrix, right.reshape(len(right), -1, 1)).reshape(right.shape))
        leads = problem.leads(dv)
        ds = pushed + (self.h * leads).sum(axis=2, keepdims=True) / self.total - leads
        da = push - self.h * ds
        room = interior.room
        p, d = interior.lengths(room(point.s, ds), room(point.a, da), wall, problem.l2)
        return _Step(change, dv[:, None], ds, da, p, d)


def _group(workspace: Workspace, model: Trainee) -> Hashable:
    """Models of one loss and one target."""
    return handles(model.bound) and (model.bound.spec, model.target)


def _solve(workspace: Workspace, models: Sequence[Trainee]) -> list[Solution]:
    objective = workspace.objective(models)
    vertex = minimise(
        workspace.design,
        models[0].bound,
        workspace.targets[models[0].target].astype(np.intp),
        objective.l2,
        np.zeros((len(models), objective.size)),
        tol=workspace.tol,
        floor=workspace.floor(objective),
    )
    return certified(objective, vertex, workspace.floor(objective))


METHOD = Method("margins", _group, _solve)
