"""Ranks."""

import math
from collections.abc import Sequence


def ranks(values: Sequence[float | None], *, greater_is_better: bool = False) -> list[int]:
    """Rank of each value, 1 the best; equal values share the best rank, None comes last."""
    sign = -1.0 if greater_is_better else 1.0
    keys = [math.inf if value is None or math.isnan(value) else sign * value for value in values]
    missing = [value is None or math.isnan(value) for value in values]
    return [
        1 + sum((other, gone) < (key, absent) for other, gone in zip(keys, missing, strict=True))
        for key, absent in zip(keys, missing, strict=True)
    ]
