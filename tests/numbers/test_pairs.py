"""Levels, pairs, ranks, the best set and the ratio gate from one set of replicates."""

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from losscli.inference import (
    Tolerance,
    bootstrap_t_intervals,
    confidence_set,
    first_shares,
    judge,
    pairs_of,
    rank_intervals,
    regression,
    rows_for,
    smooth,
    worsening,
)
from losscli.inference.resample import UnitSums, replicate, row_keys, squares

DARWIN = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]


def units_of(columns):
    columns = np.asarray(columns, dtype=float)
    n = columns.shape[1]
    return UnitSums.of(columns, np.ones(n), row_keys(np.arange(n)))


def means(columns, count=1_999, seed=0):
    """The means of columns (C, n)."""
    units = units_of(columns)
    found = replicate(units, count, seed, squares(units.sums.shape[1]), precise=True)
    return found.studentised


def differences(models, count=1_999, seed=0):
    """The differences of all pairs of models (m, n)."""
    units = units_of(models).contrasts(pairs_of(len(models)))
    return replicate(units, count, seed, squares(units.sums.shape[1]), precise=True).studentised


def judged(models, confidence=0.95):
    return judge(differences(models), confidence, len(models[0]))


def critical(found, family):
    """The |t| beyond which the first difference is shown."""
    return (family.high[0] - found.value[0]) / found.error[0]


def test_a_plan_asks_for_no_more_rows_than_there_are():
    assert rows_for(100, 2.001) == 201
    assert rows_for(100, 1e10) == 10**12
    assert {rows_for(100, x) for x in (1.1e10, 5e30, math.inf, math.nan)} == {None}


# --- levels ----------------------------------------------------------------------------------------------


def test_interval_of_a_mean_near_students_for_normal_rows():
    x = np.random.default_rng(0).normal(5, 1, (1, 400))
    found = means(x, 9_999)
    low, high = bootstrap_t_intervals(found, 0.95)
    theirs = scipy.stats.t.interval(0.95, 399, found.value[0], found.error[0])
    assert (low[0], high[0]) == pytest.approx(theirs, abs=0.15 * found.error[0])


def test_skew_moves_the_interval_up():
    x = np.random.default_rng(1).lognormal(size=(1, 60))
    found = means(x, 9_999)
    low, high = bootstrap_t_intervals(found, 0.95)
    assert high[0] - found.value[0] > 1.3 * (found.value[0] - low[0])


@pytest.mark.parametrize(
    ("draw", "truth", "n", "least"),
    [
        (lambda rng, shape: rng.normal(3, 1, shape), 3.0, 200, 0.935),
        (lambda rng, shape: rng.exponential(1, shape), 1.0, 200, 0.925),
        (lambda rng, shape: rng.lognormal(0, 1, shape), math.exp(0.5), 200, 0.92),
        (lambda rng, shape: rng.lognormal(0, 1, shape), math.exp(0.5), 30, 0.905),
    ],
)
def test_coverage(draw, truth, n, least):
    low, high = bootstrap_t_intervals(means(draw(np.random.default_rng(5), (2_000, n)), 499), 0.95)
    assert least < ((low <= truth) & (truth <= high)).mean() < 0.97


def test_equal_rows_and_too_few_rows_have_no_interval():
    for rows in ([[3.0] * 50], [[1.0, 2.0]], [[1.0]], [[0.0] * 49 + [1.0]]):
        low, high = bootstrap_t_intervals(means(rows), 0.95)
        assert np.isnan(low).all()
        assert np.isnan(high).all()


@given(st.floats(-1e3, 1e3), st.floats(1e-3, 1e3))
def test_intervals_move_with_units(shift, scale):
    x = np.random.default_rng(2).exponential(size=(1, 50))
    low, high = bootstrap_t_intervals(means(x, 199), 0.9)
    moved = bootstrap_t_intervals(means(shift + scale * x, 199), 0.9)
    assert moved[0][0] == pytest.approx(shift + scale * low[0], rel=1e-8, abs=1e-8)
    assert moved[1][0] == pytest.approx(shift + scale * high[0], rel=1e-8, abs=1e-8)


