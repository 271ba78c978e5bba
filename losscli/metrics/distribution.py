"""Metrics of probabilities and scores: read from their distribution among positives and negatives."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from losscli.domain import CLASSES, RANKING, Floats, Kind, Mask, Task, logit, sigmoid, softplus
from losscli.inference.two_models import delong_area
from losscli.metrics.aggregate import weight_at
from losscli.metrics.metric import Metric, Outcome, Undefined

_BINARY = frozenset({Task.BINARY})
_COMPRESS_AT = 1 << 21  # waiting rows
KEPT_BITS = np.uint64(0xFFFF_FF00_0000_0000)  # sign, exponent and the first 12 bits of the fraction
ECE_BINS = 10
ONE_CLASS = "one class is absent"
_NO_POSITIVE = "no row is positive"
CURVE_POINTS = 200
Table = tuple[Floats, Floats, Floats]  # distinct predictions ascending, weight of positives, of negatives


@dataclass(frozen=True, slots=True)
class Distribution:
    """Distinct predictions, ascending, with the weight of positives and of negatives at each.

    Merges in order; `exact` False rounds predictions to 12 bits of fraction (relative 2.4e-4), which
    bounds the memory whatever the number of rows.
    """

    exact: bool
    pieces: tuple[Table, ...] = field(repr=False)

    @classmethod
    def of(cls, prediction: Floats, positive: Mask, w: Floats, *, exact: bool) -> "Distribution":
        """prediction, positive, w: (n,)."""
        prediction = prediction if exact else _rounded(prediction)
        return cls(exact, (_distinct(prediction, np.where(positive, w, 0.0), np.where(positive, 0.0, w)),))

    def merge(self, other: "Distribution") -> "Distribution":
        merged = Distribution(self.exact, self.pieces + other.pieces)
        waiting = sum(len(piece[0]) for piece in merged.pieces[1:])
        if waiting >= max(_COMPRESS_AT, len(merged.pieces[0][0])):
            return Distribution(self.exact, (merged.table(),))
        return merged

    def table(self) -> Table:
        """(predictions ascending, weight of positives, weight of negatives): (k,) each."""
        if len(self.pieces) == 1:
            return self.pieces[0]
        value, positive, negative = (np.concatenate(columns) for columns in zip(*self.pieces, strict=True))
        return _distinct(value, positive, negative)

    @property
    def width(self) -> int:
        """How many terms there are."""
        return 5

    @property
    def weight(self) -> float:
        """Of all rows."""
        return float(sum(piece[1].sum() + piece[2].sum() for piece in self.pieces))

    def terms(self, prediction: Floats, positive: Mask, probability: Floats) -> Iterator[Floats]:
        """Row quantities, (n,) each, by the influence of each row: the mean of the first is the logit of
        `average_precision`, of the second that of `roc_auc`, of the third `mean_bias`, of the others the
        shares of the classes. Hampel 1974, doi:10.1080/01621459.1974.10482962."""
        table = self.table()
        for figure, influence in ((average_precision, _influence_on_ap), (roc_auc, _influence_on_auc)):
            value = _inside(figure(self))
            if value is None:
                yield np.zeros(len(prediction))
            else:
                moved = self._by_row(table, influence(table, value), prediction, positive)
                yield np.log(value / (1 - value)) + moved / (value * (1 - value))
        yield probability - positive
        yield from (positive.astype(np.float64), (~positive).astype(np.float64))

    def _by_row(self, table: Table, own: tuple[Floats, Floats], prediction: Floats, positive: Mask) -> Floats:
        """(n,) what stands at each prediction, of a positive or of a negative row: (k,) each."""
        place = np.searchsorted(table[0], prediction if self.exact else _rounded(prediction))
        return np.where(positive, own[0][place], own[1][place])

    def influence_on_auc(self, prediction: Floats, positive: Mask) -> Floats:
        """(n,) how each row moves `roc_auc`, of which the distribution has one."""
        table, area = self.table(), roc_auc(self)
        assert not isinstance(area, Undefined)
        return self._by_row(table, _influence_on_auc(table, area), prediction, positive)

    def at(self, means: Floats) -> "Ranked":
        """What the terms say where they have these means: (B, 5). NaN where the figure is 0 or 1, or there is
        none: the terms say nothing of it; and where a class that it needs is absent."""
        some, both = means[..., 3] > 0, (means[..., 3:] > 0).all(axis=-1)
        known = [_inside(figure(self)) is not None for figure in (average_precision, roc_auc)]
        ap, auc = (
            np.where(known[place] & present, sigmoid(means[..., place]), np.nan)
            for place, present in enumerate((some, both))
        )
        return Ranked(ap, auc, means[..., 2])


@dataclass(frozen=True, slots=True)
class Ranked:
    """Metrics of a distribution in B replicates: (B,) each."""

    average_precision: Floats
    roc_auc: Floats
    mean_bias: Floats


def _inside(figure: Outcome) -> float | None:
    return None if isinstance(figure, Undefined) or not 0 < figure < 1 else figure


def _influence_on_auc(table: Table, value: float) -> tuple[Floats, Floats]:
    """(of a positive, of a negative) with each distinct prediction: (k,) each. The placements of DeLong,
    DeLong and Clarke-Pearson 1988, doi:10.2307/2531595."""
    _, positive, negative = table
    share = positive.sum() / (positive.sum() + negative.sum())
    below = (np.cumsum(negative) - negative / 2) / negative.sum()
    above = 1 - (np.cumsum(positive) - positive / 2) / positive.sum()
    return (below - value) / share, (above - value) / (1 - share)


def _influence_on_ap(table: Table, value: float) -> tuple[Floats, Floats]:
    """As above. The figure is E[yπ(s)]/E[y] with π(s) = P(y = 1, S ≥ s)/P(S ≥ s): a row adds its own π, and
    moves that of the positives at or below it."""
    _, positive, negative = table
    total = positive.sum() + negative.sum()
    share = positive.sum() / total
    at_least = np.cumsum((positive + negative)[::-1])[::-1] / total
    precision = np.cumsum(positive[::-1])[::-1] / total / at_least
    moved = np.cumsum(positive / total / at_least)
    lost = np.cumsum(positive / total * precision / at_least)
    return (precision + moved - lost - value) / share, -lost / share


def _rounded(prediction: Floats) -> Floats:
    """To 12 bits of fraction, towards 0."""
    bits = np.ascontiguousarray(prediction).view(np.uint64) & KEPT_BITS
    return np.asarray(bits.view(np.float64))


def _distinct(value: Floats, positive: Floats, negative: Floats) -> Table:
    distinct, place = np.unique(value, return_inverse=True)
    size = len(distinct)
    return distinct, weight_at(place, positive, size), weight_at(place, negative, size)


def roc_auc(d: Distribution) -> Outcome:
    """P(score of a positive > score of a negative) + ½ P(equal); Hanley and McNeil 1982,
    doi:10.1148/radiology.143.1.7063747."""
    _, positive, negative = d.table()
    pairs = positive.sum() * negative.sum()
    if pairs <= 0:
        return Undefined(ONE_CLASS)
    below = np.cumsum(negative) - negative / 2
    return float(positive @ below / pairs)


def roc_auc_interval(d: Distribution, confidence: float) -> tuple[float, float] | None:
    """DeLong's interval; None where predictions are rounded, weights are not counts, or the classes are
    separated."""
    value, positive, negative = d.table()
    counts = np.concatenate([positive, negative])
    if not d.exact or (counts != np.floor(counts)).any():
        return None
    scores = np.repeat(np.concatenate([value, value]), counts.astype(np.intp))
    of_positives = np.arange(len(scores)) < int(positive.sum())
    area = delong_area(scores, of_positives, np.ones(len(scores)), confidence)
    return None if area.low is None or area.high is None else (area.low, area.high)


def roc_auc_error(d: Distribution) -> float:
    """The most that rounding the predictions can have moved `roc_auc`."""
    if d.exact:
        return 0.0
    _, positive, negative = d.table()
    pairs = positive.sum() * negative.sum()
    return float(positive @ negative / 2 / pairs) if pairs > 0 else 0.0


def precision_recall(scores: Distribution) -> tuple[Floats, Floats] | None:
    """(recall, precision) of the rows from each score on that a positive has, the highest score first, evenly
    thinned to 200 points, both ends kept. None without positives."""
    _, positive, negative = scores.table()
    if not positive.any():
        return None
    hits, alarms = np.cumsum(positive[::-1]), np.cumsum(negative[::-1])
    steps = np.flatnonzero(positive[::-1] > 0)
    if len(steps) > CURVE_POINTS:
        steps = steps[np.linspace(0, len(steps) - 1, CURVE_POINTS).round().astype(np.intp)]
    return hits[steps] / hits[-1], hits[steps] / (hits[steps] + alarms[steps])


def average_precision(d: Distribution) -> Outcome:
    """Σ (R_k - R_{k-1}) P_k over descending thresholds: steps, no interpolation."""
    _, positive, negative = d.table()
    if positive.sum() <= 0:
        return Undefined(_NO_POSITIVE)
    tp = np.cumsum(positive[::-1])
    predicted = tp + np.cumsum(negative[::-1])
    steps = positive[::-1] > 0
    return float((positive[::-1][steps] * (tp[steps] / predicted[steps])).sum() / tp[-1])


def _ks(d: Distribution) -> Outcome:
    _, positive, negative = d.table()
    if positive.sum() <= 0 or negative.sum() <= 0:
        return Undefined(ONE_CLASS)
    gap = np.cumsum(positive) / positive.sum() - np.cumsum(negative) / negative.sum()
    return float(np.abs(gap).max())


def _mean_bias(d: Distribution) -> Outcome:
    value, positive, negative = d.table()
    w = positive + negative
    with np.errstate(over="ignore", invalid="ignore"):  # of huge values
        return float((w * value - positive).sum() / w.sum())


def expected_calibration_error(d: Distribution) -> Outcome:
    """Σ over 10 bins of equal width of the bin's weight × |rate - mean probability|;
    Naeini et al. 2015, doi:10.1609/aaai.v29i1.9602."""
    value, positive, negative = d.table()
    w = positive + negative
    place = np.minimum((value * ECE_BINS).astype(np.intp), ECE_BINS - 1)
    gap = np.bincount(place, weights=positive - w * value, minlength=ECE_BINS)
    return float(np.abs(gap).sum() / w.sum())


def calibration_line(d: Distribution) -> tuple[float, float] | Undefined:
    """(intercept, slope) of the logistic regression of the target on the logit of the prediction;
    (0, 1) is calibrated. Cox 1958, doi:10.1093/biomet/45.3-4.562. By Newton's method."""
    value, positive, negative = d.table()
    if positive.sum() <= 0 or negative.sum() <= 0:
        return Undefined(ONE_CLASS)
    z, w = logit(value), positive + negative
    if not np.isfinite(z).all():
        return Undefined("a probability is exactly 0 or 1")
    if len(z) < 2:
        return Undefined("all predictions are equal")
    if z[positive > 0].min() >= z[negative > 0].max() or z[positive > 0].max() <= z[negative > 0].min():
        return Undefined("the predictions separate the classes")
    mean = float(w @ z / w.sum())
    sd = float(np.sqrt(w @ (z - mean) ** 2 / w.sum()))
    line = _logistic_line((z - mean) / sd, positive, w)
    if line is None:
        return Undefined("the calibration line does not converge")
    return float(line[0] - line[1] * mean / sd), float(line[1] / sd)


