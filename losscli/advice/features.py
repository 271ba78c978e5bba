"""The profile of the features: rows far out in one, rows that repeat, features that give the target away."""

from itertools import pairwise

import numpy as np

from losscli.advice.duplicates import duplicates
from losscli.advice.numbers import gives_away
from losscli.advice.shape import robust_z
from losscli.advice.study import FigureWords, Study, by_name
from losscli.domain import Codes, Floats
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
_ENOUGH = 20  # rows, below which a column may rank as the target by chance
_PER_LEVEL = 10  # rows per value, below which text may tell the classes apart by chance


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


def leaks(study: Study) -> tuple[str, ...]:
    """The features that give the target away: they rank as it, or tell its classes apart alone."""
    frame = study.frame
    if len(frame.y) < _ENOUGH:
        return ()
    columns = zip(frame.number_names, frame.numbers.T, strict=True)
    alike = gives_away if not study.classes else _separates
    found = [name for name, x in columns if not np.isnan(x).any() and alike(x, frame.y)]
    if study.classes:
        texts = zip(frame.text_names, frame.texts.T, strict=True)
        found += [name for name, codes in texts if _tells(codes, frame.y)]
    return tuple(found)


def _separates(x: Floats, y: Floats) -> bool:
    """Whether each class has a stretch of the column to itself. x: (n,); y: codes (n,)."""
    codes = np.unique(y)
    ends = sorted((float(x[y == code].min()), float(x[y == code].max())) for code in codes)
    return all(high < low for (_, high), (low, _) in pairwise(ends))


def _tells(codes: Codes, y: Floats) -> bool:
    """Whether each value of a text column has one class, on rows enough. codes: (n,); y: codes (n,)."""
    levels = len(np.unique(codes))
    pairs = len(np.unique(np.column_stack([codes, y]), axis=0))
    return pairs == levels and len(y) >= _PER_LEVEL * levels
