"""What to type next, ready to paste."""

import os
import shlex

from losscli.report.fits.screen import FitScreen
from losscli.report.names import spec_name, visible
from losscli.report.typed import explaining, typed_spec

_MODEL = "model.json"


def next_command(screen: FitScreen) -> str:
    """Save the model of the first loss; with several losses known, see their coefficients first."""
    fits = screen.fits
    if not screen.shown:
        return "losscli losses"
    words = fits.command or ("losscli", "fit", *(item.path for item in fits.inputs))
    words = (os.path.basename(words[0]), *words[1:])
    first = screen.shown[0].fit.spec
    if not _has(words, "--save"):
        chosen = (*_without_losses(words), "--loss", _typed(screen, words, first), "--save", _MODEL)
        return _line(chosen)
    if not screen.coefficients:
        return _line((*words, "--coefficients"))
    return explaining(words, spec_name(first))


def _has(words: tuple[str, ...], flag: str) -> bool:
    return any(word == flag or word.startswith(f"{flag}=") for word in words)


def _without_losses(words: tuple[str, ...]) -> list[str]:
    """The command without its losses and what only many of them need."""
    kept: list[str] = []
    value = False
    for word in words:
        if value:
            value = False
        elif word in ("--loss", "--exclude"):
            value = True
        elif not word.startswith(("--loss=", "--exclude=")) and word != "--all":
            kept.append(word)
    return kept


def _typed(screen: FitScreen, words: tuple[str, ...], spec: str) -> str:
    """The loss as short as it names the same: its name where it was not asked for otherwise."""
    name = spec_name(spec)
    written = typed_spec(words, spec)
    same = [fit for fit in screen.fits.fits if fit.name == name]
    if len(same) > 1:
        return spec
    return written or name


def _line(words: tuple[str, ...]) -> str:
    return " ".join(visible(shlex.quote(word)) for word in words)
