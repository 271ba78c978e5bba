"""Piecewise linear convex losses of many rows: those near a kink decide, the others are lines.

A fit with the kinks rounded off says which rows are far from every kink of their loss: they stay on the piece
where they are, and together are one linear function. The others go to the interior point method. A line is
nowhere above its loss, so that the dual's bound holds for all rows, and what losses are above the lines at
the end is added to the gap: where that is too much, more rows are taken. Preprocessing of Portnoy and Koenker
1997, doi:10.1214/ss/1030037960; rounded off as by Nesterov 2005, doi:10.1007/s10107-004-0552-5.
"""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from losscli.descent import interior, lbfgs
from losscli.descent.design import Design
from losscli.descent.interior import Hinges, Lines, Vertex, objectives
from losscli.descent.objective import negligible, spared
from losscli.domain import Codes, Floats, Mask

_CELLS = 32_768  # scores worked on at a time
_LEAST = 2_000  # rows: fewer are solved as they are
_WHOLE = 4  # times the rows near a kink: fewer rows are solved as they are
_MORE, _LESS = 3, 2  # times as many rows in the next round, of which there must be more than so many times
# Rounded off: widths in median distances to a kink, and what is left, as a share of the objective.
_ROUNDED = ((0.5, 1e-3), (0.12, 1e-4), (0.03, 1e-6))
_STEPS = 20


def minimise(
    design: Design,
    own: Hinges,
    l2: Floats,
    start: Floats,
    *,
    tol: float,
    level: Floats,
    floor: Floats,
) -> Vertex:
    """As `interior.minimise`, whose arguments these are; the same optima to the same gaps."""
    n, q = design.z.shape
    count = round((n * n * q) ** (1.0 / 3.0))
    if design.levels is not None or n < max(_LEAST, _WHOLE * count):
        return interior.minimise(design, own, l2, start, tol=tol, level=level, floor=floor)
    unit = interior.units(own)
    end = replace(Vertex.at(start), v=_Rounded(design, own, l2).descended(start))

    def solve(which: Codes, part: Hinges, rest: Lines = (0.0, 0.0), rows: Codes | None = None) -> Vertex:
        asked = partial(interior.minimise, tol=tol, level=level[which], floor=floor[which], unit=unit[which])
        return asked(design, part, l2[which], end.v[which], rest=rest, rows=rows)

    value = objectives(design, own, l2, end.v)
    counts, again = np.full(len(l2), count), np.zeros(len(l2), np.bool_)
    open_ = np.arange(len(l2))
    while len(open_) and _LESS * counts[open_].min() <= n:
        which = open_[counts[open_] == counts[open_].min()]
        part = own.of(which)
        far = _Far.of(design, part, end.v[which], int(counts[which[0]]))
        found = solve(which, far.held(part, design.w), far.sums(design, part), far.near)
        above = far.above(design, part, found.v)
        at = objectives(design, part, l2[which], found.v)
        done = found.converged & (above <= negligible(at, level[which], tol) + spared(at, floor[which]))
        lower = at < value[which]
        end.take(which[done | lower], replace(found, gap=found.gap + above).of(done | lower))
        value[which] = np.minimum(value[which], at)
        again[which] = lower & ~again[which]  # once more with as many rows, about a better point
        counts[which] *= np.where(again[which], 1, _MORE)
        open_ = np.setdiff1d(open_, which[done])
    if len(open_):
        end.take(open_, solve(open_, own.of(open_)))
    return end


