"""What the results of both verbs hold."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from losscli.result.json import Document, Key, Limit

RowKey = int | str  # a 1-based data row, or its id
Name = Annotated[str, Limit("minLength", 1, "empty")]
_MOST = Limit("maximum", 2**63 - 1, "beyond any count")
Positive = Annotated[int, Limit("minimum", 1, "below 1"), _MOST]
Natural = Annotated[int, Limit("minimum", 0, "below 0"), _MOST]
Confidence = Annotated[
    float,
    Limit("exclusiveMinimum", 0, "not between 0 and 1"),
    Limit("exclusiveMaximum", 1, "not between 0 and 1"),
]
Members = Annotated[tuple[Name, ...], Key("class")]  # the specs of a class of losses, itself included


@dataclass(frozen=True, slots=True)
class InputFile:
    """One of several files that are parts of one table. path: below the folder that was named."""

    path: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Input:
    """What was read. files: those of a folder or a pattern, in their order, none of a single file; its sha256
    is then that of the lines `SHA256  PATH` of these, as sha256sum writes them."""

    path: str
    sha256: str
    rows: int
    files: tuple[InputFile, ...] = ()


@dataclass(frozen=True, slots=True)
class RowCounts:
    """`flagged` names the first flagged rows, `flagged_count` counts all."""

    read: int
    used: Positive
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


@dataclass(frozen=True, slots=True)
class TableResult(Document):
    """What every result that is found in the rows of a table begins with."""

    version: str
    command: tuple[str, ...]
    seed: int
    confidence: Confidence
    inputs: tuple[Input, ...]
    decisions: tuple[str, ...]  # what was decided about roles and reading, in words
    task: Name
    target: str
    positive: str | None


def finite(value: float) -> float | None:
    """The value, or None for NaN and infinities: JSON has neither."""
    return float(value) if math.isfinite(value) else None
