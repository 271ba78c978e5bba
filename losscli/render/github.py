"""GitHub's annotations: an error for each gate that fails, a warning for each that cannot tell and for each
warning of the result, a notice with the answer.

A line that begins with `::` is an order to the runner of a job; no name gets into one unescaped.
"""

from collections.abc import Iterable, Mapping, Sequence

from losscli.render.format import Format, View
from losscli.report import (
    Paragraph,
    Report,
    advice_report,
    comparison_report,
    diff_report,
    fits_report,
    visible,
)
from losscli.result import Advice, Changes, Comparison, Fits, Gate, Warning_

MOST = 10  # of each kind that GitHub shows of one step
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}
_TITLES = {"fail": "gate failed", "inconclusive": "gate cannot tell"}

Annotation = tuple[str, str]  # title, message


def _comparison(result: Comparison, view: View) -> str:
    from losscli.comparison.gate import fails

    failed = [gate for gate in result.gates if fails(gate, strict=view.strict)]
    unsure = [gate for gate in result.gates if gate.verdict == "inconclusive" and gate not in failed]
    report = comparison_report(result, all=view.all, width=None)
    return _text(
        errors=[_gate(gate) for gate in failed],
        warnings=[*map(_gate, unsure), *map(_warning, result.warnings)],
        notices=[("losscli compare", _answer(report))],
    )


def _fits(result: Fits, view: View) -> str:
    report = fits_report(result, all=view.all, coefficients=view.coefficients, width=None)
    return _text(warnings=map(_warning, result.warnings), notices=[("losscli fit", _answer(report))])


def _advice(result: Advice, view: View) -> str:
    report = advice_report(result, width=None)
    return _text(warnings=map(_warning, result.warnings), notices=[("losscli advise", _answer(report))])


def _changes(result: Changes, view: View) -> str:
    report = diff_report(result, all=view.all, width=None)
    return _text(warnings=map(_warning, result.warnings), notices=[("losscli diff", _answer(report))])


def _answer(report: Report) -> str:
    return next(block.text for block in report.blocks if isinstance(block, Paragraph))


def _gate(gate: Gate) -> Annotation:
    from losscli.comparison.gate import gate_line

    return f"losscli: {_TITLES[gate.verdict]}", gate_line(gate).removeprefix("gate: ")


def _warning(warning: Warning_) -> Annotation:
    ended = warning.message.endswith((".", "!", "?", ":")) or not warning.advice
    message = warning.message if ended else f"{warning.message}."
    return f"losscli: {warning.code.replace('_', ' ')}", " ".join(filter(None, (message, warning.advice)))


def _text(
    *,
    errors: Iterable[Annotation] = (),
    warnings: Iterable[Annotation] = (),
    notices: Iterable[Annotation] = (),
) -> str:
    kinds = (("error", errors), ("warning", warnings), ("notice", notices))
    return "".join(line for kind, annotations in kinds for line in _lines(kind, list(annotations)))


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


FORMAT = Format(comparison=_comparison, fits=_fits, advice=_advice, changes=_changes)
