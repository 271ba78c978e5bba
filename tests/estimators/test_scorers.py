"""Losses as scorers of scikit-learn, and estimators compared over folds."""

import pickle
from typing import Any

import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge, SGDClassifier
from sklearn.metrics import brier_score_loss, get_scorer, hinge_loss, log_loss, mean_absolute_error
from sklearn.model_selection import GridSearchCV, KFold, RepeatedKFold, TimeSeriesSplit, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import losscli
from losscli.errors import UsageError
from losscli.inference import corrected_t_interval

X, Y = load_diabetes(return_X_y=True)
CX, CY = load_breast_cancer(return_X_y=True)
WX, WY = load_wine(return_X_y=True)
CX, WX = StandardScaler().fit_transform(CX), StandardScaler().fit_transform(WX)
LINEAR, LOGISTIC = LinearRegression().fit(X, Y), LogisticRegression().fit(CX, CY)


def test_a_loss_of_numbers_is_negated() -> None:
    assert losscli.scorer("mae")(LINEAR, X, Y) == pytest.approx(
        get_scorer("neg_mean_absolute_error")(LINEAR, X, Y)
    )


@pytest.mark.parametrize(
    ("loss", "known"),
    [
        ("bce", lambda model: log_loss(CY, model.predict_proba(CX))),
        ("brier", lambda model: brier_score_loss(CY, model.predict_proba(CX)[:, 1])),
        ("hinge", lambda model: hinge_loss(CY, model.decision_function(CX))),
        ("zero_one", lambda model: 1 - model.score(CX, CY)),
        ("cross_entropy", lambda model: log_loss(CY, model.predict_proba(CX))),
    ],
)
def test_classes_are_asked_for_what_the_loss_reads(loss: str, known: Any) -> None:
    assert losscli.scorer(loss)(LOGISTIC, CX, CY) == pytest.approx(-known(LOGISTIC), rel=1e-9)


def test_a_class_that_no_row_judged_has() -> None:
    model = LogisticRegression().fit(WX, WY)
    some = WY != 2
    found = losscli.scorer("cross_entropy")(model, WX[some], WY[some])
    assert found == pytest.approx(-log_loss(WY[some], model.predict_proba(WX[some]), labels=[0, 1, 2]))


def test_words_as_classes_the_second_positive() -> None:
    words = np.where(CY == 1, "alpha", "beta")
    model = LogisticRegression().fit(CX, words)
    assert losscli.scorer("bce")(model, CX, words) == pytest.approx(
        losscli.scorer("bce")(LOGISTIC, CX, CY), rel=1e-4
    )


