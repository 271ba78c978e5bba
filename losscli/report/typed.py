"""What was typed, to be typed again: a loss of the user's own is known with its path or definition only."""

import re
import shlex
from collections.abc import Iterator, Sequence

from losscli.report.names import spec_name, visible

_PATH = re.compile(r"[^\s*+]*\.py:")


def typed_spec(words: Sequence[str], spec: str) -> str | None:
    """How a command's words call the loss of that spec; None where they do not."""
    name = spec_name(spec)
    given = (word.removeprefix("--loss=") for word in words)
    return next((word for word in given if spec_name(_PATH.sub("", word)) == name), None)


def explaining(words: Sequence[str], spec: str) -> str:
    """The command that explains a loss, ready to paste."""
    written = typed_spec(words, spec)
    # The spec has the parameters in use; a path, where there is one, is what makes it known.
    path = _PATH.search(written) if written else None
    again = written if path and written else spec
    return " ".join(visible(shlex.quote(word)) for word in ("losscli", "explain", again, *definitions(words)))


def definitions(words: Sequence[str]) -> tuple[str, ...]:
    """The `--define` flags among the words, each with its value."""
    return tuple(_definitions(words))


def _definitions(words: Sequence[str]) -> Iterator[str]:
    for word, value in zip(words, (*words[1:], ""), strict=False):
        if word == "--define":
            yield from (word, value)
        elif word.startswith("--define="):
            yield word
