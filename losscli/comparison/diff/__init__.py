"""Two results of compare on the same rows → what changed, with intervals where both hold replicates."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from losscli import __version__
from losscli.comparison.diff.intervals import with_intervals
from losscli.comparison.diff.matching import (
    Models,
    check_data,
    matched_losses,
    matched_models,
    no_replicates,
    unmatched,
    unpaired,
    warnings,
)
from losscli.comparison.reasons import no_ratio
from losscli.result import (
    Changes,
    LossChange,
    LossTable,
    LossValue,
    MetricChange,
    MetricValue,
    Recorded,
    Side,
    finite,
)

__all__ = ["changes"]

Value = LossValue | MetricValue


def changes(old: Recorded, new: Recorded, command: Sequence[str]) -> Changes:
    """How the new result differs from the old one, loss by loss and model by model.

    Raises DataError for results that are not on the same rows, or have no model or no loss in common.
    """
    check_data(old, new)
    models = matched_models(old, new)
    losses = matched_losses(old, new)
    reason = unpaired(old, new)
    found = [_loss(old, new, a, b, pair) for a, b in losses for pair in models]
    if old.result.replicates is not None and new.result.replicates is not None:
        found = with_intervals(found, old.result.replicates, new.result.replicates, new.result)
    else:
        found = [replace(one, reason=one.reason or no_replicates(old, new)) for one in found]
    return Changes(
        version=__version__,
        command=tuple(command),
        confidence=new.result.confidence,
        old=Side(old.path, old.result.version),
        new=Side(new.path, new.result.version),
        task=new.result.task,
        target=new.result.target,
        positive=new.result.positive,
        primary=new.result.primary,
        rows=new.result.rows.used,
        paired=reason is None,
        reason=reason,
        losses=tuple(found),
        metrics=tuple(_metrics(old, new, models)),
        unmatched=tuple(unmatched(old, new, models)),
        warnings=tuple(warnings(old.result, new.result)),
    )


def _loss(old: Recorded, new: Recorded, a: LossTable, b: LossTable, pair: Models) -> LossChange:
    """The change of one loss of one model, without an interval."""
    before, after = a.of(pair[0]), b.of(pair[1])
    relative = _relative(before.value, after.value)
    beyond = None if relative is not None else "the ratio is beyond any number"
    return LossChange(
        spec=b.spec,
        members=b.members,
        old_model=pair[0],
        new_model=pair[1],
        old=before.value,
        new=after.value,
        change=_change(before, after),
        relative=relative,
        low=None,
        high=None,
        p=None,
        verdict=None,
        rows_needed=None,
        reason=_missing(old, before) or _missing(new, after) or no_ratio(before, after) or beyond,
    )


def _change(before: Value, after: Value) -> float | None:
    return None if before.value is None or after.value is None else finite(after.value - before.value)


def _relative(before: float | None, after: float | None) -> float | None:
    """new/old - 1 of two values above 0; None where that, as a percentage, is no number."""
    if before is None or after is None or before <= 0 or after <= 0:
        return None
    share = after / before - 1.0
    return share if math.isfinite(100 * share) else None


def _missing(side: Recorded, one: Value) -> str | None:
    if one.value is not None:
        return None
    return f"no value in {side.path}" + (f": {one.reason}" if one.reason else "")


def _metrics(old: Recorded, new: Recorded, models: Sequence[Models]) -> Iterator[MetricChange]:
    for b in new.result.metrics:
        a = old.result.metric(b.name)
        for one, other in models:
            if a is None:
                continue
            before, after = a.of(one), b.of(other)
            change = _change(before, after)
            beyond = None if change is not None else "the change is beyond any number"
            yield MetricChange(
                name=b.name,
                title=b.title,
                greater_is_better=b.greater_is_better,
                model=other,
                old=before.value,
                new=after.value,
                change=change,
                reason=_missing(old, before) or _missing(new, after) or beyond,
            )
