"""The rows that are learned from, as every kind of augmentation takes and gives them."""

from typing import NamedTuple

import numpy as np

from losscli.domain import Codes, Floats, Mask


class Examples(NamedTuple):
    """n weighted rows. x: features, the number features first, then one-hot columns (n, p); y: numbers, or
    codes of the classes (n,), of several targets (n, L); w: weights, all above 0 (n,)."""

    x: Floats
    y: Floats
    w: Floats

    def at(self, which: Codes | Mask) -> "Examples":
        """Some of the rows, each as often as it is named."""
        return Examples(*(part[which] for part in self))

    def weighing(self, total: float) -> "Examples":
        """The rows with weights that sum to `total`."""
        return self._replace(w=self.w * (total / self.w.sum()))


def stacked(*parts: Examples) -> Examples:
    """The rows of each part, those of weight 0 left out: they teach nothing."""
    rows = Examples(*map(np.concatenate, zip(*parts, strict=True)))
    return rows if (rows.w > 0.0).all() else rows.at(rows.w > 0.0)


def column_sd(x: Floats, w: Floats) -> Floats:
    """(p,) The weighted standard deviation (ddof 0) of each column (n, p), in units of its largest distance
    from the mean, whose square may be too large."""
    away = np.abs(x - np.average(x, axis=0, weights=w))
    unit = np.maximum(away.max(axis=0, initial=0.0), np.finfo(float).tiny)
    return np.asarray(unit * np.sqrt(np.average((away / unit) ** 2, axis=0, weights=w)))
