"""Piecewise linear convex losses of rows that memory does not hold: few rows as they are, the rest as lines.

Rows far from every kink of their loss, as some fit has them, stay on their piece: all of them together are
one linear function. The others, held in memory, go to the interior point method. A line is nowhere above its
loss, so that the dual's bound is one for all rows, and what the losses of all rows are above the lines at the
end is added to the gap. Where that is too much, it begins again from there. Preprocessing of Portnoy and
Koenker 1997, doi:10.1214/ss/1030037960.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import add

import numpy as np

from losscli.descent import interior
from losscli.descent.blocks.rows import CODES, Block, BlockedRows
from losscli.descent.blocks.subsets import Subset
from losscli.descent.interior import Hinges, Vertex, row_values
from losscli.descent.objective import Trainee, negligible, spared
from losscli.domain import Codes, Floats

_ROUNDS = 8
_WIDER = 1.5  # times the radius, round after round
CROWDED = 16  # times as many rows as were wanted, so near to a kink that they cannot be told from it


class Crowded(Exception):
    """More rows lie at kinks than memory holds."""


@dataclass(frozen=True, slots=True)
class Near:
    """Which rows are held: those whose score at b (C,) is within `radius` of a kink, in units of the length
    of their coordinates `turn` (q, C); most: how many of a block."""

    b: Floats
    turn: Floats
    radius: float
    most: int

    def distance(self, columns: Floats, own: Hinges, scores: Floats) -> Floats:
        """(k,)"""
        length = np.sqrt(((self.turn @ columns) ** 2).sum(axis=0))
        return np.asarray(np.abs(own.kinks[0] - scores).min(axis=0) / np.where(length > 0, length, 1.0))


@dataclass(frozen=True, eq=False, slots=True)
class _Part:
    """The rows of some blocks: constants (G,) and slopes (G, C) of the lines by the code of their fold, and
    the rows that are held."""

    constant: Floats
    slope: Floats
    held: tuple[Block, ...]

    def merged(self, other: "_Part") -> "_Part":
        held = self.held + other.held
        return _Part(self.constant + other.constant, self.slope + other.slope, held)


def hinges_of(model: Trainee, block: Block) -> Hinges:
    """The row losses of scores less the offset."""
    found = interior.hinges(model, block.y)
    assert found is not None
    return found._replace(kinks=found.kinks - block.offset)


def _lines(own: Hinges, scores: Floats) -> tuple[Floats, Floats]:
    """(constants, slopes) (k,) of the pieces on which scores (k,) are."""
    passed = np.where(scores > own.kinks[0], own.jumps[0], 0.0)
    constant = own.value[0] - own.left[0] * own.kinks[0, 0] - (passed * own.kinks[0]).sum(axis=0)
    return constant, own.left[0] + passed.sum(axis=0)


def minimise(
    rows: BlockedRows,
    folds: Codes | None,
    subsets: Sequence[Subset],
    models: Sequence[Trainee],
    near: Near,
    *,
    tol: float,
    level: float,
    floor: float,
) -> tuple[list[Vertex], Floats]:
    """(the ends of models that are one loss with one set of parameters, one on each subset, each on its own
    design; their objectives (s,)). near: where they end about.

    Raises Crowded where too many rows are at kinks.
    """
    found: dict[int, _End] = {}
    spent, left = np.zeros(len(subsets), np.intp), list(range(len(subsets)))
    for number in range(_ROUNDS):
        own, their = [subsets[at] for at in left], [models[at] for at in left]
        try:
            ends = _round(rows, folds, own, their, near, tol, level, floor)
        except Crowded:
            if not number:
                raise
            break
        found |= dict(zip(left, ends, strict=True))
        spent[left] += [int(end.vertex.iterations[0]) for end in ends]
        lower = sum(end.value - end.before for end in ends) < 0.0
        rest = [end for end in ends if not end.is_enough(tol, level, floor)]
        left = [at for at, end in zip(left, ends, strict=True) if not end.is_enough(tol, level, floor)]
        if not left:
            break
        b = np.mean([end.b for end in rest], axis=0) if lower else near.b
        near = replace(near, b=b, radius=_WIDER * near.radius)
    vertices = [
        replace(end.vertex, gap=np.abs(end.vertex.gap) + end.above, iterations=spent[at : at + 1])
        for at, end in sorted(found.items())
    ]
    return vertices, np.array([found[at].value for at in sorted(found)])


@dataclass(frozen=True, eq=False, slots=True)
class _End:
    """A vertex, as a model of common columns b (C,) too; its objective, how far that is above the one with
    lines in it, and the objective where the lines begin."""

    vertex: Vertex
    b: Floats
    value: float
    above: float
    before: float

    def is_enough(self, tol: float, level: float, floor: float) -> bool:
        """Whether the lines are the rows' losses, but for a negligible rest."""
        value = np.array(self.value)
        return bool(self.above <= negligible(value, np.array(level), tol) + spared(value, np.array(floor)))


