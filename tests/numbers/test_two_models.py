"""Paired tests of labels, scores and forecasts; adjusted p-values."""

import math
from typing import Any

import numpy as np
import pytest
import scipy.special
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from losscli.domain import Floats, Mask
from losscli.inference import benjamini_hochberg, holm
from losscli.inference.two_models import (
    ABSENT,
    CONSTANT,
    NO_VARIANCE,
    SEPARATED,
    SINGLE,
    Area,
    AreaDifference,
    delong,
    delong_area,
    diebold_mariano,
    mcnemar,
)

COUNTS = st.integers(0, 400)


# 7 and 1: Bentur et al., table 1 of Fagerland et al. 2013
@pytest.mark.parametrize(("b", "c", "p"), [(7, 1, 0.0390625), (11, 1, 14 / 4096), (1, 1, 0.75), (0, 1, 0.5)])
def test_mid_p_of_a_few_rows(b: int, c: int, p: float) -> None:
    assert mcnemar(b, c) == pytest.approx(p, rel=1e-14)


@given(COUNTS, COUNTS)
def test_mid_p_against_the_binomial(b: int, c: int) -> None:
    law, few = scipy.stats.binom(b + c, 0.5), min(b, c)
    exact = 2 * law.cdf(few) - law.pmf(few)
    if b == c:
        exact = 1.0 - law.pmf(few) / 2 if b else 1.0
    assert mcnemar(b, c) == pytest.approx(exact, rel=1e-10)
    assert mcnemar(c, b) == mcnemar(b, c)


@given(st.integers(0, 60), st.integers(0, 60))
def test_mid_p_in_whole_numbers(b: int, c: int) -> None:
    """P(further from the middle) + ½ P(as far), by counting all 2^n outcomes."""
    n, gap = b + c, abs(b - c)
    further = sum(math.comb(n, k) for k in range(n + 1) if abs(2 * k - n) > gap)
    as_far = sum(math.comb(n, k) for k in range(n + 1) if abs(2 * k - n) == gap)
    expected = (further + as_far / 2) / 2**n if n else 1.0
    assert mcnemar(b, c) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(("b", "c"), [(10**8, 10**8 + 20_000), (499_000, 501_000), (2_000, 3_000)])
def test_mid_p_of_many_rows(b: int, c: int) -> None:
    """2·I_½(c, b + 1) - pmf; the pmf from the deviance, as lgamma would lose digits."""
    law = scipy.stats.binom(b + c, 0.5)
    expected = 2 * scipy.special.betainc(c, b + 1, 0.5) - law.pmf(b)
    assert mcnemar(b, c) == pytest.approx(expected, rel=1e-7)


def test_mid_p_at_the_ends() -> None:
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(0, 10**9) == 0.0
    assert mcnemar(0, 1_000) == pytest.approx(2.0**-1_000, rel=1e-12)
    assert mcnemar(10**6, 10**6) == pytest.approx(1.0, abs=1e-3)


def sample(seed: int, *, n: int = 60, ties: bool = False, weighted: bool = False) -> tuple[Any, ...]:
    """Scores of two related models, which rows are positive (at least two of each class), weights."""
    rng = np.random.default_rng(seed)
    positive = rng.random(n) < 0.4
    positive[:4] = [True, False, True, False]
    common = rng.normal(size=n) + positive
    a, b = common + rng.normal(size=n), common + 1.5 * rng.normal(size=n)
    if ties:
        a, b = np.round(a), np.round(b)
    return a, b, positive, rng.uniform(0.2, 3.0, n) if weighted else np.ones(n)


def by_pairs(score: Floats, positive: Mask, w: Floats) -> tuple[float, Floats, Floats]:
    """AUC and placements of positives and negatives, over all pairs of rows."""
    above = np.sign(score[positive][:, None] - score[~positive][None, :]) / 2 + 0.5
    up, down = w[positive] / w[positive].sum(), w[~positive] / w[~positive].sum()
    return float(up @ above @ down), above @ down, up @ above


