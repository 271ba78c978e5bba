"""An l1 penalty: the least objective, slopes that are exactly 0, and the proof of it."""

from typing import Any

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.linear_model import ElasticNet, Lasso, LogisticRegression, QuantileRegressor

from losscli.descent.design import whitened
from losscli.descent.ends import Solution
from losscli.descent.objective import Objective, Trainee
from losscli.descent.textbook import parse_optimizer
from losscli.descent.train import Settings, Wanted, train
from losscli.domain import Floats, Task
from losscli.fitting.choice import refusal
from losscli.loss.catalogue import find, losses_for
from losscli.loss.score import terms
from losscli.spec import Spec

DIABETES = load_diabetes(return_X_y=True)
TUMOURS = load_breast_cancer(return_X_y=True)
WINE = load_wine(return_X_y=True)
EXACT = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


def z_scores(x: Floats, w: Floats | None = None) -> Floats:
    center = np.average(x, axis=0, weights=w)
    spread = np.sqrt(np.average((x - center) ** 2, axis=0, weights=w))
    return (x - center) / np.where(spread > 0, spread, 1.0)


def solved(spec: str, x: Floats, y: Floats, task: Task, w: Floats | None = None, **settings: Any) -> Solution:
    parsed = Spec.parse(spec)
    loss = find(parsed, task)
    assert loss is not None
    classes = int(y.max()) + 1 if task is Task.MULTICLASS else 1
    design = whitened(x, np.ones(len(x)) if w is None else w)
    asked = Settings(task=task, classes=classes, **settings)
    (((outcome,),)) = train(design, y[None].astype(float), [Wanted(loss, parsed.numbers())], asked).by_loss
    assert isinstance(outcome, Solution), outcome
    return outcome


def slopes(solution: Solution) -> Floats:
    assert solution.plain is not None
    return solution.plain[:, 1:]


def objective(
    solution: Solution, y: Floats, z: Floats, l1: float, l2: float, w: Floats | None = None
) -> float:
    """Mean loss and penalty of its own coefficients on z-scored columns."""
    assert solution.plain is not None
    bound = solution.bound
    scores = (solution.plain[:, :1] + solution.plain[:, 1:] @ z.T)[None]
    row, _ = terms(
        bound.loss, dict(bound.params), y[None].astype(float), scores if len(scores[0]) > 1 else scores[0]
    )
    b = slopes(solution)
    return float(np.average(row[0], weights=w) + l1 * np.abs(b).sum() + l2 / 2 * (b * b).sum())


# ── against scikit-learn ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("l2", [0.0, 0.5])
@pytest.mark.parametrize("l1", [120.0, 60.0, 20.0, 5.0, 1.0, 0.1])
def test_mse_is_the_elastic_net(l1: float, l2: float) -> None:
    """scikit-learn's is half of ours: 1/(2n)·RSS + α·r·Σ|b| + α(1-r)/2·Σb²."""
    x, y = DIABETES
    z = z_scores(x)
    found = solved("mse", x, y, Task.REGRESSION, l1=l1, l2=l2)
    alpha = (l1 + l2) / 2
    peer = ElasticNet(alpha=alpha, l1_ratio=l1 / (l1 + l2), tol=1e-14, max_iter=1_000_000).fit(z, y)
    theirs = (
        np.mean((y - peer.predict(z)) ** 2) + l1 * np.abs(peer.coef_).sum() + l2 / 2 * (peer.coef_**2).sum()
    )
    assert found.objective == pytest.approx(theirs, rel=1e-12)
    assert found.objective == pytest.approx(objective(found, y, z, l1, l2), rel=1e-13)
    assert ((slopes(found)[0] != 0) == (peer.coef_ != 0)).all()
    assert found.converged


