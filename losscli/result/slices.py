"""What `losscli compare --by` found in each slice of the rows."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SliceValue:
    """The primary loss of one model in one slice."""

    model: str
    value: float | None
    low: float | None
    high: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class SliceDifference:
    """difference = L(a) - L(b) in one slice: negative, a is better; corrected over all slices and pairs."""

    a: str
    b: str
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    verdict: str | None  # "a", "b" or "~"
    rows_needed: int | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows of one value of the column; value None where it is missing."""

    value: str | None
    rows: int
    results: tuple[SliceValue, ...]
    comparisons: tuple[SliceDifference, ...]


@dataclass(frozen=True, slots=True)
class Slices:
    """The primary loss slice by slice, the largest first.

    tests: pairs of models in all slices, over which Holm corrects; least_rows: a slice of fewer can show
    nothing; rows_needed: of a slice that would show the difference that the whole file has between its two
    best models; mean_ranks: of the models over the slices, p: that all rank alike (Iman and Davenport);
    reason: why those, or all of it, are missing.
    """

    column: str
    spec: str
    tests: int
    least_rows: int | None
    rows_needed: int | None
    mean_ranks: Mapping[str, float] | None
    p: float | None
    reason: str | None
    slices: tuple[Slice, ...]
