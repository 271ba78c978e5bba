"""The table of losses: one row per class of losses, one column per model."""

import math
from collections.abc import Iterator, Sequence

from losscli.domain import DOMINATED, Task
from losscli.report.blocks import Cell, Grid, GridColumn, Role, right, tabulate
from losscli.report.choice import Choice, alike, label
from losscli.report.compare_screen import CompareScreen, ordered, row_digits, trustless, value_text
from losscli.report.names import visible
from losscli.report.numbers import Digits, percent, ranks
from losscli.report.screen import NO_DIFFERENCE
from losscli.report.traits import asks
from losscli.result import LossTable, LossValue

_TITLE, _BETTER = "LOSSES", "lower is better"


def loss_grids(screen: CompareScreen, choice: Choice) -> list[Grid]:
    """The losses in tables of what they are of, each in blocks of up to four models."""
    grids: list[Grid] = []
    for number, (of, tables) in enumerate(choice.groups):
        title = f"{_TITLE} OF THE {of}" if of else _TITLE
        notes = _below(screen, choice) if number + 1 == len(choice.groups) else ()
        grids += _group(screen, title, tables, notes)
    if screen.all and len(screen.found.models) > 1:
        grids += _interval_grids(screen, choice)
    return grids


def _group(
    screen: CompareScreen, title: str, tables: Sequence[LossTable], notes: tuple[str, ...]
) -> list[Grid]:
    """A table of losses; what is said of a whole row stands in the first block of models."""
    blocks = screen.blocks()
    grids: list[Grid] = []
    for number, models in enumerate(blocks):
        head = f"{title}, more models" if number else f"{title} ({_BETTER})"
        extras = () if number else _extras(screen)
        rows = (
            row
            for table in tables
            for row in (_row(screen, table, models, number == 0), *_parts(screen, table, models, len(extras)))
        )
        heads = (head, *right(*map(screen.model, models)), *extras)
        below = notes if number + 1 == len(blocks) else ()
        grids += tabulate("", heads, rows, below, always=1 + len(models), complete=screen.all)
    return grids


def _extras(screen: CompareScreen) -> tuple[GridColumn, ...]:
    constant = GridColumn("best constant", right=True, drop=2)
    gained = GridColumn("below the constant", right=True, drop=5)
    optimal = GridColumn("optimal prediction", drop=3, flow=screen.all)
    if len(screen.found.models) == 1:
        return GridColumn(screen.confidence), constant, gained, optimal
    ahead = (GridColumn("ahead by", right=True, drop=1), GridColumn("leader", drop=4))
    return (constant, *ahead, *((gained,) if screen.all else ()), optimal)


def _row(
    screen: CompareScreen, table: LossTable, models: Sequence[str], first_block: bool
) -> tuple[Cell, ...]:
    digits = row_digits(table)
    values = (_value_cell(screen, table, table.of(name), digits) for name in models)
    cells = [Cell(label(screen, table)), *values]
    if not first_block:
        return tuple(cells)
    constant = Cell("" if table.reference is None else digits.text(table.reference), Role.DIM)
    best = ordered(table)
    skill = best[0].skill if best else None
    if len(screen.found.models) == 1:
        interval = digits.interval(best[0].low, best[0].high) if best else ""
        cells += [Cell(interval, Role.DIM), constant]
    else:
        cells += [constant, *_leader_cells(screen, table)]
    if len(screen.found.models) == 1 or screen.all:
        cells.append(Cell("" if skill is None else percent(skill), Role.DIM))
    cells.append(Cell(_optimal(screen, table), Role.DIM))
    return tuple(cells)


def _parts(
    screen: CompareScreen, table: LossTable, models: Sequence[str], extras: int
) -> Iterator[tuple[Cell, ...]]:
    """A line for each part of a weighted sum: what it adds, so that the lines add up."""
    digits = row_digits(table)
    for part in table.parts:
        times = "" if part.weight == 1.0 else f"{part.weight:.4g}*"
        values = {result.model: result.value for result in part.results}
        added = [values.get(model) for model in models]
        cells = [
            Cell("n/a" if value is None else digits.text(part.weight * value), Role.DIM) for value in added
        ]
        yield Cell(f"└ {times}{screen.spec(part.spec)}", Role.DIM), *cells, *(Cell(""),) * extras


def _optimal(screen: CompareScreen, table: LossTable) -> str:
    """The functional in a word or two; in full with `--all`."""
    if screen.all:
        return visible(table.elicits)
    return screen.clip(asks(table.spec, table.elicits), 24)


