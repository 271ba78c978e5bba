"""The model confidence set: the models that are not shown worse than the best."""

import numpy as np

from losscli.domain import Floats
from losscli.inference.pairs import judgeable, pairs_of, statistics
from losscli.inference.studentised import Studentised

STUDENTISED_UNITS = 1_000  # from here on a fixed standard error keeps the level


def confidence_set(found: Studentised, confidence: float, units: int) -> tuple[list[int], Floats]:
    """(the set, p of each model (m,)) from the differences of pairs_of(m), by the range statistic.

    The worst model is dropped while the models left are shown to differ; p of a model is the largest so
    far when it goes, 1 for the last. Hansen, Lunde and Nason 2011, doi:10.3982/ECTA5771; replicates
    with a standard error of their own below 1,000 units, where a fixed one drops good models.
    """
    models = round((1 + (1 + 8 * len(found.value)) ** 0.5) / 2)
    moved = found.t if units < STUDENTISED_UNITS else _fixed(found)
    moved = np.where(np.isnan(moved), np.inf, np.abs(moved))
    fair = judgeable(found, confidence, units)
    t = np.where(fair, statistics(found), 0.0)
    moved[:, ~fair] = 0.0
    lead = np.zeros((models, models))
    for (a, b), one in zip(pairs_of(models), t, strict=True):
        lead[a, b], lead[b, a] = one, -one
    left, p, largest = list(range(models)), np.ones(models), 0.0
    while len(left) > 1:
        inside = [k for k, (a, b) in enumerate(pairs_of(models)) if a in left and b in left]
        beyond = (moved[:, inside].max(axis=1) >= np.abs(t[inside]).max()).sum()
        largest = max(largest, (1 + beyond) / (1 + len(moved)))
        worst = max(left, key=lambda model: lead[model, left].max())
        p[worst] = largest
        left.remove(worst)
    return [model for model in range(models) if p[model] > 1 - confidence + 1e-12], p


def _fixed(found: Studentised) -> Floats:
    """(value* - value)/error: (B, K)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(found.error > 0, (found.values - found.value) / found.error, 0.0)
