"""The models are those of scikit-learn where it has them, and the least objective elsewhere."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.linear_model import (
    ElasticNet,
    LinearRegression,
    LogisticRegression,
    PoissonRegressor,
    QuantileRegressor,
    Ridge,
)
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from losscli import LossClassifier, LossRegressor, losses
from losscli.data.roles.features import Asked, training_problem
from losscli.data.table import ReadOptions, read
from losscli.fitting.fit import FitRequest, fit
from losscli.loss.catalogue import tasks_of
from losscli.spec import Spec

X, Y = load_diabetes(return_X_y=True)
X = X * np.array([1e3, 1.0, 0.1, 1.0, 50.0, 1.0, 1.0, 1.0, 1.0, 1.0]) + 0.3  # columns that are not scaled
W = np.random.default_rng(1).integers(0, 4, len(Y)).astype(float)


def zscored(x: Any) -> Any:
    return StandardScaler().fit_transform(x)


@pytest.mark.parametrize("weights", [None, W], ids=["", "weighted"])
def test_mse_is_linear_regression(weights: Any) -> None:
    ours = LossRegressor("mse").fit(X, Y, weights)
    theirs = LinearRegression().fit(X, Y, weights)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-8)
    assert ours.intercept_ == pytest.approx(theirs.intercept_, rel=1e-8)


def test_l2_is_ridge_on_z_scored_columns() -> None:
    ours = LossRegressor("half_squared_error", l2=0.3).fit(X, Y)
    theirs = Ridge(alpha=0.3 * len(Y)).fit(zscored(X), Y)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(zscored(X)), rtol=1e-8)


@pytest.mark.parametrize(
    ("spec", "tau"), [("mae", 0.5), ("quantile:tau=0.9", 0.9), ("quantile:tau=0.2", 0.2)]
)
def test_quantiles_reach_the_objective_of_quantile_regression(spec: str, tau: float) -> None:
    theirs = QuantileRegressor(quantile=tau, alpha=0.0).fit(X, Y)
    ours = LossRegressor(spec).fit(X, Y)
    loss = losses[spec]
    assert ours.objective_ == pytest.approx(loss(Y, ours.predict(X)), rel=1e-12)
    assert ours.objective_ == pytest.approx(loss(Y, theirs.predict(X)), rel=1e-8)
    assert ours.converged_
    assert "duality gap" in ours.certificate_


def least(objective: Callable[[Any], tuple[float, Any]], size: int) -> float:
    options = {"maxiter": 5000, "ftol": 1e-15, "gtol": 1e-10}
    return float(minimize(objective, np.zeros(size), jac=True, method="L-BFGS-B", options=options).fun)


def test_l1_is_the_elastic_net_on_z_scored_columns() -> None:
    ours = LossRegressor("half_squared_error", l1=0.4, l2=0.1).fit(X, Y)
    z = (X - X.mean(axis=0)) / X.std(axis=0)
    theirs = ElasticNet(alpha=0.5, l1_ratio=0.8, tol=1e-12, max_iter=100_000).fit(z, Y)
    np.testing.assert_allclose(ours.coef_ * X.std(axis=0), theirs.coef_, rtol=1e-7, atol=1e-9)
    assert (ours.coef_ == 0).tolist() == (theirs.coef_ == 0).tolist()
    none = LossClassifier("bce", l1=10.0).fit(X, np.median(Y) < Y)
    assert (none.coef_ == 0).all()


@pytest.mark.parametrize("l2", [0.0, 0.5])
def test_huber_by_hand(l2: float) -> None:
    """The objective written out on z-scored columns, and minimised by scipy."""
    z, delta, w = zscored(X), 40.0, W / W.sum()
    z = (X - w @ X) / np.sqrt(w @ (X - w @ X) ** 2)

    def objective(v: Any) -> tuple[float, Any]:
        r = v[0] + z @ v[1:] - Y
        near = np.abs(r) <= delta
        value = w @ np.where(near, r * r / 2, delta * (np.abs(r) - delta / 2)) + l2 / 2 * v[1:] @ v[1:]
        slope = w * np.clip(r, -delta, delta)
        return value, np.concatenate([[slope.sum()], slope @ z + l2 * v[1:]])

    ours = LossRegressor(f"huber:delta={delta}", l2=l2).fit(X, Y, W)
    assert ours.objective_ == pytest.approx(least(objective, X.shape[1] + 1), rel=1e-9)
    spread = np.sqrt(w @ (X - w @ X) ** 2)
    own = np.concatenate([[ours.intercept_ + ours.coef_ @ (w @ X)], ours.coef_ * spread])
    assert objective(own)[0] == pytest.approx(ours.objective_, rel=1e-12)


def test_parameters_scale_with_the_residuals() -> None:
    ours = LossRegressor("huber").fit(X, Y)
    size = np.sort(np.abs(Y - LossRegressor("mae").fit(X, Y).predict(X)))
    assert ours.scale_ == pytest.approx(
        np.median(size[11:]) / 0.67449, rel=1e-6
    )  # less those it runs through
    assert ours.loss_ == f"huber:delta={1.345 * ours.scale_!r}"
    assert LossRegressor("huber", scale=10).fit(X, Y).loss_ == "huber:delta=13.45"
    assert LossRegressor("poisson").fit(X, Y).scale_ is None


def test_without_residuals_any_scale_will_do() -> None:
    constant = LossRegressor("tukey").fit(X, np.full(len(Y), 3.3))
    np.testing.assert_allclose(constant.predict(X), 3.3)
    assert constant.scale_ == 1.0
    model = LossRegressor("huber").fit(X, 2.0 * X[:, 4] + 1.0)
    np.testing.assert_allclose(model.predict(X), 2.0 * X[:, 4] + 1.0, rtol=1e-9)


def test_poisson_is_the_exponential_of_the_score() -> None:
    ours, theirs = (
        LossRegressor("poisson").fit(X, Y),
        PoissonRegressor(alpha=0, tol=1e-10, solver="newton-cholesky"),
    )
    np.testing.assert_allclose(ours.predict(X), theirs.fit(zscored(X), Y).predict(zscored(X)), rtol=1e-7)
    np.testing.assert_allclose(ours.predict(X), np.exp(X @ ours.coef_ + ours.intercept_))


@pytest.mark.parametrize("weights", ["", "weighted", "balanced", "dict"])
def test_bce_is_logistic_regression(weights: str) -> None:
    x, y = load_breast_cancer(return_X_y=True)
    w = np.random.default_rng(2).integers(1, 4, len(y)).astype(float) if weights == "weighted" else None
    classes: Any = {"balanced": "balanced", "dict": {0: 3.0}}.get(weights)
    scaler = StandardScaler().fit(x, sample_weight=_all_weights(y, w, classes))
    theirs = LogisticRegression(C=1.0, tol=1e-12, solver="newton-cholesky", class_weight=classes)
    theirs.fit(scaler.transform(x), y, w)
    for spec in ("bce", "log_loss"):
        ours = LossClassifier(spec, class_weight=classes).fit(x, y, w)
        np.testing.assert_allclose(ours.coef_ * scaler.scale_, theirs.coef_, atol=1e-8)
        np.testing.assert_allclose(
            ours.predict_proba(x), theirs.predict_proba(scaler.transform(x)), atol=1e-8
        )


def _all_weights(y: Any, w: Any, classes: Any) -> Any:
    w = np.ones(len(y)) if w is None else w
    if classes == "balanced":
        return w * (len(y) / (2 * np.bincount(y)))[y]
    return w * np.where(y == 0, 3.0, 1.0) if classes else w


def test_cross_entropy_is_multinomial_regression() -> None:
    x, y = load_wine(return_X_y=True)
    theirs = LogisticRegression(C=1.0, tol=1e-12, solver="newton-cholesky").fit(zscored(x), y)
    ours = LossClassifier("cross_entropy").fit(x, y)
    np.testing.assert_allclose(ours.predict_proba(x), theirs.predict_proba(zscored(x)), atol=1e-8)
    assert ours.coef_.shape == (3, x.shape[1])
    np.testing.assert_allclose(ours.coef_ * x.std(axis=0), theirs.coef_, atol=1e-8)


def test_hinge_is_a_linear_support_vector_machine() -> None:
    x, y = load_breast_cancer(return_X_y=True)
    z, c = zscored(x), 0.05
    theirs = SVC(kernel="linear", C=c, tol=1e-8).fit(z, y)
    ours = LossClassifier("hinge", l2=1.0 / (c * len(y))).fit(x, y)
    slopes = theirs.coef_[0]
    objective = losses["hinge"](y, theirs.decision_function(z)) + 0.5 * ours.l2_ * slopes @ slopes
    assert ours.objective_ == pytest.approx(objective, rel=1e-7)
    np.testing.assert_allclose(ours.decision_function(x), theirs.decision_function(z), atol=1e-5)


def test_a_loss_of_several_classes_serves_two() -> None:
    x, y = load_breast_cancer(return_X_y=True)
    several = LossClassifier("cross_entropy", l2=0.02).fit(x, y)
    two = LossClassifier("bce", l2=0.01).fit(x, y)  # half the slopes each, so a quarter of the squares, twice
    assert several.coef_.shape == (2, x.shape[1])
    np.testing.assert_allclose(several.predict_proba(x), two.predict_proba(x), atol=1e-7)
    np.testing.assert_allclose(several.decision_function(x), two.decision_function(x), atol=1e-5)


def test_optimizers_arrive() -> None:
    x = zscored(X)
    best = LossRegressor("huber:delta=40").fit(x, Y)
    model = LossRegressor("huber:delta=40", optimizer="nesterov", max_iter=5000).fit(x, Y)
    assert model.objective_ == pytest.approx(best.objective_, rel=1e-6)
    assert model.n_iter_ != best.n_iter_
    one, same, other = (
        LossRegressor("huber:delta=40", optimizer="sgd:batch=32", max_iter=3, random_state=seed)
        for seed in (1, 1, 2)
    )
    with pytest.warns(match="not converged"):
        fits = [model.fit(x, Y).coef_ for model in (one, same, other)]
    np.testing.assert_array_equal(fits[0], fits[1])
    assert not np.allclose(fits[0], fits[2], rtol=1e-12)


@pytest.mark.parametrize(
    ("file", "target", "specs"),
    [
        ("area", "area_error", ("huber", "tukey", "gamma")),
        ("wine", "cultivar", ("cross_entropy", "ova_hinge")),
    ],
)
def test_they_are_the_models_of_losscli_fit(file: str, target: str, specs: tuple[str, ...]) -> None:
    path = Path(__file__).parents[2] / f"sample_data/{file}.csv"
    table = read(str(path), ReadOptions())
    losses_ = tuple(map(Spec, specs))
    training = training_problem(table, Asked(target=target, losses=tuple(map(tasks_of, losses_))))
    request = FitRequest(losses=losses_, folds=2, repeats=1, contaminate=())
    found = fit(table, training, request, ()).fits
    data = pd.read_csv(path)
    x, y = data.drop(columns=target), data[target]
    for spec, one in zip(specs, found.fits, strict=True):
        model = (LossClassifier if found.classes else LossRegressor)(spec).fit(x, y)
        assert model.loss_.partition(":")[0] == spec
        if spec in ("huber", "tukey"):
            assert model.scale_ == pytest.approx(found.scale, rel=1e-9)
        assert model.objective_ == pytest.approx(one.objective, rel=1e-9)
        assert model.l2_ == pytest.approx(one.l2, rel=1e-12)
        slopes = [one.coefficients[name] for name in x.columns]
        own = np.array([list(b.values()) if isinstance(b, Mapping) else [b] for b in slopes]).T
        np.testing.assert_allclose(np.atleast_2d(model.coef_), own, rtol=1e-6, atol=1e-9)


def test_without_an_intercept() -> None:
    """Least squares and logistic regression through the origin, as scikit-learn has them."""
    x = X[:, :2] + 1.0
    y = x @ [1.0, -2.0] + np.sin(np.arange(len(x)))
    ours = LossRegressor("mse", fit_intercept=False).fit(x, y)
    assert ours.intercept_ == 0.0
    np.testing.assert_allclose(ours.coef_, np.linalg.lstsq(x, y)[0], rtol=1e-10)
    labels = y > np.median(y)
    own = LossClassifier("log_loss", fit_intercept=False, l2=1e-3).fit(x, labels)
    s = x @ own.coef_[0]
    pull = x.T @ (1.0 / (1.0 + np.exp(-s)) - labels) / len(x)
    np.testing.assert_allclose(pull, -1e-3 * (x**2).mean(axis=0) * own.coef_[0], atol=1e-9)
    assert own.intercept_ == [0.0]
    with pytest.raises(ValueError, match="'fit_intercept' parameter of LossRegressor must be a bool"):
        LossRegressor(fit_intercept="no").fit(x, y)  # type: ignore[arg-type]
