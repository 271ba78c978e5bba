"""JSON: the result as the contract has it; the records of losses. ASCII only, no NaN and no Infinity."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from losscli.domain import Task
from losscli.loss import Loss, Params
from losscli.render.format import Format, View
from losscli.render.records import example_record, loss_record
from losscli.report import bind_records
from losscli.result.json import Document

if TYPE_CHECKING:
    from losscli.loss.battery import Checked
_ORDER = re.compile(r"#(?=#\w*\[)")  # what those who run jobs obey in their logs, also within a line


def _document(result: Document, view: View) -> str:
    return _harmless(result.to_json()) + "\n"


def _catalogue(losses: Sequence[Loss], task: Task | None, view: View) -> str:
    document = {
        "schema": "losscli/losses/1",
        "task": None if task is None else task.value,
        "losses": [loss_record(loss) for loss in losses],
    }
    return _dump(document)


def _explanation(losses: Sequence[Loss], written: Params, view: View) -> str:
    records = [
        {
            "spec": bound.spec,
            "values": dict(bound.params),
            **loss_record(bound.loss),
            "example": example_record(bound),
        }
        for bound in bind_records(losses, written)
    ]
    return _dump({"schema": "losscli/explain/1", "scale": 1.0, "losses": records})


def _checks(found: "Sequence[Checked]", view: View) -> str:
    losses = [
        {
            "spec": one.bound.spec,
            "name": one.bound.loss.name,
            "task": one.bound.loss.task.value,
            "holds": one.holds,
            "checks": [asdict(check) for check in one.checks],
        }
        for one in found
    ]
    return _dump(
        {"schema": "losscli/check-loss/1", "holds": all(one.holds for one in found), "losses": losses}
    )


def _dump(document: dict[str, Any]) -> str:
    return _harmless(json.dumps(document, ensure_ascii=True, allow_nan=False, indent=1)) + "\n"


def _harmless(text: str) -> str:
    """The same document; such a sign can only stand in a string, where an escape is the same."""
    return _ORDER.sub(r"\\u0023", text)


FORMAT = Format(
    comparison=_document,
    fits=_document,
    advice=_document,
    changes=_document,
    catalogue=_catalogue,
    explanation=_explanation,
    checks=_checks,
)
