"""The losses ranked by precision and by recall: each rank beside the other metric and the number of rows
that are predicted positive."""

from losscli.report.blocks import Cell, Grid, GridColumn, Role, right, tabulate
from losscli.report.fits.screen import COUNTED, FitScreen, Standing, head
from losscli.report.names import visible
from losscli.report.numbers import ranks
from losscli.result import Fit, RankRow

MOST = 3  # losses of the short form
_BEST = {
    "f1": "for the largest F1",
    "youden": "for the largest recall + specificity",
    "cost": "for the least cost",
}


def class_grids(screen: FitScreen, metric: str, other: str) -> list[Grid]:
    """The losses ranked by one of precision and recall, the other beside it; none where none is ranked."""
    rows = _ranked(screen, metric)
    return _grid(screen, metric, other, rows) if rows else []


def _ranked(screen: FitScreen, metric: str) -> list[tuple[Fit, RankRow]]:
    """The classes of losses in the order of a metric."""
    ranking = screen.ranking(metric)
    if ranking is None:
        return []
    by_spec = {row.spec: row for row in ranking.rows}
    own: dict[str, Standing] = {one.fit.spec: one for one in screen.ranked}
    ordered = tuple(own[row.spec] for row in ranking.rows if row.spec in own)
    return [(one.fit, by_spec[one.fit.spec]) for one in screen.first(ordered, screen.most(MOST, 2))]


def _grid(screen: FitScreen, metric: str, other: str, ranked: list[tuple[Fit, RankRow]]) -> list[Grid]:
    chosen = screen.found.threshold_rule is not None
    macro = " (macro)" if screen.found.positive is None else ""
    heads = (
        GridColumn(metric.upper() + macro, least=len("PRECISION")),
        *right("rank"),
        GridColumn(metric, right=True, least=len("precision")),
        GridColumn(other, right=True, least=len("precision")),
        GridColumn(head(COUNTED), right=True, drop=1 if chosen else 0),
        *right("threshold" if chosen else ""),
        GridColumn(head("average_precision"), right=True, drop=2),
    )
    rows: list[tuple[str | Cell, ...]] = [
        (
            Cell(screen.clip(screen.loss(fit.spec), 30), Role.STRONG if row.rank_low == 1 else Role.PLAIN),
            ranks(row.rank, row.rank_low, row.rank_high),
            screen.text(fit, metric),
            screen.text(fit, other),
            _rows(fit.scores[COUNTED].value if COUNTED in fit.scores else None),
            _threshold(fit),
            screen.text(fit, "average_precision"),
        )
        for fit, row in ranked
    ]
    if screen.all:
        texts = ["best constant", "--", screen.constant(metric), screen.constant(other)]
        texts += [_rows(screen.found.constant.get(COUNTED)), "", screen.constant("average_precision")]
        rows.append(tuple(Cell(text, Role.DIM) for text in texts))
    return tabulate("", heads, rows, _notes(screen, metric, ranked), always=4, complete=screen.all)


def _rows(predicted: float | None) -> str:
    """How many rows of the first repeat are predicted positive."""
    return "" if predicted is None else f"{predicted:,.0f}"


def _threshold(fit: Fit) -> str:
    """`0.31 (0.22-0.44)`: the mean over folds and the ends."""
    found = fit.threshold
    if found is None:
        return ""
    low, high = f"{found.low:.2g}", f"{found.high:.2g}"
    ends = f"[{low}, {high}]" if found.low < 0 or "e" in low + high else f"({low}-{high})"
    return f"{found.mean:.2g} {ends}"


def _notes(screen: FitScreen, metric: str, ranked: list[tuple[Fit, RankRow]]) -> tuple[str, ...]:
    reasons = {
        visible(fit.scores[metric].reason or "no fold has a value")
        for fit, _ in ranked
        if metric in fit.scores and fit.scores[metric].value is None
    }
    notes = [f"n/a: {reason}" for reason in sorted(reasons)]
    if screen.found.threshold_rule is not None and metric == "precision":
        best = _BEST[screen.found.threshold_rule]
        notes.append(f"threshold: mean (range) over folds, {best} in training rows")
    return tuple(notes)
