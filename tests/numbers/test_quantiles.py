"""Weighted quantiles: those of the sorted rows, however the rows are cut and however few may be kept."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from losscli.domain import Floats
from losscli.metrics.aggregate import order, quantiles

# The sum of two of them is a double.
NUMBERS = st.floats(-8e307, 8e307) | st.sampled_from(
    [0.0, -0.0, 5e-324, -5e-324, 2.2e-308, 1.0, -1.0, 1e300, -1e300]
)
SAMPLES = arrays.arrays(np.float64, st.integers(1, 60), elements=NUMBERS)
SHARES = st.sampled_from([0.0078125, 0.125, 0.25, 0.5, 0.75, 0.984375])
KEEP_ALL, KEEP_FOUR = 1 << 20, 4


def found(
    x: Floats, w: Floats, share: float = 0.5, *, size: int = 10**9, jobs: int = 1, keep: int = KEEP_ALL
) -> float:
    """Our quantile, the rows cut into blocks of `size`; more than `keep` values are never sorted at once."""
    blocks = -(-len(x) // size)
    calls = 0

    def series(block: int) -> list[tuple[Floats, Floats]]:
        nonlocal calls
        calls += 1
        assert calls <= 8 * blocks + 8, "the search does not come to an end"
        rows = slice(block * size, (block + 1) * size)
        return [(x[rows], w[rows])]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(order, "_COLLECT", keep)
        (value,) = quantiles(series, share, blocks, jobs)
    return value


def sorted_quantile(rows: Floats, share: float) -> float:
    """By hand: the row at share·n, or the middle of the rows beside the cut if that is a whole number."""
    rows, place = np.sort(rows), Fraction(share) * len(rows)
    if place.denominator == 1:
        return float((rows[int(place) - 1] + rows[int(place)]) / 2)
    return float(rows[math.ceil(place) - 1])


@pytest.mark.parametrize("keep", [KEEP_ALL, KEEP_FOUR])
@given(x=SAMPLES, size=st.integers(1, 70), jobs=st.sampled_from([1, 3]))
def test_half_is_the_median(x: Floats, size: int, jobs: int, keep: int) -> None:
    assert found(x, np.ones(len(x)), size=size, jobs=jobs, keep=keep) == np.median(x)


@pytest.mark.parametrize("keep", [KEEP_ALL, KEEP_FOUR])
@given(x=SAMPLES, share=SHARES, seed=st.integers(0, 99), size=st.integers(1, 70))
def test_weights_are_repeated_rows(x: Floats, share: float, seed: int, size: int, keep: int) -> None:
    times = np.random.default_rng(seed).integers(0, 5, len(x))
    times[seed % len(x)] += 1
    value = found(x, times.astype(np.float64), share, size=size, keep=keep)
    assert value == sorted_quantile(np.repeat(x, times), share)


@given(x=st.lists(st.sampled_from([-2.5, 0.0, -0.0, 1.0, 1.0 + 2**-52, 7e200]), min_size=1, max_size=80))
def test_ties(x: list[float]) -> None:
    values = np.array(x)
    for share in (0.25, 0.5, 0.75):
        for keep in (KEEP_ALL, KEEP_FOUR):
            assert found(values, np.ones(len(x)), share, size=7, keep=keep) == sorted_quantile(values, share)


@pytest.mark.parametrize("high", [1.0, 1e300, 1.0 + 2**-52])
@pytest.mark.parametrize("low", [-1e300, 0.0])
def test_two_values_with_many_ties_come_to_an_end(low: float, high: float) -> None:
    """Neither end can be told apart further, and both hold more rows than are kept."""
    x = np.tile([low, high], 500)
    assert found(x, np.ones(1_000), size=128, keep=KEEP_FOUR) == (low + high) / 2
    assert found(x, np.ones(1_000), 0.25, size=128, keep=KEEP_FOUR) == low
    assert found(x, np.ones(1_000), 0.75, size=128, keep=KEEP_FOUR) == high


def test_more_rows_than_are_kept() -> None:
    """Without forcing: a million and some, and the answer of a full sort."""
    rng = np.random.default_rng(3)
    x = rng.lognormal(size=(1 << 20) + 4_001) * np.where(rng.random((1 << 20) + 4_001) < 0.5, -1, 1)
    assert found(x, np.ones(len(x)), size=1 << 18, jobs=2) == np.median(x)


@pytest.mark.parametrize("keep", [KEEP_ALL, KEEP_FOUR])
@pytest.mark.parametrize("odd_ones", [-1.0, 1e-300, 4.0])
def test_blocks_unlike_those_at_even_distances(odd_ones: float, keep: int) -> None:
    """Long files may be looked at in a few blocks first: what those say must be checked."""
    x = np.full((40, 25), odd_ones)
    x[np.unique(np.linspace(0, 39, 8).astype(int))] = 2.0
    for share in (0.015625, 0.25, 0.5, 0.75, 0.984375):
        ours = found(x.ravel(), np.ones(1_000), share, size=25, keep=keep)
        assert ours == sorted_quantile(x.ravel(), share)


def test_several_series_at_once() -> None:
    rng = np.random.default_rng(4)
    columns = [rng.normal(size=501), rng.integers(0, 3, 501).astype(float), np.full(501, -7.25)]

    def series(block: int) -> list[tuple[Floats, Floats]]:
        rows = slice(block * 100, (block + 1) * 100)
        return [(x[rows], np.ones(len(x[rows]))) for x in columns]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(order, "_COLLECT", KEEP_FOUR)
        assert quantiles(series, 0.5, 6, 2) == [np.median(x) for x in columns]


@pytest.mark.parametrize("keep", [KEEP_ALL, KEEP_FOUR])
def test_no_weight_no_quantile(keep: int) -> None:
    assert math.isnan(found(np.arange(9.0), np.zeros(9), size=2, keep=keep))
    assert found(np.arange(9.0), np.eye(9)[4], size=2, keep=keep) == 4.0


@given(x=SAMPLES, unit=st.sampled_from([0.25, 2.0, 1024.0]))
def test_the_unit_of_weights_is_free(x: Floats, unit: float) -> None:
    assert found(x, np.full(len(x), unit), size=9) == np.median(x)


def test_the_unit_of_weights_is_free_where_it_rounds() -> None:
    for n in range(2, 60):
        for unit in (0.1, 0.3, 1 / 3):
            assert found(np.arange(float(n)), np.full(n, unit)) == (n - 1) / 2, (n, unit)
