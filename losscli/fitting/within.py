"""What rows choose of themselves: the judge of a run, and a parameter of a loss as `--tune` chooses it."""

from dataclasses import replace

import numpy as np

from losscli.data.frame import Frame
from losscli.data.roles.features import Training
from losscli.descent.train import Settings, Wanted
from losscli.domain import Task
from losscli.fitting.augment import NONE, Recipe
from losscli.fitting.crossval import CrossValidation, tuned
from losscli.fitting.folds import LEARNED, Split
from losscli.fitting.full_fit import fit_all_rows
from losscli.fitting.headline import chosen_judge, settled
from losscli.fitting.judge import headed, judging
from losscli.fitting.learners import check_model
from losscli.fitting.request import FitRequest
from losscli.fitting.stored import StoredFits
from losscli.fitting.tune import Tuning, tunings
from losscli.metrics.metric import Metric


def settled_judge(
    judge: Metric | Wanted,
    frame: Frame,
    training: Training,
    settings: Settings,
    recipe: Recipe,
    stored: StoredFits | None = None,
) -> Metric:
    """The judge with s of all rows, where a loss takes that. stored: fits of rows whose features are."""
    scale = settings.scale
    if isinstance(judge, Wanted) and scale is None and training.task is Task.REGRESSION:
        if stored is None:
            scale = fit_all_rows(frame, training, (), settings, recipe, None).scale
        else:
            scale = stored.scale()
    return settled(judge, scale, frame.y, frame.w)


def all_rows(frame: Frame, folds: int) -> Split:
    """All rows as those learned from, behind so many folds."""
    return Split(0, folds, np.full(len(frame.y), LEARNED), 0)


def tuned_loss(
    frame: Frame, training: Training, request: FitRequest, settings: Settings
) -> tuple[Tuning, float]:
    """(the one loss of `tune`, the value that folds of the rows choose): that of `losscli fit` on all rows.

    Raises UsageError as `tunings`, `check_model` and `chosen_judge` do, and for rows that are too few.
    """
    check_model(request)
    task, metrics = training.task, judging(training.task)
    (own,) = tunings(request, task, frame.y, 0)
    if request.metric is not None:
        judge = chosen_judge(request.metric, task, metrics, frame.y)
        metrics = headed(metrics, settled_judge(judge, frame, training, settings, NONE))
    cv = CrossValidation(
        frame=frame,
        training=training,
        wanted=own.candidates[:1],
        contaminations=(),
        settings=replace(settings, careful=False),
        metrics=metrics,
        threshold=None,
        seed=settings.seed,
        tunings=(own,),
    )
    _, (value,) = tuned(cv, all_rows(frame, request.folds))
    return own, value
