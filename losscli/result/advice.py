"""What `losscli advise` found: a profile of the data, the losses that suit it, and how they did."""

from dataclasses import dataclass

from losscli.result.common import RowCounts, RowKey, TableResult, Warning_


@dataclass(frozen=True, slots=True)
class Finding:
    """One figure of the profile.

    unit: "share", "count", "number", or "answer" (1 yes, 0 no); meaning: how to read it, in words; reason:
    why value is missing; rows: the first rows that it speaks of, the farthest first.
    """

    name: str
    title: str
    value: float | None
    unit: str
    meaning: str
    reason: str | None = None
    rows: tuple[RowKey, ...] = ()


@dataclass(frozen=True, slots=True)
class FiredRule:
    """A rule whose condition the profile meets. seen: what it saw, with the figure; so: what follows; speaks:
    whether it is a reason to train with its losses where the check cannot tell."""

    name: str
    seen: str
    so: str
    losses: tuple[str, ...]  # that it asks for, whether or not they found a place
    speaks: bool
    reference: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A loss of the short list; rules: the names of those that ask for it, () for one that none asks for."""

    spec: str
    rules: tuple[str, ...]
    reason: str
    reference: str


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One loss against the baseline.

    value: mean over folds; relative: its difference from the baseline's over that, with an interval for all
    losses at once; verdict: "better", "worse" or "~", None where there is none; other, other_relative …: the
    same of the other metric; beats_constant: whether it is ahead of the best constant.
    """

    spec: str
    elicits: str  # what of the target it asks for
    value: float | None
    relative: float | None
    low: float | None
    high: float | None
    verdict: str | None
    beats_constant: bool
    other: float | None
    other_relative: float | None
    other_low: float | None
    other_high: float | None
    reason: str | None  # why a figure is missing


@dataclass(frozen=True, slots=True)
class Check:
    """The short list, cross-validated.

    verdict: "better", a loss is shown better than the baseline; "none", no loss is; "untested", noise was not
    tested, for `reason`; "constant", no loss is ahead of the best constant. best: the loss that the verdict
    speaks of; tied: those not told apart from it; constant: the metric of the best constant, mean over folds.
    """

    metric: str
    greater_is_better: bool
    other: str
    baseline: str
    verdict: str
    best: str | None
    tied: tuple[str, ...]
    constant: float | None
    folds: int
    repeats: int  # that were finished
    splitter: str
    rows: int
    losses: tuple[CheckRow, ...]  # best first
    reason: str | None


@dataclass(frozen=True, slots=True)
class Advice(TableResult):
    """All that `advise` found."""

    SCHEMA = "losscli/advise/1"

    features: tuple[str, ...]
    classes: tuple[str, ...]
    rows: RowCounts
    sampled: int | None  # rows that were drawn for all but counts and duplicates; None: all of them
    leaks: tuple[str, ...]  # features that give the target away
    profile: tuple[Finding, ...]
    rules: tuple[FiredRule, ...]
    short_list: tuple[Listed, ...]
    check: Check
    unknown: tuple[str, ...]  # what no figure here can tell, in sentences
    warnings: tuple[Warning_, ...]

    def figure(self, name: str) -> float | None:
        """The figure of that name; None where it is missing, or not of this task."""
        return next((one.value for one in self.profile if one.name == name), None)
