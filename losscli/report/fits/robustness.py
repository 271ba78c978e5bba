"""What each loss loses at every level of every contamination, for `--all`."""

from losscli.report.blocks import Cell, Column, Grid, compact
from losscli.report.fits.ranking import excess_text
from losscli.report.fits.screen import FitScreen, contamination, words
from losscli.report.names import visible
from losscli.report.numbers import ranks, significant
from losscli.result import Degradation


def robustness_grids(screen: FitScreen) -> list[Grid]:
    """One table per kind and size of contamination, the losses in its order."""
    return [
        grid
        for (scheme, size), records in screen.groups.items()
        for grid in compact(_grid(screen, scheme, size, records), 2)
    ]


def _grid(screen: FitScreen, scheme: str, size: float | None, records: tuple[Degradation, ...]) -> Grid:
    levels = [f"{100 * level:g} %" for level in records[0].levels]
    metric = words(screen.fits.headline)
    columns = (
        Column("loss"),
        Column("robust"),
        *(Column(level, right=True) for level in levels),
        Column("area", right=True),
        Column(f"{metric} at {levels[0]}", right=True),
        Column(f"at {levels[-1]}", right=True),
        Column("note", flow=True),
    )
    ordered = sorted(records, key=lambda one: (one.rank is None, one.rank or 0))
    rows = tuple(_row(screen, one) for one in ordered)
    title = f"EXCESS BY SHARE OF BAD ROWS: {contamination(scheme, size)}"
    return Grid(title, columns, rows, complete=True)


def _row(screen: FitScreen, one: Degradation) -> tuple[Cell, ...]:
    texts = [screen.loss(one.spec), ranks(one.rank, one.rank_low, one.rank_high) or "--"]
    texts += [excess_text(value) for value in one.excess]
    texts += [excess_text(one.area), _error(one.error[0]), _error(one.error[-1])]
    return tuple(Cell(text) for text in (*texts, visible(one.reason or "")))


def _error(value: float | None) -> str:
    return "n/a" if value is None else significant(value)
