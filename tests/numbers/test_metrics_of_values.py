"""Metrics of numbers against scikit-learn and scipy, weighted, merged in any split, and where undefined."""

from collections.abc import Sequence
from functools import reduce
from itertools import pairwise

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression
from sklearn.metrics import explained_variance_score, r2_score

from losscli.domain import Floats
from losscli.metrics.comoments import METRICS, Comoments
from losscli.metrics.metric import Outcome, Undefined

N = 211


def found(name: str, c: Comoments) -> Outcome:
    return next(metric.value(c) for metric in METRICS if metric.name == name)


def sample(seed: int) -> tuple[Floats, Floats, Floats]:
    rng = np.random.default_rng(seed)
    y = rng.lognormal(1.0, 0.8, N)
    return y, 0.4 + 0.7 * y + rng.normal(size=N), rng.choice([0.25, 1.0, 3.0], N)


def merged(y: Floats, p: Floats, w: Floats, cuts: Sequence[int]) -> Comoments:
    ends = [0, *sorted(cuts), len(y)]
    pieces = [Comoments.of(y[low:high], p[low:high], w[low:high]) for low, high in pairwise(ends)]
    return reduce(Comoments.merge, pieces)


def by_libraries(y: Floats, p: Floats, w: Floats) -> dict[str, float]:
    line = LinearRegression().fit(p[:, None], y, sample_weight=w)
    mean_y, mean_p = np.average(y, weights=w), np.average(p, weights=w)
    cov = np.cov(y, p, aweights=w, ddof=0)
    return {
        "r2": r2_score(y, p, sample_weight=w),
        "explained_variance": explained_variance_score(y, p, sample_weight=w),
        "pearson": cov[0, 1] / np.sqrt(cov[0, 0] * cov[1, 1]),
        "concordance": 2 * cov[0, 1] / (cov[0, 0] + cov[1, 1] + (mean_y - mean_p) ** 2),
        "bias": np.average(p - y, weights=w),
        "calibration_slope": float(line.coef_[0]),
        "calibration_intercept": float(line.intercept_),
    }


@given(seed=st.integers(0, 10**6), cuts=st.lists(st.integers(0, N), max_size=6), weighted=st.booleans())
def test_against_scikit_learn(seed: int, cuts: list[int], weighted: bool) -> None:
    y, p, w = sample(seed)
    w = w if weighted else np.ones(N)
    theirs = by_libraries(y, p, w)
    assert set(theirs) == {metric.name for metric in METRICS}
    for name, value in theirs.items():
        assert found(name, merged(y, p, w, cuts)) == pytest.approx(value, rel=1e-12, abs=1e-12), name


def test_against_scipy() -> None:
    y, p, _ = sample(3)
    c = merged(y, p, np.ones(N), [10, 11, 150])
    assert found("pearson", c) == pytest.approx(scipy.stats.pearsonr(y, p).statistic, rel=1e-12)
    line = scipy.stats.linregress(p, y)
    assert found("calibration_slope", c) == pytest.approx(line.slope, rel=1e-12)
    assert found("calibration_intercept", c) == pytest.approx(line.intercept, rel=1e-12)


def test_weights_are_repeated_rows() -> None:
    y, p, _ = sample(4)
    times = np.random.default_rng(4).integers(0, 4, N)
    own = merged(y, p, times.astype(np.float64), [60])
    rows = np.repeat(np.arange(N), times)
    repeated = merged(y[rows], p[rows], np.ones(len(rows)), [99])
    for metric in METRICS:
        assert metric.value(own) == pytest.approx(metric.value(repeated), rel=1e-12), metric.name


@pytest.mark.parametrize("mean", [1e6, 1e9])
def test_a_large_mean_keeps_the_digits(mean: float) -> None:
    """The shifted rows are exact doubles; only the digits that a mean has no room for may go, once."""
    rng = np.random.default_rng(5)
    y = np.round(rng.normal(size=N) * 1024) / 1024
    p = np.round((y + rng.normal(size=N)) * 1024) / 1024
    near, far = merged(y, p, np.ones(N), [70]), merged(y + mean, p + mean, np.ones(N), [20, 150])
    for name in ("r2", "explained_variance", "pearson", "concordance", "calibration_slope"):
        assert found(name, far) == pytest.approx(found(name, near), rel=4 * 2**-52 * mean), name


def test_blocks_without_rows_or_weight_change_nothing() -> None:
    y, p, w = sample(6)
    nothing = Comoments.of(y[:0], p[:0], w[:0])
    zero = Comoments.of(y[:5], p[:5], np.zeros(5))
    whole = Comoments.of(y, p, w)
    assert nothing.merge(zero).merge(whole) == whole
    assert whole.merge(nothing).merge(zero) == whole


UNDEFINED_OF_A_CONSTANT_TARGET = ("r2", "explained_variance", "pearson")
UNDEFINED_OF_CONSTANT_PREDICTIONS = ("pearson", "calibration_slope", "calibration_intercept")


def constants(value: float) -> tuple[Comoments, Comoments]:
    """(a constant target, constant predictions), in two blocks."""
    y, p, w = sample(7)
    same = np.full(N, value)
    return merged(same, p, w, [50]), merged(y, same, w, [50])


def all_undefined(value: float) -> None:
    target, predictions = constants(value)
    for c, names in (
        (target, UNDEFINED_OF_A_CONSTANT_TARGET),
        (predictions, UNDEFINED_OF_CONSTANT_PREDICTIONS),
    ):
        for name in names:
            outcome = found(name, c)
            assert isinstance(outcome, Undefined) and "constant" in outcome.reason, (name, outcome)


def test_constants_leave_metrics_undefined() -> None:
    all_undefined(2.0)


@pytest.mark.parametrize("value", [0.1, 1 / 3, 1e9 + 0.3])
def test_constants_that_round_leave_metrics_undefined(value: float) -> None:
    all_undefined(value)


def test_two_equal_constants_have_no_concordance() -> None:
    same = np.full(9, 2.0)
    assert isinstance(found("concordance", Comoments.of(same, same, np.ones(9))), Undefined)
    assert found("bias", Comoments.of(same, same, np.ones(9))) == 0.0
