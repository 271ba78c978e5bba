"""What the losses of shares have in common: logarithms, sums and slopes of the rows of a distribution."""

import numpy as np

from losscli.domain import Floats
from losscli.loss.catalogue.stable import expm1_gap

_ROUNDING = 1e-14  # by which sums of shares that are 1 may miss it


def log(y: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.log(y)


def ahead(y: Floats, log_q: Floats) -> Floats:
    """log(y/q), 0 where y is 0."""
    with np.errstate(invalid="ignore"):
        return np.where(y > 0, log(y) - log_q, 0.0)


def excess(sums: Floats) -> Floats:
    """Sums less 1; rounding is none."""
    return np.where(np.abs(sums - 1.0) <= _ROUNDING, 0.0, sums - 1.0)


def by_share(q: Floats, pull: Floats) -> Floats:
    """The slope from pull = q·g: (n, k)."""
    return np.asarray(pull - q * pull.sum(axis=1, keepdims=True))


def gaps(a: Floats, log_a: Floats, b: Floats, log_b: Floats) -> Floats:
    """a log(a/b) - a + b, ≥ 0 and exact near a = b: (n, k)."""
    with np.errstate(invalid="ignore"):
        x = np.where(a > 0, log_b - log_a, 0.0)
        far = b - a - a * x
    return np.where(a > 0, np.where(x > 1.0, far, a * expm1_gap(np.minimum(x, 1.0))), b)


def normalised(logs: Floats) -> Floats:
    """Shares with these logarithms, up to one number per row; some of them are finite."""
    with np.errstate(invalid="ignore"):
        shares = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))
