"""The table of costs: at the threshold in use, at the best one of these rows, and the one of theory."""

import math

from losscli.report.blocks import Cell, Grid, Role, right, tabulate
from losscli.report.compare_screen import CompareScreen
from losscli.report.data import cost_text
from losscli.report.numbers import Figure, digits_of
from losscli.result import Cost
from losscli.spec import Spec

_OPTIMISTIC = "best at: the threshold that costs least on these rows, judged on the same rows: optimistic"
_THEORY = "in theory: (fp - tn)/(fp - tn + fn - tp), best where probabilities are calibrated"
_WEIGHTED = "; turned by the class weights"


def cost_grids(screen: CompareScreen) -> list[Grid]:
    """Models down, the cheapest first; nothing without --cost."""
    costs = sorted(screen.found.costs, key=lambda one: math.inf if one.cost is None else one.cost)
    if not costs:
        return []
    figures = [Figure(one.cost, one.low, one.high) for one in costs]
    digits = digits_of(figures)
    rows = []
    for number, one in enumerate(costs):
        text = "n/a" if one.cost is None else digits.text(one.cost, figures[number].decimals)
        row = (
            screen.model(one.model),
            _threshold(one.threshold),
            Cell(text, _role(screen, one)),
            Cell("" if one.cost is None else digits.interval(one.low, one.high), Role.DIM),
            _threshold(one.best_threshold),
            "" if one.best_cost is None else digits.text(one.best_cost, figures[number].decimals),
            Cell(_threshold(one.theoretical_threshold), Role.DIM),
        )
        rows.append(row)
    figured = right("threshold", "cost", screen.confidence, "best at", "cost there", "in theory")
    heads = (_title(costs[0].spec), *figured)
    return tabulate("", heads, rows, _notes(screen), always=3, complete=False)


def _notes(screen: CompareScreen) -> tuple[str, ...]:
    costs, weighted = screen.found.costs, screen.found.class_weight is not None
    notes = [_OPTIMISTIC] if any(one.best_cost is not None for one in costs) else []
    if any(one.theoretical_threshold is not None for one in costs):
        notes.append(_THEORY + (_WEIGHTED if weighted else ""))
    return tuple(notes)


def _title(spec: str) -> str:
    """`COST fp=5, fn=1`"""
    return cost_text(Spec.parse(spec).numbers()).replace("cost", "COST", 1)


def _threshold(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


def _role(screen: CompareScreen, one: Cost) -> Role:
    """The cheapest is strong; what is proven stands with the losses."""
    known = [other.cost for other in screen.found.costs if other.cost is not None]
    return Role.STRONG if len(known) > 1 and one.cost == min(known) else Role.PLAIN
