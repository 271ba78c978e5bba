"""The flags, each with its name, its help and its panel; here those of several commands."""

from pathlib import Path
from typing import Annotated

import typer

DATA, OUTPUT = "Data", "Output"  # panels of the help

Weights = Annotated[str | None, typer.Option(metavar="COL", help="Row weights.", rich_help_panel=DATA)]
TaskName = Annotated[
    str | None,
    typer.Option(
        metavar="TASK",
        help="regression, counts, binary, multiclass, multilabel, multioutput, distribution, forecast, "
        "boxes or detection.",
        rich_help_panel=DATA,
    ),
]
TrainedTask = Annotated[
    str | None,
    typer.Option(
        metavar="TASK",
        help="regression, counts, binary or multiclass; of several targets multioutput or multilabel.",
        rich_help_panel=DATA,
    ),
]
AdvisedTask = Annotated[
    str | None,
    typer.Option(metavar="TASK", help="regression, counts, binary or multiclass.", rich_help_panel=DATA),
]
Positive = Annotated[
    str | None, typer.Option(metavar="CLASS", help="The positive class.", rich_help_panel=DATA)
]
ClassWeight = Annotated[
    str | None,
    typer.Option(
        metavar="RULE", help="balanced, or LABEL=W,LABEL=W: times the row weights.", rich_help_panel=DATA
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Encoding of the text; UTF-8 if not said.", rich_help_panel=DATA),
]
Delimiter = Annotated[
    str | None,
    typer.Option(
        metavar="CHAR", help="Sign between fields; found in the header if not said.", rich_help_panel=DATA
    ),
]
Decimal = Annotated[
    str | None, typer.Option(metavar="CHAR", help="Decimal sign: . or ,", rich_help_panel=DATA)
]
Thousands = Annotated[
    str | None,
    typer.Option(metavar="CHAR", help="Sign between thousands; none if not said.", rich_help_panel=DATA),
]
SkipLines = Annotated[
    int, typer.Option(metavar="N", help="Lines before the header; none if not said.", rich_help_panel=DATA)
]
MaxUnpacked = Annotated[
    float | None,
    typer.Option(
        metavar="GB",
        help="What an input may unpack to; if not said, 1 or 200 times its size.",
        rich_help_panel=DATA,
    ),
]
Format = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help="text, json, csv, markdown, github, junit or html.",
        rich_help_panel=OUTPUT,
    ),
]
Output = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="FILE",
        help="Also write a file, .txt .json .csv .md .xml (JUnit) or .html; repeat it.",
        rich_help_panel=OUTPUT,
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Nothing on stdout.", rich_help_panel=OUTPUT)]
Jobs = Annotated[
    int | None, typer.Option(metavar="N", help="Processors to use; all if not said.", rich_help_panel=OUTPUT)
]
Data = Annotated[
    str, typer.Argument(metavar="DATA", help="CSV, TSV, Parquet, Arrow or JSON Lines; - is stdin.")
]
SavedModel = Annotated[
    str, typer.Argument(metavar="MODEL", help="A file that losscli fit --save has written.")
]
PredictionsFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write a CSV file; stdout if not said.", rich_help_panel=OUTPUT),
]
LossSpec = Annotated[str, typer.Argument(metavar="SPEC", help="A loss, e.g. huber or huber:delta=1.5.")]
DEFINE_HELP = "A loss by its formula, 'asym = where(r > 0, 3*r**2, r**2)'; repeat it."
Define = Annotated[list[str] | None, typer.Option(metavar="LOSS", help=DEFINE_HELP)]
TextFormat = Annotated[
    str,
    typer.Option(
        "--format", metavar="FORMAT", help="text, json, csv, markdown or html.", rich_help_panel=OUTPUT
    ),
]
