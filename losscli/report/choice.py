"""Which losses stand on the default screen, in which order, and how a class of losses is named.

The rule: the primary loss first; then the classes of losses in the order of `telling`, which asks one
question per line (the mean, the median, a compromise, what most rows say, ratios, the worst row …);
then the others in the order of the catalogue. One row per class, shown by the member that comes
first there; at most `MOST` rows.
"""

from dataclasses import dataclass

from losscli.report.compare_screen import CompareScreen
from losscli.report.names import ELLIPSIS, cell_width, spec_name
from losscli.report.telling import telling
from losscli.result import LossTable

MOST = 10
_LABEL_CELLS = 24
_RESIDUAL_SQUARED = ("mse", "rmse")


@dataclass(frozen=True, slots=True)
class Choice:
    """The losses to show, and how many classes of losses are left out."""

    tables: tuple[LossTable, ...]
    left_out: int


def choose(screen: CompareScreen) -> Choice:
    """The losses of the screen: every one with `--all`, else the most telling classes."""
    comparison = screen.found
    if screen.all:
        first = [table for table in comparison.losses if table.spec == comparison.primary]
        return Choice((*first, *(table for table in comparison.losses if table not in first)), 0)
    representatives = _representatives(screen)
    return Choice(tuple(representatives[:MOST]), max(0, len(representatives) - MOST))


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
