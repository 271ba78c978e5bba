"""`losscli predict`: a saved model and new rows → predictions as CSV."""

import sys
from dataclasses import dataclass
from pathlib import Path

from losscli.cli.files import read_text
from losscli.cli.flags import large
from losscli.cli.output import show
from losscli.cli.places import check_places, write_whole
from losscli.errors import ExitCode

_ADVICE = "Give a model that losscli fit --save has written"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """The command line, as typed."""

    model: str
    path: str
    encoding: str | None
    delimiter: str | None
    decimal: str | None
    thousands: str | None
    skip_lines: int
    max_unpacked: float | None
    output: Path | None


def run(flags: Flags) -> int:
    """Predict, and print or write the predictions."""
    from losscli.data.table import ReadOptions, read
    from losscli.fitting.model import predicted_csv, read_model

    if flags.output is not None:
        check_places([("--output", flags.output)], [flags.model, flags.path])
    model = read_model(read_text(flags.model, "model of losscli fit", _ADVICE), flags.model)
    options = ReadOptions(
        encoding=flags.encoding,
        delimiter=flags.delimiter,
        decimal=flags.decimal,
        thousands=flags.thousands,
        skip_lines=flags.skip_lines,
        max_unpacked=flags.max_unpacked,
    )
    with large([flags.path], "reading"):
        table = read(flags.path, options)
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
