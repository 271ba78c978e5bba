"""Metrics of values: read from the joint moments of target and prediction."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from losscli.domain import Floats, Kind, Task
from losscli.metric import Metric, Outcome, Undefined

_TASKS = frozenset({Task.REGRESSION, Task.COUNTS})
_CONSTANT_TARGET = "the target is constant"


@dataclass(frozen=True, slots=True)
class Comoments:
    """Σw, means of y and p, and Σw of the centred yy, yp, pp and rr (r = p - y).

    Merged by the update of Chan, Golub and LeVeque 1983, doi:10.1080/00031305.1983.10483115,
    so that no digit is lost to a large mean.
    """

    w: float
    y: float
    p: float
    yy: float
    yp: float
    pp: float
    rr: float  # not centred: Σ w r²

    @classmethod
    def of(cls, y: Floats, p: Floats, w: Floats) -> "Comoments":
        """y, p, w: (n,)."""
        total = float(w.sum())
        if total == 0:
            return cls(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        mean_y, mean_p = _mean(y, w, total), _mean(p, w, total)
        dy, dp, r = y - mean_y, p - mean_p, p - y
        wdy, wdp = w * dy, w * dp
        return cls(
            total, mean_y, mean_p, float(wdy @ dy), float(wdy @ dp), float(wdp @ dp), float((w * r) @ r)
        )

    def merge(self, other: "Comoments") -> "Comoments":
        total = self.w + other.w
        if total == 0:
            return self
        dy, dp, share = other.y - self.y, other.p - self.p, other.w / total
        between = self.w * share
        return Comoments(
            total,
            self.y + dy * share,
            self.p + dp * share,
            self.yy + other.yy + between * dy * dy,
            self.yp + other.yp + between * dy * dp,
            self.pp + other.pp + between * dp * dp,
            self.rr + other.rr,
        )


def _mean(x: Floats, w: Floats, total: float) -> float:
    """Σwx/Σw; of equal values exactly their value, so that they have no spread."""
    return float(x[0]) if x.min() == x.max() else float(w @ x) / total


def _r2(c: Comoments) -> Outcome:
    return 1 - c.rr / c.yy if c.yy > 0 else Undefined(_CONSTANT_TARGET)


def _explained_variance(c: Comoments) -> Outcome:
    if c.yy <= 0:
        return Undefined(_CONSTANT_TARGET)
    return 1 - (c.yy - 2 * c.yp + c.pp) / c.yy


def _pearson(c: Comoments) -> Outcome:
    if c.yy <= 0 or c.pp <= 0:
        return Undefined("the target or the predictions are constant")
    return c.yp / math.sqrt(c.yy) / math.sqrt(c.pp)


def _slope(c: Comoments) -> Outcome:
    return c.yp / c.pp if c.pp > 0 else Undefined("the predictions are constant")


def _intercept(c: Comoments) -> Outcome:
    slope = _slope(c)
    return slope if isinstance(slope, Undefined) else c.y - slope * c.p


def _concordance(c: Comoments) -> Outcome:
    """Lin 1989, doi:10.2307/2532051."""
    below = c.yy + c.pp + c.w * (c.p - c.y) * (c.p - c.y)
    return 2 * c.yp / below if below > 0 else Undefined("target and predictions are one constant")


def _metric(
    name: str,
    title: str,
    formula: str,
    value: Callable[[Comoments], Outcome],
    better: bool | None,
    best: float,
) -> Metric:
    return Metric(
        name=name,
        title=title,
        formula=formula,
        value=value,
        greater_is_better=better,
        best=best,
        tasks=_TASKS,
        needs=frozenset({Kind.VALUE}),
        source=Comoments,
    )


METRICS: tuple[Metric, ...] = (
    _metric("r2", "R²", "1 - Σ r² / Σ (y - mean y)²", _r2, True, 1.0),
    _metric("explained_variance", "Explained variance", "1 - var r / var y", _explained_variance, True, 1.0),
    _metric("pearson", "Correlation", "cov(y, p) / (sd y · sd p)", _pearson, True, 1.0),
    _metric(
        "concordance", "Concordance correlation", "2 cov / (var y + var p + bias²)", _concordance, True, 1.0
    ),
    _metric("bias", "Bias (mean p - y)", "mean r", lambda c: c.p - c.y, None, 0.0),
    _metric("calibration_slope", "Calibration slope", "b in y = a + b p", _slope, None, 1.0),
    _metric("calibration_intercept", "Calibration intercept", "a in y = a + b p", _intercept, None, 0.0),
)
