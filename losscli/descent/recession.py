"""Fits without a finite optimum: a direction in which no row's loss rises, and some fall for ever.

Classes that a line separates, if only some of their rows (Albert and Anderson 1984,
doi:10.1093/biomet/71.1.1), and counts of which a level or a half-space holds zeros alone. Rows whose loss is
not all but spent hold every such direction: they do not move along it. What is left free is searched by a
linear program (Konis 2007, Oxford, ora:3a51f8b6), in which few coordinates are left.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from losscli.descent.design import Design
from losscli.descent.objective import ROUNDING, Objective, scored
from losscli.domain import LOG, Codes, Floats, Mask, Task
from losscli.loss import BoundLoss, Trait

_NEAR, _FAR = 10.0, 40.0  # scores beyond which a loss that falls still has no least value it attains
_END = 300.0  # logarithms of a prediction below which its loss is that at 0
_DECIDED = 5.0  # a score that no other loss than that of the label is left at
_BESIDE = 2.0, 3.0  # between them hinges are at their least
# Of the loss of a constant: what a row that is in such a direction has left to gain.
_SPENT, _SPENT_PER_ROW = 1e-3, 1e-7
_NULL = 1e-9  # of the largest singular value: a direction that rows do not move along
_LEVEL = 1e-9  # of the largest movement: a row that does not move
_MOVES = 1e-6  # of the largest movement: a row that does
_CELLS = 4_000_000  # of the rows of a linear program
_SECONDS = 10.0  # for one
_BLOCK = 256  # rows that are looked at at once, or four per coordinate
_LEAST, _DOUBLINGS = 5, 30  # of a step that moves some score by _NEAR
_RISE = 1e-9  # of the objective: what is none


@dataclass(frozen=True, slots=True)
class Recession:
    """limit: the objective that is never reached; columns: the places of the columns that carry the
    direction, in which as few as can be move, () where that was not asked for, or would take too long."""

    limit: float
    columns: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class _Demands:
    """What keeps the loss of a row from rising: a score, or the lead of one over another, must not fall.

    rows, up, down: the row, the score that must not fall and the one that must not rise, -1 for none (P,).
    grows: whether the loss falls for ever as it does; tight: whether it must not move at all; spent: whether
    next to nothing is left to gain; far: the loss when it has, nan where several scores make it (P,).
    """

    rows: Codes
    up: Codes
    down: Codes
    grows: Mask
    tight: Mask
    spent: Mask
    far: Floats

    def kept(self, which: Mask | Codes) -> "_Demands":
        return _Demands(
            self.rows[which],
            self.up[which],
            self.down[which],
            self.grows[which],
            self.tight[which],
            self.spent[which],
            self.far[which],
        )

    def moved(self, scores: Floats) -> Floats:
        """(P,) By how much scores (k, n) meet them."""
        up = np.where(self.up >= 0, scores[self.up, self.rows], 0.0)
        return up - np.where(self.down >= 0, scores[self.down, self.rows], 0.0)

    def matrix(self, z: Floats, k: int) -> Floats:
        """(P, k·q) Of coordinates, class by class, the movements."""
        found = np.zeros((len(self.rows), k, z.shape[1]))
        at = np.arange(len(self.rows))
        for side, sign in ((self.up, 1.0), (self.down, -1.0)):
            some = side >= 0
            found[at[some], side[some]] += sign * z[self.rows[some]]
        return found.reshape(len(self.rows), -1)


@np.errstate(over="ignore", invalid="ignore")  # of a loss that has overflown
def recession(
    objective: Objective, i: int, v: Floats, value: float, *, named: bool, converged: bool
) -> Recession | None:
    """The recession of model i, without a penalty, from where its descent ended, v (d,); None where there is
    none, or none was found. named: whether columns are wanted; converged: whether the descent came so near
    to the limit that rows in such a direction are all but spent."""
    model, k, z = objective.models[i], objective.classes, objective.design.z
    y = objective.targets[model.target]
    scores = v.reshape(k, -1) @ z.T
    demands = _demands(model.bound, y, scores, objective)
    if demands is None:
        return None
    if Trait.CONVEX not in model.bound.traits and _decided(model.bound, scores):
        decided = _limit(objective, i, v, value, v)
        if decided is not None:
            return Recession(decided, ())
    held = demands.tight | (~demands.spent & converged)
    free = demands.kept(~held)
    if not free.grows.any():
        return None
    basis = _unmoved(demands.kept(held), z, k)
    if not basis.shape[1]:
        return None
    found = _direction(free, basis, v, z, k)
    if found is None:
        return None
    u, moving = found
    limit = _limit(objective, i, v, value, u) if k > 1 else _reached(objective, i, scores, free.kept(moving))
    if limit is None:
        return None
    return Recession(limit, _columns(free, moving, basis, objective.design, k) if named else ())


def _decided(bound: BoundLoss, scores: Floats) -> bool:
    """Whether every row of some classes is so far on one side that its loss is that of its label."""
    if bound.loss.task not in (Task.BINARY, Task.MULTICLASS):
        return False
    ordered = np.sort(scores, axis=0)
    lead = ordered[-1] - ordered[-2] if len(scores) > 1 else np.abs(scores[0])
    return bool(lead.min() > _DECIDED)


def _demands(bound: BoundLoss, y: Floats, scores: Floats, objective: Objective) -> _Demands | None:
    """None where no loss of the rows falls for ever. scores: (k, n)."""
    if bound.loss.task is Task.MULTICLASS:
        return _of_classes(bound, y, scores)
    if bound.loss.task is Task.BINARY or bound.loss.link is LOG:
        return _of_one_score(bound, y, scores, objective.design.w)
    return None


def _values(bound: BoundLoss, y: Floats, scores: Floats) -> Floats:
    """(n,) The rows' losses at scores (k, n)."""
    return np.asarray(scored(bound.loss, dict(bound.params), y[None], scores[None])[0][0])


