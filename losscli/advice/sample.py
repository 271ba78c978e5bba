"""Rows enough for advice: all of a small frame, and of a large one a sample."""

from dataclasses import replace

import numpy as np

from losscli.data.frame import Frame, recoded
from losscli.domain import Codes

MOST_ROWS = 20_000
LEAST_OF_CLASS = 50  # rows that a sample keeps of each class, if it has them


def sampled(frame: Frame, *, classes: bool, seed: int) -> Frame:
    """The frame itself, or so many rows of it, drawn at random: whole groups where rows are grouped, else of
    each class its share. The same seed draws the same rows."""
    n = len(frame.y)
    if n <= MOST_ROWS:
        return frame
    rng = np.random.default_rng(seed)
    if frame.group is not None:
        return rows_of(frame, _groups(frame.group, rng))
    order = rng.permutation(n)
    if not classes:
        return rows_of(frame, np.sort(order[:MOST_ROWS]))
    kept = []
    for label in np.unique(frame.y):
        own = order[frame.y[order] == label]
        kept.append(own[: max(round(len(own) * MOST_ROWS / n), LEAST_OF_CLASS)])
    return rows_of(frame, np.sort(np.concatenate(kept)))


def _groups(group: Codes, rng: np.random.Generator) -> Codes:
    """The rows of as many whole groups as stay within the limit, one group at least."""
    order = rng.permutation(int(group.max()) + 1)
    total = np.cumsum(np.bincount(group)[order])
    count = max(int((total <= MOST_ROWS).sum()), 1)
    return np.flatnonzero(np.isin(group, order[:count]))


def rows_of(frame: Frame, rows: Codes) -> Frame:
    """The frame of some of the rows, in this order. rows: indices (k,)."""
    return replace(
        frame,
        row=frame.row[rows],
        y=frame.y[rows],
        w=frame.w[rows],
        numbers=frame.numbers[rows],
        texts=frame.texts[rows],
        group=recoded(frame.group, rows),
        time=recoded(frame.time, rows),
        keys=tuple(frame.keys[i] for i in rows.tolist()),
    )
