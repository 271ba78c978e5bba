"""The losses that are medians: sought in the main pass, with and without the flagged rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from losscli.data.roles import Problem
from losscli.data.rows import Rows, arguments_of
from losscli.domain import Floats, Mask
from losscli.loss import BoundLoss, Reduction

Values = dict[tuple[int, int], float]  # (loss, model) → the median row loss


@dataclass(frozen=True, slots=True)
class Medians:
    """Which losses of which models are medians."""

    problem: Problem
    losses: Sequence[BoundLoss]
    wanted: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, problem: Problem, losses: Sequence[BoundLoss]) -> "Medians":
        """Every loss that is reduced by the median, for every model."""
        own = [index for index, one in enumerate(losses) if one.loss.reduction is Reduction.MEDIAN]
        return cls(problem, losses, tuple((index, m) for index in own for m in range(len(problem.models))))

    def series(self, rows: Rows, flagged: Mask | None) -> list[tuple[Floats, Floats]]:
        """The row losses with all weights, then with none for the flagged rows."""
        arguments = arguments_of(self.problem, rows)
        values = [
            self.losses[index].value(*arguments[m].of(self.losses[index].loss)) for index, m in self.wanted
        ]
        bulk = rows.w if flagged is None else np.where(flagged, 0.0, rows.w)
        return [(x, w) for w in (rows.w, bulk) for x in values]

    def split(self, found: Sequence[float]) -> tuple[Values, Values]:
        """The medians of all rows, and of those that are not flagged."""
        half = len(self.wanted)
        everyone, bulk = found[:half], found[half:]
        return dict(zip(self.wanted, everyone, strict=True)), dict(zip(self.wanted, bulk, strict=True))
