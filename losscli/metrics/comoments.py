"""Metrics of values: read from the joint moments of target and prediction."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from losscli.domain import NUMBERS, Floats, Kind
from losscli.metrics.metric import Metric, metric_of_means, over

_CONSTANT_TARGET = "the target is constant"
_SQUARES = (2, 5)  # the terms that are squares: of the centred target, of the residual


@dataclass(frozen=True, slots=True)
class Comoments:
    """Σw, means of y and p, and Σw of the centred yy, yp, pp and rr (r = p - y).

    Merged by the update of Chan, Golub and LeVeque 1983, doi:10.1080/00031305.1983.10483115,
    so that no digit is lost to a large mean. Numbers, or `at` B replicates (B,).
    """

    w: Floats | float
    y: Floats | float
    p: Floats | float
    yy: Floats | float
    yp: Floats | float
    pp: Floats | float
    rr: Floats | float  # not centred: Σ w r²

    @classmethod
    def of(cls, y: Floats, p: Floats, w: Floats) -> "Comoments":
        """y, p, w: (n,)."""
        total = float(w.sum())
        if total == 0:
            return cls(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        mean_y, mean_p = _mean(y, w, total), _mean(p, w, total)
        dy, dp, r = y - mean_y, p - mean_p, p - y
        alike = bool((w == 1.0).all())
        wdy, wdp, wr = (dy, dp, r) if alike else (w * dy, w * dp, w * r)
        return cls(total, mean_y, mean_p, float(wdy @ dy), float(wdy @ dp), float(wdp @ dp), float(wr @ r))

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

    @property
    def width(self) -> int:
        """How many terms there are."""
        return 6

    def terms(self, y: Floats, p: Floats) -> Iterator[Floats]:
        """The row quantities whose means say it all: (n,) each."""
        dy, dp, r = y - self.y, p - self.p, p - y
        yield from (dy, dp, dy * dy, dy * dp, dp * dp, r * r)

    def at(self, means: Floats) -> "Comoments":
        """The summary where the terms have these means: (B, C)."""
        dy, dp, yy, yp, pp, rr = means.T
        return Comoments(1.0, self.y + dy, self.p + dp, yy - dy * dy, yp - dy * dp, pp - dp * dp, rr)


def _mean(x: Floats, w: Floats, total: float) -> float:
    """Σwx/Σw; of equal values exactly their value, so that they have no spread."""
    return float(x[0]) if x.min() == x.max() else float(w @ x) / total


def _r2(c: Comoments) -> Floats:
    return 1 - over(c.rr, c.yy)


def _explained_variance(c: Comoments) -> Floats:
    return np.minimum(1 - over(c.yy - 2 * c.yp + c.pp, c.yy), 1.0)


def _pearson(c: Comoments) -> Floats:
    related = over(over(c.yp, np.sqrt(np.maximum(c.yy, 0.0))), np.sqrt(np.maximum(c.pp, 0.0)))
    return np.clip(related, -1.0, 1.0)


def _slope(c: Comoments) -> Floats:
    return over(c.yp, c.pp)


def _intercept(c: Comoments) -> Floats:
    return np.asarray(c.y - _slope(c) * c.p)


def _concordance(c: Comoments) -> Floats:
    """Lin 1989, doi:10.2307/2532051."""
    return np.clip(over(2 * c.yp, c.yy + c.pp + c.w * (c.p - c.y) * (c.p - c.y)), -1.0, 1.0)


def _bias(c: Comoments) -> Floats:
    return np.asarray(c.p - c.y)


_metric = partial(metric_of_means, tasks=NUMBERS, needs=frozenset({Kind.VALUE}), source=Comoments)
_LINE: dict[str, Any] = {
    "undefined": "the predictions are constant",
    "greater_is_better": None,
    "only": "compare",
}

METRICS: tuple[Metric, ...] = (
    _metric(
        "r2",
        "R²",
        "1 - Σ r² / Σ (y - mean y)²",
        _r2,
        _CONSTANT_TARGET,
        word="R²",
        elsewhere=("sklearn r2_score", "also coefficient of determination"),
        convention="against the mean of the target on these rows; not the square of a correlation",
        signed=True,
        carried_by=_SQUARES,
    ),
    _metric(
        "explained_variance",
        "Explained variance",
        "1 - var r / var y",
        _explained_variance,
        _CONSTANT_TARGET,
        elsewhere=("sklearn explained_variance_score",),
        convention="as R² once the bias is taken away",
        carried_by=_SQUARES,
        signed=True,
        only="compare",
    ),
    _metric(
        "pearson",
        "Correlation",
        "cov(y, p) / (sd y · sd p)",
        _pearson,
        "the target or the predictions are constant",
        elsewhere=("scipy pearsonr", "numpy corrcoef"),
        signed=True,
        only="compare",
    ),
    _metric(
        "concordance",
        "Concordance correlation",
        "2 cov / (var y + var p + bias²)",
        _concordance,
        "target and predictions are one constant",
        elsewhere=("also CCC", "also Lin's concordance"),
        convention="variances divide by n (Lin 1989)",
        signed=True,
        only="compare",
    ),
    _metric(
        "bias",
        "Bias (mean p - y)",
        "mean r",
        _bias,
        short="mean p - y",
        elsewhere=("also mean error", "also ME"),
        convention="prediction minus target: above 0 is too high",
        greater_is_better=None,
        best=0.0,
    ),
    _metric("calibration_slope", "Calibration slope", "b in y = a + b p", _slope, short="slope", **_LINE),
    _metric(
        "calibration_intercept",
        "Calibration intercept",
        "a in y = a + b p",
        _intercept,
        short="intercept",
        best=0.0,
        **_LINE,
    ),
)
