"""What a shell completes: words, and the names of losses and metrics, read from the files of their records
without running them, so that a key answers at once. Files are the shell's own.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_LOSS = re.compile(r'\bname="(\w+)"')
_METRIC = re.compile(r'(?:\bname=|_metric\(|_share\(|_term\(|_labels\(|_count\(|_means\()\s*"(\w+)"')


def loss_names() -> list[str]:
    """Of the catalogue, in the order of the alphabet."""
    return _names(_LOSS, "loss/catalogue")


def metric_names() -> list[str]:
    """Of the metrics that have no parameter, but for a few that are made of others."""
    return _names(_METRIC, "metrics")


def _names(pattern: re.Pattern[str], folder: str) -> list[str]:
    texts = (path.read_text(encoding="utf-8") for path in (_PACKAGE / folder).glob("*.py"))
    return sorted({name for text in texts for name in pattern.findall(text)})


def completes(*lists: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """What typer asks: the words that begin as is typed."""

    def found(incomplete: str) -> list[str]:
        every = dict.fromkeys(word for words in lists for word in words())
        return [word for word in every if word.startswith(incomplete)]

    return found
