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
class Friedman:
    """The test that all models rank alike over the slices, corrected for ties; df: degrees of freedom."""

    chi2: float | None
    df: int
    p: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class ImanDavenport:
    """The same by F, less conservative; its degrees of freedom between the models, and within."""

    f: float | None
    df_between: int
    df_within: int
    p: float | None
    reason: str | None  # why f is missing


@dataclass(frozen=True, slots=True)
class RankGap:
    """difference: the mean rank of a minus that of b; negative, a is better; differs: no less than the
    critical one."""

    a: str
    b: str
    difference: float
    differs: bool


@dataclass(frozen=True, slots=True)
class Nemenyi:
    """Every pair of models by its mean ranks, all pairs together at the level of the confidence."""

    critical_difference: float
    level: float
    pairs: tuple[RankGap, ...]


@dataclass(frozen=True, slots=True)
class AgainstBaseline:
    """The mean rank of a model against the baseline's: z positive, it ranks worse; p_holm: adjusted for the
    number of models."""

    model: str
    z: float
    p: float
    p_holm: float


@dataclass(frozen=True, slots=True)
class RankTests:
    """What the ranks of the models over the slices show. against_baseline: of every other model, if a model
    is the baseline; baseline_reason: why it is empty all the same."""

    friedman: Friedman
    iman_davenport: ImanDavenport
    nemenyi: Nemenyi
    baseline: str | None
    against_baseline: tuple[AgainstBaseline, ...]
    baseline_reason: str | None


@dataclass(frozen=True, slots=True)
class Slices:
    """The primary loss slice by slice, the largest first.

    tests: pairs of models in all slices, over which Holm corrects; least_rows: a slice of fewer can show
    nothing; rows_needed: of a slice that would show the difference that the whole file has between its two
    best models; mean_ranks: of the models over the slices, p: that all rank alike (Iman and Davenport),
    rank_tests: that, and which of them differ; reason: why those, or all of it, are missing.
    """

    column: str
    spec: str
    tests: int
    least_rows: int | None
    rows_needed: int | None
    mean_ranks: Mapping[str, float] | None
    p: float | None
    rank_tests: RankTests | None
    reason: str | None
    slices: tuple[Slice, ...]
