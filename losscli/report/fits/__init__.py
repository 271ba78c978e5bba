"""`losscli fit` as a screen: data, answer, losses, precision and recall, notes, what to type next."""

from losscli.report.blocks import Block, Line, Report, Role
from losscli.report.fits.classes import class_grids
from losscli.report.fits.coefficients import coefficient_grids
from losscli.report.fits.command import next_command
from losscli.report.fits.details import detail_grids, optimizer_grids
from losscli.report.fits.matrix import matrix_grids
from losscli.report.fits.notes import notes
from losscli.report.fits.opening import opening
from losscli.report.fits.path import path_grids
from losscli.report.fits.ranking import ranking_grids
from losscli.report.fits.recall import recall_grids
from losscli.report.fits.robustness import robustness_grids
from losscli.report.fits.screen import FitScreen
from losscli.report.fits.training import training_grids
from losscli.result import Fits

__all__ = ["fits_report"]


def fits_report(fits: Fits, *, all: bool, coefficients: bool, width: int | None) -> Report:
    """The report of fitted losses; `width` None is a pipe, where no name is shortened."""
    screen = FitScreen(fits, all, coefficients, width)
    blocks: list[Block] = [*opening(screen)]
    blocks += ranking_grids(screen)
    blocks += class_grids(screen)
    if all:
        blocks += [*matrix_grids(screen), *recall_grids(screen), *robustness_grids(screen)]
        blocks += detail_grids(screen)
    elif fits.optimizer != "auto" and any(fit.distance is not None for fit in fits.fits):
        blocks += optimizer_grids(screen)
    if all or any(curve.name == "held_out" for curve in fits.curves):
        blocks += training_grids(screen)
    blocks += path_grids(screen)
    if coefficients:
        blocks += coefficient_grids(screen)
    blocks += notes(screen)
    blocks.append(Line((f"Next: {next_command(screen)}",), Role.DIM))
    return Report(tuple(blocks))
