"""What the verbs need to make of their flags: words, numbers, specs, and places that can take a file."""

import sys
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from losscli.cli.output import say, status
from losscli.engine import default_jobs
from losscli.errors import UsageError, did_you_mean
from losscli.loss.catalogue import named
from losscli.spec import Spec

LARGE = 32 << 20  # bytes of input that take a noticeable time
Word = TypeVar("Word", bound=StrEnum)


class Missing(StrEnum):
    """What happens to rows with a missing or infinite value."""

    ERROR = "error"
    DROP = "drop"


def large(paths: Sequence[str], doing: str) -> AbstractContextManager[None]:
    """A line while large files are worked on; what to do, where rows are to be typed."""
    if doing == "reading" and "-" in paths and sys.stdin is not None and sys.stdin.isatty():
        say("reading standard input; Ctrl-D ends it")
    size = sum(Path(path).stat().st_size for path in paths if Path(path).is_file())
    return status(f"{doing} {size >> 20:,} MB …") if size >= LARGE else nullcontext()


def word(words: type[Word], text: str | None, flag: str) -> Word | None:
    """The word that a flag gives. Raises UsageError, with near ones, for one that it does not know."""
    if text is None:
        return None
    try:
        return words(text)
    except ValueError:
        known = [str(word) for word in words]
        advice = did_you_mean(text, known) or f"It is one of {', '.join(known)}"
        raise UsageError(
            f"{flag} {text}: there is no such {flag.removeprefix('--')}", advice=advice
        ) from None


def within(value: float | None, flag: str, *, low: float, high: float = float("inf")) -> float | None:
    """A number between two others. Raises UsageError for one outside, and for NaN."""
    if value is not None and not low < value < high:
        bound = f"between {low:g} and {high:g}" if high < float("inf") else f"above {low:g}"
        raise UsageError(f"{flag} {value:g} is not {bound}")
    return value


def at_least(value: int, flag: str, least: int) -> int:
    """A whole number. Raises UsageError for a smaller one."""
    if value < least:
        raise UsageError(f"{flag} {value} is not {least} or more")
    return value


def jobs_of(value: int | None) -> int:
    """How many processors to use: all, if not said."""
    return default_jobs() if value is None else at_least(value, "--jobs", 1)


def losses_of(texts: Iterable[str]) -> tuple[Spec, ...]:
    """Losses by their specs. Raises UsageError for an unknown name."""
    specs = tuple(Spec.parse(text) for text in texts)
    for spec in specs:
        named(spec.name)
    return specs
