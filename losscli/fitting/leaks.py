"""Features that give the target away: they equal it or order the rows as it does, or tell its classes apart
alone. `fit` and `advise` say the same of them."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from losscli.data.frame import Frame
from losscli.data.roles.features import Training
from losscli.data.roles.target import shell_word
from losscli.data.roles.values import ENOUGH
from losscli.domain import Codes, Floats
from losscli.result import Warning_

CODE = "target_among_features"
_PER_LEVEL = 10  # rows per value, below which text may tell the classes apart by chance
_FIRST = 1_000  # rows, in which most columns show that they give nothing away


def leaks(frame: Frame, training: Training) -> tuple[str, ...]:
    """The features that give a target away. Of fewer than 20 rows those that are a target in every row."""
    few = len(frame.y) < ENOUGH
    targets = [y for y in frame.y.reshape(len(frame.y), -1).T if y.min() < y.max()]
    classes = bool(training.labels)
    found = []
    for name, x in zip(frame.number_names, frame.number_columns(), strict=True):
        alike = _equals if few else _separates if classes else _ranks_as
        if not np.isnan(x).any() and any(_in_all(alike, x, y) for y in targets):
            found.append(name)
    for name, codes in zip(frame.text_names, frame.text_columns(), strict=True):
        if classes and _in_all(_tells, codes, frame.y) and _is_no_chance(codes, frame.y):
            found.append(name)
    return tuple(found)


def warning(names: tuple[str, ...], training: Training) -> tuple[Warning_, ...]:
    """What to do about them; nothing where there are none."""
    if not names:
        return ()
    the = "a target" if training.targets else f"the target {training.target}"
    verb = "gives" if len(names) == 1 else "give"
    dropped = f"Unless that is known when you predict, leave it out: --drop {shell_word(names[0])}"
    return (Warning_(CODE, f"{', '.join(names)} {verb} {the} away", dropped),)


def _in_all(alike: Callable[[Any, Floats], bool], x: Floats | Codes, y: Floats) -> bool:
    """Whether it holds of all rows; first of some, of which it must hold too."""
    some = slice(None, None, max(len(y) // _FIRST, 1))
    return alike(x[some], y[some]) and alike(x, y)


def _equals(x: Floats, y: Floats) -> bool:
    return bool((x == y).all())


def _ranks_as(x: Floats, y: Floats) -> bool:
    """Whether a column equals the target, or ranks the rows exactly as it, or the reverse. x, y: (n,)."""
    if _equals(x, y):
        return True
    order = np.argsort(y, kind="stable")
    steps, own = np.diff(y[order]) > 0, np.diff(x[order])
    rises, falls = bool((own[steps] > 0).all()), bool((own[steps] < 0).all())
    return bool((own[~steps] == 0).all()) and (rises or falls)


def _separates(x: Floats, y: Floats) -> bool:
    """Whether each class has a stretch of the column to itself. x: (n,); y: codes (n,)."""
    codes = np.unique(y)
    ends = sorted((float(x[y == code].min()), float(x[y == code].max())) for code in codes)
    return all(high < low for (_, high), (low, _) in pairwise(ends))


def _tells(codes: Codes, y: Floats) -> bool:
    """Whether each value of a text column has one class. codes: (n,); y: codes (n,)."""
    return len(np.unique(np.column_stack([codes, y]), axis=0)) == len(np.unique(codes))


def _is_no_chance(codes: Codes, y: Floats) -> bool:
    """Whether a text column that tells the classes has rows enough for its values, or no more values than
    there are classes. codes: (n,); y: codes (n,)."""
    levels = len(np.unique(codes))
    return levels == len(np.unique(y)) or len(y) >= max(_PER_LEVEL * levels, ENOUGH)
