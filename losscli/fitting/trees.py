"""Boosted trees of LightGBM, XGBoost and CatBoost in place of linear models, trained under each loss by its
exported objective."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType

import numpy as np

from losscli import progress
from losscli.data.roles.features import Training
from losscli.descent.ends import Solution
from losscli.descent.networks import Key
from losscli.descent.train import Outcome, Settings, Wanted, bound_losses
from losscli.domain import Floats, Task
from losscli.errors import UsageError, unknown
from losscli.export import module, unexportable
from losscli.export.scored import scored
from losscli.fitting.augment import Examples, Recipe, prepared
from losscli.fitting.boosters import LIBRARIES, Booster, Library, TreeRows
from losscli.fitting.learner import LearnerRows
from losscli.loss import BoundLoss, Loss
from losscli.loss.score import terms
from losscli.spec import Spec, number_text

_PLACE = re.compile(r"^\S+\.cpp:\d+: | at \S+, line \d+ ?\.?$")


@dataclass(frozen=True, eq=False)
class Ensemble(Solution):
    """Boosted trees that were trained; objective: the mean loss of the rows they have learned from."""

    @property
    def without_slopes(self) -> str | None:
        return "boosted trees have no coefficients"


@dataclass(frozen=True, eq=False)
class FittedTrees:
    """The ensembles of one set of rows, of L losses. boosters: None where there is none."""

    outcomes: tuple[Outcome, ...]
    scale: float | None
    boosters: tuple[Booster | None, ...]
    classes: int

    def scores(self, x: Floats) -> Floats:
        """Of new rows (1, L, n), for several classes (1, L, k, n). x: raw columns (n, p)."""
        shape = (len(x),) if self.classes == 1 else (self.classes, len(x))
        found = [np.full(shape, np.nan) if one is None else one(x).T for one in self.boosters]
        return np.array(found).reshape(1, len(found), *shape)


@dataclass(frozen=True, slots=True)
class TreeLearner:
    """Boosted trees of a library. spec: as it was written; params: of the library, those not written too."""

    spec: Spec
    library: Library
    rounds: int
    params: Mapping[str, float]
    seeds = 1
    counted = "models"
    in_lockstep = False

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

    def count(self, losses: int) -> int:
        return losses

    def rows(
        self,
        recipe: Recipe,
        training: Training,
        rows: Examples,
        keys: tuple[Key, Key],
        group: object,
    ) -> LearnerRows:
        order, drawn = keys
        made = prepared(recipe, training, rows, drawn)
        return LearnerRows(made.design(), made.rows.x, made.rows.y, order)

    def fit(
        self,
        sources: Sequence[LearnerRows],
        wanted: Sequence[Wanted],
        settings: Settings,
        seeds: Sequence[Key],
        largest: int,
    ) -> list[FittedTrees]:
        """One after the other; what a library draws, it draws by the seed of the run."""
        return [self._fitted(source, wanted, settings) for source in sources]

    def _fitted(self, source: LearnerRows, wanted: Sequence[Wanted], settings: Settings) -> FittedTrees:
        models, scale = bound_losses(source.design, source.y.T, wanted, settings)
        found: list[tuple[Outcome, Booster | None]] = []
        for model in models:
            grown = (model, None) if isinstance(model, str) else self._grown(model.bound, source, settings)
            found.append(grown)
            progress.advance("models", 1)
        outcomes, boosters = zip(*found, strict=True) if found else ((), ())
        return FittedTrees(outcomes, scale, boosters, settings.classes)

    def _grown(
        self, bound: BoundLoss, source: LearnerRows, settings: Settings
    ) -> tuple[Outcome, Booster | None]:
        """(how it ended, the trees)"""
        booster = self._trained(bound, source, settings)
        s = booster(source.x)
        values, _ = terms(bound.loss, dict(bound.params), source.y[None], np.ascontiguousarray(s.T)[None])
        finite = bool(np.isfinite(s).all())
        ended = f"{self.rounds:,} rounds of {self.library.title}; no optimum is claimed"
        ensemble = Ensemble(
            bound=bound,
            l2=0.0,
            v=np.zeros(0),
            objective=float(values[0] @ source.design.w),
            gradient_norm=None,
            iterations=self.rounds,
            converged=finite,
            certificate=ended if finite else f"diverged: scores are not finite after {self.rounds:,} rounds",
        )
        return ensemble, booster if finite else None

    def _trained(self, bound: BoundLoss, source: LearnerRows, settings: Settings) -> Booster:
        """Raises UsageError where the library refuses."""
        library, w = self.library, source.design.w * len(source.y)  # a weight of 1 on average
        made = module(bound, library.name)
        classes = settings.classes if bound.loss.task is Task.MULTICLASS else 1
        with np.errstate(all="ignore"):
            start = made.start(source.y, classes, w) if classes > 1 else made.start(source.y, w)
        # Libraries keep targets in single precision: where the loss is of the residual alone, less the start.
        shift = float(start) if scored(bound).letter == "r" else 0.0
        first = np.asarray(start, dtype=np.float64) - shift
        rows = TreeRows(source.x, source.y - shift, w, first, classes, bound)
        try:
            booster = library.train(made, rows, self.params, self.rounds, settings.seed)
        except library.errors() as error:
            raise UsageError(
                f"--model {self.spec}: {library.title} refuses under {bound.spec}: {_said(error)}",
                advice="Change that parameter, or leave the loss out with --exclude",
            ) from None
        return lambda x: shift + booster(x)


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


def _said(error: Exception) -> str:
    """The first line of an error, without the place in the library's own source."""
    lines = str(error).strip().splitlines() or ["without a reason"]
    return _PLACE.sub("", lines[0]).strip(" .")


def without_objective(loss: Loss) -> str | None:
    """Why no boosted trees are trained under a loss, or None."""
    return unexportable(loss.bind({}, scale=1.0, imbalance=1.0, naive=1.0))