class _Rounded:
    """The objectives of m models, as L-BFGS reads them, with max(0, t) as (t + √(t² + width²))/2."""

    def __init__(self, design: Design, own: Hinges, l2: Floats) -> None:
        self.design, self.own, self.l2, self.penalty = design, own, l2, design.penalty
        self.level = np.full(len(l2), np.inf)
        self.unit = self.width = np.ones(len(l2))

    def _distances(self, v: Floats) -> Floats:
        """(m,) The median distance of scores to a kink."""
        away = np.abs((v @ self.design.zt)[:, None] - self.own.kinks).min(axis=1)
        size = np.median(away, axis=1)
        return np.where(size > 0, size, 1.0)

    def descended(self, v: Floats) -> Floats:
        """(m, q) Near the optima. v: where to start (m, q)."""
        every, none = np.arange(len(v)), np.zeros(len(v))
        for share, tol in _ROUNDED:
            self.unit = self._distances(v)
            self.width = share * self.unit
            v = lbfgs.minimise(self, v, every, tol=tol, floor=none, max_iter=_STEPS).v
        return v

    def evaluate(self, v: Floats, which: Codes) -> tuple[Floats, Floats]:
        """As of `Objective`."""
        design, n = self.design, len(self.design.w)
        value, gradient = np.zeros(len(v)), np.zeros_like(v)
        width, every = self.width[which, None], len(which) == len(self.l2)
        rows = max(_CELLS // max(len(v), 1), 256)
        for first in range(0, n, rows):
            block = slice(first, first + rows)
            own = Hinges(*(part[..., block] for part in self.own))
            kinks, at_first, left, jumps = own if every else own.of(which)
            scores, w = v @ design.zt[:, block], design.w[block]
            loss, slope = at_first + left * (scores - kinks[:, 0]), left.copy()
            for k in range(kinks.shape[1]):
                t, jump = scores - kinks[:, k], 0.5 * jumps[:, k]
                root = np.sqrt(t * t + width * width)
                loss += jump * (t + root)
                slope += jump * (1.0 + t / root)
            value += loss @ w
            gradient += (slope * w) @ design.z[block]
        value += 0.5 * self.l2[which] * ((v * v) @ self.penalty)
        gradient += self.l2[which, None] * self.penalty * v
        return value, gradient


@dataclass(frozen=True, eq=False)
class _Far:
    """Which rows of m models are lines.

    near: the places of those that are not (m, c), as many of each model; lines: which are (m, n); passed:
    which kinks each row is beyond (m, K, n)
    """

    near: Codes
    lines: Mask
    passed: Mask

    @classmethod
    def of(cls, design: Design, own: Hinges, v: Floats, count: int) -> "_Far":
        """All but the `count` rows nearest to a kink at v (m, q), in units of how far their scores move."""
        beyond = (v @ design.zt)[:, None] - own.kinks
        length = np.sqrt((design.zt * design.zt).sum(axis=0))
        away = np.abs(beyond).min(axis=1) / np.where(length > 0, length, 1.0)
        near = np.sort(np.argpartition(away, count, axis=1)[:, :count], axis=1)
        lines = np.ones(away.shape, np.bool_)
        np.put_along_axis(lines, near, False, axis=1)
        return cls(near, lines, beyond > 0.0)

    def held(self, own: Hinges, w: Floats) -> Hinges:
        """The losses of the rows that are near, times their weights w: (n,)."""
        kinks, value, left, jumps = own
        own_w, many = w[self.near], self.near[:, None]
        return Hinges(
            np.take_along_axis(kinks, many, axis=2),
            np.take_along_axis(value, self.near, axis=1) * own_w,
            np.take_along_axis(left, self.near, axis=1) * own_w,
            np.take_along_axis(jumps, many, axis=2) * own_w[:, None],
        )

    def sums(self, design: Design, own: Hinges) -> Lines:
        """What the lines add."""
        kinks, value, left, jumps = own
        passed = jumps * self.passed
        w = np.where(self.lines, design.w, 0.0)
        constants = value - left * kinks[:, 0] - (passed * kinks).sum(axis=1)
        return (w * constants).sum(axis=1), (w * (left + passed.sum(axis=1))) @ design.z

    def above(self, design: Design, own: Hinges, v: Floats) -> Floats:
        """(m,) How far objectives at v (m, q) are above those with lines in them."""
        beyond = (v @ design.zt)[:, None] - own.kinks
        turned = self.lines[:, None] & ((beyond > 0.0) != self.passed)
        return np.asarray((np.abs(beyond) * own.jumps * turned).sum(axis=1) @ design.w)
