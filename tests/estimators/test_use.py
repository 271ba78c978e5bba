"""The estimators where they are used: pipelines, searches, frames, weights, pickles; and what they refuse."""

import pickle
from doctest import ELLIPSIS, DocTestFinder, DocTestRunner
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_wine
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from losscli import LossClassifier, LossRegressor
from losscli.api import comparing, functions, scorers
from losscli.domain import Task
from losscli.loss.catalogue import find
from losscli.spec import Spec

X, Y = load_diabetes(return_X_y=True)
WX, WY = load_wine(return_X_y=True)
FRAME = load_diabetes(as_frame=True).data


@pytest.mark.parametrize("thing", [LossRegressor, LossClassifier, functions, scorers, comparing])
def test_examples_in_docstrings(thing: Any) -> None:
    runner = DocTestRunner(optionflags=ELLIPSIS)
    for test in DocTestFinder().find(thing, globs={}):
        runner.run(test)
    tried = runner.summarize(verbose=False)
    assert tried.attempted >= 3
    assert not tried.failed


def test_in_a_search_of_a_pipeline() -> None:
    pipeline = make_pipeline(StandardScaler(), LossRegressor()).set_output(transform="pandas")
    grid = {"lossregressor__loss": ["huber", "mse", "quantile:tau=0.5"], "lossregressor__l2": [0.0, 0.1]}
    search = GridSearchCV(pipeline, grid, cv=3, error_score="raise").fit(FRAME, Y)
    assert search.best_score_ > 0.4
    assert list(search.best_estimator_[-1].feature_names_in_) == list(FRAME.columns)
    found = cross_validate(LossClassifier("hinge"), WX, WY == 1, cv=3, error_score="raise")
    assert found["test_score"].mean() > 0.9
    assert pipeline.set_params(lossregressor__l2=0.5).get_params()["lossregressor__l2"] == 0.5


def test_weights_are_routed() -> None:
    w = np.arange(len(Y)) % 3
    with config_context(enable_metadata_routing=True):
        model = LossRegressor("huber:delta=30").set_fit_request(sample_weight=True)
        scaler = StandardScaler().set_fit_request(sample_weight=True)
        routed = make_pipeline(scaler, model).fit(X, Y, sample_weight=w)
    np.testing.assert_allclose(
        routed.predict(X), LossRegressor("huber:delta=30").fit(X, Y, sample_weight=w).predict(X), rtol=1e-6
    )


@pytest.mark.parametrize("spec", ["mse", "huber", "mae", "tukey", "poisson"])
def test_a_weight_of_0_is_no_row_and_2_is_two_rows(spec: str) -> None:
    w = np.random.default_rng(0).integers(0, 3, len(Y))
    repeated = np.repeat(np.arange(len(Y)), w)
    weighted, plain = LossRegressor(spec).fit(X, Y, w), LossRegressor(spec).fit(X[repeated], Y[repeated])
    np.testing.assert_allclose(weighted.predict(X), plain.predict(X), rtol=1e-5)
    assert weighted.objective_ == pytest.approx(plain.objective_, rel=1e-9)


def test_classes_without_weight_are_none() -> None:
    model = LossClassifier().fit(WX, WY, (WY > 0).astype(float))
    assert model.classes_.tolist() == [1, 2]
    assert model.loss_ == "bce"


def test_labels_are_words_or_truth_values() -> None:
    words = np.array(["oak", "ash", "elm"])[WY]
    model = LossClassifier("crammer_singer_hinge").fit(WX, words)
    assert model.classes_.tolist() == ["ash", "elm", "oak"]
    assert model.score(WX, words) > 0.97
    assert LossClassifier("hinge").fit(WX, WY == 1).predict(WX).dtype == bool
    series = pd.Series(words, dtype="category")
    np.testing.assert_array_equal(
        LossClassifier().fit(WX, series).predict(WX), LossClassifier().fit(WX, words).predict(WX)
    )


def test_class_weights() -> None:
    y = (WY == 1).astype(int)
    heavy = LossClassifier("bce", class_weight={1: 50.0}).fit(WX, y)
    assert heavy.predict(WX).sum() >= LossClassifier("bce").fit(WX, y).predict(WX).sum()
    w = np.where(y == 1, 50.0, 1.0)
    np.testing.assert_allclose(heavy.coef_, LossClassifier("bce").fit(WX, y, w).coef_, rtol=1e-7)


def test_probabilities_only_where_the_link_gives_them() -> None:
    assert not hasattr(LossClassifier("hinge"), "predict_proba")
    assert hasattr(LossClassifier("focal"), "predict_proba")
    assert not hasattr(LossClassifier("no_such_loss"), "predict_proba")
    p = LossClassifier("focal").fit(WX, WY).predict_proba(WX)
    np.testing.assert_allclose(p.sum(axis=1), 1.0)


def test_pickles_clones_and_records() -> None:
    record = find(Spec("huber"), Task.REGRESSION)
    assert record is not None
    model = LossRegressor(record, l2=0.1).fit(X, Y)
    assert clone(model).loss is record
    np.testing.assert_array_equal(
        clone(model).fit(X, Y).coef_, LossRegressor("huber", l2=0.1).fit(X, Y).coef_
    )
    again = pickle.loads(pickle.dumps(LossRegressor("poisson").fit(X, Y)))
    np.testing.assert_array_equal(again.predict(X), LossRegressor("poisson").fit(X, Y).predict(X))
    with pytest.raises(NotFittedError):
        clone(model).predict(X)


