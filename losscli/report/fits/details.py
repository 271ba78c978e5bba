"""Everything behind the ranking, for `--all`: the losses against the metrics, how each fit was reached,
which rows it passes over, and what could not be fitted or ranked."""

from losscli.report.blocks import Cell, Grid, GridColumn, Role, right, tabulate
from losscli.report.fits.screen import FitScreen, Standing, head
from losscli.report.names import visible
from losscli.report.notes import refusal_grids
from losscli.report.numbers import percent, significant
from losscli.result import Downweighted, Fit

_TITLE = "MATRIX: losses trained down, metrics judged across, out of fold; * the best and its ties"
_ROWS = 20
_ENDS = 4  # fits whose ends are shown where an optimizer was asked for


def matrix_grids(screen: FitScreen) -> list[Grid]:
    """Every fit and every metric, then the best constant, for `--all`."""
    if not screen.shown or not screen.all:
        return []
    rows = [
        (Cell(screen.loss(one.fit.spec)), *(_cell(screen, one, metric) for metric in screen.metrics))
        for one in screen.shown
    ]
    constant = [screen.constant(metric) for metric in screen.metrics]
    rows.append(tuple(Cell(text, Role.DIM) for text in ("best constant", *constant)))
    return tabulate(_TITLE, ("loss", *right(*map(head, screen.metrics))), rows, always=1)


def _cell(screen: FitScreen, one: Standing, metric: str) -> Cell:
    text = screen.text(one.fit, metric)
    ranking = screen.ranking(metric)
    row = next((row for row in ranking.rows if row.spec == one.fit.spec), None) if ranking else None
    if row is not None and (row.rank_low or row.rank) == 1:
        return Cell(f"{text}*", Role.STRONG)
    return Cell(text)


def detail_grids(screen: FitScreen) -> list[Grid]:
    """Everything behind the figures, for `--all`; else how an optimizer that was asked for ended."""
    if not screen.all:
        measured = any(fit.distance is not None for fit in screen.found.fits)
        return _optimizer(screen) if measured and screen.found.optimizer != "auto" else []
    return [*_certificates(screen), *_downweighted(screen)]


def refused_grids(screen: FitScreen) -> list[Grid]:
    """What could not be ranked or fitted, and why, for `--all`."""
    if not screen.all:
        return []
    return [*_unranked(screen), *refusal_grids(screen.found.refused, screen.loss)]


def _optimizer(screen: FitScreen) -> list[Grid]:
    """How near the optimizer asked for came to the certified optimum."""
    figures = right("iterations", "objective", "above optimum")
    heads = ("loss", *figures, "converged")
    rows = [
        (
            screen.clip(screen.loss(one.fit.spec), 28),
            f"{one.fit.iterations:,}",
            _figure(one.fit.objective),
            _distance(one.fit),
            _yes(one.fit.converged),
        )
        for one in screen.first(screen.shown, _ENDS)
    ]
    return tabulate(f"OPTIMIZER {visible(screen.found.optimizer)}", heads, rows, always=2)


def _certificates(screen: FitScreen) -> list[Grid]:
    of_objective = ("gradient", "mean loss", "penalty", "objective", "above optimum")
    heads = (
        "loss",
        "converged",
        *right("iterations", *of_objective, "efficiency"),
        GridColumn("certificate", flow=True),
        GridColumn("also", flow=True),
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
        for fit in screen.found.fits
    ]
    return tabulate("FITS ON ALL ROWS", heads, rows, always=2)


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
        for fit in screen.found.fits
        if fit.downweighted
    ]
    heads = ("loss", *right("count"), GridColumn("rows", flow=True))
    return tabulate("ROWS OF WEIGHT < 0.1", heads, rows, always=2)


def row_names(rows: tuple[Downweighted, ...], most: int) -> str:
    """`17, 88, 204 …`"""
    names = ", ".join(visible(str(one.row)) for one in rows[:most])
    return names + (" …" if rows[most:] else "")


def _unranked(screen: FitScreen) -> list[Grid]:
    rows = [(screen.loss(one.spec), visible(one.reason)) for one in screen.found.unranked]
    return tabulate("", ("NOT RANKED", GridColumn("reason", flow=True)), rows)
