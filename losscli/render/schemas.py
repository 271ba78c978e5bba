"""The JSON Schema of all that losscli writes as JSON, by the name of the command."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import make_dataclass
from typing import Any

from losscli.domain import Task
from losscli.fitting.model import SavedModel
from losscli.loss.battery import BatteryCheck
from losscli.render.records import LOSS_TOLD, METRIC_FIELDS, loss_fields
from losscli.report.examples import Example
from losscli.result import Advice, Changes, Comparison, Fits, Roles
from losscli.result.help import Help
from losscli.result.schema import Schema, schema_of

_Fields = Sequence[tuple[str, Any]]


def _losses() -> Schema:
    return _of_losses("losscli/losses/1", [("task", Task | None)], loss_fields())


def _explanation() -> Schema:
    own: _Fields = [("spec", str), ("values", Mapping[str, float])]
    fields = [*own, *loss_fields(), ("example", Example | None)]
    metric = make_dataclass("Metric", METRIC_FIELDS, namespace={"__doc__": ""})
    also = [("metrics", tuple[metric, ...])]  # type: ignore[valid-type]
    return _of_losses("losscli/explain/1", [("scale", float)], fields, also)


def _checks() -> Schema:
    fields: _Fields = [
        ("spec", str),
        ("name", str),
        ("task", Task),
        ("holds", bool),
        ("checks", tuple[BatteryCheck, ...]),
    ]
    return _of_losses("losscli/check-loss/1", [("holds", bool)], fields)


def _of_losses(name: str, head: _Fields, each: _Fields, tail: _Fields = ()) -> Schema:
    """Of a document whose `losses` have such fields."""
    loss = make_dataclass("Loss", each, namespace={"__doc__": LOSS_TOLD})
    whole = make_dataclass("Found", [*head, ("losses", tuple[loss, ...]), *tail], namespace={"__doc__": ""})  # type: ignore[valid-type]
    return schema_of(whole, name)


SCHEMAS: Mapping[str, Callable[[], Schema]] = {
    "compare": lambda: schema_of(Comparison, Comparison.SCHEMA),
    "fit": lambda: schema_of(Fits, Fits.SCHEMA),
    "advise": lambda: schema_of(Advice, Advice.SCHEMA),
    "diff": lambda: schema_of(Changes, Changes.SCHEMA),
    "roles": lambda: schema_of(Roles, Roles.SCHEMA),
    "losses": _losses,
    "explain": _explanation,
    "check-loss": _checks,
    "model": lambda: schema_of(SavedModel, SavedModel.SCHEMA),  # of fit --save
    "help": lambda: schema_of(Help, Help.SCHEMA),
}
