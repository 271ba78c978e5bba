"""Murphy diagrams: the losses of which every consistent loss is a mixture, and dominance of two models.

Ehm, Gneiting, Jordan and Krüger 2016, doi:10.1111/rssb.12154.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from losscli.domain import Floats

_HAIR = 1e-12  # of the sum of the sizes of what is added up, below which a sum is 0
_EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True)
class Functional:
    """What a prediction says of the law of y: its mean, or its quantile at a level in (0, 1).

    For y in {0, 1} the mean is the probability of 1. Raises ValueError for other levels.
    """

    level: float | None = None

    def __post_init__(self) -> None:
        if self.level is not None and not 0 < self.level < 1:
            raise ValueError(f"level {self.level}")

    def __str__(self) -> str:
        if self.level is None:
            return "mean"
        return "median" if self.level == 0.5 else f"quantile {self.level:g}"


MEAN = Functional()
MEDIAN = Functional(0.5)


def elementary(theta: float | Floats, x: Floats, y: Floats, functional: Functional) -> Floats:
    """Row losses at the threshold θ, in the shape theta, x and y broadcast to; x: predictions; y: targets.

    mean         |y - θ| if min(x, y) ≤ θ < max(x, y), else 0, in units of y; its integral over θ is ½(x - y)²
    quantile α   1 - α if y ≤ θ < x, α if x ≤ θ < y, else 0; its integral is the pinball loss

    The mean's is twice that of equation 12 of Ehm et al. 2016, doi:10.1111/rssb.12154; the quantile's is
    equation 10.
    """
    over, under = (y <= theta) & (theta < x), (x <= theta) & (theta < y)
    if functional.level is None:
        return np.abs(y - theta) * (over | under)
    return (1 - functional.level) * over + functional.level * under


@dataclass(frozen=True, slots=True)
class CurveExtremes:
    """The extremes over all θ of D(θ), the mean elementary loss of model a minus that of model b.

    lowest ≤ 0 ≤ highest: in units of y for means, of 1 for quantiles; exactly 0 where D does not leave 0 on
    that side by more than rounding. theta_lowest, theta_highest: where, in units of y, None for an extreme
    of 0. D jumps; the limit from the left of a jump is found at the number next below it.
    """

    lowest: float
    theta_lowest: float | None
    highest: float
    theta_highest: float | None

    @property
    def dominates(self) -> Literal["a", "b", "equal"] | None:
        """The model with no higher mean loss under every loss consistent for the functional; None where the
        curves cross: each model then has such a loss under which it is better."""
        if self.highest == 0:
            return "equal" if self.lowest == 0 else "a"
        return "b" if self.lowest == 0 else None


def dominance(x_a: Floats, x_b: Floats, y: Floats, w: Floats, functional: Functional) -> CurveExtremes:
    """Whether model a or b has the lower mean loss on these rows under every consistent loss; O(n log n).

    x_a, x_b: predictions; y: targets; w ≥ 0: weights, with a positive sum; (n,) each, finite. Raises
    OverflowError where their sums may be infinite. Ehm et al. 2016, doi:10.1111/rssb.12154.
    """
    rows = _DifferingRows.of(x_a, x_b, y, w, functional)
    if len(rows.y) == 0:
        return CurveExtremes(0.0, None, 0.0, None)
    if not math.isfinite(8 * rows.total * rows.largest):
        raise OverflowError(f"sums of {rows.largest:g}, {len(y)} rows")
    theta, value = rows.candidates()
    theta_lowest, theta_highest = float(theta[value.argmin()]), float(theta[value.argmax()])
    lowest, highest = min(rows.difference(theta_lowest), 0.0), max(rows.difference(theta_highest), 0.0)
    return CurveExtremes(
        lowest, theta_lowest if lowest < 0 else None, highest, theta_highest if highest > 0 else None
    )


@dataclass(frozen=True, slots=True)
class _DifferingRows:
    """The rows on which the models differ: D(θ) is the mean of ±V(θ, y) over those with low ≤ θ < high.

    V is θ - y, or 1{y ≤ θ} - α. low, high: the predictions in order; y: targets; w: weights, with the sign
    +1 where a predicts more than b, else -1; (n,) each. total: Σ|w| of all rows.
    """

    low: Floats
    high: Floats
    y: Floats
    w: Floats
    total: float
    level: float | None

    @classmethod
    def of(cls, x_a: Floats, x_b: Floats, y: Floats, w: Floats, functional: Functional) -> "_DifferingRows":
        kept = np.flatnonzero(x_a != x_b)
        a, b = x_a[kept], x_b[kept]
        signed = np.where(a > b, w[kept], -w[kept])
        total = float(w.sum())
        return cls(np.minimum(a, b), np.maximum(a, b), y[kept], signed, total, functional.level)

    @property
    def largest(self) -> float:
        """Of |y| and the sizes of the predictions."""
        return max(float(np.abs(column).max()) for column in (self.low, self.high, self.y))

    def candidates(self) -> tuple[Floats, Floats]:
        """Both ends of every interval of θ on which D is linear, and D·total there: (m,) each.

        There D·total = offset + factor(θ)·slope; a prediction, and for quantiles a target between the two,
        changes offset and slope.
        """
        low, high, w = self.low, self.high, self.w
        changes: tuple[tuple[Floats, Floats, Floats], ...]  # where, of the offset by, of the slope by
        if self.level is None:
            centre = float(np.median(self.y))
            wy = w * (self.y - centre)
            changes = (low, -wy, w), (high, wy, -w)
        else:
            none = np.zeros(len(w))
            changes = (low, none, w), (np.clip(self.y, low, high), w, none), (high, -w, -w)
        at, offset, slope = (np.concatenate(column) for column in zip(*changes, strict=True))
        order = np.argsort(at)
        at = at[order]
        last = np.flatnonzero(at[1:] > at[:-1])
        offset = _running_sum(offset[order])[last]
        slope = _running_sum(slope[order])[last]
        theta = np.concatenate([at[last], np.nextafter(at[last + 1], -math.inf)])
        factor = theta - centre if self.level is None else np.full(len(theta), -self.level)
        return theta, np.tile(offset, 2) + factor * np.tile(slope, 2)

    def difference(self, theta: float) -> float:
        """D(θ), 0 where it is no more than rounding: of the sum, and for means of θ and y as read."""
        here = (self.low <= theta) & (theta < self.high)
        y, w = self.y[here], self.w[here]
        terms = w * (theta - y if self.level is None else (y <= theta) - self.level)
        noise = _HAIR * float(np.abs(terms).sum())
        if self.level is None:
            noise += 2 * _EPS * float((np.abs(w) * (np.abs(y) + abs(theta))).sum())
        value = float(terms.sum())
        return value / self.total if abs(value) > noise else 0.0


def _running_sum(x: Floats) -> Floats:
    """Σ of the first 1, 2, … of x: (n,) -> (n,), each as good as a sum of what does not cancel in it.

    Leading bits are added without rounding, the others apart: what has come and gone leaves no trace.
    """
    exponent = math.frexp(float(np.abs(x).sum()))[1]
    unit = math.ldexp(1.0, max(exponent - 52, -1074))
    leading = np.rint(x / unit) * unit
    return np.asarray(np.cumsum(leading) + np.cumsum(x - leading))


def thresholds(y: Floats, xs: Sequence[Floats], count: int) -> Floats:
    """At most `count` ≥ 1 thresholds for a curve: (T,), ascending and distinct, in units of y.

    y: targets; xs: the predictions of each model; finite. They are evenly spaced quantiles of the distinct
    values of all of them, interpolated, within their range; none where there is a single value.
    """
    values = np.unique(np.concatenate([y, *xs]))
    place = np.linspace(0, len(values) - 1, count + 2)[1:-1]
    theta = np.unique(np.interp(place, np.arange(len(values)), values))
    return np.asarray(theta[(theta > values[0]) & (theta < values[-1])])
