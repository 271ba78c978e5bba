"""Levels of text features whose rows all have one target, which no finite coefficient predicts best.

Counts of 0 alone under a log link, and rows of one class: without a penalty the score of the level grows for
ever (Albert and Anderson 1984, doi:10.1093/biomet/71.1.1). Of a rare level some training folds often have no
others.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from losscli.data.frame import Frame
from losscli.data.roles.target import shell_word
from losscli.domain import CLASSES, NUMBERS, Codes, Task
from losscli.result import Warning_

_NAMED = 3  # levels


def of_one_target(frame: Frame, rows: Codes, task: Task) -> dict[str, str]:
    """{`feature=level`: the feature} of the levels that some of these rows have, all with one target.

    rows: indices (k,).
    """
    if task not in CLASSES | NUMBERS or not frame.texts.size:
        return {}
    y, found = frame.y[rows], {}
    for name, known, codes in zip(frame.text_names, frame.levels, frame.texts[rows].T, strict=True):
        size = len(known) + 1
        if task in CLASSES:
            pairs = np.unique(np.stack([codes + 1, y.astype(np.intp)]), axis=1)
            alone = np.bincount(pairs[0], minlength=size) == 1
        else:
            seen, above = (np.bincount(own + 1, minlength=size) for own in (codes, codes[y > 0]))
            alone = (seen > 0) & (above == 0)
        found.update({f"{name}={level}": name for level, one in zip(known, alone[1:], strict=True) if one})
    return found


def listed(names: Sequence[str], most: int) -> str:
    """`a, b, c and 4 more`; most: how many are named."""
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def one_target_warning(levels: Mapping[str, str], task: Task) -> Warning_:
    """What to type where these levels, of those features, keep fits from an optimum."""
    of_classes = task in CLASSES
    features = list(dict.fromkeys(levels.values()))
    drop = " ".join(f"--drop {shell_word(name)}" for name in features)
    shown = listed(list(levels), _NAMED)
    return Warning_(
        "one_target",
        f"some fits see only {'one class' if of_classes else 'targets of 0'} at {shown}, where no finite "
        "coefficient is best",
        f"Penalise slopes, --l2 {'auto' if of_classes else '0.01'}, or leave the feature out: {drop}",
    )
