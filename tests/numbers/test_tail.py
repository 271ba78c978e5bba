"""Which means hang on a few rows, by the tail of the largest, and what that leaves of verdicts."""

from functools import reduce

import numpy as np
import pytest
from comparisons import Columns, Compare
from hypothesis import given
from hypothesis import strategies as st

from losscli.comparison import summary, tails
from losscli.domain import Floats, Task
from losscli.inference.tail import KEPT, Largest, Tail, pareto_shape

NUMBERS = np.arange(1, 41)
# arviz 0.19.0, arviz.stats.stats._gpdfit, which mixes in a shape of 0.5 as 10 values of evidence.
SHAPES = {
    "squares": ((NUMBERS / 7.0) ** 2, -0.03447351702323065),
    "powers": (1.3**NUMBERS / 10, 2.6093425154226644),
    "logarithms": (np.log1p(NUMBERS), -1.4468428070291999),
    "harmonic": (np.sort(40.0 / NUMBERS), 0.3432507247744938),
}


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("unit", [1.0, 1e-200, 1e200])
def test_the_shape_is_that_of_arviz(name: str, unit: float) -> None:
    excess, expected = SHAPES[name]
    assert (pareto_shape(unit * excess) * 40 + 0.5 * 10) / 50 == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("excess", [[], [0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 1.0], [2.0, 2.0, 2.0, 2.0]])
def test_ties_have_a_shape(excess: list[float]) -> None:
    assert np.isfinite(pareto_shape(np.array(excess)))


@given(st.lists(st.floats(0.0, 1e300), min_size=1, max_size=60), st.integers(0, 60))
def test_parts_merge_to_the_whole(values: list[float], cut: int) -> None:
    x = np.array(values)
    whole, parts = Tail.of(x), Tail.of(x[:cut]).merge(Tail.of(x[cut:]))
    assert (parts.rows, parts.positive) == (whole.rows, whole.positive)
    np.testing.assert_array_equal(parts.largest, whole.largest)
    np.testing.assert_allclose([parts.effective, parts.shape], [whole.effective, whole.shape], rtol=1e-9)
    assert parts.carries == whole.carries


@pytest.mark.parametrize("least", [0.0, 3.0, 1e300])
def test_the_largest_from_a_bound_on(least: float) -> None:
    x = np.random.default_rng(1).pareto(1.0, 60_000)
    x[7] = np.inf  # is no value of a tail
    parts = [Largest.of(part, least) for part in np.split(x, 20)]
    found = reduce(Largest.merge, parts).descending
    expected = np.sort(x[np.isfinite(x) & (x >= least)])[::-1][:KEPT]
    np.testing.assert_array_equal(found, expected)


