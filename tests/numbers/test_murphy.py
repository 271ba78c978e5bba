"""Elementary losses, and which of two models is better under every consistent loss."""

import math
from collections.abc import Callable, Sequence
from dataclasses import astuple
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.integrate import quad

from losscli.domain import Floats
from losscli.inference.murphy import (
    MEAN,
    MEDIAN,
    CurveExtremes,
    Functional,
    dominance,
    elementary,
    thresholds,
)

Loss = Callable[[Floats, Floats], Floats]  # of predictions and targets
Curve = Callable[[Floats], Floats]
Rows = tuple[Floats, Floats, Floats, Floats]  # predictions of a and b, targets, weights

SEEDS = st.integers(0, 10**6)
NUMBERS = st.floats(-9, 9, allow_subnormal=False)
LEVELS = st.sampled_from([0.05, 0.3, 0.5, 0.9])
FUNCTIONALS = st.one_of(st.just(MEAN), LEVELS.map(Functional))
COARSE = st.integers(-6, 6).map(lambda k: k / 2)  # many ties, sums without rounding


def unzipped(rows: Sequence[tuple[float, ...]]) -> Rows:
    a, b, y, w = np.array(rows).T
    return a, b, y, w


def columns(numbers: st.SearchStrategy[float], most: int = 12) -> st.SearchStrategy[Rows]:
    """Of a few rows; some of weight 0, not all."""
    row = st.tuples(numbers, numbers, numbers, st.integers(0, 4).map(float))
    rows = st.lists(row, min_size=1, max_size=most).filter(lambda some: any(w for *_, w in some))
    return rows.map(unzipped)


ROWS = st.one_of(columns(NUMBERS), columns(COARSE))


def sample(seed: int, spread: float, *, n: int = 300) -> Rows:
    """A good model, one that is worse by noise of this spread, targets and weights."""
    rng = np.random.default_rng(seed)
    good = rng.normal(size=n)
    return (
        good,
        good + spread * rng.normal(size=n),
        good + rng.normal(size=n),
        rng.integers(1, 4, n).astype(np.float64),
    )


def difference(theta: float, rows: Rows, functional: Functional) -> float:
    """D(θ), term by term."""
    a, b, y, w = rows
    terms = w * (elementary(theta, a, y, functional) - elementary(theta, b, y, functional))
    return math.fsum(terms.tolist()) / math.fsum(w.tolist())


def everywhere(rows: Rows) -> Floats:
    """Every value, its neighbours on both sides, and the middles between values."""
    values = np.unique(np.concatenate(rows[:3]))
    beside = [np.nextafter(values, -math.inf), np.nextafter(values, math.inf)]
    return np.unique(np.concatenate([values, *beside, (values[1:] + values[:-1]) / 2]))


def extremes_by_hand(rows: Rows) -> tuple[float, float]:
    values = [difference(theta, rows, MEAN) for theta in everywhere(rows).tolist()]
    return min(values), max(values)


def extremes(rows: Rows) -> tuple[float, float]:
    found = dominance(*rows, MEAN)
    return found.lowest, found.highest


def mean_loss(loss: Loss, x: Floats, y: Floats, w: Floats) -> float:
    return math.fsum((w * loss(x, y)).tolist()) / math.fsum(w.tolist())


def bregman(phi: Curve, slope: Curve) -> Loss:
    """φ(y) - φ(x) - φ'(x)(y - x), consistent for the mean where φ is convex."""
    return lambda x, y: phi(y) - phi(x) - slope(x) * (y - x)


def mixture(thetas: Floats, functional: Functional) -> Loss:
    return lambda x, y: elementary(thetas[:, None], x, y, functional).mean(axis=0)


def piecewise(g: Curve, level: float) -> Loss:
    """(1{y ≤ x} - α)(g(x) - g(y)), consistent for the quantile where g rises."""
    return lambda x, y: ((y <= x) - level) * (g(x) - g(y))


