"""`tune` of the estimators chooses what `losscli fit --tune` chooses on all rows; conventions hold."""

from typing import Any

import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, KFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

import losscli
from losscli import LossClassifier, LossRegressor

RNG = np.random.default_rng(3)
N = 120
X = RNG.normal(size=(N, 2))
Y = X @ [1.0, -2.0] + RNG.standard_t(2, size=N)
W = 1.0 + np.arange(N) % 3
COUNTS = np.round(np.exp(0.3 * X[:, 0])) + 1.0
TWO = (Y > 1.0).astype(int)
THREE = np.digitize(Y, [-1.0, 1.0])
QUICK = {"folds": 2, "repeats": 1, "no_contaminate": True, "jobs": 1}


def chosen(tune: str, y: Any, w: Any = None, **options: Any) -> Any:
    """The fit on all rows of `losscli.fit`."""
    data = {"a": X[:, 0], "b": X[:, 1], "y": y, **({} if w is None else {"w": w})}
    weights = {} if w is None else {"weights": "w"}
    losses = {"counts": "poisson", "binary": "bce", "multiclass": "cross_entropy"}
    loss = losses.get(options["task"], "mse")
    return losscli.fit(data, loss=loss, tune=tune, **QUICK, **weights, **options).record.fits[-1]


@pytest.mark.parametrize(
    ("model", "y", "w", "options"),
    [
        (LossRegressor(tune="huber:delta=0.1-8"), Y, None, {"task": "regression"}),
        (
            LossRegressor(tune="huber:delta=0.1-8", metric="rmse"),
            Y,
            W,
            {"task": "regression", "metric": "rmse"},
        ),
        (
            LossRegressor(tune="tukey:c=2-20,points=4", random_state=7),
            Y,
            None,
            {"task": "regression", "seed": 7},
        ),
        (LossRegressor(tune="0.7*huber:delta=0.5-2,points=2 + 0.3*mae"), Y, None, {"task": "regression"}),
        (
            LossRegressor(tune="huber:delta=1-3,points=2", l1=0.05),
            Y,
            None,
            {"task": "regression", "l1": 0.05},
        ),
        (
            LossRegressor(tune="huber:delta=0.5-1-4", metric="huber:delta=1", fit_intercept=False),
            Y,
            None,
            {"task": "regression", "metric": "huber:delta=1", "no_intercept": True},
        ),
        (LossRegressor(tune="tweedie:power=1.1-1.9,points=3"), COUNTS, None, {"task": "counts"}),
        (LossClassifier(tune="focal:gamma=0-1-3"), TWO, None, {"task": "binary", "positive": 1}),
        (
            LossClassifier(tune="focal:gamma=0-1-3", class_weight="balanced", metric="brier", l2=0.01),
            TWO,
            W,
            {"task": "binary", "positive": 1, "class_weight": "balanced", "metric": "brier", "l2": 0.01},
        ),
        (
            LossClassifier(tune="focal:gamma=0-1-3", class_weight={0: 2.0}),
            THREE,
            None,
            {"task": "multiclass", "class_weight": "0=2"},
        ),
    ],
    ids=lambda value: value.tune if hasattr(value, "tune") else "",
)
def test_it_is_what_fit_chooses(model: Any, y: Any, w: Any, options: dict[str, Any]) -> None:
    known = chosen(model.tune, y, w, **options)
    model = clone(model).fit(X, y, w)
    assert known.tuned is not None
    assert model.tuned_ == {known.tuned.param: known.tuned.value}
    assert tuple(model.tried_) == known.tuned.tried
    assert model.objective_ == pytest.approx(known.objective, rel=1e-9)
    if model.coef_.ndim == 1:
        assert list(model.coef_) == pytest.approx(list(known.coefficients.values()), rel=1e-6)


def test_it_is_trained_with_what_it_chose() -> None:
    model = LossRegressor(tune="huber:delta=0.1-8").fit(X, Y)
    plain = LossRegressor(model.loss_).fit(X, Y)
    assert model.loss_ == f"huber:delta={model.tuned_['delta']:g}"
    np.testing.assert_array_equal(model.predict(X), plain.predict(X))
    again = model.set_params(tune=None).fit(X, Y)
    assert not hasattr(again, "tuned_") and not hasattr(again, "tried_")


