"""Boosted trees of LightGBM, XGBoost and CatBoost in place of linear models, trained under each loss by its
exported objective."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from losscli.descent.train import Settings
from losscli.errors import UsageError, unknown
from losscli.export import module, unexportable
from losscli.fitting.boosters import LIBRARIES, Library, tree_rows
from losscli.fitting.foreign import ForeignLearner, Learned, said
from losscli.fitting.learner import LearnerRows
from losscli.loss import BoundLoss, Loss
from losscli.spec import Spec, number_text


@dataclass(frozen=True, slots=True)
class TreeLearner(ForeignLearner):
    """Boosted trees of a library. spec: as it was written; params: of the library, those not written too."""

    spec: Spec
    library: Library
    rounds: int
    params: Mapping[str, float]
    apart: ClassVar[str] = "boosted trees have no coefficients"

    @classmethod
    def parse(cls, spec: Spec) -> "TreeLearner":
        """`lightgbm:num_leaves=15,rounds=200`. Raises UsageError for a parameter that is not one of those
        known, or no number that it may be, and where the library is not installed."""
        library = LIBRARIES[spec.name]
        params = dict(library.params)
        for key, value in spec.params:
            if key not in params:
                offer = f"{library.title} takes {', '.join(params)} here"
                raise unknown(f"--model {spec}: {spec.name} has no parameter {key!r}", key, params, offer)
            params[key] = _number(spec, key, value, params[key])
        try:
            import_module(library.name)
        except (ImportError, OSError):
            raise UsageError(
                f"--model {spec}: {library.title} is not installed",
                advice=f"pip install 'losscli[{library.name}]'",
            ) from None
        return cls(spec, library, int(params.pop("rounds")), MappingProxyType(params))

    @property
    def forks(self) -> bool:
        return self.library.forks

    def untrainable(self, loss: Loss) -> str | None:
        return unexportable(loss.bind({}, scale=1.0, imbalance=1.0, naive=1.0))

    def learned(self, bound: BoundLoss, source: LearnerRows, settings: Settings) -> Learned:
        """Raises UsageError where the library refuses."""
        library = self.library
        made = module(bound, library.name)
        rows, shift = tree_rows(made, bound, source, settings.classes)
        try:
            booster = library.train(made, rows, self.params, self.rounds, settings.seed)
        except library.errors() as error:
            raise UsageError(
                f"--model {self.spec}: {library.title} refuses under {bound.spec}: {said(error)}",
                advice="Change that parameter, or leave the loss out with --exclude",
            ) from None
        ended = f"{self.rounds:,} rounds of {library.title}"
        return Learned(lambda x: shift + booster(x), self.rounds, ended)


def _number(spec: Spec, key: str, value: float | str, usual: float) -> float:
    """Raises UsageError for a word, and for a fraction of what is counted."""
    example = f"For example {spec.name}:{key}={number_text(usual)}"
    if isinstance(value, str) or not np.isfinite(value):
        raise UsageError(f"--model {spec}: {key} is a number", advice=example)
    if isinstance(usual, int):
        if value != int(value):
            raise UsageError(f"--model {spec}: {key} is a whole number", advice=example)
        value = int(value)
    if key in ("rounds", "learning_rate") and value <= 0:
        raise UsageError(f"--model {spec}: {key} is above 0", advice=example)
    return value
