"""Estimators of other libraries, told every loss that they know, judged out of fold like other models.

What needs a library is skipped where it is not installed."""

import json
from typing import Any, ClassVar

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.ensemble import (
    AdaBoostRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingRegressor,
    RandomForestRegressor,
)
from sklearn.linear_model import RANSACRegressor, SGDClassifier, SGDRegressor
from sklearn.metrics import mean_absolute_error, mean_pinball_loss
from sklearn.model_selection import KFold
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

import losscli
from losscli.domain import TREE_LIBRARIES
from losscli.fitting.estimator import EstimatorLearner

RNG = np.random.default_rng(0)
N = 120
X = RNG.normal(size=(N, 2))
Y = np.abs(X[:, 0]) + (X[:, 1] > 0) + 0.1 * RNG.normal(size=N) + 20 * (RNG.random(N) < 0.05)
NUMBERS = {"a": X[:, 0], "b": X[:, 1], "y": Y}
TWO = {**NUMBERS, "y": np.where(Y > 1.2, "yes", "no")}
THREE = {**NUMBERS, "y": np.array(["low", "middle", "high"])[np.digitize(Y, [0.8, 1.6])]}
OUTPUTS = {"a": X[:, 0], "target_u": Y, "target_v": -Y}
COUNTS = {**NUMBERS, "y": np.round(Y)}
FEW = {"folds": 3, "jobs": 1}
TREES = GradientBoostingRegressor(n_estimators=10, random_state=0)


def fitted(data: Any, learner: Any, **options: Any) -> Any:
    return losscli.fit(data, learner=learner, **{**FEW, **options})


def folds() -> list[tuple[Any, Any]]:
    return [*KFold(3, shuffle=True, random_state=0).split(X)]


def test_each_loss_is_a_clone_that_was_told_it() -> None:
    """Out of fold, by scikit-learn alone."""
    found = fitted(NUMBERS, TREES, loss=["mae", "mse", "quantile:tau=0.8"], metric="quantile:tau=0.8")
    names = {"mae": "absolute_error", "mse": "squared_error", "quantile:tau=0.8": "quantile"}
    assert [fit.spec for fit in found.record.fits] == [*names]
    for fit in found.record.fits:
        own = clone(TREES).set_params(loss=names[fit.spec], alpha=0.8)
        out = np.empty(N)
        for train, test in folds():
            out[test] = clone(own).fit(X[train], Y[train]).predict(X[test])
        assert fit.scores["mae"].value == pytest.approx(mean_absolute_error(Y, out), rel=1e-9)
        pinball = mean_pinball_loss(Y, out, alpha=0.8)
        assert fit.scores["quantile:tau=0.8"].value == pytest.approx(pinball, rel=1e-9)
        whole = own.fit(X, Y).predict(X)
        loss = losscli.losses[fit.spec]
        assert fit.mean_loss == pytest.approx(loss(Y, whole), rel=1e-9)
        assert (fit.iterations, fit.coefficients, fit.intercept) == (10, {}, None)
        assert "no optimum is claimed" in fit.certificate
    assert TREES.loss == "squared_error"  # it is left as it was


def test_a_parameter_of_the_loss_is_told_too() -> None:
    learner = make_pipeline(StandardScaler(), SGDRegressor(random_state=0))
    found = fitted(NUMBERS, learner, loss=["huber:delta=0.5", "epsilon_insensitive:epsilon=0.3"])
    for fit, (loss, epsilon) in zip(
        found.record.fits, [("huber", 0.5), ("epsilon_insensitive", 0.3)], strict=True
    ):
        own = make_pipeline(StandardScaler(), SGDRegressor(loss=loss, epsilon=epsilon, random_state=0))
        out = np.empty(N)
        for train, test in folds():
            out[test] = own.fit(X[train], Y[train]).predict(X[test])
        assert fit.scores["mae"].value == pytest.approx(mean_absolute_error(Y, out), rel=1e-9)


def test_a_link_is_that_of_the_loss() -> None:
    """Of a loss with a log link the estimator predicts the mean, and its score is the logarithm of that."""
    hist = HistGradientBoostingRegressor(max_iter=5, random_state=0)
    with threadpool_limits(1, "openmp"):
        found = fitted({**NUMBERS, "y": np.abs(Y)}, hist, loss=["poisson", "quantile:tau=0.8"])
        poisson, quantile = found.record.fits
        for fit, own in ((poisson, {"loss": "poisson"}), (quantile, {"loss": "quantile", "quantile": 0.8})):
            told = clone(hist).set_params(**own).fit(X, np.abs(Y)).predict(X)
            assert fit.mean_loss == pytest.approx(losscli.losses[fit.spec](np.abs(Y), told), rel=1e-9)


