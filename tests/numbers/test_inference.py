"""Quantiles of t, Wilson's interval, ranks."""

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from losscli.inference import ranks, t_quantile, t_refusal, wilson


@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.9, 0.95, 0.99, 0.999])
@pytest.mark.parametrize("df", [200, 250, 999, 10_000, 10**7])
def test_t_quantile(confidence: float, df: int) -> None:
    assert t_quantile(confidence, df) == pytest.approx(scipy.stats.t.ppf((1 + confidence) / 2, df), rel=1e-9)


@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.95, 0.999, 1 - 0.05 / 200])
def test_t_quantile_of_few_degrees_of_freedom(confidence: float) -> None:
    df = np.array([*range(1, 12), 49, 99, 498, 499, 500, 501])
    expected = scipy.stats.t.ppf((1 + confidence) / 2, df)
    assert [t_quantile(confidence, int(one)) for one in df] == pytest.approx(expected, rel=1e-11)
    assert math.isnan(t_quantile(confidence, 0))


# Newcombe 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, table I, method 3
@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_of_newcombe(successes: int, trials: int, low: float, high: float) -> None:
    found = wilson(successes, trials, 0.95)
    assert [round(end, 4) for end in found] == [low, high]


def test_wilson_to_more_digits() -> None:
    low, high = wilson(81, 263, 0.95)
    assert low == pytest.approx(0.2552885, abs=5e-8)
    assert high == pytest.approx(0.3662096, abs=5e-8)


@given(trials=st.integers(1, 10**7), part=st.floats(0, 1), confidence=st.sampled_from([0.8, 0.95, 0.999]))
def test_wilson_against_scipy(trials: int, part: float, confidence: float) -> None:
    successes = round(part * trials)
    low, high = wilson(successes, trials, confidence)
    theirs = scipy.stats.binomtest(successes, trials).proportion_ci(confidence, method="wilson")
    assert low == pytest.approx(theirs.low, rel=1e-10, abs=1e-15)
    assert high == pytest.approx(theirs.high, rel=1e-10)
    assert 0.0 <= low <= successes / trials <= high <= 1.0


@given(st.lists(st.integers(-3, 3).map(float) | st.just(math.inf), min_size=1, max_size=12))
def test_ranks_against_scipy(values: list[float]) -> None:
    assert ranks(values) == scipy.stats.rankdata(values, method="min").tolist()
    better = ranks(values, greater_is_better=True)
    assert better == scipy.stats.rankdata(-np.array(values), method="min").tolist()


@given(st.lists(st.none() | st.just(math.nan) | st.floats(-9, 9), min_size=1), st.booleans())
def test_what_is_missing_ranks_last(values: list[float | None], greater: bool) -> None:
    found = ranks(values, greater_is_better=greater)
    known = [v is not None and not math.isnan(v) for v in values]
    last = 1 + sum(known)
    assert all((rank == last) == (not there) for rank, there in zip(found, known, strict=True))


def test_an_infinite_loss_ranks_before_a_missing_one() -> None:
    assert ranks([None, math.inf, 1.0]) == [3, 2, 1]


def test_t_interval_needs_rows_and_little_skew() -> None:
    assert t_refusal(1_000, 0.05 * math.sqrt(1_000) * 0.999) is None
    assert t_refusal(999, 0.0) is not None
    assert t_refusal(1_000, 1.6) is not None
    assert t_refusal(1_000, -1.6) is not None
    assert t_refusal(1_000, math.nan) is not None