# --- smooth functions of means ---------------------------------------------------------------------------


def test_the_delta_method_of_a_ratio():
    rng = np.random.default_rng(3)
    below = rng.uniform(1, 2, 500)
    above = 0.3 * below + 0.1 * rng.normal(size=500)
    found = replicate(units_of([above, below]), 999, 0, [(0, 0), (0, 1), (1, 1)], precise=True)
    ratio = smooth(np.divide, *found.joint([0, 1]))
    value = above.mean() / below.mean()
    error = np.std(above - value * below, ddof=1) / math.sqrt(500) / below.mean()
    assert ratio.value[0] == pytest.approx(value)
    assert ratio.error[0] == pytest.approx(error, rel=1e-6)
    assert ratio.values.std() == pytest.approx(error, rel=0.1)
    assert ratio.errors.mean() == pytest.approx(error, rel=0.05)


def test_a_function_of_one_mean():
    x = np.random.default_rng(3).exponential(size=(1, 300))
    found = replicate(units_of(x), 99, 0, squares(1), precise=True)
    root, mean = smooth(np.sqrt, *found.joint([0])), found.studentised
    np.testing.assert_allclose(root.values, np.sqrt(mean.values))
    np.testing.assert_allclose(root.errors, mean.errors / (2 * np.sqrt(mean.values)), rtol=1e-6)


def test_a_mean_of_zero_keeps_the_slope_of_a_ratio():
    x = np.array([[1.0, -1.0] * 50, [2.0] * 100])
    found = replicate(units_of(x), 9, 0, [(0, 0), (0, 1), (1, 1)], precise=True)
    ratio = smooth(np.divide, *found.joint([0, 1]))
    assert ratio.error[0] == pytest.approx(x[0].std(ddof=1) / 10 / 2)


# --- pairs -----------------------------------------------------------------------------------------------


def test_darwin():
    found = differences([DARWIN, [0.0] * 15], 9_999)
    assert found.value[0] / found.error[0] == pytest.approx(2.1479874613, abs=1e-10)
    family = judge(found, 0.95, 15)
    assert family.p[0] == pytest.approx(0.0497029440, abs=0.03)  # Student's
    assert (family.verdicts[0] == "~") == (family.low[0] <= 0.0)


def test_many_normal_rows_agree_with_students_t():
    rng = np.random.default_rng(4)
    for shift in (0.02, 0.05, 0.1):
        d = rng.normal(shift, 1.0, 2_000)
        found = differences([d, np.zeros(2_000)], 9_999)
        family = judge(found, 0.95, 2_000)
        assert family.p[0] == pytest.approx(scipy.stats.ttest_1samp(d, 0.0).pvalue, abs=0.015)
        assert critical(found, family) == pytest.approx(1.96, abs=0.06)


@given(st.integers(0, 10**6), st.integers(2, 6), st.integers(2, 40), st.sampled_from([0.8, 0.95]))
def test_interval_p_and_verdict_are_one(seed, models, rows, confidence):
    rng = np.random.default_rng(seed)
    losses = rng.integers(0, 3, (models, rows)) + rng.uniform(0, 1, (models, 1))
    found = differences(losses, 99, seed)
    family = judge(found, confidence, rows)
    for k, verdict in enumerate(family.verdicts):
        low, high, p, d = family.low[k], family.high[k], family.p[k], found.value[k]
        assert (verdict == "~") != (p <= 1 - confidence + 1e-12)
        assert (verdict == "~") == (not (low > 0 or high < 0))
        assert verdict in ("~", "a" if d < 0 else "b")
        assert math.isnan(p) or p >= 1 / 100
        assert math.isnan(p) or low <= d <= high


