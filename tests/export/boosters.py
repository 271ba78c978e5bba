"""Data, and the scores of boosted trees under an exported objective and under the library's own."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_wine, make_classification, make_friedman1

from losscli.domain import NUMBERS, Task
from losscli.export import module
from losscli.loss import BoundLoss, Loss

Data = tuple[np.ndarray, np.ndarray]
ROWS, ROUNDS = 2_000, 60


def signal(seed: int, rows: int = ROWS) -> Data:
    """Friedman's function of ten columns, from about 2 to 28."""
    X, y = make_friedman1(rows, noise=0.0, random_state=seed)
    return X, y


def numbers() -> list[Data]:
    """t noise, noise that grows with a column, counts."""
    rng = np.random.default_rng(0)
    (X, a), (Z, b), (V, c) = signal(0), signal(1), signal(2)
    return [
        (X, a + rng.standard_t(3, ROWS)),
        (Z, b + rng.normal(size=ROWS) * (0.5 + 4 * Z[:, 0])),
        (V, rng.poisson(np.exp(c / 8)).astype(float)),
    ]


def counts() -> list[Data]:
    """Poisson, negative binomial, and sums of none to some claims."""
    rng = np.random.default_rng(0)
    mean = [(X, np.exp(a / 8)) for X, a in map(signal, range(3))]
    claims = rng.poisson(mean[2][1] / 3)
    return [
        (mean[0][0], rng.poisson(mean[0][1]).astype(float)),
        (mean[1][0], rng.negative_binomial(3, 3 / (3 + mean[1][1])).astype(float)),
        (mean[2][0], np.where(claims > 0, rng.gamma(np.maximum(2 * claims, 1), 1.5), 0.0)),
    ]


def positive() -> list[Data]:
    """Gamma and log-normal noise around the mean, and waiting times."""
    rng = np.random.default_rng(0)
    (X, a), (Z, b), (V, c) = signal(0), signal(1), signal(2)
    return [
        (X, a * rng.gamma(4, 1 / 4, ROWS) + 0.1),
        (Z, np.exp(b / 8 + rng.normal(0, 0.5, ROWS))),
        (V, np.exp(c / 8) * rng.exponential(1, ROWS) + 0.1),
    ]


def two_classes() -> list[Data]:
    """Labels of which some are wrong, unequal classes, and tumours."""
    X, a = make_classification(ROWS, flip_y=0.15, random_state=1)
    Z, b = make_classification(ROWS, weights=[0.85], class_sep=0.6, random_state=2)
    V, c = load_breast_cancer(return_X_y=True)
    return [(X, a.astype(float)), (Z, b.astype(float)), (V, c.astype(float))]


def several_classes() -> list[Data]:
    """Three classes, four of which some labels are wrong, and wines."""
    X, a = make_classification(600, n_classes=3, n_informative=5, random_state=1)
    Z, b = make_classification(600, n_classes=4, n_informative=6, flip_y=0.1, random_state=2)
    V, c = load_wine(return_X_y=True)
    return [(X, a.astype(float)), (Z, b.astype(float)), (V, c.astype(float))]


def data_of(loss: Loss) -> list[Data]:
    if loss.task is Task.BINARY:
        return two_classes()
    if loss.task is Task.MULTICLASS:
        return several_classes()
    if not loss.target.contains(np.array([0.0])).all() or loss.name == "mape":
        return positive()
    return numbers() if loss.target.contains(np.array([-1.0])).all() else counts()


def folds(y: np.ndarray) -> Iterator[np.ndarray]:
    """Masks of the rows that are held out."""
    yield from (np.arange(len(y)) % 3 == fold for fold in range(3))


def classes_of(bound: BoundLoss, y: np.ndarray) -> int:
    """How many; 0 where there is one score."""
    return int(y.max()) + 1 if bound.loss.task is Task.MULTICLASS else 0


LIGHTGBM = {"learning_rate": 0.1, "num_leaves": 15, "verbose": -1, "num_threads": 1, "seed": 0}
XGBOOST = {"eta": 0.1, "max_depth": 4, "nthread": 1, "seed": 0}
CATBOOST = {
    "learning_rate": 0.15,
    "verbose": 0,
    "thread_count": 1,
    "allow_writing_files": False,
    "random_seed": 0,
}


