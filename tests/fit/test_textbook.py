"""Textbook optimizers: their steps against formulas, their ends against L-BFGS on whitened columns."""

import math
from functools import cache

import numpy as np
import pytest

from losscli.descent import lbfgs
from losscli.descent.design import whitened
from losscli.descent.objective import Objective, Trainee
from losscli.descent.rates import SCHEDULES, lipschitz, measured
from losscli.descent.textbook import MAX_ITER, TOL, Optimizer, Trace, parse_optimizer, run
from losscli.domain import Task
from losscli.errors import UsageError
from losscli.loss import BoundLoss
from losscli.loss.catalogue import named
from losscli.spec import Spec

DRAW = np.random.default_rng(5)
N, P = 240, 3
X = (
    DRAW.normal(size=(N, P))
    @ np.array([[1.0, 0.4, 0.0], [0.0, 1.0, 0.3], [0.0, 0.0, 1.0]])
    * [1.0, 20.0, 0.1]
)
W = np.ones(N)
Y = 3.0 + whitened(X, W).plain()[0].z[:, 1:] @ [2.0, -1.0, 0.5] + DRAW.standard_t(4, size=N)
LABELS = (DRAW.random(N) < 1.0 / (1.0 + np.exp(-(Y - 3.0) / 2.0))).astype(float)
CLASSES = np.digitize(Y, np.quantile(Y, [0.3, 0.7])).astype(float)
TARGETS = {Task.REGRESSION: Y, Task.BINARY: LABELS, Task.MULTICLASS: CLASSES}
DESCENDING = ["gd", "momentum", "nesterov", "adam", "lbfgs"]


def bound(text: str, task: Task) -> BoundLoss:
    spec = Spec.parse(text)
    return next(loss for loss in named(spec.name) if loss.task is task).bind(spec.numbers(), scale=1.0)


def objective(*texts: str, task: Task = Task.REGRESSION, l2: float = 0.0, y=None, design=None) -> Objective:
    models = [Trainee(bound(text, task), 0, l2) for text in texts]
    target = (TARGETS[task] if y is None else y)[None]
    return Objective(design or whitened(X, W).plain()[0], target, models, 3 if task is Task.MULTICLASS else 1)


def descend(own: Objective, text: str, max_iter: int = MAX_ITER, tol: float = TOL, seed: int = 0, start=None):
    start = np.zeros((len(own.models), own.size)) if start is None else start
    rng = np.random.default_rng(seed)
    return run(own, parse_optimizer(Spec.parse(text)), start=start, max_iter=max_iter, tol=tol, rng=rng)


def optima(*texts: str, task: Task = Task.REGRESSION, l2: float = 0.0, y=None) -> np.ndarray:
    own = objective(*texts, task=task, l2=l2, y=y, design=whitened(X, W))
    start, which = np.zeros((len(texts), own.size)), np.arange(len(texts))
    end = lbfgs.minimise(own, start, which, tol=1e-14, floor=np.zeros(len(texts)), max_iter=500)
    return end.value


# --- ends


@pytest.mark.parametrize("optimizer", DESCENDING)
@pytest.mark.parametrize(
    ("task", "l2", "texts"),
    [
        (Task.REGRESSION, 0.0, ["mse", "huber:delta=1"]),
        (Task.REGRESSION, 0.1, ["mse", "huber:delta=0.3"]),
        (Task.BINARY, 0.01, ["bce", "squared_hinge"]),
        (Task.MULTICLASS, 0.01, ["cross_entropy"]),
    ],
)
def test_reaches_the_optimum(optimizer, task, l2, texts):
    own = objective(*texts, task=task, l2=l2)
    trace = descend(own, optimizer)
    assert trace.converged.all() and not trace.diverged.any()
    np.testing.assert_allclose(trace.value, optima(*texts, task=task, l2=l2), rtol=1e-9)
    value, gradient = own.evaluate(trace.v, np.arange(len(texts)))
    np.testing.assert_allclose(trace.value, value, rtol=1e-12)
    np.testing.assert_allclose(trace.gradient, gradient, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    "optimizer", ["sgd", "sgd:batch=16,schedule=inverse", "momentum:batch=64,schedule=cosine"]
)
def test_mini_batches_come_near_the_optimum_and_say_that_they_are_not_there(optimizer):
    texts = ["mse", "huber:delta=1"]
    trace = descend(objective(*texts), optimizer, max_iter=200)
    excess = trace.value / optima(*texts) - 1.0
    assert (excess > 0).all() and (excess < 1e-2).all()
    assert not trace.converged.any() and not trace.diverged.any()
    assert (trace.iterations == 200).all()