@given(seed=st.integers(0, 10**6), ties=st.booleans())
def test_delong_against_the_formula_of_the_paper(seed: int, ties: bool) -> None:
    """S10/m + S01/n with sample covariances of placements."""
    a, b, positive, w = sample(seed, ties=ties)
    auc_a, up_a, down_a = by_pairs(a, positive, w)
    auc_b, up_b, down_b = by_pairs(b, positive, w)
    s = np.cov(up_a, up_b) / len(up_a) + np.cov(down_a, down_b) / len(down_a)
    found = delong(a, b, positive, w, 0.9)
    assert (found.a.value, found.b.value) == pytest.approx((auc_a, auc_b), rel=1e-12)
    assert found.a.standard_error == pytest.approx(math.sqrt(s[0, 0]), rel=1e-10)
    error = math.sqrt(s[0, 0] + s[1, 1] - 2 * s[0, 1])
    assert found.standard_error == pytest.approx(error, rel=1e-7)
    z = (auc_a - auc_b) / error
    assert found.z == pytest.approx(z, rel=1e-7, abs=1e-12)
    assert found.p == pytest.approx(2 * scipy.stats.norm.sf(abs(z)), rel=1e-6)
    ends = auc_a - auc_b + error * np.array([-1, 1]) * scipy.stats.norm.ppf(0.95)
    assert (found.low, found.high) == pytest.approx(tuple(ends), rel=1e-7, abs=1e-10)
    assert found.a == delong_area(a, positive, w, 0.9)
    assert found.b == delong_area(b, positive, w, 0.9)


@given(seed=st.integers(0, 10**6), ties=st.booleans())
def test_weighted_delong_by_linearisation(seed: int, ties: bool) -> None:
    a, b, positive, w = sample(seed, ties=ties, weighted=True)
    auc_a, up_a, down_a = by_pairs(a, positive, w)
    auc_b, up_b, down_b = by_pairs(b, positive, w)
    variance = 0.0
    for x, v in ((up_a - up_b, w[positive]), (down_a - down_b, w[~positive])):
        share = v / v.sum()
        variance += len(x) / (len(x) - 1) * ((share * (x - share @ x)) ** 2).sum()
    found = delong(a, b, positive, w, 0.95)
    assert found.difference == pytest.approx(auc_a - auc_b, rel=1e-9, abs=1e-13)
    assert found.standard_error == pytest.approx(math.sqrt(variance), rel=1e-9)
    scaled = delong(a, b, positive, 7.0 * w, 0.95)
    assert scaled.p == pytest.approx(found.p, rel=1e-9)


@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
def test_delong_against_a_bootstrap_within_classes(weighted: bool) -> None:
    a, b, positive, w = sample(7, n=200, weighted=weighted)
    rng, ups, downs = np.random.default_rng(3), np.flatnonzero(positive), np.flatnonzero(~positive)
    above = [np.sign(s[ups][:, None] - s[downs][None, :]) / 2 + 0.5 for s in (a, b)]
    draws = np.empty((4_000, 2))
    for row in draws:
        up = w[ups] * np.bincount(rng.integers(len(ups), size=len(ups)), minlength=len(ups))
        down = w[downs] * np.bincount(rng.integers(len(downs), size=len(downs)), minlength=len(downs))
        row[:] = [up @ x @ down / (up.sum() * down.sum()) for x in above]
    found = delong(a, b, positive, w, 0.95)
    assert found.a.standard_error == pytest.approx(draws[:, 0].std(), rel=0.05)
    assert found.b.standard_error == pytest.approx(draws[:, 1].std(), rel=0.05)
    assert found.standard_error == pytest.approx((draws[:, 0] - draws[:, 1]).std(), rel=0.05)


def test_delong_keeps_its_level() -> None:
    """Two equally good models: p < 0.05 in about 5 % of files."""
    rng, below = np.random.default_rng(11), 0
    for _ in range(1_000):
        positive = rng.random(150) < 0.4
        common = rng.normal(size=150) + 1.2 * positive
        p = delong(*(common + rng.normal(size=(2, 150))), positive, np.ones(150), 0.95).p
        below += p is not None and p < 0.05
    assert 0.03 <= below / 1_000 <= 0.07


@given(seed=st.integers(0, 10**6), ties=st.booleans(), weighted=st.booleans())
def test_swapping_the_models_mirrors_the_difference(seed: int, ties: bool, weighted: bool) -> None:
    a, b, positive, w = sample(seed, ties=ties, weighted=weighted)
    one, two = delong(a, b, positive, w, 0.95), delong(b, a, positive, w, 0.95)
    assert (one.a, one.b, one.p, one.standard_error) == (two.b, two.a, two.p, two.standard_error)
    assert None not in (one.difference, one.z, one.low, one.high)
    assert (one.difference, one.z) == (-two.difference, -two.z)  # type: ignore[operator]
    assert (one.low, one.high) == (-two.high, -two.low)  # type: ignore[operator]


@given(seed=st.integers(0, 10**6))
def test_swapping_the_classes_and_monotone_scores_change_nothing(seed: int) -> None:
    a, b, positive, w = sample(seed, ties=True)
    one, two = delong(a, b, positive, w, 0.95), delong(-np.exp(a), -(b**3), ~positive, w, 0.95)
    assert two.difference == pytest.approx(one.difference, rel=1e-9, abs=1e-13)
    assert two.standard_error == pytest.approx(one.standard_error, rel=1e-9)


