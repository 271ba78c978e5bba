"""`advise`: a profile of the data → rules that fire → a short list of losses → how they do out of fold."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from losscli import __version__, progress
from losscli.advice.check import checked
from losscli.advice.classes import class_findings
from losscli.advice.features import feature_findings
from losscli.advice.numbers import number_findings
from losscli.advice.rules import fired
from losscli.advice.sample import sampled
from losscli.advice.short_list import short_list
from losscli.advice.study import Study
from losscli.advice.unknown import unknowns
from losscli.data.frame import load
from losscli.data.roles.features import Training
from losscli.data.roles.several import too_many
from losscli.data.table import Table
from losscli.domain import CLASSES, TASKS, Task
from losscli.fitting.fit import FitRequest, RowSource, fit_frame
from losscli.fitting.leaks import CODE
from losscli.loss.catalogue import find
from losscli.result import Advice, Finding, Fits, Input, Listed, RowCounts, Warning_
from losscli.spec import Spec

__all__ = ["REPEATS", "Advised", "advise"]

REPEATS = 2
_MANY = 0.25  # distinct values per row of a column that tells rows apart


@dataclass(frozen=True, slots=True)
class Advised:
    """What a run leaves: the result, and of a run that was cut short what is missing."""

    advice: Advice
    cut_short: str | None


@np.errstate(over="ignore", invalid="ignore")  # near 1e308: what overflows is told as inf or undefined
def advise(table: Table, training: Training, request: FitRequest, inputs: Sequence[Input]) -> Advised:
    """Profile the rows, and try the losses that suit them. request: its losses are found here. Figures of the
    profile count rows; weights weigh the fits.

    Interrupted and raises as `fit`, and UsageError for several targets.
    """
    if training.targets:
        raise too_many(table, "the profile is of one target", training.targets)
    whole = load(table, training)
    frame = sampled(whole, classes=training.task in CLASSES, seed=request.seed)
    study = Study.of(frame, whole, training, request)
    with progress.stage("profiling the columns"):
        own = class_findings(study) if study.classes else number_findings(study)
        profile = (*own, *feature_findings(study))
    figures = _figures(profile, study)
    rules = fired(training.task, figures)
    listed = short_list(training.task, rules, frame.y)
    found = fit_frame(
        frame,
        training,
        replace(
            request,
            losses=tuple(Spec(one.spec) for one in listed),
            metric=_judge(training.task, listed) if request.metric is None else request.metric,
            repeats=REPEATS,
            contaminate=(),
        ),
        RowSource(tuple(inputs), table.notes, table.rows),
    )
    fits = found.fits
    trained = {fit.name for fit in fits.fits}
    return Advised(
        Advice(
            version=__version__,
            command=request.command,
            seed=request.seed,
            confidence=request.confidence,
            inputs=fits.inputs,
            decisions=fits.decisions,
            task=fits.task,
            target=fits.target,
            positive=fits.positive,
            features=fits.features,
            classes=fits.classes,
            rows=RowCounts(table.rows, len(whole.y), whole.dropped),
            sampled=len(frame.y) if len(frame.y) < len(whole.y) else None,
            leaks=fits.leaks,
            profile=profile,
            rules=rules,
            short_list=tuple(one for one in listed if one.spec in trained),
            check=checked(fits, TASKS[training.task].usual),
            unknown=unknowns(training, figures),
            warnings=_warnings(fits),
        ),
        found.cut_short,
    )


def _judge(task: Task, listed: Sequence[Listed]) -> str | None:
    """RMSE where every loss of a list for numbers asks for the mean, which MAE does not reward; else the
    usual one of the task."""
    found = [find(Spec(one.spec), task) for one in listed]
    means = all(loss is not None and loss.elicits == "mean" for loss in found)
    return "rmse" if task is Task.REGRESSION and means else None


def _figures(profile: Sequence[Finding], study: Study) -> dict[str, float]:
    """The figures as rules read them: nan where one is missing."""
    known = {one.name: math.nan if one.value is None else one.value for one in profile}
    rows, numbers = len(study.frame.y), study.frame.numbers
    fine = any(len(np.unique(x)) >= _MANY * rows for x in numbers.T)
    return known | {"rows": float(rows), "k": float(study.classes), "fine": float(fine)}


def _warnings(fits: Fits) -> tuple[Warning_, ...]:
    refused = (Warning_("not_trained", f"{one.spec} is left out: {one.reason}", None) for one in fits.refused)
    return (*(one for one in fits.warnings if one.code != CODE), *refused)
