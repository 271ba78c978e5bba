"""Models that another library trains, a loss after the other, and the scores that they give."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from losscli import progress
from losscli.data.roles.features import Training
from losscli.descent.ends import Solution
from losscli.descent.networks import Key
from losscli.descent.train import Outcome, Settings, Wanted, bound_losses
from losscli.domain import Codes, Floats
from losscli.fitting.augment import Examples, Recipe, prepared
from losscli.fitting.learner import LearnerRows
from losscli.loss import BoundLoss
from losscli.loss.score import terms

_PLACE = re.compile(r"^\S+\.cpp:\d+: | at \S+, line \d+ ?\.?$")
Scorer = Callable[[Floats], Floats]  # raw columns (n, p) -> scores (n,), of several classes (n, k)


@dataclass(frozen=True, eq=False)
class Foreign(Solution):
    """A model that was trained elsewhere; objective: the mean loss of the rows it has learned from.

    apart: why it has no coefficients here.
    """

    apart: str = ""

    @property
    def without_slopes(self) -> str | None:
        return self.apart


@dataclass(frozen=True, slots=True)
class Learned:
    """One model that was trained. rounds: of its training; ended: how it ended, in words."""

    scorer: Scorer
    rounds: int
    ended: str


@dataclass(frozen=True, eq=False)
class ForeignModels:
    """The models of one set of rows, of L losses. scorers: None where there is none."""

    outcomes: tuple[Outcome, ...]
    scale: float | None
    scorers: tuple[Scorer | None, ...]
    classes: int

    def scores(self, x: Floats) -> Floats:
        """Of new rows (1, L, n), for several classes (1, L, k, n). x: raw columns (n, p)."""
        shape = (len(x),) if self.classes == 1 else (self.classes, len(x))
        found = [np.full(shape, np.nan) if one is None else one(x).T for one in self.scorers]
        return np.array(found).reshape(1, len(found), *shape)


class ForeignLearner:
    """A `Learner` that trains one loss on one set of rows after the other. apart: as of `Foreign`."""

    __slots__ = ()
    apart: ClassVar[str]
    seeds: ClassVar[int] = 1
    counted: ClassVar[str] = "models"
    in_lockstep: ClassVar[bool] = False

    def learned(self, bound: BoundLoss, source: LearnerRows, settings: Settings) -> Learned:
        """One loss on one set of rows; what is drawn is drawn by the seed of the settings. Raises UsageError
        where the library refuses."""
        raise NotImplementedError

    def count(self, losses: int) -> int:
        return losses

    def rows(
        self,
        recipe: Recipe,
        training: Training,
        rows: Examples,
        keys: tuple[Key, Key],
        group: Codes | None,
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
    ) -> list[ForeignModels]:
        def fitted(source: LearnerRows) -> ForeignModels:
            def train(bound: BoundLoss) -> Learned:
                return self.learned(bound, source, settings)

            return _one_by_one(source, wanted, settings, train, self.apart)

        return [*map(fitted, sources)]


def _one_by_one(
    source: LearnerRows,
    wanted: Sequence[Wanted],
    settings: Settings,
    train: Callable[[BoundLoss], Learned],
    apart: str,
) -> ForeignModels:
    """Every loss trained on a set of rows."""
    models, scale = bound_losses(source.design, source.y.T, wanted, settings)
    outcomes: list[Outcome] = []
    scorers: list[Scorer | None] = []
    for model in models:
        if isinstance(model, str):
            outcomes.append(model)
            scorers.append(None)
        else:
            found = train(model.bound)
            end = _ended(model.bound, source, found, apart)
            outcomes.append(end)
            scorers.append(found.scorer if end.converged else None)
        progress.advance("models", 1)
    return ForeignModels(tuple(outcomes), scale, tuple(scorers), settings.classes)


def _ended(bound: BoundLoss, source: LearnerRows, found: Learned, apart: str) -> Foreign:
    s = found.scorer(source.x)
    with np.errstate(all="ignore"):
        values, _ = terms(bound.loss, dict(bound.params), source.y[None], np.ascontiguousarray(s.T)[None])
    finite = bool(np.isfinite(s).all())
    return Foreign(
        bound=bound,
        l2=0.0,
        v=np.zeros(0),
        objective=float(values[0] @ source.design.w),
        gradient_norm=None,
        iterations=found.rounds,
        converged=finite,
        certificate=f"{found.ended}; no optimum is claimed"
        if finite
        else f"diverged: scores are not finite after {found.ended}",
        apart=apart,
    )


def said(error: Exception) -> str:
    """The first line of an error, without the place in the library's own source."""
    lines = str(error).strip().splitlines() or ["without a reason"]
    return _PLACE.sub("", lines[0]).strip(" .")
