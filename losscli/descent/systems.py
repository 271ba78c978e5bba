"""Coordinates in which an interior point method steps: scores of them, sums in them, and their systems.

Those of a design as it is, or, where it has a block of one-hot columns, a value for each level and a few for
the other columns: there the matrix of Newton's step is diagonal but for these, whose Schur complement is what
is solved (Boyd and Vandenberghe 2004, Convex Optimization, appendix C.4, doi:10.1017/CBO9780511804441).
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np

from losscli.descent.design import Design
from losscli.descent.levels import Levels
from losscli.domain import Codes, Floats, Mask

_CELLS = 1 << 22  # of the products behind one matrix
Solve = Callable[[Floats], Floats]  # right sides (m, q) → solutions (m, q)


class Held(NamedTuple):
    """Rows whose scores are to be kinks, in the order of the coordinates' rows. rows, kinks: (h,)."""

    rows: Codes
    kinks: Floats


class System(Protocol):
    """Coordinates v (m, q) of n rows, which may stand in an order of their own."""

    order: Codes | None

    def scores(self, v: Floats) -> Floats:
        """(m, n)"""

    def pulled(self, x: Floats) -> Floats:
        """(m, q) Σ over rows of x (m, n) times the row's coordinates."""

    def solver(self, h: Floats, penalty: Floats) -> Solve:
        """Of the matrices Z' diag(h) Z + diag(penalty). h: (m, n); penalty: (m, q)."""

    def corner(self, v: Floats, held: Held, right: Floats, penalty: Floats) -> Floats:
        """(q,) The point near v (q,) where the held rows' scores are their kinks; right: minus the slope of
        what is left over (q,)."""

    def kept(self, stay: Mask) -> "System":
        """That of some of the models (m,)."""

    def of(self, i: int) -> "System":
        """That of one."""

    def entered(self, v: Floats) -> Floats:
        """These coordinates of points v (m, d) of the design."""

    def left(self, v: Floats) -> Floats:
        """Points of the design of these coordinates."""


def system_of(design: Design, l2: Floats, rows: Codes | None = None) -> System:
    """The coordinates in which models of these penalties are solved fastest. l2: (m,); rows: the places of
    those that each has (m, c), None for all."""
    if rows is not None:
        return _Apart(design.z[rows])
    levels = design.levels
    if levels is None or l2.any() or len(levels.first) + len(levels.rest) != design.rank:
        return _Plain(design.z, design.zt)
    return _Levelled(design, levels)


