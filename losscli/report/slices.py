"""The primary loss in each slice of the rows, for `--by`."""

import math
from collections.abc import Sequence

from losscli.report.blocks import Cell, Grid, GridColumn, Role, right, tabulate
from losscli.report.compare_screen import MODELS_PER_BLOCK, CompareScreen
from losscli.report.losses import relative
from losscli.report.names import joined, some
from losscli.report.numbers import Figure, count, digits_of, p_text, percent
from losscli.report.rank_notes import rank_notes
from losscli.result import Slice, SliceDifference, Slices, planned, rests_on_few

_MOST = 12
_CELLS = 24
_NAMED = 3  # pairs of models, and slices of each
_MISSING = "(missing)"


def slice_grids(screen: CompareScreen) -> list[Grid]:
    """A row per slice, the largest first: the models' values, and the leader against the next."""
    found = screen.found.slices
    if found is None:
        return []
    if not found.slices:
        reason = GridColumn("reason", flow=True)
        return tabulate(_title(screen, found), (reason,), ((found.reason or "",),), complete=False)
    names = [one.model for one in found.slices[0].results]
    shown = found.slices if screen.all else found.slices[:_MOST]
    models = names if len(names) <= MODELS_PER_BLOCK or screen.all else names[:MODELS_PER_BLOCK]
    several = (*right("ahead by"), "leader", GridColumn("p", right=True, drop=1))
    heads = (
        screen.clip(found.column, _CELLS),
        *right("rows", *map(screen.model, models)),
        *(several if len(names) > 1 else right(screen.confidence)),
    )
    rows = [_row(screen, one, models, len(names)) for one in shown]
    notes = (*_hidden(found, shown, len(names) - len(models)), *_notes(screen, found))
    return tabulate(_title(screen, found), heads, rows, notes, complete=screen.all)


def _title(screen: CompareScreen, found: Slices) -> str:
    column = screen.clip(found.column, _CELLS)
    text = f"SLICES by {column}: {screen.spec(found.spec)}"
    if not found.tests:
        return text
    return f"{text}, {count(found.tests, 'comparison')} corrected (Holm)"


def _row(screen: CompareScreen, one: Slice, models: list[str], count_: int) -> tuple[Cell, ...]:
    digits = digits_of([Figure(value.value, value.low, value.high) for value in one.results])
    by_model = {value.model: value for value in one.results}
    cells = [Cell(_name(screen, one)), Cell(f"{one.rows:,}")]
    for model in models:
        value, few = by_model[model].value, rests_on_few(by_model[model].reason)
        cells.append(Cell("n/a" if value is None else digits.text(value) + "?" * few))
    if count_ < 2:
        return (*cells, *(Cell(digits.interval(value.low, value.high)) for value in one.results))
    return (*cells, *_lead(screen, one))


def _name(screen: CompareScreen, one: Slice) -> str:
    return _MISSING if one.value is None else screen.clip(one.value, _CELLS)


def _lead(screen: CompareScreen, one: Slice) -> tuple[Cell, Cell, Cell]:
    """`~ 1.8 %`, `gbm` and p: the best model of the slice against the next."""
    known = sorted((value for value in one.results if value.value is not None), key=lambda v: v.value or 0.0)
    if len(known) < 2:
        return Cell(""), Cell(""), Cell("")
    first, second = known[0], known[1]
    assert first.value is not None and second.value is not None
    pair = _pair(one, first.model, second.model)
    if first.value == second.value or (pair is not None and pair.difference == 0):
        return Cell("equal"), Cell(""), Cell("")
    proven = pair is not None and pair.verdict in ("a", "b")
    size = relative(first.value, second.value)
    mark = "" if proven else "? " if pair is not None and pair.verdict is None else "~ "
    return (
        Cell(mark + ("" if size is None else percent(size))),
        Cell(screen.model(first.model), Role.GOOD if proven else Role.PLAIN),
        Cell("" if pair is None or pair.p is None else p_text(pair.p)),
    )


def _pair(one: Slice, a: str, b: str) -> SliceDifference | None:
    return next((pair for pair in one.comparisons if {pair.a, pair.b} == {a, b}), None)


def _hidden(found: Slices, shown: Sequence[Slice], models: int) -> list[str]:
    slices = len(found.slices) - len(shown)
    more = [count(number, noun) for number, noun in ((slices, "slice"), (models, "model")) if number]
    return [f"not listed: {joined(more)}: --all"] if more else []


def _notes(screen: CompareScreen, found: Slices) -> list[str]:
    notes = []
    if found.least_rows is not None:
        text = f"a slice of fewer than {found.least_rows:,} {screen.units} can show no difference"
        if found.rows_needed is not None:
            text += f"; {planned(found.rows_needed)} would show the difference that all rows have"
        notes.append(text)
    if any(pair.low is None and pair.p is not None for one in found.slices for pair in one.comparisons):
        needed = math.ceil(found.tests / (1 - screen.found.confidence))
        notes.append(f"these are too few resamples for so many: name fewer models, or --resamples {needed}")
    if found.mean_ranks is not None:
        ranks = ", ".join(f"{screen.model(name)} {rank:.2f}" for name, rank in found.mean_ranks.items())
        notes.append(f"mean rank over the slices: {ranks}")
    if found.rank_tests is not None:
        notes += rank_notes(screen, found.rank_tests, len(found.slices))
    return [*notes, *_shown(screen, found)]


def _shown(screen: CompareScreen, found: Slices) -> list[str]:
    """`clear differences: a better than b in north and south`; of two models the table says it."""
    where: dict[tuple[str, str], list[str]] = {}
    for one in found.slices:
        for pair in one.comparisons:
            if pair.verdict in ("a", "b"):
                order = (pair.a, pair.b) if pair.verdict == "a" else (pair.b, pair.a)
                where.setdefault(order, []).append(_name(screen, one))
    if not where:
        return ["no clear difference in any slice"] if found.tests else []
    if len(found.slices[0].results) < 3:
        return []
    ordered = sorted(where.items(), key=lambda item: -len(item[1]))
    texts = [
        f"{screen.model(a)} better than {screen.model(b)} in {some(names, _NAMED)}"
        for (a, b), names in ordered[:_NAMED]
    ]
    more = f"; {len(ordered) - _NAMED:,} more pairs" if len(ordered) > _NAMED else ""
    return [f"clear differences: {'; '.join(texts)}{more}"]
