"""The table of losses: how good each is as the data are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from losscli.report.blocks import Cell, Grid, GridColumn, Role, tabulate
from losscli.report.fits.screen import FitScreen, Standing, head, words
from losscli.report.names import some
from losscli.report.numbers import fixed, ranks
from losscli.report.screen import NO_DIFFERENCE
from losscli.report.telling import telling


@dataclass(frozen=True, slots=True)
class _Part:
    """One column: its head, its cell for a class of losses, and its text for the best constant."""

    column: GridColumn
    cell: Callable[[Standing], Cell]
    constant: str


_NAMED = 3  # losses that are not ranked, for one reason


def ranking_grids(screen: FitScreen) -> list[Grid]:
    """The losses of the screen, best first, then the best constant."""
    if not screen.shown:
        return []
    parts = _clean(screen)
    rows = [tuple(part.cell(one) for part in parts) for one in screen.shown]
    rows.append(tuple(Cell(part.constant, Role.DIM) for part in parts))
    title = f"losses by {words(screen.found.headline)}, out of fold"
    heads = (part.column for part in parts)
    return tabulate(title.upper(), heads, rows, _notes(screen), always=3, complete=screen.all)


def _clean(screen: FitScreen) -> list[_Part]:
    headline = screen.found.headline
    labels = {one.fit.spec: screen.loss(one.fit.spec) for one in screen.shown}
    if not screen.all:
        labels = {spec: screen.clip(name, 28) for spec, name in labels.items()}
    constant = screen.gap(screen.found.constant.get(headline))
    rank = _Part(GridColumn("rank"), lambda one: Cell(_rank(one)), "--")
    loss = _Part(
        GridColumn("loss"), lambda one: Cell(labels[one.fit.spec], _role(screen, one)), "best constant"
    )
    parts = [
        *((loss, rank) if screen.all else (rank, loss)),  # columns that are stacked keep the first
        _metric(screen, headline, 0),
        _Part(
            GridColumn("vs best", right=True),
            lambda one: Cell(_versus(screen, one)),
            "" if constant is None else _signed(constant),
        ),
    ]
    beside = ["cost", *telling(screen.found.task).beside.split()]
    others = [name for name in beside if name in screen.metrics and name != headline]
    parts += [_metric(screen, name, 1) for name in others[:1]]
    if screen.found.l1:
        parts.append(_Part(GridColumn("slopes 0", right=True, drop=2), lambda one: Cell(_zeros(one)), ""))
    if not screen.all:  # there the matrix has them
        parts += [_metric(screen, name, 6 + place) for place, name in enumerate(others[1:])]
    return parts


def _metric(screen: FitScreen, name: str, drop: int) -> _Part:
    def cell(one: Standing) -> Cell:
        return Cell(screen.text(one.fit, name))

    return _Part(GridColumn(head(name), right=True, drop=drop), cell, screen.constant(name))


def _zeros(one: Standing) -> str:
    """How many slopes an l1 penalty has made 0; of several classes those of all."""
    slopes = [
        value
        for own in one.fit.coefficients.values()
        for value in (own.values() if isinstance(own, Mapping) else (own,))
    ]
    return f"{sum(value == 0.0 for value in slopes):,} of {len(slopes):,}" if slopes else ""


def _rank(one: Standing) -> str:
    return "--" if one.clean is None else ranks(one.clean.rank, one.clean.rank_low, one.clean.rank_high)


def _role(screen: FitScreen, one: Standing) -> Role:
    """Green only where every other loss is shown worse."""
    if not one.leads or len(screen.ranked) < 2:
        return Role.PLAIN
    return Role.GOOD if sum(other.leads for other in screen.ranked) == 1 else Role.STRONG


def _versus(screen: FitScreen, one: Standing) -> str:
    """`+1.5 %` from the best mean; `~` where that is not shown."""
    size = screen.gap_of(one)
    if size is None:
        return ""
    if one == screen.best:
        return "best"
    return ("~" if one.leads else "") + _signed(size)


def _signed(share: float) -> str:
    """`+1.5 %`: no more digits than a difference between noisy figures has."""
    return f"{fixed(100 * share, 1 if abs(share) < 0.0995 else 0, sign=True)} %"


def _notes(screen: FitScreen) -> tuple[str, ...]:
    """Whom the judge favours, what ranks and `~` are, and which losses are not ranked."""
    found = []
    if any("-" in _rank(one).strip("-") for one in screen.shown):
        found.append("rank: the places a loss may have")
    if any(one.leads and one != screen.best for one in screen.shown):
        found.append(f"~ {NO_DIFFERENCE} from the best")
    legend = ["; ".join(found)] if found else []
    return (*_favoured(screen), *legend, *_unranked(screen))


def _favoured(screen: FitScreen) -> list[str]:
    """`judged by MAE, which favours mae: it is trained for that (another judge: --metric NAME)`"""
    own = [screen.loss(one.fit.spec) for one in screen.ranked if one.fit.spec in screen.found.favoured]
    if not own or len(screen.ranked) < 2:
        return []
    judge = words(screen.found.headline)
    return [f"judged by {judge}, which favours {own[0]}, trained for it (another judge: --metric NAME)"]


def _unranked(screen: FitScreen) -> list[str]:
    """One line; the reasons too where there is room for them."""
    records = screen.found.unranked
    if not records or screen.all:
        return []
    by_reason: dict[str, list[str]] = {}
    for one in records:
        by_reason.setdefault(one.reason, []).append(screen.loss(one.spec))
    text = "not ranked: " + "; ".join(
        f"{some(names, _NAMED)} ({screen.clip(reason, 60)})" for reason, names in by_reason.items()
    )
    width = screen.view.width
    if width is None or len(text) <= width or len(by_reason) == 1:
        return [text]
    return [
        f"not ranked: {some([screen.loss(one.spec) for one in records], _NAMED)}; the reasons: --show refused"
    ]