class _Plain:
    """The coordinates of the design itself."""

    order: Codes | None = None

    def __init__(self, z: Floats, zt: Floats) -> None:
        self.z, self.zt = z, zt

    def scores(self, v: Floats) -> Floats:
        return np.asarray(v @ self.zt)

    def pulled(self, x: Floats) -> Floats:
        return np.asarray(x @ self.z)

    def solver(self, h: Floats, penalty: Floats) -> Solve:
        m, q = penalty.shape
        matrix = np.empty((m, q, q))
        step = max(1, _CELLS // (q * self.zt.shape[1]))
        for i in range(0, m, step):
            matrix[i : i + step] = (self.zt * h[i : i + step, None]) @ self.z
        matrix[:, np.arange(q), np.arange(q)] += penalty
        return lambda right: solved(matrix, right)

    def corner(self, v: Floats, held: Held, right: Floats, penalty: Floats) -> Floats:
        z = self.z[held.rows]
        zeros = np.zeros((len(z), len(z)))
        matrix = np.block([[np.diag(penalty), z.T], [z, zeros]])
        found = np.linalg.lstsq(matrix, np.concatenate([right, held.kinks]), rcond=None)[0]
        return np.asarray(found[: len(v)])

    def kept(self, stay: Mask) -> System:
        return self

    def of(self, i: int) -> System:
        return self

    def entered(self, v: Floats) -> Floats:
        return v

    def left(self, v: Floats) -> Floats:
        return v


class _Apart(_Plain):
    """As well, of rows that differ from model to model."""

    def __init__(self, z: Floats) -> None:
        """z: (m, c, q)."""
        self.z, self.zt = z, np.ascontiguousarray(z.transpose(0, 2, 1))

    def scores(self, v: Floats) -> Floats:
        return np.asarray((v[:, None] @ self.zt)[:, 0])

    def pulled(self, x: Floats) -> Floats:
        return np.asarray((x[:, None] @ self.z)[:, 0])

    def solver(self, h: Floats, penalty: Floats) -> Solve:
        q = penalty.shape[1]
        matrix = (self.zt * h[:, None]) @ self.z
        matrix[:, np.arange(q), np.arange(q)] += penalty
        return lambda right: solved(matrix, right)

    def kept(self, stay: Mask) -> System:
        return _Apart(self.z[stay])

    def of(self, i: int) -> System:
        return _Plain(self.z[i], self.zt[i])


class _Levelled:
    """A value a level (K), then one for each of the other columns' directions within levels (s)."""

    def __init__(self, design: Design, levels: Levels) -> None:
        self.design, self.levels = design, levels
        self.order: Codes | None = levels.order
        self.rest, self.k = levels.rest, len(levels.first)
        self.rest_t = np.ascontiguousarray(self.rest.T)

    def scores(self, v: Floats) -> Floats:
        return np.asarray(self.levels.spread(v[:, : self.k]) + v[:, self.k :] @ self.rest)

    def pulled(self, x: Floats) -> Floats:
        return np.concatenate([self.levels.sums(x), x @ self.rest_t], axis=1)

    def solver(self, h: Floats, penalty: Floats) -> Solve:
        levels, k = self.levels, self.k
        total = levels.sums(h)  # (m, K)
        s = len(self.rest)
        means, schur = np.empty((len(h), s, k)), np.empty((len(h), s, s))
        for i, own in enumerate(h):  # by the spread within levels, in which nothing cancels
            means[i] = levels.sums(self.rest * own) / total[i]
            within = self.rest - levels.spread(means[i])
            schur[i] = (within * own) @ within.T

        def solve(right: Floats) -> Floats:
            a, c = right[:, :k], right[:, k:]
            c = solved(schur, c - (means @ a[:, :, None])[:, :, 0]) if s else c
            return np.concatenate([a / total - (c[:, None] @ means)[:, 0], c], axis=1)

        return solve

    def corner(self, v: Floats, held: Held, right: Floats, penalty: Floats) -> Floats:
        """A held row gives its level's value; every further one of a level is an equation in the rest."""
        order = np.argsort(held.rows, kind="stable")
        rows, kinks = held.rows[order], held.kinks[order]
        level = np.searchsorted(self.levels.first, rows, side="right") - 1
        found, at = np.unique(level, return_index=True)
        one = at[np.searchsorted(found, level)]  # the first held row of the same level
        more = np.flatnonzero(one != np.arange(len(rows)))
        z, end = self.rest_t[rows], v.copy()
        if len(more):
            apart = z[more] - z[one[more]]
            gaps = kinks[more] - kinks[one[more]]
            end[self.k :] += np.linalg.lstsq(apart, gaps - apart @ v[self.k :], rcond=None)[0]
        end[found] = kinks[at] - z[at] @ end[self.k :]
        return end

    def kept(self, stay: Mask) -> System:
        return self

    def of(self, i: int) -> System:
        return self

    def entered(self, v: Floats) -> Floats:
        scores = (v @ self.design.zt)[:, self.levels.order] * self.levels.w
        weight = self.levels.sums(self.levels.w)
        return np.concatenate([self.levels.sums(scores) / weight, scores @ self.rest_t], axis=1)

    def left(self, v: Floats) -> Floats:
        scores = np.empty((len(v), len(self.levels.order)))
        scores[:, self.levels.order] = self.scores(v) * self.levels.w
        return np.asarray(scores @ self.design.z)  # its columns are orthonormal


def solved(matrix: Floats, right: Floats) -> Floats:
    """(m, q) Of matrices (m, q, q) and right sides (m, q); the shortest where there are many."""
    try:
        return np.asarray(np.linalg.solve(matrix, right[..., None])[..., 0], np.float64)
    except np.linalg.LinAlgError:
        return np.stack(
            [np.linalg.lstsq(one, b, rcond=None)[0] for one, b in zip(matrix, right, strict=True)]
        )
