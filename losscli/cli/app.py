"""The commands; what they call is imported when they run."""

from typing import Annotated

import typer

from losscli.cli.command import PlainGroup, command
from losscli.errors import ExitCode, unknown
from losscli.verbs.options import (
    AdviseFlags,
    CheckFlags,
    CompareFlags,
    DiffFlags,
    ExplainFlags,
    ExportFlags,
    FitFlags,
    HelpFlags,
    LossesFlags,
    PlotFlags,
    PredictFlags,
    RolesFlags,
    SchemaFlags,
)

app = typer.Typer(
    cls=PlainGroup,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="""How good are these predictions, under every loss that applies? Which loss is best to train with?

    \b
    losscli compare preds.csv      the losses of every model in a file
    losscli fit data.csv           train with every loss, and see which to use
    losscli advise data.csv        which losses suit these data, and why
    losscli explain huber          what a loss or a metric is
    losscli losses                 all losses
    """,
)


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


@command(app)
def compare(flags: CompareFlags) -> int:
    """How good are these predictions, and which model is better?

    \b
    losscli compare preds.csv
    losscli compare preds.csv --loss mae --loss huber:delta=1.5
    losscli compare old.csv new.csv --id id --fail-if 'mae[new] > 1'
    """
    from losscli.cli.compare import run

    return run(flags)


@command(app, short_help="Which loss to train with?")
def fit(flags: FitFlags) -> int:
    """Which loss to train with: each one fitted, judged out of fold and on spoiled targets.

    \b
    losscli fit data.csv
    losscli fit data.csv --target y --loss mse --loss huber --coefficients
    losscli fit data.csv --loss tukey --save model.json
    """
    from losscli.cli.fit import run

    return run(flags)


@command(app, short_help="Which losses suit these data, and why?")
def advise(flags: AdviseFlags) -> int:
    """Which losses suit these data: a profile of target and features, a short list with reasons, and a quick
    check of it out of fold.

    \b
    losscli advise data.csv
    losscli advise data.csv --target y --drop note
    losscli advise data.csv --group customer --format json
    """
    from losscli.cli.advise import run

    return run(flags)


@command(app, short_help="Predict new rows with a saved model.")
def predict(flags: PredictFlags) -> int:
    """Predictions of a saved model for new rows, as CSV.

    losscli predict model.json new.csv --output predictions.csv
    """
    from losscli.cli.predict import run

    return run(flags)


@command(app, short_help="What is each column of a file?")
def roles(flags: RolesFlags) -> int:
    """What each column of a file is, why, and the flag that says otherwise.

    \b
    losscli roles preds.csv
    losscli roles data.csv --for fit
    losscli roles preds.csv --format json
    """
    from losscli.cli.roles import run

    return run(flags)


@command(app, short_help="What changed between two results?")
def diff(flags: DiffFlags) -> int:
    """What changed between two results of compare on the same rows, and is it more than noise?

    \b
    losscli diff old.json new.json
    losscli diff old.json new.json --format markdown
    """
    from losscli.cli.diff import run

    return run(flags)


@command(app, short_help="Draw a chart of a result, or of losses.")
def plot(flags: PlotFlags) -> int:
    """A chart of a result, or of losses on top of one another, as SVG, PNG, a page, or Vega-Lite. Without
    --output: which charts there are.

    \b
    losscli plot result.json
    losscli plot result.json --chart differences --output differences.svg
    losscli plot mse mae huber:delta=1 --output losses.png
    """
    from losscli.cli.plot import run

    return run(flags)


@command(app, short_help="What is valid in the JSON of a command.")
def schema(flags: SchemaFlags) -> int:
    """The JSON Schema (draft 2020-12) of a result: every key, its type and what it means.

    losscli schema compare
    """
    from losscli.cli.schema import run

    return run(flags)


@command(app)
def losses(flags: LossesFlags) -> int:
    """All losses: parameters, units, what they ask for.

    losscli losses --task binary
    """
    from losscli.cli.catalogue import list_losses

    return list_losses(flags)


@command(app, short_help="What a loss or a metric is.")
def explain(flags: ExplainFlags) -> int:
    """What a loss is: formula, slope, when to choose it, its names elsewhere; what a metric is, and by which
    convention.

    \b
    losscli explain tukey
    losscli explain roc_auc
    """
    from losscli.cli import catalogue

    return catalogue.explain(flags)


@command(app, short_help="Take a loss along to another library.")
def export(flags: ExportFlags) -> int:
    """A loss as a complete module of Python for the library that trains with it: no losscli is needed there.

    \b
    losscli export huber:delta=12.6 --to lightgbm
    losscli export focal:gamma=2 --task binary --to torch --output focal.py
    """
    from losscli.cli.export import run

    return run(flags)


@command(app, short_help="Does a loss do what it says?")
def check_loss(flags: CheckFlags) -> int:
    """Whether a loss does what it says: formula, slope, kinks, least value, domain, traits. Exit 1 if not.

    \b
    losscli check-loss asym --define 'asym = where(r > 0, 3*r**2, r**2)'
    losscli check-loss ./my_losses.py
    """
    from losscli.cli import catalogue

    return catalogue.check_loss(flags)


@command(app, short_help="The help of a command.")
def help(flags: HelpFlags) -> int:
    """The help of a command, as its --help.

    losscli help compare
    """
    from typer.main import get_command

    names = [str(own.name) for own in app.registered_commands]
    if flags.command is not None and flags.command not in names:
        what = f"help {flags.command}: there is no such command"
        raise unknown(what, flags.command, names, "See losscli --help")
    line = [*filter(None, [flags.command]), "--help"]
    return int(get_command(app)(args=line, prog_name="losscli", standalone_mode=False) or 0)