def lightgbm(bound: BoundLoss, own: Any, train: Data, X: np.ndarray, rounds: int) -> np.ndarray:
    """Scores of X; own: the parameters of the library's objective, None to train under the exported one."""
    lgb = pytest.importorskip("lightgbm", reason="lightgbm is not installed")
    y = train[1]
    if own is not None:
        return lgb.train(LIGHTGBM | own, lgb.Dataset(*train), rounds).predict(X, raw_score=True)
    made, k = module(bound, "lightgbm"), classes_of(bound, y)
    start = made.start(y, k) if k else made.start(y)
    first = np.tile(start, (len(y), 1)) if k else np.full(len(y), start)
    given = LIGHTGBM | {"objective": made.objective} | ({"num_class": k} if k else {})
    return start + lgb.train(given, lgb.Dataset(*train, init_score=first), rounds).predict(X)


def xgboost(bound: BoundLoss, own: Any, train: Data, X: np.ndarray, rounds: int) -> np.ndarray:
    xgb = pytest.importorskip("xgboost", reason="xgboost is not installed")
    y, rows = train[1], xgb.DMatrix(X)
    if own is not None:
        model = xgb.train(XGBOOST | own, xgb.DMatrix(*train), rounds)
        return model.predict(rows, output_margin=True).astype(float)
    made, k = module(bound, "xgboost"), classes_of(bound, y)
    given: dict[str, Any] = {"disable_default_eval_metric": True}
    data = xgb.DMatrix(*train)
    if k:
        given["num_class"] = k
        data.set_base_margin(np.tile(made.start(y, k), (len(y), 1)))
        rows.set_base_margin(np.tile(made.start(y, k), (len(X), 1)))
    else:
        given["base_score"] = made.start(y)
    model = xgb.train(XGBOOST | given, data, rounds, obj=made.objective)
    return model.predict(rows, output_margin=True).astype(float)


def catboost(bound: BoundLoss, own: Any, train: Data, X: np.ndarray, rounds: int) -> np.ndarray:
    cat = pytest.importorskip("catboost", reason="catboost is not installed")
    y, k = train[1], classes_of(bound, train[1])
    kind = (
        cat.CatBoostClassifier
        if own is not None and bound.loss.task not in NUMBERS
        else cat.CatBoostRegressor
    )
    if own is not None:
        model = kind(iterations=rounds, **CATBOOST, **own).fit(*train)
        return model.predict(X, prediction_type="RawFormulaVal")
    made = module(bound, "catboost")
    steps = int(str(made.__doc__).partition("leaf_estimation_iterations=")[2].partition(")")[0])
    given = {
        "loss_function": made.Objective(),
        "eval_metric": made.Metric(),
        "leaf_estimation_method": "Newton",
        "leaf_estimation_iterations": steps,
        "iterations": rounds,
    }
    if k:
        model = cat.CatBoostClassifier(classes_count=k, **given, **CATBOOST).fit(*train)
        return model.predict(X, prediction_type="RawFormulaVal")
    start = made.start(y) if bound.loss.task in NUMBERS else 0.0
    model = kind(**given, **CATBOOST).fit(cat.Pool(*train, baseline=np.full(len(y), start)))
    return start + np.ravel(model.predict(X, prediction_type="RawFormulaVal"))


LIBRARIES: dict[str, Callable[..., np.ndarray]] = {
    "lightgbm": lightgbm,
    "xgboost": xgboost,
    "catboost": catboost,
}


def out_of_fold(name: str, bound: BoundLoss, own: Any, data: Data, rounds: int = ROUNDS) -> float:
    """The mean loss of rows that were held out."""
    X, y = data
    value = module(bound, "numpy").value
    total = 0.0
    for held in folds(y):
        scores = LIBRARIES[name](bound, own, (X[~held], y[~held]), X[held], rounds)
        total += value(np.asarray(scores, dtype=float), y[held]).sum()
    return total / len(y)