def test_sgd_comes_nearer_the_longer_it_runs():
    short, long = (
        descend(objective("mse"), "sgd", max_iter=n).value / optima("mse") - 1.0 for n in (10, 1000)
    )
    assert short > 5 * long > 0 and long < 1e-5


@cache
def least_kinked(text: str) -> float:
    """Near the least objective, from above: by adam, at length."""
    return float(descend(objective(text), "adam", max_iter=3000).value[0])


@pytest.mark.parametrize("text", ["mae", "quantile:tau=0.9"])
@pytest.mark.parametrize("optimizer", ["gd", "gd:schedule=sqrt", "momentum", "nesterov", "adam", "sgd"])
def test_kinked_losses_fall_but_have_no_small_gradient(text, optimizer):
    own = objective(text)
    start = own.evaluate(np.zeros((1, own.size)), np.arange(1))[0]
    short, long = descend(own, optimizer, max_iter=50), descend(own, optimizer, max_iter=500)
    assert long.value < 0.5 * start
    assert long.value <= short.value
    assert long.value < 1.01 * least_kinked(text)
    assert not long.converged.any()


@pytest.mark.parametrize("optimizer", DESCENDING)
def test_units_of_the_target_change_nothing(optimizer):
    plain = descend(objective("mse"), optimizer)
    large = descend(objective("mse", y=1e6 * Y), optimizer)
    np.testing.assert_allclose(large.v, 1e6 * plain.v, rtol=1e-6)
    assert abs(int(large.iterations[0]) - int(plain.iterations[0])) <= 1
    assert large.converged.all()


@pytest.mark.parametrize("optimizer", DESCENDING)
def test_an_exact_fit_converges(optimizer):
    trace = descend(objective("mse", y=whitened(X, W).plain()[0].z @ [3.0, 2.0, -1.0, 0.5]), optimizer)
    assert trace.converged.all() and trace.value < 1e-10


def test_rows_may_weigh_differently():
    w = np.random.default_rng(1).integers(1, 4, size=N).astype(float)
    weighted, repeated = whitened(X, w).plain()[0], np.repeat(np.arange(N), w.astype(int))
    own = objective("huber:delta=1", design=weighted)
    twin = objective(
        "huber:delta=1", design=whitened(X[repeated], np.ones(len(repeated))).plain()[0], y=Y[repeated]
    )
    np.testing.assert_allclose(descend(own, "nesterov").value, descend(twin, "nesterov").value, rtol=1e-9)


def test_a_batch_of_all_rows_has_the_gradient_and_batches_average_to_it():
    draw = np.random.default_rng(2)
    w = draw.integers(1, 4, size=N).astype(float)
    own = objective("mse", "huber:delta=1", l2=0.2, design=whitened(X, w).plain()[0])
    v, which, order = draw.normal(size=(2, own.size)), np.arange(2), draw.permutation(N)
    gradient = own.evaluate(v, which)[1]
    np.testing.assert_allclose(own.gradient_on(v, which, order), gradient, rtol=1e-10, atol=1e-12)
    parts = [own.gradient_on(v, which, rows) for rows in order.reshape(-1, 60)]
    np.testing.assert_allclose(np.mean(parts, axis=0), gradient, rtol=1e-10, atol=1e-12)
    np.testing.assert_array_equal(own.gradient_on(v[1:], which[1:], order[:9]).shape, (1, own.size))
    several = objective("cross_entropy", task=Task.MULTICLASS)
    v = draw.normal(size=(1, several.size))
    exact = several.evaluate(v, which[:1])[1]
    np.testing.assert_allclose(several.gradient_on(v, which[:1], order), exact, rtol=1e-10, atol=1e-12)


# --- steps


