"""The slope along a line against differences of the value, and the places where it jumps."""

import numpy as np

from losscli.domain import Floats
from losscli.loss.battery.line import Curve, ScoreLine

_STEP = 4e-3


def difference(value: Curve, t: Floats, step: float) -> Floats:
    """Derivative to fourth order in the step."""
    return (value(t - 2 * step) - 8 * value(t - step) + 8 * value(t + step) - value(t + 2 * step)) / (
        12 * step
    )


def mismatch(line: ScoreLine) -> tuple[float, float, float]:
    """(how far the slope is from the derivative, over what differences can tell; where that is; the share of
    the points where they can tell).

    A stencil that straddles a kink disagrees with a shorter one: such points are passed over, and counted.
    """
    assert line.slope is not None
    t = line.near(6.0, 241)
    t = t[t > line.low + 0.05 * line.width]
    wide = difference(line.value, t, _STEP * line.width)
    short = difference(line.value, t, _STEP / 4 * line.width)
    size = np.maximum(np.abs(short), np.max(np.abs(line.value(t)))) / line.width
    whole = np.abs(wide - short) <= 1e-7 * size
    if not whole.any():
        return np.inf, float(t[0]), 0.0
    off = np.where(whole, np.abs(line.slope(t) - short) / (2e-8 * size + 1e-12), 0.0)
    worst = int(np.argmax(np.where(np.isnan(off), np.inf, off)))
    return float(np.nan_to_num(off[worst], nan=np.inf)), float(t[worst]), float(whole.mean())


def jumps(line: ScoreLine) -> list[float]:
    """Where the slope jumps."""
    assert line.slope is not None
    a, b = _halved(line.slope, line.near(), 32)
    inner = line.slope(line.near(2.0))
    low, high = line.slope(a), line.slope(b)
    jump = np.abs(high - low) > 1e-4 * max(np.ptp(inner), 1e-3) + 1e-6 * (np.abs(low) + np.abs(high))
    return [float(place) for place in 0.5 * (a + b)[jump]]


def breaks(line: ScoreLine) -> list[float]:
    """Where the value itself jumps."""
    a, b = _halved(line.value, line.near(), 40)
    low, high = line.value(a), line.value(b)
    size = np.ptp(line.value(line.near(2.0))) + np.abs(low) + np.abs(high)
    jump = np.abs(high - low) > 1e-6 * size + 1e-12
    return [float(place) for place in 0.5 * (a + b)[jump]]


def _halved(curve: Curve, t: Floats, times: int) -> tuple[Floats, Floats]:
    """The ends of every step of a grid, halved again and again towards the half in which the curve moves
    most."""
    a, b = t[:-1], t[1:]
    at = curve(t)
    low, high = at[:-1], at[1:]
    for _ in range(times):
        middle = 0.5 * (a + b)
        between = curve(middle)
        first = np.abs(between - low) >= np.abs(high - between)
        a, b = np.where(first, a, middle), np.where(first, middle, b)
        low, high = np.where(first, low, between), np.where(first, between, high)
    return a, b
