"""What to say: results and records made into titles, columns, cells and notes, in plain data."""

from losscli.report.examples import example
from losscli.report.found import Checks, Explanation, Found, Listing, View, bind_records
from losscli.report.names import cell_width, shorten, visible
from losscli.report.screen import sentence
from losscli.report.verbs import VERBS, report_of, title_of