def test_frames_and_arrays_are_the_same_rows() -> None:
    array, frame = LossRegressor().fit(X, Y), LossRegressor().fit(FRAME, pd.Series(Y))
    np.testing.assert_array_equal(array.coef_, frame.coef_)
    np.testing.assert_array_equal(array.coef_, LossRegressor().fit(np.asfortranarray(X), Y).coef_)


def test_single_precision_is_read_as_it_is() -> None:
    model = LossRegressor().fit(X.astype(np.float32), Y.astype(np.float32))
    np.testing.assert_allclose(model.predict(X), LossRegressor().fit(X, Y).predict(X), rtol=1e-3)


REFUSED = [
    (
        LossRegressor("hubr"),
        Y,
        "'loss' parameter of LossRegressor: there is no loss 'hubr'\nDid you mean huber",
    ),
    (LossRegressor("huber:delta=-1"), Y, "delta=-1.0 is not > 0"),
    (LossRegressor("hinge"), Y, "hinge is not a loss of numbers"),
    (LossRegressor("r2"), Y, "r2"),
    (LossRegressor("max_error"), Y, "cannot be trained under max_error: it is a maximum"),
    (LossRegressor("mase"), Y, "write it in the spec"),
    (LossRegressor(3), Y, "'loss' parameter of LossRegressor must be a str"),
    (
        LossRegressor("poisson"),
        Y - 60,
        r"Targets under poisson must be ≥ 0: \d+ of 442 are not, .* y\[\d+\] = -",
    ),
    (LossRegressor(l2=-1), Y, r"'l2' parameter of LossRegressor must be a float in the range \[0.0, inf\)"),
    (LossRegressor(l1=-1), Y, r"'l1' parameter of LossRegressor must be a float in the range \[0.0, inf\)"),
    (LossRegressor(l2="much"), Y, "Got 'much' instead"),
    (LossRegressor(scale=0), Y, "'scale' parameter"),
    (LossRegressor(tol=np.inf), Y, "'tol' parameter"),
    (LossRegressor(max_iter=1.5), Y, "'max_iter' parameter of LossRegressor must be an int"),
    (
        LossRegressor(optimizer="adm"),
        Y,
        "'optimizer' parameter of LossRegressor: There is no optimizer 'adm'",
    ),
    (LossRegressor(optimizer=None), Y, "'optimizer' parameter"),
    (LossRegressor(), Y * np.nan, "NaN"),
    (
        LossClassifier("bce"),
        Y // 100,
        "Only binary classification is supported. The type of the target is multiclass",
    ),
    (LossClassifier("huber"), Y > 100, "huber is not a loss of classes"),
    (LossClassifier(class_weight="even"), Y > 100, "'class_weight' parameter of LossClassifier"),
    (LossClassifier(class_weight={True: 0.0}), Y > 100, "'class_weight' parameter of LossClassifier"),
    (LossClassifier(), Y > 1000, "one class"),
    (LossClassifier(), Y / 7, "Unknown label type"),
    (LossClassifier("perceptron"), Y > 100, "nothing to learn"),
]


@pytest.mark.parametrize(("model", "y", "why"), REFUSED)
def test_refused(model: Any, y: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        model.fit(X, y)


def test_weights_and_matrices_that_are_refused() -> None:
    with pytest.raises(ValueError, match="Negative values"):
        LossRegressor().fit(X, Y, -np.ones(len(Y)))
    with pytest.raises(ValueError, match="non-zero"):
        LossRegressor().fit(X, Y, np.zeros(len(Y)))
    with pytest.raises(TypeError, match="Sparse data was passed"):
        LossRegressor().fit(csr_array(X), Y)


def test_what_is_not_an_optimum_is_said() -> None:
    with pytest.warns(ConvergenceWarning, match="no finite optimum"):
        model = LossClassifier("bce", l2=0).fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])
    assert not model.converged_


def test_an_exact_fit_is_found_under_an_optimizer_too() -> None:
    """Without a residual there is no scale, and so no model to train again."""
    x = np.arange(20.0)[:, None]
    model = LossRegressor("huber", optimizer="gd").fit(x, 2 * x[:, 0] + 1)
    assert model.coef_ == pytest.approx([2.0], rel=1e-9)


def test_a_network_bends_where_a_linear_model_cannot() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 2))
    y = np.abs(x[:, 0]) + 0.1 * rng.normal(size=300)
    model = LossRegressor("huber", model="mlp:hidden=8", max_iter=100).fit(x, y)
    assert np.mean(np.abs(model.predict(x) - y)) < 0.25 * np.mean(np.abs(y - np.median(y)))
    assert not hasattr(model, "coef_")
    assert model.n_iter_ == 100
    assert "no optimum is claimed" in model.certificate_
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(x), model.predict(x))
    assert model.set_params(model="linear").fit(x, y).coef_.shape == (2,)
    assert not hasattr(model, "network_")


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"model": "mlp:hidden=0"}, "hidden=0 is no list of layers"),
        ({"model": "lineer"}, "Did you mean linear"),
        ({"model": 3}, "a str that names a model"),
        ({"model": "lightgbm"}, "losscli.objective"),
        ({"model": "mlp", "fit_intercept": False}, "fit_intercept=False is of linear models"),
        ({"model": "mlp", "optimizer": "lbfgs"}, "optimizer lbfgs goes to an optimum"),
    ],
)
def test_a_model_that_cannot_be(asked: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        LossRegressor("mse", **asked).fit(X, Y)
