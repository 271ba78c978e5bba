"""`losscli predict`: a saved model and new rows → predictions as CSV."""

from dataclasses import dataclass
from pathlib import Path

from losscli.cli.flags import large
from losscli.cli.output import check_place, show, write_whole
from losscli.errors import DataError, ExitCode, Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """The command line, as typed."""

    model: str
    path: str
    encoding: str | None
    delimiter: str | None
    decimal: str | None
    thousands: str | None
    output: Path | None


def run(flags: Flags) -> int:
    """Predict, and print or write the predictions."""
    from losscli.fitting.model import predicted_csv, read_model
    from losscli.table import ReadOptions, read

    if flags.output is not None:
        check_place("--output", flags.output, [flags.model, flags.path])
    model = read_model(_text(flags.model), flags.model)
    options = ReadOptions(
        encoding=flags.encoding,
        delimiter=flags.delimiter,
        decimal=flags.decimal,
        thousands=flags.thousands,
    )
    with large([flags.path], "reading"):
        table = read(flags.path, options)
    predictions = predicted_csv(model, table)
    if flags.output is None:
        show(predictions)
    else:
        write_whole(flags.output, predictions)
    return ExitCode.OK


def _text(path: str) -> str:
    """The text of a saved model. Raises DataError where there is none to read."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DataError("there is no such file", where=Where(path), advice=_ADVICE) from None
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise DataError(f"cannot be read: {why}", where=Where(path), advice=_ADVICE) from None


_ADVICE = "Give a model that losscli fit --save has written"
