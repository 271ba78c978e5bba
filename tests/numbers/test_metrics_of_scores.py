"""Ranking and calibration of scores against scikit-learn and scipy, and what rounding may do."""

from functools import reduce
from typing import Any

import numpy as np
import pytest
import scipy.optimize
import scipy.special
import scipy.stats
import sklearn.metrics as sk
from hypothesis import given
from hypothesis import strategies as st

from losscli.domain import Floats, Mask
from losscli.metrics.distribution import METRICS, Distribution, calibration_line, roc_auc, roc_auc_error
from losscli.metrics.metric import Outcome, Undefined

N = 150


def found(name: str, d: Distribution) -> Outcome:
    return next(metric.value(d) for metric in METRICS if metric.name == name)


def sample(seed: int, ties: bool, n: int = N) -> tuple[Mask, Floats, Floats]:
    """Both classes occur; probabilities, with ties if so; weights."""
    rng = np.random.default_rng(seed)
    positive = rng.random(n) < 0.35
    positive[:2] = [True, False]
    p = scipy.special.expit(rng.normal(size=n) + 1.3 * positive - 0.4)
    return positive, np.ceil(p * 16) / 17 if ties else p, rng.choice([0.5, 1.0, 2.0], n)


def merged(positive: Mask, p: Floats, w: Floats, size: int, *, exact: bool = True) -> Distribution:
    blocks = [slice(start, start + size) for start in range(0, len(p), size)]
    pieces = [Distribution.of(p[b], positive[b], w[b], exact=exact) for b in blocks]
    return reduce(Distribution.merge, pieces)


def calibration_bins(positive: Mask, p: Floats, w: Floats) -> float:
    """ECE row by row: bins [0, 0.1), …, [0.9, 1]."""
    total = 0.0
    for b in range(10):
        inside = [i for i in range(len(p)) if min(int(p[i] * 10), 9) == b]
        if inside:
            rate = np.average(positive[inside], weights=w[inside])
            total += w[inside].sum() * abs(rate - np.average(p[inside], weights=w[inside]))
    return float(total / w.sum())


@given(seed=st.integers(0, 10**6), ties=st.booleans(), weighted=st.booleans(), size=st.integers(1, N))
def test_against_scikit_learn(seed: int, ties: bool, weighted: bool, size: int) -> None:
    positive, p, w = sample(seed, ties)
    w = w if weighted else np.ones(N)
    theirs: dict[str, Any] = {
        "roc_auc": sk.roc_auc_score(positive, p, sample_weight=w),
        "average_precision": sk.average_precision_score(positive, p, sample_weight=w),
        "mean_bias": np.average(p, weights=w) - np.average(positive, weights=w),
        "ece": calibration_bins(positive, p, w),
    }
    d = merged(positive, p, w, size)
    for name, value in theirs.items():
        assert found(name, d) == pytest.approx(value, rel=1e-12, abs=1e-14), name
    if not weighted:
        theirs_ks = scipy.stats.ks_2samp(p[positive], p[~positive]).statistic
        assert found("ks", d) == pytest.approx(theirs_ks, rel=1e-12)


def test_auc_is_the_share_of_pairs() -> None:
    """Mann and Whitney, pair by pair."""
    positive, p, w = sample(1, ties=True)
    above = np.sign(p[positive][:, None] - p[~positive][None, :]) / 2 + 0.5
    pairs = w[positive][:, None] * w[~positive][None, :]
    assert found("roc_auc", merged(positive, p, w, 7)) == pytest.approx(
        np.average(above, weights=pairs), 1e-12
    )
    one = scipy.stats.mannwhitneyu(p[positive], p[~positive]).statistic / positive.sum() / (~positive).sum()
    assert found("roc_auc", merged(positive, p, np.ones(N), 7)) == pytest.approx(one, rel=1e-12)


def test_weights_are_repeated_rows() -> None:
    positive, p, _ = sample(2, ties=True)
    times = np.random.default_rng(2).integers(0, 4, N)
    rows = np.repeat(np.arange(N), times)
    own = merged(positive, p, times.astype(np.float64), 40)
    repeated = merged(positive[rows], p[rows], np.ones(len(rows)), 33)
    for metric in METRICS:
        assert metric.value(own) == pytest.approx(metric.value(repeated), rel=1e-9), metric.name


def fitted_line(positive: Mask, p: Floats, w: Floats) -> Floats:
    """(a, b) of logit P(y=1) = a + b logit p, by minimising the deviance with second derivatives."""
    z = scipy.special.logit(p)
    design = np.column_stack([np.ones_like(z), z])

    def deviance(line: Floats) -> float:
        s = design @ line
        return float(w @ (np.logaddexp(0, s) - positive * s))

    def gradient(line: Floats) -> Floats:
        return np.asarray(design.T @ (w * (scipy.special.expit(design @ line) - positive)))

    def bend(line: Floats) -> Floats:
        q = scipy.special.expit(design @ line)
        return np.asarray((design * (w * q * (1 - q))[:, None]).T @ design)

    start = scipy.optimize.minimize(deviance, np.zeros(2), jac=gradient, hess=bend, method="trust-exact")
    return np.asarray(scipy.optimize.root(gradient, start.x, jac=bend, tol=1e-14).x)


