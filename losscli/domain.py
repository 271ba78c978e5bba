"""The words the other rooms share: tasks, kinds of prediction, intervals, links and units."""

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
Mask = NDArray[np.bool_]


DOMINATED = "dominated by a few large errors"  # how the reason of a mean that few rows carry begins


class Task(StrEnum):
    REGRESSION = "regression"
    COUNTS = "counts"
    BINARY = "binary"
    MULTICLASS = "multiclass"
    MULTIOUTPUT = "multioutput"  # several numbers
    MULTILABEL = "multilabel"  # several labels, each there or not
    DISTRIBUTION = "distribution"  # a share of every class
    FORECAST = "forecast"  # a number, and what is predicted is its distribution
    BOXES = "boxes"  # two corners: x1, y1, x2, y2
    DETECTION = "detection"  # a class and a box


NUMBERS = frozenset({Task.REGRESSION, Task.COUNTS})
CLASSES = frozenset({Task.BINARY, Task.MULTICLASS})
SEVERAL = frozenset({Task.MULTIOUTPUT, Task.MULTILABEL})  # targets of several columns that fit learns


# Ways to spoil rows that are learned from: of number targets and features, and of classes.
NUMBER_SCHEMES = ("shift", "spread", "leverage")
CLASS_SCHEMES = ("flip",)
SCHEMES = frozenset(NUMBER_SCHEMES + CLASS_SCHEMES)
TREE_LIBRARIES = ("lightgbm", "xgboost", "catboost")  # of boosted trees that fit trains with


def sides(task: Task, *, binary: bool, points: bool = False) -> tuple[Task, ...]:
    """The tasks whose losses a task takes: itself, or those of the class and of the box that are detected; of
    forecasts with a point those of the distribution, then those of numbers.

    binary: whether there are two classes, one of them the positive one; points: whether a forecast has one.
    """
    if task is Task.FORECAST and points:
        return Task.FORECAST, Task.REGRESSION
    if task is not Task.DETECTION:
        return (task,)
    return (Task.BINARY if binary else Task.MULTICLASS), Task.BOXES


class Kind(StrEnum):
    """What a prediction is. A logit is a score whose sigmoid (softmax) is a probability."""

    VALUE = "value"
    LABEL = "label"
    PROBABILITY = "probability"
    LOGIT = "logit"
    SCORE = "score"
    QUANTILES = "quantiles"
    INTERVAL = "interval"
    ENSEMBLE = "ensemble"
    MOMENTS = "moments"  # mean and standard deviation
    BOX = "box"


# What says a class or a label: itself, or a number that is held against a threshold or against the others.
LABELS = frozenset({Kind.LABEL, Kind.PROBABILITY, Kind.LOGIT, Kind.SCORE})
RANKING = (Kind.PROBABILITY, Kind.LOGIT, Kind.SCORE)  # what orders rows; where there are several, the first


_WITH_ARTICLE = {
    Kind.QUANTILES: "quantiles (q0.1 … q0.9)",
    Kind.INTERVAL: "an interval (lower, upper)",
    Kind.ENSEMBLE: "an ensemble (member_1 …)",
    Kind.MOMENTS: "a mean and its sd or var",
}

PREFERRED = (  # first
    Kind.VALUE,
    Kind.LABEL,
    Kind.PROBABILITY,
    Kind.SCORE,
    Kind.LOGIT,
    Kind.BOX,
    Kind.MOMENTS,
    Kind.QUANTILES,
    Kind.INTERVAL,
    Kind.ENSEMBLE,
)


