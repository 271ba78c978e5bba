"""The metrics that stand beside the losses, by the summary they read.

Adding one is adding a record to the METRICS of a file: compare and fit take it, and screens and JSON name it.
"""

from collections.abc import Collection, Iterator, Sequence

from losscli.domain import Task
from losscli.errors import UsageError
from losscli.metrics import comoments, confusion, distribution, forecast, partial_area, several, vectors
from losscli.metrics.metric import Family, Metric
from losscli.spec import Spec, meant

FAMILIES: tuple[Family, ...] = (*confusion.FAMILIES, *partial_area.FAMILIES)
METRICS: tuple[Metric, ...] = (
    *comoments.METRICS,
    *confusion.METRICS,
    *distribution.METRICS,
    *several.METRICS,
    *forecast.METRICS,
    *vectors.METRICS,
    *(metric for family in FAMILIES for metric in family.metrics),
)

# The skill of these losses is known by a name of its own: D².
SKILLS = {
    "mae": ("d2_absolute_error", "D² (absolute error)"),
    "poisson": ("d2_poisson", "D² (Poisson)"),
    "bce": ("d2_log_loss", "D² (log loss)"),
    "cross_entropy": ("d2_log_loss", "D² (log loss)"),
    "brier": ("d2_brier", "D² (Brier)"),
}


def metrics_for(
    *tasks: Task, levels: Sequence[float] = (), verb: str = "compare", asked: Collection[str] = ()
) -> tuple[Metric, ...]:
    """The metrics that a verb takes of these tasks, in the order they are shown.

    levels: of the quantiles, if there are any.
    asked: names, of which those with a parameter are taken at its value, `fbeta:beta=3`.
    """
    names = {metric.name for metric in METRICS}
    more = (
        metric for name in dict.fromkeys(asked) for metric in _of_family(name) if metric.name not in names
    )
    own = tuple(
        metric
        for metric in (*METRICS, *more)
        if metric.only in ("", verb) and not metric.tasks.isdisjoint(tasks)
    )
    return (*own, *forecast.of_levels(levels)) if levels else own


def known_as(name: str, title: str = "", *tasks: Task) -> Metric | None:
    """The metric of a name, an alias (`f2`) or a spec (`fbeta:beta=3`); None where there is none.

    title, tasks: of several the one of that title, else the first, of these tasks if any are given.
    Raises UsageError for a parameter that the metric does not take.
    """
    every = [metric for metric in METRICS if not tasks or not metric.tasks.isdisjoint(tasks)]
    found = [metric for metric in every if metric.name == name]
    found = found or [metric for metric in every if name in metric.aliases]
    found = found or [one for one in _of_family(name) if not tasks or not one.tasks.isdisjoint(tasks)]
    return next((metric for metric in found if metric.title == title), found[0] if found else None)


def metrics_meant(name: str) -> tuple[Metric, ...]:
    """The metrics of a name in any spelling, here, in a library or in print, of every task that has one."""
    own = {
        metric: frozenset((metric.name, metric.name.partition(":")[0], *metric.aliases)) for metric in METRICS
    }
    elsewhere = {metric: frozenset(metric.names_elsewhere) for metric in METRICS}
    lists = [[name for names in each.values() for name in names] for each in (own, elsewhere)]
    found = {*meant(name, *lists)}
    here = tuple(metric for metric in METRICS if not found.isdisjoint(own[metric]))
    return here or tuple(metric for metric in METRICS if not found.isdisjoint(elsewhere[metric]))


def _of_family(name: str) -> Iterator[Metric]:
    """The metrics of a spec, and of a name that is none nothing."""
    try:
        spec = Spec.parse(name)
    except UsageError:
        return
    for family in FAMILIES:
        if family.name == spec.name:
            yield from family.of(spec)
