"""The primary loss in each slice of the rows, for `--by`."""

from losscli.report.blocks import Cell, Column, Grid, Role
from losscli.report.names import visible
from losscli.report.numbers import Figure, count, digits_of, p_text, percent
from losscli.report.screen import MODELS_PER_BLOCK, Screen
from losscli.result import Slice, SliceDifference, Slices

_MOST = 12
_CELLS = 24
_MISSING = "(missing)"


def slice_grids(screen: Screen) -> list[Grid]:
    """A row per slice, the largest first: the models' values, and the leader against the next."""
    found = screen.comparison.slices
    if found is None:
        return []
    if not found.slices:
        return [Grid(_title(screen, found), (Column("reason", flow=True),), ((Cell(found.reason or ""),),))]
    names = [one.model for one in found.slices[0].results]
    shown = found.slices if screen.all else found.slices[:_MOST]
    models = names if len(names) <= MODELS_PER_BLOCK or screen.all else names[:MODELS_PER_BLOCK]
    columns = (
        Column(screen.clip(found.column, _CELLS)),
        Column("rows", right=True),
        *(Column(screen.model(name), right=True) for name in models),
        *(() if len(names) < 2 else (Column("lead", right=True), Column("leader"))),
        Column("p", right=True, drop=1),
    )
    rows = tuple(_row(screen, one, models, len(names)) for one in shown)
    return [Grid(_title(screen, found), columns, rows, tuple(_notes(screen, found)), complete=screen.all)]


def _title(screen: Screen, found: Slices) -> str:
    column = screen.clip(found.column, _CELLS)
    text = f"SLICES by {column}: {screen.spec(found.spec)}"
    if not found.tests:
        return text
    return f"{text}, {count(found.tests, 'comparison')} corrected (Holm)"


def _row(screen: Screen, one: Slice, models: list[str], count_: int) -> tuple[Cell, ...]:
    digits = digits_of([Figure(value.value, value.low, value.high) for value in one.results])
    name = _MISSING if one.value is None else screen.clip(one.value, _CELLS)
    by_model = {value.model: value for value in one.results}
    cells = [Cell(name), Cell(f"{one.rows:,}")]
    for model in models:
        value = by_model[model].value
        cells.append(Cell("n/a" if value is None else digits.text(value)))
    if count_ < 2:
        return (*cells, Cell(""))
    return (*cells, *_lead(screen, one))


def _lead(screen: Screen, one: Slice) -> tuple[Cell, Cell, Cell]:
    """`~ 1.8 %`, `gbm` and p: the best model of the slice against the next."""
    known = sorted((value for value in one.results if value.value is not None), key=lambda v: v.value or 0.0)
    if len(known) < 2:
        return Cell(""), Cell(""), Cell("")
    first, second = known[0], known[1]
    assert first.value is not None and second.value is not None
    if first.value == second.value:
        return Cell("equal"), Cell(""), Cell("")
    pair = _pair(one, first.model, second.model)
    proven = pair is not None and pair.verdict != "~"
    size = (second.value - first.value) / first.value if first.value > 0 else None
    mark = "" if proven else "~ "
    return (
        Cell(mark + ("" if size is None else percent(size))),
        Cell(screen.model(first.model), Role.GOOD if proven else Role.PLAIN),
        Cell("" if pair is None or pair.p is None else p_text(pair.p)),
    )


def _pair(one: Slice, a: str, b: str) -> SliceDifference | None:
    return next((pair for pair in one.comparisons if {pair.a, pair.b} == {a, b}), None)


def _notes(screen: Screen, found: Slices) -> list[str]:
    notes = []
    if len(found.slices) > _MOST and not screen.all:
        notes.append(f"{len(found.slices) - _MOST:,} more slices: --all")
    if found.least_rows is not None:
        text = f"a slice of fewer than {found.least_rows:,} rows can show nothing"
        if found.rows_needed is not None:
            text += f"; about {_rounded(found.rows_needed)} would show the difference of all rows"
        notes.append(text)
    if found.mean_ranks is not None:
        ranks = ", ".join(f"{screen.model(name)} {rank:.2f}" for name, rank in found.mean_ranks.items())
        p = "" if found.p is None else f" (all alike: p {p_text(found.p)})"
        notes.append(f"mean rank over the slices: {ranks}{p}")
    shown = [visible(one.value or _MISSING) for one in found.slices if _shown(one)]
    if found.tests and not shown:
        notes.append("no slice shows a difference")
    return notes


def _shown(one: Slice) -> bool:
    return any(pair.verdict in ("a", "b") for pair in one.comparisons)


def _rounded(rows: int) -> str:
    """A planning figure of three digits."""
    return f"{round(rows, -max(len(str(rows)) - 3, 0)):,}"
