"""The flags of the commands that have few."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from losscli.sections import DIFF
from losscli.verbs.options.flag import ARGUMENTS, Flag
from losscli.verbs.options.shared import (
    ALL,
    DEFINE,
    EXPLAIN,
    FORMAT,
    OUTPUT,
    TABLE,
    TASK,
    PrintingFlags,
    ReadingFlags,
    show_flag,
)


@dataclass(frozen=True, kw_only=True)
class PredictFlags(ReadingFlags):
    """A model and new rows."""

    model: Annotated[str, Flag("MODEL", "A file that losscli fit --save has written.", ARGUMENTS)]
    data: Annotated[str, Flag("DATA", TABLE, ARGUMENTS)]
    output: Annotated[
        Path | None, Flag("FILE", "Write a CSV file; default stdout.", OUTPUT, after="max_unpacked")
    ] = None


@dataclass(frozen=True, kw_only=True)
class SchemaFlags:
    """Whose JSON is meant."""

    result: Annotated[
        str,
        Flag(
            "NAME",
            "compare, fit, advise, diff, roles, losses, explain, check-loss; model: of fit --save; help: of "
            "--help --format json.",
            ARGUMENTS,
        ),
    ]


@dataclass(frozen=True, kw_only=True)
class DiffFlags(PrintingFlags):
    """Two results."""

    old: Annotated[str, Flag("OLD", "A file of losscli compare --format json.", ARGUMENTS)]
    new: Annotated[str, Flag("NEW", "A later one, on the same rows.", ARGUMENTS)]
    all: Annotated[bool, ALL.on(OUTPUT)] = False
    show: Annotated[tuple[str, ...], show_flag(DIFF)] = ()
    explain: Annotated[bool, EXPLAIN] = False


@dataclass(frozen=True, kw_only=True)
class ExportFlags:
    """A loss, and the library that it is taken to."""

    spec: Annotated[str, Flag("SPEC", "A loss, e.g. huber:delta=12.6.", ARGUMENTS, specs=True)]
    to: Annotated[
        str | None,
        Flag("LIBRARY", "torch, jax, keras, lightgbm, xgboost, catboost, sklearn or numpy."),
    ] = None
    task: Annotated[
        str | None, Flag("TASK", "Whose loss, where several tasks have one of the name: binary, multiclass.")
    ] = None
    define: Annotated[tuple[str, ...], DEFINE] = ()
    output: Annotated[Path | None, Flag("FILE", "Write a Python file; default stdout.", OUTPUT)] = None


@dataclass(frozen=True, kw_only=True)
class PlotFlags:
    """What is drawn, and where."""

    what: Annotated[
        tuple[str, ...],
        Flag("RESULT|SPEC", "A file of --format json, or losses to draw together.", ARGUMENTS, specs=True),
    ]
    define: Annotated[tuple[str, ...], DEFINE] = ()
    chart: Annotated[str | None, Flag("NAME", "Which chart; default the main one.", OUTPUT)] = None
    output: Annotated[
        Path | None,
        Flag("FILE", "Draw into a file: .svg, .png, .html, or .json for Vega-Lite.", OUTPUT),
    ] = None


@dataclass(frozen=True, kw_only=True)
class LossesFlags:
    """Which losses are listed."""

    task: Annotated[str | None, TASK] = None
    define: Annotated[tuple[str, ...], DEFINE] = ()
    format: Annotated[str, FORMAT] = "text"


@dataclass(frozen=True, kw_only=True)
class ExplainFlags:
    """A loss or a metric."""

    spec: Annotated[
        str,
        Flag(
            "NAME",
            "A loss, huber or huber:delta=1.5, or a metric, f1; also as another library has it.",
            ARGUMENTS,
            specs=True,
            metrics=True,
        ),
    ]
    define: Annotated[tuple[str, ...], DEFINE] = ()
    format: Annotated[str, Flag("FORMAT", "text, json, csv, markdown or html.", OUTPUT)] = "text"
    output: Annotated[
        tuple[Path, ...], Flag("FILE", "Also write a file, .txt .json .csv .md or .html; repeat it.", OUTPUT)
    ] = ()


@dataclass(frozen=True, kw_only=True)
class CheckFlags:
    """A loss."""

    spec: Annotated[str, Flag("SPEC", "A loss, e.g. huber or huber:delta=1.5.", ARGUMENTS, specs=True)]
    define: Annotated[tuple[str, ...], DEFINE] = ()
    format: Annotated[str, Flag("FORMAT", "text, json, csv, markdown or html.", OUTPUT)] = "text"


@dataclass(frozen=True, kw_only=True)
class HelpFlags:
    """Which help."""

    command: Annotated[str | None, Flag("[COMMAND]", "One of the commands; default all.", ARGUMENTS)] = None
