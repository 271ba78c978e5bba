"""Where descent of a loss with several valleys begins."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from losscli.descent.design import Design
from losscli.descent.objective import Trainee
from losscli.domain import Codes, Floats
from losscli.loss import Argument
from losscli.loss.score import terms

_RIDGE = 1e-9  # keeps a drawn set of rows solvable where columns coincide
_RANKING = 500  # rows by which fits are ranked


def least_squares(design: Design, targets: Floats) -> Floats:
    """(t, q): the least-squares fit of each target (t, n); whitened columns need no solving. Of several
    outputs (t, k, q) and (t, k, n)."""
    return np.asarray((targets * design.w) @ design.z)


@dataclass(frozen=True, eq=False)
class Elemental:
    """Fits through as many rows as there are coordinates, and the rows that tell which are near a valley.

    Rousseeuw 1984, doi:10.1080/01621459.1984.10477105.

    fits: (count, t, q), of each target
    design, targets: the rows that rank them, all or a sample; (t, n)
    every: whether there is a fit through every such set of rows, so that nothing was drawn
    """

    fits: Floats
    design: Design
    targets: Floats
    every: bool

    @classmethod
    def of(cls, design: Design, targets: Floats, most: int, rng: np.random.Generator) -> "Elemental":
        """Through every set of rows where these are at most `most`, else through as many as are drawn.
        targets: (t, n)."""
        n, q = design.z.shape
        every = math.comb(n, q) <= most
        rows = np.array(list(combinations(range(n), q))) if every else _drawn(n, q, most, rng)
        z = design.z[rows]
        square = z.transpose(0, 2, 1) @ z + _RIDGE * np.eye(q)
        right = z.transpose(0, 2, 1) @ targets[:, rows].transpose(1, 2, 0)
        fits = np.asarray(np.linalg.solve(square, right), np.float64).transpose(0, 2, 1)
        if n > _RANKING:
            some = np.sort(rng.choice(n, _RANKING, replace=False))
            design, targets = design.sample(some), targets[:, some]
        return cls(fits, design, targets, every)

    def best(self, model: Trainee, kept: int) -> Floats:
        """(kept, q) Those of the least loss, of the model's own with its own parameters: another loss, or
        another width, has its valleys elsewhere."""
        fits, bound, y = self.fits[:, model.target], model.bound, self.targets[model.target]
        scores = fits @ self.design.zt
        if bound.loss.argument is Argument.RESIDUAL:
            scores -= y
            values = bound.value(scores)
        else:
            values, _ = terms(bound.loss, dict(bound.params), y, scores)
        cost = values @ self.design.w
        cost[np.isnan(cost)] = np.inf
        return np.asarray(fits[np.argsort(cost, kind="stable")[:kept]])


def _drawn(n: int, q: int, count: int, rng: np.random.Generator) -> Codes:
    """(count, q) Rows, distinct but for rare repeats where there are many, which the ridge bears."""
    if n < 4 * q:
        return np.argsort(rng.random((count, n)), axis=1)[:, :q]
    return rng.integers(0, n, (count, q))


@dataclass(frozen=True, eq=False)
class Attempts:
    """Every model from each of its starts, all side by side.

    models: as often as there are starts (m); start: (m, d); parts: the place of each model's own
    """

    models: list[Trainee]
    start: Floats
    parts: list[slice]

    @classmethod
    def of(cls, models: Sequence[Trainee], points: Sequence[Floats]) -> "Attempts":
        """points: of each model, (count, d)."""
        repeated = [model for model, starts in zip(models, points, strict=True) for _ in starts]
        ends = np.cumsum([0, *map(len, points)]).tolist()
        return cls(repeated, np.concatenate(points), [slice(*pair) for pair in pairwise(ends)])

    @property
    def which(self) -> Codes:
        """The model of each attempt (m,)."""
        return np.repeat(np.arange(len(self.parts)), [part.stop - part.start for part in self.parts])

    def lowest(self, values: Floats) -> Codes:
        """Which attempt of each model ended lowest. values: (m,)."""
        return np.array([part.start + int(np.argmin(values[part])) for part in self.parts], np.intp)
