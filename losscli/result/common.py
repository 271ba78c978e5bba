"""What the results of both verbs hold."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

RowKey = int | str  # a 1-based data row, or its id


@dataclass(frozen=True, slots=True)
class Input:
    path: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class RowCounts:
    """`flagged` names the first flagged rows, `flagged_count` counts all."""

    read: int
    used: int
    dropped: Mapping[str, int]
    flagged: tuple[RowKey, ...] = ()
    flagged_count: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    spec: str
    reason: str
    rows: tuple[RowKey, ...]  # the first rows that rule it out


@dataclass(frozen=True, slots=True)
class Warning_:
    code: str
    message: str
    advice: str | None


def finite(value: float) -> float | None:
    """The value, or None for NaN and infinities: JSON has neither."""
    return float(value) if math.isfinite(value) else None
