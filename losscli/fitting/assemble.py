"""The pieces of a run → Fits, and the texts beside them."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np

from losscli import __version__
from losscli.data.roles.class_weight import plain
from losscli.descent.ends import Solution
from losscli.domain import NUMBERS, Task
from losscli.export import unexportable
from losscli.fitting.coefficients import penalty
from losscli.fitting.efficiency import efficiency
from losscli.fitting.entries import Entry, Run, entries_of
from losscli.fitting.foreign import Foreign
from losscli.fitting.full_fit import light_rows
from losscli.fitting.headline import ordered_alike
from losscli.fitting.learners import is_of_trees
from losscli.fitting.networks import Network
from losscli.fitting.one_target import one_target_warning
from losscli.fitting.ranking import Pairing, ahead_of_constant, pairing, rankings
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
from losscli.fitting.written import model_text, predictions_text
from losscli.loss import BY_DIFFERENCES
from losscli.result import (
    Degradation,
    Fit,
    Fits,
    LearningCurve,
    Refused,
    RowCounts,
    Score,
    SeedSpread,
    Unranked,
    Warning_,
    finite,
)
from losscli.spec import Spec


def assemble(run: Run) -> tuple[Fits, str, Callable[[], Iterator[str]] | None]:
    """(the result, the text of --save, what writes that of --predictions, None where there are none)."""
    entries = entries_of(run)
    first = run.folds.splits[: run.folds.folds]
    found = pooled(run.cv, first, run.judgements[: len(first)]) if run.judgements else None
    confidence = run.request.confidence
    scores = [
        scores_of(run.cv, found, run.judgements, entry.at, confidence) if found else {} for entry in entries
    ]
    written = partial(predictions_text, run, entries, found) if found else None
    return _fits(run, entries, scores, found), model_text(run, entries), written


def _pairing(run: Run) -> Pairing:
    ratio = float(np.mean([len(split.test) / len(split.train) for split in run.folds.splits]))
    in_time = run.training.time is not None
    return pairing(ratio, len(run.judgements), in_time=in_time, confidence=run.request.confidence)


def _robustness(run: Run, entries: Sequence[Entry], pairs: Pairing) -> tuple[Degradation, ...]:
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
    run: Run, entries: Sequence[Entry], scores: Sequence[dict[str, Score]], found: Pooled | None
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
        model=str(request.model) if request.estimator is None else request.estimator.told,
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
        exportable=tuple(one.spec for one in entries if unexportable(one.solution.bound) is None),
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
        warnings=(
            *run.warnings,
            *run.folds.warnings,
            *_of_seed(entries),
            *_of_levels(run, entries),
            *_cut_short(run),
        ),
        threshold_rule=request.threshold_rule,
        costs=None if request.cost is None else dict(request.cost.params),
        oversample=run.cv.recipe.oversample,
        label_smoothing=run.cv.recipe.smoothing or None,
        augment=tuple(step.spec for step in run.cv.recipe.steps),
        intercept=training.intercept,
        offset=training.offset,
        exposure=training.exposure,
    )


def _strength(run: Run, entries: Sequence[Entry]) -> tuple[float | None, str | None]:
    """(the one strength of the l2 penalty, why there is none)"""
    if run.request.estimator is not None:
        return None, "the learner has penalties of its own"
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


def _favoured(run: Run, entries: Sequence[Entry]) -> tuple[str, ...]:
    """The losses that are trained for what they are ranked by."""
    alike = ordered_alike(run.cv.metrics[0], run.training.task)
    return tuple(one.spec for one in entries if alike is not None and one.solution.bound.kin == alike.kin)


def _fit(run: Run, entry: Entry, scores: dict[str, Score], entries: Sequence[Entry]) -> Fit:
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


def _members(entry: Entry, entries: Sequence[Entry]) -> tuple[str, ...]:
    """The losses of its class; one with a parameter that is chosen is another in every fold."""
    if entry.tuned is not None:
        return (entry.spec,)
    kin = entry.solution.bound.kin
    return tuple(one.spec for one in entries if one.tuned is None and one.solution.bound.kin == kin)


def _seed_spread(run: Run, entry: Entry) -> SeedSpread | None:
    first = run.folds.splits[: run.folds.folds]
    judgements = run.judgements[: len(first)]
    if not judgements or not judgements[0].seeds:
        return None
    headline = run.cv.metrics[0]
    values = [seed_value(run.cv, first, judgements, entry.at, number) for number in range(run.request.seeds)]
    sd = float(np.std(values, ddof=1)) if np.isfinite(values).all() else None
    return SeedSpread(headline.name, tuple(map(finite, values)), sd)


def _curves(entry: Entry) -> Iterator[LearningCurve]:
    solution = entry.solution
    named = [("objective", solution.curve)]
    if isinstance(solution, Network):
        named = [("training", solution.curve), ("held_out", solution.held)]
    for name, points in named:
        if points:
            x, y = zip(*points, strict=True)
            yield LearningCurve(name, entry.spec, x, tuple(finite(value) for value in y))


def _missing(entry: Entry, efficiency: float | None) -> str | None:
    """Why a figure of the fit is null, or None."""
    reasons = []
    if entry.solution.without_slopes:
        reasons.append(f"{entry.solution.without_slopes}; efficiency is defined for linear models")
    elif efficiency is None:
        reasons.append("efficiency is defined for symmetric losses of the residual")
    if isinstance(entry.solution, Foreign):
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


def _of_seed(entries: Sequence[Entry]) -> list[Warning_]:
    specs = [entry.spec for entry in entries if entry.solution.hangs_on_seed]
    if not specs:
        return []
    what = f"few starts, all drawn by the seed, found the lowest valley of {', '.join(specs)}"
    return [Warning_("hangs_on_seed", what, "Compare objectives of other seeds: --seed 1 --show fits")]


def _of_levels(run: Run, entries: Sequence[Entry]) -> list[Warning_]:
    levels = {column: name for entry in entries for column, name in entry.levels.items()}
    return [one_target_warning(levels, run.training.task)] if levels else []


def _cut_short(run: Run) -> list[Warning_]:
    if run.cut_short is None:
        return []
    fewer = "fewer --repeats" if run.request.repeats > 1 else "fewer losses"
    return [Warning_("interrupted", run.cut_short, f"Run it again, or with {fewer}")]
