"""The coefficients side by side: one row per column of the file, one column per loss."""

from collections.abc import Mapping

from losscli.domain import Task
from losscli.report.blocks import Cell, Grid, Role, right, tabulate
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
    if not fits or not screen.view.coefficients:
        return []
    names, what = screen.found.classes, "class"
    if screen.found.outputs:
        names, what = screen.found.outputs, "output" if screen.found.task == Task.MULTIOUTPUT else "label"
    if not names or screen.found.positive is not None:
        of = f" (the positive class is {visible(screen.found.positive)})" if screen.found.positive else ""
        return _grid(screen, f"COEFFICIENTS on the columns as they are{of}", fits, None)
    titles = {name: f"COEFFICIENTS of the {what} {visible(name)}" for name in names}
    return [grid for name in names for grid in _grid(screen, titles[name], fits, name)]


def _grid(screen: FitScreen, title: str, fits: list[Fit], label: str | None) -> list[Grid]:
    names = list(dict.fromkeys(name for fit in fits for name in fit.coefficients))
    shown = display_names(names, screen.limit(_NAME_CELLS))
    rows = [_row(_INTERCEPT, [_at(fit.intercept, label) for fit in fits], flagged=False)]
    rows += [_row(shown[name], [_at(fit.coefficients.get(name), label) for fit in fits]) for name in names]
    if screen.found.l1:
        rows.append(_zeros(fits, label))
    losses = [screen.clip(screen.loss(fit.spec), 20) for fit in fits]
    if len(fits) > 1:
        return tabulate(title, ("column", "sign", *right(*losses)), rows)
    return tabulate(title, ("column", *right(*losses)), ((row[0], *row[2:]) for row in rows))


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
