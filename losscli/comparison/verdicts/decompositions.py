"""The parts of losses with their intervals, and the reliability curves of the primary loss."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from statistics import NormalDist

import numpy as np

from losscli import progress
from losscli.comparison.decomposition import Decomposing, Parts, unknown
from losscli.comparison.reasons import FEW_UNITS, may_rest_on_few
from losscli.comparison.recalibrating import TASKS, Sample, elicited_of
from losscli.comparison.verdicts.bootstrap import RESAMPLES, Bootstrap
from losscli.comparison.verdicts.resampling_units import ResamplingUnits
from losscli.comparison.whole_sample import MOST, TOO_MANY
from losscli.domain import Floats
from losscli.inference import bootstrap_t_intervals
from losscli.inference.calibrated import overfitted_interval
from losscli.inference.recalibration import Elicited
from losscli.inference.resample import Units, UnitSums, replicate, squares
from losscli.inference.tail import Tail
from losscli.inference.threads import side_by_side
from losscli.loss import BoundLoss
from losscli.result import Decomposition, Estimate, LossTable, ReliabilityCurve, rests_on_few

_SPREAD_ROWS = 1_000  # fewer are done before threads are there
_PARTS = 3  # whose intervals are asked for: miscalibration, discrimination, uncertainty


Decompositions = tuple[tuple[Decomposition, ...], tuple[ReliabilityCurve, ...]]


@dataclass(frozen=True, slots=True)
class Decomposed:
    """The losses that have parts, by their numbers, with their tables. Nothing here reads the rows again."""

    work: Decomposing
    units: ResamplingUnits
    losses: Mapping[int, tuple[BoundLoss, Elicited, LossTable]]
    primary: int

    def short(self) -> tuple[Decomposition, ...]:
        """The parts of the primary loss, without intervals."""
        return tuple(one.record for one in self._parts([self.primary], None))

    @np.errstate(over="ignore", invalid="ignore")  # of huge losses
    def full(self) -> Decompositions:
        """(the parts of every loss with their intervals, by loss and model; the primary loss's curve of every
        model)."""
        units = Units.found(self.units.of(self.work.sample.number))
        found = self._parts([*self.losses], units)
        own = self.losses.get(self.primary)
        curves = () if own is None else tuple(self.work.curves(*own))
        return tuple(with_intervals(self.work, units, found)), curves

    def _parts(self, chosen: Sequence[int], units: Units | None) -> list[Parts]:
        losses = [self.losses[loss] for loss in chosen if loss in self.losses]
        models = range(len(self.work.facts.problem.models))

        def of_model(model: int) -> Iterator[Parts]:
            for loss in losses:
                yield self.work.parts(*loss, model, units)
                progress.advance("decompositions")

        with progress.stage("decomposing losses", len(losses) * len(models), of="decompositions"):
            # What chance makes of a model is drawn once for all losses: so a model is one task.
            jobs = self.work.facts.reading.jobs if len(self.work.sample.y) >= _SPREAD_ROWS else 1
            found = side_by_side(lambda model: list(of_model(model)), models, jobs)
        return [one for of_loss in zip(*found, strict=True) for one in of_loss]


def find_decompositions(
    boot: Bootstrap, tables: Sequence[LossTable], primary: int
) -> tuple[Decompositions, Callable[[], Decompositions] | None]:
    """(what is found, what finds the rest). Unless the request asks for all, and now, the parts of the
    primary loss alone, without intervals and curves.

    tables: with verdicts; primary: the number of the primary loss. Reads all rows at once.
    """
    facts, every, later = boot.facts, boot.facts.request.decompose, boot.facts.request.later
    losses = {
        i: (bound, elicited, tables[i])
        for i, bound in enumerate(facts.layout.losses)
        if (every or i == primary) and (elicited := elicited_of(bound)) is not None
    }
    if not losses or facts.problem.task not in TASKS:
        return ((), ()), None
    if facts.moments.rows > MOST:
        own = [table for _, _, table in losses.values()] if every else []
        return (tuple(unknown(table, one, TOO_MANY) for table in own for one in table.results), ()), None
    work = Decomposed(Decomposing(facts, Sample.read(facts)), boot.units, losses, primary)
    if every and not later:
        return work.full(), None
    return (work.short(), ()), work.full if every else None


def with_intervals(work: Decomposing, units: Units, found: Sequence[Parts]) -> list[Decomposition]:
    """Every record, with the intervals that are fair. units: of all rows."""
    gains = [one.gains.T for one in found if one.gains is not None]
    if not gains:
        return [one.record for one in found]
    sums = replace(UnitSums.over((), work.sample.w, units), sums=np.concatenate(gains).T)
    request, jobs = work.facts.request, work.facts.reading.jobs
    count, products = request.resamples or RESAMPLES, squares(sums.sums.shape[1])
    drawn = replicate(sums, count, request.seed, products, precise=False, jobs=jobs).studentised
    ends = np.stack(bootstrap_t_intervals(drawn, request.confidence), axis=1)
    firsts = np.cumsum([0, *(_PARTS * (one.gains is not None) for one in found)]).tolist()  # of their columns

    def of_model(model: int) -> list[tuple[int, Decomposition]]:
        return [
            (place, _with_interval(work, one, ends[k : k + _PARTS], sums.sums[:, k + _PARTS - 1]))
            for place, (one, k) in enumerate(zip(found, firsts, strict=False))
            if one.model == model and one.gains is not None
        ]

    models = sorted({one.model for one in found})
    records = [one.record for one in found]
    for place, record in chain.from_iterable(side_by_side(of_model, models, jobs)):
        records[place] = record
    return records


def _with_interval(work: Decomposing, one: Parts, ends: Floats, constants: Floats) -> Decomposition:
    """ends: the intervals of the mean gains, (3, 2); constants: what the best constant loses in each unit."""
    record = one.record
    dominated = Tail.of(constants).why() if may_rest_on_few(one.bound) else None
    if rests_on_few(one.value.reason) or dominated is not None:
        return replace(record, reason=dominated or one.value.reason)
    known = [bool(np.isfinite(own).all()) for own in ends]
    if known[2]:
        record = replace(record, uncertainty=_over(record.uncertainty, *ends[2].tolist()))
    if work.no_chance is not None:
        return record
    if not all(known):
        record = replace(record, reason=FEW_UNITS)
    gained, sd = work.chance(one.bound, one.elicited, one.model, calibrated=False).expected(one.bound)
    spread = NormalDist().inv_cdf((1 + work.facts.request.confidence) / 2) * sd

    def gain(part: Estimate, own: Floats) -> Estimate:
        low, high = overfitted_interval(part.value or 0.0, (float(own[0]), float(own[1])), gained, spread)
        return _over(part, low, high)

    if known[0]:
        of_miscalibration = gain(record.miscalibration, ends[0])
        low = of_miscalibration.low if record.clear else 0.0
        record = replace(record, miscalibration=replace(of_miscalibration, low=low))
    if known[1]:
        record = replace(record, discrimination=gain(record.discrimination, ends[1]))
    return record


def _over(part: Estimate, low: float, high: float) -> Estimate:
    return Estimate(part.value, low, high)
