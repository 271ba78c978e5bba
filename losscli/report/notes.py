"""The notes under the tables: what cannot be trusted (`?`), what to know or do (`!`)."""

from collections.abc import Sequence

from losscli.report.blocks import Note
from losscli.report.choice import Choice
from losscli.report.losses import missing_values
from losscli.report.names import some, spec_name, visible
from losscli.report.screen import Screen
from losscli.result import Refused

MOST = 5
_ROWS = 5
_REFUSED_NAMED = 3


def notes(screen: Screen, choice: Choice) -> list[Note]:
    """At most five, the gravest first; all of them with `--all`."""
    found = [
        *_missing(screen, choice),
        *_warnings(screen),
    ]
    if screen.all:
        return found
    found += _refused(screen.comparison.refused)
    if len(found) > MOST:
        return [*found[: MOST - 1], Note("!", f"{len(found) - MOST + 1:,} more notes: --all")]
    return found


def _missing(screen: Screen, choice: Choice) -> list[Note]:
    if any(warning.code == "infinite_loss" for warning in screen.comparison.warnings):
        return []
    sentences = missing_values(screen, choice.tables)
    if screen.all or len(sentences) < 2:
        return [Note("!", f"{sentence}.") for sentence in sentences]
    return [Note("!", f"{sentences[0]}; {len(sentences) - 1:,} more values are missing: --all")]


def _warnings(screen: Screen) -> list[Note]:
    return [
        Note(
            "?" if warning.code == "few_effective_rows" else "!",
            visible(_sentence(warning.message, warning.advice)),
        )
        for warning in screen.comparison.warnings
    ]


def _sentence(message: str, advice: str | None) -> str:
    text = message if message.endswith((".", "!", "?", ":")) else f"{message}."
    return f"{text} {advice}" if advice else text


def _refused(refused: Sequence[Refused]) -> list[Note]:
    if not refused:
        return []
    names = list(dict.fromkeys(visible(spec_name(record.spec)) for record in refused))
    which = some(names, _REFUSED_NAMED)
    verb = "does" if len(names) == 1 else "do"
    return [Note("!", f"{which} {verb} not apply here; the reasons: --all")]


def refusal_text(record: Refused) -> str:
    """The reason and the first rows that rule a loss out."""
    text = visible(record.reason)
    if not record.rows:
        return text
    rows = ", ".join(visible(str(row)) for row in record.rows[:_ROWS])
    return f"{text} (row{'s' if len(record.rows) > 1 else ''} {rows}{', …' if record.rows[_ROWS:] else ''})"
