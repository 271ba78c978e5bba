"""A loss along lines of its score: those of one score per row or class are the package's own."""

from battery.line import Line
from battery.vector_lines import vector_lines
from losscli.domain import CLASSES, NUMBERS
from losscli.loss import BoundLoss, battery


def lines(loss: BoundLoss) -> tuple[Line, ...]:
    """Every line of the loss: one for r, m or l; one per target, or per class and coordinate, else."""
    return battery.lines(loss) if loss.loss.task in CLASSES | NUMBERS else tuple(vector_lines(loss))
