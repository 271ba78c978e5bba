"""The metrics that stand beside the losses, by the summary they read."""

from collections.abc import Sequence

from losscli.domain import Task
from losscli.metric import Metric
from losscli.metrics import comoments, confusion, distribution, forecast, vectors

METRICS: tuple[Metric, ...] = (
    *comoments.METRICS,
    *confusion.METRICS,
    *distribution.METRICS,
    *forecast.METRICS,
    *vectors.METRICS,
)


def metrics_for(task: Task, levels: Sequence[float] = ()) -> tuple[Metric, ...]:
    """The metrics of a task, in the order they are shown. levels: of the quantiles, where there are any."""
    own = tuple(metric for metric in METRICS if task in metric.tasks)
    return (*own, *forecast.of_levels(levels)) if levels else own
