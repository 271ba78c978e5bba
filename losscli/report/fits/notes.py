"""The notes under the tables: what cannot be trusted (`?`), what to know or do (`!`)."""

from losscli.domain import SCHEMES
from losscli.report.blocks import Note
from losscli.report.fits.curves import seed_notes
from losscli.report.fits.details import row_names
from losscli.report.fits.screen import FitScreen
from losscli.report.names import some, spec_name
from losscli.report.numbers import count

_NAMED = 3
_ROWS = 6
_SAID = frozenset({"target_among_features"})  # warnings that the answer has said


def notes(screen: FitScreen) -> list[Note]:
    """All of them, the gravest first."""
    return [
        *_unconverged(screen),
        *screen.warnings(_SAID),
        *seed_notes(screen),
        *_no_coefficients(screen),
        *_downweighted(screen),
        *_refused(screen),
    ]


def _no_coefficients(screen: FitScreen) -> list[Note]:
    """`--coefficients` of networks shows nothing: said, not passed over."""
    asked = screen.view.coefficients and screen.found.fits
    if not asked or any(fit.intercept is not None for fit in screen.found.fits):
        return []
    return [Note("!", "a network has no coefficients; --save writes its layers")]


def _unconverged(screen: FitScreen) -> list[Note]:
    fits = [fit for fit in screen.found.fits if not fit.converged]
    if not fits:
        return []
    names = some([screen.loss(fit.spec) for fit in fits], _NAMED)
    if len(fits) > 1:
        return [Note("?", f"{names} have not converged: do not rank by them; the reasons: --show fits")]
    why = screen.clip(fits[0].certificate.removeprefix("not converged: "), 80)
    return [Note("?", f"{names} has not converged ({why}): do not rank by it")]


def _downweighted(screen: FitScreen) -> list[Note]:
    """The rows that the best loss which passes over any passes over."""
    fit = next((one.fit for one in screen.ranked if one.fit.downweighted), None)
    if fit is None:
        return []
    rows, names = count(len(fit.downweighted), "row"), row_names(fit.downweighted, _ROWS)
    return [Note("!", f"{screen.loss(fit.spec)} all but ignores {rows} (weight below 0.1): {names}")]


def _refused(screen: FitScreen) -> list[Note]:
    """What was asked for and cannot be done; not the losses that nobody named."""
    if screen.all:
        return []
    named = any(word.split("=")[0] == "--loss" for word in screen.found.command)
    refused = [one for one in screen.found.refused if named or spec_name(one.spec) in SCHEMES]
    names = list(dict.fromkeys(screen.loss(one.spec) for one in refused))
    verb = "does" if len(names) == 1 else "do"
    return (
        [Note("!", f"{some(names, _NAMED)} {verb} not apply here; the reasons: --show refused")]
        if names
        else []
    )