@pytest.mark.parametrize(("c", "ratio"), [(0.02, 1.0), (0.2, 1.0), (2.0, 1.0), (0.1, 0.5), (1.0, 0.3)])
def test_bce_is_logistic_regression(c: float, ratio: float) -> None:
    x, y = TUMOURS[0][:, :8], TUMOURS[1]
    z, n = z_scores(x), len(y)
    l1, l2 = ratio / (n * c), (1 - ratio) / (n * c)
    found = solved("bce", x, y, Task.BINARY, l1=l1, l2=l2)
    peer = LogisticRegression(solver="saga", C=c, l1_ratio=ratio, tol=1e-9, max_iter=100_000).fit(z, y)
    b = peer.coef_[0]
    losses = np.logaddexp(0, -(2 * y - 1) * (z @ b + peer.intercept_[0]))
    theirs = losses.mean() + l1 * np.abs(b).sum() + l2 / 2 * b @ b
    assert found.objective <= theirs * (1 + 1e-9)
    assert found.objective == pytest.approx(theirs, rel=1e-6)
    assert ((slopes(found)[0] != 0) == (b != 0)).all()


@pytest.mark.parametrize(("l1", "l2"), [(0.1, 0.0), (0.02, 0.0), (0.02, 0.05)])
def test_cross_entropy_is_multinomial_regression(l1: float, l2: float) -> None:
    x, y = WINE
    z, n = z_scores(x), len(y)
    found = solved("cross_entropy", x, y, Task.MULTICLASS, l1=l1, l2=l2)
    c, ratio = 1 / (n * (l1 + l2)), l1 / (l1 + l2)
    peer = LogisticRegression(solver="saga", C=c, l1_ratio=ratio, tol=1e-8, max_iter=100_000).fit(z, y)
    losses = -np.log(peer.predict_proba(z)[np.arange(n), y])
    b = peer.coef_
    theirs = losses.mean() + l1 * np.abs(b).sum() + l2 / 2 * (b * b).sum()
    assert found.objective <= theirs * (1 + 1e-9)
    assert found.objective == pytest.approx(theirs, rel=1e-6)
    assert ((slopes(found) != 0) == (b != 0)).all()


@pytest.mark.parametrize("alpha", [2.0, 0.5, 0.05])
@pytest.mark.parametrize("tau", [0.5, 0.8])
def test_quantiles_are_quantile_regression(tau: float, alpha: float) -> None:
    x, y = DIABETES
    z = z_scores(x)
    found = solved(f"quantile:tau={tau}", x, y, Task.REGRESSION, l1=alpha)
    peer = QuantileRegressor(quantile=tau, alpha=alpha, solver="highs").fit(z, y)
    r = y - peer.predict(z)
    theirs = np.maximum(tau * r, (tau - 1) * r).mean() + alpha * np.abs(peer.coef_).sum()
    assert objective(found, y, z, alpha, 0.0) == pytest.approx(theirs, rel=1e-7)
    assert ((slopes(found)[0] != 0) == (np.abs(peer.coef_) > 1e-9)).all()
    assert "gap" in found.certificate and found.converged
    if tau == 0.5:
        twice = solved("mae", x, y, Task.REGRESSION, l1=2 * alpha)
        assert twice.objective == pytest.approx(2 * theirs, rel=1e-7)


# ── against linear programs ──────────────────────────────────────────────────────────────────────────


