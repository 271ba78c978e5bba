"""Tests of two models on the same rows: labels, scores, forecasts."""

import math
from dataclasses import dataclass

import numpy as np

from losscli.domain import Floats, Mask
from losscli.inference.analytic import normal_quantile

_HAIR = 1e-12  # of an AUC: what sums of weights may round to
ABSENT = "one class is absent"
SINGLE = "a class has a single row"
SEPARATED = "the scores rank every pair of rows alike: the standard error is 0"
CONSTANT = "all differences are equal: the standard error is 0"
NO_VARIANCE = "the variance with so many lags is not positive"


def mcnemar(only_a: int, only_b: int) -> float:
    """Two-sided mid-p of McNemar's test that two models are right equally often.

    only_a, only_b ≥ 0: the rows on which a alone, and b alone, is right; rows are counted, not weighed.
    1 where there is no such row. Fagerland, Lydersen and Laake 2013, doi:10.1186/1471-2288-13-91.
    """
    few, rows = min(only_a, only_b), only_a + only_b
    if rows == 0:
        return 1.0
    # Binomial(rows, ½) in units of its probability at `few`: without factorials, which would overflow.
    below, term, k = 0.0, 1.0, few
    while k > 0 and term > below * 1e-17:
        term *= k / (rows - k + 1)
        below += term
        k -= 1
    if only_a == only_b:
        return (2 * below + 0.5) / (2 * below + 1)
    between, term = 0.0, 1.0
    for k in range(few + 1, rows // 2 + 1):
        term *= (rows - k + 1) / k
        between += term if 2 * k == rows else 2 * term
        if between == math.inf:
            break
    return (2 * below + 1) / (2 * below + 2 + between)


@dataclass(frozen=True, slots=True)
class Area:
    """An area under the ROC curve, its standard error and interval; None where there is none, and why."""

    value: float | None
    standard_error: float | None
    low: float | None
    high: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class AreaDifference:
    """AUC(a) - AUC(b) of two models on the same rows; None where there is none, and why."""

    a: Area
    b: Area
    difference: float | None
    standard_error: float | None
    z: float | None
    p: float | None
    low: float | None
    high: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class _Placements:
    """Of each positive, the share of negatives below it; of each negative, the share of positives above it:
    ties count half, (m,) and (n,) with their weights. Both have the AUC as their mean."""

    positive: Floats
    negative: Floats
    w_positive: Floats
    w_negative: Floats

    @classmethod
    def of(cls, score: Floats, positive: Mask, w: Floats) -> "_Placements":
        distinct, place = np.unique(score, return_inverse=True)
        mine, theirs = place[positive], place[~positive]
        w_mine, w_theirs = w[positive], w[~positive]
        at_mine = np.bincount(mine, weights=w_mine, minlength=len(distinct))
        at_theirs = np.bincount(theirs, weights=w_theirs, minlength=len(distinct))
        below = (np.cumsum(at_theirs) - at_theirs / 2) / w_theirs.sum()
        above = 1.0 - (np.cumsum(at_mine) - at_mine / 2) / w_mine.sum()
        return cls(below[mine], above[theirs], w_mine, w_theirs)

    def minus(self, other: "_Placements") -> "_Placements":
        return _Placements(
            self.positive - other.positive, self.negative - other.negative, self.w_positive, self.w_negative
        )

    @property
    def mean(self) -> float:
        return float(self.w_positive @ self.positive / self.w_positive.sum())

    @property
    def standard_error(self) -> float:
        """Of the mean; weights by linearisation."""
        return math.sqrt(
            _mean_variance(self.positive, self.w_positive) + _mean_variance(self.negative, self.w_negative)
        )


def _mean_variance(x: Floats, w: Floats) -> float:
    """Of Σwx/Σw, with the factor n/(n-1)."""
    deviations = w * (x - w @ x / w.sum())
    return float(deviations @ deviations) / float(w.sum()) ** 2 * len(x) / (len(x) - 1)


def delong_area(scores: Floats, positive: Mask, w: Floats, confidence: float) -> Area:
    """The AUC of one model with its normal interval, on the logit scale where it would leave [0, 1]; in
    O(n log n).

    scores, positive, w > 0: (n,), scores without NaN. DeLong, DeLong and Clarke-Pearson 1988,
    doi:10.2307/2531595; by ranks as Sun and Xu 2014, doi:10.1109/LSP.2014.2337313.
    """
    if (absent := _absent(positive)) is not None:
        return absent
    return _area(_Placements.of(scores, positive, w), confidence)


def delong(
    scores_a: Floats, scores_b: Floats, positive: Mask, w: Floats, confidence: float
) -> AreaDifference:
    """The AUCs of two models on the same rows, and the normal test and interval of their difference.

    Shapes and sources as `delong_area`. It takes the scores as given: where one model contains the other
    and both were trained on these rows, it is too conservative.
    """
    if (absent := _absent(positive)) is not None:
        return AreaDifference(absent, absent, None, None, None, None, None, None, absent.reason)
    places_a, places_b = _Placements.of(scores_a, positive, w), _Placements.of(scores_b, positive, w)
    a, b = _area(places_a, confidence), _area(places_b, confidence)
    difference = places_a.mean - places_b.mean
    if (reason := _single(places_a)) is not None:
        return AreaDifference(a, b, difference, None, None, None, None, None, reason)
    error = places_a.minus(places_b).standard_error
    if error <= _HAIR:
        p = 1.0 if abs(difference) <= _HAIR else None
        return AreaDifference(a, b, difference, 0.0, None, p, None, None, SEPARATED)
    z, half = difference / error, normal_quantile(confidence) * error
    low, high = max(difference - half, -1.0), min(difference + half, 1.0)
    p = math.erfc(abs(z) / math.sqrt(2))
    return AreaDifference(a, b, difference, error, z, p, low, high, None)


def _absent(positive: Mask) -> Area | None:
    return None if positive.any() and not positive.all() else Area(None, None, None, None, ABSENT)


def _single(places: _Placements) -> str | None:
    return SINGLE if min(len(places.positive), len(places.negative)) < 2 else None


def _area(places: _Placements, confidence: float) -> Area:
    value = places.mean
    if (reason := _single(places)) is not None:
        return Area(value, None, None, None, reason)
    error = places.standard_error
    if error <= _HAIR:
        return Area(value, 0.0, None, None, SEPARATED)
    half = normal_quantile(confidence) * error
    low, high = value - half, value + half
    if not 0.0 <= low <= high <= 1.0:  # few rows of a class, or an area next to 1: the logit is nearer normal
        half /= value * (1.0 - value)
        low, high = (1.0 / (1.0 + (1.0 / value - 1.0) * math.exp(side * half)) for side in (1, -1))
    return Area(value, error, low, high, None)


@dataclass(frozen=True, slots=True)
class DieboldMariano:
    """The statistic, positive where the differences are, and its two-sided p; None with the reason."""

    statistic: float | None
    p: float | None
    reason: str | None


def diebold_mariano(d: Floats, horizon: int = 1, *, rectangular: bool = False) -> DieboldMariano:
    """Diebold and Mariano's test that two forecasts lose equally, by Student's t with n-1 degrees of freedom.

    d: loss differences in time order, (n,), finite; horizon: the steps ahead that were forecast, whose
    differences are correlated over horizon - 1 lags. rectangular: whether all lags weigh alike, as where
    forecasts are known to be so many steps ahead; then the variance may not be positive. With horizon 1 it is
    the paired t test. Not for nested models that were estimated (Clark and West 2006,
    doi:10.1016/j.jeconom.2005.07.014). Raises ValueError unless 1 ≤ horizon < n.

    Diebold and Mariano 1995, doi:10.1080/07350015.1995.10524599, whose kernel is rectangular; else Bartlett
    weights, so that the variance is positive, of Newey and West 1987, doi:10.2307/1913610; factor of Harvey,
    Leybourne and Newbold 1997, doi:10.1016/S0169-2070(96)00719-4.
    """
    n = len(d)
    if not 1 <= horizon < n:
        raise ValueError(f"horizon {horizon} for {n} differences")
    if (d == d[0]).all():
        return DieboldMariano(0.0, 1.0, None) if d[0] == 0 else DieboldMariano(None, None, CONSTANT)
    from scipy.special import stdtr

    mean = float(d.mean())
    e = d - mean
    weight = (1.0 if rectangular else 1 - k / horizon for k in range(1, horizon))
    parts = [float(e @ e), *(2 * w * float(e[k:] @ e[:-k]) for k, w in enumerate(weight, start=1))]
    variance = math.fsum(parts) / n**2
    if variance <= _HAIR * parts[0] / n**2:
        return DieboldMariano(None, None, NO_VARIANCE)
    factor = math.sqrt((n - horizon) * (n - horizon + 1)) / n
    statistic = factor * mean / math.sqrt(variance)
    return DieboldMariano(statistic, float(2 * stdtr(n - 1, -abs(statistic))), None)
