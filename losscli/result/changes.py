"""What `losscli diff` found: how one result differs from an earlier one."""

from dataclasses import dataclass

from losscli.result.common import Confidence, Members, Warning_
from losscli.result.json import Document


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two results; version: of the losscli that wrote it."""

    path: str
    version: str


@dataclass(frozen=True, slots=True)
class LossChange:
    """One loss of one model in both results. change = new - old: negative, the model is better than it was.

    relative: new/old - 1, with its interval. verdict: "better", "worse" or "~", None outside the primary loss
    and without an interval; rows_needed: as many would show a change of this size.
    """

    spec: str
    members: Members
    old_model: str
    new_model: str
    old: float | None
    new: float | None
    change: float | None
    relative: float | None
    low: float | None
    high: float | None
    p: float | None
    verdict: str | None
    rows_needed: int | None
    reason: str | None  # why a figure is missing


@dataclass(frozen=True, slots=True)
class MetricChange:
    """One metric of one model, named as in the new result; `greater_is_better` None where neither is."""

    name: str
    title: str
    greater_is_better: bool | None
    model: str
    old: float | None
    new: float | None
    change: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A "loss", "metric" or "model" that one side ("old" or "new") has alone."""

    what: str
    name: str
    side: str
    reason: str


@dataclass(frozen=True, slots=True)
class Changes(Document):
    """All that `diff` found. paired: whether changes have intervals; reason: why they have none."""

    SCHEMA = "losscli/diff/1"

    version: str
    command: tuple[str, ...]
    confidence: Confidence
    old: Side
    new: Side
    task: str
    target: str
    positive: str | None
    primary: str
    rows: int
    paired: bool
    reason: str | None
    losses: tuple[LossChange, ...]
    metrics: tuple[MetricChange, ...]
    unmatched: tuple[Unmatched, ...]
    warnings: tuple[Warning_, ...]