def test_a_family_is_wider_than_a_pair_and_its_correlation_helps():
    rng = np.random.default_rng(6)
    same = rng.normal(size=500)
    related = same + 0.05 * rng.normal(size=(6, 500))
    apart = rng.normal(size=(6, 500))
    pair, family = judged(apart[:2]), judged(apart)
    assert 1.9 < critical(differences(apart[:2]), pair) < 2.1
    assert (
        2.7 < critical(differences(apart), family) < 3.2
    )  # Bonferroni: 2.94; the studentised range of 6: 2.85
    assert judged(related).high[0] - judged(related).low[0] < 0.1 * (family.high[0] - family.low[0])


def test_identical_models():
    x = np.random.default_rng(7).exponential(size=300)
    family = judged([x, x, x + 1.0])
    assert family.verdicts == ("~", "a", "a")
    assert (family.p[0], family.low[0], family.high[0]) == (1.0, 0.0, 0.0)
    assert math.isnan(family.needed[0])
    assert family.p[1] == 1 / 2_000


def test_models_that_differ_alike_in_every_row():
    x = np.random.default_rng(7).exponential(size=300)
    family = judged([x, x + 0.1])
    assert family.verdicts == ("a",)
    assert family.low[0] == pytest.approx(-0.1) == family.high[0]


@pytest.mark.parametrize("rows", [1, 2, 5])
def test_too_few_rows_show_nothing(rows):
    for models in ([[1.0] * rows, [2.0] * rows], [np.arange(rows), 9.0 + 2 * np.arange(rows)]):
        family = judged(models)
        assert family.verdicts == ("~",)
        assert np.isnan([family.p, family.low, family.high, family.needed, family.least]).all()


def test_a_pair_that_differs_in_two_rows_does_not_silence_the_others():
    rng = np.random.default_rng(8)
    x = rng.integers(0, 2, 400).astype(float)
    near = x.copy()
    near[np.flatnonzero(x == 0)[:2]] = 1.0
    bad = np.where(rng.uniform(size=400) < 0.3, 1.0, x)
    family = judged([x, near, bad])
    assert family.verdicts == ("~", "a", "a")
    assert math.isnan(family.p[0])


def test_one_model_has_no_pairs():
    family = judged([np.arange(9.0)])
    assert family.verdicts == ()
    assert rank_intervals((), 1) == ([1], [1])


def test_rows_needed_and_the_least_difference():
    rng = np.random.default_rng(9)
    d = rng.normal(size=200)
    d += 0.08 - d.mean()
    family = judged([d, np.zeros(200)])
    assert family.verdicts == ("~",)
    assert 200 * family.needed[0] == pytest.approx((2.80 * d.std(ddof=1) / 0.08) ** 2, rel=0.15)
    assert family.least[0] == pytest.approx(2.80 * d.std(ddof=1) / math.sqrt(200), rel=0.08)


def test_exchangeable_models_are_seldom_told_apart():
    rng = np.random.default_rng(10)
    wrong = sum(
        any(v != "~" for v in judged(rng.exponential(size=(4, 60))).verdicts)  # a trial
        for _ in range(300)
    )
    assert wrong <= 300 * 0.05 + 2 * math.sqrt(300 * 0.05 * 0.95)


# --- ranks -----------------------------------------------------------------------------------------------


def test_rank_intervals():
    # pairs 01 02 03 12 13 23
    assert rank_intervals(("~", "a", "a", "~", "a", "~"), 4) == ([1, 1, 2, 3], [2, 3, 4, 4])
    assert rank_intervals(("b",), 2) == ([2, 1], [2, 1])


def test_first_shares():
    values = np.array([[1.0, 2, 3], [1, 1, 3], [5, 2, 3], [np.nan] * 3])
    assert first_shares(values) == pytest.approx([0.5, 0.5, 0.0])


# --- the best set ----------------------------------------------------------------------------------------


