"""The confusion matrix, its tallies, and the figures that take all of them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from losscli.domain import Codes, Floats
from losscli.metrics.aggregate import weight_at
from losscli.metrics.metric import over

_ROUNDING = 1e-14  # of a squared distance per row


@dataclass(frozen=True, slots=True)
class Confusion:
    """Weights of rows by true class (row) and predicted class (column): (k, k). Merges by addition.

    places: of each class in their order, (k,); None where they have none.
    """

    matrix: Floats
    places: Floats | None = None

    @classmethod
    def of(
        cls, true: Codes, predicted: Codes, w: Floats, classes: int, places: Floats | None = None
    ) -> "Confusion":
        """true, predicted: codes below `classes`, (n,); w: (n,)."""
        cells = weight_at(true * classes + predicted, w, classes * classes)
        return cls(cells.reshape(classes, classes), places)

    def merge(self, other: "Confusion") -> "Confusion":
        return Confusion(self.matrix + other.matrix, self.places)

    @property
    def tallies(self) -> "Tallies":
        apart = None
        if self.places is not None:
            apart = np.asarray((self.matrix * (self.places[:, None] - self.places) ** 2).sum())
        return Tallies(
            np.diag(self.matrix), self.matrix.sum(axis=0), self.matrix.sum(axis=1), apart, self.places
        )

    @property
    def width(self) -> int:
        """How many terms there are."""
        return 3 * len(self.matrix) + (self.places is not None)

    def terms(self, true: Codes, predicted: Codes) -> Iterator[Floats]:
        """The row quantities whose means are the tallies: (n,) each."""
        codes = range(len(self.matrix))
        yield from (((true == code) & (predicted == code)).astype(np.float64) for code in codes)
        yield from ((predicted == code).astype(np.float64) for code in codes)
        yield from ((true == code).astype(np.float64) for code in codes)
        if self.places is not None:
            yield (self.places[true] - self.places[predicted]) ** 2

    def at(self, means: Floats) -> "Tallies":
        """The tallies where the terms have these means: (B, C)."""
        if self.places is None:
            hits, predicted, true = np.split(means, 3, axis=-1)
            return Tallies(hits, predicted, true)
        hits, predicted, true = np.split(means[..., :-1], 3, axis=-1)
        return Tallies(hits, predicted, true, means[..., -1], self.places)


@dataclass(frozen=True, slots=True)
class Tallies:
    """Weights by class of the rows that are labelled rightly, of the predicted and of the true: (…, k).

    apart, places: of classes in an order, the sum of the squared distances of true and predicted places, (…),
    and the place of each class, (k,).
    """

    hits: Floats
    predicted: Floats
    true: Floats
    apart: Floats | None = None
    places: Floats | None = None

    @property
    def total(self) -> Floats:
        return np.asarray(self.true.sum(axis=-1))

    @property
    def right(self) -> Floats:
        return np.asarray(self.hits.sum(axis=-1))


def balanced_accuracy(t: Tallies) -> Floats:
    """Over the classes that occur; of two, both must."""
    recalls = over(t.hits, t.true)
    present = t.true > 0
    mean = over(np.where(present, recalls, 0.0).sum(axis=-1), present.sum(axis=-1))
    return np.where(present.all(axis=-1), mean, np.nan) if t.true.shape[-1] == 2 else mean


def mcc(t: Tallies) -> Floats:
    """Gorodkin 2004, doi:10.1016/j.compbiolchem.2004.09.006 (R_K; Matthews for two classes)."""
    n = t.total
    spread = (n * n - (t.predicted**2).sum(axis=-1)) * (n * n - (t.true**2).sum(axis=-1))
    shared = t.right * n - (t.true * t.predicted).sum(axis=-1)
    return over(shared, np.sqrt(np.maximum(spread, 0.0)))


def kappa(t: Tallies) -> Floats:
    """Cohen 1960, doi:10.1177/001316446002000104."""
    n = t.total
    chance = over((t.true * t.predicted).sum(axis=-1), n * n)
    return over(over(t.right, n) - chance, 1 - chance)


def quadratic_kappa(t: Tallies) -> Floats:
    """Cohen 1968, doi:10.1037/h0026256: 1 - (squared distance)/(that of independent classes)."""
    assert t.places is not None and t.apart is not None
    n = t.total
    here, there = t.true @ t.places, t.predicted @ t.places
    chance = (t.true + t.predicted) @ t.places**2 - 2 * over(here * there, n)
    return 1 - over(t.apart, np.where(chance > _ROUNDING * n * len(t.places) ** 2, chance, 0.0))