@pytest.mark.parametrize("one", [True, False])
def test_without_a_class_there_is_no_area(one: bool) -> None:
    x, w = np.arange(5.0), np.ones(5)
    area = delong_area(x, np.full(5, one), w, 0.95)
    assert area == Area(None, None, None, None, ABSENT)
    both = delong(x, x, np.full(5, one), w, 0.95)
    assert both == AreaDifference(area, area, None, None, None, None, None, None, ABSENT)


def test_one_row_of_a_class_has_an_area_without_an_error() -> None:
    positive = np.array([True, False, False, False])
    found = delong(np.array([2.0, 1, 3, 0]), np.array([9.0, 1, 3, 0]), positive, np.ones(4), 0.95)
    assert (found.a.value, found.b.value, found.difference) == pytest.approx((2 / 3, 1, -1 / 3))
    assert (found.p, found.low, found.reason, found.a.reason) == (None, None, SINGLE, SINGLE)


def test_equal_and_separating_scores() -> None:
    positive, w = np.arange(10) >= 5, np.full(10, 0.1)
    flat = delong(np.zeros(10), np.zeros(10), positive, w, 0.95)
    assert (flat.a.value, flat.difference, flat.p) == (0.5, 0.0, 1.0)
    assert (flat.low, flat.reason, flat.a.low, flat.a.reason) == (None, SEPARATED, None, SEPARATED)
    rising, turned = np.arange(10.0), np.arange(10.0)[::-1]
    apart = delong(rising, turned, positive, w, 0.95)
    assert (apart.difference, apart.p, apart.reason) == (pytest.approx(1.0), None, SEPARATED)
    assert delong(rising, rising**2, positive, w, 0.95).p == 1.0
    scores = sample(5, weighted=True)
    assert delong(scores[0], scores[0] * 3 + 1, *scores[2:], 0.95).p == 1.0


def test_intervals_stay_within_their_range() -> None:
    rng = np.random.default_rng(0)
    positive = np.arange(12) >= 6
    area = delong_area(positive * 1.3 + rng.normal(size=12), positive, np.ones(12), 0.999)
    assert area.value is not None
    assert 0.0 < area.low < area.value < area.high < 1.0  # type: ignore[operator]
    half = scipy.stats.norm.isf(0.0005) * area.standard_error / (area.value * (1 - area.value))
    ends = scipy.special.expit(scipy.special.logit(area.value) + np.array([-half, half]))
    assert (area.low, area.high) == pytest.approx(tuple(ends), rel=1e-9)


def forecast_differences() -> Floats:
    t = np.arange(1, 41)
    return np.asarray((np.sin(t) + (t % 10) / 10) ** 2 - (0.8 * np.cos(t)) ** 2)


# statsmodels 0.15.0, diebold_mariano_test with harvey_adj and lags 0 and 2
@pytest.mark.parametrize(
    ("horizon", "statistic", "p"), [(1, 3.3164898281, 0.0019795004), (3, 3.1942362664, 0.0027743246)]
)
def test_diebold_mariano(horizon: int, statistic: float, p: float) -> None:
    found = diebold_mariano(forecast_differences(), horizon)
    assert found.statistic == pytest.approx(statistic, abs=5e-11)
    assert found.p == pytest.approx(p, abs=5e-11)
    mirrored = diebold_mariano(-forecast_differences(), horizon)
    assert (mirrored.statistic, mirrored.p) == (-found.statistic, found.p)  # type: ignore[operator]


@pytest.mark.parametrize("horizon", [1, 2, 4])
def test_all_lags_of_a_horizon_weigh_alike(horizon: int) -> None:
    """As R's forecast::dm.test has it: autocovariances over n, the factor of Harvey, Leybourne and Newbold,
    Student's t with n - 1 degrees of freedom."""
    d = forecast_differences()
    n, e = len(d), d - d.mean()
    covariance = [sum(e[t] * e[t - k] for t in range(k, n)) / n for k in range(horizon)]
    raw = d.mean() / math.sqrt((covariance[0] + 2 * sum(covariance[1:])) / n)
    statistic = raw * math.sqrt((n + 1 - 2 * horizon + horizon / n * (horizon - 1)) / n)
    found = diebold_mariano(d, horizon, rectangular=True)
    assert found.statistic == pytest.approx(statistic, rel=1e-12)
    assert found.p == pytest.approx(2 * scipy.stats.t.sf(abs(statistic), n - 1), rel=1e-9)


