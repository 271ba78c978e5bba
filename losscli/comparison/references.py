"""L₀ of every loss: what the best constant loses on the same rows."""

import math
from collections.abc import Sequence

from losscli.comparison.marginal import marginal_loss
from losscli.comparison.screening import Screening
from losscli.data.roles import Problem
from losscli.domain import CLASSES, NUMBERS, Task
from losscli.loss import BoundLoss, Reduction
from losscli.loss.constant import best_constant


def find_references(
    problem: Problem, losses: Sequence[BoundLoss], seen: Screening
) -> tuple[float | None, ...]:
    """L₀ of each loss; None for a loss that may be negative, which has no skill, for a sum that no single
    prediction serves, and for targets of several columns, whose best constant is not sought."""
    if problem.task is Task.FORECAST:
        marginal = seen.target(problem.task)
        return tuple(
            marginal_loss(one, marginal, problem.levels) if one.from_zero else None for one in losses
        )
    task = problem.tasks[0]
    if task not in CLASSES | NUMBERS:
        return (None,) * len(losses)
    target = seen.target(task)
    means: dict[tuple[object, ...], float] = {}  # a root has the best constant of its mean

    def least(bound: BoundLoss) -> float:
        if bound.loss.reduction is Reduction.RELATIVE:
            return 1.0  # it is measured in its own L₀
        if bound.loss.reduction not in (Reduction.MEAN, Reduction.ROOT):
            return best_constant(bound, target)[1]
        key = bound.loss.value, bound.params, bound.loss.argument
        root = bound.loss.reduction is Reduction.ROOT
        if key not in means:
            value = best_constant(bound, target)[1]
            means[key] = value * value if root else value
        return math.sqrt(means[key]) if root else means[key]

    known = (one.from_zero and one.loss.needs and one.loss.task in CLASSES | NUMBERS for one in losses)
    return tuple(least(one) if sought else None for one, sought in zip(losses, known, strict=True))
