"""How an estimator of another library is told its loss: by a name, as those of scikit-learn are, or by the
objective that is exported for its library."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any, Protocol

import numpy as np

from losscli.domain import LOGIT, NUMBERS, SOFTMAX, TREE_LIBRARIES, Floats, Task
from losscli.errors import UsageError
from losscli.export import module, unexportable
from losscli.export.scored import scored
from losscli.export.trees import leaf_steps
from losscli.fitting.boosters import TreeRows, tree_rows
from losscli.fitting.foreign import Scorer
from losscli.fitting.learner import LearnerRows
from losscli.loss import BoundLoss, Loss

_PARAMETERS = ("loss", "objective")
_LIBRARY = "sklearn"  # whose names of losses are known
_OF_NUMBERS = "squared_error absolute_error huber quantile epsilon_insensitive squared_epsilon_insensitive"
_OF_OTHERS = "poisson gamma log_loss hinge squared_hinge modified_huber perceptron exponential"
_USUAL = frozenset(f"{_OF_NUMBERS} {_OF_OTHERS}".split())  # of estimators that do not say which they take
_TRIED = 20  # rows
_PLACES = {"tau": ("quantile", "alpha"), "delta": ("epsilon",), "epsilon": ("epsilon",)}
_ONE_AGAINST_THE_REST = ("sklearn.linear_model", "sklearn.svm")
_NO_TRAINING_LOSS = {
    "AdaBoostRegressor": "its loss says how rows are weighed, not what is trained",
    "RANSACRegressor": "its loss says which rows are outliers, not what is trained",
}


class Way(Protocol):
    """How an estimator is told its loss, trained, and asked for scores."""

    def untrainable(self, loss: Loss) -> str | None:
        """Why it cannot be told a loss, or None."""

    def train(
        self, estimator: Any, bound: BoundLoss, source: LearnerRows, x: Any, classes: int
    ) -> tuple[Any, Scorer]:
        """(the estimator as it was trained, the scores that it gives).

        x: the columns of the rows, as the estimator takes them; classes: scores per row.
        """


def way_of(estimator: Any) -> Way | str:
    """How an estimator is told its loss, or why it cannot be."""
    kinds = type(estimator).__mro__
    packages = [kind.__module__.partition(".")[0] for kind in kinds]
    library = next((name for name in TREE_LIBRARIES if name in packages), None)
    if library is not None:
        return ByObjective(library)
    params = estimator.get_params(deep=False)
    place = next((name for name in _PARAMETERS if name in params), None)
    if place is None:
        return "it has neither a parameter loss nor objective"
    other = next((why for kind in kinds if (why := _NO_TRAINING_LOSS.get(kind.__name__))), None)
    if other is not None:
        return other
    known = getattr(estimator, "_parameter_constraints", {}).get(place, ())
    names = [name for one in known for name in getattr(one, "options", ())]
    if not names and isinstance(params[place], str) and params[place] in _USUAL:
        names = _tried(estimator, place)
    if not names:
        return f"{place}={params[place]!r} is no name of a loss that is known here"
    joint = not any(kind.__module__.startswith(_ONE_AGAINST_THE_REST) for kind in kinds)
    return ByName(kinds[0].__name__, place, frozenset(names), frozenset(params), joint)


def _tried(estimator: Any, place: str) -> list[str]:
    """The usual names that an estimator takes, which does not say so."""
    from sklearn.base import clone

    x = np.random.default_rng(0).normal(size=(_TRIED, 2))
    found = []
    for name in sorted(_USUAL):
        try:
            clone(estimator).set_params(**{place: name}).fit(x, 1.0 + np.arange(_TRIED) % 2)
        except Exception:  # of whatever kind: it does not take that name
            continue
        found.append(name)
    return found


@dataclass(frozen=True, slots=True)
class ByName:
    """By a name, as scikit-learn has them.

    title: of the estimator.
    place: the parameter.
    names: that it takes.
    params: the parameters of the estimator.
    joint: whether several classes are trained together.
    """

    title: str
    place: str
    names: frozenset[str]
    params: frozenset[str]
    joint: bool

    def untrainable(self, loss: Loss) -> str | None:
        name = self._name(loss)
        if name is None:
            return f"{self.title} has no such loss: it has {', '.join(sorted(self.names))}"
        if loss.task is Task.MULTICLASS and not self.joint:
            return f"{self.title} trains one class against the rest"
        lacking = [param.name for param in loss.params if self._place(param.name) is None]
        if lacking:
            return f"{self.title} takes no {lacking[0]}: its {name} is another"
        return None

    def _name(self, loss: Loss) -> str | None:
        known = (loss.name, *(alias.name for alias in loss.aliases if alias.library == _LIBRARY))
        return next((name for name in known if name in self.names), None)

    def _place(self, param: str) -> str | None:
        """Where the estimator has a parameter of a loss."""
        return next((name for name in _PLACES.get(param, (param,)) if name in self.params), None)

    def train(
        self, estimator: Any, bound: BoundLoss, source: LearnerRows, x: Any, classes: int
    ) -> tuple[Any, Scorer]:
        own = {self._place(name) or name: value for name, value in bound.params}
        estimator.set_params(**{self.place: self._name(bound.loss)}, **own)
        y = source.y if bound.loss.task in NUMBERS else source.y.astype(np.intp)
        estimator.fit(x, y, **_weights(estimator, source.design.w * len(source.y)))
        return estimator, lambda x: _scores(estimator, bound.loss, x)


def _weights(estimator: Any, w: Floats) -> Mapping[str, Floats]:
    """Raises UsageError where rows weigh differently, and the estimator does not know weights."""
    from sklearn.utils.validation import has_fit_parameter

    if np.ptp(w) == 0.0:
        return {}
    if not has_fit_parameter(estimator, "sample_weight"):
        raise UsageError(
            f"--learner {type(estimator).__name__}: it takes no weights, and rows weigh differently",
            advice="Leave --weights, --class-weight, --label-smoothing and --augment mixup out",
        )
    return {"sample_weight": w}


def _scores(estimator: Any, loss: Loss, x: Any) -> Floats:
    """(n,), of several classes (n, k). Raises UsageError where there are none."""
    if loss.task in NUMBERS:
        with np.errstate(all="ignore"):
            return loss.link.score(np.asarray(estimator.predict(x), dtype=np.float64))
    if hasattr(estimator, "decision_function"):
        return np.asarray(estimator.decision_function(x), dtype=np.float64)
    if loss.link not in (LOGIT, SOFTMAX) or not hasattr(estimator, "predict_proba"):
        raise UsageError(
            f"--learner {type(estimator).__name__}: it gives no scores under {loss.name}",
            advice="Leave that loss out with --exclude",
        )
    p = np.asarray(estimator.predict_proba(x), dtype=np.float64)
    with np.errstate(divide="ignore"):
        return LOGIT.score(p[:, 1]) if loss.link is LOGIT else SOFTMAX.score(p)


@dataclass(frozen=True, slots=True)
class ByObjective:
    """By the objective that is exported for its library of boosted trees."""

    library: str

    def untrainable(self, loss: Loss) -> str | None:
        return unexportable(loss.bind({}, scale=1.0, imbalance=1.0, naive=1.0))

    def train(
        self, estimator: Any, bound: BoundLoss, source: LearnerRows, x: Any, classes: int
    ) -> tuple[Any, Scorer]:
        made = module(bound, self.library)
        rows, shift = tree_rows(made, bound, source, classes)
        trained, scorer = _TRAIN[self.library](estimator, made, replace(rows, x=x))
        return trained, lambda x: shift + scorer(x)


@dataclass(frozen=True, eq=False, slots=True)
class _Data:
    """Targets and weights as the exported objective asks for them."""

    y: Floats
    w: Floats

    def get_label(self) -> Floats:
        return self.y

    def get_weight(self) -> Floats:
        return self.w


def _lightgbm(model: Any, made: ModuleType, rows: TreeRows) -> tuple[Any, Scorer]:
    def objective(y: Floats, s: Floats, w: Floats) -> Any:
        return made.objective(s, _Data(y, w))

    told = {"verbose", "verbosity"} & model.get_params().keys()
    model.set_params(objective=objective, **({} if told else {"verbose": -1}))
    model.fit(rows.x, _targets(rows), sample_weight=rows.w, init_score=rows.starts(len(rows.y)))
    return model, lambda x: rows.start + np.asarray(model.predict(x, raw_score=True))


def _xgboost(model: Any, made: ModuleType, rows: TreeRows) -> tuple[Any, Scorer]:
    def objective(y: Floats, s: Floats, sample_weight: Floats) -> Any:
        return made.objective(s, _Data(np.asarray(y), np.asarray(sample_weight)))

    model.set_params(objective=objective)
    model.fit(rows.x, _targets(rows), sample_weight=rows.w, base_margin=rows.starts(len(rows.y)))

    def scores(x: Any) -> Floats:
        found = model.predict(x, output_margin=True, base_margin=rows.starts(len(x)))
        return np.asarray(found, dtype=np.float64)

    return model, scores


def _catboost(model: Any, made: ModuleType, rows: TreeRows) -> tuple[Any, Scorer]:
    """It is made anew, as it keeps no loss beside that of another name."""
    import catboost

    params = model.get_params()
    own = {key: value for key, value in params.items() if key not in ("loss_function", "objective")}
    usual: dict[str, Any] = {
        "allow_writing_files": False,
        "eval_metric": made.Metric(),
        "leaf_estimation_method": "Newton",
        "leaf_estimation_iterations": leaf_steps(scored(rows.bound)),
    }
    if not own.keys() & {"verbose", "silent", "logging_level", "verbose_eval"}:
        usual["logging_level"] = "Silent"
    if rows.classes > 1:
        usual["classes_count"] = rows.classes
    trees = type(model)(**{**usual, **own}, loss_function=made.Objective())
    numbers = rows.bound.loss.task in NUMBERS  # classes begin at 0, as with a loss of its own
    baseline = rows.starts(len(rows.y)) if numbers else None
    trees.fit(catboost.Pool(rows.x, _targets(rows), weight=rows.w, baseline=baseline))
    start = rows.start if numbers else np.zeros(())
    return trees, lambda x: start + np.asarray(trees.predict(x, prediction_type="RawFormulaVal"))


def _targets(rows: TreeRows) -> Any:
    return rows.y if rows.bound.loss.task in NUMBERS else rows.y.astype(np.intp)


_TRAIN: Mapping[str, Callable[[Any, ModuleType, TreeRows], tuple[Any, Scorer]]] = {
    "lightgbm": _lightgbm,
    "xgboost": _xgboost,
    "catboost": _catboost,
}
