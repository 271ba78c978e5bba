"""L₀ of every loss: what the best constant loses on the same rows."""

from collections.abc import Sequence

from losscli.comparison.marginal import marginal_loss
from losscli.comparison.screening import Screening
from losscli.data.roles import Problem
from losscli.domain import CLASSES, NUMBERS, Task
from losscli.loss import BoundLoss, Reduction
from losscli.loss.constant import best_constant
from losscli.loss.reduction import of_means


def find_references(
    problem: Problem, losses: Sequence[BoundLoss], seen: Screening
) -> tuple[float | None, ...]:
    """L₀ of each loss; None for a loss that may be negative, which has no skill, for a sum that no single
    prediction serves, and for targets of several columns, whose best constant is not sought."""
    task = Task.REGRESSION if problem.task is Task.FORECAST else problem.tasks[0]
    if task not in CLASSES | NUMBERS:
        return (None,) * len(losses)
    target = seen.target(task)
    means: dict[tuple[object, ...], float] = {}  # a root has the best constant of its mean

    def least(bound: BoundLoss) -> float:
        if bound.loss.reduction is Reduction.RELATIVE:
            return 1.0  # it is measured in its own L₀
        if not bound.loss.reduction.is_mean_or_root:
            return best_constant(bound, target)[1]
        key = bound.loss.value, bound.params, bound.loss.argument
        if key not in means:
            value = best_constant(bound, target)[1]
            means[key] = value * value if bound.loss.reduction.power == 2 else value
        return float(of_means(bound, [means[key]]))

    def reference(bound: BoundLoss) -> float | None:
        if not bound.from_zero:
            return None
        if bound.loss.task is Task.FORECAST:
            return marginal_loss(bound, seen.target(Task.FORECAST), problem.levels)
        return least(bound) if bound.loss.needs and bound.loss.task in CLASSES | NUMBERS else None

    return tuple(map(reference, losses))
