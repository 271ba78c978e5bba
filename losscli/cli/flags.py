"""What the verbs need to make of their flags: words, specs, the command line, and large files."""

import sys
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from losscli.cli.options import check_word
from losscli.cli.output import say, status
from losscli.errors import UsageError, did_you_mean
from losscli.loss.catalogue import named
from losscli.sections import SectionFacts, openable
from losscli.spec import Spec

LARGE = 32 << 20  # bytes of input that take a noticeable time
Word = TypeVar("Word", bound=StrEnum)


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
    check_word(text, list(words), flag)
    return words(text)


def losses_of(texts: Iterable[str]) -> tuple[Spec, ...]:
    """Losses by their specs. Raises UsageError for an unknown name."""
    specs = tuple(Spec.parse(text) for text in texts)
    for spec in specs:
        named(spec.name)
    return specs


def sections_of(texts: Iterable[str], facts: Sequence[SectionFacts]) -> frozenset[str]:
    """The names of sections to open. Raises UsageError, with near ones, for a name that is none."""
    names = [name.strip() for text in texts for name in text.split(",")]
    known = openable(facts)
    for name in names:
        if name not in known:
            advice = did_you_mean(name, known) or f"Sections: {', '.join(known)}"
            raise UsageError(f"--show {name}: there is no such section", advice=advice)
    return frozenset(names)


def command_line() -> tuple[str, ...]:
    """What was typed, for the result to say."""
    return ("losscli", *sys.argv[1:])
