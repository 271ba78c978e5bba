"""`losscli fit` as a screen: answer, data, losses, precision, recall, robustness, notes, the next command."""

from losscli.report.blocks import Report
from losscli.report.fits.classes import class_grids
from losscli.report.fits.coefficients import coefficient_grids
from losscli.report.fits.command import next_commands
from losscli.report.fits.curves import path_grids, recall_grids, training_grids
from losscli.report.fits.details import detail_grids, matrix_grids, refused_grids
from losscli.report.fits.folded import folded
from losscli.report.fits.notes import notes
from losscli.report.fits.opening import data_line
from losscli.report.fits.ranking import ranking_grids
from losscli.report.fits.robustness import robustness_grids
from losscli.report.fits.screen import FitScreen
from losscli.report.fits.tuned import tuned_grids
from losscli.report.fits.verdict import verdict
from losscli.report.found import View
from losscli.report.screen import NOTES, following, more
from losscli.result import Fits
from losscli.sections import FIT

__all__ = ["fits_report"]


def fits_report(fits: Fits, view: View) -> Report:
    """The report of fitted losses."""
    screen = FitScreen(fits, view)
    said = notes(screen)
    shown = len(said) if screen.all else min(NOTES, screen.most(NOTES + 1, 2))
    return Report.of(
        answer=verdict(screen),
        data=data_line(screen),
        losses=ranking_grids(screen),
        tuned=tuned_grids(screen),
        precision=class_grids(screen, "precision", "recall"),
        recall=class_grids(screen, "recall", "precision"),
        robustness=robustness_grids(screen),
        metrics=matrix_grids(screen),
        fits=detail_grids(screen),
        refused=refused_grids(screen),
        curves=[*recall_grids(screen), *training_grids(screen), *path_grids(screen)],
        coefficients=coefficient_grids(screen),
        notes=said[:shown],
        more=[] if screen.all else more(FIT, folded(screen, len(said) - shown), view),
        next=following(*next_commands(screen)),
    )
