"""The commands and their flags; what they call is imported when they run."""

from typing import Annotated

import typer

from losscli.cli import options
from losscli.cli.help import FitCommand, PanelCommand
from losscli.cli.options import advise as of_advise
from losscli.cli.options import compare as of_compare
from losscli.cli.options import diff as of_diff
from losscli.cli.options import fit as of_fit
from losscli.errors import ExitCode

app = typer.Typer(
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="""How good are these predictions, under every loss that applies? Which loss is best to train with?

    \b
    losscli compare preds.csv      the losses of every model in a file
    losscli fit data.csv           train with every loss, and see which to use
    losscli advise data.csv        which losses suit these data, and why
    losscli explain huber          what a loss is, and when to choose it
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


@app.command(cls=PanelCommand)
def compare(
    predictions: of_compare.Predictions,
    target: of_compare.Target = None,
    pred: of_compare.Pred = None,
    id_: of_compare.Id = None,
    weights: options.Weights = None,
    class_weight: options.ClassWeight = None,
    group: of_compare.Group = None,
    time: of_compare.Time = None,
    by: of_compare.By = None,
    task: options.TaskName = None,
    kind: of_compare.Kind = None,
    positive: options.Positive = None,
    order: of_compare.Order = None,
    encoding: options.Encoding = None,
    delimiter: options.Delimiter = None,
    decimal: options.Decimal = None,
    thousands: options.Thousands = None,
    skip_lines: options.SkipLines = 0,
    max_unpacked: options.MaxUnpacked = None,
    missing: of_compare.Missing = "error",
    loss: of_compare.Loss = None,
    define: of_compare.Define = None,
    exclude: of_compare.Exclude = None,
    scale: of_compare.Scale = None,
    clip: of_compare.Clip = None,
    threshold: of_compare.Threshold = None,
    cost: of_compare.Cost = None,
    all_: of_compare.All = False,
    baseline: of_compare.Baseline = None,
    max_regression: of_compare.MaxRegression = None,
    fail_if: of_compare.FailIf = None,
    inconclusive: of_compare.Inconclusive = "warn",
    resamples: of_compare.Resamples = None,
    correction: of_compare.Correction = "max-t",
    seed: of_compare.Seed = 0,
    self_check: of_compare.SelfCheck = False,
    confidence: of_compare.Confidence = 0.95,
    format_: options.Format = "text",
    output: options.Output = None,
    rows: of_compare.Rows = None,
    replicates: of_compare.Replicates = False,
    exact: of_compare.Exact = False,
    quiet: options.Quiet = False,
    jobs: options.Jobs = None,
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
            class_weight=class_weight,
            group=group,
            time=time,
            by=by,
            task=task,
            kind=kind,
            positive=positive,
            order=order,
            encoding=encoding,
            delimiter=delimiter,
            decimal=decimal,
            thousands=thousands,
            skip_lines=skip_lines,
            max_unpacked=max_unpacked,
            missing=missing,
            loss=tuple(loss or ()),
            define=tuple(define or ()),
            exclude=tuple(exclude or ()),
            scale=scale,
            clip=clip,
            threshold=threshold,
            cost=cost,
            all=all_,
            fail_if=tuple(fail_if or ()),
            baseline=baseline,
            max_regression=tuple(max_regression or ()),
            inconclusive=inconclusive,
            resamples=resamples,
            correction=correction,
            seed=seed,
            self_check=self_check,
            confidence=confidence,
            format=format_,
            output=tuple(output or ()),
            rows=rows,
            replicates=replicates,
            exact=exact,
            quiet=quiet,
            jobs=jobs,
        )
    )


@app.command(cls=FitCommand, short_help="Which loss to train with?")
def fit(
    data: options.Data,
    target: of_fit.Target = None,
    id_: of_fit.Id = None,
    weights: options.Weights = None,
    class_weight: options.ClassWeight = None,
    group: of_fit.Group = None,
    time: of_fit.Time = None,
    fold_column: of_fit.FoldColumn = None,
    task: options.TrainedTask = None,
    positive: options.Positive = None,
    features: of_fit.Features = None,
    drop: of_fit.Drop = None,
    encoding: options.Encoding = None,
    delimiter: options.Delimiter = None,
    decimal: options.Decimal = None,
    thousands: options.Thousands = None,
    skip_lines: options.SkipLines = 0,
    max_unpacked: options.MaxUnpacked = None,
    missing: of_fit.Missing = "error",
    loss: of_fit.Loss = None,
    define: of_fit.Define = None,
    exclude: of_fit.Exclude = None,
    scale: of_fit.Scale = None,
    model: of_fit.Model = "linear",
    l1: of_fit.L1 = 0.0,
    l2: of_fit.L2 = "auto",
    penalty_scale: of_fit.PenaltyScale = "raw",
    path_of: of_fit.PenaltyPath = None,
    optimizer: of_fit.Optimizer = "auto",
    max_iter: of_fit.MaxIter = None,
    tol: of_fit.Tol = None,
    early_stopping: of_fit.EarlyStopping = None,
    patience: of_fit.Patience = None,
    seeds: of_fit.Seeds = None,
    oversample: of_fit.Oversample = None,
    label_smoothing: of_fit.LabelSmoothing = None,
    augment: of_fit.Augment = None,
    folds: of_fit.Folds = 5,
    repeats: of_fit.Repeats = None,
    contaminate: of_fit.Contaminate = None,
    no_contaminate: of_fit.NoContaminate = False,
    threshold: of_fit.Threshold = None,
    cost: of_fit.Cost = None,
    seed: of_fit.Seed = 0,
    confidence: of_fit.Confidence = 0.95,
    format_: options.Format = "text",
    output: options.Output = None,
    all_: of_fit.All = False,
    coefficients: of_fit.Coefficients = False,
    save: of_fit.Save = None,
    predictions: of_fit.Predictions = None,
    quiet: options.Quiet = False,
    jobs: options.Jobs = None,
) -> int:
    """Which loss to train with: each one fitted, judged out of fold and on spoiled targets.

    \b
    losscli fit data.csv
    losscli fit data.csv --target y --loss mse --loss huber --coefficients
    losscli fit data.csv --loss tukey --save model.json
    """
    from losscli.cli import fit as command

    return command.run(
        command.Flags(
            path=data,
            target=target,
            id=id_,
            weights=weights,
            class_weight=class_weight,
            group=group,
            time=time,
            fold_column=fold_column,
            task=task,
            positive=positive,
            features=tuple(features or ()),
            drop=tuple(drop or ()),
            encoding=encoding,
            delimiter=delimiter,
            decimal=decimal,
            thousands=thousands,
            skip_lines=skip_lines,
            max_unpacked=max_unpacked,
            missing=missing,
            loss=tuple(loss or ()),
            define=tuple(define or ()),
            exclude=tuple(exclude or ()),
            scale=scale,
            model=model,
            l1=l1,
            l2=l2,
            penalty_scale=penalty_scale,
            path_of=path_of,
            optimizer=optimizer,
            max_iter=max_iter,
            tol=tol,
            early_stopping=early_stopping,
            patience=patience,
            seeds=seeds,
            oversample=oversample,
            label_smoothing=label_smoothing,
            augment=tuple(augment or ()),
            folds=folds,
            repeats=repeats,
            contaminate=tuple(contaminate or ()),
            no_contaminate=no_contaminate,
            threshold=threshold,
            cost=cost,
            seed=seed,
            confidence=confidence,
            format=format_,
            output=tuple(output or ()),
            all=all_,
            coefficients=coefficients,
            save=save,
            predictions=predictions,
            quiet=quiet,
            jobs=jobs,
        )
    )


@app.command(cls=PanelCommand, short_help="Which losses suit these data, and why?")
def advise(
    data: options.Data,
    target: of_fit.Target = None,
    id_: of_fit.Id = None,
    weights: options.Weights = None,
    group: of_fit.Group = None,
    time: of_fit.Time = None,
    task: options.AdvisedTask = None,
    positive: options.Positive = None,
    features: of_fit.Features = None,
    drop: of_fit.Drop = None,
    encoding: options.Encoding = None,
    delimiter: options.Delimiter = None,
    decimal: options.Decimal = None,
    thousands: options.Thousands = None,
    skip_lines: options.SkipLines = 0,
    max_unpacked: options.MaxUnpacked = None,
    missing: of_fit.Missing = "error",
    l2: of_advise.L2 = "auto",
    folds: of_fit.Folds = 5,
    seed: of_advise.Seed = 0,
    confidence: of_fit.Confidence = 0.95,
    format_: options.Format = "text",
    output: options.Output = None,
    quiet: options.Quiet = False,
    jobs: options.Jobs = None,
) -> int:
    """Which losses suit these data: a profile of target and features, a short list with reasons, and a quick
    check of it out of fold.

    \b
    losscli advise data.csv
    losscli advise data.csv --target y --drop note
    losscli advise data.csv --group customer --format json
    """
    from losscli.cli import advise as command

    return command.run(
        command.Flags(
            path=data,
            target=target,
            id=id_,
            weights=weights,
            group=group,
            time=time,
            task=task,
            positive=positive,
            features=tuple(features or ()),
            drop=tuple(drop or ()),
            encoding=encoding,
            delimiter=delimiter,
            decimal=decimal,
            thousands=thousands,
            skip_lines=skip_lines,
            max_unpacked=max_unpacked,
            missing=missing,
            l2=l2,
            folds=folds,
            seed=seed,
            confidence=confidence,
            format=format_,
            output=tuple(output or ()),
            quiet=quiet,
            jobs=jobs,
        )
    )


@app.command(cls=PanelCommand, short_help="Predict new rows with a saved model.")
def predict(
    model: options.SavedModel,
    data: options.Data,
    encoding: options.Encoding = None,
    delimiter: options.Delimiter = None,
    decimal: options.Decimal = None,
    thousands: options.Thousands = None,
    skip_lines: options.SkipLines = 0,
    max_unpacked: options.MaxUnpacked = None,
    output: options.PredictionsFile = None,
) -> int:
    """Predictions of a saved model for new rows, as CSV.

    losscli predict model.json new.csv --output predictions.csv
    """
    from losscli.cli import predict as command

    return command.run(
        command.Flags(
            model=model,
            path=data,
            encoding=encoding,
            delimiter=delimiter,
            decimal=decimal,
            thousands=thousands,
            skip_lines=skip_lines,
            max_unpacked=max_unpacked,
            output=output,
        )
    )


@app.command(cls=PanelCommand, short_help="What changed between two results?")
def diff(
    old: of_diff.Old,
    new: of_diff.New,
    all_: of_diff.All = False,
    format_: options.Format = "text",
    output: options.Output = None,
    quiet: options.Quiet = False,
) -> int:
    """What changed between two results of compare on the same rows, and is it more than noise?

    \b
    losscli diff old.json new.json
    losscli diff old.json new.json --format markdown
    """
    from losscli.cli import diff as command

    return command.run(
        command.Flags(old=old, new=new, all=all_, format=format_, output=tuple(output or ()), quiet=quiet)
    )


@app.command(cls=PanelCommand)
def losses(
    task: options.TaskName = None,
    define: options.Define = None,
    format_: options.Format = "text",
) -> int:
    """All losses: parameters, units, what they ask for.

    losscli losses --task binary
    """
    from losscli.cli import catalogue

    return catalogue.list_losses(task, format_, define or ())


@app.command(cls=PanelCommand, short_help="What a loss is, and when to choose it.")
def explain(
    spec: options.LossSpec,
    define: options.Define = None,
    format_: options.TextFormat = "text",
) -> int:
    """What a loss is: formula, slope, when to choose it, its names elsewhere.

    losscli explain tukey
    """
    from losscli.cli import catalogue

    return catalogue.explain(spec, format_, define or ())


@app.command("check-loss", cls=PanelCommand, short_help="Does a loss do what it says?")
def check_loss(
    spec: options.LossSpec,
    define: options.Define = None,
    format_: options.TextFormat = "text",
) -> int:
    """Whether a loss does what it says: formula, slope, kinks, least value, domain, traits. Exit 1 if not.

    \b
    losscli check-loss asym --define 'asym = where(r > 0, 3*r**2, r**2)'
    losscli check-loss ./my_losses.py:asym
    """
    from losscli.cli import catalogue

    return catalogue.check_loss(spec, format_, define or ())
