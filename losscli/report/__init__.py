"""What to say: results and records made into titles, columns, cells and notes, in plain data."""

from losscli.report.advice import advice_report
from losscli.report.blocks import (
    Block,
    Cell,
    Column,
    Drawing,
    Grid,
    Heading,
    Line,
    Note,
    Paragraph,
    Report,
    Role,
)
from losscli.report.catalogue import catalogue_report, reference_report
from losscli.report.checks import checks_report
from losscli.report.comparison import comparison_report
from losscli.report.diff import diff_report
from losscli.report.examples import example
from losscli.report.explain import bind_records, explain_report
from losscli.report.fits import fits_report
from losscli.report.names import cell_width, shorten, visible

__all__ = [
    "Block",
    "Cell",
    "Column",
    "Drawing",
    "Grid",
    "Heading",
    "Line",
    "Note",
    "Paragraph",
    "Report",
    "Role",
    "advice_report",
    "bind_records",
    "catalogue_report",
    "cell_width",
    "checks_report",
    "comparison_report",
    "diff_report",
    "example",
    "explain_report",
    "fits_report",
    "reference_report",
    "shorten",
    "visible",
]
