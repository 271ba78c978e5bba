"""L₀ of every loss: what the best constant loses on the same rows."""

from collections.abc import Sequence

from losscli.comparison.marginal import marginal_loss
from losscli.comparison.survey import Survey
from losscli.data.roles import Problem
from losscli.domain import CLASSES, NUMBERS, Task
from losscli.loss import BoundLoss, Reduction
from losscli.loss.constant import best_constant
from losscli.loss.reduction import of_means


def find_references(problem: Problem, losses: Sequence[BoundLoss], seen: Survey) -> tuple[float | None, ...]:
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

    def least(one: BoundLoss) -> float:
        if one.loss.reduction is Reduction.RELATIVE:
            return 1.0  # it is measured in its own L₀
        if not one.loss.reduction.is_mean_or_root:
            return best_constant(one, target)[1]
        key = one.loss.value, one.params, one.loss.argument
        if key not in means:
            value = best_constant(one, target)[1]
            means[key] = value * value if one.loss.reduction.power == 2 else value
        return float(of_means(one, [means[key]]))

    known = (one.from_zero and one.loss.needs and one.loss.task in CLASSES | NUMBERS for one in losses)
    return tuple(least(one) if sought else None for one, sought in zip(losses, known, strict=True))
