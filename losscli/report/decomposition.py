"""What the primary loss is made of: miscalibration, discrimination, uncertainty."""

from losscli.report.blocks import Cell, Grid, Role, right, tabulate
from losscli.report.compare_screen import CompareScreen
from losscli.report.names import visible
from losscli.report.numbers import Digits, Figure, digits_of
from losscli.result import Decomposition, Estimate

_TITLE = "WHAT THE LOSS IS MADE OF"
_PARTS = ("miscalibration", "discrimination", "uncertainty")
_MEANING = (
    "loss = miscalibration - discrimination + uncertainty: what recalibration would save, "
    "what it gains on the best constant, what that constant loses"
)
_BY_CHANCE = "by chance: a calibrated model shows less in {confidence} of samples; * more than that"


def decomposition_grids(screen: CompareScreen) -> list[Grid]:
    """The primary loss, and those that ask for the same."""
    primary = screen.primary
    if not screen.all or primary is None:
        return []
    alike = {table.spec for table in screen.found.losses if table.elicits == primary.elicits}
    shown = [one for one in screen.found.decompositions if one.spec in alike]
    shown.sort(key=lambda one: one.spec != primary.spec)
    known = [one for one in shown if one.uncertainty.value is not None]
    if not known:
        return []
    first, second, third = (right(name, screen.confidence) for name in _PARTS)
    heads = (_TITLE, *first, *right("by chance"), *second, *third)
    reasons = dict.fromkeys(visible(one.reason) for one in shown if one.reason is not None)
    chance = any(one.calibrated_limit is not None for one in known)
    by_chance = [_BY_CHANCE.format(confidence=screen.confidence)] if chance else []
    notes = (_MEANING, *by_chance, *reasons)
    return tabulate("", heads, (_row(screen, one) for one in known), notes, always=2)


def _row(screen: CompareScreen, one: Decomposition) -> tuple[Cell, ...]:
    parts = one.miscalibration, one.discrimination, one.uncertainty
    digits = digits_of([Figure(part.value, part.low, part.high) for part in parts])
    first, *others = (_texts(part, digits) for part in parts)
    chance = "" if one.calibrated_limit is None else digits.text(one.calibrated_limit)
    mark = Cell(first[0] + "*" * one.clear, Role.BAD if one.clear else Role.PLAIN)
    rest = (first[1], chance, *(text for pair in others for text in pair))
    return Cell(f"{screen.spec(one.spec)} of {screen.model(one.model)}"), mark, *map(Cell, rest)


def _texts(part: Estimate, digits: Digits) -> tuple[str, str]:
    return "" if part.value is None else digits.text(part.value), digits.interval(part.low, part.high)
