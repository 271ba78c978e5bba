"""Metrics of the probabilities and scores of several classes and labels."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import permutations
from typing import Any

import numpy as np

from losscli.domain import RANKING, Codes, Floats, Kind, Mask, Task, sigmoid
from losscli.metrics.distribution import (
    ONE_CLASS,
    Distribution,
    Ranked,
    average_precision,
    expected_calibration_error,
    roc_auc,
)
from losscli.metrics.metric import Metric, Outcome, Undefined

PAIRED_CLASSES = 10  # one-vs-one up to here
RANKED_LABELS = 100


@dataclass(frozen=True, slots=True)
class OneVsOne:
    """Of each ordered pair of the true classes, the predictions for the first among the rows of both."""

    pairs: tuple[tuple[int, int], ...]
    each: tuple[Distribution, ...]

    @classmethod
    def of(cls, true: Codes, p: Floats, w: Floats, classes: int, *, exact: bool) -> "OneVsOne":
        """true: codes (n,); p: (n, k) of k classes or more; w: (n,)."""
        pairs = tuple(permutations(range(classes), 2))
        each = []
        for a, b in pairs:
            own = (true == a) | (true == b)
            each.append(Distribution.of(p[own, a], true[own] == a, w[own], exact=exact))
        return cls(pairs, tuple(each))

    def merge(self, other: "OneVsOne") -> "OneVsOne":
        return OneVsOne(self.pairs, tuple(a.merge(b) for a, b in zip(self.each, other.each, strict=True)))

    @property
    def classes(self) -> int:
        return 1 + max(a for a, _ in self.pairs)

    @property
    def width(self) -> int:
        """How many terms there are."""
        return 1 + self.classes

    @property
    def value(self) -> float | None:
        """The mean of the areas of the pairs that have one, None where none has. Hand and Till 2001,
        doi:10.1023/A:1010920819831."""
        known = [area for one in self.each if not isinstance(area := roc_auc(one), Undefined)]
        return sum(known) / len(known) if known else None

    def terms(self, true: Codes, p: Floats) -> Iterator[Floats]:
        """Row quantities, (n,) each: the mean of the first is the logit of the figure, by the influence of
        each row; the others are the shares of the classes."""
        known = [not isinstance(roc_auc(one), Undefined) for one in self.each]
        value, moved = self.value, np.zeros(len(true))
        if value is not None and 0 < value < 1:
            total = sum(self._weights())
            for (a, b), one, has in zip(self.pairs, self.each, known, strict=True):
                if has:
                    own = np.flatnonzero((true == a) | (true == b))
                    influence = one.influence_on_auc(p[own, a], true[own] == a)
                    moved[own] += influence * total / one.weight / sum(known)
            yield np.log(value / (1 - value)) + moved / (value * (1 - value))
        else:
            yield moved
        yield from ((true == code).astype(np.float64) for code in range(self.classes))

    def at(self, means: Floats) -> Floats:
        """The figure where the terms have these means: (B, C) -> (B,); NaN where a true class is absent, and
        where the terms say nothing of it."""
        value = self.value
        if value is None or not 0 < value < 1:
            return np.full(len(means), np.nan)
        true = np.array(self._weights()) > 0
        return np.where((means[:, 1:][:, true] > 0).all(axis=1), sigmoid(means[:, 0]), np.nan)

    def _weights(self) -> list[float]:
        """Of each class."""
        found = dict.fromkeys(range(self.classes), 0.0)
        for (a, _), one in zip(self.pairs, self.each, strict=True):
            found[a] = float(one.table()[1].sum())
        return list(found.values())


@dataclass(frozen=True, slots=True)
class TopLabel:
    """Of the likeliest class of each row, its probability, and whether it is the true one."""

    likeliest: Distribution

    @classmethod
    def of(cls, true: Codes, p: Floats, w: Floats, *, exact: bool) -> "TopLabel":
        """true: codes (n,); p: probabilities (n, k); w: (n,)."""
        first = p.argmax(axis=1)
        return cls(Distribution.of(p[np.arange(len(p)), first], first == true, w, exact=exact))

    def merge(self, other: "TopLabel") -> "TopLabel":
        return TopLabel(self.likeliest.merge(other.likeliest))

    @property
    def width(self) -> int:
        """It has no terms: its figure is no function of means."""
        return 0

    def at(self, means: Floats) -> "TopLabel":
        return self


@dataclass(frozen=True, slots=True)
class Pooled:
    """The predictions for all labels together."""

    all: Distribution

    @classmethod
    def of(cls, each: list[Distribution]) -> "Pooled":
        every = Distribution(each[0].exact, tuple(piece for one in each for piece in one.pieces))
        return cls(Distribution(every.exact, (every.table(),)))

    @property
    def width(self) -> int:
        """How many terms there are."""
        return self.all.width

    def terms(self, prediction: Floats, there: Mask) -> Iterator[Floats]:
        """The means over the labels of the terms of the distribution: (n,) each.

        prediction, there: (n, L).
        """
        p = prediction.ravel()
        for term in self.all.terms(p, there.ravel(), p):
            yield term.reshape(prediction.shape).mean(axis=1)

    def at(self, means: Floats) -> Ranked:
        """What the terms say where they have these means: (B, C)."""
        return self.all.at(means)


def _one_vs_one(pairs: OneVsOne) -> Outcome:
    value = pairs.value
    return Undefined(ONE_CLASS) if value is None else value


def _of_label(figure: Any, reason: str) -> Any:
    """A figure of one label, or of all together, with the reason in words of labels."""

    def value(d: Distribution | Pooled) -> Outcome:
        found = figure(d.all if isinstance(d, Pooled) else d)
        return Undefined(reason) if isinstance(found, Undefined) else found

    return value


_CLASSES: dict[str, Any] = {"tasks": frozenset({Task.MULTICLASS}), "only": "compare"}
_LABELS: dict[str, Any] = {
    "tasks": frozenset({Task.MULTILABEL}),
    "needs": frozenset(RANKING),
    "greater_is_better": True,
    "best": 1.0,
}
_area = partial(
    Metric,
    formula="over labels with rows of both kinds: P(s+ > s-) + P(s+ = s-)/2",
    value=_of_label(roc_auc, "no label is there in some rows and not in others"),
    replicated=lambda ranked: ranked.roc_auc,
    undefined="no label is there in some rows and not in others",
    **_LABELS,
)
_precision = partial(
    Metric,
    formula="over labels that are there: Σ (R_k - R_(k-1)) P_k",
    value=_of_label(average_precision, "no label is there"),
    replicated=lambda ranked: ranked.average_precision,
    undefined="no label is there",
    **_LABELS,
)

_MACRO, _MICRO = "the mean over labels with", "all labels together, as if each were a row"

METRICS: tuple[Metric, ...] = (
    Metric(
        name="roc_auc_ovo",
        title="ROC AUC, one vs one",
        formula="mean over ordered pairs of true classes of P(s+ > s-) + P(s+ = s-)/2 among their rows",
        needs=frozenset(RANKING),
        greater_is_better=True,
        best=1.0,
        source=OneVsOne,
        value=_one_vs_one,
        elsewhere=("sklearn roc_auc_score (multi_class='ovo')",),
        convention="Hand and Till 2001; a weight is a row repeated; up to 10 classes",
        undefined=ONE_CLASS,
        replicated=lambda areas: areas,
        **_CLASSES,
    ),
    Metric(
        name="ece",
        title="Expected calibration error, top label",
        formula="Σ over 10 equal bins of the largest p of weight × |share that are right - mean p|",
        needs=frozenset({Kind.PROBABILITY, Kind.LOGIT}),
        greater_is_better=False,
        best=0.0,
        source=TopLabel,
        elsewhere=("also ECE",),
        convention="10 bins of equal width of the largest probability, against whether its class is right",
        value=lambda top: expected_calibration_error(top.likeliest),
        no_interval="noise in the bins adds to it: no interval would be fair",
        **_CLASSES,
    ),
    _area(
        name="roc_auc_macro",
        title="Macro ROC AUC",
        word="macro ROC AUC",
        narrow="macro auc",
        elsewhere=("sklearn roc_auc_score (average='macro')",),
        convention=f"{_MACRO} rows of both kinds (scikit-learn has nan else)",
        source=Distribution,
    ),
    _area(
        name="roc_auc_micro",
        title="Micro ROC AUC",
        elsewhere=("sklearn roc_auc_score (average='micro')",),
        convention=_MICRO,
        source=Pooled,
        only="compare",
    ),
    _precision(
        name="average_precision_macro",
        title="Macro average precision",
        word="macro average precision",
        narrow="avg prec",
        elsewhere=("sklearn average_precision_score (average='macro')",),
        convention=f"{_MACRO} a row with the label (scikit-learn has 0 else)",
        source=Distribution,
    ),
    _precision(
        name="average_precision_micro",
        title="Micro average precision",
        elsewhere=("sklearn average_precision_score (average='micro')",),
        convention=_MICRO,
        source=Pooled,
        only="compare",
    ),
)
