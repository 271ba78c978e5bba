"""`losscli fit` as a screen: data, answer, losses, precision and recall, notes, what to type next."""

from losscli.report.blocks import Report
from losscli.report.fits.classes import class_grids
from losscli.report.fits.coefficients import coefficient_grids
from losscli.report.fits.command import next_command
from losscli.report.fits.curves import path_grids, recall_grids, training_grids
from losscli.report.fits.details import detail_grids, matrix_grids, robustness_grids
from losscli.report.fits.notes import notes
from losscli.report.fits.opening import opening
from losscli.report.fits.ranking import ranking_grids
from losscli.report.fits.screen import FitScreen
from losscli.report.fits.tuned import tuned_grids
from losscli.report.found import View
from losscli.report.screen import following
from losscli.result import Fits

__all__ = ["fits_report"]


def fits_report(fits: Fits, view: View) -> Report:
    """The report of fitted losses."""
    screen = FitScreen(fits, view)
    return Report.of(
        **opening(screen),
        losses=ranking_grids(screen),
        tuned=tuned_grids(screen),
        classes=class_grids(screen),
        matrix=matrix_grids(screen),
        recall=recall_grids(screen),
        robustness=robustness_grids(screen),
        fits=detail_grids(screen),
        training=training_grids(screen),
        path=path_grids(screen),
        coefficients=coefficient_grids(screen),
        notes=notes(screen),
        next=following(next_command(screen)),
    )