@pytest.mark.parametrize(
    ("data", "learner", "specs"),
    [
        (NUMBERS, TREES, {"mse", "mae"}),
        (NUMBERS, SGDRegressor(), {"mse", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"}),
        (TWO, GradientBoostingClassifier(n_estimators=5), {"bce", "exponential"}),
        (TWO, SGDClassifier(), {"bce", "hinge", "squared_hinge", "modified_huber"}),
        (TWO, LinearSVC(), {"hinge", "squared_hinge"}),
        (THREE, GradientBoostingClassifier(n_estimators=5), {"cross_entropy"}),
        (COUNTS, MLPRegressor(max_iter=5, hidden_layer_sizes=3), {"poisson"}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_loss_that_it_knows_and_no_other(data: Any, learner: Any, specs: set[str]) -> None:
    task = {"task": "counts"} if data is COUNTS else {}
    found = fitted(data, learner, **task)
    assert {fit.name for fit in found.record.fits} == specs
    assert found.record.repeats == 1 and found.record.robustness == () and found.record.l2 is None
    assert found.record.model.startswith(f"{type(learner).__name__}(")
    for fit in found.record.fits:
        assert fit.scores[found.record.headline].value is not None
    refused = {one.spec: one.reason for one in found.record.refused}
    assert len(refused) > 5 and any("has no such loss: it has" in reason for reason in refused.values())
    assert losscli.load(found.to_json()) == found
    with pytest.raises(losscli.UsageError, match="models of another library"):
        found.save("model.json")


def test_it_beats_the_constant_and_can_be_compared() -> None:
    found = fitted(TWO, GradientBoostingClassifier(n_estimators=10, random_state=0))
    known = found.record.constant["average_precision"]
    assert all(fit.scores["average_precision"].value > known + 0.1 for fit in found.record.fits)
    compared = losscli.compare(found.predictions, positive=1, loss="brier", resamples=200)
    (row,) = (row for row in compared.losses if row["value"] is not None)
    judged = next(fit for fit in found.record.fits if fit.name == "bce").scores["brier"].value
    assert row["value"] == pytest.approx(judged, rel=1e-12)
    assert "GradientBoostingClassifier(n_estimators=10" in str(found) and "l2" not in str(found)


@pytest.mark.parametrize(
    ("loss", "learner", "why"),
    [
        ("huber", TREES, "GradientBoostingRegressor takes no delta: its huber is another"),
        ("tukey", TREES, "has no such loss: it has absolute_error, huber, quantile, squared_error"),
        ("0.5*mse + 0.5*mae", TREES, "has no such loss"),
        ("rmse", TREES, "a root of the mean"),
        ("cross_entropy", SGDClassifier(), "SGDClassifier trains one class against the rest"),
    ],
)
def test_a_loss_that_it_cannot_train_is_refused_by_name(loss: str, learner: Any, why: str) -> None:
    with pytest.raises(losscli.UsageError, match=why) as error:
        fitted(THREE if loss == "cross_entropy" else NUMBERS, learner, loss=loss)
    assert error.value.what.startswith(f"{loss} cannot be trained: ")


@pytest.mark.parametrize(
    ("data", "learner", "options", "said", "hint"),
    [
        (
            NUMBERS,
            RandomForestRegressor(),
            {},
            "neither a parameter loss nor objective",
            "compare_estimators",
        ),
        (NUMBERS, AdaBoostRegressor(), {}, "how rows are weighed", "Give an estimator"),
        (NUMBERS, RANSACRegressor(), {}, "which rows are outliers", "Give an estimator"),
        (NUMBERS, SGDClassifier(), {}, "a classifier, and the task is regression", "Give a regressor"),
        (TWO, SGDRegressor(), {}, "a regressor, and the task is binary", "Give a classifier"),
        (NUMBERS, SGDRegressor, {}, "learner SGDRegressor: that is a class", "Give SGDRegressor()"),
        (NUMBERS, "lightgbm", {}, "that is a str, and no estimator", "Give one, such as"),
        (
            NUMBERS,
            SGDRegressor(),
            {"l2": 1},
            "l2 1 is of linear models and networks, and learner SGDR",
            "Leave",
        ),
        (NUMBERS, SGDRegressor(), {"tune": "huber:delta=1-2"}, "tune huber:delta=1-2 is of linear", "Leave"),
        (NUMBERS, SGDRegressor(), {"model": "mlp:hidden=2"}, "exclude each other", "Leave one of them out"),
        (NUMBERS, SGDRegressor(), {"seeds": 2}, "only networks have several starts", "Leave it out"),
        (NUMBERS, SGDRegressor(), {"no_intercept": True}, "no_intercept is of linear models", "Leave it out"),
        (OUTPUTS, SGDRegressor(), {}, "a learner has one target", "one target at a time"),
        (
            NUMBERS,
            SGDRegressor(alpha=-1),
            {},
            "refuses under mse: The 'alpha' parameter",
            "Change that of it",
        ),
        (NUMBERS, SGDRegressor(), {"no_features": True}, "there is no feature", "Leave it out"),
        (COUNTS, MLPRegressor(loss="poisson"), {"weights": "b", "task": "counts"}, "weight", ""),
    ],
    ids=lambda value: None if isinstance(value, dict) else str(value)[:20],
)
def test_what_is_refused(data: Any, learner: Any, options: dict[str, Any], said: str, hint: str) -> None:
    with pytest.raises(losscli.LosscliError) as error:
        fitted(data, learner, **options)
    assert said in error.value.what, error.value.what
    assert hint in (error.value.advice or "") and "--" not in str(error.value)


def test_weights_are_passed_on() -> None:
    w = 1.0 + np.arange(N) % 3
    found = fitted({**NUMBERS, "w": w}, TREES, loss="mse", weights="w")
    own = clone(TREES).fit(X, Y, sample_weight=w)
    assert found.record.fits[0].mean_loss == pytest.approx(np.average((own.predict(X) - Y) ** 2, weights=w))


class Odd(SGDRegressor):
    """It takes no weights, and says nothing of what it takes for a loss."""

    _parameter_constraints: ClassVar[dict[str, Any]] = {}

    def __init__(self, loss: Any = "squared_error") -> None:
        super().__init__(loss=loss)

    def fit(self, X: Any, y: Any) -> Any:
        return super().fit(StandardScaler().fit_transform(X), y)


def test_an_estimator_that_says_little() -> None:
    assert EstimatorLearner.of(Odd()).told == "Odd()"
    for loss in ("own", ["mse"]):
        with pytest.raises(losscli.UsageError, match="is no name of a loss that is known here"):
            fitted(NUMBERS, Odd(loss=loss))
    assert {fit.name for fit in fitted(NUMBERS, Odd(), loss=["mse", "mae"]).record.fits} == {"mse"}
    with pytest.raises(losscli.UsageError, match="Odd: it takes no weights"):
        fitted({**NUMBERS, "w": 1.0 + np.arange(N) % 3}, Odd(), loss="mse", weights="w")


def test_a_run_can_be_repeated() -> None:
    learner = make_pipeline(StandardScaler(), SGDRegressor())
    one, two = (fitted(NUMBERS, learner, loss="huber").to_json() for _ in range(2))
    assert one == two
    other = fitted(NUMBERS, learner, loss="huber", seed=1)
    assert json.loads(other.to_json())["fits"] != json.loads(one)["fits"]


def of_library(library: str, classifier: bool) -> Any:
    """An estimator with the settings of `--model LIBRARY:rounds=8`."""
    made = pytest.importorskip(library)
    names = {"lightgbm": "LGBM", "xgboost": "XGB", "catboost": "CatBoost"}
    kind = getattr(made, names[library] + ("Classifier" if classifier else "Regressor"))
    rounds = (
        {"iterations": 8, "thread_count": 1} if library == "catboost" else {"n_estimators": 8, "n_jobs": 1}
    )
    return kind(**rounds, learning_rate=0.1)


@pytest.mark.parametrize("library", TREE_LIBRARIES)
@pytest.mark.parametrize(
    ("data", "losses"),
    [(NUMBERS, ["mse", "huber", "tukey", "poisson"]), (TWO, ["bce", "hinge"]), (THREE, ["cross_entropy"])],
    ids=["numbers", "two", "three"],
)
def test_a_library_that_takes_an_objective_is_what_model_trains(
    library: str, data: Any, losses: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    data = {**data, "y": np.abs(Y)} if "poisson" in losses else data
    found = fitted(data, of_library(library, data is not NUMBERS and len(losses) < 4), loss=losses)
    known = fitted(data, None, model=f"{library}:rounds=8", loss=losses)
    assert capfd.readouterr().out == ""
    for one, other in zip(found.record.fits, known.record.fits, strict=True):
        assert one.mean_loss == pytest.approx(other.mean_loss, rel=1e-6)
        headline = found.record.headline
        assert one.scores[headline].value == pytest.approx(other.scores[headline].value, rel=1e-6)
        assert one.iterations == 8


@pytest.mark.parametrize("library", TREE_LIBRARIES)
def test_a_library_behind_a_scaler(library: str) -> None:
    found = fitted(NUMBERS, make_pipeline(StandardScaler(), of_library(library, False)), loss="mae")
    assert found.record.fits[0].scores["mae"].value < 0.95 * found.record.constant["mae"]
    assert " at 0x" not in found.record.model and "..." not in found.record.model


def test_what_is_set_of_catboost_stays() -> None:
    catboost = pytest.importorskip("catboost")
    told = {"iterations": 4, "eval_metric": "RMSE", "leaf_estimation_iterations": 1, "objective": "MAE"}
    learner = catboost.CatBoostRegressor(**told, thread_count=1, verbose=False)
    (fit,) = fitted(NUMBERS, learner, loss="huber").record.fits
    assert fit.iterations == 4 and fit.scores["mae"].value is not None
