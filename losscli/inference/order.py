"""Ranks, and medians of weighted values."""

import math
from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from losscli.domain import Floats


def ranks(values: Sequence[float | None], *, greater_is_better: bool = False) -> list[int]:
    """Rank of each value, 1 the best; equal values share the best rank, None comes last."""
    sign = -1.0 if greater_is_better else 1.0
    keys = [math.inf if value is None or math.isnan(value) else sign * value for value in values]
    places = [(key, value is None or math.isnan(value)) for key, value in zip(keys, values, strict=True)]
    ordered = sorted(places)
    return [1 + bisect_left(ordered, place) for place in places]


def weighted_medians(x: Floats, w: Floats) -> tuple[float, float]:
    """The lower and the upper one: the least values with half the weight, and with more. x, w: (n,)."""
    if (w == 1.0).all():
        ends = (len(x) - 1) // 2, len(x) // 2
        return tuple(np.partition(x, ends)[list(ends)].tolist())
    order = np.argsort(x, kind="stable")
    total = np.cumsum(w[order])
    low, high = (np.searchsorted(total, total[-1] / 2, side) for side in ("left", "right"))
    return float(x[order[low]]), float(x[order[min(high, len(x) - 1)]])
