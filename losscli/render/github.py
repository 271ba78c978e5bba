"""GitHub's annotations: an error for each gate that fails, a warning for each that cannot tell and for each
warning of the result, a notice with the answer.

A line that begins with `::` is an order to the runner of a job; no name gets into one unescaped.
"""

from collections.abc import Mapping, Sequence
from typing import get_args

from losscli.render.format import Format
from losscli.report import VERBS, Found, View, report_of, sentence, visible
from losscli.result import Advice, Changes, Comparison, Fits, Gate, Warning_

MOST = 10  # of each kind that GitHub shows of one step
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}
_TITLES = {"fail": "gate failed", "inconclusive": "gate cannot tell"}

Annotation = tuple[str, str]  # title, message
Told = Comparison | Fits | Advice | Changes  # what may warn


def _write(found: Found, view: View) -> str:
    assert isinstance(found, Told)
    failed, unsure = _gates(found, view.strict) if isinstance(found, Comparison) else ([], [])
    answer = report_of(found, view.page()).answer
    kinds = {
        "error": [*map(_gate, failed)],
        "warning": [*map(_gate, unsure), *map(_warning, found.warnings)],
        "notice": [(f"losscli {VERBS[type(found)].name}", answer)],
    }
    return "".join(line for kind, annotations in kinds.items() for line in _lines(kind, annotations))


def _gates(found: Comparison, strict: bool) -> tuple[list[Gate], list[Gate]]:
    """(those that fail, those that cannot tell and do not)."""
    from losscli.comparison.gates import fails

    failed = [gate for gate in found.gates if fails(gate, strict=strict)]
    return failed, [gate for gate in found.gates if gate.verdict == "inconclusive" and gate not in failed]


def _gate(gate: Gate) -> Annotation:
    from losscli.report.gates import gate_line

    return f"losscli: {_TITLES[gate.verdict]}", gate_line(gate).removeprefix("gate: ")


def _warning(warning: Warning_) -> Annotation:
    told = sentence(warning.message, warning.advice) if warning.advice else warning.message
    return f"losscli: {warning.code.replace('_', ' ')}", told


def _lines(kind: str, annotations: Sequence[Annotation]) -> list[str]:
    """A line each; beyond what GitHub shows, the last one counts the rest."""
    shown = annotations if len(annotations) <= MOST else annotations[: MOST - 1]
    rest = len(annotations) - len(shown)
    more = [("losscli", f"{rest:,} more {kind}s: see --format json")] if rest else []
    return [
        f"::{kind} title={_escaped(title, _PROPERTY)}::{_escaped(message, _DATA)}\n"
        for title, message in (*shown, *more)
    ]


def _escaped(text: str, table: Mapping[str, str]) -> str:
    return "".join(table.get(character, character) for character in visible(text))


FORMAT = Format(_write, holds=get_args(Told))
