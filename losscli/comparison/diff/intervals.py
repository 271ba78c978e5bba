"""Replicates of both results → intervals and verdicts of their changes."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from losscli.comparison.reasons import FEW_UNITS, NOT_IN_BOTH
from losscli.domain import Floats
from losscli.inference import Family, Studentised, beside, judge, log_ratio, plain
from losscli.result import Comparison, LossChange, StoredReplicates, finite

_ROUNDING = 2.0**-22  # of the logarithm of a ratio of two values in single precision
_WORDS = {"a": "better", "b": "worse", "~": "~"}


def with_intervals(
    found: Sequence[LossChange], old: StoredReplicates, new: StoredReplicates, result: Comparison
) -> list[LossChange]:
    """The changes with what replicates say of them. result: the new one, whose primary loss gives the family:
    all its models are judged together; every other change by itself, without a verdict."""
    changes, known = list(found), dict[int, Studentised]()
    for i, change in enumerate(found):
        estimate = _estimate(change, old, new)
        if isinstance(estimate, str):
            changes[i] = replace(change, reason=estimate)
        else:
            known[i] = estimate
    primary = [i for i in known if found[i].spec == result.primary]
    for group in (primary, *([i] for i in known if i not in primary)):
        if group:
            family = judge(beside([known[i] for i in group]), result.confidence, result.units)
            for k, i in enumerate(group):
                changes[i] = _shown(found[i], family, k, result.rows.used, verdict=group is primary)
    return changes


def _estimate(change: LossChange, old: StoredReplicates, new: StoredReplicates) -> Studentised | str:
    """log(new/old) and its replicates, or why there is none."""
    if change.reason is not None or change.old is None or change.new is None:
        return change.reason or FEW_UNITS
    before, after = old.values(change.spec, change.old_model), new.values(change.spec, change.new_model)
    if before is None or after is None:
        return NOT_IN_BOTH
    values = log_ratio(after, before)
    values = np.where(np.isfinite(values), values, np.nan)
    if np.isfinite(values).sum() < 2:
        return FEW_UNITS
    return plain(*_unrounded(math.log(change.new) - math.log(change.old), values))


def _unrounded(value: float, values: Floats) -> tuple[float, Floats]:
    """Without the spread that is of single precision alone: replicates that are not told from the value are
    the value, and it is 0 where all replicates are 0."""
    values = np.where(np.abs(values - value) <= _ROUNDING, value, values)
    if abs(value) <= _ROUNDING and (values == value).all():
        return 0.0, np.zeros_like(values)
    return value, values


def _shown(change: LossChange, family: Family, k: int, rows: int, *, verdict: bool) -> LossChange:
    """The change with what its place k in a family says."""
    low, high = _ratio(float(family.low[k])), _ratio(float(family.high[k]))
    assert change.relative is not None
    if low is None or high is None:
        return replace(change, reason=FEW_UNITS, verdict="~" if verdict else None)
    needed = float(family.needed[k])
    return replace(
        change,
        low=min(low, change.relative),
        high=max(high, change.relative),
        p=finite(float(family.p[k])),
        verdict=_WORDS[family.verdicts[k]] if verdict else None,
        rows_needed=math.ceil(rows * needed) if math.isfinite(needed) else None,
    )


def _ratio(log: float) -> float | None:
    """new/old - 1 of its logarithm; None where that is no number."""
    return math.expm1(log) if log < 700 else None