@pytest.mark.parametrize(
    ("loss", "estimator", "why"),
    [
        ("bce", SGDClassifier(), "has no predict_proba"),
        ("hinge", DummyClassifier(), "has no decision_function"),
        ("mae", LogisticRegression(), "is no loss of classes"),
        ("bce", LinearRegression(), "is no loss of numbers"),
    ],
)
def test_what_an_estimator_does_not_give(loss: str, estimator: Any, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        losscli.scorer(loss)(estimator.fit(CX, CY), CX, CY)


@pytest.mark.parametrize(
    ("loss", "why"),
    [
        ("hubr", "Did you mean huber"),
        ("huber:delt=1", "Did you mean delta"),
        ("huber", "Write it in the spec: huber:delta=1.5"),
        ("0.7*mse + 0.3*huber", "Write it in the spec: huber:delta=1.5"),
    ],
)
def test_a_loss_that_cannot_be_scored_is_refused_at_once(loss: str, why: str) -> None:
    with pytest.raises(UsageError, match=why) as refused:
        losscli.scorer(loss)
    assert isinstance(refused.value, ValueError)  # which scikit-learn, and its callers, catch
    with pytest.raises(KeyError, match=why):
        losscli.scorers[loss]


def test_in_a_search_and_in_several_scores() -> None:
    search = GridSearchCV(Ridge(), {"alpha": [0.1, 10.0]}, scoring=losscli.scorer("huber:delta=20"), cv=3)
    assert clone(search).fit(X, Y).best_params_ == {"alpha": 0.1}
    scoring = {name: losscli.scorers[name] for name in ("mae", "huber:delta=20")}
    found = cross_validate(LinearRegression(), X, Y, scoring=scoring, cv=3)
    plain = cross_validate(LinearRegression(), X, Y, scoring="neg_mean_absolute_error", cv=3)
    np.testing.assert_allclose(found["test_mae"], plain["test_score"])
    assert np.isfinite(found["test_huber:delta=20"]).all()


def test_weights_are_routed() -> None:
    w = np.arange(len(Y), dtype=float)
    with config_context(enable_metadata_routing=True):
        model = LinearRegression().set_fit_request(sample_weight=False)
        scoring = {"mae": losscli.scorer("mae").set_score_request(sample_weight=True)}
        found = cross_validate(model, X, Y, scoring=scoring, cv=KFold(3), params={"sample_weight": w})
    for value, (train, test) in zip(found["test_mae"], KFold(3).split(X), strict=True):
        p = LinearRegression().fit(X[train], Y[train]).predict(X[test])
        assert value == pytest.approx(-mean_absolute_error(Y[test], p, sample_weight=w[test]))


def test_a_scorer_is_pickled_by_its_spec() -> None:
    again = pickle.loads(pickle.dumps(losscli.scorer("huber:delta=20")))
    assert again(LINEAR, X, Y) == losscli.scorer("huber:delta=20")(LINEAR, X, Y)


MODELS = {
    "constant": DummyRegressor(),
    "linear": LinearRegression(),
    "twin": make_pipeline(LinearRegression()),
}


def test_estimators_are_compared_by_the_corrected_test() -> None:
    cv = RepeatedKFold(n_splits=4, n_repeats=2, random_state=1)
    found = losscli.compare_estimators(MODELS, X, Y, loss="mae", cv=cv)
    folds = {
        name: -cross_validate(model, X, Y, scoring="neg_mean_absolute_error", cv=cv)["test_score"]
        for name, model in MODELS.items()
    }
    assert [one.estimator for one in found.losses] == ["linear", "twin", "constant"]
    np.testing.assert_allclose(found.losses[2].folds, folds["constant"])
    pair = found.differences[1]
    assert (pair.a, pair.b, pair.verdict) == ("linear", "constant", "a")
    ratio = np.mean([len(test) / len(train) for train, test in cv.split(X)])
    mean, half = corrected_t_interval((folds["linear"] - folds["constant"]).tolist(), ratio, 0.95, 3)
    assert (pair.difference, pair.low, pair.high) == pytest.approx((mean, mean - half, mean + half))
    assert found.differences[0].verdict == "~"
    assert "but twin is not clearly worse" in found.verdict
    frame = found.to_pandas()
    assert frame.loc["constant", "above_best"] == pytest.approx(-mean)
    assert frame["verdict"].tolist() == ["best", "~", "worse"]
    assert str(found).startswith(found.verdict)


def test_one_that_is_shown_better_is_to_be_used() -> None:
    two = {name: MODELS[name] for name in ("constant", "linear")}
    assert losscli.compare_estimators(two, X, Y, loss="mse", cv=4).verdict.startswith("Use linear: ")


def test_folds_in_time_are_not_tested() -> None:
    found = losscli.compare_estimators(MODELS, X, Y, loss="mae", cv=TimeSeriesSplit(3))
    assert found.reason is not None
    assert {one.verdict for one in found.differences} == {None}
    assert "no test was made" in found.verdict


def test_weights_train_and_judge() -> None:
    w = np.where(np.arange(len(Y)) % 2, 1.0, 0.0)
    two = {name: MODELS[name] for name in ("constant", "linear")}
    found = losscli.compare_estimators(two, X, Y, loss="mse", cv=KFold(3), sample_weight=w)
    train, test = next(KFold(3).split(X))
    own = LinearRegression().fit(X[train], Y[train], sample_weight=w[train])
    known = np.average((own.predict(X[test]) - Y[test]) ** 2, weights=w[test])
    assert found.losses[0].folds[0] == pytest.approx(known)
    with pytest.raises(ValueError, match="twin: Pipeline takes no sample_weight"):
        losscli.compare_estimators(MODELS, X, Y, loss="mse", cv=3, sample_weight=w)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"loss": "mae", "confidence": 1.0}, "confidence"),
        ({"loss": "bce", "cv": 3}, "constant: bce is no loss"),
    ],
)
def test_what_cannot_be_compared(asked: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        losscli.compare_estimators(MODELS, X, Y, **asked)
    with pytest.raises(ValueError, match="two or more"):
        losscli.compare_estimators({"linear": LINEAR}, X, Y, **asked)


def test_an_infinite_loss_is_last() -> None:
    """A constant prediction of one class is a probability of 0 of the other."""
    two = {"sure": DummyClassifier(strategy="most_frequent"), "logistic": LogisticRegression()}
    found = losscli.compare_estimators(two, CX, CY, loss="bce", cv=3)
    assert [one.mean for one in found.losses][1] == np.inf
    assert found.verdict.startswith("Use logistic: ")
    assert found.differences[0].verdict is None
    sure = {"one": two["sure"], "two": two["sure"]}
    assert "nothing is compared" in losscli.compare_estimators(sure, CX, CY, loss="bce", cv=3).verdict
    assert "nothing is compared" in str(losscli.compare_estimators(sure, CX, CY, loss="bce", cv=3))
