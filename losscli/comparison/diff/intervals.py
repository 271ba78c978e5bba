"""The units of both results → intervals and verdicts of their changes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from losscli.comparison.reasons import FEW_UNITS, NOT_IN_BOTH
from losscli.domain import Floats
from losscli.inference import Family, Studentised, Tolerance, beside, judge, plain, rows_for, worsening
from losscli.inference.resample import UnitSums, replicate
from losscli.inference.tail import Tail
from losscli.result import Comparison, LossChange, StoredReplicates, finite, unless_rounded

_RATIO = Tolerance(0.0, relative=True, greater_is_better=False)
_WORDS = {"a": "better", "b": "worse", "~": "~"}


@dataclass(frozen=True, slots=True)
class _Means:
    """A loss that is a mean, or the root of one, where power is 2. new, old: its sums over each unit,
    (U,)."""

    new: Floats
    old: Floats
    power: int


def with_intervals(
    found: Sequence[LossChange], old: StoredReplicates, new: StoredReplicates, result: Comparison
) -> list[LossChange]:
    """The changes with what resampling says of them. result: the new one, whose primary loss gives the
    family: all its models are judged together; every other change by itself, without a verdict."""
    changes, means, known = list(found), dict[int, _Means](), dict[int, Studentised]()
    for i, change in enumerate(found):
        estimate = _estimate(change, old, new)
        if isinstance(estimate, str):
            changes[i] = replace(change, reason=estimate)
        elif isinstance(estimate, _Means):
            means[i] = estimate
        else:
            known[i] = estimate
    known |= _resampled(means, new)
    primary = [i for i in known if found[i].spec == result.primary]
    for group in (primary, *([i] for i in known if i not in primary)):
        if group:
            family = judge(beside([known[i] for i in group]), result.confidence, result.units)
            for k, i in enumerate(group):
                changes[i] = _shown(found[i], family, k, result.rows.used, verdict=group is primary)
    return changes


def _estimate(change: LossChange, old: StoredReplicates, new: StoredReplicates) -> Studentised | _Means | str:
    """What is known of new/old, or why nothing is."""
    if change.reason is not None or change.old is None or change.new is None:
        return change.reason or FEW_UNITS
    means = old.mean(change.spec, change.old_model), new.mean(change.spec, change.new_model)
    if means[0] is not None and means[1] is not None:
        after = new.sums(means[1])
        before = unless_rounded(after, old.sums(means[0]))
        dominated = None if means[1].bounded else Tail.of(np.abs(after - before)).why("differing rows")
        return dominated or _Means(after, before, 2 if means[1].root else 1)
    figures = old.figure(change.spec, change.old_model), new.figure(change.spec, change.new_model)
    if figures[0] is None or figures[1] is None:
        return NOT_IN_BOTH
    values = _RATIO.measure(figures[1], unless_rounded(figures[1], figures[0]))
    values = np.where(np.isfinite(values), values, np.nan)
    if np.isfinite(values).sum() < 2:
        return FEW_UNITS
    return plain(float(_RATIO.measure(change.new, change.old)), values)


def _resampled(means: dict[int, _Means], of: StoredReplicates) -> dict[int, Studentised]:
    """The logarithms of new/old of all means, resampled as the runs resampled."""
    if not means:
        return {}
    columns = [column for one in means.values() for column in (one.new, one.old)]
    places = range(0, len(columns), 2)
    products = [pair for at in places for pair in ((at, at), (at + 1, at + 1), (at, at + 1))]
    units = UnitSums(of.words(of.keys), of.weights(), np.column_stack(columns))
    with np.errstate(over="ignore", invalid="ignore"):  # of huge losses, which get no interval
        drawn = replicate(units, of.count, of.seed, products, precise=True)
        return {
            i: worsening(_RATIO, one.power, drawn.joint([at, at + 1]))
            for at, (i, one) in zip(places, means.items(), strict=True)
        }


def _shown(change: LossChange, family: Family, k: int, rows: int, *, verdict: bool) -> LossChange:
    """The change with what its place k in a family says."""
    assert change.relative is not None
    low, high = (finite(_RATIO.worsening(float(end[k]))) for end in (family.low, family.high))
    if low is None or high is None:
        return replace(change, reason=FEW_UNITS, verdict="~" if verdict else None)
    needed = float(family.needed[k])
    return replace(
        change,
        low=min(low, change.relative),
        high=max(high, change.relative),
        p=finite(float(family.p[k])),
        verdict=_WORDS[family.verdicts[k]] if verdict else None,
        rows_needed=rows_for(rows, needed),
    )
