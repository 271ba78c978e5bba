"""What `losscli compare` found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated

from losscli.domain import DOMINATED
from losscli.result.agreement import Agreement, MurphyCurve
from losscli.result.breakdown import ClassScores, ConfusionMatrix, OutputScores
from losscli.result.common import Members, Name, Natural, Refused, RowCounts, RowKey, TableResult, Warning_
from losscli.result.decomposition import Decomposition, ReliabilityCurve
from losscli.result.json import Key
from losscli.result.reading import distinct
from losscli.result.replicates import StoredReplicates
from losscli.result.slices import Slices

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
    tail_shape: float | None = None  # of its largest row losses, where effective rows are few beside all
    skill_reason: str | None = None  # why there is no skill


@dataclass(frozen=True, slots=True)
class PartValue:
    model: str
    value: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class LossPart:
    """A part of a weighted sum of all models; weight × value is what it adds."""

    spec: str
    weight: float
    unit: str
    results: tuple[PartValue, ...]


@dataclass(frozen=True, slots=True)
class LossTable:
    """One loss of all models; `members` are the specs of its class of losses, itself included."""

    spec: Name
    name: Name
    params: Mapping[str, float]
    unit: str
    elicits: str
    members: Members
    reference: float | None  # L₀, the mean loss of the best constant
    results: tuple[LossValue, ...]
    best_set: tuple[str, ...] | None
    parts: tuple[LossPart, ...] = ()  # of a weighted sum

    def of(self, model: str) -> LossValue:
        return next(one for one in self.results if one.model == model)


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

    name: Name
    title: str
    greater_is_better: bool | None
    best: float | None  # the value of perfect predictions
    results: tuple[MetricValue, ...]

    def of(self, model: str) -> MetricValue:
        return next(one for one in self.results if one.model == model)


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
    decisive_rows: tuple[RowKey, ...]  # the first of those whose removal reverses the order
    decisive_count: int | None  # how many they are
    decisive_expected: float | None  # how many of independent Gaussian differences
    effective_rows: float | None = None  # (Σ|d|)²/Σd² of the differences d of rows, or what is resampled
    tail_shape: float | None = None  # of the largest |d|, where effective ones are few beside all that differ


@dataclass(frozen=True, slots=True)
class Discordant:
    """Rows that one of two models alone labels wrongly; p: McNemar's mid-p."""

    a: str
    b: str
    only_a: int
    only_b: int
    p: float


