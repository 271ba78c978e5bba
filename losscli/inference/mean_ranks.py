"""Ranks of models over blocks, which are data sets or slices of one: whether any, and which, rank apart."""

import math
from dataclasses import dataclass

import numpy as np

from losscli.domain import Floats
from losscli.inference.corrections import holm

TIED = "all models tie in every block"


@dataclass(frozen=True, eq=False, slots=True)
class AgainstControl:
    """Each model against the control: z is positive where it ranks worse, p two-sided, adjusted by Holm for
    their number; (k-1,) each, in the order of the models, the control left out."""

    z: Floats
    p: Floats
    adjusted: Floats


@dataclass(frozen=True, eq=False, slots=True)
class BlockRanks:
    """Mean ranks of k models over the blocks, (k,), 1 the best; the tests that all rank alike.

    chi2 has k-1 degrees of freedom, f has k-1 and (k-1)(blocks-1); chi2_p and p are their p-values. Where all
    blocks agree, f is inf and p is 0.0; all are approximations, and bad ones over very few blocks. Where all
    models tie, the four are None, and the reason says so.
    """

    mean_ranks: Floats
    blocks: int
    chi2: float | None
    chi2_p: float | None
    f: float | None
    p: float | None
    reason: str | None

    @property
    def standard_error(self) -> float:
        """Of a difference of two mean ranks where all models rank alike, and none tie."""
        k = len(self.mean_ranks)
        return math.sqrt(k * (k + 1) / (6 * self.blocks))

    def critical_difference(self, confidence: float) -> float:
        """Two models whose mean ranks are as far apart, or farther, differ: of all pairs together, at the
        confidence.

        Nemenyi 1963, Distribution-free multiple comparisons, thesis, Princeton; as Demšar 2006, without a
        correction for ties, which makes it too wide where there are any.
        """
        from scipy.stats import studentized_range

        quantile = float(studentized_range.ppf(confidence, len(self.mean_ranks), math.inf))
        return quantile / math.sqrt(2) * self.standard_error

    def against(self, control: int) -> AgainstControl:
        """The normal tests that the other models rank as the one at index `control` does; as Demšar 2006."""
        from scipy.special import ndtr

        z = np.delete(self.mean_ranks - self.mean_ranks[control], control) / self.standard_error
        p = np.asarray(2 * ndtr(-np.abs(z)))
        return AgainstControl(z, p, holm(p))


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
    from scipy.special import chdtrc, fdtrc
    from scipy.stats import rankdata

    ranks = rankdata(values, axis=1)
    middle = (k + 1) / 2
    sums = ranks.sum(axis=0)
    mean_ranks = sums / blocks
    most = blocks * _squares(ranks - middle)
    if not most:
        return BlockRanks(mean_ranks, blocks, None, None, None, None, TIED)
    # Kendall's coefficient of concordance: the share of the squares about the middle that lies between models
    agreement = _squares(sums - blocks * middle) / most
    chi2 = blocks * (k - 1) * agreement
    chi2_p = float(chdtrc(k - 1, chi2))
    if agreement == 1.0:
        return BlockRanks(mean_ranks, blocks, chi2, chi2_p, math.inf, 0.0, None)
    f = (blocks - 1) * agreement / (1.0 - agreement)
    p = float(fdtrc(k - 1, (k - 1) * (blocks - 1), f))
    return BlockRanks(mean_ranks, blocks, chi2, chi2_p, f, p, None)


def _squares(x: Floats) -> float:
    """Their sum; exact for multiples of ½."""
    return float(np.square(x).sum())