def _enough(usual: float, rows: int) -> float:
    return max(_SPENT, _SPENT_PER_ROW * rows) * usual


def _of_one_score(bound: BoundLoss, y: Floats, scores: Floats, w: Floats) -> _Demands | None:
    n = scores.shape[1]
    centre = np.log(max(float(w @ y), 1e-300)) if bound.loss.link is LOG else 0.0
    steps = 0.0, _NEAR, _FAR, -_NEAR, -_FAR, *_BESIDE, *(-step for step in _BESIDE)
    at = {step: _values(bound, y, np.full((1, n), centre + step)) for step in steps}
    rising, falling = (
        (at[0.0] >= at[side * _NEAR]) & (at[side * _NEAR] >= at[side * _FAR]) for side in (1.0, -1.0)
    )  # scores lower the loss
    up, down = rising & ~falling, falling & ~rising
    side = np.where(up, 1.0, -1.0)
    here, beyond, near, far = (np.where(up, at[size], at[-size]) for size in (*_BESIDE, _NEAR, _FAR))
    if bound.loss.link is LOG:
        end = _values(bound, y, np.full((1, n), centre - _END))
        far = np.where(down & (end <= far), end, far)
    grows = (up | down) & ((near > far) | ((here > beyond) & (beyond > near)))
    if not grows.any():
        return None
    usual = float(w @ np.abs(at[0.0]))
    spent = _values(bound, y, scores) - far <= _enough(usual, n)
    counts = ~(rising & falling)  # a loss that falls to both sides demands nothing
    one = np.zeros(n, np.intp)
    demands = _Demands(np.arange(n), one - (side < 0), one - (side > 0), grows, ~(up | down), spent, far)
    return demands.kept(counts)


def _of_classes(bound: BoundLoss, y: Floats, scores: Floats) -> _Demands | None:
    k, n = scores.shape
    codes = y.astype(np.intp)
    own = np.arange(k)[:, None] == codes
    level, near, far = (_values(bound, y, step * own) for step in (0.0, _NEAR, _FAR))
    if not bool(((level >= near) & (near > far)).all()):
        return None
    here, aside = _values(bound, y, scores), _values(bound, y, scores + 1.0)
    rows, other = np.nonzero(~own.T)
    up, down = codes[rows], other
    without = np.array([_values(bound, y, scores - _FAR * (np.arange(k) == j)[:, None]) for j in range(k)])
    left = here[rows] - without[other, rows]
    if np.abs(here - aside).max() > 1e-9 * max(float(np.abs(here).max()), 1e-300):  # not leads, but scores
        left = np.concatenate([here - _values(bound, y, scores + _FAR * own), left])
        up = np.concatenate([codes, np.full(len(rows), -1)])
        down = np.concatenate([np.full(n, -1), other])
        rows = np.concatenate([np.arange(n), rows])
    every = np.ones(len(rows), np.bool_)
    usual = float(np.abs(level).mean())
    spent, far = left <= _enough(usual, n), np.full(len(rows), np.nan)
    return _Demands(rows, up, down, every, ~every, spent, far)


def _unmoved(held: _Demands, z: Floats, k: int) -> Floats:
    """(d, r) An orthonormal basis of the directions that move none of these rows; r is 0 as soon as enough
    rows are seen."""
    d = k * z.shape[1]
    triangle = np.zeros((0, d))
    step = max(_BLOCK, 4 * d)
    for start in range(0, len(held.rows), step):
        part = held.kept(np.arange(len(held.rows))[start : start + step])
        triangle = np.asarray(np.linalg.qr(np.vstack([triangle, part.matrix(z, k)]), mode="r"))
        if len(triangle) == d:
            sizes = np.linalg.svd(triangle, compute_uv=False)
            if sizes[-1] > _NULL * sizes[0]:
                return np.zeros((d, 0))
    _, sizes, vt = np.linalg.svd(triangle, full_matrices=True)
    rank = int((sizes > _NULL * max(sizes.max(initial=0.0), np.finfo(float).tiny)).sum())
    return np.asarray(vt[rank:].T)


