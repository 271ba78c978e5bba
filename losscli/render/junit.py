"""JUnit's XML, which those who run jobs show: a test case per gate and model.

A case fails exactly where its gate ends the run with exit 1; one that cannot tell and does not is skipped.
Each says its figures, in a message and as text: which of the two is shown depends on the reader.
"""

from losscli.render.format import Format
from losscli.render.markup import marked
from losscli.report import Found, View, report_of
from losscli.report.names import display_names
from losscli.result import Comparison, Gate

_NO_GATE = '    <testcase classname="losscli" name="comparison"/>'


def _write(result: Found, view: View) -> str:
    assert isinstance(result, Comparison)
    gates = list(dict.fromkeys(result.gates))
    ends = [_end(gate, strict=view.strict) for gate in gates]
    counts = (
        f'tests="{len(gates) or 1}" failures="{ends.count("failure")}" errors="0" '
        f'skipped="{ends.count("skipped")}"'
    )
    names = display_names([_name(gate) for gate in gates], None)
    cases = [_case(gate, names[_name(gate)], end) for gate, end in zip(gates, ends, strict=True)]
    properties = {
        "version": result.version,
        "primary": result.primary,
        "task": result.task,
        "rows": str(result.rows.used),
    }
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="losscli" {counts}>',
        f'  <testsuite name="losscli compare" {counts}>',
        "    <properties>",
        *(f'      <property name="{key}" value="{marked(value)}"/>' for key, value in properties.items()),
        "    </properties>",
        *(cases or [_NO_GATE]),
        f"    <system-out>{marked(report_of(result, view.page()).answer)}</system-out>",
        "  </testsuite>",
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _end(gate: Gate, *, strict: bool) -> str:
    """The element in which a gate ends; empty for one that passes."""
    from losscli.comparison.gates import fails

    if fails(gate, strict=strict):
        return "failure"
    return "skipped" if gate.verdict == "inconclusive" else ""


def _name(gate: Gate) -> str:
    return f"{gate.text}: {gate.model}"


def _case(gate: Gate, name: str, end: str) -> str:
    from losscli.report.gates import gate_line

    head = f'    <testcase classname="losscli" name="{marked(name)}">'
    told = marked(gate_line(gate).removeprefix("gate: "))
    kind = f' type="{gate.verdict}"' if end == "failure" else ""
    inside = f'<{end} message="{told}"{kind}>{told}</{end}>' if end else f"<system-out>{told}</system-out>"
    return f"{head}\n      {inside}\n    </testcase>"


FORMAT = Format(_write, (".xml",), (Comparison,))
