"""What must not change a fit does not, and what must move it moves it by as much: property tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.descent.design import whitened
from losscli.descent.ends import Solution
from losscli.descent.train import Settings, Wanted, train
from losscli.domain import Codes, Floats, Task
from losscli.fitting.coefficients import coefficients
from losscli.loss import Loss
from losscli.loss.catalogue import named
from losscli.spec import Spec

CLOSE = 1e-6  # of the spread of the target
CONVEX = (
    "mse",
    "mae",
    "huber",
    "pseudo_huber",
    "log_cosh",
    "fair",
    "epsilon_insensitive",
    "squared_epsilon_insensitive",
    "quantile:tau=0.8",
    "expectile:tau=0.2",
    "lq",
)
NONCONVEX = ("tukey", "cauchy", "welsch", "geman_mcclure", "andrews", "barron")
OF_NUMBERS = CONVEX + NONCONVEX
OF_COUNTS = ("poisson", "negative_binomial", "tweedie")
OF_LABELS = ("bce", "hinge", "squared_hinge", "modified_huber", "focal", "brier", "savage")
OF_CLASSES = ("cross_entropy", "brier", "ova_hinge", "focal")
# A threshold in units of the target: what scales with it.
IN_UNITS = {
    "huber": ("delta", 0.9),
    "pseudo_huber": ("delta", 1.1),
    "log_cosh": ("c", 0.8),
    "fair": ("c", 1.2),
    "epsilon_insensitive": ("epsilon", 0.4),
    "squared_epsilon_insensitive": ("epsilon", 0.3),
    "tukey": ("c", 4.0),
    "cauchy": ("c", 2.0),
    "welsch": ("c", 3.0),
    "geman_mcclure": ("c", 4.0),
    "andrews": ("c", 1.3),
}
seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=6)


@dataclass(frozen=True, eq=False)
class Fitted:
    """Coefficients on the raw columns, of each loss: intercept (L, k), slopes (L, k, p)."""

    intercept: Floats
    slopes: Floats
    scale: float | None
    objective: Floats

    def at(self, x: Floats) -> Floats:
        """Scores (L, k, n)."""
        return self.intercept[..., None] + self.slopes @ x.T


def fitted(x: Floats, y: Floats, specs: Sequence[str], w: Floats | None = None, **asked: Any) -> Fitted:
    task = asked.pop("task", Task.REGRESSION)
    k = int(y.max()) + 1 if task is Task.MULTICLASS else 1
    design = whitened(np.ascontiguousarray(x), np.ones(len(y)) if w is None else w)
    wanted = [Wanted(loss_of(spec, task), Spec.parse(spec).numbers()) for spec in specs]
    trained = train(design, y[None], wanted, Settings(task=task, classes=k, **asked))
    ends = [outcomes[0] for outcomes in trained.by_loss]
    solutions = [end for end in ends if isinstance(end, Solution)]
    assert len(solutions) == len(specs), ends
    raw = [coefficients(design, one) for one in solutions]  # centred where the level of the scores is free
    return Fitted(
        np.array([one.intercept for one in raw]),
        np.array([one.slopes for one in raw]),
        trained.scales[0],
        np.array([one.objective for one in solutions]),
    )


def loss_of(spec: str, task: Task) -> Loss:
    return next(loss for loss in named(Spec.parse(spec).name) if loss.task is task)


def data(seed: int, n: int = 60, p: int = 3) -> tuple[Floats, Floats]:
    """Correlated columns, and a target with a clear valley and a few gross errors."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, p)) @ (np.eye(p) + 0.5 * rng.normal(size=(p, p)))
    y = x @ rng.normal(size=p) + 2.0 + 0.7 * rng.normal(size=n)
    y[:4] += rng.choice([-1, 1], 4) * rng.uniform(6, 12, 4)
    return x, y


def labels(x: Floats, y: Floats, classes: int) -> Floats:
    noisy = y + np.random.default_rng(1).logistic(size=len(y)) * y.std() / 2
    return np.asarray(np.digitize(noisy, np.quantile(noisy, np.arange(1, classes) / classes)), np.float64)


def counts(x: Floats, y: Floats) -> Floats:
    return np.asarray(np.rint(np.exp(1.0 + np.clip(y / y.std(), -2, 2))))


@cache
def targets_of(task: Task) -> tuple:
    return {
        Task.REGRESSION: (OF_NUMBERS, lambda x, y: y),
        Task.COUNTS: (OF_COUNTS, counts),
        Task.BINARY: (OF_LABELS, lambda x, y: labels(x, y, 2)),
        Task.MULTICLASS: (OF_CLASSES, lambda x, y: labels(x, y, 3)),
    }[task]