FOR_MEANS: dict[str, Loss] = {
    "squared": lambda x, y: np.square(x - y),
    "exponential": bregman(np.exp, np.exp),
    "falling exponential": bregman(lambda x: np.exp(-x), lambda x: -np.exp(-x)),
    "power 1.5": bregman(lambda x: np.abs(x) ** 1.5, lambda x: 1.5 * np.sign(x) * np.sqrt(np.abs(x))),
    "power 4": bregman(lambda x: x**4, lambda x: 4 * x**3),
    "softplus": bregman(lambda x: np.logaddexp(0, x), lambda x: 1 / (1 + np.exp(-x))),
    "low thresholds": mixture(np.linspace(-3, 0, 7), MEAN),
    "high thresholds": mixture(np.array([0.5, 1.25, 2.0]), MEAN),
}
RISING: dict[str, Curve] = {
    "identity": lambda x: x,
    "cube": lambda x: x**3,
    "arctan": np.arctan,
    "exponential": np.exp,
    "step": np.floor,
}


def losses(functional: Functional) -> list[Loss]:
    if functional.level is None:
        return list(FOR_MEANS.values())
    return [
        mixture(np.linspace(-3, 0, 7), functional),
        *(piecewise(g, functional.level) for g in RISING.values()),
    ]


@given(x=NUMBERS, y=NUMBERS)
def test_the_mean_losses_add_up_to_half_the_squared_error(x: float, y: float) -> None:
    at = np.array([x]), np.array([y])
    low, high = min(x, y), max(x, y)
    total = quad(lambda theta: elementary(theta, *at, MEAN)[0], low, high)[0]
    assert total == pytest.approx((x - y) ** 2 / 2, rel=1e-9, abs=1e-12)
    outside = np.array([[low - 1.0], [np.nextafter(low, -math.inf)], [high], [high + 1.0]])
    assert not elementary(outside, *at, MEAN).any()


@given(x=NUMBERS, y=NUMBERS, level=LEVELS)
def test_the_quantile_losses_add_up_to_the_pinball_loss(x: float, y: float, level: float) -> None:
    at, functional = (np.array([x]), np.array([y])), Functional(level)
    low, high = min(x, y), max(x, y)
    total = quad(lambda theta: elementary(theta, *at, functional)[0], low, high)[0]
    assert total == pytest.approx(max(level * (y - x), (1 - level) * (x - y)), rel=1e-9, abs=1e-12)
    outside = np.array([[low - 1.0], [np.nextafter(low, -math.inf)], [high], [high + 1.0]])
    assert not elementary(outside, *at, functional).any()


def test_elementary_losses_by_hand() -> None:
    x, y = np.array([0.0, 2.0, 1.0]), np.array([2.0, 0.0, 1.0])
    theta = np.array([[-1.0], [0.0], [0.5], [2.0]])
    assert elementary(theta, x, y, MEAN).tolist() == [[0, 0, 0], [2, 0, 0], [1.5, 0.5, 0], [0, 0, 0]]
    expected = [[0, 0, 0], [0.75, 0.25, 0], [0.75, 0.25, 0], [0, 0, 0]]
    assert elementary(theta, x, y, Functional(0.75)).tolist() == expected


@given(ROWS, FUNCTIONALS, NUMBERS)
def test_a_threshold_alone_or_among_others(rows: Rows, functional: Functional, theta: float) -> None:
    x, _, y, _ = rows
    among = elementary(np.array([[0.5], [theta]]), x, y, functional)
    assert np.array_equal(among[1], elementary(theta, x, y, functional))
    assert among.shape == (2, len(y)) and among.dtype == np.float64


@given(ROWS, FUNCTIONALS)
def test_extremes_against_every_threshold(rows: Rows, functional: Functional) -> None:
    found = dominance(*rows, functional)
    by_hand = [difference(theta, rows, functional) for theta in everywhere(rows).tolist()]
    assert found.lowest == pytest.approx(min(*by_hand, 0.0), rel=1e-9, abs=1e-12)
    assert found.highest == pytest.approx(max(*by_hand, 0.0), rel=1e-9, abs=1e-12)
    for extreme, theta in [(found.lowest, found.theta_lowest), (found.highest, found.theta_highest)]:
        assert (theta is None) == (extreme == 0)
        if theta is not None:
            assert difference(theta, rows, functional) == pytest.approx(extreme, rel=1e-9, abs=1e-12)


