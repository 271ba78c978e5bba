"""Sums that merge: means, standard errors, skewness, effective rows, against sums of the rows themselves."""

import math
import statistics
from collections.abc import Sequence

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from losscli.domain import Floats
from losscli.engine import fold
from losscli.metrics.aggregate import Moments

N, C = 403, 3


def sample(seed: int) -> tuple[list[Floats], Floats]:
    """Three row quantities, one skewed, one small, one that may be negative; and weights."""
    rng = np.random.default_rng(seed)
    x = [rng.lognormal(size=N), 1e-6 * rng.random(N), rng.normal(5.0, 3.0, N)]
    return x, rng.choice([0.5, 1.0, 2.0, 3.75], N)


def moments(x: Sequence[Floats], w: Floats, cuts: Sequence[int] = (), jobs: int = 1) -> Moments:
    """Of the rows, merged from the blocks between the cuts."""
    ends = [0, *sorted(cuts), len(w)]
    shift = np.array([one[: max(ends[1], 1)].mean() for one in x])

    def work(block: int) -> Moments:
        rows = slice(ends[block], ends[block + 1])
        number = np.arange(ends[block], ends[block + 1]) + 1
        return Moments.of([one[rows] for one in x], w[rows], shift, None, number)

    return fold(len(ends) - 1, work, Moments.merge, jobs)


def figures(m: Moments) -> Floats:
    return np.stack([m.mean, m.standard_error, m.skewness, m.effective_rows, m.total, m.largest, m.top])


def by_rows(x: Floats, w: Floats) -> list[float]:
    """The same figures from the definitions, by exact sums."""
    n, total = len(x), math.fsum(w)
    mean = math.fsum(w * x) / total
    z = w * (x - mean)
    second, third = math.fsum(z**2), math.fsum(z**3)
    return [
        mean,
        math.sqrt(n / (n - 1) * second) / total,
        (third / n) / (second / n) ** 1.5,
        math.fsum(w * x) ** 2 / math.fsum((w * x) ** 2),
        math.fsum(w * x),
        max(x),
        max(0.0, *(w * x)),
    ]


@given(seed=st.integers(0, 10**6), cuts=st.lists(st.integers(30, N), max_size=5), weighted=st.booleans())
def test_against_sums_of_rows(seed: int, cuts: list[int], weighted: bool) -> None:
    x, w = sample(seed)
    w = w if weighted else np.ones(N)
    ours = figures(moments(x, w, cuts))
    np.testing.assert_allclose(ours, np.array([by_rows(one, w) for one in x]).T, rtol=1e-12, atol=1e-15)


def test_against_scipy() -> None:
    x, _ = sample(1)
    m = moments(x, np.ones(N), [100, 101, 300])
    np.testing.assert_allclose(m.standard_error, [scipy.stats.sem(one) for one in x], rtol=1e-12)
    np.testing.assert_allclose(m.skewness, [scipy.stats.skew(one) for one in x], rtol=1e-12)


@pytest.mark.parametrize("jobs", [2, 3, 8])
def test_any_number_of_workers_gives_the_same_bits(jobs: int) -> None:
    x, w = sample(2)
    cuts = range(40, N, 17)
    alone, together = moments(x, w, cuts), moments(x, w, cuts, jobs)
    assert figures(alone).tobytes() == figures(together).tobytes()
    assert (alone.w, alone.w2, alone.w3) == (together.w, together.w2, together.w3)


@given(seed=st.integers(0, 10**6))
def test_weight_laws(seed: int) -> None:
    """Weight 0 is an absent row, weight k is k rows for the mean, and the order of rows is free."""
    x, w = sample(seed)
    times = np.random.default_rng(seed).integers(0, 4, N)
    own = moments(x, times.astype(np.float64), [200])
    repeated = moments([np.repeat(one, times) for one in x], np.ones(times.sum()), [50])
    np.testing.assert_allclose(own.mean, repeated.mean, rtol=1e-12)
    np.testing.assert_allclose(own.total, repeated.total, rtol=1e-12)
    there = w > 1.0
    rest = moments([one[there] for one in x], w[there])
    zeros = moments(x, np.where(there, w, 0.0))
    np.testing.assert_allclose(zeros.mean, rest.mean, rtol=1e-12)
    np.testing.assert_allclose(zeros.effective_rows, rest.effective_rows, rtol=1e-12)
    shuffled = np.random.default_rng(seed).permutation(N)
    mixed = moments([one[shuffled] for one in x], w[shuffled], [123])
    np.testing.assert_allclose(figures(mixed), figures(moments(x, w, [77])), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("unit", [1e-3, 7.0, 1e6])
def test_the_unit_of_weights_is_free(unit: float) -> None:
    x, w = sample(5)
    one, other = moments(x, w), moments(x, unit * w)
    for name in ("mean", "standard_error", "skewness", "effective_rows"):
        np.testing.assert_allclose(getattr(other, name), getattr(one, name), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("mean", [1e6, 1e9, 1e12])
def test_a_large_mean_keeps_the_digits_of_a_small_spread(mean: float) -> None:
    rng = np.random.default_rng(6)
    x = mean + np.ldexp(np.round(np.ldexp(rng.exponential(size=N), 10)), -10)  # exact doubles
    m = moments([x], np.ones(N), [100, 250])
    exact = statistics.stdev(x.tolist()) / math.sqrt(N)
    assert m.standard_error[0] == pytest.approx(exact, rel=1e-12)
    assert m.skewness[0] == pytest.approx(scipy.stats.skew(x - mean), rel=1e-10)
    assert m.mean[0] == pytest.approx(statistics.fmean(x), rel=1e-15)


def test_infinite_rows_are_counted_named_and_kept_out() -> None:
    x, w = sample(7)
    broken = x[0].copy()
    broken[[41, 300]] = np.inf
    m = moments([broken, x[1]], w, [40, 200])
    assert m.infinite.tolist() == [2, 0]
    assert m.first_infinite[0] == 42
    assert m.mean[0] == np.inf
    assert m.mean[1] == pytest.approx(by_rows(x[1], w)[0], rel=1e-12)


def test_flagged_rows_have_their_own_sums() -> None:
    x, w = sample(9)
    flagged = x[2] > 8.0
    number = np.arange(N) + 1
    m = fold(
        3,
        lambda b: Moments.of(
            [one[b * 150 : (b + 1) * 150] for one in x],
            w[b * 150 : (b + 1) * 150],
            np.array([1.0, 0.0, 4.0]),
            flagged[b * 150 : (b + 1) * 150],
            number[b * 150 : (b + 1) * 150],
        ),
        Moments.merge,
        2,
    )
    direct = [math.fsum(w[flagged] * one[flagged]) for one in x]
    np.testing.assert_allclose(m.flagged_sum, direct, rtol=1e-12)
    assert m.fw == math.fsum(w[flagged])


def test_too_little_to_say() -> None:
    one = Moments.of([np.array([3.0])], np.ones(1), np.zeros(1), None, np.array([1]))
    assert one.mean[0] == 3.0 and np.isnan(one.standard_error[0])
    same = moments([np.full(50, 0.3)], np.ones(50))
    assert same.standard_error[0] == 0.0 and np.isnan(same.skewness[0])
    nothing = moments([np.zeros(50)], np.ones(50))
    assert np.isnan(nothing.effective_rows[0])