def two_slopes(own: Objective, optimizer: Optimizer, rate: float):
    """Two steps by hand: what was there before each, and after both."""
    which, v = np.arange(len(own.models)), np.zeros((len(own.models), own.size))
    state = optimizer.init(v, np.full(len(v), rate))
    points, slopes = [state.v], []
    for _ in range(2):
        slopes.append(own.evaluate(state.v, which)[1])
        state = optimizer.update(state, slopes[-1])
        points.append(state.v)
    return points, slopes


def test_gd_takes_two_steps_against_the_slope():
    """mse on z-scores from zero: the slope is -2 Z'W(y - Zv)."""
    z, rate = whitened(X, W).plain()[0].z, 0.1
    first = rate * 2.0 * z.T @ Y / N
    second = first + rate * 2.0 * z.T @ (Y - z @ first) / N
    trace = descend(objective("mse"), "gd:rate=0.1", max_iter=2, tol=0.0)
    np.testing.assert_allclose(trace.v[0], second, rtol=1e-12)
    assert trace.iterations[0] == 2 and not trace.converged[0]
    np.testing.assert_allclose(trace.curve[0][1], [np.mean(Y**2)])
    np.testing.assert_allclose(trace.curve[1][1], [np.mean((Y - z @ first) ** 2)])


def test_momentum_adds_to_a_velocity():
    (zero, one, two), (g, h) = two_slopes(objective("mse"), Optimizer("momentum", momentum=0.8), 0.1)
    np.testing.assert_allclose(one, zero - 0.1 * g)
    np.testing.assert_allclose(two, one + 0.8 * (-0.1 * g) - 0.1 * h)


def test_nesterov_takes_the_slope_at_the_point_ahead():
    """θ' = θ + u', u' = 0.8 u - 0.1 ∇f(θ + 0.8 u), written with v = θ + 0.8 u."""
    own = objective("mse")
    points, _ = two_slopes(own, Optimizer("nesterov", momentum=0.8), 0.1)
    theta, u = np.zeros((1, own.size)), np.zeros((1, own.size))
    for k in range(2):
        u = 0.8 * u - 0.1 * own.evaluate(theta + 0.8 * u, np.arange(1))[1]
        theta = theta + u
        np.testing.assert_allclose(points[k + 1], theta + 0.8 * u, rtol=1e-12)


def test_adam_corrects_its_moments():
    optimizer = Optimizer("adam", beta1=0.7, beta2=0.9, epsilon=1e-3)
    (_, one, two), (g, h) = two_slopes(objective("mse"), optimizer, 0.1)
    np.testing.assert_allclose(one, -0.1 * g / (np.abs(g) + 1e-3), rtol=1e-12)
    mean = (0.7 * 0.3 * g + 0.3 * h) / (1 - 0.7**2)
    square = (0.9 * 0.1 * g**2 + 0.1 * h**2) / (1 - 0.9**2)
    np.testing.assert_allclose(two, one - 0.1 * mean / (np.sqrt(square) + 1e-3), rtol=1e-12)


def test_a_step_leaves_its_state_alone():
    own, optimizer = objective("mse"), Optimizer("adam")
    state = optimizer.init(np.zeros((1, own.size)), np.full(1, 0.1))
    optimizer.update(state, np.ones((1, own.size)))
    assert state.steps == 0 and not state.v.any() and not any(part.any() for part in state.memory)


@pytest.mark.parametrize(
    ("name", "factors"),
    [
        ("constant", [1, 1, 1, 1]),
        ("step", [1, 1, 0.1, 0.01]),
        ("exponential", [1, 0.01**0.25, 0.1, 0.01**0.75]),
        ("cosine", [1, (2 + math.sqrt(2)) / 4, 0.5, (2 - math.sqrt(2)) / 4]),
        ("inverse", [1, 1 / 2, 1 / 3, 1 / 4]),
        ("sqrt", [1, 1 / math.sqrt(2), 1 / math.sqrt(3), 1 / 2]),
    ],
)
def test_schedules(name, factors):
    np.testing.assert_allclose([SCHEDULES[name](t, 4) for t in (1, 2, 3, 4)], factors)
    own = objective("mse")
    trace = descend(own, f"gd:rate=0.1,schedule={name}", max_iter=4, tol=0.0)
    v = np.zeros((1, own.size))
    for factor in factors:
        v = v - 0.1 * factor * own.evaluate(v, np.arange(1))[1]
    np.testing.assert_allclose(trace.v, v, rtol=1e-12)


