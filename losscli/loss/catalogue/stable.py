"""Forms that keep their digits where the textbook ones lose them: near a match and far from it.

All are elementwise on float64 arrays and keep the shape. They may overflow to inf, never to NaN. They work
in place where they can: on blocks of rows a fresh array costs more than the arithmetic done in it.
"""

import math

import numpy as np

from losscli.domain import Floats

_SERIES_BELOW = 0.01  # there, the direct e^x - 1 - x has lost two digits; the series loses none
_FAR = 1e150  # its square is still a double


def hypot1(x: Floats) -> Floats:
    """sqrt(1 + x²); np.hypot takes four times as long."""
    size = np.abs(x)
    root = np.minimum(size, _FAR)
    root *= root
    root += 1.0
    np.sqrt(root, out=root)
    return np.asarray(np.maximum(root, size, out=root))


def log1p_square(x: Floats) -> Floats:
    """log(1 + x²), also where x² is no double."""
    logs = x * x
    np.log1p(logs, out=logs)
    far = np.isinf(logs)
    if far.any():
        logs[far] = 2.0 * np.log(np.abs(x[far]))
    return logs


def expm1_gap(x: Floats) -> Floats:
    """e^x - 1 - x, ≥ 0."""
    x = np.minimum(x, 1e308)  # inf - inf is no number
    gap = np.expm1(x)
    gap -= x
    return _mend(gap, x)


def log1p_gap(x: Floats) -> Floats:
    """x - log(1 + x), ≥ 0, for x > -1."""
    logs = np.log1p(x)
    return _mend(np.asarray(x - logs), logs)


def log_ratio(a: Floats, b: Floats) -> Floats:
    """log(a/b) for a, b > 0; exact digits near a = b."""
    return _signed_log1p(a - b, np.minimum(a, b))


def log1p_ratio(a: Floats, b: Floats) -> Floats:
    """log((1 + a)/(1 + b)) for a, b > -1; exact digits near a = b."""
    return _signed_log1p(a - b, 1.0 + np.minimum(a, b))


def divergence(a: Floats, b: Floats) -> Floats:
    """a - b - b·log(a/b), ≥ 0, for a > 0 and b ≥ 0; a where b is 0."""
    positive = b > 0.0
    base = b if positive.all() else np.where(positive, b, 2.0 * a)  # a ratio too far from 1 for the series
    logs = log_ratio(a, base)
    gap = b * logs
    np.subtract(a - b, gap, out=gap)
    return _mend(gap, logs, b)


def _signed_log1p(difference: Floats, smaller: Floats) -> Floats:
    """log of larger over smaller, with the sign of the difference: no cancellation on either side."""
    logs = np.abs(difference)
    logs /= smaller
    np.log1p(logs, out=logs)
    far = np.isinf(logs)
    if far.any():
        logs[far] = np.log(np.abs(difference[far])) - np.log(smaller[far])
    return np.asarray(np.copysign(logs, difference, out=logs))


def _mend(gap: Floats, x: Floats, factor: Floats | None = None) -> Floats:
    """gap, with factor·(e^x - 1 - x) from its series written over the entries where x is small."""
    near = np.flatnonzero((x < _SERIES_BELOW) & (x > -_SERIES_BELOW))
    if near.size:
        series = _expm1_gap_series(x.flat[near])
        gap.flat[near] = series if factor is None else series * factor.flat[near]
    return gap


def _expm1_gap_series(x: Floats) -> Floats:
    """x²/2 + x³/6 + … + x⁹/9!, exact to a double for |x| < 0.05."""
    total = np.full_like(x, 1.0 / math.factorial(9))
    for order in range(8, 1, -1):
        total *= x
        total += 1.0 / math.factorial(order)
    return np.asarray(total * x * x)


def quotient(above: Floats, below: Floats, otherwise: float) -> Floats:
    """above / below, `otherwise` where below is 0."""
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        return np.where(np.not_equal(below, 0.0), np.divide(above, below), otherwise)
