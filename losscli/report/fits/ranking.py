"""The table of losses: how good each is as the data are, and what it loses when they go bad."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from losscli.report.blocks import Cell, Grid, GridColumn, Role, tabulate
from losscli.report.fits.screen import FitScreen, Standing, contamination, head, when_bad, words
from losscli.report.names import display_names, some
from losscli.report.numbers import fixed, percent, ranks
from losscli.report.telling import telling
from losscli.result import Degradation

_WIDE = 100  # columns of a terminal from which names need not be short
_LEVELS = 3
_DEAR = 0.9  # an efficiency below is said beside the name


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
    parts = [*_clean(screen), *(_bad(screen) if screen.bad else [])]
    rows = [tuple(part.cell(one) for part in parts) for one in screen.shown]
    rows.append(tuple(Cell(part.constant, Role.DIM) for part in parts))
    title = f"losses by {words(screen.found.headline)}, out of fold"
    title += f"; excess {when_bad(screen)}" if screen.bad else ""
    heads = (part.column for part in parts)
    return tabulate(title.upper(), heads, rows, _notes(screen), always=3, complete=screen.all)


def _clean(screen: FitScreen) -> list[_Part]:
    headline = screen.found.headline
    labels = _labels(screen)
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


def _labels(screen: FitScreen) -> dict[str, str]:
    """Each loss's name, with its efficiency where that is low: `mae (64 %)`."""
    texts = {one.fit.spec: screen.loss(one.fit.spec) + _efficiency(one) for one in screen.shown}
    if screen.width is None or screen.all:
        return texts
    short = display_names(list(texts.values()), 16 if screen.width < _WIDE else 28)
    return {spec: short[text] for spec, text in texts.items()}


def _efficiency(one: Standing) -> str:
    low = one.fit.efficiency is not None and one.fit.efficiency < _DEAR
    return f" ({percent(one.fit.efficiency or 0.0)})" if low else ""


def _bad(screen: FitScreen) -> list[_Part]:
    """Rank, excess at the highest levels and area; for features only the last level."""
    levels = screen.bad[0].levels
    places = [place for place, level in enumerate(levels) if level > 0][-_LEVELS:]
    parts = [_Part(GridColumn("robust", right=True), lambda one: Cell(_bad_rank(one.bad)), "--")]
    parts += [_level(place, levels[place], drop=2 * (places[-1] - place)) for place in places]
    parts.append(_Part(GridColumn("area", right=True), lambda one: Cell(_area(one.bad)), "100"))
    if screen.leverage:
        parts.append(
            _Part(GridColumn("x-lev", right=True, drop=3), lambda one: Cell(_last(one.leverage)), "100")
        )
    return parts


def _level(place: int, level: float, drop: int) -> _Part:
    def cell(one: Standing) -> Cell:
        return Cell("" if one.bad is None else excess_text(one.bad.excess[place]))

    return _Part(GridColumn(f"{100 * level:g} %", right=True, drop=drop), cell, "100")


def _bad_rank(record: Degradation | None) -> str:
    return "" if record is None else ranks(record.rank, record.rank_low, record.rank_high)


def _area(record: Degradation | None) -> str:
    return "" if record is None else excess_text(record.area)


def _last(record: Degradation | None) -> str:
    return "" if record is None else excess_text(record.excess[-1])


def excess_text(share: float | None) -> str:
    """In per cent without the sign: one decimal below ten."""
    if share is None:
        return "n/a"
    value = 100 * share
    return f"{value:.1f}" if abs(value) < 9.95 else f"{value:.0f}"


def _notes(screen: FitScreen) -> tuple[str, ...]:
    """What excess is, what stands behind `--all`, and which losses are not ranked."""
    notes = []
    if screen.bad:
        one = screen.bad[0]
        others = [contamination(*key) for key in screen.groups if key != (one.scheme, one.size)]
        others = [text for text in others if not text.startswith("leverage")]
        more = f" ({', '.join(others)}: --all)" if others and not screen.all else ""
        notes.append(
            f"excess: 0 best clean fit, 100 best constant; bad: {contamination(one.scheme, one.size)}{more}"
        )
    legend = _legend(screen)
    left_out = len(screen.ranked) + len(screen.unranked) - len(screen.shown)
    legend += [f"{left_out:,} more: --all"] if left_out else []
    notes += ["; ".join(legend)] if legend else []
    return (*notes, *_unranked(screen))


def _legend(screen: FitScreen) -> list[str]:
    found = []
    if screen.leverage:
        one = screen.leverage[0]
        size = "" if one.size is None else f" by {one.size:g} sd"
        found.append(f"x-lev: features off{size} in {100 * one.levels[-1]:g} % of rows")
    if any(one.leads and one != screen.best for one in screen.shown):
        found.append("~ not shown worse")
    return found


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
    if screen.width is None or len(text) <= screen.width or len(by_reason) == 1:
        return [text]
    return [f"not ranked: {some([screen.loss(one.spec) for one in records], _NAMED)}; the reasons: --all"]
