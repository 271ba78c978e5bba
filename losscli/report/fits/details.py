"""How each fit was reached, which rows it passes over, and what could not be fitted or ranked."""

from collections.abc import Sequence

from losscli.report.blocks import Cell, Column, Grid, compact
from losscli.report.fits.screen import FitScreen
from losscli.report.names import visible
from losscli.report.notes import refusal_text
from losscli.report.numbers import percent, significant
from losscli.result import Downweighted, Fit

_ROWS = 20


def detail_grids(screen: FitScreen) -> list[Grid]:
    """Everything behind the figures, for `--all`."""
    return [*_certificates(screen), *_downweighted(screen), *_unranked(screen), *_refused(screen)]


def optimizer_grids(screen: FitScreen) -> list[Grid]:
    """How near the optimizer asked for came to the certified optimum."""
    titles = ("loss", "iterations", "objective", "above optimum", "converged", "note")
    rows = [
        (
            screen.clip(screen.loss(one.fit.spec), 28),
            f"{one.fit.iterations:,}",
            _figure(one.fit.objective),
            _distance(one.fit),
            _yes(one.fit.converged),
            visible(one.fit.reason or ""),
        )
        for one in screen.shown
    ]
    return _table(f"OPTIMIZER {visible(screen.fits.optimizer)}", titles, rows, right=titles[1:4])


def _certificates(screen: FitScreen) -> list[Grid]:
    titles = (
        "loss",
        "converged",
        "iterations",
        "gradient",
        "mean loss",
        "penalty",
        "objective",
        "above optimum",
        "efficiency",
        "certificate",
        "also",
    )
    rows = [
        (
            screen.loss(fit.spec),
            _yes(fit.converged),
            f"{fit.iterations:,}",
            _figure(fit.gradient_norm),
            _figure(fit.mean_loss),
            _figure(fit.penalty),
            _figure(fit.objective),
            _distance(fit),
            "" if fit.efficiency is None else percent(fit.efficiency),
            visible(fit.certificate),
            ", ".join(screen.loss(spec) for spec in fit.members if spec != fit.spec),
        )
        for fit in screen.fits.fits
    ]
    return _table("FITS ON ALL ROWS", titles, rows, right=titles[2:9])


def _distance(fit: Fit) -> str:
    """Relative, as a share of the optimum's objective; empty where the optimizer certifies its own."""
    return "" if fit.distance is None else significant(fit.distance, 2)


def _figure(value: float | None) -> str:
    return "n/a" if value is None else significant(value)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _downweighted(screen: FitScreen) -> list[Grid]:
    rows = [
        (screen.loss(fit.spec), f"{len(fit.downweighted):,}", row_names(fit.downweighted, _ROWS))
        for fit in screen.fits.fits
        if fit.downweighted
    ]
    return _table("ROWS OF WEIGHT < 0.1", ("loss", "count", "rows"), rows, right=("count",))


def row_names(rows: tuple[Downweighted, ...], most: int) -> str:
    """`17, 88, 204 …`"""
    names = ", ".join(visible(str(one.row)) for one in rows[:most])
    return names + (" …" if rows[most:] else "")


def _unranked(screen: FitScreen) -> list[Grid]:
    rows = [(screen.loss(one.spec), visible(one.reason)) for one in screen.fits.unranked]
    return _table("", ("NOT RANKED", "reason"), rows, right=())


def _refused(screen: FitScreen) -> list[Grid]:
    rows = [(screen.loss(one.spec), refusal_text(one)) for one in screen.fits.refused]
    return _table("", ("DOES NOT APPLY", "reason"), rows, right=())


def _table(
    title: str, titles: tuple[str, ...], rows: Sequence[tuple[str, ...]], right: tuple[str, ...]
) -> list[Grid]:
    """A whole table; its last column takes what room is left."""
    flowing = ("reason", "rows", "note", "certificate", "also")
    columns = tuple(Column(name, right=name in right, flow=name in flowing) for name in titles)
    cells = tuple(tuple(Cell(text) for text in row) for row in rows)
    return compact(Grid(title, columns, cells, complete=True), 2)