def test_warmup_rises_in_the_first_tenth():
    np.testing.assert_allclose([SCHEDULES["warmup"](t, 40) for t in (1, 2, 4, 5, 40)], [0.25, 0.5, 1, 1, 1])


# --- rates


@pytest.mark.parametrize(
    ("text", "task", "curvature"),
    [
        ("mse", Task.REGRESSION, 2.0),
        ("huber:delta=1", Task.REGRESSION, 1.0),
        ("cauchy:c=1", Task.REGRESSION, 1.0),
        ("expectile:tau=0.9", Task.REGRESSION, 1.8),
        ("bce", Task.BINARY, 0.25),
        ("squared_hinge", Task.BINARY, 2.0),
        ("cross_entropy", Task.MULTICLASS, 0.5),
    ],
)
def test_curvature_is_that_of_the_loss(text, task, curvature):
    own = objective(text, task=task, l2=0.5)
    sizes = measured(own, np.zeros((1, own.size)))
    np.testing.assert_allclose(sizes.bend, curvature, rtol=2e-3)
    z = own.design.z
    largest = np.linalg.eigvalsh(z.T @ z / N)[-1]
    np.testing.assert_allclose(lipschitz(own, sizes, None), sizes.bend * largest + 0.5, rtol=1e-12)


def test_a_batch_of_one_row_is_as_steep_as_the_longest_row():
    own = objective("mse")
    sizes = measured(own, np.zeros((1, own.size)))
    longest = (own.design.z**2).sum(axis=1).max()
    np.testing.assert_allclose(lipschitz(own, sizes, 1), 2.0 * longest, rtol=1e-9)
    np.testing.assert_allclose(lipschitz(own, sizes, N), lipschitz(own, sizes, None))


def test_the_rate_found_for_gd_is_one_over_the_curvature():
    own, zero = objective("mse"), np.zeros((1, P + 1))
    trace = descend(own, "gd", max_iter=1, tol=0.0)
    steep = lipschitz(own, measured(own, zero), None)[:, None]
    np.testing.assert_allclose(trace.v, -own.evaluate(zero, np.arange(1))[1] / steep, rtol=1e-12)


# --- failures, said


@pytest.mark.parametrize("optimizer", ["gd:rate=50", "momentum:rate=50", "nesterov:rate=50", "sgd:rate=50"])
def test_divergence_is_said_at_the_last_finite_point(optimizer):
    trace = descend(objective("mse", "huber:delta=1", "squared_epsilon_insensitive"), optimizer)
    assert trace.diverged.tolist() == [True, False, True]
    assert not trace.converged.any()
    assert np.isfinite(trace.v).all() and np.isfinite(trace.value).all() and np.isfinite(trace.gradient).all()
    assert trace.iterations[0] < MAX_ITER and trace.iterations[1] == MAX_ITER
    assert all(np.isfinite(values).all() for _, values in trace.curve)


def test_a_budget_that_is_too_small_is_not_convergence():
    for optimizer in (*DESCENDING, "sgd"):
        trace = descend(objective("mse"), optimizer, max_iter=2)
        assert trace.iterations.tolist() == [2] and not trace.converged.any() and not trace.diverged.any()
        assert [iteration for iteration, _ in trace.curve] == [0, 1, 2]


def test_a_start_at_the_optimum_is_the_end():
    best = descend(objective("mse"), "lbfgs", tol=1e-9)
    for optimizer in (*DESCENDING, "sgd"):
        trace = descend(objective("mse"), optimizer, start=best.v)
        assert trace.converged.all() and trace.iterations.tolist() == [0]


# --- lockstep


