"""Metrics of labels: read from the confusion matrix."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from losscli.domain import CLASSES, LABELS, Codes, Floats, Task
from losscli.metrics.aggregate import weight_at
from losscli.metrics.metric import Metric, mean_over, metric_of_means, outcome, over

_BINARY = frozenset({Task.BINARY})
_NO_WEIGHT = "no row has weight"
_FEWEST = 30  # rows of a class, below which ranks by its recall have no interval
Parts = Callable[["Tallies"], tuple[Floats, Floats]]  # what is divided, and by what


@dataclass(frozen=True, slots=True)
class Confusion:
    """Weights of rows by true class (row) and predicted class (column): (k, k). Merges by addition."""

    matrix: Floats

    @classmethod
    def of(cls, true: Codes, predicted: Codes, w: Floats, classes: int) -> "Confusion":
        """true, predicted: codes below `classes`, (n,); w: (n,)."""
        cells = weight_at(true * classes + predicted, w, classes * classes)
        return cls(cells.reshape(classes, classes))

    def merge(self, other: "Confusion") -> "Confusion":
        return Confusion(self.matrix + other.matrix)

    @property
    def tallies(self) -> "Tallies":
        return Tallies(np.diag(self.matrix), self.matrix.sum(axis=0), self.matrix.sum(axis=1))

    @property
    def width(self) -> int:
        """How many terms there are."""
        return 3 * len(self.matrix)

    def terms(self, true: Codes, predicted: Codes) -> Iterator[Floats]:
        """The row quantities whose means are the tallies: (n,) each."""
        codes = range(len(self.matrix))
        yield from (((true == code) & (predicted == code)).astype(np.float64) for code in codes)
        yield from ((predicted == code).astype(np.float64) for code in codes)
        yield from ((true == code).astype(np.float64) for code in codes)

    def at(self, means: Floats) -> "Tallies":
        """The tallies where the terms have these means: (B, 3k)."""
        return Tallies(*np.split(means, 3, axis=-1))


@dataclass(frozen=True, slots=True)
class Tallies:
    """Weights by class of the rows that are labelled rightly, of the predicted and of the true: (…, k)."""

    hits: Floats
    predicted: Floats
    true: Floats

    @property
    def total(self) -> Floats:
        return np.asarray(self.true.sum(axis=-1))

    @property
    def right(self) -> Floats:
        return np.asarray(self.hits.sum(axis=-1))


def _balanced_accuracy(t: Tallies) -> Floats:
    """Over the classes that occur; of two, both must."""
    recalls = over(t.hits, t.true)
    present = t.true > 0
    mean = over(np.where(present, recalls, 0.0).sum(axis=-1), present.sum(axis=-1))
    return np.where(present.all(axis=-1), mean, np.nan) if t.true.shape[-1] == 2 else mean


def _mcc(t: Tallies) -> Floats:
    """Gorodkin 2004, doi:10.1016/j.compbiolchem.2004.09.006 (R_K; Matthews for two classes)."""
    n = t.total
    spread = (n * n - (t.predicted**2).sum(axis=-1)) * (n * n - (t.true**2).sum(axis=-1))
    shared = t.right * n - (t.true * t.predicted).sum(axis=-1)
    return over(shared, np.sqrt(np.maximum(spread, 0.0)))


def _kappa(t: Tallies) -> Floats:
    """Cohen 1960, doi:10.1177/001316446002000104."""
    n = t.total
    chance = over((t.true * t.predicted).sum(axis=-1), n * n)
    return over(over(t.right, n) - chance, 1 - chance)


def _metric(
    name: str,
    title: str,
    formula: str,
    figure: Callable[[Tallies], Floats],
    undefined: str = _NO_WEIGHT,
    least: float = 0.0,
    **more: Any,
) -> Metric:
    """least: the lower end of the range, past which rounding may have moved the figure."""

    def within(t: Tallies) -> Floats:
        return np.clip(figure(t), least, 1.0)

    record: dict[str, Any] = {
        "tasks": _BINARY,
        "needs": LABELS,
        "source": Confusion,
        "signed": least < 0,
        "value": lambda c: outcome(within(c.tallies), undefined),
    }
    return metric_of_means(name, title, formula, within, **record | more)


def _ratio(parts: Parts) -> Callable[[Tallies], Floats]:
    return lambda t: over(*parts(t))


def _share(
    name: str, title: str, formula: str, parts: Parts, undefined: str = _NO_WEIGHT, **more: Any
) -> Metric:
    """A share of rows. parts: its successes and trials."""

    def proportion(c: Confusion) -> tuple[float, float]:
        successes, trials = parts(c.tallies)
        return float(successes), float(trials)

    return _metric(name, title, formula, _ratio(parts), undefined, proportion=proportion, **more)


def _macro(name: str, title: str, formula: str, parts: Parts, **more: Any) -> Metric:
    """The unweighted mean over the classes that occur, true or predicted, of a ratio; 0/0 counts as 0."""

    def figure(t: Tallies) -> Floats:
        return mean_over((t.true > 0) | (t.predicted > 0), *parts(t), axis=-1)

    tasks = frozenset({Task.MULTICLASS})
    return _metric(name, f"Macro {title}", f"mean over classes of {formula}", figure, tasks=tasks, **more)


def _count(name: str, title: str, formula: str, figure: Callable[[Tallies], Floats], **more: Any) -> Metric:
    more |= {"greater_is_better": None, "best": None, "value": lambda c: float(figure(c.tallies))}
    return _metric(name, title, formula, figure, replicated=None, **more)


METRICS: tuple[Metric, ...] = (
    _share(
        "precision",
        "Precision",
        "tp / (tp + fp)",
        lambda t: (t.hits[..., 1], t.predicted[..., 1]),
        "no row is predicted positive",
    ),
    _share(
        "recall",
        "Recall",
        "tp / (tp + fn)",
        lambda t: (t.hits[..., 1], t.true[..., 1]),
        "no row is positive",
        ranked_from=(0, _FEWEST),
    ),
    _metric(
        "f1",
        "F1",
        "2 tp / (2 tp + fp + fn)",
        _ratio(lambda t: (2 * t.hits[..., 1], t.predicted[..., 1] + t.true[..., 1])),
        "no row is positive or predicted positive",
        short="f1",
        word="F1",
        ranked_from=(0, _FEWEST),
    ),
    _macro("precision", "precision", "hits / predicted", lambda t: (t.hits, t.predicted)),
    _macro("recall", "recall", "hits / true", lambda t: (t.hits, t.true)),
    _macro(
        "f1",
        "F1",
        "2 hits / (true + predicted)",
        lambda t: (2 * t.hits, t.true + t.predicted),
        short="macro f1",
        word="F1",
    ),
    _share(
        "accuracy", "Accuracy", "hits / rows", lambda t: (t.right, t.total), tasks=CLASSES, short="accuracy"
    ),
    _metric(
        "balanced_accuracy",
        "Balanced accuracy",
        "mean over true classes of recall",
        _balanced_accuracy,
        "one class is absent",
        tasks=CLASSES,
        short="balanced",
        narrow="balanced",
        ranked_from=(_FEWEST, _FEWEST),
    ),
    _metric(
        "mcc",
        "Matthews correlation",
        "correlation of true and predicted class",
        _mcc,
        "all rows are of one class, true or predicted",
        -1.0,
        tasks=CLASSES,
        short="mcc",
        only="compare",
        ranked_from=(_FEWEST, _FEWEST),
    ),
    _metric(
        "cohen_kappa",
        "Cohen's kappa",
        "(accuracy - chance) / (1 - chance)",
        _kappa,
        "all rows are of one class, true and predicted",
        -1.0,
        tasks=CLASSES,
        only="compare",
        ranked_from=(_FEWEST, _FEWEST),
    ),
    _share(
        "specificity",
        "Specificity",
        "tn / (tn + fp)",
        lambda t: (t.hits[..., 0], t.true[..., 0]),
        "no row is negative",
        only="compare",
        ranked_from=(_FEWEST, 0),
    ),
    _share(
        "negative_predictive_value",
        "Negative predictive value",
        "tn / (tn + fn)",
        lambda t: (t.hits[..., 0], t.predicted[..., 0]),
        "no row is predicted negative",
        only="compare",
    ),
    _count(
        "predicted_positive",
        "Predicted positive",
        "tp + fp",
        lambda t: t.predicted[1],
        short="predicted+",
        narrow="predicted+",
    ),
    _count("true_positives", "True positives", "tp", lambda t: t.hits[1], only="compare"),
    _count("false_positives", "False positives", "fp", lambda t: t.predicted[1] - t.hits[1], only="compare"),
    _count(
        "false_negatives",
        "Missed positives",
        "fn",
        lambda t: t.true[1] - t.hits[1],
        short="missed",
        only="compare",
    ),
)
