"""Labels smoothed: each row stands with every label, most of its weight with its own."""

import numpy as np

from losscli.fitting.augment.examples import Examples, stacked


def smoothed(rows: Examples, epsilon: float, classes: int) -> Examples:
    """The rows under all labels, so that the mean of any loss becomes that of

        (1 - epsilon)·loss(y) + epsilon/classes · Σ_k loss(k),

    which for the log loss is the loss of the smoothed label. Blocks of n rows: first the own label, then the
    next one of each row, and so on. Szegedy et al. 2016, arXiv:1512.00567, section 7.
    """
    apart = epsilon / classes
    shares = [1.0 - epsilon + apart, *[apart] * (classes - 1)]
    labels = (np.mod(rows.y + step, classes) for step in range(classes))
    return stacked(*(Examples(rows.x, y, rows.w * share) for y, share in zip(labels, shares, strict=True)))
