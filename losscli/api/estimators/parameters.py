"""What the parameters of an estimator mean, and what is said of those that mean nothing."""

import math
from collections.abc import Callable, Mapping, Sequence
from inspect import signature
from numbers import Integral, Real
from typing import Any

from losscli.api.mended import worded
from losscli.descent.textbook import Optimizer, parse_optimizer
from losscli.descent.train import Settings, Wanted
from losscli.domain import NUMBERS, Task
from losscli.errors import LosscliError, UsageError
from losscli.fitting.choice import unranked
from losscli.fitting.learners import is_linear, is_of_trees, learner_of
from losscli.fitting.networks import NetworkLearner
from losscli.fitting.request import FitRequest
from losscli.loss import Loss
from losscli.loss.catalogue import find, named
from losscli.spec import Spec

_FROM_ZERO, _ABOVE_ZERO = "a float in the range [0.0, inf)", "a float in the range (0.0, inf) or None"


def told(owner: Any) -> Any:
    """What an estimator is told of its loss: where `tune` chooses a parameter, by that."""
    return owner.loss if owner.tune is None else owner.tune


def records(loss: Any) -> tuple[Loss, ...]:
    """The losses that a parameter names, of every task; none where it names nothing.

    Questions are asked of an estimator before it is fitted: they must not raise.
    """
    if isinstance(loss, Loss):
        return (loss,)
    try:
        return named(Spec.parse(loss).name) if isinstance(loss, str) else ()
    except LosscliError:
        return ()


def wanted(owner: Any, task: Task) -> Wanted | None:
    """The loss of an estimator in a task, None where it belongs to others. Raises ValueError where its
    parameter names no loss. Where `tune` chooses a parameter, that one is not written yet."""
    loss = told(owner)
    if owner.tune is not None and not isinstance(loss, str):
        raise refused(owner, "tune", "a str that names a loss and what its parameter may be, or None")
    if owner.metric is not None and owner.tune is None:
        raise ValueError(f"metric={owner.metric!r} is what tune judges by: leave it out, or give tune")
    if isinstance(loss, Loss):
        served = loss.task is task or (task is Task.REGRESSION and loss.task in NUMBERS)
        return Wanted(loss, {}) if served else None
    if not isinstance(loss, str):
        raise refused(owner, "loss", "a str that names a loss or an instance of losscli.loss.Loss")
    try:
        spec = Spec.parse(loss)
        record = find(spec, task)
        written = spec.numbers() if owner.tune is None else {}
    except LosscliError as error:
        name = "loss" if owner.tune is None else "tune"
        raise ValueError(f"The {name!r} parameter of {type(owner).__name__}: {error}") from error
    if owner.tune is not None and owner.loss != _usual(owner) and _name(owner.loss) != spec.name:
        raise ValueError(
            f"tune={owner.tune!r} chooses a parameter of {spec.name}, and loss={owner.loss!r} is another: "
            "leave one of them out"
        )
    return None if record is None else Wanted(record, written)


def _usual(owner: Any) -> Any:
    return signature(type(owner)).parameters["loss"].default


def _name(loss: Any) -> str:
    """The name of a loss, "" where it has none."""
    found = records(loss)
    return found[0].name if found else ""


def is_central(owner: Any) -> bool:
    """Whether a loss of numbers asks for a centre; so taken where the parameter names none."""
    try:
        one = wanted(owner, Task.REGRESSION)
        return one is None or unranked(one.loss.bind(one.written, scale=1.0, naive=1.0)) is None
    except (LosscliError, ValueError):
        return True


