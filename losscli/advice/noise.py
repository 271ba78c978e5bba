"""How many labels may be wrong, by what a model says of the rows that it has not seen."""

from dataclasses import dataclass

import numpy as np

from losscli.domain import Codes, Floats

_SUREST = 0.2  # share of the rows


@dataclass(frozen=True, slots=True)
class Noise:
    """estimate: share of rows that confident learning takes for mislabelled, None where it is not defined;
    surest: rows of the surest predictions, wrong: how many of them are labelled otherwise, expected: how
    many their own probabilities expect.

    Labels that are wrong at random are wrong also where the model is sure, classes that overlap are not.
    """

    estimate: float | None
    surest: int
    wrong: int
    expected: float


def label_noise(p: Floats, y: Codes) -> Noise:
    """p: probabilities out of fold (n, k); y: codes (n,)."""
    order = np.argsort(-p.max(axis=1), kind="stable")[: max(int(_SUREST * len(y)), 1)]
    wrong = int((p[order].argmax(axis=1) != y[order]).sum())
    return Noise(_confident(p, y), len(order), wrong, float((1 - p[order].max(axis=1)).sum()))


def _confident(p: Floats, y: Codes) -> float | None:
    """Northcutt et al. 2021, doi:10.1613/jair.1.12125: a row counts for class j where its probability of j is
    at least the mean one of rows labelled j; the counts of each label are scaled to its rows."""
    n, k = p.shape
    size = np.bincount(y, minlength=k)
    if not size.all():
        return None
    threshold = np.array([p[y == j, j].mean() for j in range(k)])
    sure = np.where(p >= threshold, p, -1.0)
    counted = sure.max(axis=1) >= 0
    joint = np.zeros((k, k))
    np.add.at(joint, (y[counted], sure[counted].argmax(axis=1)), 1.0)
    rows = joint.sum(axis=1)
    if not rows.all():
        return None
    return float(((1 - np.diagonal(joint) / rows) * size).sum() / n)
