"""Pairs of rows mixed: mixup, Zhang et al. 2018, arXiv:1710.09412."""

import numpy as np

from losscli.domain import Codes, Floats
from losscli.fitting.augment.examples import Examples, stacked


def mixed(rows: Examples, alpha: float, copies: int, classes: int, rng: np.random.Generator) -> Examples:
    """Each row mixed with `copies` others, in their stead: l·row + (1 - l)·other, l of Beta(alpha, alpha).

    Numbers (classes 0): the targets are mixed. Classes: the mixed row stands under both labels, with the
    shares l and 1 - l of its weight, which is the mixed label for the log loss and defined for every other.
    All columns are mixed, one-hot ones as the numbers 0 and 1 that they are. The larger share is that of the
    row: with pairs drawn at random that changes nothing on average, and alpha towards 0 leaves the rows as
    they are.
    """
    found = []
    for _ in range(copies):
        other = _partners(rows.w, rng)
        share = rng.beta(alpha, alpha, len(rows.w))
        share = np.maximum(share, 1.0 - share)
        x = share[:, None] * rows.x + (1.0 - share)[:, None] * rows.x[other]
        w = rows.w / copies
        if classes:
            found += [Examples(x, rows.y, share * w), Examples(x, rows.y[other], (1.0 - share) * w)]
        else:
            of_y = share.reshape(-1, *(1,) * (rows.y.ndim - 1))
            found.append(Examples(x, of_y * rows.y + (1.0 - of_y) * rows.y[other], w))
    return stacked(*found)


def _partners(w: Floats, rng: np.random.Generator) -> Codes:
    """(n,) A row for each row, in random order, each as often as its weight says: all once where weights are
    equal. Systematic sampling: Madow 1949, doi:10.1214/aoms/1177729988."""
    n = len(w)
    ends = np.cumsum(w)
    places = (np.arange(n) + rng.random()) * (ends[-1] / n)
    return rng.permutation(np.minimum(np.searchsorted(ends, places, side="right"), n - 1))
