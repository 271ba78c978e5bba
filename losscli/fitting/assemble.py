"""The pieces of a run → Fits, the saved model, and the out-of-fold predictions."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from losscli import __version__
from losscli.data.roles.class_weight import plain
from losscli.data.roles.features import Training
from losscli.descent.ends import Solution
from losscli.domain import NUMBERS, Task
from losscli.fitting.choice import unranked
from losscli.fitting.coefficients import Coefficients, coefficients, penalty
from losscli.fitting.crossval import CrossValidation, Judgement
from losscli.fitting.efficiency import efficiency
from losscli.fitting.folds import Folds
from losscli.fitting.full_fit import FullFit, light_rows
from losscli.fitting.headline import ordered_alike, unjudged
from losscli.fitting.judge import kind_of
from losscli.fitting.learners import is_of_trees
from losscli.fitting.model import SavedModel
from losscli.fitting.networks import Network
from losscli.fitting.predictions import prediction_columns, table_csv, target_columns
from losscli.fitting.ranking import Pairing, ahead_of_constant, pairing, rankings
from losscli.fitting.request import FitRequest, RowSource
from losscli.fitting.robustness import degradations
from losscli.fitting.scores import (
    Pooled,
    constant_values,
    pooled,
    precision_recall,
    scores_of,
    seed_value,
    threshold_of,
)
from losscli.fitting.trained import LinearModel, NetworkModel, TrainedModel
from losscli.fitting.trees import Ensemble
from losscli.loss import BY_DIFFERENCES, BoundLoss
from losscli.result import (
    Degradation,
    Fit,
    Fits,
    LearningCurve,
    PenaltyPath,
    Refused,
    RowCounts,
    Score,
    SeedSpread,
    Tuned,
    Unranked,
    Warning_,
    finite,
)
from losscli.spec import Spec

_NAMED = 8  # columns
_ROWS = 1 << 16  # of predictions that are written at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """All that a run has made. folds, judgements: of those that are done, in order; cut_short: of a run that
    was interrupted what is missing."""

    training: Training
    warnings: tuple[Warning_, ...]
    leaks: tuple[str, ...]
    request: FitRequest
    source: RowSource
    cv: CrossValidation
    folds: Folds
    whole: FullFit
    judgements: tuple[Judgement, ...]
    refused: tuple[Refused, ...]
    tuned: tuple[float, ...] = ()  # on all rows, of each tuning
    paths: tuple[PenaltyPath, ...] = ()
    cut_short: str | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    """A loss that was trained. at: its place among those wanted; reason: why it is not ranked, or None."""

    at: int
    solution: Solution
    coefficients: Coefficients | None  # None of a model without slopes
    reason: str | None
    tuned: Tuned | None  # None where no parameter is chosen
    spec: str


def assemble(run: Run) -> tuple[Fits, str, Callable[[], Iterator[str]] | None]:
    """(the result, the text of --save, what writes that of --predictions, None where there are none)."""
    entries = _entries(run)
    first = run.folds.splits[: run.folds.folds]
    found = pooled(run.cv, first, run.judgements[: len(first)]) if run.judgements else None
    confidence = run.request.confidence
    scores = [
        scores_of(run.cv, found, run.judgements, entry.at, confidence) if found else {} for entry in entries
    ]
    written = partial(_predictions, run, entries, found) if found else None
    return _fits(run, entries, scores, found), _model(run, entries), written


def _entries(run: Run) -> list[_Entry]:
    entries = []
    for at, outcomes in enumerate(run.whole.trained.by_loss):
        solution = outcomes[0]
        if isinstance(solution, Solution):
            reason = _unranked(run, solution.bound) or _unsettled(run, at, solution)
            own = None if solution.without_slopes else coefficients(run.whole.design, solution)
            if solution.carriers:
                names = [run.whole.encoder.columns[at] for at in solution.carriers]
                solution = replace(solution, certificate=f"{solution.certificate}, along {_listed(names)}")
            tuned = _tuned(run, at)
            spec = solution.bound.spec if tuned is None else tuned[0]
            entries.append(_Entry(at, solution, own, reason, tuned and tuned[1], spec))
    return entries


def _listed(names: Sequence[str]) -> str:
    """`a, b, c and 4 more`"""
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED} more" if len(names) > _NAMED else shown


def _tuned(run: Run, at: int) -> tuple[str, Tuned] | None:
    """(the spec, what was chosen) of a loss with a parameter that is."""
    places = [place for place, tuning in enumerate(run.cv.tunings) if tuning.at == at]
    if not places:
        return None
    (place,) = places
    own = run.cv.tunings[place]
    folds = tuple(judgement.tuned[place] for judgement in run.judgements)
    return own.spec, Tuned(own.param, run.tuned[place], run.cv.metrics[0].name, own.values, folds)


def _unranked(run: Run, bound: BoundLoss) -> str | None:
    """Why a loss answers another question than the one it would be judged by, or None."""
    judge = run.cv.metrics[0]
    return unjudged(judge, bound.loss) or (unranked(bound) if bound.elicits != judge.elicits else None)


def _unsettled(run: Run, at: int, solution: Solution) -> str | None:
    """Why a fit cannot be ranked: a descent that did not end well, on all rows or in a fold."""
    if not solution.converged:
        return solution.certificate
    failed = sum(not judgement.converged[at] for judgement in run.judgements)
    return f"not converged in {failed} of {len(run.judgements)} folds" if failed else None


def _pairing(run: Run) -> Pairing:
    ratio = float(np.mean([len(split.test) / len(split.train) for split in run.folds.splits]))
    in_time = run.training.time is not None
    return pairing(ratio, len(run.judgements), in_time=in_time, confidence=run.request.confidence)


def _robustness(run: Run, entries: Sequence[_Entry], pairs: Pairing) -> tuple[Degradation, ...]:
    """Folds in which no loss has a headline error, for want of positives, are left out."""
    at, first = [entry.at for entry in entries], run.cv.metrics[0]
    used = [j for j in run.judgements if np.isfinite(j.metrics[at, 0]).any()]
    if not used or not entries:
        return ()
    errors = [
        np.array([np.where(j.held[c], j.errors[c], np.nan)[at] for j in used])
        for c in range(len(run.cv.contaminations))
    ]
    return degradations(
        [entry.spec for entry in entries],
        run.cv.contaminations,
        errors,
        np.array([first.error(j.constant[0]) for j in used]),
        [entry.reason for entry in entries],
        pairs,
    )


def _fits(
    run: Run, entries: Sequence[_Entry], scores: Sequence[dict[str, Score]], found: Pooled | None
) -> Fits:
    training, request, frame = run.training, run.request, run.cv.frame
    binary = training.task is Task.BINARY
    (l2, l2_reason), scale, pairs = _strength(run, entries), run.whole.scale, _pairing(run)
    no_scale = "only losses of regression have a residual scale"
    if training.task is Task.REGRESSION:
        no_scale = "all residuals of the least absolute deviations fit are 0"
    recalls = [precision_recall(entry.spec, found.judged[entry.at]) for entry in entries if found]
    specs, reasons = [entry.spec for entry in entries], [entry.reason for entry in entries]
    return Fits(
        version=__version__,
        command=request.command,
        seed=request.seed,
        confidence=request.confidence,
        inputs=run.source.inputs,
        decisions=(*run.source.notes, *training.decisions),
        task=str(training.task),
        target=training.target,
        positive=training.positive,
        prevalence=float(frame.y @ frame.w / frame.w.sum()) if binary else None,
        features=training.features,
        classes=training.labels,
        outputs=training.outputs,
        weights=training.weights,
        class_weight=plain(training.labels, run.whole.factors.tolist()),
        rows=RowCounts(run.source.read, len(frame.y), frame.dropped),
        folds=run.folds.folds,
        repeats=len(run.judgements) // run.folds.folds,
        splitter=run.folds.splitter,
        model=str(request.model),
        optimizer=str(request.optimizer),
        l1=request.l1,
        l2=l2,
        l2_reason=l2_reason,
        scale=scale,
        scale_reason=None if scale is not None else no_scale,
        threshold=request.threshold,
        headline=run.cv.metrics[0].name,
        constant=_constants(run, found),
        constant_folds=tuple(finite(float(j.constant[0])) for j in run.judgements),
        ahead_of_constant=ahead_of_constant(
            specs, scores, [float(j.constant[0]) for j in run.judgements], run.cv.metrics[0], pairs
        ),
        leaks=run.leaks,
        favoured=_favoured(run, entries),
        fits=tuple(_fit(run, entry, own, entries) for entry, own in zip(entries, scores, strict=True)),
        ranking=rankings(specs, reasons, scores, run.cv.metrics, pairs) if run.judgements else (),
        robustness=_robustness(run, entries, pairs),
        unranked=tuple(Unranked(entry.spec, entry.reason) for entry in entries if entry.reason is not None),
        penalty_scale=request.penalty_scale,
        curves=(
            *(curve for entry in entries for curve in _curves(entry)),
            *filter(None, recalls),
            *run.paths,
        ),
        refused=(*run.refused, *_untrained(run)),
        warnings=(*run.warnings, *run.folds.warnings, *_of_seed(entries), *_cut_short(run)),
        threshold_rule=request.threshold_rule,
        costs=None if request.cost is None else dict(request.cost.params),
        oversample=run.cv.recipe.oversample,
        label_smoothing=run.cv.recipe.smoothing or None,
        augment=tuple(step.spec for step in run.cv.recipe.steps),
        intercept=training.intercept,
        offset=training.offset,
        exposure=training.exposure,
    )


def _strength(run: Run, entries: Sequence[_Entry]) -> tuple[float | None, str | None]:
    """(the one strength of the l2 penalty, why there is none)"""
    if is_of_trees(run.request.model):
        return None, "boosted trees are penalised as the parameters of --model say"
    if run.request.penalty_scale == "curvature" and run.request.l2 is not None:
        return run.request.l2, None  # the number that was given, of which each loss makes its own
    strengths = {entry.solution.l2 for entry in entries}
    if len(strengths) == 1:
        return strengths.pop(), None
    return None, "it depends on the loss: see each fit" if strengths else None


def _constants(run: Run, found: Pooled | None) -> dict[str, float | None]:
    """Each metric of the best constants of the training folds: of numbers pooled over the first repeat, as
    those of fits are; of classes and labels, whose constants order no rows, the mean over folds."""
    if found is not None and run.training.task in NUMBERS | {Task.MULTIOUTPUT}:
        splits = run.folds.splits[: run.folds.folds]
        values = constant_values(run.cv, splits, found)
        return {one.name: finite(value) for one, value in zip(run.cv.metrics, values, strict=True)}
    constants: dict[str, float | None] = {}
    for m, metric in enumerate(run.cv.metrics):
        values = [j.constant[m] for j in run.judgements if np.isfinite(j.constant[m])]
        constants[metric.name] = finite(float(np.mean(values))) if values else None
    return constants


def _favoured(run: Run, entries: Sequence[_Entry]) -> tuple[str, ...]:
    """The losses that are trained for what they are ranked by."""
    alike = ordered_alike(run.cv.metrics[0], run.training.task)
    return tuple(one.spec for one in entries if alike is not None and one.solution.bound.kin == alike.kin)


def _fit(run: Run, entry: _Entry, scores: dict[str, Score], entries: Sequence[_Entry]) -> Fit:
    solution, design = entry.solution, run.whole.design
    bound, scale, own = solution.bound, run.whole.scale, entry.coefficients
    cost = penalty(design, solution)
    intercept, slopes = own.plain(run.whole.encoder.columns, run.training.names) if own else (None, {})
    used = efficiency(bound, scale) if own and scale is not None else None
    return Fit(
        spec=entry.spec,
        name=bound.loss.name,
        params=bound.finite_params,
        unit=str(bound.loss.unit),
        elicits=bound.elicits,
        members=_members(entry, entries),
        converged=solution.converged,
        iterations=solution.iterations,
        gradient_norm=None if solution.gradient_norm is None else finite(solution.gradient_norm),
        certificate=_certificate(solution),
        distance=None if solution.distance is None else finite(solution.distance),
        efficiency=used,
        l2=solution.l2,
        mean_loss=finite(solution.objective - cost),
        penalty=finite(cost),
        objective=finite(solution.objective),
        intercept=intercept,
        coefficients=slopes,
        downweighted=light_rows(run.cv.frame, run.whole, solution),
        scores=scores,
        reason=_missing(entry, used),
        seeds=_seed_spread(run, entry),
        l1=solution.l1,
        threshold=threshold_of(run.cv, run.judgements, entry.at),
        tuned=entry.tuned,
    )


def _certificate(solution: Solution) -> str:
    loss = solution.bound.loss
    made = any(one.slope_formula == BY_DIFFERENCES for one in (loss, *(term.loss for term in loss.terms)))
    return f"{solution.certificate}; slopes {BY_DIFFERENCES}" if made else solution.certificate


def _members(entry: _Entry, entries: Sequence[_Entry]) -> tuple[str, ...]:
    """The losses of its class; one with a parameter that is chosen is another in every fold."""
    if entry.tuned is not None:
        return (entry.spec,)
    kin = entry.solution.bound.kin
    return tuple(one.spec for one in entries if one.tuned is None and one.solution.bound.kin == kin)


def _seed_spread(run: Run, entry: _Entry) -> SeedSpread | None:
    first = run.folds.splits[: run.folds.folds]
    judgements = run.judgements[: len(first)]
    if not judgements or not judgements[0].seeds:
        return None
    headline = run.cv.metrics[0]
    values = [seed_value(run.cv, first, judgements, entry.at, number) for number in range(run.request.seeds)]
    sd = float(np.std(values, ddof=1)) if np.isfinite(values).all() else None
    return SeedSpread(headline.name, tuple(map(finite, values)), sd)


def _curves(entry: _Entry) -> Iterator[LearningCurve]:
    solution = entry.solution
    named = [("objective", solution.curve)]
    if isinstance(solution, Network):
        named = [("training", solution.curve), ("held_out", solution.held)]
    for name, points in named:
        if points:
            x, y = zip(*points, strict=True)
            yield LearningCurve(name, entry.spec, x, tuple(finite(value) for value in y))


def _missing(entry: _Entry, efficiency: float | None) -> str | None:
    """Why a figure of the fit is null, or None."""
    reasons = []
    if entry.solution.without_slopes:
        reasons.append(f"{entry.solution.without_slopes}; efficiency is defined for linear models")
    elif efficiency is None:
        reasons.append("efficiency is defined for symmetric losses of the residual")
    if isinstance(entry.solution, Ensemble):
        reasons.append("no optimum is claimed, so that no gradient is looked at")
    elif entry.solution.gradient_norm is None:
        reasons.append("there is no gradient at a kink")
    elif not np.isfinite(entry.solution.gradient_norm):
        reasons.append("the gradient is not finite")
    if not np.isfinite(entry.solution.objective):
        reasons.append("the objective is not finite")
    return "; ".join(reasons) or None


def _untrained(run: Run) -> list[Refused]:
    return [
        Refused(str(Spec(wanted.loss.name, tuple(wanted.written.items()))), outcomes[0], ())
        for wanted, outcomes in zip(run.cv.wanted, run.whole.trained.by_loss, strict=True)
        if isinstance(outcomes[0], str)
    ]


def _of_seed(entries: Sequence[_Entry]) -> list[Warning_]:
    specs = [entry.spec for entry in entries if entry.solution.hangs_on_seed]
    if not specs:
        return []
    what = f"few starts, all drawn by the seed, found the lowest valley of {', '.join(specs)}"
    return [Warning_("hangs_on_seed", what, "Compare objectives of other seeds: --seed 1 --show fits")]


def _cut_short(run: Run) -> list[Warning_]:
    if run.cut_short is None:
        return []
    fewer = "fewer --repeats" if run.request.repeats > 1 else "fewer losses"
    return [Warning_("interrupted", run.cut_short, f"Run it again, or with {fewer}")]


def _model(run: Run, entries: Sequence[_Entry]) -> str:
    """Empty of boosted trees: their library saves them."""
    if any(isinstance(entry.solution, Ensemble) for entry in entries):
        return ""
    saved = SavedModel(
        task=run.training.task,
        target=run.training.target,
        labels=run.training.labels,
        outputs=run.training.outputs,
        encoder=run.whole.encoder,
        models=tuple(map(_trained, entries)),
        offset=run.training.offset,
        exposure=run.training.exposure,
    )
    return saved.to_json() + "\n"


def _trained(entry: _Entry) -> TrainedModel:
    solution, own, loss = entry.solution, entry.coefficients, entry.solution.bound.loss
    kind, link = kind_of(loss), loss.link.name
    if own is not None:
        return LinearModel(spec=entry.spec, kind=kind, link=link, intercept=own.intercept, slopes=own.slopes)
    assert isinstance(solution, Network)
    return NetworkModel.of(solution, entry.spec)


def _predictions(run: Run, entries: Sequence[_Entry], found: Pooled) -> Iterator[str]:
    """Of the losses that were trained in every fold, some rows after others."""
    task, names = run.training.task, run.training.names
    judged = [(entry.spec, found.judged[entry.at]) for entry in entries]
    whole = [(spec, own) for spec, own in judged if np.isfinite(own.prediction).all()]
    for start in range(0, len(found.rows), _ROWS):
        part = slice(start, start + _ROWS)
        columns = target_columns(task, run.cv.frame.y[found.rows[part]], names)
        for spec, own in whole:
            columns += prediction_columns(spec, own.kind, own.prediction[part], names)
        yield table_csv(columns, header=not start)
