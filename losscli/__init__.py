"""losscli: loss functions, compared honestly.

From Python: `compare`, `fit`, `advise`, `roles` and `diff` are the commands, of data in memory, and `load`
reads their results; `losses` has every loss as a function of arrays; `LossRegressor` and `LossClassifier` are
linear models or networks under any of them; `objective` is a loss for another library to train with; `scorer`
and `scorers` are losses that scikit-learn judges by, `compare_estimators` says which of its models is better.
They are imported where they are first used: each is heavier than a command that does not need it.
"""

__version__ = "0.1.0"
__all__ = [
    "DataError",
    "LossClassifier",
    "LossRegressor",
    "LosscliError",
    "UsageError",
    "__version__",
    "advise",
    "compare",
    "compare_estimators",
    "diff",
    "fit",
    "load",
    "losses",
    "objective",
    "roles",
    "scorer",
    "scorers",
]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from losscli.api.comparing import compare_estimators
    from losscli.api.estimators import LossClassifier, LossRegressor
    from losscli.api.functions import losses
    from losscli.api.objectives import objective
    from losscli.api.scorers import scorer, scorers
    from losscli.api.verbs import advise, compare, diff, fit, load, roles
    from losscli.errors import DataError, LosscliError, UsageError

_HOMES = {
    "DataError": "errors",
    "LossClassifier": "api.estimators",
    "LossRegressor": "api.estimators",
    "LosscliError": "errors",
    "UsageError": "errors",
    "advise": "api.verbs",
    "compare": "api.verbs",
    "compare_estimators": "api.comparing",
    "diff": "api.verbs",
    "fit": "api.verbs",
    "load": "api.verbs",
    "losses": "api.functions",
    "objective": "api.objectives",
    "roles": "api.verbs",
    "scorer": "api.scorers",
    "scorers": "api.scorers",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
