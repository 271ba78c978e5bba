"""How much worse than a baseline a figure is, with its interval: pass, fail or inconclusive."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from losscli.comparison.gates.allowances import Allowance
from losscli.comparison.gates.names import loss_table, metric_table
from losscli.comparison.reasons import FEW_UNITS, MISSING
from losscli.domain import Floats
from losscli.inference import (
    Correction,
    Studentised,
    Tolerance,
    figure_regression,
    holm,
    regression,
    rows_for,
    worsening,
)
from losscli.inference.resample import Joint, Keys, UnitSums, replicate
from losscli.inference.tail import Tail
from losscli.result import (
    Comparison,
    Gate,
    LossTable,
    LossValue,
    MetricTable,
    MetricValue,
    finite,
    is_infinite,
    rests_on_few,
)

FEW_ROWS = 100  # units below which gates err more often than they say
NO_REPLICATES = "it is not resampled, and has no interval"
HOLM = "worse than tolerated, but not once corrected for the number of gates"
BOTH_INFINITE = "both are infinite"


@dataclass(frozen=True, slots=True)
class Means:
    """A loss that is a mean or the root of one.

    sums: (U,) Σwℓ of the resampled units.
    power: 2 for a root, else 1.
    bounded: no row can carry it.
    """

    sums: Floats
    power: int
    bounded: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """Any other figure that is resampled; values: (B,), in every replicate."""

    values: Floats


Estimate = Means | Figures
Measured = Studentised | Floats | str  # of a mean; of a figure in every replicate, (B,); why there is none


@dataclass(frozen=True, slots=True)
class Side:
    """A figure of a model: infinite where a row is, NaN where there is none, with the reason."""

    model: str
    value: float
    reason: str | None
    dominated: str | None = None  # why a metric has no interval though it has a value


@dataclass(frozen=True, slots=True)
class Case:
    """A model against the baseline under one gate; both: what resampling knows of the two, or why nothing."""

    allowance: Allowance
    table: LossTable | MetricTable
    new: Side
    base: Side
    both: tuple[Estimate, Estimate] | str


@dataclass(frozen=True, slots=True)
class Drawing:
    """How units are resampled: their keys (U,), weights (U,), what they are, how often they are drawn.

    pieces: how many units there are, or of them with rows of the rarer of two classes, if these are fewer.
    left_out: what was said of rows that only one side has.
    """

    keys: Keys
    w: Floats
    what: str
    rows: int
    count: int
    seed: int
    confidence: float
    pieces: int
    left_out: str | None = None


def table_of(allowance: Allowance, found: Comparison) -> LossTable | MetricTable:
    """The table that a gate names. Raises DataError where it does not apply."""
    return (loss_table if allowance.is_loss else metric_table)(allowance.spec, allowance.flag, found)


def side_of(one: LossValue | MetricValue) -> Side:
    """A figure as it stands in its table."""
    if one.value is not None:
        metric = isinstance(one, MetricValue) and rests_on_few(one.reason)
        return Side(one.model, one.value, None, one.reason if metric else None)
    return Side(one.model, math.inf if is_infinite(one.reason) else math.nan, one.reason)


def weighed(cases: Sequence[Case], drawing: Drawing, correction: Correction) -> tuple[Gate, ...]:
    """A gate for each case, each by itself unless Holm's correction is asked for."""
    measured = _measured(cases, drawing)
    found = [_gate(case, one, drawing) for case, one in zip(cases, measured, strict=True)]
    if correction is not Correction.HOLM:
        return tuple(gate for gate, _ in found)
    return corrected(found, drawing.confidence)


def corrected(found: Sequence[tuple[Gate, float]], confidence: float) -> tuple[Gate, ...]:
    """The gates with Holm's correction of those that fail; found: each with its one-sided p, NaN for none."""
    known = [k for k, (_, p) in enumerate(found) if math.isfinite(p)]
    adjusted = dict(zip(known, holm(np.array([found[k][1] for k in known])), strict=True))
    return tuple(
        replace(gate, verdict="inconclusive", reason=HOLM)
        if gate.verdict == "fail" and adjusted.get(k, 0.0) > 1 - confidence + 1e-12
        else gate
        for k, (gate, _) in enumerate(found)
    )