def test_tails_of_the_main_pass_are_those_of_a_pass_of_their_own(
    compared: Compare, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(2)
    y = rng.normal(size=40_000)
    data = {"y": y, "pred_a": y + rng.standard_t(1.5, len(y)), "pred_b": y + rng.standard_t(2, len(y))}
    apart = compared(data, losses=["mse", "huber:delta=1"])
    monkeypatch.setattr(tails, "_read", lambda *_: {})  # so that there is no other
    monkeypatch.setattr(summary, "FEW_BLOCKS", 0)
    kept = compared(data, losses=["mse", "huber:delta=1"])
    assert kept.losses == apart.losses
    assert any(one.tail_shape is not None for table in kept.losses for one in table.results)


def test_what_is_kept_is_enough() -> None:
    x = np.random.default_rng(0).pareto(1.5, 500_000)
    blocks = [Tail.of(part) for part in np.split(x, 20)]
    merged = blocks[0]
    for one in blocks[1:]:
        merged = merged.merge(one)
    assert len(merged.largest) == KEPT
    np.testing.assert_array_equal(merged.largest, np.sort(x)[::-1][:KEPT])
    assert merged.effective == pytest.approx(x.sum() ** 2 / (x @ x), rel=1e-12)


def share(draw: object, n: int, files: int = 200) -> float:
    """The share of files of n rows that few rows carry."""
    rng = np.random.default_rng(n)
    return float(np.mean([Tail.of(draw(rng, n)).carries for _ in range(files)]))  # type: ignore[operator]


def bce(spread: float, factor: float = 1.0) -> object:
    """Row losses of a classifier whose true logits have this spread, and are multiplied by a factor."""

    def draw(rng: np.random.Generator, n: int) -> Floats:
        logit = rng.normal(0, spread, n)
        return np.logaddexp(0, np.where(rng.random(n) < 1 / (1 + np.exp(-logit)), -1, 1) * logit * factor)

    return draw


@pytest.mark.parametrize(
    ("draw", "n", "low", "high"),
    [  # as simulated apart from this code: .19, 0, .17, 0, ≤ .02, ≤ .02, .67, .91
        (bce(5), 200, 0.09, 0.29),
        (bce(5), 1_000, 0.0, 0.02),
        (bce(5, 3), 200, 0.07, 0.29),
        (bce(5, 3), 4_000, 0.0, 0.02),
        (lambda rng, n: rng.normal(size=n) ** 2, 200, 0.0, 0.04),
        (lambda rng, n: rng.lognormal(size=n), 1_000, 0.0, 0.04),
        (lambda rng, n: rng.standard_t(3, n) ** 2, 200, 0.55, 0.8),
        (lambda rng, n: rng.standard_t(3, n) ** 2, 1_000, 0.82, 0.97),
    ],
)
def test_how_often_it_fires(draw: object, n: int, low: float, high: float) -> None:
    assert low <= share(draw, n) <= high


def classifiers(n: int) -> Columns:
    """Two good classifiers, one of them overconfident, whose log loss is about half above the other's."""
    rng = np.random.default_rng(3)
    logit = rng.normal(-8, 4, n)  # about 3 % positive
    y = (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(int)
    return {"y": y, "a_prob": 1 / (1 + np.exp(-logit)), "b_prob": 1 / (1 + np.exp(-2.6 * logit))}


@pytest.mark.parametrize("n", [4_000, 70_000])
def test_a_plain_difference_of_good_classifiers_is_shown(compared: Compare, n: int) -> None:
    """The log loss of few rows is most of it, at any number of rows, and its interval holds all the same."""
    found = compared(classifiers(n), losses=["bce"], task=Task.BINARY)
    (pair,) = found.comparisons
    (a, b) = found.losses[0].results
    assert pair.verdict == "a" and pair.p is not None and pair.p < 0.01
    assert a.low is not None and b.low is not None
    assert b.effective_rows is not None and b.effective_rows < 0.2 * n
    assert b.tail_shape is not None and pair.tail_shape is not None and pair.tail_shape < 0.4


def test_a_pair_is_judged_by_its_own_rows(compared: Compare) -> None:
    """Both models miss one row alike: their levels hang on it, their difference does not."""
    rng = np.random.default_rng(0)
    y, e = rng.normal(size=400), rng.normal(size=400)
    y[7] = 1e4
    found = compared({"y": y, "a_pred": y * 0 + e * 0.5, "b_pred": y * 0 + e}, losses=["mae"])
    assert all(one.low is None and "dominated" in str(one.reason) for one in found.losses[0].results)
    (pair,) = found.comparisons
    assert pair.reason is None and pair.low is not None


@pytest.mark.parametrize("n", [40, 70_000])
def test_a_difference_of_one_row_has_no_verdict(compared: Compare, n: int) -> None:
    y = np.zeros(n)
    y[11] = 1e9
    e = np.random.default_rng(0).normal(size=n)
    found = compared({"y": y, "a_pred": np.where(y > 0, y, e), "b_pred": e}, losses=["mse"])
    (pair,) = found.comparisons
    assert (pair.verdict, pair.low, pair.p) == (None, None, None)
    assert pair.reason is not None and pair.reason.startswith(
        "dominated by a few large errors: 1.0 effective"
    )


def test_bounded_losses_cannot_be_carried(compared: Compare) -> None:
    y = np.arange(1_000) % 2
    a, b = y.copy(), y.copy()
    a[:8] = 1 - a[:8]
    found = compared({"y": y, "a_pred": a, "b_pred": b}, losses=["zero_one"], task=Task.BINARY)
    (pair,) = found.comparisons
    assert pair.verdict == "b" and found.losses[0].results[0].low is not None


@pytest.mark.parametrize("n", [70_000])
def test_workers_change_no_bit(compared: Compare, n: int, forks: list[int]) -> None:
    alone, spread = (compared(classifiers(n), losses=["bce"], task=Task.BINARY, jobs=k) for k in (1, 3))
    assert alone.comparisons == spread.comparisons and alone.losses == spread.losses
    assert forks


def test_r_squared_rests_on_the_same_squares(compared: Compare) -> None:
    """With errors of heavy tails its percentiles hold the truth in 80 % of files."""
    rng = np.random.default_rng(1)
    y, spiked = rng.normal(0, 3, 400), rng.normal(size=400)
    spiked[7] = 90.0
    found = compared({"y": y, "a_pred": y + rng.normal(size=400), "b_pred": y + spiked}, losses=["mae"])
    a, b = next(one for one in found.metrics if one.name == "r2").results
    assert a.low is not None and b.low is None and str(b.reason).startswith("dominated by a few large errors")
    assert b.value is not None and (a.rank_low, b.rank_low) == (None, None)