def drawn(seed: int, task: Task) -> tuple[Floats, Floats, Sequence[str], float]:
    """(features, target, specs, what differences of scores are measured by)."""
    x, y = data(seed)
    specs, target = targets_of(task)
    y = target(x, y)
    return x, y, specs, float(y.std()) if task is Task.REGRESSION else 1.0


def assert_same(own: Floats, other: Floats, unit: float, specs: Sequence[str], close: float = CLOSE) -> None:
    worst = np.abs(own - other).reshape(len(specs), -1).max(axis=1) / unit
    moved = {spec: size for spec, size in zip(specs, worst.tolist(), strict=True) if not size <= close}
    assert not moved


every_task = pytest.mark.parametrize("task", [Task.REGRESSION, Task.COUNTS, Task.BINARY, Task.MULTICLASS])


# --- rows


@every_task
@few
@given(seed=seeds)
def test_the_order_of_the_rows(task, seed):
    x, y, specs, unit = drawn(seed, task)
    order = np.random.default_rng(seed).permutation(len(y))
    before, after = (fitted(x[at], y[at], specs, task=task) for at in (slice(None), order))
    assert_same(before.at(x), after.at(x), unit, specs)
    assert (before.scale is None) is (after.scale is None) is (task is not Task.REGRESSION)
    if before.scale is not None:
        assert after.scale == pytest.approx(before.scale, rel=1e-9)


@every_task
@few
@given(seed=seeds, most=st.integers(1, 3))
def test_whole_weights_are_repeats(task, seed, most):
    x, y, specs, unit = drawn(seed, task)
    w = np.random.default_rng(seed).integers(1, most + 1, len(y)).astype(float)
    again = np.repeat(np.arange(len(y)), w.astype(int))
    weighted, repeated = fitted(x, y, specs, w, task=task), fitted(x[again], y[again], specs, task=task)
    assert_same(weighted.at(x), repeated.at(x), unit, specs)
    np.testing.assert_allclose(weighted.objective, repeated.objective, rtol=1e-8)
    if weighted.scale is not None:
        assert weighted.scale == pytest.approx(repeated.scale, rel=1e-9)


@few
@given(seed=seeds, factor=st.floats(0.01, 100))
def test_a_factor_of_fractional_weights_changes_nothing(seed, factor):
    x, y = data(seed)
    w = np.random.default_rng(seed).uniform(0.1, 2, len(y))
    own, other = fitted(x, y, OF_NUMBERS, w), fitted(x, y, OF_NUMBERS, w * factor)
    assert_same(own.at(x), other.at(x), y.std(), OF_NUMBERS)
    assert other.scale == pytest.approx(own.scale, rel=1e-9)


# --- the target


@few
@given(seed=seeds, power=st.integers(-8, 8), written=st.booleans())
def test_a_target_in_other_units(seed, power, written):
    """With thresholds written in the same units, or found from the residuals."""
    x, y = data(seed)
    unit = 10.0**power
    specs, scaled = [*OF_NUMBERS], [*OF_NUMBERS]
    if written:
        specs = [f"{name}:{key}={value}" for name, (key, value) in IN_UNITS.items()]
        scaled = [f"{name}:{key}={value * unit!r}" for name, (key, value) in IN_UNITS.items()]
    own, other = fitted(x, y, specs), fitted(x, unit * y, scaled)
    assert_same(own.at(x), other.at(x) / unit, y.std(), specs)
    assert other.scale == pytest.approx(unit * own.scale, rel=1e-6)


@few
@given(seed=seeds, shift=st.floats(-1e4, 1e4), slope=st.floats(-20, 20))
def test_what_is_added_to_the_target_is_added_to_the_fit(seed, shift, slope):
    x, y = data(seed)
    added = shift + x @ np.array([slope, -slope, 1.0])
    own, other = fitted(x, y, OF_NUMBERS), fitted(x, y + added, OF_NUMBERS)
    assert_same(own.at(x), other.at(x) - added, y.std(), OF_NUMBERS)
    assert other.scale == pytest.approx(own.scale, rel=1e-6)


@few
@given(seed=seeds)
def test_a_target_turned_round_turns_the_fit_round(seed):
    x, y = data(seed)
    specs = ["mae", "huber", "tukey", "quantile:tau=0.8", "expectile:tau=0.2"]
    mirrored = ["mae", "huber", "tukey", "quantile:tau=0.2", "expectile:tau=0.8"]
    assert_same(fitted(x, y, specs).at(x), -fitted(x, -y, mirrored).at(x), y.std(), specs)


