"""The notes under the tables: what cannot be trusted (`?`), what to know or do (`!`)."""

from collections.abc import Callable, Iterable

from losscli.report.blocks import Grid, GridColumn, Note, tabulate
from losscli.report.choice import Choice
from losscli.report.compare_screen import CompareScreen
from losscli.report.losses import missing_values
from losscli.report.names import visible
from losscli.result import Refused

_ROWS = 5
_LEADERS = "leader_depends"


def notes(screen: CompareScreen, choice: Choice) -> list[Note]:
    """The gravest first; what the line of agreement says too where all is open only."""
    said = [*_missing(screen, choice), *screen.warnings()]
    told = () if screen.all else {one.message for one in screen.found.warnings if one.code == _LEADERS}
    return [note for note in said if not note.text.startswith(tuple(map(visible, told)))]


def _missing(screen: CompareScreen, choice: Choice) -> list[Note]:
    if any(warning.code == "infinite_loss" for warning in screen.found.warnings):
        return []
    sentences = missing_values(screen, choice.tables)
    if screen.all or len(sentences) < 2:
        return [Note("!", f"{sentence}.") for sentence in sentences]
    return [Note("!", f"{sentences[0]}; {len(sentences) - 1:,} more values are missing: --show losses")]


def refusal_grids(refused: Iterable[Refused], spec: Callable[[str], str]) -> list[Grid]:
    """Every loss that does not apply, with its reason and the rows that rule it out. spec: shows its name."""
    rows = [(spec(one.spec), _reason(one)) for one in refused]
    return tabulate("", ("DOES NOT APPLY", GridColumn("reason", flow=True)), rows)


def _reason(record: Refused) -> str:
    """The reason and the first rows that rule a loss out."""
    text = visible(record.reason)
    if not record.rows:
        return text
    rows = ", ".join(visible(str(row)) for row in record.rows[:_ROWS])
    return f"{text} (row{'s' if len(record.rows) > 1 else ''} {rows}{', …' if record.rows[_ROWS:] else ''})"
