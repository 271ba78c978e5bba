"""The records of losses as plain values, for JSON and CSV."""

from dataclasses import asdict
from typing import Any

from losscli.domain import Kind
from losscli.loss import BoundLoss, Loss, Trait
from losscli.report import example
from losscli.report.traits import bound_at_one


def example_record(bound: BoundLoss) -> dict[str, Any] | None:
    """Five rows under the loss; None for a loss that they do not serve."""
    found = example(bound)
    return None if found is None else asdict(found)


def loss_record(loss: Loss) -> dict[str, Any]:
    """Everything a record says, functions left out; traits at the defaults with scale 1."""
    traits = bound_at_one(loss).traits
    return {
        "name": loss.name,
        "title": loss.title,
        "task": loss.task.value,
        "formula": loss.formula,
        "slope": loss.slope_formula or None,
        "argument": loss.argument.value,
        "reduction": loss.reduction.value,
        "unit": loss.unit.value,
        "elicits": loss.elicits,
        "needs": [kind.value for kind in Kind if kind in loss.needs],
        "link": loss.link.name,
        "target": str(loss.target),
        "prediction": str(loss.prediction),
        "traits": [trait.name.lower() for trait in Trait if trait in traits and trait.name],
        "params": [
            {
                "name": param.name,
                "default": param.default_text,
                "domain": str(param.domain),
                "meaning": param.meaning,
            }
            for param in loss.params
        ],
        "choose": loss.choose,
        "avoid": loss.avoid,
        "trap": loss.trap or None,
        "reference": loss.reference,
        "aliases": [
            {
                "library": alias.library,
                "name": alias.name,
                "spec": alias.spec,
                "factor": alias.factor,
                "note": alias.note or None,
            }
            for alias in loss.aliases
        ],
    }
