"""The losses that can be taken along, and rows to hold them to."""

import numpy as np

from losscli.domain import LOG, NUMBERS, Task
from losscli.errors import UsageError
from losscli.export.scored import scored
from losscli.loss import BoundLoss
from losscli.loss.catalogue import CATALOGUE
from losscli.loss.score import terms


def bound_losses(scale: float = 1.0) -> list[BoundLoss]:
    found = []
    for loss in CATALOGUE:
        try:
            bound = loss.bind({}, scale=scale, imbalance=2.0, naive=1.0)
            scored(bound)
        except UsageError:
            continue
        found.append(bound)
    return found


def rows(bound: BoundLoss) -> tuple[np.ndarray, np.ndarray]:
    """(targets, scores), away from kinks."""
    rng = np.random.default_rng(0)
    if bound.loss.task in NUMBERS:
        y = np.array([0.5, 1, 2, 3, 7, 20.0, 0.1, 4])
        return y, rng.normal(1.5, 1.2, 8) if bound.loss.link is LOG else y + rng.normal(0, 3, 8)
    if bound.loss.task is Task.BINARY:
        return np.array([0, 1.0] * 6), rng.normal(0, 2.5, 12)
    return rng.integers(0, 3, 10).astype(float), rng.normal(0, 2, (10, 3))


def known(bound: BoundLoss, y: np.ndarray, s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values (n,) and slopes of the shape of the scores, as the catalogue has them."""
    value, slope = terms(bound.loss, dict(bound.params), y[None], s.T[None])
    return value[0], slope[0].T
