"""What the short form leaves out."""

from losscli.report.fits.classes import MOST
from losscli.report.fits.screen import FitScreen
from losscli.report.fits.tuned import TUNED
from losscli.result import PenaltyPath


def folded(screen: FitScreen, notes: int) -> dict[str, int]:
    """The sections that have more than the short form shows, each with how much. notes: those left out."""
    fits = screen.found
    losses, tuned = (*screen.ranked, *screen.unranked), [fit for fit in fits.fits if fit.tuned is not None]
    rows = {name: screen.ranking(name) for name in ("precision", "recall")}
    ranked = {name: len(screen.ranked) for name, found in rows.items() if found is not None}
    linear = any(fit.intercept is not None for fit in fits.fits)
    sizes = {
        "losses": len(losses) if len(losses) > len(screen.shown) else 0,
        "tuned": len(tuned) if len(tuned) > screen.most(TUNED, 2) else 0,
        **{name: number for name, number in ranked.items() if number > screen.most(MOST, 2)},
        "robustness": len(fits.robustness),
        "metrics": len(screen.metrics) if screen.shown else 0,
        "fits": len(fits.fits),
        "refused": len(fits.unranked) + len(fits.refused),
        "curves": sum(not isinstance(one, PenaltyPath) for one in fits.curves),
        "coefficients": linear and not screen.view.coefficients,
        "notes": notes,
    }
    return {name: size for name, size in sizes.items() if size > 0}
