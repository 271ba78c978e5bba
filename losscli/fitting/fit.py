"""`fit`: features × losses × folds → what each loss makes of the model, and what was found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from losscli.data.frame import Frame, load
from losscli.data.roles.features import Training
from losscli.data.table import Table
from losscli.descent.networks import AUTO, EPOCHS, TrainingPlan
from losscli.descent.perceptron import Architecture
from losscli.descent.textbook import parse_optimizer
from losscli.descent.train import Settings, Wanted
from losscli.domain import NUMBERS, Task
from losscli.engine import each
from losscli.errors import Fix, UsageError
from losscli.fitting.assemble import Run, assemble
from losscli.fitting.augment import Recipe
from losscli.fitting.choice import choose
from losscli.fitting.contaminate import Contamination, defaults, parse, refusal
from losscli.fitting.crossval import CrossValidation, Judgement, judge_splits, tuned
from losscli.fitting.folds import Folds, Split, splits, told
from losscli.fitting.full_fit import FullFit, fit_all_rows
from losscli.fitting.headline import chosen_judge, settled
from losscli.fitting.judge import headed, judging
from losscli.fitting.leaks import leaks, warning
from losscli.fitting.networks import NetworkSettings
from losscli.fitting.path import parse_path, paths
from losscli.fitting.recipe import check_request, recipe_of, rule_of
from losscli.fitting.request import FitRequest, RowSource
from losscli.fitting.tune import tunings
from losscli.metrics.metric import Metric
from losscli.result import Fits, Input, Refused

__all__ = ["FitRequest", "Fitted", "RowSource", "fit", "fit_frame"]

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a run leaves: the result, the texts of --save and --predictions, the repeats that were to be, and
    whether it was cut short."""

    fits: Fits
    model_json: str
    predictions_csv: str
    repeats: int
    interrupted: bool


@np.errstate(over="ignore", invalid="ignore")  # near 1e308: what overflows is told as inf or undefined
def fit(
    table: Table, training: Training, request: FitRequest, inputs: Sequence[Input], progress: Progress
) -> Fitted:
    """Everything that `losscli fit` finds: every loss trained on all rows, and judged fold by fold.

    table: the rows.
    training: target and features, as `data.roles` finds them.
    request: the losses and settings.
    inputs: the files as the user gave them, for the record.
    progress: called with (done, total) fits of folds.

    An interruption ends the folds: what the finished repeats showed is given. Raises DataError where a
    value cannot be used, UsageError where the request does not suit the data.
    """
    _check(request)
    source = RowSource(tuple(inputs), table.notes, table.rows)
    return fit_frame(load(table, training), training, request, source, progress)


def fit_frame(
    frame: Frame, training: Training, request: FitRequest, source: RowSource, progress: Progress
) -> Fitted:
    """The same on the rows of a frame, as `fit` where it has loaded them."""
    asked = None if request.path is None else parse_path(request.path, request.l1)
    check_request(request, training)
    recipe, rule = recipe_of(request, training), rule_of(request, training.task)
    given_away = leaks(frame, training)
    warnings = (*training.warnings, *warning(given_away, training))
    metrics = judging(training.task, request.cost)
    judge = None if request.metric is None else chosen_judge(request.metric, training.task, metrics, frame.y)
    wanted, untrainable = choose(request, training.task, frame.y)
    tuning = tunings(request, training.task, frame.y, len(wanted))
    wanted += tuple(own.candidates[0] for own in tuning)
    settings = Settings(
        task=training.task,
        classes=training.scores,
        l1=request.l1,
        l2=request.l2,
        penalty_scale=request.penalty_scale,
        scale=request.scale,
        optimizer=None if request.optimizer.name == "auto" else parse_optimizer(request.optimizer),
        tol=request.tol,
        max_iter=request.max_iter,
        seed=request.seed,
    )
    folds = splits(
        frame.y,
        labels=training.labels,
        group=frame.group,
        fold=frame.fold,
        time=frame.time,
        folds=request.folds,
        repeats=request.repeats,
        seed=request.seed,
    )
    folds = told(folds, training, frame.y)
    networks = _network_settings(request)
    if judge is not None:
        metrics = headed(metrics, _settled(judge, frame, training, settings, recipe))
    cv = CrossValidation(
        frame=frame,
        training=training,
        wanted=wanted,
        contaminations=(),
        settings=replace(settings, careful=False),
        metrics=metrics,
        threshold=request.threshold,
        rule=rule,
        recipe=recipe,
        seed=request.seed,
        networks=networks,
        largest=max(len(split.train) for split in folds.splits),
        tunings=tuning,
    )
    rows = np.arange(len(frame.y))
    cv, values = tuned(cv, Split(0, folds.folds, rows, rows[:0]))
    whole = fit_all_rows(frame, training, cv.wanted, settings, recipe, networks)
    unpenalised = request.l2 is None and not request.l1 and training.task in NUMBERS | {Task.MULTIOUTPUT}
    if unpenalised and networks is None:
        _check_enough(folds, whole)
    contaminations, refused = _contaminations(request, training, frame, whole)
    cv = replace(cv, contaminations=contaminations)
    judgements, interrupted = _judged(cv, folds, request.jobs, progress)
    run = Run(
        training=training,
        warnings=warnings,
        leaks=given_away,
        request=request,
        source=source,
        cv=cv,
        folds=folds,
        whole=whole,
        judgements=judgements,
        refused=(*untrainable, *refused),
        tuned=values,
        paths=paths(*asked, cv, whole, folds, request.jobs) if asked is not None and not interrupted else (),
    )
    return Fitted(*assemble(run), folds.repeats, interrupted)


