"""Labels smoothed: each row stands with every label, most of its weight with its own."""

import numpy as np

from losscli.fitting.augment.rows import Rows, stacked


def smoothed(rows: Rows, epsilon: float, classes: int) -> Rows:
    """The rows under all labels, so that the mean of any loss becomes that of

        (1 - epsilon)·loss(y) + epsilon/classes · Σ_k loss(k),

    which for the log loss is the loss of the smoothed label. Blocks of n rows: first the own label, then the
    next one of each row, and so on. Szegedy et al. 2016, arXiv:1512.00567, section 7.
    """
    apart = epsilon / classes
    shares = [1.0 - epsilon + apart, *[apart] * (classes - 1)]
    return stacked(
        *(Rows(rows.x, np.mod(rows.y + step, classes), rows.w * share) for step, share in enumerate(shares))
    )
