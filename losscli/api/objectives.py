"""A loss ready to pass to the library that trains with it."""

from typing import Any

from losscli.api.mended import in_python
from losscli.domain import Task
from losscli.errors import unknown
from losscli.export import LIBRARIES, resolved
from losscli.export import objective as made
from losscli.spec import Spec

__all__ = ["objective"]


def objective(spec: str, library: str, *, task: str | None = None) -> Any:
    """A loss as what a library trains with.

    Parameters
    ----------
    spec : str
        The loss, every parameter in units of y written: "huber:delta=12.6", "0.7*mse + 0.3*mae".

    library : {"torch", "jax", "keras", "lightgbm", "xgboost", "catboost", "sklearn", "numpy"}
        Where it is to be passed.

    task : str, default=None
        Of a name that losses of several tasks have: "binary", "multiclass".

    Returns
    -------
    objective : object
        LightGBM, XGBoost: a function of (scores, data) for `objective` and `obj`. CatBoost: an object for
        `loss_function`. PyTorch, Keras: a loss of scores and targets. JAX: a function for `jax.grad`.
        scikit-learn: a linear estimator. numpy: the slope, a function of (scores, targets).

    Raises
    ------
    UsageError
        A ValueError: for an unknown loss, task or library, for a loss that is not one of a row's target and
        score, and for a parameter that is not written. It says what to write.

    ImportError
        Where the library is not installed.

    Examples
    --------
    >>> import losscli, numpy as np
    >>> slope = losscli.objective("huber:delta=1.5", "numpy")
    >>> slope(np.array([1.0, 9.0]), np.array([0.0, 0.0]))
    array([1. , 1.5])
    """
    if library not in LIBRARIES:
        known = f"It is one of {', '.join(LIBRARIES)}"
        raise unknown(f"{library}: there is no such library", library, LIBRARIES, known)
    if task is not None and task not in list(Task):
        known = f"It is one of {', '.join(Task)}"
        raise unknown(f"{task}: there is no such task", task, list(Task), known)
    with in_python(["task"]):
        return made(resolved(Spec.parse(spec), None if task is None else Task(task)), library)
