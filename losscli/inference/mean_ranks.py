"""Ranks of models over blocks, which are data sets or slices of one: whether any, and which, rank apart."""

import math
from dataclasses import dataclass

import numpy as np

from losscli.domain import Floats

_PRINTED = 0.005 + 1e-9  # the most by which a mean rank printed to two decimals is off
TIED = "all models tie in every block"


@dataclass(frozen=True, eq=False, slots=True)
class AgainstControl:
    """z is positive where a model ranks worse than the control, p two-sided and not adjusted; both (k-1,),
    in the order of the models, the control left out."""

    z: Floats
    p: Floats


@dataclass(frozen=True, eq=False, slots=True)
class BlockRanks:
    """Mean ranks of k models over the blocks, (k,), 1 the best; the test that all rank alike.

    f has k-1 and (k-1)(blocks-1) degrees of freedom, and p is its p-value. Where all blocks agree, f is inf
    and p is 0.0; both are approximations, and bad ones over very few blocks. Where all models tie, chi2, f
    and p are None, and the reason says so. Two models whose mean ranks are critical_difference or more apart
    differ, at the confidence asked for, over all pairs together.
    """

    mean_ranks: Floats
    blocks: int
    chi2: float | None
    f: float | None
    p: float | None
    critical_difference: float
    reason: str | None

    @property
    def standard_error(self) -> float:
        """Of a difference of two mean ranks where all models rank alike, and none tie."""
        return _standard_error(len(self.mean_ranks), self.blocks)

    def against(self, control: int) -> AgainstControl:
        """The normal tests that the other models rank as the one at index `control` does.

        The p-values are to be adjusted for their number, as by `holm`. Demšar 2006, Journal of Machine
        Learning Research 7, 1-30.
        """
        from scipy.special import ndtr

        z = np.delete(self.mean_ranks - self.mean_ranks[control], control) / self.standard_error
        return AgainstControl(z, np.asarray(2 * ndtr(-np.abs(z))))


def rank_blocks(values: Floats, confidence: float) -> BlockRanks:
    """Models ranked within each block by their values, (blocks, k): the lowest first, equal
    values at the mean of their ranks.

    Raises ValueError on NaN, on fewer than 3 models or 2 blocks. Friedman's chi-squared with the correction
    for ties: Friedman 1937, doi:10.1080/01621459.1937.10503522. F: Iman and Davenport 1980,
    doi:10.1080/03610928008827904. Critical difference: Nemenyi 1963, Distribution-free multiple comparisons,
    thesis, Princeton; as Demšar 2006, Journal of Machine Learning Research 7, 1-30, without a correction for
    ties, which makes it too wide where there are any.
    """
    blocks, k = values.shape
    _require(k, blocks)
    if np.isnan(values).any():
        raise ValueError("NaN has no rank")
    from scipy.stats import rankdata

    ranks = rankdata(values, axis=1)
    middle = (k + 1) / 2
    sums = ranks.sum(axis=0)
    most = blocks * _squares(ranks - middle)
    agreement = _squares(sums - blocks * middle) / most if most else None
    return _judged(sums / blocks, blocks, agreement, confidence)


def judge_mean_ranks(mean_ranks: Floats, blocks: int, confidence: float) -> BlockRanks:
    """As `rank_blocks`, of mean ranks over so many blocks, (k,), printed to two decimals or more.

    chi2 is without the correction for ties, of which mean ranks do not tell: it is too small where there
    were any. Raises ValueError on fewer than 3 models or 2 blocks, and where no ranks have these means.
    """
    k = len(mean_ranks)
    _require(k, blocks)
    if not _are_means(mean_ranks):
        raise ValueError("no ranks have these means")
    agreement = 12 * _squares(mean_ranks - (k + 1) / 2) / (k * (k * k - 1))
    return _judged(mean_ranks, blocks, min(agreement, 1.0), confidence)


def _require(k: int, blocks: int) -> None:
    if k < 3 or blocks < 2:
        raise ValueError(f"{k} models over {blocks} blocks: at least 3 over 2")


def _are_means(mean_ranks: Floats) -> bool:
    """Whether ranks can have these means, but for rounding: the best j sum to 1 + … + j or more, and all k to
    just that. Rado 1952, doi:10.1112/jlms/s1-27.1.1."""
    places = np.arange(1, len(mean_ranks) + 1)
    excess = np.cumsum(np.sort(mean_ranks) - places)
    slack = _PRINTED * places
    return bool((excess >= -slack).all() and excess[-1] <= slack[-1])


def _judged(mean_ranks: Floats, blocks: int, agreement: float | None, confidence: float) -> BlockRanks:
    """agreement: Kendall's coefficient of concordance, the share of the squares of ranks about their middle
    that lies between models; None where all tie."""
    k = len(mean_ranks)
    difference = _studentised_range(k, confidence) * _standard_error(k, blocks)
    if agreement is None:
        return BlockRanks(mean_ranks, blocks, None, None, None, difference, TIED)
    chi2 = blocks * (k - 1) * agreement
    if agreement == 1.0:
        return BlockRanks(mean_ranks, blocks, chi2, math.inf, 0.0, difference, None)
    from scipy.special import fdtrc

    f = (blocks - 1) * agreement / (1.0 - agreement)
    p = float(fdtrc(k - 1, (k - 1) * (blocks - 1), f))
    return BlockRanks(mean_ranks, blocks, chi2, f, p, difference, None)


def _squares(x: Floats) -> float:
    """Their sum; exact for multiples of ½."""
    return float(np.square(x).sum())


def _standard_error(k: int, blocks: int) -> float:
    return math.sqrt(k * (k + 1) / (6 * blocks))


def _studentised_range(k: int, confidence: float) -> float:
    """Its quantile at infinitely many degrees of freedom, over √2."""
    from scipy.stats import studentized_range

    return float(studentized_range.ppf(confidence, k, math.inf)) / math.sqrt(2)