def least_margin(loss: str, z: Floats, y: Floats, k: int, l1: float) -> float:
    """The least objective of a margin loss by HiGHS: intercepts, |slopes| as two parts, a slack per term."""
    n, p = z.shape
    size = k * (1 + 2 * p)
    rows = np.column_stack([np.ones(n), z, -z])
    terms_ = 1 if loss in ("hinge", "crammer_singer_hinge") else k
    left, right = [], []
    for i in range(n):
        for j in range(k):
            cut = np.zeros(size + n * terms_)
            block = slice(j * (1 + 2 * p), (j + 1) * (1 + 2 * p))
            if loss == "hinge":
                cut[block] = -(2 * y[i] - 1) * rows[i]
            elif loss == "ova_hinge":
                cut[block] = (-1.0 if j == y[i] else 1.0) * rows[i]
            elif j == y[i]:
                continue
            else:
                cut[block] = rows[i]
                cut[y[i] * (1 + 2 * p) : (y[i] + 1) * (1 + 2 * p)] -= rows[i]
            cut[size + i * terms_ + (0 if terms_ == 1 else j)] = -1.0
            left.append(cut)
            right.append(-1.0)
    share = 1 / n if terms_ == 1 else 1 / (n * k)
    cost = np.concatenate([np.tile(np.r_[0.0, np.full(2 * p, l1)], k), np.full(n * terms_, share)])
    bounds = [*([(None, None), *[(0, None)] * (2 * p)] * k), *[(0, None)] * (n * terms_)]
    found = linprog(
        cost, sparse.csr_array(np.array(left)), right, bounds=bounds, method="highs", options=EXACT
    )
    return float(found.fun)


@pytest.mark.parametrize("l1", [0.1, 0.01, 0.001])
def test_hinge(l1: float) -> None:
    x, y = TUMOURS
    found = solved("hinge", x, y, Task.BINARY, l1=l1, l2=0.0)
    z = z_scores(x)
    assert found.objective == pytest.approx(least_margin("hinge", z, y, 1, l1), rel=1e-7)
    assert found.objective == pytest.approx(objective(found, y, z, l1, 0.0), rel=1e-9)
    assert (slopes(found) == 0).any() and (slopes(found) != 0).any()


@pytest.mark.parametrize("loss", ["crammer_singer_hinge", "multi_margin", "ova_hinge"])
@pytest.mark.parametrize("l1", [0.1, 0.01])
def test_margins_of_several_classes(loss: str, l1: float) -> None:
    x, y = WINE[0][::2, :6], WINE[1][::2]
    found = solved(loss, x, y, Task.MULTICLASS, l1=l1, l2=0.0)
    assert found.converged
    assert found.objective == pytest.approx(least_margin(loss, z_scores(x), y, 3, l1), rel=2e-8)
    assert (slopes(found) == 0).any() and (slopes(found) != 0).any()


# ── every loss ───────────────────────────────────────────────────────────────────────────────────────


def trainable(task: Task, y: Floats) -> list[str]:
    return [
        loss.name
        for loss in losses_for(task)
        if loss.task is task and refusal(loss, task, y) is None and loss.name != "mase"
    ]


NAMES = {
    Task.REGRESSION: trainable(Task.REGRESSION, DIABETES[1]),
    Task.BINARY: trainable(Task.BINARY, TUMOURS[1]),
    Task.MULTICLASS: trainable(Task.MULTICLASS, WINE[1]),
    Task.COUNTS: trainable(Task.COUNTS, np.round(DIABETES[1] / 20)),
}


@pytest.mark.parametrize(("task", "name"), [(task, name) for task, names in NAMES.items() for name in names])
def test_no_slope_can_be_moved_to_gain(task: Task, name: str) -> None:
    """Every slope by itself, and the intercepts, moved by steps of many sizes: none lowers the objective."""
    x, y = {
        Task.REGRESSION: (DIABETES[0], DIABETES[1]),
        Task.BINARY: (TUMOURS[0][:, :7], TUMOURS[1]),
        Task.MULTICLASS: (WINE[0][:, :5], WINE[1]),
        Task.COUNTS: (DIABETES[0], np.round(DIABETES[1] / 20)),
    }[task]
    bare = solved(name, x, y, task, l1=1e9, l2=0.01, careful=False)
    assert not slopes(bare).any()
    design = whitened(x, np.ones(len(x)))
    plain, _ = design.plain()
    k = len(slopes(bare))
    strength = 0.1 * steepest(bare, y, plain.z)
    found = solved(name, x, y, task, l1=strength, l2=0.01, careful=False)
    assert found.converged, found.certificate
    own = Objective(plain, y[None].astype(float), [Trainee(found.bound, 0, 0.01, strength)], k)
    assert found.plain is not None
    b = found.plain.ravel()
    points = [b]
    for j in range(len(b)):
        for size in 10.0 ** -np.arange(7) * max(1.0, abs(b[j])):
            for step in (size, -size):
                moved = b.copy()
                moved[j] += step
                points.append(moved)
    values = np.array([own.evaluate(v[None], np.array([0]))[0][0] + own.absolute(v[None])[0] for v in points])
    assert values[0] == pytest.approx(found.objective, rel=1e-9)
    assert values.min() >= values[0] - 2e-7 * abs(values[0])


