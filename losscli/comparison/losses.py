"""Sums → the table of each loss: value, interval, effective rows, skill and rank of every model."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from losscli.comparison.gates import Allowance
from losscli.comparison.medians import Values
from losscli.comparison.request import Request
from losscli.comparison.screening import Screening
from losscli.comparison.selection import Measured, needed
from losscli.comparison.summary import Layout, OutlierRule, Summary
from losscli.comparison.whole_sample import TOO_MANY
from losscli.data.roles import Problem
from losscli.data.rows import Reading
from losscli.domain import Kind
from losscli.inference import ranks, t_quantile, t_refusal, wilson
from losscli.inference.tail import Tail
from losscli.loss import BoundLoss, Reduction
from losscli.loss.catalogue import CATALOGUE
from losscli.loss.reduction import of_means
from losscli.metrics.aggregate import Moments
from losscli.metrics.comoments import Comoments
from losscli.result import INFINITE, LossPart, LossTable, LossValue, PartValue, Refused, RowKey, finite

CLIP = "--clip 1e-7 bounds it"
NO_RATIO = "no closed-form interval of a ratio"


@dataclass(frozen=True, slots=True)
class Found:
    """The value of a loss for a model, and why there is none or no interval."""

    value: float  # NaN where undefined, inf where a row is
    reason: str | None
    low: float | None = None
    high: float | None = None
    effective_rows: float | None = None
    tail_shape: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFacts:
    """What the tables are made from.

    rule: which rows are flagged; no_rule: why none is; medians, bulk_medians, whole_sample: (loss, model)
    → value, for losses that are a median, of all rows and of those not flagged, or take all rows together;
    tails: of the row quantities whose means few rows may carry, by their places;
    outside: (loss, model) → the rows that the domain of the loss rules out; references: L₀ of each loss;
    allowed: losses that a gate weighs against the baseline, by their numbers.
    """

    request: Request
    reading: Reading
    seen: Screening
    measured: Measured
    layout: Layout
    refused: tuple[Refused, ...]
    rule: OutlierRule | None
    no_rule: str | None
    summary: Summary
    tails: Mapping[int, Tail]
    medians: Values
    bulk_medians: Values
    whole_sample: Values
    outside: dict[tuple[int, int], str]
    references: Sequence[float | None]
    keys: dict[int, RowKey]
    allowed: Sequence[tuple[int, Allowance]]

    @property
    def problem(self) -> Problem:
        return self.reading.problem

    @property
    def no_formula(self) -> str | None:
        """Why no interval by formula is fair: it would take rows for independent. None where they are."""
        column = self.problem.group or self.problem.time
        return None if column is None else f"no interval by formula where rows are resampled by {column}"

    @property
    def moments(self) -> Moments:
        return self.summary.moments


def find(facts: TableFacts, loss: int, model: int) -> Found:
    """The loss of one model, with its interval where one is fair."""
    one, moments = facts.layout.losses[loss], facts.moments
    places = facts.layout.of_model(loss, model)
    if places is None or (loss, model) in facts.outside:
        none = f"it needs {needed(one.loss)}; {facts.problem.models[model].name} has none"
        return Found(math.nan, facts.outside.get((loss, model), none))
    place = places[0]
    if moments.infinite[place]:
        first = int(moments.first_infinite[place])
        row = facts.keys.get(first, first)
        more = f" and {moments.infinite[place] - 1:,} more" if moments.infinite[place] > 1 else ""
        cure = CLIP if _reads_probabilities(one) else _too_large(one)
        return Found(math.inf, f"{INFINITE}row {row}{more}; {cure}")
    match one.loss.reduction:
        case Reduction.MEDIAN:
            return Found(facts.medians[loss, model], "no closed-form interval of a median")
        case Reduction.WHOLE:
            known = (loss, model) in facts.whole_sample
            reason = "no closed-form interval of a function of all rows" if known else TOO_MANY
            return Found(facts.whole_sample.get((loss, model), math.nan), reason)
        case Reduction.MAX:
            return Found(float(moments.largest[place]), "a maximum has no interval")
        case Reduction.RATIO:
            value = float(of_means(one, moments.mean[places]))
            return Found(value, NO_RATIO if math.isfinite(value) else "undefined on these rows")
        case Reduction.RELATIVE:
            reference = _variance(facts)
            value = float(of_means(one, moments.mean[places], lambda: reference))
            return Found(value, NO_RATIO if reference else "the target is constant")
        case _:
            return _mean(facts, one, place)


def _too_large(one: BoundLoss) -> str:
    """Why a value is infinite; a loss of the user's own may also have none, which counts as infinite."""
    parts = [part.loss for _, part in one.terms] or [one.loss]
    own = {part.name for part in parts} - {loss.name for loss in CATALOGUE}
    return "no number, or too large for a double" if own else "too large for a double"