@pytest.mark.parametrize("optimizer", [*DESCENDING, "sgd", "adam:batch=32"])
def test_models_do_not_disturb_one_another(optimizer):
    texts = ["mse", "huber:delta=0.1", "huber:delta=2", "mae", "cauchy:c=2"]
    together = descend(objective(*texts), optimizer, max_iter=150)
    for i, text in enumerate(texts):
        alone = descend(objective(text), optimizer, max_iter=150)
        assert alone.converged[0] == together.converged[i]
        if text == "mae" and optimizer == "lbfgs":
            continue  # a line search on a kink turns on the last digit
        assert alone.iterations[0] == together.iterations[i]
        np.testing.assert_allclose(together.v[i], alone.v[0], rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(together.value[i], alone.value[0], rtol=1e-12)
        np.testing.assert_allclose(together.curve[-1][1][i], alone.curve[-1][1][0], rtol=1e-12)


def same(a: Trace, b: Trace) -> bool:
    return np.array_equal(a.v, b.v) and np.array_equal(a.curve[-1][1], b.curve[-1][1])


def test_a_seed_fixes_the_batches():
    runs = [descend(objective("mse", "mae"), "sgd:batch=50", max_iter=20, seed=seed) for seed in (1, 1, 2)]
    assert same(runs[0], runs[1]) and not same(runs[0], runs[2])


def test_the_curve_is_thinned_and_ends_at_the_end():
    trace = descend(objective("mae"), "gd", max_iter=5000)
    shown = [iteration for iteration, _ in trace.curve]
    assert shown[:101] == list(range(101)) and shown[-1] == 5000 and shown == sorted(set(shown))
    assert len(shown) <= 500
    np.testing.assert_array_equal(trace.curve[-1][1], trace.value)


# --- specs


def test_specs_are_read():
    assert parse_optimizer(Spec.parse("gd")) == Optimizer("gd")
    assert parse_optimizer(Spec.parse("sgd")) == Optimizer("sgd", batch=64)
    written = parse_optimizer(Spec.parse("sgd:batch=8,rate=0.1,schedule=cosine"))
    assert written == Optimizer("sgd", rate=0.1, schedule="cosine", batch=8)
    assert parse_optimizer(Spec.parse("adam:beta1=0,epsilon=1e-6")) == Optimizer(
        "adam", beta1=0.0, epsilon=1e-6
    )


@pytest.mark.parametrize(
    ("text", "what", "advice"),
    [
        ("adm", "There is no optimizer 'adm'", "Did you mean adam"),
        ("newton", "There is no optimizer 'newton'", "auto, gd, momentum, nesterov, sgd, adam, lbfgs"),
        ("gd:rte=1", "gd has no parameter 'rte'", "Did you mean rate"),
        ("gd:batch=8", "gd has no parameter 'batch'", "gd takes rate, schedule"),
        ("lbfgs:rate=1", "lbfgs has no parameter 'rate'", "lbfgs takes no parameter"),
        ("gd:rate=0", "gd:rate=0.0 is not > 0", "For example gd:rate=0.1"),
        ("gd:rate=inf", "gd:rate=inf is not > 0", "For example gd:rate=0.1"),
        ("gd:rate=fast", "gd:rate=fast is not > 0", "For example gd:rate=0.1"),
        (
            "momentum:momentum=1",
            "momentum:momentum=1.0 is not in [0, 1)",
            "For example momentum:momentum=0.9",
        ),
        ("adam:beta2=-1", "adam:beta2=-1.0 is not in [0, 1)", "For example adam:beta2=0.999"),
        ("adam:epsilon=0", "adam:epsilon=0.0 is not > 0", "For example adam:epsilon=1e-08"),
        ("sgd:batch=0", "sgd:batch=0.0 is not a whole number ≥ 1", "For example sgd:batch=64"),
        ("sgd:batch=2.5", "sgd:batch=2.5 is not a whole number ≥ 1", "For example sgd:batch=64"),
        ("sgd:schedule=cosin", "sgd: there is no schedule 'cosin'", "Did you mean cosine"),
        ("sgd:schedule=zigzag", "sgd: there is no schedule 'zigzag'", "constant, step, exponential"),
        ("sgd:schedule=2", "sgd: there is no schedule 2.0", "constant, step, exponential"),
    ],
)
def test_what_cannot_be_used_is_refused_with_advice(text, what, advice):
    with pytest.raises(UsageError) as refused:
        parse_optimizer(Spec.parse(text))
    assert refused.value.what.startswith(what)
    assert advice in str(refused.value.advice)
