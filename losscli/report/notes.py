"""The notes under the tables: what cannot be trusted (`?`), what to know or do (`!`)."""

from collections.abc import Sequence

from losscli.report.blocks import Note
from losscli.report.choice import Choice
from losscli.report.losses import few_rows, missing_values
from losscli.report.names import joined, some, spec_name, visible
from losscli.report.screen import Screen, ordered, trustless
from losscli.result import LossTable, Refused

MOST = 5
_ROWS = 5
_REFUSED_NAMED = 3


def notes(screen: Screen, choice: Choice) -> list[Note]:
    """At most five, the gravest first; all of them with `--all`."""
    found = [
        *_missing(screen, choice),
        *_few_rows(screen, choice),
        *_warnings(screen),
        *_leaders(screen, choice),
    ]
    if screen.all:
        return found
    found += _refused(screen.comparison.refused)
    if len(found) > MOST:
        return [*found[: MOST - 1], Note("!", f"{len(found) - MOST + 1:,} more notes: --all")]
    return found


def _known(screen: Screen, word: str) -> bool:
    """Whether a warning of the run already says it."""
    return any(word in warning.code for warning in screen.comparison.warnings)


def _missing(screen: Screen, choice: Choice) -> list[Note]:
    if _known(screen, "infinit"):
        return []
    sentences = missing_values(screen, choice.tables)
    if screen.all or len(sentences) < 2:
        return [Note("!", f"{sentence}.") for sentence in sentences]
    return [Note("!", f"{sentences[0]}; {len(sentences) - 1:,} more values are missing: --all")]


def _few_rows(screen: Screen, choice: Choice) -> list[Note]:
    weak = few_rows(screen, choice.tables, len(choice.tables) if screen.all else 3)
    if not weak or _known(screen, "effective"):
        return []
    return [Note("?", f"{weak}: no interval; do not choose or gate on it.")]


def _warnings(screen: Screen) -> list[Note]:
    return [
        Note(
            "?" if "effective" in warning.code or "interval" in warning.code else "!",
            visible(_sentence(warning.message, warning.advice)),
        )
        for warning in screen.comparison.warnings
    ]


def _sentence(message: str, advice: str | None) -> str:
    text = message if message.endswith((".", "!", "?", ":")) else f"{message}."
    return f"{text} {advice}" if advice else text


def _leaders(screen: Screen, choice: Choice) -> list[Note]:
    """Which loss is led by which model, if they differ; what rests on a few rows is left out."""
    led: dict[str, list[str]] = {}
    for table in choice.tables:
        leader = _leader(table)
        if leader is not None:
            led.setdefault(leader, []).append(screen.spec(table.spec))
    if len(led) < 2 or _known(screen, "leader"):
        return []
    parts = []
    for model, specs in list(led.items())[:3]:
        losses = [spec_name(spec) for spec in specs]
        named = joined(losses) if len(losses) < 3 else f"{losses[0]} and {len(losses) - 1} others"
        parts.append(f"{screen.model(model)} for {named}")
    rest = ", …" if len(led) > 3 else ""
    return [Note("!", f"The leader depends on the loss: {', '.join(parts)}{rest}.")]


def _leader(table: LossTable) -> str | None:
    best = ordered(table)
    if len(best) < 2 or best[0].value == best[1].value or trustless(best[0]):
        return None
    return best[0].model


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
