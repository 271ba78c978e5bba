"""The losses of the short list against the baseline, out of fold."""

from losscli.report.blocks import Cell, Grid, GridColumn, Role, right, tabulate
from losscli.report.fits.screen import head, words
from losscli.report.names import visible
from losscli.report.numbers import Digits, Figure, count, digits_of, percent
from losscli.report.screen import ROLES, Screen
from losscli.result import Advice, CheckRow


def check_grids(screen: Screen[Advice]) -> list[Grid]:
    """Each loss by the metric that decides, and by another beside it; best first."""
    check = screen.found.check
    if not check.losses:
        return []
    usual = sorted(check.losses, key=lambda row: row.spec != check.baseline)  # whose digits the others take
    digits = digits_of([Figure(row.value) for row in usual])
    beside = digits_of([Figure(row.other) for row in usual])
    rows = [_cells(screen, row, digits, beside) for row in check.losses]
    constant = ("best constant", _text(check.constant, digits), "", "", "")
    rows.append(tuple(Cell(text, Role.DIM) for text in constant))
    against = f"vs {check.baseline}"
    figures = right(head(check.metric), against, head(check.other))
    heads = ("loss", *figures, GridColumn(against, right=True, drop=1))
    title = f"{words(check.metric)}, out of fold".upper()
    return tabulate(title, heads, rows, _notes(screen), complete=False)


def _cells(screen: Screen[Advice], row: CheckRow, digits: Digits, beside: Digits) -> tuple[Cell, ...]:
    check = screen.found.check
    base = row.spec == check.baseline
    role = Role.STRONG if row.spec == check.best and check.verdict == "better" else Role.PLAIN
    mark = "~" if row.verdict == "~" else ""
    own = "" if base else mark + _gap(row.relative, row.low, row.high)
    other = "" if base else _gap(row.other_relative, row.other_low, row.other_high)
    return (
        Cell(visible(row.spec), role),
        Cell(_text(row.value, digits)),
        Cell(own, ROLES.get(row.verdict or "", Role.PLAIN)),
        Cell(_text(row.other, beside)),
        Cell(other, Role.DIM),
    )


def _text(value: float | None, digits: Digits) -> str:
    return "n/a" if value is None else digits.text(value)


def _gap(relative: float | None, low: float | None, high: float | None) -> str:
    if relative == low == high == 0.0:
        return "the same"
    return "n/a" if relative is None else percent(relative, low, high, sign=True)


def _notes(screen: Screen[Advice]) -> list[str]:
    check = screen.found.check
    made = f"linear models, {count(check.folds, 'fold')} x {count(check.repeats, 'repeat')}"
    notes = [f"{made} ({visible(check.splitter)}), {count(check.rows, 'row')}"]
    if any(row.low is not None for row in check.losses):
        notes.append(f"{screen.confidence} intervals, all losses at once; ~ no clear difference")
    reasons = {row.spec: row.reason for row in check.losses if row.reason and row.spec != check.baseline}
    if len(set(reasons.values())) == 1 and check.reason:
        return [*notes, f"no intervals: {visible(check.reason)}"]
    return [*notes, *(f"{visible(spec)}: {visible(reason)}" for spec, reason in reasons.items())]