def preferred(kinds: Collection[Kind]) -> Kind:
    """The kind to use where a model has several that serve: labels before thresholded scores."""
    return next(kind for kind in PREFERRED if kind in kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFacts:
    """What holds of a task.

    target: what a row's target is, where the domain of a loss does not say it.
    primaries: what a verdict speaks of where no loss is asked for: the first that every model has a value of.
    usual: the loss that everybody trains with; empty where fit has no such task.
    ranged: the kind of prediction whose values a loss may rule out; None where it rules out none.
    named_as: how the columns of a target or a prediction that takes several are named.
    """

    primaries: tuple[str, ...]
    target: str = ""
    usual: str = ""
    ranged: Kind | None = None
    named_as: str = ""


_OR_PATTERNS = "or use --target 'truth_*' --pred 'rf_*'"
_CORNERS = "x1, y1, x2, y2 and pred_x1, pred_y1, pred_x2, pred_y2"
TASKS: dict[Task, TaskFacts] = {
    Task.REGRESSION: TaskFacts(primaries=("mae",), usual="mse", ranged=Kind.VALUE),
    Task.COUNTS: TaskFacts(primaries=("poisson", "mae"), usual="poisson", ranged=Kind.VALUE),
    Task.BINARY: TaskFacts(
        target="one of two classes",
        primaries=("bce", "brier", "hinge", "zero_one"),
        usual="bce",
        ranged=Kind.SCORE,
    ),
    Task.MULTICLASS: TaskFacts(
        target="one of several classes",
        primaries=("cross_entropy", "brier", "crammer_singer_hinge", "zero_one"),
        usual="cross_entropy",
    ),
    Task.MULTIOUTPUT: TaskFacts(
        target="several numbers",
        primaries=("mse", "mae"),
        usual="mse",
        ranged=Kind.VALUE,
        named_as=f"Name them target_a, target_b … and pred_a, pred_b …, {_OR_PATTERNS}",
    ),
    Task.MULTILABEL: TaskFacts(
        target="several labels, each 0 or 1",
        primaries=("multilabel_soft_margin", "hamming", "subset_zero_one"),
        usual="multilabel_soft_margin",
        named_as=f"Name them target_a, target_b … (0 or 1) and prob_a, prob_b …, {_OR_PATTERNS}",
    ),
    Task.DISTRIBUTION: TaskFacts(
        target="a share of every class",
        primaries=("kl_divergence", "js_divergence"),
        named_as=f"Name them target_a, target_b … (shares) and prob_a, prob_b …, {_OR_PATTERNS}",
    ),
    Task.FORECAST: TaskFacts(
        primaries=("weighted_interval_score", "crps_ensemble", "crps_gaussian", "interval_score", "mae"),
        named_as="Beside the target: q0.1 … q0.9, or lower and upper, or mean and sd, or member_1 …",
    ),
    Task.BOXES: TaskFacts(
        target="two corners: x1, y1, x2, y2", primaries=("giou", "iou"), named_as=f"Name them {_CORNERS}"
    ),
    Task.DETECTION: TaskFacts(
        primaries=tuple(
            f"{loss} + giou"
            for loss in ("bce", "cross_entropy", "brier", "hinge", "crammer_singer_hinge", "zero_one")
        ),
        named_as=f"Name the class target and prob (of several prob_CLASS), the box {_CORNERS}",
    ),
}


def usual_threshold(kind: Kind) -> float:
    """Above which a prediction is positive: 0.5 for probabilities, 0 for scores."""
    return 0.5 if kind is Kind.PROBABILITY else 0.0


def any_of(kinds: Collection[Kind]) -> str:
    """The kinds in words: `a probability or a logit`."""
    return " or ".join(_WITH_ARTICLE.get(kind, f"a {kind}") for kind in Kind if kind in kinds)


class Unit(StrEnum):
    """The unit of a loss; y is the unit of the target. Values of different units are never compared."""

    Y = "y"
    Y2 = "y²"
    YQ = "y^q"
    LOG = "log y"
    LOG2 = "log² y"
    NATS = "nats"
    ONE = "1"
    MIXED = "mixed"  # a sum of losses of several units
    OWN = "its own"  # of a loss that only its formula describes


@dataclass(frozen=True, slots=True)
class Interval:
    """The values from low to high; `without` is one value taken out, `whole` keeps whole numbers only."""

    low: float = -math.inf
    high: float = math.inf
    low_closed: bool = False
    high_closed: bool = False
    without: float | None = None
    whole: bool = False

    def contains(self, x: Floats) -> Mask:
        """Elementwise membership, same shape as x; NaN is in no interval."""
        above = x >= self.low if self.low_closed else x > self.low
        below = x <= self.high if self.high_closed else x < self.high
        inside = above & below
        if self.without is not None:
            inside &= x != self.without
        if self.whole:
            inside &= x == np.floor(x)
        return np.asarray(inside)

    def meet(self, other: "Interval") -> "Interval":
        """The values in both; empty where low is above high."""
        low, low_closed = max((self.low, not self.low_closed), (other.low, not other.low_closed))
        high, high_closed = min((self.high, self.high_closed), (other.high, other.high_closed))
        without = self.without if other.without is None else other.without
        return Interval(low, high, not low_closed, high_closed, without, self.whole or other.whole)

    def __str__(self) -> str:
        if self.low == -math.inf and self.high == math.inf:
            text = "any number"
        elif self.high == math.inf:
            text = f"{'≥' if self.low_closed else '>'} {self.low:g}"
        else:
            left, right = "[" if self.low_closed else "(", "]" if self.high_closed else ")"
            text = f"in {left}{self.low:g}, {self.high:g}{right}"
        text = f"a whole number {text}" if self.whole else text
        return text if self.without is None else f"{text} but {self.without:g}"


REALS = Interval()
POSITIVE = Interval(0)
NONNEGATIVE = Interval(0, low_closed=True)
NONZERO = Interval(without=0)
ABOVE_MINUS_ONE = Interval(-1)
WHOLE = Interval(0, low_closed=True, whole=True)
OPEN_UNIT = Interval(0, 1)
UNIT = Interval(0, 1, True, True)


@dataclass(frozen=True, slots=True)
class Link:
    """Joins prediction and score elementwise: prediction = predict(score), score = score(prediction)."""

    name: str
    predict: Callable[[Floats], Floats]
    score: Callable[[Floats], Floats]

    def __str__(self) -> str:
        return self.name

    def __reduce__(self) -> str | tuple[object, ...]:
        """Those below are one and the same in another process too."""
        constant = self.name.upper()
        return constant if globals().get(constant) is self else (Link, (self.name, self.predict, self.score))


def sigmoid(s: Floats) -> Floats:
    """1/(1 + e^-s) without overflow, same shape as s."""
    e = np.exp(-np.abs(s))
    return np.asarray(np.where(s >= 0, 1.0, e) / (1.0 + e))


def softplus(s: Floats) -> Floats:
    """log(1 + e^s) without overflow, same shape as s."""
    return np.asarray(np.maximum(s, 0.0) + np.log1p(np.exp(-np.abs(s))))


def logit(p: Floats) -> Floats:
    """log p - log(1 - p); -inf at 0 and inf at 1."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(p) - np.log1p(-p))


def log_softmax(z: Floats) -> Floats:
    """Row-wise log of the softmax; z: (n, k)."""
    shifted = z - z.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))


def _same(x: Floats) -> Floats:
    return x


IDENTITY = Link("identity", _same, _same)
LOG = Link("log", lambda s: np.asarray(np.exp(s)), lambda p: np.asarray(np.log(p)))
LOGIT = Link("logit", sigmoid, logit)
SOFTPLUS = Link("softplus", softplus, lambda p: np.asarray(p + np.log(-np.expm1(-p))))
SOFTMAX = Link("softmax", lambda z: np.asarray(np.exp(log_softmax(z))), lambda p: np.asarray(np.log(p)))
