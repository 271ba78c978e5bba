"""What is trained in place of linear models that go to their optimum: the seam that learners plug into."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from losscli.data.roles.features import Training
from losscli.descent.design import Design
from losscli.descent.networks import Key
from losscli.descent.train import Outcome, Settings, Wanted
from losscli.domain import Codes, Floats
from losscli.fitting.augment import Examples, Recipe
from losscli.loss import Loss


@dataclass(frozen=True, eq=False)
class LearnerRows:
    """Rows to learn from.

    design: of the raw columns
    x: raw columns (n, p)
    y: targets (n,) or (n, k)
    key: what their order is drawn by
    group: codes of the rows that are held out together (n,), or None
    held: rows that are held out already, or None
    """

    design: Design
    x: Floats
    y: Floats
    key: Key
    group: Codes | None = None
    held: Examples | None = None


class FittedModels(Protocol):
    """The models of one set of rows, of L losses and S seeds. scale: s of the rows."""

    @property
    def outcomes(self) -> tuple[Outcome, ...]: ...

    @property
    def scale(self) -> float | None: ...

    def scores(self, x: Floats) -> Floats:
        """Of new rows by seed (S, L, n), for several classes, outputs or labels (S, L, k, n). x: raw columns
        (n, p)."""


class Learner(Protocol):
    """A kind of model with its settings, which every loss is trained for."""

    @property
    def seeds(self) -> int:
        """How many starts are tried in the first repeat, of which the first counts."""

    @property
    def counted(self) -> str:
        """What progress counts."""

    @property
    def in_lockstep(self) -> bool:
        """Whether sets of rows are trained at once, in less time than one after the other."""

    @property
    def forks(self) -> bool:
        """Whether processes forked from one that has trained can train."""

    def untrainable(self, loss: Loss) -> str | None:
        """Why it trains no model under a loss, whatever the targets, or None."""

    def count(self, losses: int) -> int:
        """How many of what progress counts are trained on one set of rows."""

    def rows(
        self,
        recipe: Recipe,
        training: Training,
        rows: Examples,
        keys: tuple[Key, Key],
        group: Codes | None,
    ) -> LearnerRows:
        """What is learned from rows. keys: of their order, and of the rows that are made."""

    def fit(
        self,
        sources: Sequence[LearnerRows],
        wanted: Sequence[Wanted],
        settings: Settings,
        seeds: Sequence[Key],
        largest: int,
    ) -> Sequence[FittedModels]:
        """Train every loss on every set of rows from every start.

        seeds: of the starts; largest: rows of the largest set there is, also in other calls.
        """
