"""What `losscli compare` found."""

from collections.abc import Mapping
from dataclasses import dataclass

from losscli.result.common import Input, Refused, RowCounts, RowKey, Warning_
from losscli.result.json import dumped

SCHEMA = "losscli/compare/1"
FEW = "too few effective rows"  # how the reason of a value that rests on a few rows begins
INFINITE = "infinite: "  # how the reason of an infinite value begins


@dataclass(frozen=True, slots=True)
class Model:
    name: str
    columns: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class LossValue:
    """One loss of one model. `value` None and ranked last where the loss is infinite or undefined."""

    model: str
    value: float | None
    low: float | None
    high: float | None
    reason: str | None
    effective_rows: float | None  # (Σwℓ)²/Σ(wℓ)²
    skill: float | None  # 1 - L/L₀, L₀ of the best constant
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    first_share: float | None
    clipped_rows: int


@dataclass(frozen=True, slots=True)
class LossTable:
    """One loss of all models; `members` are the specs of its class of losses, itself included."""

    spec: str
    name: str
    params: Mapping[str, float]
    unit: str
    elicits: str
    members: tuple[str, ...]
    reference: float | None  # L₀, the mean loss of the best constant
    results: tuple[LossValue, ...]
    best_set: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class MetricValue:
    model: str
    value: float | None
    low: float | None
    high: float | None
    reason: str | None
    rank: int | None
    rank_low: int | None
    rank_high: int | None


@dataclass(frozen=True, slots=True)
class MetricTable:
    """One metric of all models; `greater_is_better` None where neither is (bias, counts)."""

    name: str
    title: str
    greater_is_better: bool | None
    best: float | None  # the value of perfect predictions
    results: tuple[MetricValue, ...]


@dataclass(frozen=True, slots=True)
class ModelShare:
    """The flagged rows in one loss of one model."""

    model: str
    outlier_share: float | None
    bulk_value: float | None  # the loss without the flagged rows
    top_share: float | None  # share of the largest single row


@dataclass(frozen=True, slots=True)
class Robustness:
    """How much of a loss its flagged rows carry; the maximum over models is the figure of the loss."""

    spec: str
    basis: str  # "flagged" or "probe"
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    outlier_share: float | None
    low: float | None
    high: float | None
    probe_weight: float | None
    leader_all: str | None
    leader_without: str | None
    reason: str | None
    models: tuple[ModelShare, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """difference = L(a) - L(b): negative, a is better."""

    spec: str
    a: str
    b: str
    difference: float | None
    relative: float | None
    low: float | None
    high: float | None
    p: float | None
    verdict: str | None
    reason: str | None
    rows_needed: int | None
    decisive_rows: tuple[RowKey, ...]


@dataclass(frozen=True, slots=True)
class Gate:
    text: str
    spec: str
    model: str
    verdict: str  # "pass", "fail" or "inconclusive"
    value: float | None
    low: float | None
    high: float | None
    threshold: float
    reason: str | None
    rows_needed: int | None


@dataclass(frozen=True, slots=True)
class Curve:
    name: str
    model: str
    x: tuple[float, ...]
    y: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that `compare` found."""

    version: str
    command: tuple[str, ...]
    seed: int
    confidence: float
    inputs: tuple[Input, ...]
    decisions: tuple[str, ...]  # what was decided about roles and reading, in words
    task: str
    target: str
    positive: str | None
    prevalence: float | None  # weighted share of the positive class
    labels: tuple[str, ...]
    threshold: float | None
    weights: str | None
    scale: float | None
    scale_reason: str | None
    rows: RowCounts
    models: tuple[Model, ...]
    primary: str
    losses: tuple[LossTable, ...]
    refused: tuple[Refused, ...]
    metrics: tuple[MetricTable, ...]
    robustness: tuple[Robustness, ...]
    comparisons: tuple[Difference, ...]
    gates: tuple[Gate, ...]
    curves: tuple[Curve, ...]
    warnings: tuple[Warning_, ...]

    def to_json(self) -> str:
        """The contract's JSON; raises ValueError on a figure that is not finite."""
        return dumped(SCHEMA, self)

    def loss(self, spec: str) -> LossTable:
        """The table of one loss by its spec."""
        return next(table for table in self.losses if table.spec == spec)

    def metric(self, name: str) -> MetricTable | None:
        return next((table for table in self.metrics if table.name == name), None)


def is_infinite(reason: str | None) -> bool:
    """Whether a value is missing because it is infinite."""
    return reason is not None and reason.startswith(INFINITE)


def rests_on_few(reason: str | None) -> bool:
    """Whether a value has no interval because it rests on a few rows."""
    return reason is not None and reason.startswith(FEW)