def _gate(case: Case, measured: Measured, drawing: Drawing) -> tuple[Gate, float]:
    """The gate, and the one-sided p that the model is not worse than tolerated, NaN where there is none."""
    tolerance, new, base = case.allowance.tolerance, case.new, case.base
    worse = math.nan
    if math.isfinite(new.value) and math.isfinite(base.value):
        worse = tolerance.worsening(float(tolerance.measure(new.value, base.value)))
    bare = Gate(
        text=case.allowance.text,
        spec=case.table.spec if isinstance(case.table, LossTable) else case.table.name,
        model=new.model,
        verdict="inconclusive",
        value=finite(worse),
        low=None,
        high=None,
        threshold=tolerance.amount,
        reason=None,
        rows_needed=None,
        baseline=base.model,
        old=finite(base.value),
        new=finite(new.value),
        relative=tolerance.relative,
        greater_is_better=tolerance.greater_is_better,
        level=round(2 * drawing.confidence - 1, 12),
    )
    if math.isnan(new.value) or math.isnan(base.value):
        return replace(bare, reason=new.reason or base.reason or MISSING), math.nan
    allowed = tolerance.allows(new.value, base.value)
    if allowed is not None:
        return replace(
            bare, verdict="pass" if allowed else "fail", reason=new.reason or base.reason
        ), math.nan
    if math.isinf(new.value):
        return replace(bare, reason=BOTH_INFINITE), math.nan
    if isinstance(measured, str):
        return replace(bare, reason=measured), math.nan
    if isinstance(measured, Studentised):
        found = regression(measured, tolerance, drawing.confidence)
    else:
        value = float(tolerance.measure(new.value, base.value))
        found = figure_regression(value, measured, tolerance, drawing.confidence, drawing.pieces)
    few = f"few {drawing.what}: {len(drawing.keys)}" if len(drawing.keys) < FEW_ROWS else None
    said = "; ".join(filter(None, (few, drawing.left_out))) or None
    gate = replace(
        bare,
        verdict=found.verdict,
        low=finite(found.low),
        high=finite(found.high),
        reason=said if math.isfinite(found.low) else FEW_UNITS,
        rows_needed=rows_for(drawing.rows, found.needed),
        visible=finite(found.least),
    )
    return gate, found.p


def _measured(cases: Sequence[Case], drawing: Drawing) -> list[Measured]:
    """How much worse each is on the scale that is judged, or why that is not known: one resampling for
    all."""
    alone = [_alone(case) for case in cases]
    means = [k for k, one in enumerate(alone) if one is None]
    found: list[Measured] = ["" if one is None else one for one in alone]
    if not means:
        return found
    columns = [column for k in means for column in _columns(cases[k])]
    first = range(0, len(columns), 3)
    pairs = [(at + i, at + j) for at in first for i, j in ((0, 0), (1, 1), (0, 1), (2, 2))]
    units = UnitSums(drawing.keys, drawing.w, np.column_stack(columns))
    with np.errstate(over="ignore", invalid="ignore"):  # of huge losses, which get no interval
        drawn = replicate(units, drawing.count, drawing.seed, pairs, precise=True)
        for at, k in zip(first, means, strict=True):
            tolerance, power = cases[k].allowance.tolerance, _means(cases[k])[0].power
            found[k] = _of_means(tolerance, power, drawn.joint([at, at + 1]), drawn.studentised_at([at + 2]))
    return found


def _alone(case: Case) -> Measured | None:
    """The measure of figures that are known in every replicate; None of means, which wait for the units."""
    if isinstance(case.both, str):
        return case.both
    new, base = case.both
    if isinstance(new, Means) and isinstance(base, Means):
        tail = None if new.bounded else Tail.of(np.abs(new.sums - _factor(case) * base.sums))
        return None if tail is None else tail.why("differing rows")
    assert isinstance(new, Figures) and isinstance(base, Figures)
    dominated = case.new.dominated or case.base.dominated
    if dominated is not None:
        return dominated
    values = case.allowance.tolerance.measure(new.values, base.values)
    return np.where(np.isfinite(values), values, np.nan)


def _means(case: Case) -> tuple[Means, Means]:
    assert not isinstance(case.both, str)
    new, base = case.both
    assert isinstance(new, Means) and isinstance(base, Means)
    return new, base


def _factor(case: Case) -> float:
    """What the baseline's row losses are multiplied by where the model's equal the tolerance."""
    tolerance, (new, _) = case.allowance.tolerance, _means(case)
    return float((1.0 + tolerance.amount) ** new.power) if tolerance.relative else 1.0


def _columns(case: Case) -> tuple[Floats, Floats, Floats]:
    new, base = _means(case)
    return new.sums, base.sums, new.sums - base.sums


def _of_means(tolerance: Tolerance, power: int, joint: Joint, apart: Studentised) -> Studentised:
    """joint: of the two means; apart: of their difference, whose spread is not lost in that of two models
    that are nearly one."""
    if tolerance.relative:
        return worsening(tolerance, power, joint)
    if power == 1:
        return apart
    # √a - √b is (a - b) over the sum of the roots, which moves little beside the difference.
    roots = float(np.sqrt(joint[0]).sum())
    return apart.over(np.array([roots if roots > 0 else 1.0]))