def settings(owner: Any, task: Task, classes: int, seed: int) -> Settings:
    """How to train, as the parameters say. classes: scores per row. Raises ValueError for one that cannot
    be."""
    return Settings(
        task=task,
        classes=classes,
        l1=_value(owner, "l1", _is_number, _FROM_ZERO, ()),
        l2=_value(owner, "l2", _is_number, f"{_FROM_ZERO}, 'auto' or None", (None, "auto")),
        scale=_value(owner, "scale", _is_above_zero, _ABOVE_ZERO, (None,)),
        optimizer=_optimizer(owner),
        tol=_value(owner, "tol", _is_above_zero, _ABOVE_ZERO, (None,)),
        max_iter=_value(owner, "max_iter", _is_count, "an int in the range [1, inf) or None", (None,)),
        seed=seed,
    )


def has_intercept(owner: Any) -> bool:
    """Whether scores have one. Raises ValueError for what is neither true nor false."""
    if not isinstance(owner.fit_intercept, bool):
        raise refused(owner, "fit_intercept", "a bool")
    return owner.fit_intercept


def network_learner(owner: Any) -> NetworkLearner | None:
    """The networks that `model` asks for, None for linear models. Raises ValueError for a model that there is
    not, boosted trees, and what networks have no use for."""
    if not isinstance(owner.model, str):
        raise refused(owner, "model", "a str that names a model")
    try:
        model = Spec.parse(owner.model)
        if is_linear(model):
            return None
        if is_of_trees(model):
            raise UsageError(
                f"model={owner.model!r}: boosted trees are estimators of {model.name}",
                advice=f"Give them losscli.objective(loss, {model.name!r})",
            )
        for name, usual in (("fit_intercept", True), ("tol", None)):
            if getattr(owner, name) is not usual:
                raise UsageError(
                    f"{name}={getattr(owner, name)!r} is of linear models", advice="Leave it out"
                )
        asked = FitRequest(model=model, optimizer=Spec.parse(owner.optimizer), max_iter=owner.max_iter)
        learner = learner_of(asked)
    except LosscliError as error:
        raise ValueError(told_of(owner, error)) from error
    assert isinstance(learner, NetworkLearner)
    return learner


def told_of(owner: Any, error: LosscliError) -> str:
    """An error of flags, as one of parameters."""
    return f"{type(owner).__name__}: {worded(str(error), owner.get_params(deep=False))}"


def refused(owner: Any, name: str, wanted: str) -> ValueError:
    """The error of a parameter, in the words of scikit-learn."""
    value = getattr(owner, name)
    return ValueError(
        f"The {name!r} parameter of {type(owner).__name__} must be {wanted}. Got {value!r} instead."
    )


def _is_number(value: Any) -> bool:
    """Whether it is a number from 0 on."""
    known = isinstance(value, Real) and not isinstance(value, bool)
    return known and bool(0 <= value < math.inf)


def _is_above_zero(value: Any) -> bool:
    return _is_number(value) and value > 0


def _is_count(value: Any) -> bool:
    return _is_above_zero(value) and isinstance(value, Integral)


def _value(owner: Any, name: str, fits: Callable[[Any], bool], known: str, unset: Sequence[Any]) -> Any:
    """A parameter; None where it is one of `unset`, or there is none. known: what it may be, in words."""
    value: Any = getattr(owner, name, None)
    if (value is None or isinstance(value, str)) and value in unset:
        return None
    if not fits(value):
        raise refused(owner, name, known)
    return int(value) if fits is _is_count else float(value)


def _optimizer(owner: Any) -> Optimizer | None:
    if not isinstance(owner.optimizer, str):
        raise refused(owner, "optimizer", "a str that names an optimizer")
    try:
        spec = Spec.parse(owner.optimizer)
        return None if spec == Spec("auto") else parse_optimizer(spec)
    except LosscliError as error:
        raise ValueError(f"The 'optimizer' parameter of {type(owner).__name__}: {error}") from error


def check_class_weight(owner: Any) -> None:
    """Raises ValueError for class weights that are none, or not above 0."""
    value = owner.class_weight
    if value is None or (isinstance(value, str) and value == "balanced"):
        return
    if not isinstance(value, Mapping) or not all(map(_is_above_zero, value.values())):
        raise refused(owner, "class_weight", "a dict of floats in the range (0.0, inf), 'balanced' or None")
