"""JSON: the result as the contract has it; the records of losses. ASCII only, no NaN and no Infinity."""

import json
import re
from dataclasses import asdict
from typing import Any

from losscli.render.format import Format
from losscli.render.records import example_record, loss_record, metric_record
from losscli.report import Checks, Explanation, Found, Listing, View

_ORDER = re.compile(r"#(?=#\w*\[)")  # what those who run jobs obey in their logs, also within a line


def _write(found: Found, view: View) -> str:
    match found:
        case Listing():
            text = _dumped(_listing(found))
        case Explanation():
            text = _dumped(_explanation(found))
        case Checks():
            text = _dumped(_checks(found))
        case _:
            text = found.to_json()
    return _harmless(text) + "\n"


def _listing(listing: Listing) -> dict[str, Any]:
    return {
        "schema": "losscli/losses/1",
        "task": None if listing.task is None else listing.task.value,
        "losses": [loss_record(loss) for loss in listing.losses],
    }


def _explanation(explanation: Explanation) -> dict[str, Any]:
    records = [
        {
            "spec": bound.spec,
            "values": bound.finite_params,
            **loss_record(bound.loss),
            "example": example_record(bound),
        }
        for bound in explanation.bound()
    ]
    metrics = list(map(metric_record, explanation.metrics))
    return {"schema": "losscli/explain/1", "scale": 1.0, "losses": records, "metrics": metrics}


def _checks(checks: Checks) -> dict[str, Any]:
    losses = [
        {
            "spec": one.bound.spec,
            "name": one.bound.loss.name,
            "task": one.bound.loss.task.value,
            "holds": one.holds,
            "checks": [asdict(check) for check in one.checks],
        }
        for one in checks.losses
    ]
    holds = all(one.holds for one in checks.losses)
    return {"schema": "losscli/check-loss/1", "holds": holds, "losses": losses}


def _dumped(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=True, allow_nan=False, indent=1)


def _harmless(text: str) -> str:
    """The same document; such a sign can only stand in a string, where an escape is the same."""
    return _ORDER.sub(r"\\u0023", text)


FORMAT = Format(_write, (".json",))
