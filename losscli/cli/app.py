"""The commands and their flags; what they call is imported when they run."""

from pathlib import Path
from typing import Annotated

import typer

from losscli.cli.help import PanelCommand
from losscli.errors import ExitCode

app = typer.Typer(
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="""How good are these predictions, under every loss that applies? Which model is better?

    \b
    losscli compare preds.csv      the losses of every model in a file
    losscli explain huber          what a loss is, and when to choose it
    losscli losses                 all losses
    """,
)

DATA, LOSSES, VERDICT, OUTPUT = "Data", "Losses", "Verdict", "Output"


@app.callback(invoke_without_command=True)
def losscli(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    if version:
        from losscli import __version__

        typer.echo(f"losscli {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(ExitCode.USAGE)


@app.command(cls=PanelCommand)
def compare(
    predictions: Annotated[
        list[str],
        typer.Argument(metavar="PREDICTIONS", help="CSV, TSV, Parquet, Arrow or JSON Lines; - is stdin."),
    ],
    target: Annotated[
        str | None, typer.Option(metavar="COL", help="Target column.", rich_help_panel=DATA)
    ] = None,
    pred: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MODEL", help="A model, a column, NAME=COL or a pattern; repeat it.", rich_help_panel=DATA
        ),
    ] = None,
    id_: Annotated[
        str | None,
        typer.Option("--id", metavar="COL", help="Row id: joins files, names rows.", rich_help_panel=DATA),
    ] = None,
    weights: Annotated[
        str | None, typer.Option(metavar="COL", help="Row weights.", rich_help_panel=DATA)
    ] = None,
    task: Annotated[
        str | None,
        typer.Option(metavar="TASK", help="regression, counts, binary or multiclass.", rich_help_panel=DATA),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            metavar="KIND",
            help="What predictions are: value, label, probability, logit or score.",
            rich_help_panel=DATA,
        ),
    ] = None,
    positive: Annotated[
        str | None, typer.Option(metavar="CLASS", help="The positive class.", rich_help_panel=DATA)
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Encoding of the text; UTF-8 if not said.", rich_help_panel=DATA),
    ] = None,
    delimiter: Annotated[
        str | None,
        typer.Option(
            metavar="CHAR", help="Sign between fields; found in the header if not said.", rich_help_panel=DATA
        ),
    ] = None,
    decimal: Annotated[
        str | None, typer.Option(metavar="CHAR", help="Decimal sign: . or ,", rich_help_panel=DATA)
    ] = None,
    thousands: Annotated[
        str | None,
        typer.Option(metavar="CHAR", help="Sign between thousands; none if not said.", rich_help_panel=DATA),
    ] = None,
    missing: Annotated[
        str, typer.Option(metavar="RULE", help="error, or drop: leave such rows out.", rich_help_panel=DATA)
    ] = "error",
    loss: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SPEC",
            help="A loss, e.g. huber:delta=1.5; repeat it, the first is primary.",
            rich_help_panel=LOSSES,
        ),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(metavar="SPEC", help="A loss to leave out; repeat it.", rich_help_panel=LOSSES),
    ] = None,
    scale: Annotated[
        float | None,
        typer.Option(metavar="S", help="Residual scale s, in units of y.", rich_help_panel=LOSSES),
    ] = None,
    clip: Annotated[
        float | None,
        typer.Option(metavar="EPS", help="Keep probabilities in [EPS, 1-EPS].", rich_help_panel=LOSSES),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            metavar="T",
            help="Positive above it; 0.5 for probabilities, 0 for scores.",
            rich_help_panel=LOSSES,
        ),
    ] = None,
    all_: Annotated[
        bool, typer.Option("--all", help="Every loss, metric and reason on screen.", rich_help_panel=LOSSES)
    ] = False,
    fail_if: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULE",
            help="Exit 1 if so, e.g. 'huber > 0.5' or 'mae[rf] > 1'; repeat it.",
            rich_help_panel=VERDICT,
        ),
    ] = None,
    confidence: Annotated[
        float, typer.Option(metavar="P", help="Confidence of the intervals.", rich_help_panel=VERDICT)
    ] = 0.95,
    format_: Annotated[
        str,
        typer.Option(
            "--format", metavar="FORMAT", help="text, json, csv or markdown.", rich_help_panel=OUTPUT
        ),
    ] = "text",
    output: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Also write a file, .txt .json .csv or .md; repeat it.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    exact: Annotated[
        bool,
        typer.Option("--exact", help="No rounding of scores above a million rows.", rich_help_panel=OUTPUT),
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Nothing on stdout.", rich_help_panel=OUTPUT)
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(metavar="N", help="Processors to use; all if not said.", rich_help_panel=OUTPUT),
    ] = None,
) -> int:
    """How good are these predictions, and which model is better?

    \b
    losscli compare preds.csv
    losscli compare preds.csv --loss mae --loss huber:delta=1.5
    losscli compare old.csv new.csv --id id --fail-if 'mae[new] > 1'
    """
    from losscli.cli import compare as command

    return command.run(
        command.Flags(
            paths=tuple(predictions),
            target=target,
            pred=tuple(pred or ()),
            id=id_,
            weights=weights,
            task=task,
            kind=kind,
            positive=positive,
            encoding=encoding,
            delimiter=delimiter,
            decimal=decimal,
            thousands=thousands,
            missing=missing,
            loss=tuple(loss or ()),
            exclude=tuple(exclude or ()),
            scale=scale,
            clip=clip,
            threshold=threshold,
            all=all_,
            fail_if=tuple(fail_if or ()),
            confidence=confidence,
            format=format_,
            output=tuple(output or ()),
            exact=exact,
            quiet=quiet,
            jobs=jobs,
        )
    )


@app.command(cls=PanelCommand)
def losses(
    task: Annotated[
        str | None,
        typer.Option(metavar="TASK", help="regression, counts, binary or multiclass.", rich_help_panel=DATA),
    ] = None,
    format_: Annotated[
        str,
        typer.Option(
            "--format", metavar="FORMAT", help="text, json, csv or markdown.", rich_help_panel=OUTPUT
        ),
    ] = "text",
) -> int:
    """All losses: parameters, units, what they ask for.

    losscli losses --task binary
    """
    from losscli.cli import catalogue

    return catalogue.list_losses(task, format_)


@app.command(cls=PanelCommand, short_help="What a loss is, and when to choose it.")
def explain(
    spec: Annotated[str, typer.Argument(metavar="SPEC", help="A loss, e.g. huber or huber:delta=1.5.")],
    format_: Annotated[
        str,
        typer.Option("--format", metavar="FORMAT", help="text, json or markdown.", rich_help_panel=OUTPUT),
    ] = "text",
) -> int:
    """What a loss is: formula, slope, when to choose it, its names elsewhere.

    losscli explain tukey
    """
    from losscli.cli import catalogue

    return catalogue.explain(spec, format_)
