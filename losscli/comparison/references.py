"""L₀ of every loss: what the best constant loses on the same rows."""

from collections.abc import Sequence

from losscli.comparison.survey import Survey
from losscli.constant import best_constant
from losscli.loss import BoundLoss
from losscli.task import Problem


def find_references(problem: Problem, losses: Sequence[BoundLoss], seen: Survey) -> tuple[float | None, ...]:
    """L₀ of each loss; None for a loss that may be negative, which has no skill."""
    target = seen.target(problem.task)
    return tuple(best_constant(one, target)[1] if one.loss.infimum == 0.0 else None for one in losses)
