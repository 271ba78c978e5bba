"""`fit`: features × losses × folds → what each loss makes of the model, and what was found."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from losscli import progress
from losscli.data.frame import Frame, load
from losscli.data.roles.features import Training
from losscli.data.table import Table
from losscli.descent.blocks.fits import Sizes
from losscli.descent.ends import Solution
from losscli.descent.textbook import parse_optimizer
from losscli.descent.train import Settings, Wanted
from losscli.domain import NUMBERS, Floats, Task
from losscli.engine import each, workers
from losscli.errors import Fix, UsageError
from losscli.fitting.assemble import assemble
from losscli.fitting.augment import Recipe
from losscli.fitting.choice import choose
from losscli.fitting.contaminate import Contamination, defaults, parse, refusal
from losscli.fitting.crossval import CrossValidation, Judgement, judge_splits, other_starts, tuned
from losscli.fitting.entries import Run
from losscli.fitting.folds import Folds, Split, splits, told
from losscli.fitting.full_fit import FullFit, fit_all_rows
from losscli.fitting.headline import chosen_judge
from losscli.fitting.judge import headed, judging
from losscli.fitting.leaks import leaks, warning
from losscli.fitting.learner import Learner
from losscli.fitting.learners import check_model, fits_linear, learner_of
from losscli.fitting.path import parse_path, paths
from losscli.fitting.recipe import check_request, recipe_of, rule_of
from losscli.fitting.request import FitRequest, RowSource
from losscli.fitting.stored import HELD, SIZES, Held, StoredFits, features_held, not_spoiled
from losscli.fitting.tune import tunings
from losscli.fitting.within import all_rows, settled_judge
from losscli.result import Fits, Input, PenaltyPath, Refused

__all__ = ["FitRequest", "Fitted", "RowSource", "fit", "fit_frame"]


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a run leaves: the result, the text of --save, what writes that of --predictions, None where no
    repeat is finished, and of a run that was cut short what is missing."""

    fits: Fits
    model_json: str
    predictions: Callable[[], Iterator[str]] | None
    cut_short: str | None

    @property
    def predictions_csv(self) -> str:
        """The text of --predictions."""
        return "".join(self.predictions()) if self.predictions is not None else ""


@np.errstate(over="ignore", invalid="ignore")  # near 1e308: what overflows is told as inf or undefined
def fit(
    table: Table, training: Training, request: FitRequest, inputs: Sequence[Input], held: Held = HELD
) -> Fitted:
    """Everything that `losscli fit` finds: every loss trained on all rows, and judged fold by fold.

    table: the rows.
    training: target and features, as `data.roles` finds them.
    request: the losses and settings.
    inputs: the files as the user gave them, for the record.
    held: what memory may hold; more features than that are read block by block, where that suits what is
      asked.

    An interruption ends it early: losses trained on all rows, finished repeats, and finished folds of an
    unfinished first one are given. Raises DataError where a value cannot be used, UsageError where the
    request does not suit the data, KeyboardInterrupt where nothing is finished.
    """
    check_model(request)
    source = RowSource(tuple(inputs), table.notes, table.rows)
    frame = load(table, training, features_held(table, training, request, held))
    return fit_frame(frame, training, request, source, held.sizes)


def fit_frame(
    frame: Frame, training: Training, request: FitRequest, source: RowSource, sizes: Sizes = SIZES
) -> Fitted:
    """The same on the rows of a frame, as `fit` where it has loaded them. sizes: of what is held of features
    that are stored."""
    asked = None if request.path is None else parse_path(request.path, request.l1)
    check_request(request, training)
    recipe, rule = recipe_of(request, training), rule_of(request, training.task)
    given_away = leaks(frame, training)
    warnings = (*training.warnings, *warning(given_away, training), *not_spoiled(frame, request))
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
    learner = learner_of(request)
    stored = None
    if frame.stored is not None:
        stored = StoredFits(frame, training, wanted, settings, request.jobs, sizes)
    if judge is not None:
        metrics = headed(metrics, settled_judge(judge, frame, training, settings, recipe, stored))
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
        learner=learner,
        largest=max(len(split.train) for split in folds.splits),
        tunings=tuning,
    )
    cv, values = tuned(cv, all_rows(frame, folds.folds))
    whole = _fitted(frame, training, cv.wanted, settings, recipe, learner, stored)
    unpenalised = request.l2 is None and not request.l1 and training.task in NUMBERS | {Task.MULTIOUTPUT}
    if unpenalised and learner is None and not whole.trained.interrupted:
        _check_enough(folds, whole)
    contaminations, refused = _contaminations(request, training, frame, whole)
    cv = replace(cv, contaminations=contaminations)
    found = _judged(cv, folds, whole, request.jobs, stored)
    followed, cut_short = _paths(asked, found, cv, whole, request.jobs)
    run = Run(
        training=training,
        warnings=warnings,
        leaks=given_away,
        request=request,
        source=source,
        cv=cv,
        folds=found.folds,
        whole=whole,
        judgements=found.judgements,
        refused=(*untrainable, *refused),
        tuned=values,
        paths=followed,
        cut_short=cut_short,
    )
    return Fitted(*assemble(run), cut_short)


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
    if request.contaminate is None:  # others than linear models take too long to be trained on every level
        unasked = not fits_linear(request) or training.outputs or frame.stored is not None
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


@dataclass(frozen=True, slots=True)
class _Judged:
    """The folds that were judged, and their judgements in that order; of a run cut short what is missing."""

    folds: Folds
    judgements: tuple[Judgement, ...]
    cut_short: str | None = None


