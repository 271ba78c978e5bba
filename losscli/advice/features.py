"""The profile of the features: rows far out in one, rows that repeat."""

import numpy as np

from losscli.advice.duplicates import duplicates
from losscli.advice.shape import robust_z
from losscli.advice.study import FigureWords, Study, by_name
from losscli.result import Finding

LEVERAGE = 10.0  # robust z of a column
_FIGURES = by_name(
    FigureWords(
        "leverage",
        "far out in a feature",
        "share",
        f"beyond {LEVERAGE:g} robust z of a column",
        "in every column more than half of the values are equal",
    ),
    FigureWords("duplicates", "duplicate rows", "share", "that repeat an earlier row entirely"),
    FigureWords("contradicting", "contradicting rows", "share", "same features, another class"),
    FigureWords("error_floor", "least error", "share", "that any model makes on these rows, by those"),
)


def feature_findings(study: Study) -> tuple[Finding, ...]:
    """The same figures for every task, but for what features alone tell of classes."""
    found = duplicates(study.whole)
    own = (_leverage(study), _FIGURES["duplicates"].of(found.whole))
    if not study.classes:
        return own
    contradicting = _FIGURES["contradicting"].of(found.contradicting)
    return (*own, contradicting, _FIGURES["error_floor"].of(found.floor))


def _leverage(study: Study) -> Finding:
    """Rows beyond 10 robust z in a column of numbers; columns whose median distance is 0 are passed over."""
    frame, figure = study.frame, _FIGURES["leverage"]
    if not frame.number_names:
        return figure.of(None, "no feature is a number")
    far, used = np.zeros(len(frame.y)), False
    for x in frame.numbers.T:
        rows = np.flatnonzero(~np.isnan(x))
        z = robust_z(x[rows])
        if z is not None:
            used = True
            far[rows] = np.maximum(far[rows], np.abs(z))
    return figure.beyond(study, far if used else None, LEVERAGE)
