"""Why a figure has no interval, or a pair no verdict: what several tables say."""

from losscli.domain import Floats
from losscli.inference import FEW_EFFECTIVE
from losscli.loss import BoundLoss, Trait
from losscli.result import FEW, ON_FEW, LossValue, rests_on_few

MISSING = "a value is missing"
NOT_RESAMPLED = "only the primary loss is resampled here; name this one first with --loss"
NOT_IN_BOTH = "this loss was not resampled in both"
NO_MEAN = "the primary loss is no mean over the rows"
NO_RATIO = "a loss of 0 or below has no ratio"
NO_SPREAD = "the same in every resample"
FEW_RESAMPLES = "too few resamples for so many pairs at this level; raise --resamples"
FEW_UNITS = "too few rows, or too few of them differ, for an interval"


def few_effective(bound: BoundLoss, effective: float, positive: int, units: str = "") -> str | None:
    """Why a mean rests on a few rows: an unbounded loss, measured from 0, of less than a fifth as many
    effective rows, (Σx)²/Σx², as have a loss; None where it does not. units: what is counted, if no rows."""
    if Trait.BOUNDED in bound.traits or not bound.from_zero:
        return None
    return _too_few(effective, positive, units)


def few_units(bound: BoundLoss, x: Floats, units: str = "") -> str | None:
    """The same of the sums of resampled units: (U,)."""
    return None if Trait.BOUNDED in bound.traits or not bound.from_zero else few_sums(x, units)


def few_sums(x: Floats, units: str = "") -> str | None:
    """The same of sums that are not negative and have no bound: (U,)."""
    positive = int((x > 0).sum())
    if not positive:
        return None
    x = x / x.max()
    return _too_few(float(x.sum() ** 2 / (x @ x)), positive, units)


def _too_few(effective: float, positive: int, units: str) -> str | None:
    return f"{FEW}: {effective:.1f} of {positive:,}{units}" if effective < FEW_EFFECTIVE * positive else None


def no_ratio(one: LossValue, other: LossValue) -> str | None:
    """Why two losses have no ratio with an interval, or None."""
    if one.value is None or other.value is None:
        return MISSING
    if rests_on_few(one.reason) or rests_on_few(other.reason):
        return ON_FEW
    return None if one.value > 0 and other.value > 0 else NO_RATIO
