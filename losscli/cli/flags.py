"""What commands make of their flags: sections, the command line, and rows that are to be typed."""

import sys
from collections.abc import Iterable, Sequence

from losscli.cli import config
from losscli.cli.output import say
from losscli.errors import UsageError, did_you_mean
from losscli.sections import SectionFacts, openable


def wait_for(paths: Sequence[str]) -> None:
    """What to do is said where rows are to be typed."""
    if "-" in paths and sys.stdin is not None and sys.stdin.isatty():
        say("reading standard input; Ctrl-D ends it")


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
    """What was typed, and what a file of settings has added, for the result to say."""
    return ("losscli", *sys.argv[1:], *config.used())