def _value_cell(screen: CompareScreen, table: LossTable, result: LossValue, digits: Digits) -> Cell:
    text = value_text(result, digits)
    if table.best_set is not None and result.model in table.best_set:
        text += "*"
    return Cell(text, _role(screen, table, result))


def _role(screen: CompareScreen, table: LossTable, result: LossValue) -> Role:
    """Green only for a model proven better than all others, red only for one proven worse than the leader."""
    best = ordered(table)
    if len(table.results) < 2 or not best:
        return Role.PLAIN
    leader = best[0].model
    if result.model != leader and result.value == best[0].value:
        return Role.STRONG
    if result.model != leader:
        gap = screen.pair(table.spec, leader, result.model)
        return Role.BAD if gap is not None and gap.proven else Role.PLAIN
    gaps = [screen.pair(table.spec, leader, other.model) for other in table.results if other.model != leader]
    return Role.GOOD if all(gap is not None and gap.proven for gap in gaps) else Role.STRONG


def _leader_cells(screen: CompareScreen, table: LossTable) -> tuple[Cell, Cell]:
    """`~ 1.8 %` and `gbm`: how far the best model is below the next, whether that is within noise, and who
    it is."""
    best = ordered(table)
    if len(best) < 2:
        return Cell(""), Cell(screen.model(best[0].model) if best else "")
    first, second = best[0], best[1]
    assert first.value is not None and second.value is not None
    gap = screen.pair(table.spec, first.model, second.model)
    if first.value == second.value or (gap is not None and gap.equal):
        return Cell("equal"), Cell("")
    mark = "" if gap is None else "? " if gap.carried else "~ " if gap.open else ""
    size = relative(first.value, second.value)
    return Cell(mark + ("" if size is None else percent(size))), Cell(screen.model(first.model), Role.STRONG)


def relative(best: float, other: float) -> float | None:
    """How much larger a loss is than the best one; None where that, as a percentage, is no number."""
    share = (other - best) / best if best > 0 else math.inf
    return share if math.isfinite(100 * share) else None


def _below(screen: CompareScreen, choice: Choice) -> tuple[str, ...]:
    """What the marks mean, how many losses are left out, and which are ordered alike."""
    said = _marks(screen, choice)
    notes = ["; ".join(said)] if said else []
    same = alike(screen, choice)
    if same and not screen.view.tight:
        notes.append(f"ordered alike, though their values differ: {same}")
    both = {"mae_prob", "brier"} <= {table.name for table in choice.tables}
    if screen.all and screen.found.task == Task.BINARY and both:
        notes.append("mae_prob, 2|y - p|, is summed over both classes; brier, (y - p)², is not")
    return tuple(notes)


def _marks(screen: CompareScreen, choice: Choice) -> list[str]:
    """The meaning of each mark that stands in the table."""
    tables = choice.tables
    leads = [_leader_cells(screen, table)[0].text for table in tables]
    few = any(trustless(result) for table in tables for result in table.results)
    marks = (
        (any(table.best_set is not None for table in tables), f"* may be best ({screen.confidence})"),
        (any(text.startswith("~") for text in leads), f"~ {NO_DIFFERENCE}"),
        (few or any(text.startswith("?") for text in leads), f"? {DOMINATED}"),
    )
    return [text for there, text in marks if there]


def _interval_grids(screen: CompareScreen, choice: Choice) -> list[Grid]:
    """Every interval and rank, for `--all`."""
    tables = [table for table in choice.tables if any(result.low is not None for result in table.results)]
    heads = (
        "INTERVALS",
        "model",
        screen.confidence,
        *right("rank", "effective rows", "below the constant"),
    )
    rows = [
        (
            screen.spec(table.spec),
            screen.model(result.model),
            row_digits(table).interval(result.low, result.high),
            ranks(result.rank, result.rank_low, result.rank_high),
            "" if result.effective_rows is None else f"{result.effective_rows:,.0f}",
            "" if result.skill is None else percent(result.skill),
        )
        for table in tables
        for result in table.results
    ]
    return tabulate("", heads, rows, always=3, keys=2)


def missing_values(screen: CompareScreen, tables: Sequence[LossTable]) -> list[str]:
    """One sentence for each value that is infinite or undefined; the reason names the row."""
    return [
        f"{screen.spec(table.spec)} of {screen.model(result.model)}: {visible(result.reason or 'no value')}; "
        "ranked last"
        for table in tables
        for result in table.results
        if result.value is None
    ]
