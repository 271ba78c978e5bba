"""The losses ranked by precision and by recall: each rank beside the other metric and the number of rows
that are predicted positive."""

from losscli.report.blocks import Cell, Column, Grid, Role, compact
from losscli.report.fits.screen import COUNTED, FitScreen, Standing, head
from losscli.report.names import visible
from losscli.report.numbers import ranks
from losscli.result import Fit, RankRow

_PAIR = ("precision", "recall")
_MOST = 5


def class_grids(screen: FitScreen) -> list[Grid]:
    """PRECISION and RECALL; none where no loss is ranked by them."""
    grids: list[Grid] = []
    for metric, other in (_PAIR, _PAIR[::-1]):
        rows = _ranked(screen, metric)
        if rows:
            grids += _grid(screen, metric, other, rows)
    return grids


def _ranked(screen: FitScreen, metric: str) -> list[tuple[Fit, RankRow]]:
    """The classes of losses in the order of a metric."""
    ranking = screen.ranking(metric)
    if ranking is None:
        return []
    by_spec = {row.spec: row for row in ranking.rows}
    own: dict[str, Standing] = {one.fit.spec: one for one in screen.ranked}
    ordered = tuple(own[row.spec] for row in ranking.rows if row.spec in own)
    return [(one.fit, by_spec[one.fit.spec]) for one in screen.first(ordered, _MOST)]


def _grid(screen: FitScreen, metric: str, other: str, ranked: list[tuple[Fit, RankRow]]) -> list[Grid]:
    columns = (
        Column(metric.upper() + (" (macro)" if screen.fits.positive is None else ""), least=len("PRECISION")),
        Column("rank", right=True),
        Column(metric, right=True, least=len("precision")),
        Column(other, right=True, least=len("precision")),
        Column(head(COUNTED), right=True),
        Column(head("average_precision"), right=True, drop=1),
    )
    rows = [
        (
            Cell(screen.clip(screen.loss(fit.spec), 30), Role.STRONG if row.rank_low == 1 else Role.PLAIN),
            Cell(ranks(row.rank, row.rank_low, row.rank_high)),
            Cell(screen.text(fit, metric)),
            Cell(screen.text(fit, other)),
            Cell(_predicted(fit)),
            Cell(screen.text(fit, "average_precision")),
        )
        for fit, row in ranked
    ]
    texts = ["best constant", "--", screen.constant(metric), screen.constant(other), _constant(screen)]
    texts.append(screen.constant("average_precision"))
    rows.append(tuple(Cell(text, Role.DIM) for text in texts))  # type: ignore[arg-type]
    return compact(Grid("", columns, tuple(rows), _notes(screen, metric, ranked), complete=screen.all), 4)


def _predicted(fit: Fit) -> str:
    """How many rows of the first repeat are predicted positive."""
    score = fit.scores.get(COUNTED)
    return "" if score is None or score.value is None else f"{score.value:,.0f}"


def _constant(screen: FitScreen) -> str:
    value = screen.fits.constant.get(COUNTED)
    return "" if value is None else f"{value:,.0f}"


def _notes(screen: FitScreen, metric: str, ranked: list[tuple[Fit, RankRow]]) -> tuple[str, ...]:
    reasons = {
        visible(fit.scores[metric].reason or "no fold has a value")
        for fit, _ in ranked
        if metric in fit.scores and fit.scores[metric].value is None
    }
    notes = [f"n/a: {reason}" for reason in sorted(reasons)]
    left_out = len(screen.ranked) - len(ranked)
    return (*notes, f"{left_out:,} more losses: --all") if left_out else tuple(notes)
