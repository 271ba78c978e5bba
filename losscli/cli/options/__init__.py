"""The flags of every command, a record each: plain data, from which the command line and its help follow."""

from losscli.cli.options.advise import Advise
from losscli.cli.options.compare import Compare
from losscli.cli.options.fit import Fit
from losscli.cli.options.flag import ARGUMENTS, Flag, FlagField, check_word, flag_fields, record_of
from losscli.cli.options.roles import FeatureRoles, PredictionRoles, ShowRoles
from losscli.cli.options.shared import OnTable, Printing, Reading
from losscli.cli.options.small import Diff, Explain, Losses, Predict

__all__ = [
    "ARGUMENTS",
    "Advise",
    "Compare",
    "Diff",
    "Explain",
    "FeatureRoles",
    "Fit",
    "Flag",
    "FlagField",
    "Losses",
    "OnTable",
    "Predict",
    "PredictionRoles",
    "Printing",
    "Reading",
    "ShowRoles",
    "check_word",
    "flag_fields",
    "record_of",
]
