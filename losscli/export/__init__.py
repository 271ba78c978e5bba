"""A loss taken along: the module that trains under it in another library, and its objective to pass."""

import importlib.util
import linecache
from collections.abc import Callable
from importlib.abc import InspectLoader
from types import ModuleType
from typing import Any

from losscli.domain import CLASSES, NUMBERS, Task
from losscli.errors import Fix, NoDefault, UsageError, unknown
from losscli.export import plain, tensors, trees
from losscli.export.scored import Scored, scored, unexportable
from losscli.loss import BoundLoss
from losscli.loss.catalogue import named
from losscli.spec import Spec

__all__ = ["LIBRARIES", "export", "module", "objective", "resolved", "unexportable"]

LIBRARIES: dict[str, Callable[[Scored], str]] = {
    "torch": tensors.torch,
    "jax": tensors.jax,
    "keras": tensors.keras,
    "lightgbm": trees.lightgbm,
    "xgboost": trees.xgboost,
    "catboost": trees.catboost,
    "sklearn": plain.sklearn,
    "numpy": plain.numpy,
}


def resolved(spec: Spec, task: Task | None = None) -> BoundLoss:
    """The loss of a spec, of a task where several have the name.

    Raises UsageError for an unknown loss, for one of several tasks where none is said, and for a parameter
    that would come from the data.
    """
    records = [loss for loss in named(spec.name) if task in (None, loss.task)]
    tasks = [loss.task for loss in records]
    if not records:
        raise UsageError(
            f"--task {task}: {spec.name} is no loss of it", advice=f"losscli explain {spec.name}"
        )
    known = [loss for loss in records if loss.task in NUMBERS | CLASSES] or records[:1]
    if len(known) > 1:
        raise UsageError(
            f"{spec.name} is a loss of {' and of '.join(tasks)}",
            advice="Say which:",
            fixes=[Fix(("--task", str(loss.task)), f"{loss.title} of {loss.task}") for loss in known],
        )
    try:
        return known[0].bind(spec.numbers())
    except NoDefault as error:
        own, _, _ = error.what.partition(" ")
        raise UsageError(
            f"{spec}: {error.what}",
            advice=f"Write the value, as in {own}=1.5: losscli fit and losscli compare print the spec that "
            "they used",
        ) from None


def export(bound: BoundLoss, library: str) -> str:
    """The code of a module that a library trains with: readable, complete, and without losscli.

    bound: the loss, every parameter resolved.
    library: one of LIBRARIES.

    Raises UsageError for another library, and for a loss whose formula is not one of a row's target and
    score.
    """
    if library not in LIBRARIES:
        known = ", ".join(LIBRARIES)
        raise unknown(
            f"--to {library}: there is no such library", library, LIBRARIES, f"It is one of {known}"
        )
    return LIBRARIES[library](scored(bound))


def module(bound: BoundLoss, library: str) -> ModuleType:
    """That module, imported; raises as `export` does, and ImportError where the library is not installed."""
    name = f"losscli_{library}_{bound.loss.name if bound.loss.name.isidentifier() else 'sum'}"
    loader = _Loader(export(bound, library), f"<{name}>")
    spec = importlib.util.spec_from_loader(name, loader, origin=loader.place)
    assert spec is not None
    made = importlib.util.module_from_spec(spec)
    loader.exec_module(made)
    return made


def objective(bound: BoundLoss, library: str) -> Any:
    """What a library is given to train with: a function (LightGBM, XGBoost, JAX, numpy: the slope), an
    instance (PyTorch, Keras, CatBoost) or an estimator (scikit-learn). Raises as `module` does."""
    made = module(bound, library)
    for name in ("objective", "loss", "slope"):
        if library in ("lightgbm", "xgboost", "jax", "numpy") and hasattr(made, name):
            return getattr(made, name)
    own = [one for one in vars(made).values() if isinstance(one, type) and one.__module__ == made.__name__]
    return own[0]()


class _Loader(InspectLoader):
    """A module from its text, which tracebacks and `inspect` show."""

    def __init__(self, text: str, place: str) -> None:
        self._text, self.place = text, place
        linecache.cache[place] = len(text), None, text.splitlines(keepends=True), place

    def get_source(self, fullname: str) -> str:
        return self._text