def test_rows_that_are_held_out_have_no_say() -> None:
    """Nested: what cross_validate judges is choice and fit together."""
    model, cv = LossRegressor(tune="huber:delta=0.1-8,points=4"), KFold(3, shuffle=True, random_state=0)
    found = cross_validate(
        model, X, Y, cv=cv, scoring=losscli.scorer("mae"), return_estimator=True, error_score="raise"
    )
    for (train, test), own, score in zip(cv.split(X), found["estimator"], found["test_score"], strict=True):
        alone = clone(model).fit(X[train], Y[train])
        assert own.tuned_ == alone.tuned_
        assert score == pytest.approx(-np.abs(alone.predict(X[test]) - Y[test]).mean(), rel=1e-12)


def test_weights_are_routed_and_searches_set_it() -> None:
    with config_context(enable_metadata_routing=True):
        model = LossRegressor(tune="huber:delta=0.3-3,points=3").set_fit_request(sample_weight=True)
        model.set_score_request(sample_weight=True)
        scaler = StandardScaler().set_fit_request(sample_weight=True)
        routed = make_pipeline(scaler, model).fit(X, Y, sample_weight=W)
        found = cross_validate(model, X, Y, params={"sample_weight": W}, cv=2, error_score="raise")
    assert len(found["test_score"]) == 2
    assert routed[-1].tuned_ == clone(model).fit(X, Y, sample_weight=W).tuned_
    grid = {"tune": [None, "huber:delta=0.3-3,points=3"]}
    search = GridSearchCV(LossRegressor(), grid, cv=2, error_score="raise").fit(X, Y)
    assert search.best_params_["tune"] in grid["tune"]


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"tune": "huber"}, "tune huber: nothing is left to choose"),
        ({"tune": "hubr:delta=1-2"}, "Did you mean huber"),
        ({"tune": 3}, "'tune' parameter of LossRegressor must be a str"),
        ({"tune": "huber:delta=2-1"}, "is no range low-high"),
        ({"tune": "huber:delta=-1-1"}, "delta"),
        ({"tune": "focal:gamma=1-2"}, "is not a loss of numbers"),
        ({"tune": "poisson:x=1-2"}, "poisson has no parameter 'x'"),
        ({"tune": "huber:delta=1-2", "loss": "mae"}, "loss='mae' is another"),
        (
            {"tune": "huber:delta=1-2", "model": "mlp:hidden=2"},
            "is of linear models that go to their optimum",
        ),
        ({"tune": "huber:delta=1-2", "metric": "nope"}, "metric nope: there is no such metric"),
        ({"tune": "huber:delta=1-2", "metric": 3}, "'metric' parameter of LossRegressor"),
        ({"metric": "mae"}, "is what tune judges by"),
    ],
)
def test_what_means_nothing_is_refused(params: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said) as error:
        LossRegressor(**params).fit(X, Y)
    assert "--tune" not in str(error.value) and "--metric" not in str(error.value)


def test_the_default_loss_makes_room_and_its_own_name_may_stand() -> None:
    for loss in ({}, {"loss": "tukey"}, {"loss": "tukey:c=3"}):
        assert LossRegressor(tune="tukey:c=3-9,points=2", **loss).fit(X, Y).loss_.startswith("tukey:c=")


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    "estimator",
    [
        LossRegressor(tune="huber:delta=0.5-2,points=2"),
        LossClassifier(tune="weighted_bce:positive_weight=1-2,points=2"),
    ],
    ids=lambda model: model.tune,
)
def test_every_check(estimator: Any) -> None:
    """But that whole weights are repeats: repeats of a row fall into other folds."""
    results = check_estimator(estimator, on_skip=None, on_fail=None)
    failed = {one["check_name"]: repr(one["exception"]) for one in results if one["status"] == "failed"}
    assert failed.keys() <= {"check_sample_weight_equivalence_on_dense_data"}, failed


def test_too_few_rows_are_said() -> None:
    with pytest.raises(ValueError, match="n_samples = 2"):
        LossRegressor(tune="huber:delta=1-2").fit(X[:2], Y[:2])
    with pytest.raises(ValueError, match="3 folds within the training rows"):
        LossClassifier(tune="focal:gamma=1-2").fit(X[:5], [0, 0, 0, 0, 1])