@given(columns(COARSE, 8), st.sampled_from([MEAN, MEDIAN, Functional(0.25)]))
def test_the_verdict_in_fractions(rows: Rows, functional: Functional) -> None:
    """Signs without rounding, limits from the left taken as limits."""
    a, b, y, w = ([Fraction(value) for value in column.tolist()] for column in rows)
    level = None if functional.level is None else Fraction(functional.level)

    def exact(theta: Fraction, left: bool) -> Fraction:
        def below(value: Fraction) -> bool:
            return value < theta if left else value <= theta

        total = Fraction(0)
        for one, other, target, weight in zip(a, b, y, w, strict=True):
            identified = theta - target if level is None else below(target) - level
            total += weight * identified * (below(other) - below(one))
        return total

    values = [exact(theta, left) for theta in {*a, *b, *y} for left in (False, True)]
    down, up = min(values) < 0, max(values) > 0
    expected = (None if up else "a") if down else ("b" if up else "equal")
    assert dominance(*rows, functional).dominates == expected


@given(columns(st.integers(0, 3).map(float), 6), FUNCTIONALS)
def test_a_dominant_model_is_no_worse_under_any_consistent_loss(rows: Rows, functional: Functional) -> None:
    a, b, y, w = rows
    dominates = dominance(*rows, functional).dominates
    assume(dominates is not None)
    for loss in losses(functional):
        of_a, of_b = mean_loss(loss, a, y, w), mean_loss(loss, b, y, w)
        slack = 1e-9 * (1 + abs(of_a) + abs(of_b))
        assert dominates == "b" or of_a <= of_b + slack
        assert dominates == "a" or of_b <= of_a + slack


@given(seed=SEEDS, spread=st.floats(0.3, 3), functional=FUNCTIONALS)
def test_a_model_nearer_to_every_target_dominates(seed: int, spread: float, functional: Functional) -> None:
    a, _, y, w = sample(seed, spread)
    farther = y + (1 + spread) * (a - y)
    found = dominance(a, farther, y, w, functional)
    assert found.dominates == "a" and found.highest == 0 and found.theta_highest is None
    for loss in losses(functional):
        assert mean_loss(loss, a, y, w) <= mean_loss(loss, farther, y, w)


@given(ROWS, FUNCTIONALS)
def test_where_curves_cross_each_model_has_its_loss(rows: Rows, functional: Functional) -> None:
    a, b, y, w = rows
    found = dominance(*rows, functional)
    assume(found.dominates is None)
    assert found.theta_lowest is not None and found.theta_highest is not None
    for theta, better, worse in [(found.theta_lowest, a, b), (found.theta_highest, b, a)]:
        loss = mixture(np.array([theta]), functional)
        assert mean_loss(loss, better, y, w) < mean_loss(loss, worse, y, w)


@given(ROWS, FUNCTIONALS)
def test_the_models_exchanged(rows: Rows, functional: Functional) -> None:
    a, b, y, w = rows
    one, other = dominance(a, b, y, w, functional), dominance(b, a, y, w, functional)
    assert astuple(other) == (-one.highest, one.theta_highest, -one.lowest, one.theta_lowest)
    assert other.dominates == {"a": "b", "b": "a"}.get(one.dominates or "", one.dominates)


@given(ROWS, FUNCTIONALS)
def test_equal_models(rows: Rows, functional: Functional) -> None:
    a, _, y, w = rows
    found = dominance(a, a, y, w, functional)
    assert found == CurveExtremes(0.0, None, 0.0, None) and found.dominates == "equal"


