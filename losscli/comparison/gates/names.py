"""What a gate names: a loss at its written parameters, or a metric, and which side of it is better."""

import math
from dataclasses import dataclass

from losscli.domain import Task, sides
from losscli.errors import DataError, UsageError, did_you_mean
from losscli.loss import Loss
from losscli.loss.catalogue import find, known_names, named, spelled
from losscli.loss.catalogue.refused import refused_loss
from losscli.metrics import FAMILIES, SKILLS, known_as, metrics_for, metrics_meant
from losscli.metrics.forecast import speaks_of_levels
from losscli.metrics.metric import Metric
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
    metric, and for a parameter that a metric does not take."""
    if spec.name in _skills() or speaks_of_levels(spec.name):
        skill = spec.name in _skills()
        return Measure(_without_parameters(spec, flag), False, True if skill else None, skill)
    metric = _metric(spec, flag)
    if metric is not None:
        return Measure(spec, False, metric.greater_is_better, metric.signed)
    unknown = next((part.name for _, part in spec.terms if part.name not in known_names()), None)
    if unknown is not None and refused_loss(unknown) is None:
        names = dict.fromkeys([*known_names(), *(one.name for one in metrics_for(*Task)), *_skills()])
        found = (
            *(name for name, _ in spelled(unknown)),
            *dict.fromkeys(one.name for one in metrics_meant(unknown)),
        )
        typed = f"Type {' or '.join(found)}" if found else None
        advice = typed or did_you_mean(unknown, list(names)) or "See losscli losses"
        raise UsageError(f"{flag}: no loss or metric is called {unknown!r}", advice=advice)
    named(spec.name)
    return Measure(spec, True, False, False)


def _metric(spec: Spec, flag: str) -> Metric | None:
    """The metric of a name, an alias or a spec that compare takes."""
    known = (*metrics_for(*Task), *(one for family in FAMILIES for one in family.metrics))
    names = {name for one in known for name in (one.name, Spec.parse(one.name).name, *one.aliases)}
    if spec.name not in names:
        return None
    found = next((one for one in known if str(spec) in (one.name, *one.aliases)), None)
    if found is None and all(family.name != spec.name for family in FAMILIES):
        _without_parameters(spec, flag)
    return found or known_as(str(spec))


def _without_parameters(spec: Spec, flag: str) -> Spec:
    if spec.params:
        unknown = spec.params[0][0]
        raise UsageError(f"{flag}: {spec.name} has no parameter {unknown!r}", advice="Leave it out")
    return spec


def _skills() -> frozenset[str]:
    """The names under which the skill of a loss is known."""
    return frozenset(name for name, _ in SKILLS.values())


def metric_table(spec: Spec, flag: str, comparison: Comparison) -> MetricTable:
    """The table of a metric. Raises DataError where it is not computed for the task."""
    record = known_as(str(spec), "", *sides(Task(comparison.task), binary=comparison.positive is not None))
    found = comparison.metric(str(spec) if record is None else record.name)
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
    params = bound.finite_params
    return params.keys() == table.params.keys() and all(
        math.isclose(table.params[key], value, rel_tol=1e-9) for key, value in params.items()
    )
