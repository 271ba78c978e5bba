"""What the verbs need to make of their flags: words, specs, the command line, and files to read."""

import sys
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from losscli import progress
from losscli.cli import config
from losscli.cli.options import check_word
from losscli.cli.output import say
from losscli.errors import UsageError, did_you_mean
from losscli.loss.catalogue import known_names, named, spelled_advice
from losscli.sections import SectionFacts, openable
from losscli.spec import Spec

Word = TypeVar("Word", bound=StrEnum)


def reading(paths: Sequence[str]) -> AbstractContextManager[None]:
    """The stage in which files are read; what to do is said where rows are to be typed."""
    if "-" in paths and sys.stdin is not None and sys.stdin.isatty():
        say("reading standard input; Ctrl-D ends it")
    size = sum(Path(path).stat().st_size for path in paths if Path(path).is_file())
    return progress.stage("reading", None if "-" in paths else size, of="bytes")


def word(words: type[Word], text: str | None, flag: str) -> Word | None:
    """The word that a flag gives. Raises UsageError, with near ones, for one that it does not know."""
    if text is None:
        return None
    check_word(text, list(words), flag)
    return words(text)


def losses_of(texts: Iterable[str]) -> tuple[Spec, ...]:
    """Losses by their specs. Raises UsageError for an unknown name, with what to type where it is known in
    another spelling, or is that of a metric."""
    return tuple(map(_loss, texts))


def _loss(text: str) -> Spec:
    try:
        spec = Spec.parse(text)
    except UsageError as error:
        name = text.partition(":")[0]
        advice = None if name in known_names() else spelled_advice(name)
        raise UsageError(error.what, advice=advice or error.advice) from None
    try:
        named(spec.name)
    except UsageError as error:
        from losscli.metrics import METRICS

        if spec.name not in {metric.name for metric in METRICS}:
            raise
        advice = "It is a metric: computed without being asked, gated by --fail-if; see losscli explain"
        raise UsageError(error.what, advice=advice) from None
    return spec


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
