"""Forms that keep their digits where the textbook ones lose them: near a match and far from it.

All are elementwise on float64 arrays and keep the shape. They may overflow to inf, never to NaN. They work
in place where they can: on blocks of rows a fresh array costs more than the arithmetic done in it.
"""

import math

import numpy as np

from losscli.domain import Codes, Floats
from losscli.loss.once import known, once

Places = tuple[Codes, ...]  # as numpy's nonzero gives them
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
    near = _near(x)
    return _mend(gap, near, x[near])


def log1p_gap(x: Floats) -> Floats:
    """x - log(1 + x), ≥ 0, for x > -1."""
    logs = np.log1p(x)
    near = _near(logs)
    return _mend(x - logs, near, logs[near])


def log_ratio(a: Floats, b: Floats) -> Floats:
    """log(a/b) for a, b > 0, to be read only; exact digits near a = b."""
    return once(_logs, a, b)[0]


def log1p_ratio(a: Floats, b: Floats) -> Floats:
    """log((1 + a)/(1 + b)) for a, b > -1; exact digits near a = b."""
    gap, smaller = a - b, np.minimum(a, b)
    smaller += 1.0
    size = _log1p_size(gap, smaller)
    return np.asarray(np.copysign(size, gap, out=size))


def squared_log1p_ratio(a: Floats, b: Floats) -> Floats:
    """log((1 + a)/(1 + b))² for a, b > -1; exact digits near a = b."""
    smaller = np.minimum(a, b)
    smaller += 1.0
    size = _log1p_size(difference(a, b), smaller)
    size *= size
    return size


def divergence(a: Floats, b: Floats) -> Floats:
    """a - b - b·log(a/b), ≥ 0, for a > 0 and b ≥ 0; a where b is 0."""
    positive = once(_least, b) > 0.0
    turned = known(_logs, b, a) if positive else None
    if turned is not None:  # log(b/a)
        logs, near = turned
        gap = b * logs
        gap -= difference(b, a)
        return _mend(gap, near, -logs[near], b)
    base = b if positive else np.where(b > 0.0, b, 2.0 * a)  # a ratio too far from 1 for the series
    logs, near = once(_logs, a, base)
    gap = b * logs
    np.subtract(difference(a, b), gap, out=gap)
    return _mend(gap, near, logs[near], b)


def _least(x: Floats) -> float:
    return float(x.min(initial=1.0))


def difference(a: Floats, b: Floats) -> Floats:
    """a - b, to be read only."""
    return once(np.subtract, a, b)


def _logs(a: Floats, b: Floats) -> tuple[Floats, Places]:
    """log(a/b), and where it is small."""
    gap = difference(a, b)
    logs = _log1p_size(gap, np.minimum(a, b))
    near = (logs < _SERIES_BELOW).nonzero()
    return np.copysign(logs, gap, out=logs), near


def _log1p_size(difference: Floats, smaller: Floats) -> Floats:
    """|log| of larger over smaller of two numbers: no cancellation on either side."""
    size = np.abs(difference)
    size /= smaller
    np.log1p(size, out=size)
    if not size.max(initial=0.0) < np.inf:
        far = np.isinf(size)
        size[far] = np.log(np.abs(difference[far])) - np.log(smaller[far])
    return size


def _near(x: Floats) -> Places:
    """Where x is small enough for the series."""
    return ((x < _SERIES_BELOW) & (x > -_SERIES_BELOW)).nonzero()


def _mend(gap: Floats, near: Places, x: Floats, factor: Floats | None = None) -> Floats:
    """gap, with factor·(e^x - 1 - x) from its series written over the entries that are near, x: of these."""
    if x.size:
        series = _expm1_gap_series(x)
        gap[near] = series if factor is None else series * factor[near]
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