def hansen_fixture():
    """Five models of 500 rows, whose set was computed with arch 8.0.0."""
    rng = np.random.default_rng(12345)
    base = rng.normal(size=500)
    parts = [(1.0, 0.2), (1.0, 0.2), (1.02, 0.4), (1.1, 0.6), (1.3, 0.9)]
    return np.array([(a * base + b * rng.normal(size=500)) ** 2 for a, b in parts])


@pytest.mark.parametrize("units", [500, 1_000])  # studentised, and with a fixed standard error
def test_the_set_of_hansens_fixture(units):
    losses = hansen_fixture()
    assert losses.mean(axis=1) == pytest.approx([1.03508, 1.04023, 1.18360, 1.61567, 2.44561], abs=5e-6)
    chosen, p = confidence_set(differences(losses), 0.9, units)
    assert chosen == [0, 1]
    assert p == pytest.approx([1.0, 0.846, 0.006, 0.0, 0.0], abs=0.02)


def test_best_set_of_ties_one_model_and_few_rows():
    x = np.random.default_rng(1).exponential(size=200)
    chosen, p = confidence_set(differences([x, x, x + 1]), 0.95, 200)
    assert chosen == [0, 1]
    assert (p[:2] == 1.0).all()
    assert confidence_set(differences([[1.0, 2], [5, 7]]), 0.95, 2)[0] == [0, 1]
    assert confidence_set(differences([x]), 0.95, 200)[0] == [0]


def test_the_best_model_stays():
    rng = np.random.default_rng(2)
    lost = sum(
        0 not in confidence_set(differences(rng.exponential(size=(5, 40)), 399), 0.95, 40)[0]
        for _ in range(200)
    )
    assert lost <= 8


# --- the ratio gate --------------------------------------------------------------------------------------


def gate(new, base, tolerance=0.02, confidence=0.95):
    products = [(0, 0), (0, 1), (1, 1)]
    found = replicate(units_of([new, base]), 1_999, 0, products, precise=True)
    allowed = Tolerance(tolerance, relative=True, greater_is_better=False)
    return regression(worsening(allowed, 1, found.joint([0, 1])), allowed, confidence)


def test_the_gate_has_three_verdicts():
    rng = np.random.default_rng(11)
    base = rng.exponential(size=2_000)
    noise = rng.uniform(0.9, 1.1, 2_000)
    assert gate(0.9 * base * noise, base).verdict == "pass"
    assert gate(1.1 * base * noise, base).verdict == "fail"
    found = gate(1.02 * base * rng.uniform(0.5, 1.5, 2_000), base)
    assert found.verdict == "inconclusive"
    assert found.low <= 0.02 < found.high
    assert found.needed >= 1.0
    assert found.least > 0.02


def test_the_gate_of_equal_models():
    x = np.random.default_rng(12).exponential(size=50)
    found = gate(x, x)
    assert (found.verdict, found.value, found.low, found.high) == ("pass", 0.0, 0.0, 0.0)
    assert gate(1.05 * x, x).verdict == "fail"
    assert gate(x, x, tolerance=0.0).verdict == "pass"


def test_the_gate_needs_rows():
    found = gate([1.0, 2.0], [2.0, 3.0])
    assert found.verdict == "inconclusive"
    assert np.isnan([found.low, found.high, found.needed, found.least]).all()


def test_a_baseline_without_loss_decides_nothing():
    x = np.random.default_rng(12).exponential(size=50)
    for new in (x, 0.0 * x):
        found = gate(new, 0.0 * x)
        assert found.verdict == "inconclusive"
        assert math.isnan(found.low)


def test_rows_needed_by_the_gate():
    rng = np.random.default_rng(13)
    base, noise = rng.exponential(size=4_000), rng.uniform(0.7, 1.3, 4_000)
    part = gate(1.01 * base[:400] * noise[:400], base[:400])
    assert part.verdict == "inconclusive"
    assert gate(base[:400] * noise[:400], base[:400], tolerance=part.least * 3).verdict == "pass"
