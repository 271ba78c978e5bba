"""Gates: the verdict in one line that grep finds, and the figures of a table."""

import math

from losscli.report.names import display_specs
from losscli.result import Gate, would_decide
from losscli.spec import number_text

_DIGITS = range(3, 16)
_ALIKE = 1e-9  # relative: a change that no digit need show
_NO_NAME = "''"


def gate_line(gate: Gate) -> str:
    """`gate: FAIL mae: 11.8 -> 12.7, +7.5 % (90 % interval +3.4 to +11.9), limit +2 %; new against old`"""
    if gate.baseline is not None:
        name = display_specs([gate.spec])[gate.spec]
        sides = f"{gate.model} against {gate.baseline}"
        return f"gate: {gate.verdict.upper()} {name}: {_regression(gate)}; {sides}"
    value = "infinite" if gate.value is None else f"{gate.value:.6g}"
    if gate.value != gate.threshold and value == f"{gate.threshold:.6g}":
        value = number_text(gate.value or 0.0)
    head = f"gate: {gate.verdict.upper()} {gate.text}: {gate.spec} of {gate.model or _NO_NAME}"
    return f"{head} is {value} ({gate.reason})"


def figures(gate: Gate) -> tuple[str, str, str]:
    """`11.8 -> 12.7`, `+7.5 % [+3.4, +11.9]` and the limit, `+2 %`; of a rule the first and the last."""
    if gate.baseline is None:
        value = "infinite" if gate.value is None else f"{gate.value:.6g}"
        return value, "", number_text(gate.threshold)
    limit = _change(gate, gate.threshold) + _unit(gate)
    if gate.value is None:
        return _values(gate), "", limit
    text = _change(gate, gate.value) + _unit(gate)
    ends = _ends(gate)
    return _values(gate), text if ends is None else f"{text} [{ends[0]}, {ends[1]}]", limit


def _ends(gate: Gate) -> tuple[str, str] | None:
    """The interval of the change, lower end first; None where there is none."""
    if gate.low is None or gate.high is None:
        return None
    low, high = sorted((gate.low, gate.high), reverse=gate.greater_is_better)
    return _change(gate, low), _change(gate, high)


def _regression(gate: Gate) -> str:
    """`11.8 -> 12.7, +7.5 % (90 % interval +3.4 to +11.9), limit +2 %`, and what else there is to say."""
    parts = [_values(gate)]
    if gate.value is not None:
        text = _change(gate, gate.value) + _unit(gate)
        ends = _ends(gate)
        if ends is not None and gate.level is not None:
            text += f" ({100 * gate.level:g} % interval {ends[0]} to {ends[1]})"
        parts.append(text)
    parts.append(f"limit {_change(gate, gate.threshold)}{_unit(gate)}")
    text = ", ".join(parts) + (f" ({gate.reason})" if gate.reason else "")
    if gate.rows_needed is not None:
        text += f"; {would_decide(gate.rows_needed)}"
    return text


def _values(gate: Gate) -> str:
    """`11.8 -> 12.7`, in as few digits as show the change."""
    both = [gate.old, gate.new]
    alike = gate.old is not None and gate.new is not None and math.isclose(gate.old, gate.new, rel_tol=_ALIKE)
    for digits in _DIGITS[:1] if alike else _DIGITS:
        texts = ["infinite" if value is None else f"{value:.{digits}g}" for value in both]
        if texts[0] != texts[1]:
            break
    return " -> ".join(texts)


def _change(gate: Gate, worsening: float) -> str:
    """`+7.5`: of the figure itself, which falls where it gets worse and greater is better."""
    size = 1.0 if gate.relative else abs(gate.old or 1.0)
    change = 0.0 if abs(worsening) < _ALIKE * size else worsening
    change = -change if gate.greater_is_better and change else change
    return f"{100 * change if gate.relative else change:+.3g}"


def _unit(gate: Gate) -> str:
    return " %" if gate.relative else ""
