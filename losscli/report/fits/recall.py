"""What precision is left where so many of the positives are to be found, for `--all`."""

from losscli.report.blocks import Cell, Column, Grid, compact
from losscli.report.fits.screen import FitScreen
from losscli.report.numbers import fixed
from losscli.result import Curve

_TITLE = "PRECISION AT RECALL, out of fold"
_NOTE = "among the rows of the highest scores, as many as it takes to find such a share of the positives"
_RECALLS = (0.5, 0.8, 0.9, 0.95, 0.99)


def recall_grids(screen: FitScreen) -> list[Grid]:
    """One row per loss, in the order of the screen; none where there are no curves of precision and
    recall."""
    curves = {
        one.spec: one
        for one in screen.fits.curves
        if isinstance(one, Curve) and one.name == "precision_recall"
    }
    rows = tuple(
        (Cell(screen.loss(one.fit.spec)), *(Cell(_precision(curves[one.fit.spec], r)) for r in _RECALLS))
        for one in screen.shown
        if one.fit.spec in curves
    )
    columns = (Column("loss"), *(Column(f"at {100 * r:g} %", right=True) for r in _RECALLS))
    return compact(Grid(_TITLE, columns, rows, (_NOTE,), complete=True), 1)


def _precision(curve: Curve, recall: float) -> str:
    found = next((y for x, y in zip(curve.x, curve.y, strict=True) if x >= recall - 1e-12), None)
    return "n/a" if found is None else fixed(found, 3)
