"""What was typed, to be typed again: a loss of the user's own is known with its path or definition only."""

import os
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence

from losscli.report.names import spec_name, visible

_PATH = re.compile(r"[^\s*+]*\.py:")


def again(words: Iterable[str]) -> str:
    """The words ready to paste."""
    return " ".join(visible(shlex.quote(word)) for word in words)


def typed(command: Sequence[str], *usual: str) -> tuple[str, ...]:
    """The words of a command, the program by its name; `losscli` and the usual ones where none is known."""
    words = command or ("losscli", *usual)
    return (os.path.basename(words[0]), *words[1:])


def without(words: Iterable[str], valued: Sequence[str], plain: Sequence[str]) -> Iterator[str]:
    """The words but for some flags: those that take a value, and plain ones."""
    value = False
    for word in words:
        if value:
            value = False
        elif word in valued:
            value = True
        elif word not in plain and not word.startswith(tuple(f"{flag}=" for flag in valued)):
            yield word


def kept(words: Iterable[str], flags: Sequence[str]) -> Iterator[str]:
    """Of the words, flags of these names that take a value, each with its value."""
    value = False
    for word in words:
        if value or word in flags or word.startswith(tuple(f"{flag}=" for flag in flags)):
            yield word
        value = not value and word in flags


def typed_spec(words: Sequence[str], spec: str) -> str | None:
    """How a command's words call the loss of that spec; None where they do not."""
    name = spec_name(spec)
    given = (word.removeprefix("--loss=") for word in words)
    return next((word for word in given if spec_name(_PATH.sub("", word)) == name), None)


def explaining(words: Sequence[str], spec: str) -> str:
    """The command that explains a loss, ready to paste."""
    return again(("losscli", "explain", *as_known(words, spec)))


def as_known(words: Sequence[str], spec: str) -> tuple[str, ...]:
    """The spec of a loss, and what of a command's words makes the loss known."""
    written = typed_spec(words, spec)
    # The spec has the parameters in use; a path, where there is one, is what makes it known.
    path = _PATH.search(written) if written else None
    return (written if path and written else spec, *_definitions(words))


def _definitions(words: Sequence[str]) -> Iterator[str]:
    """The `--define` flags among the words, each with its value."""
    for word, value in zip(words, (*words[1:], ""), strict=False):
        if word == "--define":
            yield from (word, value)
        elif word.startswith("--define="):
            yield word
