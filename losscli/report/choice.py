"""Which losses stand on the default screen, in which order, and how a class of losses is named.

The rule: the primary loss first; then the classes of losses in the order of `telling`, which asks one
question per line (the mean, the median, a compromise, what most rows say, ratios, the worst row …);
then the others in the order of the catalogue. One row per class, shown by the member that comes
first there; at most `MOST` rows, fewer where the screen would get too long. Of a forecast the losses
of its distribution and of its point stand apart, since they answer different questions: at most
`_OF_EACH` of either.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from losscli.domain import Task
from losscli.report.compare_screen import CompareScreen
from losscli.report.names import ELLIPSIS, cell_width, spec_name
from losscli.report.telling import telling
from losscli.report.traits import is_of_point
from losscli.result import LossTable

MOST, _LEAST, _OF_EACH = 7, 4, 3
_DISTRIBUTION, _POINT = "DISTRIBUTION", "POINT"  # of a forecast
_LABEL_CELLS = 24
_ALIKE = 3  # members of a class that are named
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
        groups = (("", groups[0][1][: screen.most(MOST, _LEAST)]),)
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
    """`mae  PRIMARY`; in the short form on a terminal, parameters that do not fit are an ellipsis, and a mark
    that does not is left out: the primary loss stands first."""
    text, cut = screen.spec(table.spec), not screen.all and screen.width is not None
    if cut and cell_width(text) > _LABEL_CELLS:
        text = spec_name(text) if table.parts else f"{spec_name(text)}:{ELLIPSIS}"  # its parts follow
    marked = f"{text}  PRIMARY" if table.spec == screen.found.primary else text
    return text if cut and cell_width(marked) > _LABEL_CELLS else marked


def alike(screen: CompareScreen, choice: Choice) -> str:
    """`mae, wmape, quantile:tau=0.5; rmse, mse, r2`: the classes of losses that order models in one way."""
    first = {frozenset((table.spec, *table.members)): table for table in reversed(choice.tables)}
    classes = [_members(screen, table) for table in reversed(first.values())]
    return "; ".join(", ".join(names) for names in classes if len(names) > 1)


def _members(screen: CompareScreen, table: LossTable) -> list[str]:
    """A loss and the others of its class, those without parameters first."""
    others = [screen.spec(member) for member in table.members if member != table.spec]
    others.sort(key=lambda member: ":" in member)
    r2 = ["r2"] if _has_r2(screen, table) else []
    more = [ELLIPSIS] if len(others) > _ALIKE else []
    return [screen.spec(table.spec), *others[:_ALIKE], *more, *r2]


def _has_r2(screen: CompareScreen, table: LossTable) -> bool:
    names = {spec_name(member) for member in table.members}
    return bool(names & set(_RESIDUAL_SQUARED)) and screen.found.metric("r2") is not None
