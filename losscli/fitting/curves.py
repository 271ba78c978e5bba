"""Precision against recall, out of fold."""

import numpy as np

from losscli.domain import Kind
from losscli.fitting.judge import Judged
from losscli.metrics.distribution import Distribution
from losscli.result import Curve

MOST = 200  # points of a curve


def precision_recall(spec: str, judged: Judged) -> Curve | None:
    """The curve of one loss over pooled rows of two classes: the recall and the precision of the rows from
    each score on that a positive has, the highest score first; thinned evenly to 200 points, both ends kept.

    None for numbers and several classes, without positives, and where the loss was not trained in every fold.
    """
    two = judged.kind is not Kind.VALUE and judged.score.ndim == 1
    if not two or not np.isfinite(judged.score).all() or not (judged.y > 0).any():
        return None
    _, positive, negative = Distribution.of(judged.score, judged.y > 0, judged.w, exact=True).table()
    hits, alarms = np.cumsum(positive[::-1]), np.cumsum(negative[::-1])
    steps = np.flatnonzero(positive[::-1] > 0)
    if len(steps) > MOST:
        steps = steps[np.linspace(0, len(steps) - 1, MOST).round().astype(np.intp)]
    recall, precision = hits[steps] / hits[-1], hits[steps] / (hits[steps] + alarms[steps])
    return Curve("precision_recall", spec, tuple(recall.tolist()), tuple(precision.tolist()))
