"""Is a new model worse than a baseline by more than a tolerance?"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from losscli.domain import Floats
from losscli.inference.intervals import bootstrap_t_limits, percentile_interval
from losscli.inference.pairs import POWER
from losscli.inference.resample import Joint
from losscli.inference.studentised import Studentised, smooth


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How much worse than the baseline a figure may be.

    amount: 0.02 is 2 % where relative, else in the unit of the figure.
    relative: to the baseline's figure.
    greater_is_better: which side is worse.
    """

    amount: float
    relative: bool
    greater_is_better: bool

    def measure(self, new: Floats | float, base: Floats | float) -> Floats:
        """How much worse, on the scale that is judged, elementwise: the difference, or that of logarithms, on
        which the replicates of a ratio lie about as far above as below."""
        if self.relative:
            with np.errstate(divide="ignore", invalid="ignore"):  # a figure of 0 is as far as can be
                worse = np.log(new) - np.log(base)
        else:
            worse = np.subtract(new, base)
        return np.asarray(-worse if self.greater_is_better else worse)

    @property
    def edge(self) -> float:
        """The tolerance on that scale."""
        if not self.relative:
            return self.amount
        if not self.greater_is_better:
            return math.log1p(self.amount)
        return -math.log1p(-self.amount) if self.amount < 1 else math.inf

    def worsening(self, measured: float) -> float:
        """What is measured as a share of the baseline's figure, 0.02 is 2 % worse, or in its own unit."""
        if not self.relative:
            return measured
        if self.greater_is_better:
            return -math.expm1(-measured)
        return math.inf if measured > 700 else math.expm1(measured)

    def allows(self, new: float, base: float) -> bool | None:
        """Whether the order of two figures is certain without an interval: of an infinite and a finite one,
        and relative to a baseline of 0; None where it is not."""
        if math.isinf(new) or math.isinf(base):
            return None if new == base else (new < base) != self.greater_is_better
        if self.relative and base == 0:
            return new <= 0 or self.greater_is_better
        if self.relative and new == 0:
            return not self.greater_is_better or self.amount >= 1
        return None


def worsening(tolerance: Tolerance, power: int, joint: Joint) -> Studentised:
    """How much worse the first of two figures is, on the scale that is judged: one estimate.

    joint: of the two means, `Replicates.joint`.
    power: 2 where the figures are roots of the means, else 1.
    """

    def measure(new: Floats, base: Floats) -> Floats:
        if power == 1:
            return tolerance.measure(new, base)
        return tolerance.measure(np.sqrt(np.maximum(new, 0.0)), np.sqrt(np.maximum(base, 0.0)))

    return smooth(measure, *joint)


@dataclass(frozen=True, slots=True)
class RegressionVerdict:
    """verdict: "pass", "fail" or "inconclusive"; value, low, high: how much worse, and its one-sided limits,
    NaN where there are none; needed: times as many rows would decide in 80 % of samples, NaN where decided or
    where the value lies on the tolerance; least: the smallest worsening that would fail in 80 % of samples of
    this size;
    p: one-sided, that it is not worse than tolerated, NaN where there is none."""

    verdict: str
    value: float
    low: float
    high: float
    needed: float
    least: float
    p: float


def regression(found: Studentised, tolerance: Tolerance, confidence: float) -> RegressionVerdict:
    """The verdict on one measure (K = 1) against a tolerance: pass where the upper limit is not above it,
    fail where the lower one is. Limits by the bootstrap-t."""
    value, error = float(found.value[0]), float(found.error[0])
    low, high = (float(end[0]) for end in bootstrap_t_limits(found, 1 - confidence))
    if error == 0.0:
        low = high = value
    return _verdict(value, error, low, high, tolerance, _p(found, tolerance.edge))


def figure_regression(
    value: float, values: Floats, tolerance: Tolerance, confidence: float, pieces: int
) -> RegressionVerdict:
    """The same of a measure whose spread inside a replicate is not known; values: (B,), NaN where there is
    none; pieces: how many independent ones it rests on.

    Limits by the percentiles of the replicates, which are skewed as a figure that ends at 0 or 1 is, moved
    away from the value as Student's t is from the normal, and a spread over n - 1 from one over n; Hesterberg
    2015, doi:10.1080/00031305.2015.1089789, section 4.
    """
    known = values[np.isfinite(values)]
    ends = percentile_interval(values, 2 * confidence - 1)
    low, high = (value + _few(pieces, confidence) * (end - value) for end in ends)
    if len(known) == len(values) and (known == value).all():
        low = high = value
    error = float(np.std(known)) if len(known) else math.nan
    p = float((1 + (known <= tolerance.edge).sum()) / (1 + len(known)))
    return _verdict(value, error, min(low, value), max(high, value), tolerance, p)


def _few(pieces: int, confidence: float) -> float:
    """By what a limit from so many pieces is moved away."""
    from scipy.special import stdtrit

    if pieces < 2:
        return math.nan
    t = float(stdtrit(pieces - 1, confidence))
    return t / NormalDist().inv_cdf(confidence) * math.sqrt(pieces / (pieces - 1))


def _verdict(
    value: float, error: float, low: float, high: float, tolerance: Tolerance, p: float
) -> RegressionVerdict:
    back, edge = tolerance.worsening, tolerance.edge
    if not (math.isfinite(low) and math.isfinite(high)):
        return RegressionVerdict("inconclusive", back(value), *[math.nan] * 5)
    power = NormalDist().inv_cdf(POWER)
    verdict = "pass" if high <= edge else "fail" if low > edge else "inconclusive"
    # The limit that has to clear the edge, on the side of which the value is.
    reach = (high - value if value <= edge else value - low) + power * error
    needed = math.nan
    if verdict == "inconclusive" and value != edge:
        needed = max((reach / (value - edge)) ** 2, 1.0)
    least = back(edge + (value - low) + power * error)
    return RegressionVerdict(verdict, back(value), back(low), back(high), needed, least, p)


def _p(found: Studentised, edge: float) -> float:
    """That the estimate is not above the edge: the share of replicates that moved up as far."""
    error, above = float(found.error[0]), float(found.value[0]) - edge
    if error == 0.0:
        return 0.0 if above > 0 else 1.0
    t = found.t[:, 0]
    return float((1 + (np.where(np.isnan(t), np.inf, t) >= above / error).sum()) / (1 + len(t)))
