"""The metrics that stand beside the losses, by the summary they read."""

from losscli.domain import Task
from losscli.metric import Metric
from losscli.metrics import comoments, confusion, distribution

METRICS: tuple[Metric, ...] = (*comoments.METRICS, *confusion.METRICS, *distribution.METRICS)


def metrics_for(task: Task) -> tuple[Metric, ...]:
    """The metrics of a task, in the order they are shown."""
    return tuple(metric for metric in METRICS if task in metric.tasks)