@given(seed=SEEDS, functional=FUNCTIONALS)
def test_the_same_predictions_on_other_rows_of_equal_targets(seed: int, functional: Functional) -> None:
    """D is 0 everywhere, its sums are not made of zeros."""
    rng = np.random.default_rng(seed)
    a, place = rng.normal(0.1, 1, 400), rng.permutation(400)
    ones = np.full(400, 0.7)
    for offset in (0.0, 1e7 / 3, -1e12 / 7):
        found = dominance(a + offset, (a + offset)[place], ones + offset, 0.3 * ones, functional)
        assert found.dominates == "equal"


def test_zero_but_for_rounding_is_no_crossing() -> None:
    ones = np.ones(3)
    rows = 0.3 * ones, 0.8 * ones, np.array([0.0, 0.4, 0.5]), ones
    assert 0 < difference(0.3, rows, MEAN) < 1e-16  # 0.2 + 0.1 - 0.3
    assert dominance(*rows, MEAN).dominates == "a"


@given(
    y=st.lists(st.integers(0, 30), min_size=2, max_size=20),
    other=st.integers(-10, 40),
    offset=st.sampled_from([0.0, 0.1, 1e7, -1e9 / 3]),
)
def test_the_best_constant_dominates_every_constant(y: list[int], other: int, offset: float) -> None:
    targets, ones = np.array(y) / 10 + offset, np.ones(len(y))
    assume(10 * sum(y) != other * 10 * len(y))
    mean, constant = np.full(len(y), sum(y) / len(y) / 10 + offset), np.full(len(y), other / 10 + offset)
    assert dominance(mean, constant, targets, 0.3 * ones, MEAN).dominates == "a"
    median = np.full(len(y), np.median(targets))
    assert dominance(median, constant, targets, 0.3 * ones, MEDIAN).dominates in ("a", "equal")


@given(columns(COARSE), FUNCTIONALS, st.sampled_from([-(2.0**30), 1e7, 12345.5]))
def test_an_offset_moves_the_thresholds_alone(rows: Rows, functional: Functional, offset: float) -> None:
    a, b, y, w = rows
    here = dominance(a, b, y, w, functional)
    there = dominance(a + offset, b + offset, y + offset, w, functional)
    assert there.dominates == here.dominates
    assert (there.lowest, there.highest) == pytest.approx(
        (here.lowest, here.highest), abs=np.spacing(abs(offset))
    )


@given(seed=SEEDS, spread=st.floats(0.05, 2), functional=FUNCTIONALS)
def test_large_offsets(seed: int, spread: float, functional: Functional) -> None:
    a, b, y, w = sample(seed, spread)
    here = dominance(a, b, y, w, functional)
    there = dominance(a + 1e7, b + 1e7, y + 1e7, w, functional)
    assert (there.lowest, there.highest) == pytest.approx((here.lowest, here.highest), abs=1e-8)


@given(ROWS, FUNCTIONALS)
def test_a_weight_is_a_repetition(rows: Rows, functional: Functional) -> None:
    times = rows[3].astype(np.intp)
    a, b, y = (np.repeat(column, times) for column in rows[:3])
    one, other = dominance(*rows, functional), dominance(a, b, y, np.ones(len(y)), functional)
    assert other.dominates == one.dominates
    assert (other.lowest, other.highest) == pytest.approx((one.lowest, one.highest), rel=1e-12)


@given(ROWS, FUNCTIONALS, st.sampled_from([0.25, 1e-30, 2.0**70, 3.0]))
def test_the_unit_of_weights_is_free(rows: Rows, functional: Functional, unit: float) -> None:
    a, b, y, w = rows
    one, other = dominance(*rows, functional), dominance(a, b, y, unit * w, functional)
    assert other.dominates == one.dominates
    assert (other.lowest, other.highest) == pytest.approx((one.lowest, one.highest), rel=1e-12)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("huge", [1e14, -1e18])
def test_a_huge_target_does_not_blur_the_other_rows(seed: int, huge: float) -> None:
    """It decides D between the predictions of its row, and leaves no trace above them."""
    a, b, y, w = (np.append(column, 0.0) for column in sample(seed, 0.5, n=150))
    b[-1], y[-1], w[-1] = -0.7, huge, 0.7
    assert extremes_by_hand((a, b, y, w)) == pytest.approx(extremes((a, b, y, w)), rel=1e-9)


