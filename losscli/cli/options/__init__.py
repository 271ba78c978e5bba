"""The flags of every command, a record each: plain data, from which the command line and its help follow."""

from losscli.cli.options.advise import AdviseFlags
from losscli.cli.options.compare import CompareFlags
from losscli.cli.options.fit import FitFlags
from losscli.cli.options.flag import ARGUMENTS, Flag, FlagField, check_word, flag_fields, record_of
from losscli.cli.options.roles import FeatureRoles, PredictionRoles, RolesFlags
from losscli.cli.options.shared import PrintingFlags, ReadingFlags, TableFlags
from losscli.cli.options.small import (
    CheckFlags,
    DiffFlags,
    ExplainFlags,
    ExportFlags,
    HelpFlags,
    LossesFlags,
    PlotFlags,
    PredictFlags,
    SchemaFlags,
)
