"""The flags of every command, a record each: plain data, from which the command line and its help follow."""

from losscli.verbs.options.advise import AdviseFlags
from losscli.verbs.options.compare import CompareFlags
from losscli.verbs.options.fit import FitFlags
from losscli.verbs.options.flag import ARGUMENTS, Flag, FlagField, check_word, flag_fields, record_of
from losscli.verbs.options.roles import FeatureRoles, PredictionRoles, RolesFlags
from losscli.verbs.options.shared import PrintingFlags, ReadingFlags, TableFlags
from losscli.verbs.options.small import (
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
