"""The model confidence set: the models that are not shown worse than the best."""

import numpy as np

from losscli.domain import Codes, Floats
from losscli.inference.pairs import judgeable, pairs_of, statistics
from losscli.inference.studentised import Studentised

STUDENTISED_UNITS = 1_000  # from here on a fixed standard error keeps the level


def confidence_set(found: Studentised, confidence: float, units: int) -> tuple[list[int], Floats]:
    """(the set, p of each model (m,)) from the differences of pairs_of(m), by the range statistic.

    The worst model is dropped while the models left are shown to differ; p of a model is the largest so
    far when it goes, 1 for the last. Hansen, Lunde and Nason 2011, doi:10.3982/ECTA5771; replicates
    with a standard error of their own below 1,000 units, where a fixed one drops good models.
    """
    pairs = len(found.value)
    models = round((1 + (1 + 8 * pairs) ** 0.5) / 2)
    firsts, seconds = np.array(pairs_of(models), dtype=np.intp).reshape(-1, 2).T
    share = (1 - confidence) / max(pairs, 1)
    fair = np.concatenate([judgeable(piece, piece.t, share, units) for piece in found.pieces()])
    t = np.where(fair, statistics(found.value, found.error), 0.0)
    order = _worst_first(t, firsts, seconds, models)
    # A pair is inside until the first of its two models goes: the largest of the pairs inside are gathered by
    # when they go, and then from the last one back.
    gone = np.empty(models, dtype=np.intp)
    gone[order] = np.arange(models)
    until = np.minimum(gone[firsts], gone[seconds])
    size, moved, end = np.zeros(models), np.zeros((models, len(found.values))), 0
    for piece in found.pieces():
        part = slice(end, end := end + len(piece.value))
        drawn = np.abs(piece.t if units < STUDENTISED_UNITS else _fixed(piece))
        drawn = np.where(fair[part], np.where(np.isnan(drawn), np.inf, drawn), 0.0)
        np.maximum.at(size, until[part], np.abs(t[part]))
        for step in np.unique(until[part]):
            highest = drawn[:, until[part] == step].max(axis=1)
            moved[step] = np.maximum(moved[step], highest)
    size, moved = (np.maximum.accumulate(one[::-1], axis=0)[::-1] for one in (size, moved))
    p = np.ones(models)
    beyond = (moved[:-1] >= size[:-1, None]).sum(axis=1)
    p[order[:-1]] = np.maximum.accumulate((1 + beyond) / (1 + moved.shape[1]))
    return [model for model in range(models) if p[model] > 1 - confidence + 1e-12], p


def _worst_first(t: Floats, firsts: Codes, seconds: Codes, models: int) -> list[int]:
    """The models in the order in which they are dropped, the last one at the end."""
    lead = np.zeros((models, models))
    lead[firsts, seconds], lead[seconds, firsts] = t, -t
    left, order = list(range(models)), []
    while left:
        worst = max(left, key=lambda model: lead[model, left].max())
        order.append(worst)
        left.remove(worst)
    return order


def _fixed(found: Studentised) -> Floats:
    """(value* - value)/error: (B, K)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(found.error > 0, (found.values - found.value) / found.error, 0.0)
