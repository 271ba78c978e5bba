"""The threshold that costs least: against a search over every threshold, and in parts that merge."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.domain import Floats
from losscli.metrics.distribution import Distribution
from losscli.metrics.threshold import Costs, best_cut, best_f1_cut, best_youden_cut

PRICES = [Costs(5, 1), Costs(1, 5), Costs(1, 1), Costs(2.5, 0.3, tp=-1.0, tn=-0.5), Costs(1, 20, tp=3.0)]


def cost_at(threshold: float, y: Any, p: Floats, w: Floats, costs: Costs) -> float:
    label = p > threshold
    each = np.where(y == 1, np.where(label, costs.tp, costs.fn), np.where(label, costs.fp, costs.tn))
    return float(each @ w / w.sum())


def distribution(y: Any, p: Floats, w: Floats, *, exact: bool = True) -> Distribution:
    return Distribution.of(p, y == 1, w, exact=exact)


@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(-4, 9), st.integers(1, 3)), min_size=1, max_size=40),
    st.sampled_from(PRICES),
    st.floats(-1.0, 2.0),
)
@settings(max_examples=200, deadline=None)
def test_no_threshold_costs_less(rows: list[tuple[int, int, int]], costs: Costs, anchor: float) -> None:
    y, tenths, w = (np.array(column) for column in zip(*rows, strict=True))
    p, w = tenths / 10.0, w.astype(float)
    cut = best_cut(distribution(y, p, w), costs, anchor)
    every = [cost_at(t, y, p, w, costs) for t in (*np.unique(p), p.min() - 1.0)]
    assert cut.cost == pytest.approx(min(every), rel=1e-12, abs=1e-12)
    assert cut.low <= cut.threshold < cut.high
    for t in (cut.threshold, max(cut.low, -1e9), np.nextafter(cut.high, -math.inf)):
        assert cost_at(t, y, p, w, costs) == pytest.approx(cut.cost, rel=1e-12, abs=1e-12)
    if min(every) == pytest.approx(cost_at(anchor, y, p, w, costs), rel=1e-12, abs=1e-12):
        assert cut.threshold == anchor


@pytest.mark.parametrize("costs", PRICES)
def test_parts_merge(costs: Costs) -> None:
    rng = np.random.default_rng(3)
    y, p, w = rng.integers(0, 2, 500), np.round(rng.random(500), 2), rng.integers(1, 4, 500).astype(float)
    whole = best_cut(distribution(y, p, w), costs, 0.5)
    parts = [distribution(y[i : i + 90], p[i : i + 90], w[i : i + 90]) for i in range(0, 500, 90)]
    merged = parts[0]
    for part in parts[1:]:
        merged = merged.merge(part)
    assert best_cut(merged, costs, 0.5) == whole


@pytest.mark.parametrize("costs", PRICES)
@pytest.mark.parametrize("shift", [0.0, -3.0])
def test_rounded_predictions_have_the_cost_that_is_told(costs: Costs, shift: float) -> None:
    """12 bits leave fewer cuts; at each of them the cost is that of the predictions themselves."""
    rng = np.random.default_rng(4)
    y = rng.integers(0, 2, 4000)
    s = rng.normal(y, 1.0) + shift
    w = np.ones(4000)
    cut = best_cut(distribution(y, s, w, exact=False), costs, 0.0)
    assert cut.cost == pytest.approx(cost_at(cut.threshold, y, s, w, costs), rel=1e-12)
    assert cut.cost <= best_cut(distribution(y, s, w), costs, 0.0).cost + 0.01


def test_calibrated_probabilities_ask_for_the_threshold_of_theory() -> None:
    """100,000 rows of P(y=1) uniform: the least cost lies within noise of (fp - tn)/(fp - tn + fn - tp)."""
    rng = np.random.default_rng(6)
    p = rng.random(100_000)
    y = (rng.random(100_000) < p).astype(int)
    for costs in PRICES:
        theory = costs.theoretical()
        cut = best_cut(distribution(y, p, np.ones(len(p))), costs, 0.5)
        assert cut.threshold == pytest.approx(theory, abs=0.03)
        assert cut.cost <= cost_at(theory, y, p, np.ones(len(p)), costs)


def test_theory() -> None:
    assert Costs(5, 1).theoretical() == 5 / 6
    assert Costs(1, 5).theoretical() == 1 / 6
    assert Costs(1, 5, tp=1, tn=-1).theoretical() == 2 / 6
    # Rows of a class that count four times as much move it as a fourfold price does.
    assert Costs(3, 2).theoretical(1.0, 4.0) == Costs(3, 8).theoretical()


@pytest.mark.parametrize(
    ("p", "y", "anchor", "threshold"),
    [
        ([0.2, 0.8], [1, 1], 0.9, 0.1),  # all positive: between 0 and the least
        ([0.0, 0.8], [1, 1], 0.9, -1.0),  # below 0, where there is no probability
        ([0.2, 0.8], [0, 0], 0.1, 0.8),  # none positive
        ([0.2, 0.8], [0, 1], 0.5, 0.5),  # the anchor is as good as any
        ([0.2, 0.4], [0, 1], 0.5, 0.30000000000000004),  # the middle
        ([-5.0, 3.0], [1, 1], 4.0, -10.0),
    ],
)
def test_which_of_many(p: list[float], y: list[int], anchor: float, threshold: float) -> None:
    cut = best_cut(distribution(np.array(y), np.array(p), np.ones(len(p))), Costs(1, 1), anchor)
    assert (cut.threshold, cut.cost) == (threshold, 0.0)


def test_neighbouring_doubles_are_told_apart() -> None:
    p = np.array([0.5, np.nextafter(0.5, 1.0)])
    cut = best_cut(distribution(np.array([0, 1]), p, np.ones(2)), Costs(1, 1), 0.9)
    assert cut.threshold == 0.5
    assert cut.cost == 0.0


def f1_at(threshold: float, y: Any, p: Floats, w: Floats) -> float:
    hits, wrong = w @ ((p > threshold) & (y == 1)), w @ ((p > threshold) != (y == 1))
    return float(2 * hits / (2 * hits + wrong))


def youden_at(threshold: float, y: Any, p: Floats, w: Floats) -> float:
    label = p > threshold
    return float(w @ (label & (y == 1)) / w[y == 1].sum() + w @ (~label & (y == 0)) / w[y == 0].sum() - 1)


@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(-4, 9), st.integers(1, 3)), max_size=40),
    st.floats(-1.0, 2.0),
)
@settings(max_examples=200, deadline=None)
def test_no_threshold_has_a_larger_f1_or_youden_index(
    rows: list[tuple[int, int, int]], anchor: float
) -> None:
    y, tenths, w = (np.array(column) for column in zip(*rows, (0, 3, 1), (1, 4, 2), strict=True))
    p, w = tenths / 10.0, w.astype(float)
    for found, value, best in (
        (best_f1_cut(distribution(y, p, w), anchor), f1_at, 1.0),
        (best_youden_cut(distribution(y, p, w), anchor), youden_at, 1.0),
    ):
        every = [value(t, y, p, w) for t in (*np.unique(p), p.min() - 1.0)]
        assert best - found.cost == pytest.approx(max(every), rel=1e-12, abs=1e-12)
        assert value(found.threshold, y, p, w) == pytest.approx(max(every), rel=1e-12, abs=1e-12)
        if max(every) == pytest.approx(value(anchor, y, p, w), rel=1e-12, abs=1e-12):
            assert found.threshold == anchor
