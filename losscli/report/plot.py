"""Two panes, loss and slope, in characters: braille dots, or plain dots for a stream that is not UTF-8."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from losscli.domain import CLASSES, IDENTITY, NUMBERS, Codes, Floats, Mask, softplus
from losscli.loss import Argument, BoundLoss, Reduction, Scaled

_WIDE, _HIGH = 32, 8  # characters of one pane
_GAP = "    "
_BRAILLE = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # the bit of dot (row, column)
_SAMPLES = 513  # odd: 0 is one of them
_EDGE = 1e-3  # how near to 0 and 1 a probability is drawn

Axis = tuple[str, Floats, tuple[Floats | Codes, ...]]  # what is along x, its places, the arguments


@dataclass(frozen=True, slots=True, eq=False)
class Pane:
    """One curve. across: what is along x; x, y: (n,), y not finite where it has no value."""

    title: str
    across: str
    x: Floats
    y: Floats


def panes(bound: BoundLoss) -> tuple[Pane, ...]:
    """The loss and its slope, one without a slope; none where a loss has no value per row to draw."""
    by_row = bound.loss.reduction is not Reduction.RATIO and bound.loss.task in CLASSES | NUMBERS
    axis = _axis(bound) if by_row else None
    if axis is None:
        return ()
    name, x, arguments = axis
    title = "loss" if bound.loss.reduction.is_mean else "one row, before they are reduced"
    found = [Pane(title, name, x, _curve(bound.value, arguments))]
    if bound.loss.slope is not None:
        found.append(Pane(f"slope in {_slope_in(bound)}", name, x, _slope(bound, arguments)))
    return tuple(one for one in found if np.isfinite(one.y).any())


def draw(bound: BoundLoss, *, unicode: bool) -> tuple[str, ...]:
    """The lines of both panes."""
    found = [_pane(one, unicode) for one in panes(bound)]
    return tuple(_GAP.join(parts).rstrip() for parts in zip(*found, strict=True)) if found else ()


def _slope_in(bound: BoundLoss) -> str:
    match bound.loss.argument:
        case Argument.RESIDUAL:
            return "r"
        case Argument.MARGIN:
            return "m"
        case Argument.PREDICTION if bound.loss.link is IDENTITY:
            return "p"
        case _:
            return "s"


def _slope(bound: BoundLoss, arguments: tuple[Floats | Codes, ...]) -> Floats:
    """The slope in what `_slope_in` says; d l/d s is 1 - p_y."""
    y = _curve(bound.slope, arguments)
    return -np.expm1(arguments[0]) * y if bound.loss.argument is Argument.LOG_PROBABILITY else y


def _axis(bound: BoundLoss) -> Axis | None:
    """What is along x and the arguments there; None where the loss takes labels."""
    p = np.linspace(_EDGE, 1.0 - _EDGE, _SAMPLES)
    match bound.loss.argument:
        case Argument.RESIDUAL:
            r = _around(_reach(bound))
            return "r", r, (r,)
        case Argument.PREDICTION:
            return _prediction_axis(bound, p)
        case Argument.MARGIN:
            m = _around(3.0)
            return "m", m, (m,)
        case Argument.LOG_PROBABILITY:
            s = _around(4.0)
            return "s_y over the other", s, (-softplus(-s),)
        case Argument.SCORE:
            s = _around(4.0)
            if bound.loss.task == "binary":
                return "s at y = 1", s, (np.ones(_SAMPLES), s)
            return "s_y, the others 0", s, (_first_class(), np.stack([s, 0.0 * s, 0.0 * s], axis=1))
        case Argument.LOG_PROBABILITIES:
            return "p_y of 2", p, (_first_class(), np.stack([np.log(p), np.log1p(-p)], axis=1))
        case _:
            return None


def _first_class() -> Codes:
    return np.zeros(_SAMPLES, dtype=np.intp)


def _prediction_axis(bound: BoundLoss, probability: Floats) -> Axis:
    ones = np.ones(_SAMPLES)
    if bound.loss.task == "binary":
        return "p at y = 1", probability, (ones, probability)
    low = -1.0 if bound.loss.prediction.low < -1.0 else max(bound.loss.prediction.low, -1.0) + 0.05
    x = np.linspace(low, 3.0, _SAMPLES)
    return "p at y = 1", x, (ones, x)


def _reach(bound: BoundLoss) -> float:
    """Far enough to see every parameter in units of y."""
    scaled = {param.name for param in bound.loss.params if isinstance(param.default, Scaled)}
    sizes = [value for name, value in bound.params if name in scaled and math.isfinite(value)]
    return max([3.0, *(1.6 * size for size in sizes)]) if not sizes or max(sizes) > 1 else 3.0 * max(sizes)


def _around(reach: float) -> Floats:
    return np.linspace(-reach, reach, _SAMPLES)


def _curve(function: Callable[..., Floats], arguments: tuple[Floats | Codes, ...]) -> Floats:
    with np.errstate(all="ignore"):
        values = np.asarray(function(*arguments), dtype=np.float64)
    return values[:, 0] if values.ndim == 2 else values


def _pane(pane: Pane, unicode: bool) -> list[str]:
    """A title with the range of y, the curve, and the range of x."""
    x, y, finite = pane.x, pane.y, np.isfinite(pane.y)
    low, high = float(y[finite].min()), float(y[finite].max())
    rows = _dots(y, finite, low, high, unicode)
    head = f"{pane.title}: {_short(low, high - low)} to {_short(high, high - low)}"
    foot = f"{pane.across}: {x[0]:.3g} to {x[-1]:.3g}"
    return [text.ljust(_WIDE) for text in (head, *rows, foot)]


def _short(value: float, span: float) -> str:
    """Three digits, a value next to nothing as 0."""
    return "0" if abs(value) < 1e-4 * span else f"{value:.3g}"


def _dots(y: Floats, finite: Mask, low: float, high: float, unicode: bool) -> list[str]:
    """The lines of a curve on a raster of 2 × 4 dots per character, or of one."""
    across, down = (2, 4) if unicode else (1, 1)
    columns = np.linspace(0, _WIDE * across - 1e-9, y.size).astype(int)
    span = high - low or 1.0
    rows = np.round((high - np.where(finite, y, low)) / span * (_HIGH * down - 1)).astype(int)
    marks = np.zeros((_HIGH, _WIDE), dtype=int)
    for i in np.flatnonzero(finite):
        first, last = _stroke(rows, columns, finite, int(i))
        for row in range(first, last + 1):
            bit = _BRAILLE[row % 4][columns[i] % 2] if unicode else 1
            marks[row // down, columns[i] // across] |= bit
    return ["".join(_character(bits, unicode) for bits in line) for line in marks]


def _character(bits: int, unicode: bool) -> str:
    if not bits:
        return " "
    return chr(0x2800 + bits) if unicode else "*"


def _stroke(rows: Codes, columns: Codes, finite: Mask, i: int) -> tuple[int, int]:
    """The dots of one sample: its own, and up to the next sample's where the curve is steep."""
    here = int(rows[i])
    if i + 1 >= rows.size or not finite[i + 1]:
        return here, here
    there = int(rows[i + 1])
    steep = abs(there - here) > 1 and columns[i + 1] - columns[i] <= 1
    if not steep:
        return here, here
    return (here, there - 1) if there > here else (there + 1, here)
