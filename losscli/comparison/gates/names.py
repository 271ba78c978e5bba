"""What a gate names: a loss at its written parameters, or a metric, and which side of it is better."""

import math
from dataclasses import dataclass
from functools import cache

from losscli.domain import Task, sides
from losscli.errors import DataError, UsageError, did_you_mean
from losscli.loss import Loss
from losscli.loss.catalogue import find, known_names, named
from losscli.loss.catalogue.refused import refused_loss
from losscli.metrics import SKILLS, metrics_for
from losscli.metrics.forecast import speaks_of_levels
from losscli.result import Comparison, LossTable, MetricTable
from losscli.spec import Spec


@dataclass(frozen=True, slots=True)
class Measure:
    """A loss or a metric by its name.

    greater_is_better: of a metric, None where neither side is.
    signed: whether a metric can be below 0, and has no ratio; what a loss can be hangs on its parameters.
    """

    spec: Spec
    is_loss: bool
    greater_is_better: bool | None
    signed: bool


def measure_of(spec: Spec, flag: str) -> Measure:
    """What a spec names; flag: as typed, for the error. Raises UsageError for what is neither loss nor
    metric."""
    metric = _metrics().get(spec.name)
    if metric is None and speaks_of_levels(spec.name):
        metric = Measure(spec, False, None, False)
    if metric is not None:
        if spec.params:
            raise UsageError(
                f"{flag}: {spec.name} has no parameter {spec.params[0][0]!r}", advice="Leave it out"
            )
        return metric
    unknown = next((part.name for _, part in spec.terms if part.name not in known_names()), None)
    if unknown is not None and refused_loss(unknown) is None:
        advice = did_you_mean(unknown, [*known_names(), *_metrics()]) or "See losscli losses"
        raise UsageError(f"{flag}: no loss or metric is called {unknown!r}", advice=advice)
    named(spec.name)
    return Measure(spec, True, False, False)


@cache
def _metrics() -> dict[str, Measure]:
    own = {
        one.name: Measure(Spec(one.name), False, one.greater_is_better, one.signed)
        for one in metrics_for(*Task)
    }
    return own | {name: Measure(Spec(name), False, True, True) for name, _ in SKILLS.values()}


def metric_table(spec: Spec, flag: str, comparison: Comparison) -> MetricTable:
    """The table of a metric. Raises DataError where it is not computed for the task."""
    found = comparison.metric(spec.name)
    if found is None:
        raise DataError(
            f"{flag}: {spec.name} is not computed for this {comparison.task} task",
            advice=f"Metrics here: {', '.join(table.name for table in comparison.metrics)}",
        )
    return found


def loss_table(spec: Spec, flag: str, comparison: Comparison) -> LossTable:
    """The table of a loss at its written parameters. Raises DataError where it does not apply."""
    loss = find(spec, *sides(Task(comparison.task), binary=comparison.positive is not None, points=True))
    for table in comparison.losses:
        if loss is not None and table.name == loss.name and _is_at(loss, spec, table, comparison):
            return table
    names = {loss.name for loss in named(spec.name)}
    reasons = [refused.reason for refused in comparison.refused if Spec.parse(refused.spec).name in names]
    raise DataError(
        f"{flag}: {spec} does not apply" + (f": {reasons[0]}" if reasons else ""),
        advice="Gate on a loss that applies; see --all",
    )


def _is_at(loss: Loss, spec: Spec, table: LossTable, comparison: Comparison) -> bool:
    """Whether a table has the written parameters, and the others at their defaults."""
    share = comparison.prevalence
    bound = loss.bind(
        spec.numbers(),
        scale=comparison.scale,
        imbalance=(1 - share) / share if share else None,
        naive=table.params.get("naive"),
    )
    params = dict(bound.params)
    return params.keys() == table.params.keys() and all(
        math.isclose(table.params[key], value, rel_tol=1e-9) for key, value in params.items()
    )