def _variance(facts: TableFacts) -> float:
    """Of the target, with divisor Σw: what the best constant leaves of the squared error."""
    found = facts.summary.metrics[0][Comoments]
    assert isinstance(found, Comoments)
    return float(found.yy) / float(found.w)


def _mean(facts: TableFacts, one: BoundLoss, place: int) -> Found:
    """A mean, or the root of one, with a t interval where the contract's rule allows it."""
    moments = facts.moments
    value = float(moments.mean[place])
    if not math.isfinite(value):
        return Found(math.inf, f"{INFINITE}the sum; {_too_large(one)}")
    effective = finite(float(moments.effective_rows[place])) if one.from_zero else None
    shown = float(of_means(one, [value]))
    tail = facts.tails.get(place)
    shape = finite(tail.shape) if tail is not None else None
    reason = (tail and tail.why()) or facts.no_formula
    if reason is None and one.loss.name == "zero_one" and facts.seen.unweighted:
        low, high = wilson(value * moments.rows, moments.rows, facts.request.confidence)
        return Found(shown, None, low, high, effective, shape)
    reason = reason or t_refusal(moments.rows, float(moments.skewness[place]))
    if reason is not None:
        return Found(shown, reason, effective_rows=effective, tail_shape=shape)
    half = t_quantile(facts.request.confidence, moments.rows - 1) * float(moments.standard_error[place])
    low, high = of_means(one, [np.array([value - half, value + half])]).tolist()
    return Found(shown, None, low, high, effective, shape)


def reference(facts: TableFacts, loss: int) -> tuple[float | None, str | None]:
    """(L₀, why there is no skill): of the best constant, for a root the root of its mean."""
    one = facts.layout.losses[loss]
    if not one.from_zero:
        return None, "the loss has no zero to measure from"
    value = facts.references[loss]
    if value is None or not math.isfinite(value):
        return None, "the best constant is not known"
    return value, None if value > 0 else "the best constant has no loss"


def loss_tables(facts: TableFacts) -> Iterator[tuple[LossTable, list[Found]]]:
    """The contract's record of every loss, and what was found for each model."""
    classes: dict[str, list[str]] = {}
    kin = [one.kin for one in facts.layout.losses]
    for name, one in zip(kin, facts.layout.losses, strict=True):
        classes.setdefault(name, []).append(one.spec)
    for loss, name in enumerate(kin):
        yield _loss_table(facts, loss, tuple(classes[name]))


def _loss_table(facts: TableFacts, loss: int, members: tuple[str, ...]) -> tuple[LossTable, list[Found]]:
    one, problem = facts.layout.losses[loss], facts.problem
    found = [find(facts, loss, model) for model in range(len(problem.models))]
    best_constant, no_skill = reference(facts, loss)
    places = ranks([this.value if this.value > -math.inf else None for this in found])
    results = []
    for m, (model, this) in enumerate(zip(problem.models, found, strict=True)):
        value = finite(this.value)
        skill = None
        if value is not None and best_constant is not None and best_constant > 0:
            skill = finite(1.0 - value / best_constant)
        results.append(
            LossValue(
                model=model.name,
                value=value,
                low=this.low,
                high=this.high,
                reason=this.reason,
                effective_rows=this.effective_rows,
                tail_shape=this.tail_shape,
                skill=skill,
                rank=places[m],
                rank_low=None,
                rank_high=None,
                first_share=None,
                clipped_rows=int(facts.summary.clipped[m]) if _reads_probabilities(one) else 0,
                skill_reason=None
                if skill is not None
                else no_skill or this.reason or "too large for a double",
            )
        )
    table = LossTable(
        spec=one.spec,
        name=one.loss.name,
        params=one.finite_params,
        unit=str(one.loss.unit),
        elicits=one.elicits,
        members=members,
        reference=best_constant,
        results=tuple(results),
        best_set=None,
        parts=tuple(_part(facts, loss, place) for place in range(len(one.terms))),
    )
    return table, found


def _reads_probabilities(one: BoundLoss) -> bool:
    return any(Kind.PROBABILITY in needs for needs in one.loss.reads)


def _part(facts: TableFacts, loss: int, place: int) -> LossPart:
    """One part of a sum, by its place, of every model that has the sum."""
    weight, one = facts.layout.losses[loss].terms[place]
    results = []
    for m, model in enumerate(facts.problem.models):
        columns = facts.layout.parts_of(loss, m)
        outside = facts.outside.get((loss, m))
        value = math.nan if columns is None or outside else float(facts.moments.mean[columns[place]])
        reason = None if math.isfinite(value) else outside or ("infinite" if columns else "see the sum")
        results.append(PartValue(model.name, finite(value), reason))
    return LossPart(one.spec, weight, str(one.loss.unit), tuple(results))
