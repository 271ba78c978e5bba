"""Isotonic recalibration, against its definition; and targets of calibrated predictions."""

import numpy as np
import pytest
from scipy.optimize import brentq, isotonic_regression

from losscli.inference.calibrated import Noise, between_blocks, drawn_targets, limit, overfitted_interval
from losscli.inference.recalibration import MEAN, Elicited, Ordered, recalibrated

ASKED = (
    MEAN,
    Elicited(0.8),
    Elicited(0.3),
    Elicited(0.5, quantile=True),
    Elicited(0.8, quantile=True),
    Elicited(0.25, quantile=True),
)


def functional(y, w, elicited):
    """Of weighted values: the lower quantile, or the expectile, a root of its identification function."""
    if elicited.quantile:
        order = np.argsort(y)
        total = np.cumsum(w[order])
        return y[order][np.argmax(total >= elicited.level * total[-1] - 1e-9)]
    if y.min() == y.max():
        return y[0]

    def identified(t):
        return float(w @ (np.where(y <= t, 1 - elicited.level, elicited.level) * (t - y)))

    return brentq(identified, y.min(), y.max(), xtol=1e-14)


def by_definition(x, y, w, elicited):
    """max over a ≤ i of min over b ≥ i of the functional of rows a … b, of whole groups of equal predictions;
    Jordan, Mühlemann and Ziegel 2022, doi:10.1007/s10463-021-00808-0, proposition 4.8."""
    values, group = np.unique(x, return_inverse=True)
    k = len(values)
    of = np.full((k, k), np.nan)
    for a in range(k):
        for b in range(a, k):
            own = (group >= a) & (group <= b)
            of[a, b] = functional(y[own], w[own], elicited)
    return np.array([max(of[a, i:].min() for a in range(i + 1)) for i in range(k)])[group]


@pytest.mark.parametrize("elicited", ASKED, ids=str)
@pytest.mark.parametrize("ties", [False, True])
def test_definition(elicited, ties):
    rng = np.random.default_rng(7)
    for size in (1, 2, 5, 14):
        x = np.sort(rng.integers(0, 6, size).astype(float) if ties else rng.normal(size=size))
        y = np.round(x / 3 + rng.normal(size=size), 1)
        for w in (rng.integers(1, 4, size).astype(float), np.full(size, 0.7)):
            found = recalibrated(Ordered.of(x, w), y, elicited)
            np.testing.assert_allclose(found, by_definition(x, y, w, elicited), rtol=0, atol=1e-10)


def test_long_falls_and_rises_end():
    """What pools one row after the other, and what pools at once."""
    rng = np.random.default_rng(3)
    cascade = np.append(np.arange(3_000.0), -1e6)
    for y in (cascade, cascade[::-1], rng.normal(size=3_000), np.repeat(1.5, 50)):
        x, w = np.arange(len(y), dtype=float), rng.uniform(0.5, 2, len(y))
        expected = isotonic_regression(y, weights=w).x
        np.testing.assert_allclose(recalibrated(Ordered.of(x, w), y, MEAN), expected, rtol=1e-11)


@pytest.mark.parametrize("elicited", ASKED, ids=str)
def test_sets_do_not_mix(elicited):
    rng = np.random.default_rng(5)
    rows = Ordered.of(np.sort(rng.integers(0, 9, 30).astype(float)), np.ones(30))
    y = np.concatenate([rng.normal(5, 1, 30), rng.normal(-5, 1, 30)])
    both = recalibrated(rows.times(2), y, elicited)
    apart = [recalibrated(rows, part, elicited) for part in np.split(y, 2)]
    np.testing.assert_allclose(both, np.concatenate(apart), rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("elicited", "noise"),
    [
        (MEAN, Noise.COIN),
        (MEAN, Noise.ADDED),
        (MEAN, Noise.TIMES),
        *((one, Noise.ADDED) for one in ASKED[1:]),
    ],
    ids=str,
)
def test_drawn_targets_are_calibrated(elicited, noise):
    """The identification function is 0 on average, also of predictions that are not calibrated."""
    rng = np.random.default_rng(11)
    x = np.sort(rng.uniform(0.2, 0.8, 400))
    y = (rng.random(400) < x) * 1.0 if noise is Noise.COIN else 0.3 + x * rng.gamma(2, 0.5, 400)
    drawn = drawn_targets(rng, x, y, elicited, noise, 500)
    over = drawn <= x
    moved = (
        over - elicited.level
        if elicited.quantile
        else np.where(over, 1 - elicited.level, elicited.level) * (x - drawn)
    )
    of_draws = moved.mean(axis=1)
    assert abs(of_draws.mean()) < 4 * of_draws.std() / np.sqrt(500)
    assert noise is not Noise.TIMES or drawn.min() > 0


def test_limit_is_exceeded_as_often_as_it_says():
    """Of 39 draws and one more of the same law the last is beyond the 38th of the others in 2 of 40 cases."""
    assert limit(np.arange(39.0), 0.95) == 37.0
    assert limit(np.arange(199.0), 0.95) == 189.0
    assert limit(np.arange(10.0), 0.95) is None


def test_interval_of_what_is_overfitted():
    assert overfitted_interval(1.0, (0.7, 1.3), 0.0, 0.0) == pytest.approx((0.7, 1.3))
    assert overfitted_interval(1.0, (0.7, 1.3), 0.4, 0.4) == pytest.approx((0.1, 1.3))
    assert overfitted_interval(1.0, (0.9, 1.1), 0.9, 0.0) == (0.0, 1.0)


def test_between_blocks_keeps_order_and_ends():
    x, fitted = np.arange(6.0), np.array([1.0, 1.0, 2.0, 2.0, 5.0, 5.0])
    found = between_blocks(x, fitted)
    assert (np.diff(found) >= 0).all() and (found[0], found[-1]) == (1.0, 5.0)
    np.testing.assert_allclose(found[2:4], [2 - 0.25 + 0.0, 2.75])