def _round(
    rows: BlockedRows,
    folds: Codes | None,
    subsets: Sequence[Subset],
    models: Sequence[Trainee],
    near: Near,
    tol: float,
    level: float,
    floor: float,
) -> list[_End]:
    count = len(subsets[0].table)
    part = rows.summed(partial(_gathered, rows, folds, models[0], near, count), _Part.merged)
    held = _joined(part.held)
    problems = [_Reduced.of(part, held, *pair) for pair in zip(subsets, models, strict=True)]
    start = [own.coordinates(near.b) for own in subsets]
    solved = dict(rows.each(len(subsets), partial(_solved, problems, start, tol, level, floor)))
    b = np.array([solved[at].v[0] @ own.turn for at, own in enumerate(subsets)])
    value, above, before = _checked(rows, folds, subsets, models[0], near, b)
    ends = []
    for at, (subset, model) in enumerate(zip(subsets, models, strict=True)):
        whole = float(value[at]) + _penalty(subset, model, solved[at].v[0])
        first = float(before[at]) + _penalty(subset, model, start[at])
        ends.append(_End(solved[at], b[at], whole, float(above[at]), first))
    return ends


def _penalty(subset: Subset, model: Trainee, v: Floats) -> float:
    return 0.5 * model.l2 * float(subset.design.penalty @ (v * v))


def _gathered(
    rows: BlockedRows, folds: Codes | None, model: Trainee, near: Near, count: int, i: int
) -> _Part:
    """Of block i. count: of codes of folds."""
    block = rows.block(i, folds)
    own, scores = hinges_of(model, block), near.b @ block.columns
    keep = near.distance(block.columns, own, scores) <= near.radius
    if keep.sum() > near.most:
        raise Crowded
    constant, slope = _lines(own, scores)
    codes = block.folds + CODES
    w = np.where(keep, 0.0, block.w)
    sums = np.zeros((count, len(block.columns)))
    for code in np.unique(codes).tolist():
        at = codes == code
        sums[code] = block.columns[:, at] @ (w * slope)[at]
    held = Block(
        block.part,
        block.columns[:, keep],
        block.y[keep],
        block.w[keep],
        block.offset if isinstance(block.offset, float) else block.offset[keep],
        block.folds[keep],
    )
    constants = np.asarray(np.bincount(codes, weights=w * constant, minlength=count), np.float64)
    return _Part(constants, sums, (held,))


def _joined(held: Sequence[Block]) -> Block:
    """The rows of all."""
    offsets = [one.offset for one in held]
    return Block(
        slice(0, sum(len(one.w) for one in held)),
        np.concatenate([one.columns for one in held], axis=1),
        np.concatenate([one.y for one in held]),
        np.concatenate([one.w for one in held]),
        0.0 if isinstance(offsets[0], float) else np.concatenate(offsets),
        np.concatenate([one.folds for one in held]),
    )


@dataclass(frozen=True, eq=False, slots=True)
class _Reduced:
    """The held rows of one subset, and the lines of the others: a constant and a slope (q,)."""

    subset: Subset
    model: Trainee
    held: Block
    constant: float
    slope: Floats

    @classmethod
    def of(cls, part: _Part, held: Block, subset: Subset, model: Trainee) -> "_Reduced":
        table = subset.table
        constant = float(part.constant[table].sum() / subset.total)
        return cls(subset, model, held, constant, subset.turn @ part.slope[table].sum(axis=0) / subset.total)

    def solved(self, start: Floats, tol: float, level: float, floor: float) -> Vertex:
        share = self.subset.shares(self.held.w, self.held.folds)
        there = share > 0.0
        own = hinges_of(self.model, self.held)
        design = replace(
            self.subset.design, z=(self.subset.turn @ self.held.columns[:, there]).T, w=share[there]
        )
        return interior.minimise(
            design,
            Hinges(*(array[..., there] for array in own)),
            np.array([self.model.l2]),
            start[None],
            tol=tol,
            level=np.array([level]),
            floor=np.array([floor]),
            rest=(np.array([self.constant]), self.slope[None]),
        )


def _solved(
    problems: Sequence[_Reduced], start: Sequence[Floats], tol: float, level: float, floor: float, i: int
) -> Vertex:
    return problems[i].solved(start[i], tol, level, floor)


def _checked(
    rows: BlockedRows,
    folds: Codes | None,
    subsets: Sequence[Subset],
    model: Trainee,
    near: Near,
    b: Floats,
) -> tuple[Floats, Floats, Floats]:
    """(mean losses (s,), how far they are above those of the lines) of models b (s, C), and the mean losses
    of the one that lines begin at, from all rows."""

    def work(i: int) -> Floats:
        block = rows.block(i, folds)
        own, scores = hinges_of(model, block), near.b @ block.columns
        far = near.distance(block.columns, own, scores) > near.radius
        constant, slope = _lines(own, scores)
        at_near = row_values(own, scores[None])[0]
        found = np.empty((3, len(b)))
        for at, (one, subset) in enumerate(zip(b, subsets, strict=True)):
            here = one @ block.columns
            value, share = row_values(own, here[None])[0], subset.shares(block.w, block.folds)
            beyond = np.maximum(value - constant - slope * here, 0.0)[far]
            found[:, at] = share @ value, share[far] @ beyond, share @ at_near
        return found

    value, above, before = rows.summed(work, add)
    return value, above, before
