"""What to type next, ready to paste."""

from losscli.report.fits.screen import FitScreen
from losscli.report.names import spec_name
from losscli.report.typed import again, explaining, typed, typed_spec, without
from losscli.spec import Spec

_MODEL = "model.json"


def next_command(screen: FitScreen) -> str:
    """Save the model of the first loss; with several losses known, see their coefficients first."""
    fits = screen.found
    if not screen.shown:
        return "losscli losses"
    words = typed(fits.command, "fit", *(item.path for item in fits.inputs))
    fit = screen.shown[0].fit
    first = fit.spec if fit.tuned is None else str(Spec(fit.name, tuple(fit.params.items())))
    if not _has(words, "--save"):
        kept = without(words, ("--loss", "--exclude", "--tune"), ("--all",))
        return again((*kept, "--loss", _typed(screen, words, first), "--save", _MODEL))
    if not screen.view.coefficients:
        return again((*words, "--coefficients"))
    return explaining(words, spec_name(first))


def _has(words: tuple[str, ...], flag: str) -> bool:
    return any(word == flag or word.startswith(f"{flag}=") for word in words)


def _typed(screen: FitScreen, words: tuple[str, ...], spec: str) -> str:
    """The loss as short as it names the same: its name where it was not asked for otherwise."""
    name = spec_name(spec)
    written = typed_spec(words, spec)
    same = [fit for fit in screen.found.fits if fit.name == name]
    if len(same) > 1 or same[0].tuned is not None:
        return spec
    return written or name
