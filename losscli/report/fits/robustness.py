"""What each loss loses at every level of every contamination, for `--all`."""

from losscli.report.blocks import Column, Grid, right, tabulate
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
        for grid in _grid(screen, scheme, size, records)
        if screen.all
    ]


def _grid(screen: FitScreen, scheme: str, size: float | None, records: tuple[Degradation, ...]) -> list[Grid]:
    levels = [f"{100 * level:g} %" for level in records[0].levels]
    metric = words(screen.found.headline)
    figures = right(*levels, "area", f"{metric} at {levels[0]}", f"at {levels[-1]}")
    ordered = sorted(records, key=lambda one: (one.rank is None, one.rank or 0))
    title = f"EXCESS BY SHARE OF BAD ROWS: {contamination(scheme, size)}"
    heads = ("loss", "robust", *figures, Column("note", flow=True))
    return tabulate(title, heads, (_row(screen, one) for one in ordered), always=2)


def _row(screen: FitScreen, one: Degradation) -> list[str]:
    texts = [screen.loss(one.spec), ranks(one.rank, one.rank_low, one.rank_high) or "--"]
    texts += [excess_text(value) for value in one.excess]
    texts += [excess_text(one.area), _error(one.error[0]), _error(one.error[-1])]
    return [*texts, visible(one.reason or "")]


def _error(value: float | None) -> str:
    return "n/a" if value is None else significant(value)
