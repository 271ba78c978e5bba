"""The residual scale s: the unit of the thresholds of robust losses."""

import math

import numpy as np

from losscli.domain import Floats
from losscli.inference.scale import robust_scale

_ZERO = 1e-12  # of the spread of the bulk of the target: residuals below it are rounding


def residual_scale(r: Floats, w: Floats, rows: float, rank: int, spread: float) -> float | None:
    """s of the residuals of a least absolute deviations fit, in units of y; None where all are 0.

    The median of the n - rank largest |r| over 0.67449: a fit through `rank` rows makes as many
    residuals 0. Where that is 0, the interquartile range, then the mean. r, w: (n,); rows: how many
    observations they count as; spread: that of the bulk of y.
    """
    size = np.abs(r)
    return robust_scale(
        _quantile(size, w, (rows + rank) / (2 * rows)) if rows > rank else math.nan,
        lambda: (_quantile(r, w, 0.25), _quantile(r, w, 0.75)),
        lambda: float(w @ size / w.sum()),
        floor=_ZERO * spread,
    )


def _quantile(x: Floats, w: Floats, share: float) -> float:
    """The weighted quantile: the mean of the two values where the share falls between two rows."""
    order = np.argsort(x, kind="stable")
    total = np.cumsum(w[order])
    at = share * total[-1]
    low = np.searchsorted(total, at * (1 - 1e-12), side="left")
    high = np.searchsorted(total, at * (1 + 1e-12), side="right")
    last = len(x) - 1
    return float((x[order[min(low, last)]] + x[order[min(high, last)]]) / 2)
