"""Gates: what ends a run with exit 1."""

from losscli.comparison.gates.allowances import Allowance, parse_allowances
from losscli.comparison.gates.rules import GateRule, judged, parse_rule
from losscli.result import Gate

__all__ = ["Allowance", "GateRule", "fails", "judged", "parse_allowances", "parse_rule"]


def fails(gate: Gate, *, strict: bool) -> bool:
    """Whether a gate ends the run with exit 1; strict: also where it cannot tell."""
    return gate.verdict == "fail" or (strict and gate.verdict == "inconclusive")