def _check(request: FitRequest) -> None:
    """Raises UsageError for a flag that would do nothing, and an optimizer that does not suit the penalty."""
    if request.early is not None and _is_solved(request):
        raise UsageError(
            f"--early-stopping {request.early.share:g}: a linear model goes to its optimum at once",
            advice="Add --optimizer adam, or --model mlp:hidden=16",
        )
    if request.l1 and request.optimizer.name == "lbfgs":
        raise UsageError(
            "--optimizer lbfgs descends on slopes, and an l1 penalty has none at 0",
            advice="Use --optimizer auto, or gd, momentum, nesterov, sgd or adam; or leave --l1 out",
        )
    solved = ("--path", request.path), ("--tune", request.tune[0] if request.tune else None)
    for flag, spec in solved:
        if spec is not None and (request.early is not None or Architecture.parse(request.model).hidden):
            raise UsageError(
                f"{flag} {spec} is of linear models that go to their optimum",
                advice=f"Leave {flag} out, or --model and --early-stopping",
            )
    if request.path is not None and request.tune:
        raise UsageError(
            f"--path {request.path} and --tune {request.tune[0]} exclude each other",
            advice="Leave one of them out",
        )


def _is_solved(request: FitRequest) -> bool:
    return not Architecture.parse(request.model).hidden and request.optimizer.name in ("auto", "lbfgs")


def _network_settings(request: FitRequest) -> NetworkSettings | None:
    """How networks are trained, None for linear models that go to an optimum.

    Raises UsageError for a flag that would do nothing.
    """
    architecture = Architecture.parse(request.model)
    if not architecture.hidden and request.early is None:
        return None
    if request.tol is not None:
        raise UsageError(
            f"--tol {request.tol:g}: training by epochs does not look at gradients to stop",
            advice="Use --max-iter EPOCHS, or --early-stopping 0.1",
        )
    optimizer = AUTO if request.optimizer.name == "auto" else parse_optimizer(request.optimizer)
    if optimizer.name == "lbfgs":
        raise UsageError(
            "--optimizer lbfgs goes to an optimum; networks are trained by epochs",
            advice="Use adam, sgd, momentum, nesterov or gd, or leave --optimizer out",
        )
    plan = TrainingPlan(optimizer, request.max_iter or EPOCHS, request.early)
    seeds = request.seeds if architecture.hidden else 1
    return NetworkSettings(architecture, plan, seeds)


def _settled(
    judge: Metric | Wanted, frame: Frame, training: Training, settings: Settings, recipe: Recipe
) -> Metric:
    """The judge with s of all rows, where a loss takes that."""
    scale = settings.scale
    if isinstance(judge, Wanted) and scale is None and training.task is Task.REGRESSION:
        scale = fit_all_rows(frame, training, (), settings, recipe, None).scale
    return settled(judge, scale, frame.y, frame.w)


def _check_enough(folds: Folds, whole: FullFit) -> None:
    """Raises UsageError where least squares without a penalty would fit noise."""
    columns = int(np.count_nonzero(whole.design.spread))  # that vary
    least = min(len(split.train) for split in folds.splits)
    if least < 2 * (columns + 1):
        raise UsageError(
            f"a training fold has {least:,} rows for {columns:,} columns: fewer than two per coefficient",
            advice="Give a penalty, or use fewer --features:",
            fixes=[
                Fix(("--l2", "0.01"), "slopes are penalised"),
                Fix(("--l2", "0"), "no penalty: noise is fitted"),
            ],
        )


def _contaminations(
    request: FitRequest, training: Training, frame: Frame, whole: FullFit
) -> tuple[tuple[Contamination, ...], tuple[Refused, ...]]:
    if request.contaminate is None:  # a network takes too long to be trained on every level
        unasked = Architecture.parse(request.model).hidden or training.outputs
        asked = () if unasked else defaults(training.task)
    else:
        asked = tuple(parse(spec, training.task) for spec in request.contaminate)
    kept, refused = [], []
    for c in asked:
        why = refusal(c, training.task, numbers=len(frame.number_names), scale=whole.scale)
        if why is None:
            kept.append(c)
        else:
            refused.append(Refused(c.spec, why, ()))
    return tuple(kept), tuple(refused)


def _judged(
    cv: CrossValidation, folds: Folds, jobs: int, progress: Progress
) -> tuple[tuple[Judgement, ...], bool]:
    """The judgements of the finished repeats, fold after fold, and whether that was an interruption."""
    found: dict[int, Judgement] = {}
    total, interrupted = len(folds.splits), False
    tasks = _tasks(cv, folds, jobs)
    progress(0, total)
    try:
        for i, judgements in each(len(tasks), lambda i: judge_splits(cv, tasks[i]), jobs):
            first = sum(map(len, tasks[:i]))
            found |= {first + place: judgement for place, judgement in enumerate(judgements)}
            progress(len(found), total)
    except KeyboardInterrupt:
        interrupted = True
    whole = 0
    while all(i in found for i in range(whole, whole + folds.folds)) and whole < total:
        whole += folds.folds
    return tuple(found[i] for i in range(whole)), interrupted


def _tasks(cv: CrossValidation, folds: Folds, jobs: int) -> list[Sequence[Split]]:
    """What a worker does at a time: one fold; of networks, the folds of a repeat in lockstep, or as many as
    give every worker some."""
    size = 1 if cv.networks is None else min(folds.folds, -(-len(folds.splits) // jobs))
    tasks: list[Sequence[Split]] = []
    for first in range(0, len(folds.splits), folds.folds):
        own = folds.splits[first : first + folds.folds]
        tasks += [own[at : at + size] for at in range(0, len(own), size)]
    return tasks
