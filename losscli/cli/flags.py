"""What the verbs need to make of their flags: words, specs, the command line, and files to read."""

import sys
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from losscli import progress
from losscli.cli.options import check_word
from losscli.cli.output import say
from losscli.loss.catalogue import named
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
    """Losses by their specs. Raises UsageError for an unknown name."""
    specs = tuple(Spec.parse(text) for text in texts)
    for spec in specs:
        named(spec.name)
    return specs


def command_line() -> tuple[str, ...]:
    """What was typed, for the result to say."""
    return ("losscli", *sys.argv[1:])
