"""The records of losses and metrics as plain values, for JSON and CSV."""

from dataclasses import asdict, fields, make_dataclass
from enum import Enum
from types import GenericAlias
from typing import Any, Literal, get_args, get_origin, get_type_hints

from losscli.domain import Interval, Kind, Link
from losscli.loss import Alias, BoundLoss, Loss, Param, Trait
from losscli.metrics.metric import Metric
from losscli.report import example
from losscli.report.explain_metric import facts as metric_facts
from losscli.report.traits import bound_at_one

# Functions, and what only they read; the terms of a sum stand in its name.
_FUNCTIONS = {
    "value",
    "slope",
    "kinks",
    "check",
    "parts",
    "by_class",
    "combine",
    "elementwise",
    "whole",
    "kin",
    "infimum",
}
_LEFT_OUT = _FUNCTIONS | {"target_by", "terms", "each"}
_NAMES = {"slope_formula": "slope"}
# What the keys mean: the half of the docstring that is of texts.
LOSS_TOLD = f"name: {(Loss.__doc__ or '').partition('What it computes')[0].partition('name: ')[2]}".replace(
    "slope_formula", "slope"
)


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
    told = {
        "tasks": sorted(map(str, metric.tasks)),
        "aliases": list(metric.aliases),
        "elsewhere": list(metric.elsewhere),
        "interval": metric_facts(metric)["interval"],
    }
    return {name: told.get(name, _plain(getattr(metric, name))) for name, _ in METRIC_FIELDS}


# The keys of a metric and the types of their values, in their order.
METRIC_FIELDS: tuple[tuple[str, Any], ...] = (
    ("name", str),
    ("title", str),
    ("tasks", tuple[str, ...]),
    ("needs", tuple[Kind, ...]),
    ("greater_is_better", bool | None),
    ("best", float | None),
    ("aliases", tuple[str, ...]),
    ("elsewhere", tuple[str, ...]),
    ("formula", str | None),
    ("convention", str | None),
    ("undefined", str | None),
    ("only", str | None),
    ("interval", str),
)


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


def loss_fields() -> list[tuple[str, Any]]:
    """The keys of `loss_record` and the types of their values, in its order."""
    hints = {name: _written(hint) for name, hint in _hints(Loss).items() if name not in _LEFT_OUT}
    return [(_NAMES.get(name, name), hint) for name, hint in hints.items()]


def _hints(record: type) -> dict[str, Any]:
    """The types of the fields by name; of a text that may be empty, that it may be None."""
    hints = get_type_hints(record)
    empty = {one.name for one in fields(record) if one.default == ""}
    return {
        one.name: hints[one.name] | None if one.name in empty else hints[one.name] for one in fields(record)
    }


def _written(hint: Any) -> Any:
    """The type of what `_plain` makes of a value of a type."""
    if hint in (Link, Interval):
        return str
    if hint in (Param, Alias):
        kinds = {name: _written(kind) for name, kind in _hints(hint).items() if name != "of_level"}
        told = hint.__doc__ if hint is Alias else ""  # a default is written in words
        kinds |= {"default": str} if hint is Param else {}
        return make_dataclass(hint.__name__, kinds.items(), namespace={"__doc__": told})
    match get_origin(hint), get_args(hint):
        case (_, (first, *_)) if first is Trait:
            words = tuple(trait.name.lower() for trait in Trait if trait.name)
            return GenericAlias(tuple, (Literal[words], ...))
        case (kind, (first, *_)) if kind in (tuple, frozenset):
            return GenericAlias(tuple, (_written(first), ...))
        case _:
            return hint
