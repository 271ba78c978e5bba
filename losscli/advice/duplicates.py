"""Rows that are there more than once: by keys, so that a million rows take no longer than their sort."""

from dataclasses import dataclass

import numpy as np

from losscli.data.frame import Frame
from losscli.domain import Floats
from losscli.inference.resample import Keys, mixed

_STEP, _WORD = 0x9E3779B97F4A7C15, 1 << 64


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Shares of the rows.

    whole: that repeat an earlier row, features and target; contradicting: that have the features of a row
    with another target; floor: that a function of the features gets wrong at the least.
    """

    whole: float
    contradicting: float
    floor: float


def duplicates(frame: Frame) -> Duplicates:
    """Of all rows of a frame, bit by bit; two different rows share a key with chance 2^-64."""
    n = len(frame.y)
    features = _keys(np.column_stack([frame.numbers, frame.texts.astype(np.float64)]))
    _, feature = np.unique(features, return_inverse=True)
    target = np.unique(frame.y, return_inverse=True)[1]
    _, first, size = np.unique(
        feature * (int(target.max()) + 1) + target, return_index=True, return_counts=True
    )
    kinds, most = np.zeros((2, int(feature.max()) + 1), np.intp)
    np.add.at(kinds, feature[first], 1)
    np.maximum.at(most, feature[first], size)
    return Duplicates(
        whole=(n - len(first)) / n,
        contradicting=float((kinds[feature] > 1).sum()) / n,
        floor=(n - int(most.sum())) / n,
    )


def _keys(x: Floats) -> Keys:
    """(n,) One number for each row. x: (n, p)."""
    key = np.zeros(len(x), np.uint64)
    for j, column in enumerate((x + 0.0).T):  # -0 and 0 are one value
        bits = np.ascontiguousarray(column).view(np.uint64) + np.uint64(_STEP * (2 * j + 1) % _WORD)
        key += mixed(mixed(bits))
    return key