def _direction(free: _Demands, basis: Floats, v: Floats, z: Floats, k: int) -> tuple[Floats, Mask] | None:
    """(a direction (d,) that meets the demands, those that move along it (P,)): where the descent was going,
    or as a linear program finds."""
    u = basis @ (basis.T @ v)
    moved = free.moved(u.reshape(k, -1) @ z.T)
    size = float(np.abs(moved).max())
    moving = free.grows & (moved > _MOVES * size)
    if size > 0 and moved.min() >= -_LEVEL * size and moving[free.grows].all():
        return u, moving
    if len(free.rows) * max(len(basis), basis.shape[1]) > _CELLS:
        return None
    matrix = free.matrix(z, k) @ basis
    size = float(np.abs(matrix).max())
    if not size > 0:
        return None
    rows, back = _distinct(np.column_stack([matrix / size, free.grows]))
    c = _grown(rows[:, :-1], rows[:, -1] > 0)
    if c is None:
        return None
    moved = rows[:, :-1] @ c
    moving = (moved > _MOVES * np.abs(moved).max()) & (rows[:, -1] > 0)
    return (basis @ c, moving[back]) if moving.any() else None


def _distinct(rows: Floats) -> tuple[Floats, Codes]:
    """(the rows that differ by more than rounding, the place of each among them)."""
    found, back = np.unique(np.round(rows, 12), axis=0, return_inverse=True)
    return found, back.ravel()


def _grown(matrix: Floats, grows: Mask) -> Floats | None:
    """(r,) The coordinates c with matrix @ c ≥ 0 for which as many as can be of the rows that grow reach 1;
    None where none does. matrix: (P, r)."""
    from scipy import sparse

    p, r = matrix.shape
    count = int(grows.sum())
    reach = sparse.csr_array((np.ones(count), (np.flatnonzero(grows), np.arange(count))), shape=(p, count))
    bounds = [(None, None)] * r + [(0.0, 1.0)] * count
    cost = np.concatenate([np.zeros(r), -np.ones(count)])
    found = _solved(cost, sparse.hstack([sparse.csr_array(-matrix), reach]), np.zeros(p), None, bounds)
    return None if found is None or found[r:].max() < 0.5 else found[:r]


def _solved(cost: Floats, matrix: Any, most: Floats, equal: Any, bounds: Any) -> Floats | None:
    """Of a linear program; None where it has no solution, or takes too long. equal: what must be 0."""
    from scipy.optimize import linprog

    found = linprog(
        cost,
        A_ub=matrix,
        b_ub=most,
        A_eq=equal,
        b_eq=None if equal is None else np.zeros(equal.shape[0]),
        bounds=bounds,
        method="highs",
        options={"time_limit": _SECONDS, "primal_feasibility_tolerance": 1e-9},
    )
    return np.asarray(found.x) if found.status == 0 else None


def _reached(objective: Objective, i: int, scores: Floats, moving: _Demands) -> float:
    """The objective of one score when the losses of the rows that move have fallen."""
    model = objective.models[i]
    here = _values(model.bound, objective.targets[model.target], scores)
    here[moving.rows] = moving.far
    return float(objective.design.w @ here)


def _limit(objective: Objective, i: int, v: Floats, value: float, u: Floats) -> float | None:
    """The objective far along u, None where it rises on the way."""
    scores = u.reshape(objective.classes, -1) @ objective.design.z.T
    step, which = _NEAR / float(np.abs(scores).max()), np.array([i])
    lowest = value
    for doubling in range(_DOUBLINGS):
        at = float(objective.evaluate((v + 2.0**doubling * step * u)[None], which)[0][0])
        if not at <= lowest + _RISE * abs(value):
            return None
        still = lowest - at <= ROUNDING * abs(value)
        lowest = min(lowest, at)
        if still and doubling >= _LEAST:  # farther, the rounding of u moves the rows that it must not
            break
    return lowest


def _columns(free: _Demands, moving: Mask, basis: Floats, design: Design, k: int) -> tuple[int, ...]:
    """Of the directions in which those rows move, the columns of the one with the least slopes."""
    plain, _ = design.plain()
    turn = np.linalg.pinv(design.back)
    p1 = plain.rank
    if len(free.rows) * k * p1 > _CELLS:
        return ()
    rows, _ = _distinct(np.column_stack([free.matrix(plain.z, k), moving]))
    matrix, least = rows[:, :-1], rows[:, -1]
    whole = np.linalg.svd(basis, full_matrices=True)[0][:, basis.shape[1] :].T  # what must not move
    equal = whole @ np.kron(np.eye(k), turn) if len(whole) else None
    slopes = np.tile(np.arange(p1) > 0, k)
    cost = np.concatenate([slopes * 1.0, slopes * 1.0])
    both = np.hstack([-matrix, matrix])
    found = _solved(
        cost,
        both,
        -least,
        None if equal is None else np.hstack([equal, -equal]),
        [(0.0, None)] * len(cost),
    )
    if found is None:
        return ()
    b = np.abs(found[: k * p1] - found[k * p1 :]).reshape(k, p1)[:, 1:].max(axis=0)
    return tuple(np.flatnonzero(b > _MOVES * b.max()).tolist()) if b.size and b.max() > 0 else ()
