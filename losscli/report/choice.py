"""Which losses stand on the default screen, in which order, and how a class of losses is named.

The rule: the primary loss first; then the classes of losses in the order of `telling`, which asks one
question per line (the mean, the median, a compromise, what most rows say, ratios, the worst row …);
then the others in the order of the catalogue. One row per class, shown by the member that comes
first there; at most `MOST` rows. Of a forecast the losses of its distribution and of its point stand
apart, since they answer different questions: at most `_OF_EACH` of either.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from losscli.domain import Task
from losscli.report.compare_screen import CompareScreen
from losscli.report.names import ELLIPSIS, cell_width, spec_name
from losscli.report.telling import telling
from losscli.report.traits import is_of_point
from losscli.result import LossTable

MOST, _OF_EACH = 10, 3
_DISTRIBUTION, _POINT = "DISTRIBUTION", "POINT"  # of a forecast
_LABEL_CELLS = 24
_RESIDUAL_SQUARED = ("mse", "rmse")


@dataclass(frozen=True, slots=True)
class Choice:
    """The losses to show, and how many classes of losses are left out.

    tables: the groups one after another; groups: those under one title, each with what they are of, "" where
    there is one group.
    """

    groups: tuple[tuple[str, tuple[LossTable, ...]], ...]
    left_out: int

    @property
    def tables(self) -> tuple[LossTable, ...]:
        return tuple(table for _, tables in self.groups for table in tables)


def choose(screen: CompareScreen) -> Choice:
    """The losses of the screen: every one with `--all`, else the most telling classes."""
    comparison = screen.found
    if screen.all:
        first = [table for table in comparison.losses if table.spec == comparison.primary]
        return Choice(
            _apart(screen, [*first, *(table for table in comparison.losses if table not in first)]), 0
        )
    found = _representatives(screen)
    groups = _apart(screen, found)
    if len(groups) == 1:
        groups = (("", groups[0][1][:MOST]),)
    else:
        groups = tuple((of, tables[:_OF_EACH]) for of, tables in groups)
    return Choice(groups, len(found) - sum(len(tables) for _, tables in groups))


def _apart(
    screen: CompareScreen, tables: Sequence[LossTable]
) -> tuple[tuple[str, tuple[LossTable, ...]], ...]:
    """The losses of a forecast's distribution and those of its point, the primary's first; else one group."""
    found: dict[str, list[LossTable]] = {}
    for table in tables:
        of = _POINT if screen.found.task == Task.FORECAST and is_of_point(table.name) else _DISTRIBUTION
        found.setdefault(of, []).append(table)
    return tuple((of if len(found) > 1 else "", tuple(group)) for of, group in found.items()) or (("", ()),)


def _representatives(screen: CompareScreen) -> list[LossTable]:
    comparison = screen.found
    first = telling(comparison.task).losses.split()
    places = {table.spec: place for place, table in enumerate(comparison.losses)}

    def place(table: LossTable) -> tuple[bool, int, int]:
        known = first.index(table.name) if table.name in first else len(first)
        # Infinite or undefined for every model: it tells nothing here.
        empty = all(result.value is None for result in table.results)
        return table.spec != comparison.primary, len(first) + 1 if empty else known, places[table.spec]

    shown: list[LossTable] = []
    for table in sorted(comparison.losses, key=place):
        if not any(table.spec in other.members for other in shown):
            shown.append(table)
    return shown


def label(screen: CompareScreen, table: LossTable) -> str:
    """`mae = wmape  PRIMARY`; on a terminal, members that do not fit are an ellipsis."""
    others = [member for member in table.members if member != table.spec]
    others.sort(key=lambda member: ":" in member)
    text = screen.spec(table.spec)
    if not screen.all:
        room = _LABEL_CELLS if screen.width is not None else None
        if room is not None and cell_width(text) > room:
            text = spec_name(text) if table.parts else f"{spec_name(text)}:{ELLIPSIS}"  # its parts follow
        for number, member in enumerate(others):
            longer = f"{text} = {screen.spec(member)}"
            if room is not None and cell_width(longer) > room - (4 if number + 1 < len(others) else 0):
                text += f" = {ELLIPSIS}"
                break
            text = longer
    if _has_r2(screen, table):
        text += " (r2)"
    return f"{text}  PRIMARY" if table.spec == screen.found.primary else text


def _has_r2(screen: CompareScreen, table: LossTable) -> bool:
    names = {spec_name(member) for member in table.members}
    return bool(names & set(_RESIDUAL_SQUARED)) and screen.found.metric("r2") is not None
