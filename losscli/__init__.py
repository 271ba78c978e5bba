"""losscli: loss functions, compared honestly.

From Python: `losses`, every loss as a function of arrays; `LossRegressor` and `LossClassifier`, linear
models or networks under any of them; `objective`, a loss for another library to train with; `scorer` and
`scorers`, losses that scikit-learn judges by; `compare_estimators`, which of them is better. They are
imported where they are first used: each is heavier than a command that does not need it.
"""

__version__ = "0.1.0"
__all__ = [
    "LossClassifier",
    "LossRegressor",
    "__version__",
    "compare_estimators",
    "losses",
    "objective",
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

_HOMES = {
    "LossClassifier": "api.estimators",
    "LossRegressor": "api.estimators",
    "compare_estimators": "api.comparing",
    "losses": "api.functions",
    "objective": "api.objectives",
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
