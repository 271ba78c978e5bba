"""`losscli predict`: a saved model and new rows → predictions as CSV."""

import sys

from losscli.cli.flags import wait_for
from losscli.cli.output import show
from losscli.cli.places import check_places, write_whole
from losscli.errors import ExitCode
from losscli.verbs.files import read_text
from losscli.verbs.given import FILES
from losscli.verbs.options import PredictFlags

_ADVICE = "Give a model that losscli fit --save has written"


def run(flags: PredictFlags) -> int:
    """Predict, and print or write the predictions."""
    from losscli.data.roles.ids import id_columns
    from losscli.data.table import read
    from losscli.fitting.model import predicted_csv, read_model

    check_places(flags, [flags.model, flags.data])
    model = read_model(read_text(flags.model, "model of losscli fit", _ADVICE), flags.model)
    wait_for([flags.data])
    with FILES.reading([flags.data]):
        table = read(flags.data, flags.read_options())
        long = [name for name in id_columns(table) if table.columns[name].inexact is not None]
        if long and flags.data != "-":  # ids of more digits than a number holds stay text
            table = read(flags.data, flags.read_options(*long))
    predictions = predicted_csv(model, table)
    if flags.output is None:
        show(_readable(predictions) if sys.stdout.isatty() else predictions)
    else:
        write_whole(flags.output, predictions)
    return ExitCode.OK


def _readable(predictions: str) -> str:
    """What a terminal may get of a table whose head holds names."""
    from losscli.report import visible

    return "".join(f"{visible(line)}\n" for line in predictions.splitlines())