def _logistic_line(z: Floats, positive: Floats, w: Floats) -> Floats | None:
    """(intercept, slope) by Newton's method, its steps halved while they do not help; None without an end."""
    design = np.column_stack([np.ones_like(z), z])

    def deviance(line: Floats) -> float:
        score = design @ line
        return float(w @ softplus(score) - positive @ score)

    line = np.zeros(2)
    for _ in range(200):
        p = sigmoid(design @ line)
        curvature = (design * (w * p * (1 - p))[:, None]).T @ design
        step = np.linalg.solve(curvature, design.T @ (w * p - positive))
        now, share = deviance(line), 1.0
        # Small steps are Newton's own: rounding alone would forbid them.
        while share * np.abs(step).max() > 1e-6 and deviance(line - share * step) > now:
            share /= 2
        line = line - share * step
        if np.abs(step).max() <= 1e-11 * max(1.0, float(np.abs(line).max())):
            return line
    return None


def _calibration(part: int) -> Callable[[Distribution], Outcome]:
    def value(d: Distribution) -> Outcome:
        line = calibration_line(d)
        return line if isinstance(line, Undefined) else line[part]

    return value


def _metric(
    name: str, title: str, formula: str, value: Callable[[Distribution], Outcome], **more: Any
) -> Metric:
    """more: what else the record says; without it the metric ranks two classes."""
    record: dict[str, Any] = {
        "tasks": _BINARY,
        "needs": frozenset(RANKING),
        "greater_is_better": True,
        "best": 1.0,
    } | more
    return Metric(name=name, title=title, formula=formula, value=value, source=Distribution, **record)


