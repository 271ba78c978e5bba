"""Copies of rows with noise on their number features."""

import numpy as np

from losscli.fitting.augment.examples import Examples, column_sd, stacked


def jittered(rows: Examples, size: float, copies: int, numbers: int, rng: np.random.Generator) -> Examples:
    """Each row and `copies` copies of it, which share its weight; the number features of copies are moved by
    Gaussian noise of `size` standard deviations. numbers: how many number features there are; one-hot columns
    are left as they are, targets too.

    For squared errors of a linear model many copies are a ridge: E[(y - b'(x + d))²] is (y - b'x)² plus
    size²·Σ(b·sd)², of which copies/(1 + copies) counts. Bishop 1995, doi:10.1162/neco.1995.7.1.108.
    """
    noise = size * column_sd(rows.x[:, :numbers], rows.w)
    own = Examples(rows.x, rows.y, rows.w / (1 + copies))
    moved = []
    for _ in range(copies):
        x = rows.x.copy()
        x[:, :numbers] += noise * rng.standard_normal((len(x), numbers))
        moved.append(Examples(x, own.y, own.w))
    return stacked(own, *moved)
