"""Replicates → intervals of losses, metrics and ranks, best sets, differences, regressions."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from losscli.comparison.losses import Found, TableFacts
from losscli.comparison.metrics import metrics_of, precision_recall_curves
from losscli.comparison.reasons import MISSING
from losscli.comparison.verdicts.agreement import are_ordered, find_agreement
from losscli.comparison.verdicts.bootstrap import Bootstrap, bootstrap
from losscli.comparison.verdicts.breakdown import class_scores, confusions, output_scores
from losscli.comparison.verdicts.decompositions import Decompositions, find_decompositions
from losscli.comparison.verdicts.dependence import few_pieces
from losscli.comparison.verdicts.intervals import with_loss_intervals, with_metric_intervals
from losscli.comparison.verdicts.murphy_curves import compare_curves
from losscli.comparison.verdicts.outliers import with_share_intervals
from losscli.comparison.verdicts.pairs import discordant, with_pairs
from losscli.comparison.verdicts.regressions import against_model, drawing_of, find_baseline
from losscli.comparison.verdicts.resampling_units import (
    ResamplingUnits,
    check_ids,
    find_times,
    find_units,
    time_units,
)
from losscli.comparison.verdicts.roc_auc import roc_auc_differences
from losscli.comparison.verdicts.self_check import Tolerated, self_check, unchecked
from losscli.comparison.verdicts.series import block_length, differences_in_time, forecasts
from losscli.comparison.verdicts.slices import find_slices
from losscli.comparison.verdicts.stored import against_recorded, store
from losscli.comparison.verdicts.weighing import table_of, weighed
from losscli.domain import Floats
from losscli.inference import pairs_of
from losscli.inference.resample import time_block
from losscli.result import (
    Comparison,
    Curve,
    Difference,
    Forecasts,
    Gate,
    LossTable,
    MetricTable,
    MurphyCurve,
    Parts,
    Resampling,
    SelfCheck,
    StoredReplicates,
)

EVERY_LOSS = 65_536  # rows up to which every loss is resampled; beyond, the primary one and those gated
MOST_PAIRS = 400  # of models and losses that are resampled; beyond, as with many rows


def with_verdicts(
    facts: TableFacts, values: Sequence[Sequence[Found]], point: Comparison, primary: int
) -> Comparison:
    """The comparison with what resampling says. values: of each loss and model; primary: the loss that
    verdicts speak of, by its number.

    Raises UsageError for a baseline that is no model, DataError for an id that two rows have.
    """
    request, recorded = facts.request, facts.request.recorded
    baseline = None if recorded is not None else find_baseline(facts.problem, request)
    weighs = baseline is not None or recorded is not None
    gated = [table_of(one, point) for one in request.allowances if weighs]
    units, in_time = _units(facts, point.losses, primary)
    whole = facts.moments.rows <= EVERY_LOSS
    figures = whole or request.replicates or any(isinstance(one, MetricTable) for one in gated)
    boot = bootstrap(facts, values, units, _chosen(facts, primary), metrics=figures)
    losses = [with_loss_intervals(boot, i, one) for i, one in enumerate(point.losses)]
    differences: list[Difference] = []
    for i, one in enumerate(losses):
        losses[i], pairs = with_pairs(boot, i, one, point.primary, request.correction)
        differences += pairs
    metrics = with_metric_intervals(boot, point.metrics, metrics_of(facts))
    found = replace(point, losses=tuple(losses), metrics=metrics)
    kept = store(boot, found) if request.replicates or recorded is not None else None
    (decompositions, reliability), rest = find_decompositions(boot, losses, primary)
    recall = tuple(precision_recall_curves(facts))
    compared = whole and are_ordered(losses[primary])
    dominance, murphy = compare_curves(boot, losses, primary) if compared else ((), ())
    control = None if baseline is None else facts.problem.models[baseline].name
    return replace(
        found,
        classes=class_scores(boot),
        confusion=confusions(facts),
        outputs=output_scores(boot),
        robustness=with_share_intervals(boot, point.robustness, losses),
        comparisons=tuple(differences),
        discordant=tuple(discordant(boot, losses)),
        areas=tuple(roc_auc_differences(facts, point.metrics)) if whole else (),
        forecasts=in_time,
        baseline=control,
        gates=_gates(boot, found, baseline, kept),
        replicates=kept if request.replicates else None,
        agreement=find_agreement(boot, losses, differences, primary, dominance),
        decompositions=decompositions,
        curves=(*recall, *reliability, *murphy),
        later=None if rest is None else partial(_in_full, rest, recall, murphy),
        slices=find_slices(boot, losses, primary, control),
        self_check=_self_check(boot, losses, primary, baseline) if request.self_check else (),
        resampling=Resampling(units.by, units.column, units.count, units.length),
        warnings=tuple(few_pieces(units, boot.sums.w)),
    )


def _in_full(
    rest: Callable[[], Decompositions], recall: Sequence[Curve], murphy: Sequence[MurphyCurve]
) -> Parts:
    decompositions, reliability = rest()
    return Parts(decompositions, (*recall, *reliability, *murphy))


def _gates(
    boot: Bootstrap, found: Comparison, baseline: int | None, kept: StoredReplicates | None
) -> tuple[Gate, ...]:
    """Against a model by its number, or an earlier result; none where there is no baseline."""
    request = boot.facts.request
    if baseline is not None:
        return weighed(list(against_model(boot, found, baseline)), drawing_of(boot), request.correction)
    if request.recorded is None or kept is None:
        return ()
    cases, drawing = against_recorded(boot, found, kept, request.recorded)
    return weighed(cases, drawing, request.correction)


def _chosen(facts: TableFacts, primary: int) -> list[int]:
    """The losses that are resampled, by their numbers."""
    pairs, losses = len(pairs_of(len(facts.problem.models))), range(len(facts.layout.losses))
    if facts.moments.rows <= EVERY_LOSS and pairs * len(losses) <= MOST_PAIRS:
        return list(losses)
    gated = {loss for loss, _ in facts.allowed}
    return [loss for loss in losses if loss == primary or loss in gated]


def _units(
    facts: TableFacts, tables: Sequence[LossTable], primary: int
) -> tuple[ResamplingUnits, tuple[Forecasts, ...]]:
    """The units, and what the order in time says of the primary loss."""
    problem, recorded = facts.problem, facts.request.recorded
    if problem.group or problem.time:
        check_ids(facts.reading)
    times = find_times(facts.reading)
    if times is None or problem.time is None:
        return find_units(facts.reading, facts.moments.rows), ()
    d: Floats | None = differences_in_time(facts, times, tables, primary)
    kept = recorded.result.replicates if recorded is not None else None
    length = (kept.length if kept is not None else None) or block_length(d, time_block(times.count))
    names = [one.model for one in tables[primary].results if one.value is not None]
    return time_units(times, problem.time, length), tuple(forecasts(d, names, length, facts.request.horizon))


def _self_check(
    boot: Bootstrap, tables: Sequence[LossTable], loss: int, baseline: int | None
) -> tuple[SelfCheck, ...]:
    """How often the verdicts on the primary loss would be wrong on rows like these."""
    names = [one.model for one in tables[loss].results]
    if loss not in boot.losses or not boot.losses[loss].is_mean:
        return unchecked(names, f"{tables[loss].spec} is no mean over the rows")
    if len(boot.losses[loss].models) < len(names):
        return unchecked(names, MISSING)
    if len(names) < 2:
        return ()
    tails = [boot.tail(loss, a, b) for a, b in boot.losses[loss].pairs]
    few = next((tail.why("differing rows") for tail in tails if tail and tail.carries), None)
    if few is not None:
        return unchecked(names, few)
    tolerance = next((one.tolerance for place, one in boot.facts.allowed if place == loss), None)
    power = boot.losses[loss].bound.loss.reduction.power
    tolerated = None if baseline is None or tolerance is None else Tolerated(baseline, tolerance, power)
    units = boot.sums.take([places[0] for places in boot.losses[loss].places])
    return self_check(units, names, boot.confidence, boot.seed, tolerated)
