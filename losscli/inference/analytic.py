"""Intervals by formula, where a formula is fair."""

import math
from collections.abc import Sequence
from statistics import NormalDist

T_ROWS = 1_000  # a t interval needs so many rows
T_SKEW = 0.05  # and |skewness|/√n no larger than this
_LARGE_DF = 500
_STEPS, _DIGITS = 200, 1e-15


def normal_quantile(confidence: float) -> float:
    """Two-sided, of the standard normal."""
    return NormalDist().inv_cdf((1 + confidence) / 2)


def t_quantile(confidence: float, df: int) -> float:
    """Two-sided quantile of Student's t, nan for df below 1.

    For df ≥ 500 by Cornish and Fisher's expansion (Abramowitz and Stegun 26.7.5; relative error below 1e-11
    there at a confidence of 0.999), else from the distribution itself.
    """
    if df < 1:
        return math.nan
    z = normal_quantile(confidence)
    if df < _LARGE_DF:
        return _exact_t_quantile(confidence, df, z)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / df ** (power + 1) for power, term in enumerate(terms))


def _exact_t_quantile(confidence: float, df: int, start: float) -> float:
    """Newton's steps up from a start that is no higher: the distribution bends down, so none overshoots."""
    peak = 2 * math.exp(math.lgamma((df + 1) / 2) - math.lgamma(df / 2)) / math.sqrt(df * math.pi)
    t = start
    for _ in range(_STEPS):
        density = peak * (1 + t * t / df) ** (-(df + 1) / 2)
        ahead = t + (confidence - _within(t, df)) / density
        if not ahead > t * (1 + _DIGITS):
            break
        t = ahead
    return t


def _within(t: float, df: int) -> float:
    """P(|T| ≤ t); Abramowitz and Stegun 26.7.3 and 26.7.4."""
    angle = math.atan(t / math.sqrt(df))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = df % 2
    terms, term = [], cosine if odd else 1.0
    for k in range(2 + odd, df + 1, 2):
        terms.append(term)
        term *= (k - 1) / k * cosine * cosine
    total = sine * math.fsum(terms)
    return (angle + total) * 2 / math.pi if odd else total


def t_refusal(rows: int, skewness: float) -> str | None:
    """Why a t interval of a mean would not be fair, or None."""
    if rows < T_ROWS:
        return f"fewer than {T_ROWS:,} rows: a t interval would not be fair"
    if not abs(skewness) / math.sqrt(rows) <= T_SKEW:
        return "the row losses are too skewed for a t interval"
    return None


def wilson(successes: float, trials: float, confidence: float) -> tuple[float, float]:
    """Interval of a proportion; Wilson 1927, doi:10.1080/01621459.1927.10502953."""
    z = normal_quantile(confidence)
    share, z2 = successes / trials, z * z
    centre = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = z * math.sqrt(share * (1 - share) / trials + z2 / (4 * trials * trials)) / (1 + z2 / trials)
    # At the ends the bound is the share itself; rounding must not push it past.
    return min(max(centre - half, 0.0), share), max(min(centre + half, 1.0), share)


def corrected_t(differences: Sequence[float], ratio: float) -> tuple[float, float]:
    """(mean, standard error) of the paired differences of J folds, which share training rows.

    ratio: rows judged on over rows learned from. The variance is (1/J + ratio) s²; Nadeau and Bengio 2003,
    doi:10.1023/A:1024068626366. The error is nan for fewer than two folds.
    """
    count, largest = len(differences), max(map(abs, differences), default=math.nan)
    if not count or not math.isfinite(largest):
        return math.nan, math.nan
    # In units of a power of 2, so that nothing is rounded and no square is too large for a double
    unit = math.ldexp(1.0, math.frexp(largest)[1] - 1) if largest else 1.0
    d = [one / unit for one in differences]
    mean = math.fsum(d) / count
    if count < 2:
        return unit * mean, math.nan
    variance = math.fsum((one - mean) ** 2 for one in d) / (count - 1)
    return unit * mean, unit * math.sqrt((1 / count + ratio) * variance)


def corrected_t_interval(
    differences: Sequence[float], ratio: float, confidence: float, comparisons: int
) -> tuple[float, float]:
    """(mean, half the width of its interval) by `corrected_t`, one of so many comparisons at once
    (Bonferroni). The width is nan for fewer than two folds."""
    mean, error = corrected_t(differences, ratio)
    together = 1 - (1 - confidence) / max(comparisons, 1)
    return mean, error * t_quantile(together, len(differences) - 1)
