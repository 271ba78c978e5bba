"""Why a figure has no interval, or a pair no verdict: what several tables say."""

from losscli.loss import BoundLoss, Trait
from losscli.result import LossValue

MISSING = "a value is missing"
NOT_RESAMPLED = "only the primary loss is resampled here; name this one first with --loss"
NOT_IN_BOTH = "this loss was not resampled in both"
NO_MEAN = "the primary loss is no mean over the rows"
NO_RATIO = "a loss of 0 or below has no ratio"
NO_SPREAD = "the same in every resample"
FEW_RESAMPLES = "too few resamples for so many pairs at this level; raise --resamples"
FEW_UNITS = "too few rows, or too few of them differ, for an interval"


def may_rest_on_few(bound: BoundLoss) -> bool:
    """Whether a few rows can carry the mean of a loss: it has no upper bound, and is measured from 0."""
    return Trait.BOUNDED not in bound.traits and bound.from_zero


def no_ratio(one: LossValue, other: LossValue) -> str | None:
    """Why two losses have no ratio with an interval, or None."""
    if one.value is None or other.value is None:
        return MISSING
    return None if one.value > 0 and other.value > 0 else NO_RATIO