def steepest(bare: Solution, y: Floats, z: Floats) -> float:
    """About the least strength at which all slopes are 0."""
    assert bare.plain is not None
    scores = (bare.plain @ z.T)[None]
    params = dict(bare.bound.params)
    _, slope = terms(
        bare.bound.loss, params, y[None].astype(float), scores if len(scores[0]) > 1 else scores[0]
    )
    return float(np.abs(slope.reshape(-1, len(y)) @ z[:, 1:]).max() / len(y)) or 0.01


# ── weights, columns, strengths ──────────────────────────────────────────────────────────────────────

SPECS = ["mse", "huber:delta=30", "mae", "tukey:c=200", "0.5*mse + 0.5*mae"]


@pytest.mark.parametrize("spec", SPECS)
def test_a_weight_is_a_repeated_row(spec: str) -> None:
    x, y = DIABETES[0][:60], DIABETES[1][:60]
    w = np.random.default_rng(0).integers(1, 4, 60)
    weighed = solved(spec, x, y, Task.REGRESSION, w=w.astype(float), l1=2.0)
    repeated = solved(spec, np.repeat(x, w, axis=0), np.repeat(y, w), Task.REGRESSION, l1=2.0)
    assert weighed.objective == pytest.approx(repeated.objective, rel=1e-8)
    assert ((slopes(weighed) != 0) == (slopes(repeated) != 0)).all()
    z = z_scores(x, w)
    assert weighed.objective == pytest.approx(objective(weighed, y, z, 2.0, 0.0, w), rel=1e-9)


@pytest.mark.parametrize("spec", SPECS)
def test_a_constant_column_has_no_slope(spec: str) -> None:
    x, y = DIABETES
    more = np.insert(x, 3, 7.0, axis=1)
    one, other = solved(spec, x, y, Task.REGRESSION, l1=1.0), solved(spec, more, y, Task.REGRESSION, l1=1.0)
    assert other.objective == pytest.approx(one.objective, rel=1e-9)
    assert slopes(other)[0, 3] == 0.0


@pytest.mark.parametrize("spec", ["mse", "huber:delta=1", "mae", "quantile:tau=0.3", "tukey:c=4"])
def test_more_columns_than_rows(spec: str) -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(40, 90)) * np.logspace(-1, 1, 90)
    y = x[:, :3] @ [20.0, -10.0, 5.0] + 0.3 * rng.normal(size=40)
    z = z_scores(x)
    found = solved(spec, x, y, Task.REGRESSION, l1=0.2, scale=0.3)
    assert found.converged, found.certificate
    assert 3 <= (slopes(found) != 0).sum() < 40
    assert found.objective == pytest.approx(objective(found, y, z, 0.2, 0.0), rel=1e-9)
    if spec == "mse":
        peer = Lasso(alpha=0.1, tol=1e-14, max_iter=1_000_000).fit(z, y)
        theirs = np.mean((y - peer.predict(z)) ** 2) + 0.2 * np.abs(peer.coef_).sum()
        assert found.objective == pytest.approx(theirs, rel=1e-10)
    if spec == "mae":
        median = QuantileRegressor(alpha=0.1, solver="highs").fit(z, y)
        theirs = np.abs(y - median.predict(z)).mean() + 0.2 * np.abs(median.coef_).sum()
        assert found.objective == pytest.approx(theirs, rel=1e-7)


