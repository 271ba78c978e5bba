"""Intervals of single estimates."""

import numpy as np

from losscli.domain import Floats
from losscli.inference.studentised import Studentised


def bootstrap_t_limits(found: Studentised, tail: float) -> tuple[Floats, Floats]:
    """Bootstrap-t: (lower, upper) limits (K,), each missing the truth in about a share `tail` of samples.

    Infinite where so many replicates are without spread that the limit lies among them, NaN where there are
    too few replicates for such a tail.
    Hall 1988, doi:10.1214/aos/1176350933; Efron 1981, doi:10.2307/3314608.
    """
    t, count = found.t, len(found.values)
    place = _beyond(count, tail) - 1
    if place < 0:
        return np.full(t.shape[1], np.nan), np.full(t.shape[1], np.nan)
    above = np.sort(np.where(np.isnan(t), np.inf, t), axis=0)[count - 1 - place]
    below = np.sort(np.where(np.isnan(t), -np.inf, t), axis=0)[place]
    with np.errstate(invalid="ignore"):
        low, high = found.value - above * found.error, found.value - below * found.error
    return np.where(found.error > 0, low, np.nan), np.where(found.error > 0, high, np.nan)


def bootstrap_t_intervals(found: Studentised, confidence: float) -> tuple[Floats, Floats]:
    """Equal-tailed intervals: (low, high), each (K,); both NaN where the rows do not give one: all are equal,
    or too few differ."""
    low, high = bootstrap_t_limits(found, (1 - confidence) / 2)
    known = np.isfinite(low) & np.isfinite(high)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def percentile_interval(values: Floats, confidence: float) -> tuple[float, float]:
    """Equal-tailed interval of a figure whose spread inside a replicate is not known: values (B,) ->
    (low, high); NaN where more than a tenth of a tail has no value, or there are too few for such a tail.
    Efron 1979, doi:10.1214/aos/1176344552."""
    tail = (1 - confidence) / 2
    if np.isnan(values).mean() > tail / 10 or _beyond(len(values), tail) == 0:
        return np.nan, np.nan
    low, high = np.nanquantile(values, [tail, 1 - tail]).tolist()
    return low, high


def _beyond(count: int, tail: float) -> int:
    """How many of so many replicates lie at or beyond the limit of a tail; 0 where they cannot tell."""
    return int((count + 1) * tail + 1e-9)