@dataclass(frozen=True, slots=True)
class AreaComparison:
    """ROC AUC of a minus that of b: positive, a ranks better; z, p and interval by DeLong."""

    a: str
    b: str
    difference: float | None
    low: float | None
    high: float | None
    z: float | None
    p: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Forecasts:
    """Diebold and Mariano's test that two models lose equally in time; `lags` of differences that may be
    correlated. horizon: the steps ahead that were forecast, one more than the lags, which then weigh alike;
    None where not said: the lags are those of the blocks, in Bartlett weights. statistic: negative, a is
    better."""

    a: str
    b: str
    horizon: int | None
    lags: int
    statistic: float | None
    p: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Gate:
    """A limit on a figure, or on how much worse than a baseline's it is.

    value: the figure, or against a baseline how much worse, as a share of its figure where `relative`, else
    in the unit of the figure; low, high: one-sided limits of that, whose interval has the level `level`;
    threshold: the limit. old, new: the two figures, None where infinite. visible: the smallest worsening that
    these rows would have shown."""

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
    baseline: str | None = None  # that it is weighed against; None for a limit
    old: float | None = None
    new: float | None = None
    relative: bool | None = None
    greater_is_better: bool = False
    level: float | None = None
    visible: float | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What the decisions of a model cost per row: at the threshold in use (None: labels as predicted), and at
    the one that costs least on these rows, as does any from best_low to below best_high.

    Ends that are None are infinite. theoretical_threshold: best for calibrated probabilities; for logits,
    their logit. reason: why another figure is missing.
    """

    spec: str
    model: str
    threshold: float | None
    cost: float | None
    low: float | None
    high: float | None
    best_threshold: float | None
    best_low: float | None
    best_high: float | None
    best_cost: float | None
    theoretical_threshold: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class RowRecord:
    """A row worth a look. losses: its primary loss, by model; predictions: what that loss reads."""

    row: RowKey
    why: tuple[str, ...]
    target: float | str | None
    predictions: Mapping[str, float | str | None]
    losses: Mapping[str, float | None]
    reason: str | None  # why a loss is missing


@dataclass(frozen=True, slots=True)
class Curve:
    """Of scores for two classes: precision, y, against recall, x, from the highest score on."""

    name: str
    spec: Annotated[str, Key("model")]
    x: tuple[float, ...]
    y: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """What every loss is made of, and all curves: what is found last, or where it is asked for."""

    decompositions: tuple[Decomposition, ...]
    curves: tuple[Curve | ReliabilityCurve | MurphyCurve, ...]


@dataclass(frozen=True, slots=True)
class Resampling:
    """What is resampled as one: by "rows", the clusters of a "group" column, or blocks in "time" order, each
    of `length` distinct times that follow each other; `units` of them."""

    by: str
    column: str | None
    units: Natural
    length: int | None


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """How often the procedure errs on rows like these, of which the truth is known: it calls the pair
    different where it is not (false_alarm), or any pair (any_alarm); it passes a model that is worse by
    just the tolerance (false_pass). reason: why a rate is missing."""

    a: str
    b: str
    false_alarm: float | None
    any_alarm: float | None
    false_pass: float | None
    trials: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class Comparison(TableResult):
    """All that `compare` found."""

    SCHEMA = "losscli/compare/1"

    prevalence: float | None  # weighted share of the positive class
    labels: tuple[str, ...]
    threshold: float | None
    weights: str | None
    scale: float | None
    scale_reason: str | None
    rows: RowCounts
    models: tuple[Model, ...]
    primary: Name
    losses: tuple[LossTable, ...]
    refused: tuple[Refused, ...]
    metrics: tuple[MetricTable, ...]
    robustness: tuple[Robustness, ...]
    comparisons: tuple[Difference, ...] = ()
    discordant: tuple[Discordant, ...] = ()
    baseline: str | None = None
    gates: tuple[Gate, ...] = ()
    # Precision against recall of two classes; of the primary loss; of the models compared:
    curves: tuple[Curve | ReliabilityCurve | MurphyCurve, ...] = ()
    row_table: tuple[RowRecord, ...] = ()  # if asked for
    warnings: tuple[Warning_, ...] = ()
    resampling: Resampling = Resampling("rows", None, 0, None)
    areas: tuple[AreaComparison, ...] = ()  # of scores for two classes
    forecasts: tuple[Forecasts, ...] = ()  # of rows in time order
    self_check: tuple[SelfCheck, ...] = ()  # if asked for
    correction: str = "max-t"  # of the pairs on the primary loss, for their number
    replicates: StoredReplicates | None = None  # if asked for
    agreement: Agreement | None = None  # of two models or more
    slices: Slices | None = None  # if asked for
    class_weight: Mapping[str, float] | None = None  # what a row of each class counts, if asked for
    costs: tuple[Cost, ...] = ()  # if asked for
    decompositions: tuple[Decomposition, ...] = ()  # of the primary loss; of others in full results
    classes: tuple[ClassScores, ...] = ()  # of classes and labels
    confusion: tuple[ConfusionMatrix, ...] = ()  # of classes
    outputs: tuple[OutputScores, ...] = ()  # of several numbers
    later: Callable[[], Parts] | None = field(
        default=None, repr=False, compare=False
    )  # finds what `full` has

    def full(self) -> "Comparison":
        """The same with the parts of every loss and all curves, where these were left for later."""
        if self.later is None:
            return self
        found = self.later()
        return replace(self, decompositions=found.decompositions, curves=found.curves, later=None)

    def verify(self) -> None:
        models = [model.name for model in self.models]
        distinct(models, "its models")
        distinct([one.spec for one in self.losses], "its losses")
        distinct([one.name for one in self.metrics], "its metrics")
        losses = {f"losses[{number}].results": one.results for number, one in enumerate(self.losses)}
        metrics = {f"metrics[{number}].results": one.results for number, one in enumerate(self.metrics)}
        for place, results in (losses | metrics).items():
            found = [one.model for one in results]
            distinct(found, place)
            if set(found) != set(models):
                raise ValueError(f"{place} is not of its models")
        if self.replicates is not None:
            self.replicates.check()

    @property
    def units(self) -> int:
        """How many units are resampled; rows, where the result does not say."""
        return self.resampling.units or self.rows.used

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
    return reason is not None and reason.startswith(DOMINATED)


def would_decide(rows: int) -> str:
    """`about 11,300 rows would decide`"""
    return f"{planned(rows)} rows would decide"


def planned(rows: int) -> str:
    """`about 11,300`: a planning figure of three digits, not a count."""
    return f"about {round(rows, -max(len(str(rows)) - 3, 0)):,}"