@pytest.mark.parametrize(
    "spec", ["mse", "huber:delta=30", "mae", "tukey:c=200", "epsilon_insensitive:epsilon=5"]
)
def test_beyond_the_greatest_strength_all_slopes_are_0(spec: str) -> None:
    x, y = DIABETES
    found = solved(spec, x, y, Task.REGRESSION, l1=1e4)
    assert (slopes(found) == 0.0).all()
    assert found.converged


def test_the_greatest_strength_of_mse() -> None:
    x, y = DIABETES
    top = 2 * np.abs((y - y.mean()) @ z_scores(x)).max() / len(y)
    assert not slopes(solved("mse", x, y, Task.REGRESSION, l1=top * 1.0001)).any()
    assert (slopes(solved("mse", x, y, Task.REGRESSION, l1=top * 0.9999)) != 0).sum() == 1


@pytest.mark.parametrize("spec", ["mse", "mae", "huber:delta=30", "tukey:c=200"])
def test_a_small_strength_is_next_to_none(spec: str) -> None:
    x, y = DIABETES
    none = solved(spec, x, y, Task.REGRESSION, l1=0.0)
    little = solved(spec, x, y, Task.REGRESSION, l1=1e-9)
    assert none.plain is None and none.l1 == 0.0
    assert little.objective == pytest.approx(none.objective, rel=1e-8)


# ── textbook optimizers ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "optimizer", ["gd", "momentum", "nesterov", "adam", "sgd:batch=442,schedule=constant"]
)
@pytest.mark.parametrize(("spec", "l1"), [("mse", 20.0), ("huber:delta=30", 1.0)])
def test_textbook_optimizers_reach_the_same_zeros(optimizer: str, spec: str, l1: float) -> None:
    x, y = DIABETES
    best = solved(spec, x, y, Task.REGRESSION, l1=l1)
    found = solved(
        spec, x, y, Task.REGRESSION, l1=l1, optimizer=parse_optimizer(Spec.parse(optimizer)), max_iter=4000
    )
    assert found.converged, found.certificate
    assert found.distance is not None and -1e-10 < found.distance < 1e-8
    assert ((slopes(found) != 0) == (slopes(best) != 0)).all()
    assert found.objective == pytest.approx(objective(found, y, z_scores(x), l1, 0.0), rel=1e-12)


def test_mini_batches_come_near() -> None:
    x, y = DIABETES
    sgd = parse_optimizer(Spec.parse("sgd:batch=32"))
    found = solved("mse", x, y, Task.REGRESSION, l1=200.0, optimizer=sgd, max_iter=50)
    assert not slopes(found).any()
    found = solved("mse", x, y, Task.REGRESSION, l1=20.0, optimizer=sgd, max_iter=300)
    assert found.distance is not None and found.distance < 1e-4


# ── strengths in units of the curvature ──────────────────────────────────────────────────────────────

CURVED: dict[str, Any] = {"penalty_scale": "curvature", "l1": 0.2, "l2": 0.05}


def test_the_factors_of_mse_and_its_half() -> None:
    x, y = DIABETES
    mse = solved("mse", x, y, Task.REGRESSION, scale=50.0, **CURVED)
    half = solved("half_squared_error", x, y, Task.REGRESSION, scale=50.0, **CURVED)
    assert (mse.l2, mse.l1) == pytest.approx((2 * 0.05, 2 * 50 * 0.2))
    assert (half.l2, half.l1) == pytest.approx((0.05, 50 * 0.2))
    raw = solved("mse", x, y, Task.REGRESSION, scale=50.0, l1=0.2, l2=0.05)
    assert (raw.l2, raw.l1) == (0.05, 0.2)


