"""What each library of boosted trees is told: the parameters of a spec, one training, the scores."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType, ModuleType
from typing import Any

import numpy as np

from losscli.domain import NUMBERS, Floats, Task
from losscli.export.scored import scored
from losscli.export.trees import leaf_steps
from losscli.fitting.foreign import Scorer
from losscli.fitting.learner import LearnerRows
from losscli.loss import BoundLoss


@dataclass(frozen=True, eq=False, slots=True)
class TreeRows:
    """Rows to grow trees on, and under which loss.

    x: columns (n, p)
    y: numbers or class codes (n,)
    w: weights, 1 on average (n,)
    start: the score that training begins at, () or (k,)
    classes: scores per row
    bound: the loss
    """

    x: Floats
    y: Floats
    w: Floats
    start: Floats
    classes: int
    bound: BoundLoss

    def starts(self, rows: int) -> Floats:
        """The start of so many rows, (n,) or (n, k)."""
        return np.broadcast_to(self.start, (rows, *self.start.shape)).copy()


def tree_rows(
    made: ModuleType, bound: BoundLoss, source: LearnerRows, classes: int
) -> tuple[TreeRows, float]:
    """(rows to grow trees on, what is added to the scores that they give). made: the module of the loss;
    classes: of the target, 1 of numbers."""
    w = source.design.w * len(source.y)
    classes = classes if bound.loss.task is Task.MULTICLASS else 1
    with np.errstate(all="ignore"):
        start = made.start(source.y, classes, w) if classes > 1 else made.start(source.y, w)
    # Libraries keep targets in single precision: where the loss is of the residual alone, less the start.
    shift = float(start) if scored(bound).letter == "r" else 0.0
    first = np.asarray(start, dtype=np.float64) - shift
    return TreeRows(source.x, source.y - shift, w, first, classes, bound), shift


@dataclass(frozen=True, slots=True)
class Library:
    """A library of boosted trees.

    name: as it is imported, and in specs.
    title: in sentences.
    params: what a spec may say, with the value where it does not: `rounds`, and the library's own names.
    train: (module of the loss, rows, parameters without rounds, rounds, seed) -> the trees.
    errors: what it raises where it is asked for what it cannot do.
    forks: whether it trains in processes forked from one in which it has; CatBoost, which keeps threads of
        its own, may wait for them without end.
    """

    name: str
    title: str
    params: Mapping[str, float]
    train: Callable[[ModuleType, TreeRows, Mapping[str, float], int, int], Scorer]
    errors: Callable[[], tuple[type[Exception], ...]]
    forks: bool = True


def _lightgbm(
    made: ModuleType, rows: TreeRows, params: Mapping[str, float], rounds: int, seed: int
) -> Scorer:
    import lightgbm

    asked = {
        **params,
        "objective": made.objective,
        "seed": seed,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }
    if rows.classes > 1:
        asked["num_class"] = rows.classes
    data = lightgbm.Dataset(rows.x, rows.y, weight=rows.w, init_score=rows.starts(len(rows.y)))
    trees = lightgbm.train(asked, data, num_boost_round=rounds)
    return lambda x: rows.start + np.asarray(trees.predict(x, num_threads=1))


def _errors_of_lightgbm() -> tuple[type[Exception], ...]:
    import lightgbm

    return (lightgbm.basic.LightGBMError,)


def _xgboost(made: ModuleType, rows: TreeRows, params: Mapping[str, float], rounds: int, seed: int) -> Scorer:
    import xgboost

    asked: dict[str, Any] = {
        **params,
        "seed": seed,
        "nthread": 1,
        "verbosity": 0,
        "disable_default_eval_metric": True,
    }
    if rows.classes > 1:
        asked["num_class"] = rows.classes

    def matrix(x: Floats, **own: Any) -> Any:
        return xgboost.DMatrix(x, base_margin=rows.starts(len(x)), nthread=1, **own)

    data = matrix(rows.x, label=rows.y, weight=rows.w)
    trees = xgboost.train(asked, data, rounds, obj=made.objective)
    return lambda x: np.asarray(trees.predict(matrix(x), output_margin=True), dtype=np.float64)


def _errors_of_xgboost() -> tuple[type[Exception], ...]:
    import xgboost

    return (xgboost.core.XGBoostError,)


def _catboost(
    made: ModuleType, rows: TreeRows, params: Mapping[str, float], rounds: int, seed: int
) -> Scorer:
    import catboost

    several = rows.classes > 1
    kind = catboost.CatBoostClassifier if several else catboost.CatBoostRegressor
    trees = kind(
        **params,
        **({"classes_count": rows.classes} if several else {}),
        iterations=rounds,
        loss_function=made.Objective(),
        eval_metric=made.Metric(),
        leaf_estimation_method="Newton",
        leaf_estimation_iterations=leaf_steps(scored(rows.bound)),
        metric_period=rounds,
        random_seed=seed,
        thread_count=1,
        allow_writing_files=False,
        logging_level="Silent",
    )
    numbers = rows.bound.loss.task in NUMBERS  # classes begin at 0, as with a loss of its own
    baseline = rows.starts(len(rows.y)) if numbers else None
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Failed to import numba")  # it would only be faster
        trees.fit(catboost.Pool(rows.x, rows.y, weight=rows.w, baseline=baseline))
    start = rows.start if numbers else np.zeros(())
    return lambda x: start + np.asarray(trees.predict(x, prediction_type="RawFormulaVal", thread_count=1))


def _errors_of_catboost() -> tuple[type[Exception], ...]:
    import catboost

    return (catboost.CatBoostError,)


LIBRARIES: Mapping[str, Library] = MappingProxyType(
    {
        one.name: one
        for one in (
            Library(
                "lightgbm",
                "LightGBM",
                MappingProxyType(
                    {
                        "rounds": 100,
                        "learning_rate": 0.1,
                        "num_leaves": 31,
                        "max_depth": -1,
                        "min_data_in_leaf": 20,
                        "min_sum_hessian_in_leaf": 1e-3,
                        "lambda_l1": 0.0,
                        "lambda_l2": 0.0,
                        "feature_fraction": 1.0,
                        "bagging_fraction": 1.0,
                        "bagging_freq": 0,
                        "max_bin": 255,
                    }
                ),
                _lightgbm,
                _errors_of_lightgbm,
            ),
            Library(
                "xgboost",
                "XGBoost",
                MappingProxyType(
                    {
                        "rounds": 100,
                        "learning_rate": 0.1,
                        "max_depth": 6,
                        "min_child_weight": 1.0,
                        "gamma": 0.0,
                        "lambda": 1.0,
                        "alpha": 0.0,
                        "subsample": 1.0,
                        "colsample_bytree": 1.0,
                        "max_bin": 256,
                    }
                ),
                _xgboost,
                _errors_of_xgboost,
            ),
            Library(
                "catboost",
                "CatBoost",
                MappingProxyType(
                    {
                        "rounds": 100,
                        "learning_rate": 0.1,
                        "depth": 6,
                        "l2_leaf_reg": 3.0,
                        "random_strength": 1.0,
                        "bagging_temperature": 1.0,
                        "rsm": 1.0,
                        "border_count": 254,
                    }
                ),
                _catboost,
                _errors_of_catboost,
                forks=False,
            ),
        )
    }
)