_CALIBRATION: dict[str, Any] = {
    "needs": frozenset({Kind.PROBABILITY, Kind.LOGIT}),
    "greater_is_better": None,
    "best": 0.0,
    "only": "compare",
}

_SEVERAL = "of several classes the mean of each against the rest"
_COX = "logistic regression of the target on the logit of the prediction, without a penalty (Cox 1958)"
_NO_LINE = (
    f"{ONE_CLASS}; a probability is exactly 0 or 1; the predictions separate the classes or are all equal"
)

METRICS: tuple[Metric, ...] = (
    _metric(
        "average_precision",
        "Average precision",
        "Σ (R_k - R_(k-1)) P_k",
        average_precision,
        short="avg precision",
        elsewhere=("sklearn average_precision_score", "also AP"),
        convention=f"steps, not trapezoids; equal scores are one step; {_SEVERAL}",
        undefined=_NO_POSITIVE,
        narrow="avg prec",
        tasks=CLASSES,
        replicated=lambda r: r.average_precision,
        ranked_from=(0, 50),
    ),
    _metric(
        "roc_auc",
        "ROC AUC",
        "P(s+ > s-) + P(s+ = s-)/2",
        roc_auc,
        short="roc auc",
        elsewhere=("sklearn roc_auc_score", "also AUC", "also AUROC"),
        convention=f"a pair of equal scores counts half; {_SEVERAL}",
        undefined=ONE_CLASS,
        word="ROC AUC",
        tasks=CLASSES,
        interval=roc_auc_interval,
        replicated=lambda r: r.roc_auc,
        ranked_from=(30, 30),
    ),
    _metric(
        "ks",
        "Kolmogorov-Smirnov distance",
        "max |F+ - F-|",
        _ks,
        elsewhere=("scipy ks_2samp",),
        convention="F+ and F- are the shares of positives and negatives with a score up to s",
        undefined=ONE_CLASS,
        only="compare",
    ),
    _metric(
        "mean_bias",
        "Mean probability - rate",
        "mean p - mean y",
        _mean_bias,
        short="mean p - rate",
        replicated=lambda r: r.mean_bias,
        **_CALIBRATION,
    ),
    _metric(
        "calibration_slope",
        "Calibration slope",
        "b in logit P(y=1) = a + b logit p",
        _calibration(1),
        short="slope",
        convention=_COX,
        undefined=_NO_LINE,
        **_CALIBRATION | {"best": 1.0},
    ),
    _metric(
        "calibration_intercept",
        "Calibration intercept",
        "a in logit P(y=1) = a + b logit p",
        _calibration(0),
        short="intercept",
        convention=_COX,
        undefined=_NO_LINE,
        **_CALIBRATION,
    ),
    _metric(
        "ece",
        "Expected calibration error",
        "Σ over 10 equal bins of weight × |rate - mean p|",
        expected_calibration_error,
        short="ece",
        elsewhere=("also ECE",),
        convention=f"{ECE_BINS} bins of equal width of P(y = 1), each with its lower end",
        **_CALIBRATION | {"greater_is_better": False},
    ),
)
