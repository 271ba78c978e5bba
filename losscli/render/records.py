"""The records of losses and metrics as plain values, for JSON and CSV."""

from dataclasses import asdict, fields
from enum import Enum
from typing import Any

from losscli.domain import Interval, Kind, Link
from losscli.loss import Alias, BoundLoss, Loss, Param, Trait
from losscli.metrics.metric import Metric
from losscli.report import example
from losscli.report.explain_metric import facts as metric_facts
from losscli.report.traits import bound_at_one

# Functions, and what only they read; the terms of a sum stand in its name.
_FUNCTIONS = {"value", "slope", "kinks", "check", "parts", "by_class", "combine", "whole", "kin", "infimum"}
_LEFT_OUT = _FUNCTIONS | {"terms", "each"}
_NAMES = {"slope_formula": "slope"}


def example_record(bound: BoundLoss) -> dict[str, Any] | None:
    """Five rows under the loss; None for a loss that they do not serve."""
    found = example(bound)
    return None if found is None else asdict(found)


def loss_record(loss: Loss) -> dict[str, Any]:
    """Every field of a record but the functions, in its order; traits at the defaults with scale 1. Optional
    texts that are empty are None."""
    told = _fields(loss, traits=bound_at_one(loss).traits)
    return {_NAMES.get(name, name): value for name, value in told.items() if name not in _LEFT_OUT}


def metric_record(metric: Metric) -> dict[str, Any]:
    """What there is to say of a metric, its texts that are empty None."""
    return {
        "name": metric.name,
        "title": metric.title,
        "tasks": sorted(map(str, metric.tasks)),
        "needs": _plain(metric.needs),
        "greater_is_better": metric.greater_is_better,
        "best": metric.best,
        "aliases": list(metric.aliases),
        "elsewhere": list(metric.elsewhere),
        **{name: _plain(getattr(metric, name)) for name in ("formula", "convention", "undefined", "only")},
        "interval": metric_facts(metric)["interval"],
    }


def _fields(record: Loss | Param | Alias, **instead: Any) -> dict[str, Any]:
    return {one.name: _plain(instead.get(one.name, getattr(record, one.name))) for one in fields(record)}


def _plain(value: Any) -> Any:
    match value:
        case Trait():
            return [trait.name.lower() for trait in Trait if trait in value and trait.name]
        case frozenset():
            return [kind.value for kind in Kind if kind in value]
        case tuple():
            return [_plain(one) for one in value]
        case Enum():
            return value.value
        case Link() | Interval():
            return str(value)
        case Param():
            told = _fields(value, default=value.default_text)
            del told["of_level"]
            return told
        case Alias():
            return _fields(value)
        case _:
            return None if value == "" else value