@pytest.mark.parametrize(
    ("spec", "scaled"),
    [
        ("mse", "2*mse"),
        ("mse", "half_squared_error"),
        ("huber:delta=20", "3*huber:delta=20"),
        ("mae", "0.1*mae"),
        ("mae", "quantile:tau=0.5"),
        ("tukey:c=250", "7*tukey:c=250"),
        ("0.5*mse + 0.5*mae", "5*mse + 5*mae"),
    ],
)
def test_a_factor_before_the_loss_changes_no_slope(spec: str, scaled: str) -> None:
    x, y = DIABETES
    one, other = (solved(own, x, y, Task.REGRESSION, **CURVED) for own in (spec, scaled))
    assert slopes(other) == pytest.approx(slopes(one), rel=1e-4, abs=1e-4)
    assert ((slopes(other) != 0) == (slopes(one) != 0)).all()


@pytest.mark.parametrize("spec", ["mse", "mae", "huber", "log_cosh", "tukey", "cauchy", "lq:q=1.5"])
def test_the_unit_of_the_target_does_not_matter(spec: str) -> None:
    x, y = DIABETES
    one = solved(spec, x, y, Task.REGRESSION, **CURVED)
    other = solved(spec, x, 1000.0 * y - 3.0, Task.REGRESSION, **CURVED)
    assert slopes(other) / 1000.0 == pytest.approx(slopes(one), rel=1e-4, abs=1e-4)
    assert ((slopes(other) != 0) == (slopes(one) != 0)).all()


@pytest.mark.parametrize("task", [Task.BINARY, Task.MULTICLASS])
def test_losses_of_classes_have_a_quarter(task: Task) -> None:
    x, y = (TUMOURS[0][:, :5], TUMOURS[1]) if task is Task.BINARY else (WINE[0][:, :5], WINE[1])
    found = solved("bce" if task is Task.BINARY else "cross_entropy", x, y, task, **CURVED)
    assert (found.l1, found.l2) == pytest.approx((0.05, 0.0125))


def test_no_strength_is_lost_on_a_loss_that_turns_flat() -> None:
    """Within a unit of the target tukey is flat again; nearer it is not."""
    x, y = DIABETES
    assert solved("tukey:c=20", x, y, Task.REGRESSION, scale=50.0, **CURVED).l1 > 0


@pytest.mark.parametrize("l1", [5.0, 0.5])
def test_epsilon_insensitive(l1: float) -> None:
    """Two kinks a row, so two for every slope: against HiGHS."""
    x, y = DIABETES
    z, epsilon = z_scores(x), 20.0
    n, p = z.shape
    rows = np.column_stack([np.ones(n), z, -z])
    cost = np.r_[0.0, np.full(2 * p, l1), np.full(n, 1 / n)]
    left = np.block([[rows, -np.eye(n)], [-rows, -np.eye(n)]])
    right = np.r_[y + epsilon, epsilon - y]
    bounds = [(None, None), *[(0, None)] * (2 * p + n)]
    best = linprog(cost, left, right, bounds=bounds, method="highs", options=EXACT)
    found = solved(f"epsilon_insensitive:epsilon={epsilon}", x, y, Task.REGRESSION, l1=l1)
    assert found.objective == pytest.approx(best.fun, rel=1e-8)


@pytest.mark.parametrize(("l1", "l2"), [(0.02, 0.1), (0.002, 0.01)])
def test_two_ways_to_one_optimum(l1: float, l2: float) -> None:
    """With both penalties: the interior point's, and that of kinks rounded off, as of a sum
    whose other part hardly counts."""
    x, y = TUMOURS
    one = solved("hinge", x, y, Task.BINARY, l1=l1, l2=l2)
    other = solved("1*hinge + 0.000000001*squared_hinge", x, y, Task.BINARY, l1=l1, l2=l2)
    assert other.objective == pytest.approx(one.objective, rel=1e-7)
    assert ("gap" in one.certificate, "rounding" in other.certificate) == (True, True)
