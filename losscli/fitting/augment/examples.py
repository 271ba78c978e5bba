"""The rows that are learned from, as every kind of augmentation takes and gives them."""

from dataclasses import dataclass

import numpy as np

from losscli.domain import Codes, Floats, Mask


@dataclass(frozen=True, eq=False, slots=True)
class Examples:
    """n weighted rows. x: features, the number features first, then one-hot columns (n, p); y: numbers, or
    codes of the classes (n,), of several targets (n, L); w: weights, all above 0 (n,)."""

    x: Floats
    y: Floats
    w: Floats

    def at(self, which: Codes | Mask) -> "Examples":
        """Some of the rows, each as often as it is named."""
        return Examples(self.x[which], self.y[which], self.w[which])

    def weighing(self, total: float) -> "Examples":
        """The rows with weights that sum to `total`."""
        return Examples(self.x, self.y, self.w * (total / self.w.sum()))


def stacked(*parts: Examples) -> Examples:
    """The rows of each part, those of weight 0 left out: they teach nothing."""
    rows = Examples(
        np.concatenate([part.x for part in parts]),
        np.concatenate([part.y for part in parts]),
        np.concatenate([part.w for part in parts]),
    )
    return rows if (rows.w > 0.0).all() else rows.at(rows.w > 0.0)
