"""The records of losses as plain values, for JSON and CSV."""

from dataclasses import asdict, fields
from enum import Enum
from typing import Any

from losscli.domain import Interval, Kind, Link
from losscli.loss import Alias, BoundLoss, Loss, Param, Trait
from losscli.report import example
from losscli.report.traits import bound_at_one

# Functions and what only they read; what a sum is made of stands in its name.
_LEFT_OUT = frozenset(
    "value slope kinks check parts by_class combine whole kin infimum terms each".split()
)
_NAMES = {"slope_formula": "slope"}


def example_record(bound: BoundLoss) -> dict[str, Any] | None:
    """Five rows under the loss; None for a loss that they do not serve."""
    found = example(bound)
    return None if found is None else asdict(found)


def loss_record(loss: Loss) -> dict[str, Any]:
    """Every field of a record but the functions, in its order; traits at the defaults with scale 1. Optional
    texts that are empty are None."""
    return {
        _NAMES.get(field.name, field.name): _plain(
            bound_at_one(loss).traits if field.name == "traits" else getattr(loss, field.name)
        )
        for field in fields(loss)
        if field.name not in _LEFT_OUT
    }


def _plain(value: Any) -> Any:
    match value:
        case "":
            return None
        case Trait():
            return [trait.name.lower() for trait in Trait if trait in value and trait.name]
        case Enum():
            return value.value
        case Link():
            return value.name
        case Interval():
            return str(value)
        case frozenset():
            return [kind.value for kind in Kind if kind in value]
        case tuple():
            return [_plain(one) for one in value]
        case Param():
            return {
                "name": value.name,
                "default": value.default_text,
                "domain": str(value.domain),
                "meaning": value.meaning,
            }
        case Alias():
            return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        case _:
            return value
