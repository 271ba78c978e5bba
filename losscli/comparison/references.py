"""L₀ of every loss: the best constant, and its loss on all rows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from losscli.aggregate import Moments
from losscli.comparison.request import Request
from losscli.comparison.summary import Column, Layout
from losscli.comparison.survey import SAMPLE, Survey, block_count
from losscli.constant import SUPPORT, Target, best_constant
from losscli.domain import Floats, Kind, Task
from losscli.engine import fold
from losscli.loss import BoundLoss, Reduction
from losscli.rows import Arguments, load
from losscli.table import Table
from losscli.task import Problem

_SUMMED = (Reduction.MEAN, Reduction.ROOT, Reduction.RELATIVE)


@dataclass(frozen=True, slots=True)
class References:
    """The best constant of each loss, None where it is not needed; its loss, None where the main pass
    is to sum it (`summed`)."""

    constants: tuple[Floats | None, ...]
    losses: tuple[float | None, ...]

    @property
    def summed(self) -> tuple[bool, ...]:
        return tuple(constant is not None for constant in self.constants)

    def values(self, moments: Moments, layout: Layout) -> tuple[float | None, ...]:
        """L₀ of each loss."""
        found = []
        for index, (one, loss) in enumerate(zip(layout.losses, self.losses, strict=True)):
            value = loss
            if self.constants[index] is not None:
                mean = float(moments.mean[layout.place[Column(index, 0, None)]])
                value = math.sqrt(mean) if one.loss.reduction is Reduction.ROOT else mean
            found.append(value)
        return tuple(found)


def find_references(
    table: Table, problem: Problem, request: Request, losses: Sequence[BoundLoss], seen: Survey
) -> References:
    """Exact for classes and for up to SUPPORT rows. Beyond, the constant is found on the distribution of
    the target, polished on all rows above SAMPLE rows, and its loss summed over all rows."""
    numbers = not problem.labels
    target = seen.target(problem.task)
    wanted = [_has_reference(one) for one in losses]
    found = [best_constant(one, target) if want else None for one, want in zip(losses, wanted, strict=True)]
    if not numbers or seen.used <= SUPPORT:
        return References((None,) * len(losses), tuple(None if one is None else one[1] for one in found))
    constants: list[Floats | None] = [
        one[0] if one is not None and bound.loss.reduction in _SUMMED else None
        for one, bound in zip(found, losses, strict=True)
    ]
    values = [
        one[1] if one is not None and bound.loss.reduction is Reduction.RATIO else None
        for one, bound in zip(found, losses, strict=True)
    ]
    if seen.used > SAMPLE:
        constants = _polished(table, problem, request, losses, constants, target)
    return References(tuple(constants), tuple(values))


def _has_reference(one: BoundLoss) -> bool:
    """Skill is not defined for losses that may be negative."""
    return one.loss.infimum == 0.0


def _polished(
    table: Table,
    problem: Problem,
    request: Request,
    losses: Sequence[BoundLoss],
    constants: Sequence[Floats | None],
    target: Target,
) -> list[Floats | None]:
    """Each constant moved to the vertex of the parabola through its loss at three points near it,
    summed over all rows: a sample of n rows is off by sd/√n, the vertex by that squared."""
    spread = math.sqrt(float(target.w @ (target.values - target.mean) ** 2) / float(target.w.sum()))
    h = 4 * spread / math.sqrt(SAMPLE)
    at = [None if c is None else c[0] + np.array([-h, 0.0, h]) for c in constants]
    at = [
        c if c is not None and one.loss.prediction.contains(c).all() else None
        for c, one in zip(at, losses, strict=True)
    ]

    def work(block: int) -> Floats:
        rows = load(table, problem, block, drop=request.drop)
        sums = np.zeros((len(losses), 3))
        for i, (one, points) in enumerate(zip(losses, at, strict=True)):
            if points is not None:
                for j, c in enumerate(points):
                    predicted = {Kind.VALUE: np.full(len(rows.y), c)}
                    sums[i, j] = (
                        one.value(*Arguments(Task.REGRESSION, rows.y, predicted).of(one.loss)) @ rows.w
                    )
        return sums

    sums = fold(block_count(table), work, np.add, request.jobs)
    polished = list(constants)
    for i, points in enumerate(at):
        below, middle, above = sums[i]
        bend = below - 2 * middle + above
        if points is not None and bend > 0:
            step = float(np.clip(h * (below - above) / (2 * bend), -h, h))
            polished[i] = np.array([points[1] + step])
    return polished