def _fitted(
    frame: Frame,
    training: Training,
    wanted: Sequence[Wanted],
    settings: Settings,
    recipe: Recipe,
    learner: Learner | None,
    stored: StoredFits | None,
) -> FullFit:
    """The fit on all rows. Raises KeyboardInterrupt where that comes before the first loss is trained."""
    total, of = (len(wanted), "losses") if learner is None else (learner.count(len(wanted)), learner.counted)
    with progress.stage("fitting all rows", total, of), progress.keeping():
        if stored is not None:
            return stored.all_rows()
        return fit_all_rows(frame, training, wanted, settings, recipe, learner)


def _judged(
    cv: CrossValidation, folds: Folds, whole: FullFit, jobs: int, stored: StoredFits | None
) -> _Judged:
    """The judgements of all folds; of an interrupted run those of the finished repeats, and where there is
    none those of the finished folds of the first."""
    if whole.trained.interrupted:
        done = sum(isinstance(one[0], Solution) for one in whole.trained.by_loss)
        text = f"interrupted: {done} of {len(cv.wanted)} losses are trained, and none is judged"
        return _Judged(replace(folds, repeats=0), (), text)
    jobs = jobs if cv.learner is None or cv.learner.forks else 1
    judge = judge_splits if stored is None else stored.judge_splits
    tasks = _tasks(cv, folds, workers(jobs), stored)
    first = [sum(map(len, tasks[:i])) for i in range(len(tasks))]
    deep = cv.learner is not None and cv.learner.seeds > 1
    again = [i for i, own in enumerate(tasks) if deep and own[0].repeat == 0]  # from other starts
    found: dict[int, Judgement] = {}
    starts: dict[int, tuple[Floats, ...]] = {}

    def work(i: int) -> tuple[list[Judgement], list[tuple[Floats, ...]]]:
        if i < len(tasks):
            return judge(cv, tasks[i]), []
        return [], other_starts(cv, tasks[again[i - len(tasks)]])

    interrupted = False
    with progress.stage("judging folds", *_counted(cv, folds)):
        try:
            with progress.keeping():
                count = len(tasks) + len(again)
                # Blocks are spread by themselves: what reads them stays where they are.
                ends = each(count, work, jobs) if stored is None else enumerate(map(work, range(count)))
                for i, (judgements, others) in ends:
                    found |= dict(enumerate(judgements, first[i] if i < len(tasks) else 0))
                    starts |= dict(enumerate(others, first[again[i - len(tasks)]] if others else 0))
        except KeyboardInterrupt:
            interrupted = True
    found |= {i: replace(found[i], seeds=own) for i, own in starts.items() if i in found}
    return _finished(folds, found, interrupted)


def _finished(folds: Folds, found: Mapping[int, Judgement], interrupted: bool) -> _Judged:
    """What is kept of the folds that are done, by their places."""
    total, whole = len(folds.splits), 0
    while whole < total and all(i in found for i in range(whole, whole + folds.folds)):
        whole += folds.folds
    if not interrupted:
        return _Judged(folds, tuple(found[i] for i in range(total)))
    some = [i for i in range(folds.folds) if i in found]
    if whole or not some:
        text = f"interrupted: {whole // folds.folds} of {folds.repeats} repeats are in the result"
        if whole == total:
            text = "interrupted: other starts of the networks are not all in the result"
        return _Judged(folds, tuple(found[i] for i in range(whole)), text)
    kept = replace(folds, splits=tuple(folds.splits[i] for i in some), folds=len(some), repeats=1)
    text = f"interrupted: {len(some)} of {folds.folds} folds of the first repeat are in the result"
    return _Judged(kept, tuple(found[i] for i in some), text)


def _counted(cv: CrossValidation, folds: Folds) -> tuple[int, str]:
    """(how much there is to do, of what): of a learner the models trained from a start."""
    if cv.learner is None:
        return len(folds.splits), "folds"
    sets = len(folds.splits) * cv.sets_of_rows + folds.folds * (cv.learner.seeds - 1)
    return sets * cv.learner.count(len(cv.wanted)), cv.learner.counted


def _paths(
    asked: tuple[str, int] | None, found: _Judged, cv: CrossValidation, whole: FullFit, jobs: int
) -> tuple[tuple[PenaltyPath, ...], str | None]:
    """(the paths of penalties that are asked for, what is missing of the run)."""
    if asked is None or found.cut_short is not None:
        return (), found.cut_short
    try:
        with progress.keeping():
            return paths(*asked, cv, whole, found.folds, jobs), None
    except KeyboardInterrupt:
        return (), "interrupted: the path of the penalty is not in the result"


def _tasks(cv: CrossValidation, folds: Folds, jobs: int, stored: StoredFits | None) -> list[Sequence[Split]]:
    """What is done at a time: one fold; of models in lockstep, the folds of a repeat, or as many as give
    every worker some; the folds of a repeat where all are read in one go, as the sums of one hang on what is
    summed beside it."""
    lockstep = cv.learner is not None and cv.learner.in_lockstep
    size = min(folds.folds, -(-len(folds.splits) // jobs)) if lockstep else 1
    size = size if stored is None else folds.folds
    tasks: list[Sequence[Split]] = []
    for first in range(0, len(folds.splits), folds.folds):
        own = folds.splits[first : first + folds.folds]
        tasks += [own[at : at + size] for at in range(0, len(own), size)]
    return tasks
