"""What a loss is measured by: the lines of its score, its slope, its traits; and a battery of checks."""

from losscli.battery.checks import Check, Checked, checked
from losscli.battery.line import Curve, Line
from losscli.battery.line_checks import slope_problem
from losscli.battery.lines import SCALE, TARGETS, lines
from losscli.battery.row_checks import row_problem
from losscli.battery.slopes import breaks, difference, jumps, mismatch
from losscli.battery.traits import MEASURED, Measurements, is_bounded, is_symmetric, measured

__all__ = [
    "MEASURED",
    "SCALE",
    "TARGETS",
    "Check",
    "Checked",
    "Curve",
    "Line",
    "Measurements",
    "breaks",
    "checked",
    "difference",
    "is_bounded",
    "is_symmetric",
    "jumps",
    "lines",
    "measured",
    "mismatch",
    "row_problem",
    "slope_problem",
]