@pytest.mark.parametrize("seed", range(3, 6))
def test_thresholds_far_from_zero_are_told_apart(seed: int) -> None:
    a, _, y, w = sample(seed, 0.1, n=1_000)
    rows = a + 1e13, a + (1e13 + 1), y + 1e13, w / 3
    assert extremes_by_hand(rows)[0] == pytest.approx(extremes(rows)[0], rel=1e-9)


def brier(p: Floats, y: Floats) -> Floats:
    return np.square(p - y)


def log_loss(p: Floats, y: Floats) -> Floats:
    return -np.log(np.where(y == 1, p, 1 - p))


def spherical(p: Floats, y: Floats) -> Floats:
    return 1 - np.where(y == 1, p, 1 - p) / np.hypot(p, 1 - p)


@given(seed=SEEDS, coarse=st.booleans())
def test_probabilities_of_an_event(seed: int, coarse: bool) -> None:
    """Dominance is by every proper scoring rule."""
    rng = np.random.default_rng(seed)
    p = rng.integers(1, 10, 200) / 10 if coarse else rng.uniform(0.05, 0.95, 200)
    y, w = (rng.random(200) < p).astype(np.float64), np.ones(200)
    worse = np.where(y == 1, p * 0.9, 1 - 0.9 * (1 - p))
    found = dominance(worse, p, y, w, MEAN)
    assert found.dominates == "b"
    assert found.theta_highest is not None and 0 < found.theta_highest < 1
    guess = dominance(p, np.full(200, y.mean()), y, w, MEAN)
    for loss in (brier, log_loss, spherical):
        assert mean_loss(loss, p, y, w) < mean_loss(loss, worse, y, w)
        gain = mean_loss(loss, np.full(200, y.mean()), y, w) - mean_loss(loss, p, y, w)
        assert guess.dominates != "a" or gain >= 0
        assert guess.dominates != "b" or gain <= 0


@pytest.mark.parametrize("functional", [MEAN, MEDIAN])
def test_huge_values_are_an_error_and_no_verdict(functional: Functional) -> None:
    a, b, y = np.array([1e308, 0.0]), np.array([-1e308, 1.0]), np.array([1.5e308, 2.0])
    with pytest.raises(OverflowError):
        dominance(a, b, y, np.ones(2), functional)
    assert dominance(a / 1e9, b / 1e9, y / 1e9, np.ones(2), functional).dominates == "a"


@given(ROWS, st.integers(1, 30))
def test_thresholds_are_distinct_and_inside(rows: Rows, count: int) -> None:
    a, b, y, _ = rows
    theta, values = thresholds(y, [a, b], count), np.concatenate([a, b, y])
    assert len(theta) <= count and (np.diff(theta) > 0).all()
    assert ((theta > values.min()) & (theta < values.max())).all()
    assert len(theta) > 0 or np.ptp(values) < 1e-9


def test_thresholds_follow_the_distinct_values() -> None:
    y = np.array([0.0, 0.0, 0.0, 1.0])
    assert thresholds(y, [np.full(4, 0.2)], 3) == pytest.approx([0.1, 0.2, 0.6])
    assert thresholds(y, [y], 3) == pytest.approx([0.25, 0.5, 0.75])
    assert len(thresholds(np.ones(3), [np.ones(3)], 5)) == 0
    assert len(thresholds(np.ones(3), [np.nextafter(np.ones(3), 2)], 5)) == 0
    rng = np.random.default_rng(0)
    many = rng.lognormal(size=10_001)
    assert thresholds(many, [many], 9) == pytest.approx(np.quantile(many, np.arange(1, 10) / 10), rel=1e-12)


def test_functionals() -> None:
    assert [str(one) for one in (MEAN, MEDIAN, Functional(0.9))] == ["mean", "median", "quantile 0.9"]
    for level in (0.0, 1.0, math.nan):
        with pytest.raises(ValueError, match="level"):
            Functional(level)
