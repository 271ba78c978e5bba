"""An estimator of scikit-learn's kind in place of linear models: a clone for every loss, which is told by its
parameter `loss` or `objective`."""

import re
import warnings
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from losscli.descent.train import Settings
from losscli.domain import CLASSES, NUMBERS, SEVERAL, Floats, Task
from losscli.errors import UsageError
from losscli.fitting.foreign import ForeignLearner, Learned, Scorer, said
from losscli.fitting.learner import LearnerRows
from losscli.fitting.ways import Way, way_of
from losscli.loss import BoundLoss, Loss

_SHORT = 60  # characters of an estimator in an error
_PLACE_IN_MEMORY = re.compile(r" at 0x[0-9a-fA-F]+")
_ROUNDS = ("n_iter_", "n_estimators_", "tree_count_", "n_estimators")  # what says how long one was trained
_EXAMPLES = "HistGradientBoostingRegressor(), SGDClassifier() or LGBMRegressor()"
_NEEDED = ("fit", "predict", "get_params", "set_params")


@dataclass(frozen=True, slots=True)
class EstimatorLearner(ForeignLearner):
    """An estimator, or a pipeline that ends in one. way: how it is told its loss."""

    estimator: Any
    way: Way
    apart: ClassVar[str] = "the coefficients of a learner are its own"
    forks = False  # estimators keep threads, for which a forked process may wait without end

    @classmethod
    def of(cls, estimator: Any) -> "EstimatorLearner":
        """Raises UsageError for what is no estimator, and for one that is told no loss."""
        if isinstance(estimator, type):
            name = estimator.__name__
            raise UsageError(f"--learner {name}: that is a class", advice=f"Give {name}()")
        if not all(hasattr(estimator, name) for name in _NEEDED):
            raise UsageError(
                f"--learner: that is a {type(estimator).__name__}, and no estimator",
                advice=f"Give one, such as {_EXAMPLES}",
            )
        _, last = _parts(estimator)
        way = way_of(last)
        if isinstance(way, str):
            raise UsageError(
                f"--learner {type(last).__name__}: {way}",
                advice=f"Give an estimator whose loss can be set, such as {_EXAMPLES}; "
                "losscli.compare_estimators judges estimators as they are",
            )
        return cls(estimator, way)

    @property
    def told(self) -> str:
        """As Python writes it, in one line."""
        return _told(self.estimator)

    @property
    def short(self) -> str:
        """The same, without parameters where they are many."""
        return self.told if len(self.told) <= _SHORT else type(self.estimator).__name__

    def check(self, task: Task) -> None:
        """Raises UsageError for a task that it does not learn."""
        if task in SEVERAL:
            raise UsageError(
                f"--learner {self.short}: the task is {task}, and a learner has one target",
                advice="Train one target at a time with --target",
            )
        kind = _kind(_parts(self.estimator)[1])
        if kind == "classifier" and task in NUMBERS:
            offer = "Give a regressor, or --task binary if the target is two classes"
        elif kind == "regressor" and task in CLASSES:
            offer = "Give a classifier, or --task regression if the target is numbers"
        else:
            return
        raise UsageError(f"--learner {self.short}: that is a {kind}, and the task is {task}", advice=offer)

    def untrainable(self, loss: Loss) -> str | None:
        return self.way.untrainable(loss)

    def learned(self, bound: BoundLoss, source: LearnerRows, settings: Settings) -> Learned:
        """Raises UsageError where the estimator refuses."""
        from sklearn.base import clone

        head, last = _parts(_seeded(clone(self.estimator), settings.seed))
        classes = settings.classes if bound.loss.task is Task.MULTICLASS else 1

        def shaped(x: Floats) -> Any:
            return x if head is None else head.transform(x)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # one for every fold and loss
            try:
                if head is not None:
                    head.fit(source.x, source.y)
                trained, own = self.way.train(last, bound, source, shaped(source.x), classes)
            except UsageError:
                raise
            except Exception as error:  # whatever the estimator raises
                raise UsageError(
                    f"--learner {self.short} refuses under {bound.spec}: {said(error)}",
                    advice="Change that of it, or leave the loss out with --exclude",
                ) from error
        return Learned(_quiet(own, shaped), _rounds(trained), f"trained by {type(trained).__name__}")


def _quiet(own: Scorer, shaped: Any) -> Scorer:
    """Scores without the warnings that there is one of for every fold and loss."""

    def scores(x: Floats) -> Floats:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return own(shaped(x))

    return scores


def _told(estimator: Any) -> str:
    """Its repr; of one that gives none, or a cut one, its parameters that are set."""
    steps = getattr(estimator, "steps", None)
    if isinstance(steps, list):
        return f"make_pipeline({', '.join(_told(step) for _, step in steps)})"
    text = repr(estimator)
    if _PLACE_IN_MEMORY.search(text) or "..." in text:
        given = estimator.get_params(deep=False).items()
        params = ", ".join(f"{key}={value!r}" for key, value in given if value is not None)
        text = f"{type(estimator).__name__}({params})"
    return _PLACE_IN_MEMORY.sub("", " ".join(text.split()))


def _parts(estimator: Any) -> tuple[Any, Any]:
    """(the steps of a pipeline before the last, None where there are none; the last)"""
    steps = getattr(estimator, "steps", None)
    if not isinstance(steps, list) or not steps:
        return None, estimator
    return (estimator[:-1] if len(steps) > 1 else None), steps[-1][1]


def _seeded(estimator: Any, seed: int) -> Any:
    """Every random_state that is not set, set: a run can be repeated."""
    names = [key for key in estimator.get_params() if key.rpartition("__")[2] == "random_state"]
    unset = [name for name in names if estimator.get_params()[name] is None]
    return estimator.set_params(**dict.fromkeys(unset, seed)) if unset else estimator


def _kind(estimator: Any) -> str | None:
    """classifier, regressor, or None where that is not known."""
    from sklearn.base import is_classifier, is_regressor

    try:
        return "classifier" if is_classifier(estimator) else "regressor" if is_regressor(estimator) else None
    except Exception:  # of an estimator that does not keep to the conventions
        return None


def _rounds(estimator: Any) -> int:
    """Its iterations or trees; 1 where it does not say."""
    for name in _ROUNDS:
        value = getattr(estimator, name, None)
        if value is not None:
            return int(np.max(value))
    return 1
