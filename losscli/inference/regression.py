"""Is a new model worse than a baseline by more than a tolerance?"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from losscli.domain import Floats
from losscli.inference.intervals import bootstrap_t_limits
from losscli.inference.pairs import POWER
from losscli.inference.studentised import Studentised


@dataclass(frozen=True, slots=True)
class RatioVerdict:
    """verdict: "pass", "fail" or "inconclusive"; value, low, high: L_new/L_base - 1 and its one-sided limits,
    NaN where there are none; needed: times as many rows would decide in 80 % of samples, NaN where
    decided or where the value lies on the tolerance; least: the smallest regression that would fail in 80 %
    of samples of this size; p: one-sided, that it is not worse than tolerated, NaN where there is none."""

    verdict: str
    value: float
    low: float
    high: float
    needed: float
    least: float
    p: float


def log_ratio(new: Floats, base: Floats) -> Floats:
    """log(L_new/L_base), on which the ratio's replicates lie about as far above as below."""
    with np.errstate(divide="ignore", invalid="ignore"):  # a replicate without loss is as far as can be
        return np.asarray(np.log(new) - np.log(base))


def regression(found: Studentised, tolerance: float, confidence: float) -> RatioVerdict:
    """The verdict on one log ratio (K = 1) against a tolerance, as 0.02: pass where the upper limit is not
    above it, fail where the lower one is."""
    value, error, edge = float(found.value[0]), float(found.error[0]), math.log1p(tolerance)
    low, high = (float(end[0]) for end in bootstrap_t_limits(found, 1 - confidence))
    if error == 0.0:
        low = high = value
    if not (math.isfinite(low) and math.isfinite(high)):
        return RatioVerdict("inconclusive", _ratio(value), math.nan, math.nan, math.nan, math.nan, math.nan)
    power = NormalDist().inv_cdf(POWER)
    verdict = "pass" if high <= edge else "fail" if low > edge else "inconclusive"
    # The limit that has to clear the edge, on the side of which the value is.
    reach = (high - value if value <= edge else value - low) + power * error
    needed = math.nan
    if verdict == "inconclusive" and value != edge:
        needed = max((reach / (value - edge)) ** 2, 1.0)
    least = _ratio(edge + (value - low) + power * error)
    return RatioVerdict(verdict, _ratio(value), _ratio(low), _ratio(high), needed, least, _p(found, edge))


def _p(found: Studentised, edge: float) -> float:
    """That the estimate is not above the edge: the share of replicates that moved up as far."""
    error, above = float(found.error[0]), float(found.value[0]) - edge
    if error == 0.0:
        return 0.0 if above > 0 else 1.0
    t = found.t[:, 0]
    return float((1 + (np.where(np.isnan(t), np.inf, t) >= above / error).sum()) / (1 + len(t)))


def _ratio(log: float) -> float:
    return math.inf if log > 700 else math.expm1(log)
