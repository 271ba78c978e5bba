"""What commands make of their flags: the command line, and rows that are to be typed."""

import sys
from collections.abc import Sequence

from losscli.cli import config
from losscli.cli.output import say


def wait_for(paths: Sequence[str]) -> None:
    """What to do is said where rows are to be typed."""
    if "-" in paths and sys.stdin is not None and sys.stdin.isatty():
        say("reading standard input; Ctrl-D ends it")


def command_line() -> tuple[str, ...]:
    """What was typed, and what a file of settings has added, for the result to say; no secret of a URL."""
    words = ("losscli", *sys.argv[1:], *config.used())
    if not any("://" in word for word in words):
        return words
    from losscli.data.table import without_secrets

    return tuple(map(without_secrets, words))
