"""What `losscli fit` found."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from losscli.result.common import Members, Refused, RowCounts, RowKey, TableResult, Warning_
from losscli.result.comparison import Curve


@dataclass(frozen=True, slots=True)
class Score:
    """A metric of the out-of-fold predictions of one loss.

    value: pooled over the out-of-fold rows of the first repeat; folds: the metric fold by fold, repeat
    after repeat, None where a fold leaves it undefined; mean: of the defined folds.
    """

    value: float | None
    low: float | None
    high: float | None
    mean: float | None
    folds: tuple[float | None, ...]
    reason: str | None  # why value, or its interval, is missing


@dataclass(frozen=True, slots=True)
class Threshold:
    """Where positive begins, as chosen on folds within the training rows of each fold.

    rule: what it makes best: f1, youden or cost; folds: fold by fold, repeat after repeat; mean, low, high:
    the mean and the ends of these.
    """

    rule: str
    mean: float
    low: float
    high: float
    folds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Tuned:
    """A parameter of a loss, as chosen on folds within the rows trained on (nested cross-validation).

    value: in the fit on all rows; metric: by which; tried: the values to choose from, ascending; folds: what
    was chosen fold by fold, repeat after repeat: the scores are of these.
    """

    param: str
    value: float
    metric: str
    tried: tuple[float, ...]
    folds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Downweighted:
    """A row that a robust fit gives less than a tenth of the weight of a row without a residual."""

    row: RowKey
    weight: float


@dataclass(frozen=True, slots=True)
class SeedSpread:
    """The headline metric of networks that differ in their start alone: pooled over the out-of-fold rows
    of the first repeat, the start that counts first; sd: with one degree of freedom less."""

    metric: str
    values: tuple[float | None, ...]
    sd: float | None


@dataclass(frozen=True, slots=True)
class Fit:
    """One loss trained on all rows, and judged out of fold.

    intercept, coefficients: on the raw columns; several classes: {class: value}, {column: {class: value}}, so
    for several outputs or labels.
    """

    spec: str
    name: str
    params: Mapping[str, float]
    unit: str
    elicits: str
    members: Members
    converged: bool
    iterations: int
    gradient_norm: float | None
    certificate: str  # how convergence is known, or why there is none
    distance: float | None  # of a textbook optimizer: relative excess over the certified optimum
    efficiency: float | None  # asymptotic, under Gaussian noise
    l2: float
    mean_loss: float | None
    penalty: float | None
    objective: float | None
    intercept: float | Mapping[str, float] | None
    coefficients: Mapping[str, float | Mapping[str, float]]
    downweighted: tuple[Downweighted, ...]
    scores: Mapping[str, Score]
    reason: str | None  # why a figure above is missing
    seeds: SeedSpread | None = None  # of networks
    l1: float = 0.0
    threshold: Threshold | None = None  # if it is chosen
    tuned: Tuned | None = None  # a parameter, if it is


@dataclass(frozen=True, slots=True)
class RankRow:
    """One loss under one metric: value as `Score.value`; ranks by `mean` over folds, with ties."""

    spec: str
    value: float | None
    low: float | None
    high: float | None
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Ranking:
    metric: str
    greater_is_better: bool | None
    rows: tuple[RankRow, ...]  # best first


@dataclass(frozen=True, slots=True)
class Degradation:
    """One loss trained on contaminated folds and judged on untouched rows.

    error: the headline error, mean over folds, by level; excess: 0 is the best clean fit, 1 the best
    constant (error and excess of the clean level first); excess_low, excess_high: its interval by the
    corrected t over folds, None where there is no such test; area: of excess over levels, over their range;
    premium: excess at level 0.
    """

    spec: str
    scheme: str  # shift, spread, leverage or flip
    size: float | None  # in scales s (shift, spread), in standard deviations (leverage)
    levels: tuple[float, ...]
    error: tuple[float | None, ...]
    excess: tuple[float | None, ...]
    excess_low: tuple[float | None, ...]
    excess_high: tuple[float | None, ...]
    area: float | None
    premium: float | None
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Unranked:
    """A loss that is fitted, or was tried, and takes no part in rankings."""

    spec: str
    reason: str


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """In the fit on all rows, by iteration of a textbook optimizer or by epoch of a network: the objective;
    `training`, the loss of a network as the mean over the batches of an epoch; `held_out`, its loss on the
    rows held out to stop by."""

    name: str
    spec: str
    x: tuple[int, ...]
    y: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class PenaltyPath:
    """A loss out of fold against the strength of a penalty, on the folds of the first repeat.

    x: strengths, falling; y: the metric of the pooled rows; mean_error, standard_error: over folds, of the
    metric as an error (1 - it where greater is better); nonzero: slopes that are not 0 in the fit on all
    rows, None along l2, which makes none 0; best: the strength of the least mean error; one_standard_error:
    the greatest whose mean error is within one standard error of that (Breiman et al. 1984,
    doi:10.1201/9781315139470, section 3.4.3); slopes: in the fit on all rows, by column and strength, per
    standard deviation of the column, of the 20 that get largest; none of several outputs or classes.
    """

    name: str
    spec: str
    x: tuple[float, ...]
    y: tuple[float | None, ...]
    metric: str
    mean_error: tuple[float | None, ...]
    standard_error: tuple[float | None, ...]
    nonzero: tuple[int | None, ...]
    best: float | None
    one_standard_error: float | None
    slopes: Mapping[str, tuple[float | None, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fits(TableResult):
    """All that `fit` found."""

    SCHEMA = "losscli/fit/1"

    prevalence: float | None  # weighted share of the positive class
    features: tuple[str, ...]  # columns of the file that are used
    classes: tuple[str, ...]
    weights: str | None
    rows: RowCounts
    folds: int
    repeats: int  # that were finished
    splitter: str  # how rows were split, in words: "stratified", "by group", "in time"
    model: str
    optimizer: str
    l1: float
    l2: float | None  # None where it depends on the loss: see each fit
    l2_reason: str | None
    scale: float | None
    scale_reason: str | None
    threshold: float | None  # as given; None: 0.5 for probabilities, 0 for scores
    headline: str  # the metric that ranks, and that contamination is judged by
    constant: Mapping[str, float | None]  # each metric of the best constants of the training folds
    fits: tuple[Fit, ...]
    ranking: tuple[Ranking, ...]
    robustness: tuple[Degradation, ...]
    unranked: tuple[Unranked, ...]
    curves: tuple[LearningCurve | Curve | PenaltyPath, ...]  # a Curve: precision against recall, out of fold
    refused: tuple[Refused, ...]
    warnings: tuple[Warning_, ...]
    class_weight: Mapping[str, float] | None = None  # what a row of each class counts in the fit on all rows
    penalty_scale: str = "raw"  # curvature: l1 and l2 as given; those of each fit are what they come to
    threshold_rule: str | None = None  # what thresholds are chosen by, fold by fold: see each fit
    costs: Mapping[str, float] | None = None  # of decisions, if asked for
    oversample: float | None = None  # in training: the share of the heaviest class that each weighs at least
    label_smoothing: float | None = None  # in training: the share of each label spread over all classes
    augment: tuple[str, ...] = ()  # what rows were made in training
    outputs: tuple[str, ...] = ()  # of several targets: their names without the word that they share
    intercept: bool = True  # whether scores have one
    offset: str | None = None  # the column that is added to scores
    exposure: str | None = None  # the column whose logarithm is
    constant_folds: tuple[float | None, ...] = ()  # the headline of the best constant, fold by fold
    ahead_of_constant: tuple[str, ...] | None = None  # fits shown better than it; None: not tested
    leaks: tuple[str, ...] = ()  # features that give the target away
    favoured: tuple[str, ...] = ()  # fits whose loss orders models as the headline does
    exportable: tuple[str, ...] = ()  # fits whose loss losscli export writes code for

    def beats_constant(self, fit: Fit) -> bool:
        """Whether a fit's headline is ahead of the best constant's, as shown and as the mean over folds; a
        figure that is missing decides nothing."""
        score, ranking = fit.scores.get(self.headline), self.ranking_by(self.headline)
        if score is None or score.value is None or ranking is None:
            return False
        sign = -1.0 if ranking.greater_is_better else 1.0
        own, shown = score.value, self.constant.get(self.headline)
        if shown is not None and sign * own >= sign * shown:
            return False
        both = zip(score.folds, self.constant_folds, strict=False)
        gaps = [sign * (a - b) for a, b in both if a is not None and b is not None]
        return not gaps or sum(gaps) < 0.0

    def ranking_by(self, metric: str) -> Ranking | None:
        return next((one for one in self.ranking if one.metric == metric), None)

    def fit(self, spec: str) -> Fit:
        return next(fit for fit in self.fits if fit.spec == spec)
