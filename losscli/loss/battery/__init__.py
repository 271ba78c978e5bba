"""What a loss is measured by: the lines of its score, its slope, its traits; and a battery of checks."""

from losscli.loss.battery.checks import BatteryCheck, Checked, checked
from losscli.loss.battery.line import Curve, ScoreLine
from losscli.loss.battery.line_checks import slope_problem
from losscli.loss.battery.lines import SCALE, TARGETS, lines
from losscli.loss.battery.row_checks import row_problem
from losscli.loss.battery.slopes import breaks, difference, jumps, mismatch
from losscli.loss.battery.traits import MEASURED, Measurements, is_bounded, is_symmetric, measured