@given(seed=st.integers(0, 10**6), weighted=st.booleans(), ties=st.booleans())
def test_calibration_line(seed: int, weighted: bool, ties: bool) -> None:
    positive, p, w = sample(seed, ties)
    w = w if weighted else np.ones(N)
    d = merged(positive, p, w, 37)
    ours = [found("calibration_intercept", d), found("calibration_slope", d)]
    np.testing.assert_allclose(ours, fitted_line(positive, p, w), rtol=1e-9, atol=1e-11)


def two_groups(spread: float) -> tuple[Mask, Floats, float]:
    """Predictions ½ ± spread with rates 0.1 and 0.9, and the slope, which is known."""
    p = np.repeat([0.5 - spread, 0.5 + spread], 50)
    positive = np.concatenate([np.arange(50) < 5, np.arange(50) < 45])
    return positive, p, float(scipy.special.logit(0.9) / scipy.special.logit(0.5 + spread))


@pytest.mark.parametrize("spread", [0.4, 0.1, 0.01])
def test_calibration_slope_of_timid_predictions(spread: float) -> None:
    positive, p, slope = two_groups(spread)
    assert found("calibration_slope", merged(positive, p, np.ones(100), 30)) == pytest.approx(slope, rel=1e-9)


@pytest.mark.parametrize("spread", [0.002, 0.001, 1e-5])
def test_calibration_slope_of_very_timid_predictions(spread: float) -> None:
    positive, p, slope = two_groups(spread)
    assert found("calibration_slope", merged(positive, p, np.ones(100), 30)) == pytest.approx(slope, rel=1e-9)


def undefined(p: list[float], positive: list[bool]) -> set[str]:
    d = Distribution.of(np.array(p), np.array(positive), np.ones(len(p)), exact=True)
    outcomes = {metric.name: metric.value(d) for metric in METRICS}
    for outcome in outcomes.values():
        if isinstance(outcome, Undefined):
            assert outcome.reason
        else:
            assert np.isfinite(outcome)
    return {name for name, outcome in outcomes.items() if isinstance(outcome, Undefined)}


LINE = {"calibration_slope", "calibration_intercept"}


def test_undefined_is_no_zero() -> None:
    assert undefined([0.2, 0.4, 0.9], [False] * 3) == {"average_precision", "roc_auc", "ks"} | LINE
    assert undefined([0.2, 0.4, 0.9], [True] * 3) == {"roc_auc", "ks"} | LINE
    assert undefined([0.2, 0.4, 0.9], [False, False, True]) == LINE  # separated
    assert undefined([0.2, 0.4, 0.4, 0.9], [False, True, False, True]) == LINE  # but for a tie
    assert undefined([0.9, 0.4, 0.1], [False, False, True]) == LINE  # the wrong way
    assert undefined([0.3] * 4, [False, True] * 2) == LINE
    assert undefined([0.0, 0.4, 0.6, 0.7], [False, True, False, True]) == LINE  # a certain prediction
    assert undefined([0.2, 0.4, 0.6, 0.7], [False, True, False, True]) == set()
    line = calibration_line(Distribution.of(np.full(2, 0.3), np.array([True, False]), np.ones(2), exact=True))
    assert isinstance(line, Undefined) and "equal" in line.reason


@given(seed=st.integers(0, 10**6), scale=st.sampled_from([1e-300, 1e-4, 1.0, 1e200]))
def test_rounded_scores_keep_auc_within_the_stated_error(seed: int, scale: float) -> None:
    """Scores so near one another that rounding ties many of them; no scale is special."""
    rng = np.random.default_rng(seed)
    positive, _, w = sample(seed, ties=False)
    score = scale * (3.0 + 2e-3 * (rng.normal(size=N) + positive)) * np.where(rng.random(N) < 0.3, -1, 1)
    rounded = merged(positive, score, w, 50, exact=False)
    exact, about = roc_auc(merged(positive, score, w, 50)), roc_auc(rounded)
    assert isinstance(exact, float) and isinstance(about, float)
    assert 0.0 < roc_auc_error(rounded) < 0.25
    assert abs(exact - about) <= roc_auc_error(rounded) + 1e-15


def test_rounding_bounds_the_memory_and_nothing_else() -> None:
    """Both kinds of merging give the same table; exact scores have no error."""
    positive, p, w = sample(3, ties=False, n=5_000)
    rounded = merged(positive, p, w, 1_000, exact=False)
    value, up, down = rounded.table()
    assert np.abs(value / np.sort(p)[np.searchsorted(np.sort(p), value)] - 1).max() < 2**-12
    assert up.sum() + down.sum() == w.sum()
    assert roc_auc_error(merged(positive, p, w, 1_000)) == 0.0


def test_waiting_pieces_are_compressed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("losscli.metrics.distribution._COMPRESS_AT", 20)
    positive, p, w = sample(4, ties=True)
    few = merged(positive, p, w, 8)
    assert len(few.pieces) < 5
    assert found("roc_auc", few) == pytest.approx(sk.roc_auc_score(positive, p, sample_weight=w), rel=1e-12)
