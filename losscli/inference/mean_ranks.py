"""Ranks of models over blocks, which are data sets or slices of one: whether any, and which, rank apart."""

import math
from dataclasses import dataclass

import numpy as np

from losscli.domain import Floats

TIED = "all models tie in every block"


@dataclass(frozen=True, eq=False, slots=True)
class BlockRanks:
    """Mean ranks of k models over the blocks, (k,), 1 the best; the test that all rank alike.

    f has k-1 and (k-1)(blocks-1) degrees of freedom, and p is its p-value. Where all blocks agree, f is inf
    and p is 0.0; both are approximations, and bad ones over very few blocks. Where all models tie, chi2, f
    and p are None, and the reason says so.
    """

    mean_ranks: Floats
    chi2: float | None
    f: float | None
    p: float | None
    reason: str | None


def rank_blocks(values: Floats) -> BlockRanks:
    """Models ranked within each block by their values, (blocks, k): the lowest first, equal
    values at the mean of their ranks.

    Raises ValueError on NaN, on fewer than 3 models or 2 blocks. Friedman's chi-squared with the correction
    for ties: Friedman 1937, doi:10.1080/01621459.1937.10503522. F: Iman and Davenport 1980,
    doi:10.1080/03610928008827904; as Demšar 2006, Journal of Machine Learning Research 7, 1-30.
    """
    blocks, k = values.shape
    if k < 3 or blocks < 2:
        raise ValueError(f"{k} models over {blocks} blocks: at least 3 over 2")
    if np.isnan(values).any():
        raise ValueError("NaN has no rank")
    from scipy.special import fdtrc
    from scipy.stats import rankdata

    ranks = rankdata(values, axis=1)
    middle = (k + 1) / 2
    sums = ranks.sum(axis=0)
    mean_ranks = sums / blocks
    most = blocks * _squares(ranks - middle)
    if not most:
        return BlockRanks(mean_ranks, None, None, None, TIED)
    # Kendall's coefficient of concordance: the share of the squares about the middle that lies between models
    agreement = _squares(sums - blocks * middle) / most
    chi2 = blocks * (k - 1) * agreement
    if agreement == 1.0:
        return BlockRanks(mean_ranks, chi2, math.inf, 0.0, None)
    f = (blocks - 1) * agreement / (1.0 - agreement)
    p = float(fdtrc(k - 1, (k - 1) * (blocks - 1), f))
    return BlockRanks(mean_ranks, chi2, f, p, None)


def _squares(x: Floats) -> float:
    """Their sum; exact for multiples of ½."""
    return float(np.square(x).sum())
