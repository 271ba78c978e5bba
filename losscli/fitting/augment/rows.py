"""The rows that are learned from, as every kind of augmentation takes and gives them."""

from dataclasses import dataclass

import numpy as np

from losscli.domain import Codes, Floats, Mask


@dataclass(frozen=True, eq=False, slots=True)
class Rows:
    """n weighted rows. x: features, the number features first, then one-hot columns (n, p); y: numbers, or
    codes of the classes (n,), of several targets (n, L); w: weights, all above 0 (n,)."""

    x: Floats
    y: Floats
    w: Floats

    def at(self, which: Codes | Mask) -> "Rows":
        """Some of the rows, each as often as it is named."""
        return Rows(self.x[which], self.y[which], self.w[which])

    def weighing(self, total: float) -> "Rows":
        """The rows with weights that sum to `total`."""
        return Rows(self.x, self.y, self.w * (total / self.w.sum()))


def stacked(*parts: Rows) -> Rows:
    """The rows of each part, those of weight 0 left out: they teach nothing."""
    rows = Rows(
        np.concatenate([part.x for part in parts]),
        np.concatenate([part.y for part in parts]),
        np.concatenate([part.w for part in parts]),
    )
    return rows if (rows.w > 0.0).all() else rows.at(rows.w > 0.0)
