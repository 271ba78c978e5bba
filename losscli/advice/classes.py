"""The profile of a target of classes: shares, separation, and what the log loss says out of fold."""

import numpy as np

from losscli.advice.noise import label_noise
from losscli.advice.study import FigureWords, Study, by_name
from losscli.descent.ends import NO_OPTIMUM, Solution
from losscli.descent.train import Wanted, train
from losscli.domain import Floats, Task
from losscli.engine import each
from losscli.fitting.crossval import CrossValidation, judge_splits
from losscli.fitting.folds import splits
from losscli.fitting.judge import Judged, judging
from losscli.fitting.scores import pooled
from losscli.loss.catalogue import find
from losscli.result import Finding, finite
from losscli.spec import Spec

_FIGURES = by_name(
    FigureWords("smallest_rows", "its rows", "count", "what is known of the rarest class"),
    FigureWords("rows_per_coefficient", "its rows per coefficient", "number", "a rule of thumb: 10 or more"),
    FigureWords("separable", "separable", "answer", "whether a linear rule makes no error on these rows"),
    FigureWords(
        "roc_auc",
        "ROC AUC out of fold",
        "number",
        "of a model trained with the log loss; chance is 0.5",
        "a class is missing from the rows judged",
    ),
    FigureWords(
        "label_noise",
        "labels in doubt",
        "share",
        "labels that a model surely contradicts; overlap counts too",
        "of some class no row is predicted with confidence",
    ),
    FigureWords(
        "surest_errors",
        "errors where surest",
        "share",
        "in the fifth of the rows whose class is surest, out of fold",
    ),
    FigureWords(
        "surest_expected",
        "errors to expect where surest",
        "share",
        "by the probabilities of the surest fifth of the rows",
    ),
)


def class_findings(study: Study) -> tuple[Finding, ...]:
    """Figures of the classes, then of the log loss' fit."""
    codes = study.whole.y.astype(np.intp)
    count = np.bincount(codes, minlength=study.classes)
    least, name = int(count.min()), study.training.labels[int(count.argmin())]
    smallest = FigureWords("smallest_share", "smallest class", "share", f"of the rows: class {name}")
    judged = _out_of_fold(study)
    area = judged.value(next(one for one in judging(study.training.task) if one.name == "roc_auc"))
    noise = label_noise(_probabilities(judged.prediction), judged.y.astype(np.intp))
    separable, reason = _separable(study)
    return (
        smallest.of(least / len(codes)),
        _FIGURES["smallest_rows"].of(float(least)),
        _FIGURES["rows_per_coefficient"].of(least / study.design.rank),
        _FIGURES["separable"].of(separable, reason),
        _FIGURES["roc_auc"].of(finite(area)),
        _FIGURES["label_noise"].of(noise.estimate),
        _FIGURES["surest_errors"].of(noise.wrong / noise.surest),
        _FIGURES["surest_expected"].of(noise.expected / noise.surest),
    )


def _out_of_fold(study: Study) -> Judged:
    """What the log loss, at its usual penalty, predicts for rows that it has not seen."""
    frame, training, request = study.frame, study.training, study.request
    folds = splits(
        frame.y,
        labels=training.labels,
        group=frame.group,
        fold=None,
        time=frame.time,
        folds=request.folds,
        repeats=1,
        seed=request.seed,
    )
    plan = CrossValidation(
        frame=frame,
        training=training,
        wanted=(_log_loss(training.task),),
        contaminations=(),
        settings=study.settings(training.task, None),
        metrics=judging(training.task),
        threshold=None,
        seed=request.seed,
    )
    found = dict(each(len(folds.splits), lambda i: judge_splits(plan, [folds.splits[i]])[0], request.jobs))
    return pooled(plan, folds.splits, [found[i] for i in range(len(found))]).judged[0]


def _log_loss(task: Task) -> Wanted:
    loss = find(Spec("bce" if task is Task.BINARY else "cross_entropy"), task)
    assert loss is not None
    return Wanted(loss, {})


def _probabilities(p: Floats) -> Floats:
    """(n, k) of every class. p: of the positive class (n,), or (n, k)."""
    return p if p.ndim == 2 else np.column_stack([1.0 - p, p])


def _separable(study: Study) -> tuple[float | None, str | None]:
    """(1 where a linear rule makes no error on the rows, else 0; why it is not known).

    The log loss without a penalty finds such a rule, or has an optimum: Albert & Anderson 1984,
    doi:10.1093/biomet/71.1.1.
    """
    training, design, y = study.training, study.design, study.frame.y
    settings = study.settings(training.task, 0.0)
    outcome = train(design, y[None], [_log_loss(training.task)], settings).by_loss[0][0]
    if not isinstance(outcome, Solution):
        return None, outcome
    scores = design.z @ outcome.v.reshape(-1, design.rank).T
    if scores.shape[1] == 1:
        scores = np.column_stack([np.zeros(len(y)), scores])
    own = scores[np.arange(len(y)), y.astype(np.intp)]
    if ((scores >= own[:, None]).sum(axis=1) == 1).all():  # none but its own
        return 1.0, None
    if outcome.converged or outcome.certificate.startswith(NO_OPTIMUM):  # of which some rows are parted
        return 0.0, None
    return None, "the fit without a penalty has not converged"
