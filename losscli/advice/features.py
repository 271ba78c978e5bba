"""The profile of the features: rows far out in one, rows that repeat, features that give the target away."""

from itertools import pairwise

import numpy as np

from losscli.advice.duplicates import duplicates
from losscli.advice.numbers import gives_away
from losscli.advice.shape import robust_z
from losscli.advice.study import Study, beyond
from losscli.domain import Codes, Floats
from losscli.result import Finding

LEVERAGE = 10.0  # robust z of a column
_ENOUGH = 20  # rows, below which a column may rank as the target by chance
_PER_LEVEL = 10  # rows per value, below which text may tell the classes apart by chance


def feature_findings(study: Study) -> tuple[Finding, ...]:
    """The same figures for every task, but for what features alone tell of classes."""
    found = duplicates(study.whole)
    same = Finding(
        "duplicates", "duplicate rows", found.whole, "share", "that repeat an earlier row entirely"
    )
    if not study.classes:
        return (_leverage(study), same)
    return (
        _leverage(study),
        same,
        Finding(
            "contradicting",
            "contradicting rows",
            found.contradicting,
            "share",
            "same features, another class",
        ),
        Finding(
            "error_floor",
            "least error",
            found.floor,
            "share",
            "that any model makes on these rows, by those",
        ),
    )


def _leverage(study: Study) -> Finding:
    """Rows beyond 10 robust z in a column of numbers; columns whose median distance is 0 are passed over."""
    frame, title = study.frame, "far out in a feature"
    meaning = f"beyond {LEVERAGE:g} robust z of a column"
    if not frame.number_names:
        return Finding("leverage", title, None, "share", meaning, "no feature is a number")
    known = [robust_z(x[~np.isnan(x)]) for x in frame.numbers.T]
    far = np.zeros(len(frame.y))
    used = 0
    for x, z in zip(frame.numbers.T, known, strict=True):
        if z is not None:
            rows, used = np.flatnonzero(~np.isnan(x)), used + 1
            far[rows] = np.maximum(far[rows], np.abs(z))
    if not used:
        why = "in every column more than half of the values are equal"
        return Finding("leverage", title, None, "share", meaning, why)
    return beyond(study, "leverage", title, meaning, far, LEVERAGE)


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
