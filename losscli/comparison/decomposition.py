"""A loss in its parts, for each model; and the reliability curve that they are read from."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from losscli.comparison.losses import TableFacts
from losscli.comparison.recalibrating import Chance, Recalibrated, Sample, noise_of
from losscli.domain import Floats
from losscli.inference.calibrated import LEAST_ROWS, Noise, between_blocks
from losscli.inference.recalibration import Elicited, Ordered, blocks_of, recalibrated
from losscli.inference.resample import Units, UnitSums
from losscli.loss import BoundLoss
from losscli.result import Decomposition, Estimate, LossTable, LossValue, ReliabilityCurve

WORTH = 0.01  # of a loss, from which what recalibration saves is worth a word
NOT_FINITE = "the loss is not finite at a recalibrated prediction"
TOO_FEW = "too few draws for what chance exceeds so rarely"
_STEPS = 100  # of a curve
_UNKNOWN = Estimate(None)


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a loss of a model, without intervals.

    gains: what recalibration saves, what recalibration gains on the best constant, and the loss of that
    constant, summed over the rows of each unit (U, 3); None where that was not asked for, or the parts are
    not known.
    """

    bound: BoundLoss
    elicited: Elicited
    model: int
    value: LossValue
    record: Decomposition
    gains: Floats | None = None


def unknown(table: LossTable, value: LossValue, reason: str) -> Decomposition:
    """The record of parts that are not known."""
    return Decomposition(table.spec, value.model, _UNKNOWN, _UNKNOWN, _UNKNOWN, None, reason)


@dataclass(frozen=True, slots=True)
class Decomposing:
    """The rows of a file, recalibrated and drawn once for all losses that ask for the same."""

    facts: TableFacts
    sample: Sample
    _ordered: dict[int, Recalibrated] = field(default_factory=dict)
    _fits: dict[tuple[int, Elicited], Recalibrated] = field(default_factory=dict)
    _constants: dict[Elicited, Floats] = field(default_factory=dict)
    _drawn: dict[tuple[int, Elicited, Noise, bool], Chance] = field(default_factory=dict)

    @property
    def no_chance(self) -> str | None:
        """Why it is not known what chance makes of a calibrated model."""
        column = self.facts.problem.group or self.facts.problem.time
        if column is not None:
            return f"what chance adds is known where rows are independent, not by {column}"
        if self.facts.problem.class_factors:
            return "what chance adds is not known where rows are weighted by their class"
        if len(self.sample.y) < LEAST_ROWS:
            return f"fewer than {LEAST_ROWS} rows: what chance adds is not known"
        return None

    def parts(
        self, bound: BoundLoss, elicited: Elicited, table: LossTable, model: int, units: Units | None
    ) -> Parts:
        """Of one loss of one model. units: those of all rows, whose gains are asked for, and the limit of
        chance too where it is not worth a word; None: neither."""
        value, sample = table.results[model], self.sample
        own: list[Floats] = []
        if value.value is not None and model in sample.predictions:
            fitted = self._recalibrated(model, elicited).by_row
            predictions = sample.predictions[model][0], fitted, self._constant(elicited)
            own = [sample.losses(bound, p) for p in predictions]
        means = [float(sample.w @ x / sample.w.sum()) for x in own]
        if value.value is None or not own or not np.isfinite(means).all():
            reason = value.reason if value.value is None and value.reason else NOT_FINITE
            return Parts(bound, elicited, model, value, unknown(table, value, reason))
        _, least, uncertainty = means
        record = Decomposition(
            spec=table.spec,
            model=value.model,
            miscalibration=Estimate(max(value.value - least, 0.0)),
            discrimination=Estimate(max(uncertainty - least, 0.0)),
            uncertainty=Estimate(uncertainty),
            calibrated_limit=None,
            reason=self.no_chance,
        )
        if (units is not None or saving(record, value) >= WORTH) and self.no_chance is None:
            chance = self.chance(bound, elicited, model, calibrated=True)
            found = chance.limit(bound, self.facts.request.confidence)
            record = replace(record, calibrated_limit=found, reason=TOO_FEW if found is None else None)
        gains = None
        if units is not None:
            columns = own[0] - own[1], own[2] - own[1], own[2]
            gains = UnitSums.over(columns, sample.w, units).sums
        return Parts(bound, elicited, model, value, record, gains)

    def chance(self, bound: BoundLoss, elicited: Elicited, model: int, *, calibrated: bool) -> Chance:
        """Of the predictions as if they were calibrated, or of what recalibration makes of them."""
        noise = noise_of(bound, self.sample.task)
        key = model, elicited, noise, calibrated
        if key not in self._drawn:
            own = self._recalibrated(model, elicited)
            centre = own.x if calibrated else between_blocks(own.x, own.fitted)
            if noise is Noise.TIMES:
                centre = np.maximum(centre, np.min(own.fitted, where=own.fitted > 0, initial=np.inf))
            request = self.facts.request
            self._drawn[key] = Chance.of(own, centre, noise, request.seed, request.confidence)
        return self._drawn[key]

    def curve(self, bound: BoundLoss, elicited: Elicited, table: LossTable, model: int) -> ReliabilityCurve:
        """Both ends of every step of the recalibrated predictions, with the band of a calibrated model."""
        own = self._recalibrated(model, elicited)
        starts = blocks_of(own.fitted)
        ends = np.append(starts[1:], len(own.x)) - 1
        shown = np.unique(np.linspace(0, len(starts) - 1, min(len(starts), _STEPS)).astype(np.intp))
        places = np.unique(np.append(starts[shown], ends[shown]))
        reason, band = self.no_chance, np.full((2, len(places)), None)
        if reason is None:
            chance = self.chance(bound, elicited, model, calibrated=True)
            if len(chance.at) < len(own.x):
                reason = f"a band is drawn for up to {len(chance.at):,} rows"
            else:
                tail = (1 - self.facts.request.confidence) / 2
                band = np.quantile(chance.fits[:, places], [tail, 1 - tail], axis=0)
        return ReliabilityCurve(
            name="reliability",
            model=table.results[model].model,
            elicits=table.elicits,
            x=tuple(own.x[places].tolist()),
            y=tuple(own.fitted[places].tolist()),
            low=tuple(band[0].tolist()),
            high=tuple(band[1].tolist()),
            reason=reason,
        )

    def curves(self, bound: BoundLoss, elicited: Elicited, table: LossTable) -> Sequence[ReliabilityCurve]:
        """Of every model."""
        return [self.curve(bound, elicited, table, model) for model in self.sample.predictions]

    def _recalibrated(self, model: int, elicited: Elicited) -> Recalibrated:
        key = model, elicited
        if key not in self._fits:
            ordered = self._ordered.get(model)
            own = Recalibrated.of(self.sample, model, elicited) if ordered is None else ordered.at(elicited)
            self._fits[key] = self._ordered[model] = own
        return self._fits[key]

    def _constant(self, elicited: Elicited) -> Floats:
        """The best constant: (n,)."""
        if elicited not in self._constants:
            rows = Ordered.level(self.sample.w)
            self._constants[elicited] = recalibrated(rows, self.sample.y, elicited)
        return self._constants[elicited]


def saving(record: Decomposition, value: LossValue) -> float:
    """What recalibration would save, as a share of the loss; 0 where there is none."""
    saved = record.miscalibration.value
    return saved / value.value if saved and value.value and value.value > 0 else 0.0
