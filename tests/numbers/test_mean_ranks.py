"""Ranks of models over blocks: Friedman, Iman and Davenport, Nemenyi, comparisons with a control."""

import math
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from losscli.domain import Floats
from losscli.inference.mean_ranks import TIED, BlockRanks, rank_blocks

SEEDS = st.integers(0, 10**6)
BLOCKS, MODELS = st.integers(2, 30), st.integers(3, 8)


def table(seed: int, blocks: int, k: int, *, ties: bool) -> Floats:
    """Values of k models on the blocks; each block has a level of its own."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(blocks, k)) + np.arange(k) / k
    return (np.round(values) if ties else values) + rng.integers(0, 5, (blocks, 1))


def figures(found: BlockRanks) -> tuple[float | None, ...]:
    return found.chi2, found.f, found.p


# Demšar 2006, Journal of Machine Learning Research 7, 1-30, table 6: the ranks of C4.5, with m, with cf, with
# both by their AUC on 14 data sets
DEMSAR = """
4 3 2 1  1 2 3 4  4 1 2 3  4 1 3 2  4 2 3 1  1 2.5 4 2.5  3 2 4 1
2.5 2.5 4 1  4 3 2 1  2.5 2.5 2.5 2.5  4 2.5 1 2.5  3 2 4 1  4 1 2 3  3 1 4 2
"""


def test_demsar() -> None:
    """He does not correct for ties: a block of k alike has none of the squares of ranks, one of two alike
    lacks half."""
    found = rank_blocks(np.array(DEMSAR.split(), dtype=float).reshape(14, 4))
    assert (found.mean_ranks * 14).tolist() == [44, 28, 40.5, 27.5]
    untied, ties = 14 * 5, 5 + 3 * 0.5
    assert found.chi2 == pytest.approx(9.278571 * untied / (untied - ties), abs=5e-6)
    assert found.f == pytest.approx(13 * found.chi2 / (14 * 3 - found.chi2), rel=1e-12)
    f = 13 * 9.278571 / (14 * 3 - 9.278571)
    assert f == pytest.approx(3.69, abs=5e-3)  # as he prints it
    assert found.reason is None
    assert found.critical_difference(0.95) == pytest.approx(1.253559, abs=5e-7)  # 1.25
    assert found.critical_difference(0.90) == pytest.approx(1.118060, abs=5e-7)  # 1.12


def test_demsar_against_the_control() -> None:
    """His z; Holm by hand: the smallest p times 3, the next times 2, none below the one before."""
    found = rank_blocks(np.array(DEMSAR.split(), dtype=float).reshape(14, 4)).against(0)
    assert found.z == pytest.approx([-2.342160, -0.512348, -2.415353], abs=5e-7)
    assert found.p == pytest.approx([0.019172, 0.608408, 0.015720], abs=5e-7)
    assert found.adjusted == pytest.approx([3 * 0.015720, 0.608408, 3 * 0.015720], abs=2e-6)


# q at .05 and .10 for 3 to 10 models, as Demšar 2006 prints them
@pytest.mark.parametrize(
    ("confidence", "printed"),
    [
        (0.95, [2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164]),
        (0.90, [2.052, 2.291, 2.459, 2.589, 2.693, 2.780, 2.855, 2.920]),
    ],
)
def test_critical_values(confidence: float, printed: list[float]) -> None:
    for k, q in enumerate(printed, start=3):
        found = rank_blocks(np.tile(np.arange(float(k)), (10, 1)))
        assert found.critical_difference(confidence) / found.standard_error == pytest.approx(q, abs=1e-3)


@given(seed=SEEDS, blocks=BLOCKS, k=MODELS, ties=st.booleans())
def test_friedman_against_scipy(seed: int, blocks: int, k: int, ties: bool) -> None:
    values = table(seed, blocks, k, ties=ties)
    found = rank_blocks(values)
    ranks = scipy.stats.rankdata(values, axis=1)
    assert found.mean_ranks == pytest.approx(ranks.mean(axis=0), rel=1e-14)
    if found.reason is not None:
        assert (ranks == ranks[0, 0]).all()
        return
    theirs = scipy.stats.friedmanchisquare(*values.T)
    assert found.chi2 == pytest.approx(theirs.statistic, rel=1e-9, abs=1e-9)
    assert found.chi2_p == pytest.approx(theirs.pvalue, rel=1e-9)


@given(seed=SEEDS, blocks=BLOCKS, k=MODELS, ties=st.booleans())
def test_f_is_the_two_way_analysis_of_variance_of_ranks(seed: int, blocks: int, k: int, ties: bool) -> None:
    found = rank_blocks(values := table(seed, blocks, k, ties=ties))
    twice = (2 * scipy.stats.rankdata(values, axis=1)).astype(int) - (k + 1)
    between = Fraction(int((twice.sum(axis=0) ** 2).sum()), blocks)
    within = int((twice**2).sum()) - between
    if within == 0:
        assert (found.f, found.p) == ((None, None) if between == 0 else (math.inf, 0.0))
        return
    f = float((blocks - 1) * between / within)
    assert found.f == pytest.approx(f, rel=1e-9)
    assert found.p == pytest.approx(scipy.stats.f.sf(f, k - 1, (k - 1) * (blocks - 1)), rel=1e-7)


@given(seed=SEEDS, blocks=BLOCKS, k=MODELS, ties=st.booleans())
def test_the_order_of_blocks_does_not_matter(seed: int, blocks: int, k: int, ties: bool) -> None:
    values = table(seed, blocks, k, ties=ties)
    shuffled = np.random.default_rng(seed).permutation(values)
    found, again = rank_blocks(values), rank_blocks(shuffled)
    assert figures(found) == figures(again)
    assert found.mean_ranks.tolist() == again.mean_ranks.tolist()


@given(seed=SEEDS, blocks=BLOCKS, k=MODELS, ties=st.booleans())
def test_only_the_order_within_a_block_matters(seed: int, blocks: int, k: int, ties: bool) -> None:
    values = table(seed, blocks, k, ties=ties)
    rng = np.random.default_rng(seed)
    stretched = np.exp(values) * rng.uniform(1, 9, (blocks, 1)) + rng.uniform(-9, 9, (blocks, 1))
    stretched[0] = values[0] ** 3
    found = rank_blocks(values)
    assert figures(found) == figures(rank_blocks(stretched))


@given(seed=SEEDS, blocks=BLOCKS, k=MODELS, ties=st.booleans())
def test_the_other_sign_reverses_the_ranks(seed: int, blocks: int, k: int, ties: bool) -> None:
    values = table(seed, blocks, k, ties=ties)
    found, reversed_ = rank_blocks(values), rank_blocks(-values)
    assert reversed_.mean_ranks == pytest.approx(k + 1 - found.mean_ranks, rel=1e-12)
    assert figures(reversed_) == figures(found)


@pytest.mark.parametrize("blocks", [2, 3, 1_000])
def test_all_tied(blocks: int) -> None:
    found = rank_blocks(np.full((blocks, 4), 0.1))
    assert (found.chi2, found.f, found.p, found.reason) == (None, None, None, TIED)
    assert found.mean_ranks.tolist() == [2.5] * 4


@given(blocks=st.integers(2, 5_000), k=MODELS)
def test_all_agree(blocks: int, k: int) -> None:
    agreed = (math.inf, 0.0, None)
    found = rank_blocks(np.tile(np.arange(float(k)) / 7, (blocks, 1)))
    assert found.chi2 == blocks * (k - 1)
    assert (found.f, found.p, found.reason) == agreed
    tied = rank_blocks(np.tile(np.arange(float(k)) // 2, (blocks, 1)))
    assert tied.chi2 == blocks * (k - 1)
    assert (tied.f, tied.p, tied.reason) == agreed


def test_one_swap_among_many_that_agree() -> None:
    values = np.tile(np.arange(3.0), (100_000, 1))
    values[7] = [1.0, 0.0, 2.0]
    found = rank_blocks(values)
    assert found.f is not None
    assert found.f < math.inf


def test_ranks_that_cancel() -> None:
    found = rank_blocks(np.array(list(permutations([1.0, 2.0, 3.0]))))
    assert (found.chi2, found.f, found.p, found.reason) == (0.0, 0.0, 1.0, None)


def test_infinite_values_have_ranks() -> None:
    found = rank_blocks(np.array([[math.inf, 0.0, -math.inf], [math.inf, math.inf, 1.0]]))
    assert found.mean_ranks.tolist() == [2.75, 2.25, 1.0]


@pytest.mark.parametrize("shape", [(1, 3), (2, 2), (0, 4)])
def test_too_few(shape: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="at least 3 over 2"):
        rank_blocks(np.zeros(shape))


def test_nan_has_no_rank() -> None:
    with pytest.raises(ValueError, match="NaN"):
        rank_blocks(np.array([[1.0, 2.0, math.nan], [1.0, 2.0, 3.0]]))
