"""The flags of `losscli fit` alone."""

from pathlib import Path
from typing import Annotated

import typer

from losscli.cli.options import DATA, DEFINE_HELP, OUTPUT

TRAINED, JUDGING = "Losses and model", "Judging"  # panels of the help

Target = Annotated[
    str | None,
    typer.Option(
        metavar="COL",
        help="Target column; of several a pattern, 'truth_*'. By its name, else the last, if not said.",
        rich_help_panel=DATA,
    ),
]
Id = Annotated[
    str | None, typer.Option("--id", metavar="COL", help="Row id: names rows.", rich_help_panel=DATA)
]
Group = Annotated[
    str | None, typer.Option(metavar="COL", help="Rows that stay in one fold together.", rich_help_panel=DATA)
]
Time = Annotated[
    str | None,
    typer.Option(metavar="COL", help="Train on earlier rows, judge on later ones.", rich_help_panel=DATA),
]
FoldColumn = Annotated[
    str | None, typer.Option(metavar="COL", help="The fold of each row.", rich_help_panel=DATA)
]
Features = Annotated[
    list[str] | None,
    typer.Option(
        metavar="COL", help="A feature; repeat it. All other columns if not said.", rich_help_panel=DATA
    ),
]
Drop = Annotated[
    list[str] | None,
    typer.Option(metavar="COL", help="A column that is no feature; repeat it.", rich_help_panel=DATA),
]
Missing = Annotated[
    str,
    typer.Option(
        metavar="RULE", help="error; drop: leave such rows out; impute: fill in.", rich_help_panel=DATA
    ),
]
Loss = Annotated[
    list[str] | None,
    typer.Option(
        metavar="SPEC",
        help="A loss, e.g. huber:delta=1.5; repeat it. All that apply if not said.",
        rich_help_panel=TRAINED,
    ),
]
Define = Annotated[list[str] | None, typer.Option(metavar="LOSS", help=DEFINE_HELP, rich_help_panel=TRAINED)]
Exclude = Annotated[
    list[str] | None,
    typer.Option(metavar="SPEC", help="A loss to leave out; repeat it.", rich_help_panel=TRAINED),
]
Scale = Annotated[
    float | None, typer.Option(metavar="S", help="Residual scale s, in units of y.", rich_help_panel=TRAINED)
]
Model = Annotated[
    str,
    typer.Option(
        metavar="SPEC",
        help="linear, or a network: mlp:hidden=16-16,activation=relu (or tanh).",
        rich_help_panel=TRAINED,
    ),
]
EarlyStopping = Annotated[
    float | None,
    typer.Option(
        metavar="SHARE",
        help="Share of the training rows held out, by whose loss training by epochs stops.",
        rich_help_panel=TRAINED,
    ),
]
Patience = Annotated[
    int | None,
    typer.Option(
        metavar="N", help="Epochs without a better one before it stops; 10.", rich_help_panel=TRAINED
    ),
]
Seeds = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help="Starts of a network in the first repeat, whose spread is shown; 3.",
        rich_help_panel=TRAINED,
    ),
]
L1 = Annotated[
    float,
    typer.Option(
        "--l1",
        metavar="X",
        help="Penalty on the size of slopes, which makes some 0: its strength, 0 or more.",
        rich_help_panel=TRAINED,
    ),
]
L2 = Annotated[
    str,
    typer.Option(
        "--l2", metavar="X", help="Penalty: auto, or its strength, 0 or more.", rich_help_panel=TRAINED
    ),
]
PenaltyScale = Annotated[
    str,
    typer.Option(
        metavar="UNIT",
        help="raw; curvature: in units of the loss' own, to shrink alike under all.",
        rich_help_panel=TRAINED,
    ),
]
PenaltyPath = Annotated[
    str | None,
    typer.Option(
        "--path",
        metavar="SPEC",
        help="Judge many strengths of a penalty: auto, l1 or l2, e.g. l1:points=20.",
        rich_help_panel=JUDGING,
    ),
]
Optimizer = Annotated[
    str,
    typer.Option(
        metavar="SPEC",
        help="auto, gd, momentum, nesterov, adam, lbfgs or sgd, e.g. "
        "sgd:batch=64,rate=0.1,schedule=cosine,clip=1.",
        rich_help_panel=TRAINED,
    ),
]
MaxIter = Annotated[
    int | None,
    typer.Option(metavar="N", help="Iterations at most; epochs of a network, 200.", rich_help_panel=TRAINED),
]
Tol = Annotated[
    float | None, typer.Option(metavar="TOL", help="Gradient at which to stop.", rich_help_panel=TRAINED)
]
Oversample = Annotated[
    str | None,
    typer.Option(
        metavar="[SHARE]",
        help="Repeat training rows of rarer classes up to this share of the largest; 1 if not said.",
        rich_help_panel=TRAINED,
    ),
]
LabelSmoothing = Annotated[
    float | None,
    typer.Option(
        metavar="E", help="Share of each label that is spread over all classes.", rich_help_panel=TRAINED
    ),
]
Augment = Annotated[
    list[str] | None,
    typer.Option(
        metavar="SPEC",
        help="More training rows: jitter:size=0.1,copies=1 (noise of 0.1 sd) or mixup:alpha=0.2; repeat it.",
        rich_help_panel=TRAINED,
    ),
]
Folds = Annotated[int, typer.Option(metavar="N", help="Folds.", rich_help_panel=JUDGING)]
Repeats = Annotated[
    int | None,
    typer.Option(
        metavar="N", help="Times that rows are split anew; 10, of networks 1.", rich_help_panel=JUDGING
    ),
]
Contaminate = Annotated[
    list[str] | None,
    typer.Option(
        metavar="SPEC",
        help="How to spoil training rows: shift, spread, leverage or flip, "
        "e.g. shift:size=10,levels=0-0.1; repeat it.",
        rich_help_panel=JUDGING,
    ),
]
NoContaminate = Annotated[
    bool, typer.Option("--no-contaminate", help="Spoil no training rows.", rich_help_panel=JUDGING)
]
Threshold = Annotated[
    str | None,
    typer.Option(
        metavar="T",
        help="Positive above it; 0.5 for probabilities, 0 for scores. Or f1, youden or cost: "
        "what to make best on folds within the training rows.",
        rich_help_panel=JUDGING,
    ),
]
Cost = Annotated[
    str | None,
    typer.Option(
        metavar="fp=5,fn=1", help="What decisions cost, also tp= and tn=: a metric.", rich_help_panel=JUDGING
    ),
]
Seed = Annotated[
    int, typer.Option(metavar="N", help="Seed of splits, spoiled and made rows.", rich_help_panel=JUDGING)
]
Confidence = Annotated[
    float, typer.Option(metavar="P", help="Confidence of the intervals.", rich_help_panel=JUDGING)
]
All = Annotated[
    bool, typer.Option("--all", help="Every loss, metric and reason on screen.", rich_help_panel=OUTPUT)
]
Coefficients = Annotated[
    bool, typer.Option("--coefficients", help="Coefficients, losses side by side.", rich_help_panel=OUTPUT)
]
Save = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write the models, for losscli predict.", rich_help_panel=OUTPUT),
]
Predictions = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Write predictions out of fold, for losscli compare.", rich_help_panel=OUTPUT
    ),
]
