"""Which rows are outliers, told from the predictions of all models together, and what they would weigh."""

from collections.abc import Sequence

import numpy as np

from losscli.data.rows import Rows
from losscli.domain import Floats, Kind, Mask, sigmoid
from losscli.loss.arguments import Predicted

FLAG_SCALES = 5.0  # a residual of the median model beyond so many s
FLAG_PROBABILITY = 0.05  # the median model gives the true class less
FLAG_SHARE = 0.01  # of the rows, where there are only scores
PROBABILITIES = frozenset({Kind.PROBABILITY, Kind.LOGIT})  # the kinds that say how likely a class is
PROBE_SCALES = 10.0  # a target moved by so many s


def median_over(arrays: Sequence[Floats]) -> Floats:
    """Elementwise median of k arrays (n,), by a sorting network for few: numpy's is slow along short axes."""
    k = len(arrays)
    if k == 1:
        return arrays[0]
    if k > 9:
        return np.asarray(np.median(np.stack(arrays), axis=0))
    lanes = list(arrays)
    for turn in range(k):
        for i in range(turn % 2, k - 1, 2):
            lanes[i], lanes[i + 1] = np.minimum(lanes[i], lanes[i + 1]), np.maximum(lanes[i], lanes[i + 1])
    return lanes[k // 2] if k % 2 else lanes[k // 2 - 1] / 2 + lanes[k // 2] / 2


def median_residual(rows: Rows) -> Floats:
    """The median over models of p, minus y: (n,)."""
    return median_over([model[Kind.VALUE] for model in rows.models]) - rows.y


def true_probability(y: Floats, model: Predicted) -> Floats:
    """The probability a model gives to the true class: (n,). It must have probabilities or logits."""
    p = model.get(Kind.PROBABILITY)
    if p is None:
        z = model[Kind.LOGIT]
        if z.ndim == 1:
            return sigmoid(np.where(y == 1.0, z, -z))
        e = np.exp(z - z.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
    if p.ndim == 1:
        return np.where(y == 1.0, p, 1.0 - p)
    return np.asarray(p[np.arange(len(y)), y.astype(np.intp)])


def score_margin(y: Floats, model: Predicted) -> Floats:
    """How far the true class is ahead of the best other: (n,)."""
    z = model[Kind.SCORE]
    if z.ndim == 1:
        return np.where(y == 1.0, z, -z)
    codes, rest = y.astype(np.intp), z.copy()
    own = z[np.arange(len(y)), codes]
    rest[np.arange(len(y)), codes] = -np.inf
    return np.asarray(own - rest.max(axis=1))


def flag_probabilities(rows: Rows) -> Mask:
    """Rows whose true class gets less than 0.05 from the median model: (n,)."""
    given = [true_probability(rows.y, model) for model in rows.models if PROBABILITIES & model.keys()]
    return np.asarray(median_over(given) < FLAG_PROBABILITY)
