"""The coefficients side by side: one row per column of the file, one column per loss."""

from collections.abc import Mapping

from losscli.domain import Task
from losscli.report.blocks import Cell, Column, Grid, Role
from losscli.report.fits.screen import FitScreen
from losscli.report.names import display_names, visible
from losscli.report.numbers import significant
from losscli.result import Fit

_INTERCEPT = "(intercept)"
_ZEROS = "(slopes that are 0)"
_NAME_CELLS = 24
_DIFFERS = "differs"


def coefficient_grids(screen: FitScreen) -> list[Grid]:
    """One table, or one per class; the signs that differ between losses are flagged."""
    fits = [one.fit for one in screen.shown if one.fit.intercept is not None]
    if not fits:
        return []
    names, what = screen.fits.classes, "class"
    if screen.fits.outputs:
        names, what = screen.fits.outputs, "output" if screen.fits.task == Task.MULTIOUTPUT else "label"
    if not names or screen.fits.positive is not None:
        of = f" (the positive class is {visible(screen.fits.positive)})" if screen.fits.positive else ""
        return [_grid(screen, f"COEFFICIENTS on the columns as they are{of}", fits, None)]
    return [_grid(screen, f"COEFFICIENTS of the {what} {visible(name)}", fits, name) for name in names]


def _grid(screen: FitScreen, title: str, fits: list[Fit], label: str | None) -> Grid:
    names = list(dict.fromkeys(name for fit in fits for name in fit.coefficients))
    shown = display_names(names, None if screen.width is None else _NAME_CELLS)
    rows = [_row(_INTERCEPT, [_at(fit.intercept, label) for fit in fits], flagged=False)]
    rows += [_row(shown[name], [_at(fit.coefficients.get(name), label) for fit in fits]) for name in names]
    if screen.fits.l1:
        rows.append(_zeros(fits, label))
    losses = [screen.clip(screen.loss(fit.spec), 20) for fit in fits]
    flag = [Column("sign")] if len(fits) > 1 else []
    columns = (Column("column"), *flag, *(Column(name, right=True) for name in losses))
    cells = rows if flag else [(row[0], *row[2:]) for row in rows]
    return Grid(title, columns, tuple(cells), complete=True)


def _zeros(fits: list[Fit], label: str | None) -> tuple[Cell, ...]:
    """How many slopes the l1 penalty has made 0, of how many."""
    slopes = [[_at(value, label) for value in fit.coefficients.values()] for fit in fits]
    texts = [f"{sum(value == 0.0 for value in own):,} of {len(own):,}" for own in slopes]
    return (Cell(_ZEROS, Role.DIM), Cell(""), *(Cell(text, Role.DIM) for text in texts))


def _row(name: str, values: list[float | None], flagged: bool = True) -> tuple[Cell, ...]:
    known = [value for value in values if value is not None]
    differs = flagged and any(value > 0 for value in known) and any(value < 0 for value in known)
    texts = ["n/a" if value is None else significant(value) for value in values]
    flag = Cell(_DIFFERS, Role.BAD) if differs else Cell("")
    return (Cell(name), flag, *(Cell(text) for text in texts))


def _at(value: float | Mapping[str, float] | None, label: str | None) -> float | None:
    return value.get(label or "") if isinstance(value, Mapping) else value
