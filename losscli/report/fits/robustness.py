"""The losses ranked by what they lose when training rows are spoiled; with `--all` every kind and level."""

from losscli.report.blocks import Cell, Grid, GridColumn, Role, right, tabulate
from losscli.report.fits.screen import FitScreen, Standing, contamination, words
from losscli.report.names import visible
from losscli.report.numbers import fixed, ranks, significant
from losscli.result import Degradation

_MOST, _MOST_OF_CLASSES = 5, 3
_LEVELS = 3


def robustness_grids(screen: FitScreen) -> list[Grid]:
    """The most robust losses under the largest contamination; with `--all` one table per kind and size."""
    if screen.all:
        return [
            grid
            for (scheme, size), records in screen.groups.items()
            for grid in _grid(screen, scheme, size, records)
        ]
    measured = [one for one in screen.ranked if one.bad is not None and one.bad.rank is not None]
    measured.sort(key=lambda one: one.bad.rank if one.bad is not None and one.bad.rank is not None else 0)
    most = screen.most(_MOST_OF_CLASSES if screen.found.classes else _MOST, 3)
    shown = screen.first(tuple(measured), most)
    if len(measured) < 2 or not screen.ahead:  # there is no lead over a constant to lose
        return []
    levels = screen.bad[0].levels
    places = [place for place, level in enumerate(levels) if level > 0][-_LEVELS:]
    heads = (
        GridColumn("ROBUSTNESS", least=len("best constant")),
        *right("rank", *(f"{100 * levels[place]:g} % bad" for place in places), "mean"),
    )
    rows = [_short(screen, one, places) for one in shown]
    return tabulate("", heads, rows, _legend(screen), complete=False)


def _short(screen: FitScreen, one: Standing, places: list[int]) -> tuple[Cell | str, ...]:
    record = one.bad
    assert record is not None
    role = Role.STRONG if record.rank_low == 1 else Role.PLAIN
    name = Cell(screen.clip(screen.loss(one.fit.spec), 28), role)
    texts = [excess_text(record.excess[place]) for place in places]
    return (name, ranks(record.rank, record.rank_low, record.rank_high), *texts, excess_text(record.area))


def _legend(screen: FitScreen) -> tuple[str, str]:
    """What the figures are."""
    what = contamination(screen.bad[0].scheme, screen.bad[0].size)
    return (
        "excess error: 0 the best loss on clean data, 100 the best constant",
        f"bad: the share of training rows with {what}; mean: over the shares",
    )


def excess_text(share: float | None) -> str:
    """In per cent without the sign: one decimal below ten."""
    if share is None:
        return "n/a"
    value = 100 * share
    return fixed(value, 1 if abs(value) < 9.95 else 0)


def _grid(screen: FitScreen, scheme: str, size: float | None, records: tuple[Degradation, ...]) -> list[Grid]:
    levels = [f"{100 * level:g} %" for level in records[0].levels]
    metric = words(screen.found.headline)
    figures = right(*levels, "mean", f"{metric} at {levels[0]}", f"at {levels[-1]}")
    ordered = sorted(records, key=lambda one: (one.rank is None, one.rank or 0))
    title = f"EXCESS BY SHARE OF BAD ROWS: {contamination(scheme, size)}"
    heads = ("loss", "rank", *figures, GridColumn("note", flow=True))
    return tabulate(title, heads, (_row(screen, one) for one in ordered), always=2)


def _row(screen: FitScreen, one: Degradation) -> list[str]:
    texts = [screen.loss(one.spec), ranks(one.rank, one.rank_low, one.rank_high) or "--"]
    texts += [excess_text(value) for value in one.excess]
    texts += [excess_text(one.area), _figure(one.error[0]), _figure(one.error[-1])]
    return [*texts, visible(one.reason or "")]


def _figure(value: float | None) -> str:
    return "n/a" if value is None else significant(value)
