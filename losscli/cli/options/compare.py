"""The flags of `losscli compare` alone."""

from typing import Annotated

import typer

from losscli.cli.options import DATA, DEFINE_HELP, OUTPUT

LOSSES, VERDICT = "Losses", "Verdict"  # panels of the help

Predictions = Annotated[
    list[str],
    typer.Argument(metavar="PREDICTIONS", help="CSV, TSV, Parquet, Arrow or JSON Lines; - is stdin."),
]
Target = Annotated[
    str | None,
    typer.Option(
        metavar="COL", help="Target column; of several targets a pattern, 'truth_*'.", rich_help_panel=DATA
    ),
]
Pred = Annotated[
    list[str] | None,
    typer.Option(
        metavar="MODEL", help="A model, a column, NAME=COL or a pattern; repeat it.", rich_help_panel=DATA
    ),
]
Id = Annotated[
    str | None,
    typer.Option("--id", metavar="COL", help="Row id: joins files, names rows.", rich_help_panel=DATA),
]
Group = Annotated[
    str | None,
    typer.Option(metavar="COL", help="Rows of one value are resampled together.", rich_help_panel=DATA),
]
Time = Annotated[
    str | None,
    typer.Option(metavar="COL", help="Rows are resampled in blocks of its order.", rich_help_panel=DATA),
]
By = Annotated[
    str | None,
    typer.Option(metavar="COL", help="Each value of it is a slice, judged by itself.", rich_help_panel=DATA),
]
Kind = Annotated[
    str | None,
    typer.Option(
        metavar="KIND",
        help="What predictions are: value, label, probability, logit or score.",
        rich_help_panel=DATA,
    ),
]
Order = Annotated[
    str | None,
    typer.Option(
        metavar="low,mid,high", help="The classes in their order, for ordinal losses.", rich_help_panel=DATA
    ),
]
Missing = Annotated[
    str, typer.Option(metavar="RULE", help="error, or drop: leave such rows out.", rich_help_panel=DATA)
]
Loss = Annotated[
    list[str] | None,
    typer.Option(
        metavar="SPEC",
        help="A loss, e.g. huber:delta=1.5; repeat it, the first is primary.",
        rich_help_panel=LOSSES,
    ),
]
Define = Annotated[list[str] | None, typer.Option(metavar="LOSS", help=DEFINE_HELP, rich_help_panel=LOSSES)]
Exclude = Annotated[
    list[str] | None,
    typer.Option(metavar="SPEC", help="A loss to leave out; repeat it.", rich_help_panel=LOSSES),
]
Scale = Annotated[
    float | None, typer.Option(metavar="S", help="Residual scale s, in units of y.", rich_help_panel=LOSSES)
]
Clip = Annotated[
    float | None,
    typer.Option(metavar="EPS", help="Keep probabilities in [EPS, 1-EPS].", rich_help_panel=LOSSES),
]
Threshold = Annotated[
    float | None,
    typer.Option(
        metavar="T", help="Positive above it; 0.5 for probabilities, 0 for scores.", rich_help_panel=LOSSES
    ),
]
Cost = Annotated[
    str | None,
    typer.Option(
        metavar="fp=5,fn=1",
        help="What decisions cost, also tp= and tn=; seeks the best threshold.",
        rich_help_panel=LOSSES,
    ),
]
All = Annotated[
    bool, typer.Option("--all", help="Every loss, metric and reason on screen.", rich_help_panel=LOSSES)
]
FailIf = Annotated[
    list[str] | None,
    typer.Option(
        metavar="RULE",
        help="Exit 1 if so, e.g. 'huber > 0.5' or 'mae[rf] > 1'; repeat it.",
        rich_help_panel=VERDICT,
    ),
]
Baseline = Annotated[
    str | None,
    typer.Option(
        metavar="MODEL",
        help="A model, or with --id a file of predictions or a result with replicates.",
        rich_help_panel=VERDICT,
    ),
]
MaxRegression = Annotated[
    list[str] | None,
    typer.Option(
        metavar="LOSS=2%",
        help="How much worse than the baseline is allowed; repeat it.",
        rich_help_panel=VERDICT,
    ),
]
Inconclusive = Annotated[
    str,
    typer.Option(
        metavar="RULE", help="A gate that cannot tell: warn, pass or fail.", rich_help_panel=VERDICT
    ),
]
Resamples = Annotated[
    int | None, typer.Option(metavar="N", help="Resamples of the rows.", rich_help_panel=VERDICT)
]
Correction = Annotated[
    str,
    typer.Option(
        metavar="RULE",
        help="Of the pairs for their number: max-t, holm, bh or none.",
        rich_help_panel=VERDICT,
    ),
]
Replicates = Annotated[
    bool,
    typer.Option(
        "--replicates", help="Keep them in the JSON: a baseline for later runs.", rich_help_panel=OUTPUT
    ),
]
SelfCheck = Annotated[
    bool,
    typer.Option("--self-check", help="How often verdicts err on rows like these.", rich_help_panel=VERDICT),
]
Seed = Annotated[int, typer.Option(metavar="N", help="Of the resamples.", rich_help_panel=VERDICT)]
Confidence = Annotated[
    float, typer.Option(metavar="P", help="Confidence of the intervals.", rich_help_panel=VERDICT)
]
Rows = Annotated[
    str | None,
    typer.Option(
        "--rows",
        metavar="WHICH",
        help="flagged: list outliers, and the rows that decide between two models.",
        rich_help_panel=OUTPUT,
    ),
]
Exact = Annotated[
    bool, typer.Option("--exact", help="No rounding of scores above a million rows.", rich_help_panel=OUTPUT)
]
