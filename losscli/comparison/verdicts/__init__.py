"""Replicates → intervals of losses, metrics and ranks, best sets, differences, regressions."""

from collections.abc import Sequence
from dataclasses import dataclass

from losscli.comparison.losses import Facts, Found
from losscli.comparison.request import Request
from losscli.comparison.verdicts.agreement import find_agreement
from losscli.comparison.verdicts.areas import area_differences
from losscli.comparison.verdicts.draws import Draws, draw
from losscli.comparison.verdicts.levels import with_levels, with_metric_intervals
from losscli.comparison.verdicts.outliers import with_share_intervals
from losscli.comparison.verdicts.pairs import FEW_EFFECTIVE, MISSING, discordant, with_pairs
from losscli.comparison.verdicts.regressions import corrected, find_baseline, regressions
from losscli.comparison.verdicts.self_check import Tolerated, self_check, unchecked
from losscli.comparison.verdicts.series import block_length, differences_in_time, forecasts
from losscli.comparison.verdicts.slices import find_slices
from losscli.comparison.verdicts.stored import against_recorded, store
from losscli.comparison.verdicts.units import Units, check_ids, find_times, find_units, time_units
from losscli.data.table import Table
from losscli.domain import Floats
from losscli.inference import pairs_of
from losscli.inference.resample import time_block
from losscli.result import (
    Agreement,
    AreaComparison,
    Difference,
    Discordant,
    Forecasts,
    LossTable,
    MetricTable,
    Regression,
    Robustness,
    SelfCheck,
    Slices,
    StoredReplicates,
    rests_on_few,
)

EVERY_LOSS = 65_536  # rows up to which every loss is resampled; beyond, the primary one and those gated
MOST_PAIRS = 400  # of models and losses that are resampled; beyond, as with many rows


@dataclass(frozen=True, slots=True)
class Point:
    """What is known without resampling. found: of every loss and model."""

    losses: Sequence[LossTable]
    found: Sequence[Sequence[Found]]
    metrics: Sequence[MetricTable]
    robustness: Sequence[Robustness]
    primary: str

    @property
    def place(self) -> int:
        """The number of the primary loss."""
        return next(i for i, one in enumerate(self.losses) if one.spec == self.primary)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """The tables with what resampling says of them, and what it says beside them."""

    losses: tuple[LossTable, ...]
    metrics: tuple[MetricTable, ...]
    robustness: tuple[Robustness, ...]
    differences: tuple[Difference, ...]
    discordant: tuple[Discordant, ...]
    areas: tuple[AreaComparison, ...]
    forecasts: tuple[Forecasts, ...]
    baseline: str | None
    regressions: tuple[Regression, ...]
    replicates: StoredReplicates | None
    agreement: Agreement | None
    slices: Slices | None
    self_check: tuple[SelfCheck, ...]
    units: Units


def verdicts(table: Table, facts: Facts, request: Request, point: Point) -> Verdicts:
    """What resampling says. Raises UsageError for a baseline that is no model, DataError for an id that two
    rows have."""
    baseline = None if request.recorded is not None else find_baseline(facts.problem, request)
    units, in_time = _units(table, facts, request, point)
    whole = facts.moments.rows <= EVERY_LOSS
    own = draw(table, facts, request, point.found, units, _chosen(facts, point), metrics=whole)
    losses = [with_levels(own, i, one) for i, one in enumerate(point.losses)]
    differences: list[Difference] = []
    for i, one in enumerate(losses):
        losses[i], pairs = with_pairs(own, i, one, point.primary, request.correction)
        differences += pairs
    kept = None
    if request.replicates or request.recorded is not None:
        kept = store(table, own, losses, request)
    gated: tuple[Regression, ...] = ()
    if baseline is not None:
        gated = regressions(own, losses, baseline)
    elif request.recorded is not None and kept is not None:
        gated = corrected(list(against_recorded(own, losses, kept, request.recorded)), request.confidence)
    return Verdicts(
        losses=tuple(losses),
        metrics=with_metric_intervals(own, point.metrics),
        robustness=with_share_intervals(own, point.robustness, losses),
        differences=tuple(differences),
        discordant=tuple(discordant(own, losses)),
        areas=tuple(area_differences(table, facts, request, point.metrics)) if whole else (),
        forecasts=in_time,
        baseline=None if baseline is None else facts.problem.models[baseline].name,
        regressions=gated,
        replicates=kept if request.replicates else None,
        agreement=find_agreement(table, facts, request, own, losses, differences, point.place, curves=whole),
        slices=find_slices(table, facts, request, own, losses, point.place),
        self_check=_self_check(own, losses, point.place, baseline) if request.self_check else (),
        units=units,
    )


def _chosen(facts: Facts, point: Point) -> list[int]:
    """The losses that are resampled, by their numbers."""
    pairs = len(pairs_of(len(facts.problem.models)))
    if facts.moments.rows <= EVERY_LOSS and pairs * len(point.losses) <= MOST_PAIRS:
        return list(range(len(point.losses)))
    gated = dict(facts.allowed)
    return [i for i, one in enumerate(point.losses) if one.spec == point.primary or i in gated]


def _units(table: Table, facts: Facts, request: Request, point: Point) -> tuple[Units, tuple[Forecasts, ...]]:
    """The units, and what the order in time says of the primary loss."""
    problem = facts.problem
    if problem.group or problem.time:
        check_ids(table, problem, request)
    times = find_times(table, problem, request)
    if times is None or problem.time is None:
        return find_units(table, problem, request, facts.moments.rows), ()
    place = point.place
    d: Floats | None = differences_in_time(table, facts, request, times, point.losses, place)
    kept = request.recorded.replicates if request.recorded is not None else None
    length = (kept.length if kept is not None else None) or block_length(d, time_block(times.count))
    names = [one.model for one in point.losses[place].results if one.value is not None]
    return time_units(times, problem.time, length), tuple(forecasts(d, names, length))


def _self_check(
    own: Draws, tables: Sequence[LossTable], loss: int, baseline: int | None
) -> tuple[SelfCheck, ...]:
    """How often the verdicts on the primary loss would be wrong on rows like these."""
    names = [one.model for one in tables[loss].results]
    if loss not in own.own or not own.own[loss].is_mean:
        return unchecked(names, f"{tables[loss].spec} is no mean over the rows")
    if len(own.own[loss].models) < len(names):
        return unchecked(names, MISSING)
    if any(rests_on_few(one.reason) for one in tables[loss].results):
        return unchecked(names, FEW_EFFECTIVE)
    if len(names) < 2:
        return ()
    tolerance = dict(own.facts.allowed).get(loss)
    power = own.own[loss].bound.loss.reduction.power
    tolerated = None if baseline is None or tolerance is None else Tolerated(baseline, tolerance, power)
    units = own.sums.take([places[0] for places in own.own[loss].places])
    return self_check(units, names, own.confidence, own.seed, tolerated)
