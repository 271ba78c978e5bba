"""The metrics that stand beside the losses, by the summary they read."""

from collections.abc import Sequence

from losscli.domain import Task
from losscli.metrics import comoments, confusion, distribution, forecast, vectors
from losscli.metrics.metric import Metric

METRICS: tuple[Metric, ...] = (
    *comoments.METRICS,
    *confusion.METRICS,
    *distribution.METRICS,
    *forecast.METRICS,
    *vectors.METRICS,
)


def metrics_for(*tasks: Task, levels: Sequence[float] = ()) -> tuple[Metric, ...]:
    """The metrics of these tasks, in the order they are shown. levels: of the quantiles, if there are any."""
    own = tuple(metric for metric in METRICS if not metric.tasks.isdisjoint(tasks))
    return (*own, *forecast.of_levels(levels)) if levels else own