def test_a_variance_that_is_not_positive_is_no_ground_for_a_test() -> None:
    """Differences that alternate: with one lag of full weight 1 - 2(n - 1)/n is below 0."""
    d = 0.1 + np.tile([1.0, -1.0], 10)
    found = diebold_mariano(d, 2, rectangular=True)
    assert (found.statistic, found.p, found.reason) == (None, None, NO_VARIANCE)
    assert diebold_mariano(d, 2).p is not None


@given(seed=st.integers(0, 10**6), n=st.integers(2, 60))
def test_one_step_ahead_is_the_paired_t(seed: int, n: int) -> None:
    d = np.random.default_rng(seed).normal(0.3, 1, n)
    theirs = scipy.stats.ttest_1samp(d, 0.0)
    found = diebold_mariano(d)
    assert (found.statistic, found.p) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-9)


def test_paired_t_of_darwin() -> None:
    """Fisher 1935: Zea mays."""
    d = np.array([49.0, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48])
    found = diebold_mariano(d)
    assert (found.statistic, found.p) == pytest.approx((2.1479874613, 0.0497029440), abs=5e-11)


@given(seed=st.integers(0, 10**6), n=st.integers(3, 40), data=st.data())
def test_any_horizon_has_a_statistic(seed: int, n: int, data: st.DataObject) -> None:
    """Where the plain sum of autocovariances would be negative: alternating differences."""
    d = 0.1 + (-1.0) ** np.arange(n) + 0.01 * np.random.default_rng(seed).normal(size=n)
    found = diebold_mariano(d, data.draw(st.integers(1, n - 1)))
    assert found.statistic is not None and math.isfinite(found.statistic)
    assert found.p is not None and 0.0 <= found.p <= 1.0


def test_forecasts_that_cannot_be_told_apart_by_variance() -> None:
    same = diebold_mariano(np.zeros(9), 2)
    assert (same.statistic, same.p, same.reason) == (0.0, 1.0, None)
    shifted = diebold_mariano(np.full(9, 0.1), 2)
    assert (shifted.statistic, shifted.p, shifted.reason) == (None, None, CONSTANT)


@pytest.mark.parametrize(("n", "horizon"), [(5, 0), (5, 5), (1, 1), (0, 1)])
def test_diebold_mariano_needs_more_rows_than_steps(n: int, horizon: int) -> None:
    with pytest.raises(ValueError, match="horizon"):
        diebold_mariano(np.arange(float(n)), horizon)


# Benjamini and Hochberg 1995, section 4.1
SMALL = (0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459)
TRIAL = np.array([*SMALL, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0])


def test_adjusted_p_of_benjamini_and_hochberg() -> None:
    by_holm, by_share = holm(TRIAL), benjamini_hochberg(TRIAL)
    np.testing.assert_allclose(by_holm[:5], [0.0015, 0.0056, 0.0247, 0.1140, 0.2211], rtol=1e-12)
    np.testing.assert_allclose(by_share[:5], [0.0015, 0.0030, 0.0095, 0.035625, 0.0603], rtol=1e-12)
    assert [(by_holm <= 0.05).sum(), (by_share <= 0.05).sum()] == [3, 4]


P = st.lists(st.floats(0, 1) | st.sampled_from([0.0, 0.01, 0.05, 1.0]), max_size=30).map(np.array)


@given(P)
def test_benjamini_hochberg_against_scipy(p: Floats) -> None:
    theirs = scipy.stats.false_discovery_control(p) if len(p) else p
    np.testing.assert_allclose(benjamini_hochberg(p), theirs, rtol=1e-12)


@given(P, st.floats(0.001, 0.2))
def test_holm_step_by_step(p: Floats, level: float) -> None:
    """Reject the smallest while p ≤ level/(those left)."""
    order = np.argsort(p, kind="stable")
    rejected = np.zeros(len(p), dtype=np.bool_)
    for step, index in enumerate(order):
        if p[index] * (len(p) - step) > level:
            break
        rejected[index] = True
    adjusted = holm(p)
    np.testing.assert_array_equal(adjusted <= level, rejected)
    assert (adjusted >= p).all() and (adjusted >= benjamini_hochberg(p) * (1 - 1e-12)).all()


@given(P, st.randoms())
def test_adjusted_p_follow_their_p(p: Floats, random: Any) -> None:
    order = np.array(random.sample(range(len(p)), len(p)), dtype=np.intp)
    for adjust in (holm, benjamini_hochberg):
        np.testing.assert_array_equal(adjust(p[order]), adjust(p)[order])
