"""The losses trained against the metrics judged: which loss is best for which metric."""

from losscli.report.blocks import Cell, Grid, Role, right, tabulate
from losscli.report.fits.screen import FitScreen, Standing, head

_TITLE = "MATRIX: losses trained down, metrics judged across, out of fold; * the best and its ties"


def matrix_grids(screen: FitScreen) -> list[Grid]:
    """Every fit and every metric, then the best constant, for `--all`."""
    rows = [
        (Cell(screen.loss(one.fit.spec)), *(_cell(screen, one, metric) for metric in screen.metrics))
        for one in screen.shown
    ]
    if not rows or not screen.all:
        return []
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
