"""Shape of a sample by its quantiles and ranks: figures that a few rows cannot move."""

import numpy as np

from losscli.domain import Floats
from losscli.inference.scale import MAD

_ALIKE, _BINS = 50, 20  # rows of like prediction at least, and how many groups of them at most


def robust_z(x: Floats) -> Floats | None:
    """(n,) Distances from the median over the median distance, scaled to a Gaussian sd; None where more than
    half of the values are equal. Iglewicz & Hoaglin 1993. x: (n,), finite."""
    away = x - np.median(x)
    size = float(np.median(np.abs(away)))
    return None if size == 0.0 else np.asarray(MAD * away / size)


def tail_weight(x: Floats) -> float | None:
    """Moors' kurtosis: the spread of the outer octiles over that of the quartiles, Gaussian 1.233; None where
    the quartiles coincide. Moors 1988, doi:10.2307/2348376. x: (n,)."""
    e = np.quantile(x, np.arange(1, 8) / 8)
    return float(((e[6] - e[4]) + (e[2] - e[0])) / (e[5] - e[1])) if e[5] > e[1] else None


def octile_skew(x: Floats) -> float | None:
    """How much longer the upper side is, from -1 to 1, by the median and the outer octiles; None where these
    coincide. Hinkley 1975, doi:10.1093/biomet/62.1.101. x: (n,)."""
    low, middle, high = np.quantile(x, [0.125, 0.5, 0.875])
    return float((high + low - 2 * middle) / (high - low)) if high > low else None


def average_ranks(x: Floats) -> Floats:
    """(n,) Ranks from 1; ties share the mean of theirs. x: (n,)."""
    _, place, count = np.unique(x, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(count) - (count - 1) / 2)[place])


def rank_correlation(x: Floats, y: Floats) -> float | None:
    """Spearman's; None where one of them is constant. x, y: (n,)."""
    a, b = (ranks - ranks.mean() for ranks in (average_ranks(x), average_ranks(y)))
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size else None


def z_among_like(r: Floats, prediction: Floats) -> Floats | None:
    """(n,) Robust z of residuals within rows of like prediction, so that a spread that follows the prediction
    makes no outliers; None for too few rows. r, prediction: (n,)."""
    bins = min(_BINS, len(r) // _ALIKE)
    if bins < 2:
        return None
    z = np.zeros(len(r))
    for rows in np.array_split(np.argsort(prediction, kind="stable"), bins):
        own = robust_z(r[rows])
        if own is None:
            return None
        z[rows] = own
    return z
