"""`--model`: which models are trained, and the flags that each kind has a use for."""

from losscli.descent.networks import AUTO, EPOCHS, TrainingPlan
from losscli.descent.perceptron import Architecture
from losscli.descent.textbook import parse_optimizer
from losscli.domain import MODELS, TREE_LIBRARIES
from losscli.errors import UsageError, unknown
from losscli.fitting.boosters import LIBRARIES
from losscli.fitting.learner import Learner
from losscli.fitting.networks import NetworkLearner
from losscli.fitting.request import FitRequest
from losscli.fitting.trees import TreeLearner
from losscli.spec import Spec

_MODELS = (*MODELS, *TREE_LIBRARIES)


def is_of_trees(model: Spec) -> bool:
    """Whether a library of boosted trees trains it."""
    return model.name in TREE_LIBRARIES


def is_linear(model: Spec) -> bool:
    """Whether scores are linear in the features. Raises UsageError for a model that there is not."""
    return not is_of_trees(model) and not _architecture(model).hidden


def goes_to_optimum(request: FitRequest) -> bool:
    """Whether the models are linear ones that are trained without epochs."""
    return fits_linear(request) and request.early is None


def fits_linear(request: FitRequest) -> bool:
    """Whether the models are linear ones that are trained here."""
    return request.estimator is None and is_linear(request.model)


def _architecture(model: Spec) -> Architecture:
    if model.name not in _MODELS:
        offer = f"Use linear, mlp:hidden=16-16, {', '.join(TREE_LIBRARIES[:-1])} or {TREE_LIBRARIES[-1]}"
        raise unknown(f"--model {model}: there is no such model", model.name, _MODELS, offer)
    return Architecture.parse(model)


def check_model(request: FitRequest) -> None:
    """Raises UsageError for a flag that would do nothing, and an optimizer that does not suit the penalty."""
    if request.estimator is not None:
        name = f"--learner {request.estimator.short}"
        _check_foreign(request, f"{name} has its own settings", "Leave it out")
        if request.model != FitRequest().model:
            raise UsageError(
                f"--model {request.model} and {name} exclude each other",
                advice="Leave one of them out",
            )
        return
    if is_of_trees(request.model):
        library = LIBRARIES[request.model.name]
        takes = f"{library.title} takes {', '.join(library.params)}, as in --model {library.name}:rounds=200"
        _check_foreign(request, f"--model {request.model} is trees", f"Leave it out; {takes}")
        return
    if request.early is not None and is_linear(request.model) and request.optimizer.name in ("auto", "lbfgs"):
        raise UsageError(
            f"--early-stopping {request.early.share:g}: a linear model goes to its optimum at once",
            advice="Add --optimizer adam, or --model mlp:hidden=16",
        )
    if request.l1 and request.optimizer.name == "lbfgs":
        raise UsageError(
            "--optimizer lbfgs descends on slopes, and an l1 penalty has none at 0",
            advice="Use --optimizer auto, or gd, momentum, nesterov, sgd or adam; or leave --l1 out",
        )
    solved = ("--path", request.path), ("--tune", request.tune[0] if request.tune else None)
    for flag, spec in solved:
        if spec is not None and (request.early is not None or not is_linear(request.model)):
            raise UsageError(
                f"{flag} {spec} is of linear models that go to their optimum",
                advice=f"Leave {flag} out, or --model and --early-stopping",
            )
    if request.path is not None and request.tune:
        raise UsageError(
            f"--path {request.path} and --tune {request.tune[0]} exclude each other",
            advice="Leave one of them out",
        )


def _check_foreign(request: FitRequest, what: str, advice: str) -> None:
    """What only models that descend on slopes and weights here have. what: is trained instead."""
    given = (
        ("--optimizer", None if request.optimizer.name == "auto" else request.optimizer),
        ("--early-stopping", None if request.early is None else f"{request.early.share:g}"),
        ("--max-iter", request.max_iter),
        ("--tol", request.tol),
        ("--l1", request.l1 or None),
        ("--l2", request.l2),
        ("--penalty-scale", None if request.penalty_scale == "raw" else request.penalty_scale),
        ("--path", request.path),
        ("--tune", request.tune[0] if request.tune else None),
    )
    for flag, value in given:
        if value is not None:
            told = f"{value:g}" if isinstance(value, float) else value
            raise UsageError(f"{flag} {told} is of linear models and networks, and {what}", advice=advice)


def learner_of(request: FitRequest) -> Learner | None:
    """What is trained, and how; None for linear models that go to an optimum.

    Raises UsageError for a flag that would do nothing, and for a library that is not installed.
    """
    if request.estimator is not None:
        return request.estimator
    if is_of_trees(request.model):
        return TreeLearner.parse(request.model)
    architecture = _architecture(request.model)
    if not architecture.hidden and request.early is None:
        return None
    if request.tol is not None:
        raise UsageError(
            f"--tol {request.tol:g}: training by epochs does not look at gradients to stop",
            advice="Use --max-iter EPOCHS, or --early-stopping 0.1",
        )
    optimizer = AUTO if request.optimizer.name == "auto" else parse_optimizer(request.optimizer)
    if optimizer.name == "lbfgs":
        raise UsageError(
            "--optimizer lbfgs goes to an optimum; networks are trained by epochs",
            advice="Use adam, sgd, momentum, nesterov or gd, or leave --optimizer out",
        )
    plan = TrainingPlan(optimizer, request.max_iter or EPOCHS, request.early)
    seeds = request.seeds if architecture.hidden else 1
    return NetworkLearner(architecture, plan, seeds)
