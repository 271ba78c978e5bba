"""What to type next: the short list trained in full, ready to paste."""

import os
import shlex

from losscli.report.names import visible
from losscli.result import Advice

_OWN = ("--format", "--output")  # flags that say how advice is shown, each with a value


def next_command(advice: Advice) -> str:
    """`losscli fit` with the words of this command and the losses of the short list."""
    words = advice.command or ("losscli", "advise", *(item.path for item in advice.inputs))
    chosen = [word for one in advice.short_list for word in ("--loss", one.spec)]
    line = (os.path.basename(words[0]), "fit", *_plain(words[2:]), *chosen)
    return " ".join(visible(shlex.quote(word)) for word in line)


def _plain(words: tuple[str, ...]) -> list[str]:
    """The words without what was asked of the screen."""
    kept: list[str] = []
    value = False
    for word in words:
        if value:
            value = False
        elif word in _OWN:
            value = True
        elif word not in ("--quiet", "-q") and not word.startswith(tuple(f"{flag}=" for flag in _OWN)):
            kept.append(word)
    return kept