@few
@given(seed=seeds)
def test_classes_swapped_turn_the_scores_round(seed):
    x, y, specs, _ = drawn(seed, Task.BINARY)
    own, other = (fitted(x, labels_, specs, task=Task.BINARY) for labels_ in (y, 1 - y))
    assert_same(own.at(x), -other.at(x), 1.0, specs)


# --- columns


@every_task
@few
@given(
    seed=seeds,
    powers=st.lists(st.integers(-6, 6), min_size=3, max_size=3),
    shifts=st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=3),
    l2=st.sampled_from([None, 0.1]),
)
def test_columns_in_other_units(task, seed, powers, shifts, l2):
    """Shifts by up to a thousand standard deviations; with a penalty, which speaks of z-scores."""
    x, y, specs, unit = drawn(seed, task)
    moved = (x + np.array(shifts)) * 10.0 ** np.array(powers)
    own, other = fitted(x, y, specs, task=task, l2=l2), fitted(moved, y, specs, task=task, l2=l2)
    assert_same(own.at(x), other.at(moved), unit, specs)


@few
@given(seed=seeds)
def test_the_order_of_the_columns(seed):
    x, y = data(seed)
    own, other = fitted(x, y, OF_NUMBERS), fitted(x[:, ::-1], y, OF_NUMBERS)
    assert_same(own.at(x), other.at(x[:, ::-1]), y.std(), OF_NUMBERS)
    assert_same(own.slopes, other.slopes[..., ::-1], y.std(), OF_NUMBERS)


@every_task
@few
@given(seed=seeds, factor=st.sampled_from([1.0, -1.0, 3.0, 1e-4]), shift=st.sampled_from([0.0, 5.0]))
def test_a_column_twice_shares_its_slope(task, seed, factor, shift):
    """The solution of least norm on z-scored columns; predictions stay without a penalty."""
    x, y, specs, unit = drawn(seed, task)
    l2 = 0.0 if task in (Task.REGRESSION, Task.COUNTS) else 0.05
    twice = np.column_stack([x, factor * x[:, 0] + shift])
    other = fitted(twice, y, specs, task=task, l2=l2)
    assert_same(other.slopes[..., 0], factor * other.slopes[..., 3], unit, specs)
    if not l2:
        own = fitted(x, y, specs, task=task, l2=l2)
        assert_same(own.at(x), other.at(twice), unit, specs)
        assert_same(own.slopes[..., 0], 2 * other.slopes[..., 0], unit, specs)


@every_task
@few
@given(seed=seeds, value=st.floats(-1e6, 1e6))
def test_a_constant_column_has_no_slope(task, seed, value):
    x, y, specs, unit = drawn(seed, task)
    wider = np.column_stack([x, np.full(len(y), value)])
    own, other = fitted(x, y, specs, task=task), fitted(wider, y, specs, task=task)
    assert (other.slopes[..., 3] == 0).all()
    assert_same(own.at(x), other.at(wider), unit, specs)


# --- outliers


@few
@given(seed=seeds, row=st.integers(0, 59), up=st.booleans())
def test_an_outlier_that_moves_further_out_moves_no_robust_fit(seed, row, up):
    """Least absolute deviations and huber: beyond the threshold a row pulls as hard however far it is.
    tukey has let go of it."""
    x, y = data(seed)
    specs = ["mae", "huber", "huber:delta=0.5", "quantile:tau=0.7", "epsilon_insensitive", "tukey"]
    ends = []
    for size in (1e3, 1e6, 1e9):
        moved = y.copy()
        moved[row] = size if up else -size
        ends.append(fitted(x, moved, specs))
    first, *rest = ends
    for other in rest:
        assert_same(first.slopes, other.slopes, y.std(), specs)
        assert_same(first.intercept, other.intercept, y.std(), specs)
        assert other.scale == pytest.approx(first.scale, rel=1e-6)


def test_an_outlier_moves_least_squares():
    """Else the test above would hold of anything."""
    x, y = data(3)
    near, far = (fitted(x, np.r_[y[:-1], size], ["mse"]) for size in (1e3, 1e6))
    assert np.abs(near.slopes - far.slopes).max() > 1e3


@pytest.mark.parametrize("rows", [np.arange(6)])
def test_tukey_lets_go_of_a_tenth_of_the_rows(rows: Codes):
    """The same fit, whether they are off by a hundred or a million."""
    x, y = data(11)
    ends = []
    for size in (1e2, 1e4, 1e6):
        moved = y.copy()
        moved[rows] = size * (1 + np.arange(len(rows)))
        ends.append(fitted(x, moved, ["tukey", "welsch", "andrews"]))
    for other in ends[1:]:
        assert_same(ends[0].at(x), other.at(x), y.std(), ["tukey", "welsch", "andrews"])
