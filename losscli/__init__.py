"""losscli: loss functions, compared honestly.

From Python: `losses`, every loss as a function of arrays; `LossRegressor` and `LossClassifier`, linear
models under any of them; `objective`, a loss for another library to train with. They are imported where they
are first used: each is heavier than a command that does not need it.
"""

__version__ = "0.1.0"
__all__ = ["LossClassifier", "LossRegressor", "__version__", "losses", "objective"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from losscli.api.estimators import LossClassifier, LossRegressor
    from losscli.api.functions import losses
    from losscli.api.objectives import objective

_HOMES = {
    "LossClassifier": "api.estimators",
    "LossRegressor": "api.estimators",
    "losses": "api.functions",
    "objective": "api.objectives",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
