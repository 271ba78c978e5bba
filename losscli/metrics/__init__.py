"""The metrics that stand beside the losses, by the summary they read.

Adding one is adding a record to the METRICS of a file: compare and fit take it, and screens and JSON name it.
"""

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

# The skill of these losses is known by a name of its own: D².
SKILLS = {
    "mae": ("d2_absolute_error", "D² (absolute error)"),
    "poisson": ("d2_poisson", "D² (Poisson)"),
    "bce": ("d2_log_loss", "D² (log loss)"),
    "cross_entropy": ("d2_log_loss", "D² (log loss)"),
    "brier": ("d2_brier", "D² (Brier)"),
}


def metrics_for(*tasks: Task, levels: Sequence[float] = (), verb: str = "compare") -> tuple[Metric, ...]:
    """The metrics that a verb takes of these tasks, in the order they are shown. levels: of the quantiles, if
    there are any."""
    own = tuple(
        metric for metric in METRICS if metric.only in ("", verb) and not metric.tasks.isdisjoint(tasks)
    )
    return (*own, *forecast.of_levels(levels)) if levels else own


def known_as(name: str, title: str = "") -> Metric | None:
    """The metric of a name, of several the one of that title, else the first; None where there is none."""
    found = [metric for metric in METRICS if metric.name == name]
    return next((metric for metric in found if metric.title == title), found[0] if found else None)
