"""Where descent of a loss with several valleys begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from losscli.descent.design import Design
from losscli.descent.objective import Trainee
from losscli.domain import Codes, Floats

_RIDGE = 1e-9  # keeps a drawn set of rows solvable where columns coincide
_WIDTH = 3.0  # scales beyond which a row counts against a drawn fit no more


def least_squares(design: Design, targets: Floats) -> Floats:
    """(t, q): the least-squares fit of each target (t, n); whitened columns need no solving. Of several
    outputs (t, k, q) and (t, k, n)."""
    return np.asarray((targets * design.w) @ design.z)


def elemental(
    design: Design, targets: Floats, scales: Floats, *, drawn: int, kept: int, rng: np.random.Generator
) -> Floats:
    """(kept, t, q): the best of `drawn` fits through as many random rows as there are coordinates.

    Rousseeuw 1984, doi:10.1080/01621459.1984.10477105; best by a bounded loss of width 3 s, so that a
    fit of the bulk wins. targets: (t, n); scales: (t,).
    """
    n, q = design.z.shape
    few = n < 4 * q  # else rows are distinct but for rare repeats, which the ridge bears
    rows = np.argsort(rng.random((drawn, n)), axis=1)[:, :q] if few else rng.integers(0, n, (drawn, q))
    z = design.z[rows]
    square = z.transpose(0, 2, 1) @ z + _RIDGE * np.eye(q)
    right = z.transpose(0, 2, 1) @ targets[:, rows].transpose(1, 2, 0)
    fits: Floats = np.asarray(np.linalg.solve(square, right), np.float64).transpose(0, 2, 1)  # (drawn, t, q)
    cost = np.empty(fits.shape[:2])
    for t, (y, s) in enumerate(zip(targets, scales, strict=True)):
        u = fits[:, t] @ design.z.T
        u -= y
        u *= 1.0 / (_WIDTH * s)
        u *= u
        u /= 1.0 + u
        cost[:, t] = u @ design.w
    best = np.argsort(cost, axis=0, kind="stable")[:kept]
    return np.take_along_axis(fits, best[..., None], axis=0)


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

    def lowest(self, values: Floats) -> Codes:
        """Which attempt of each model ended lowest. values: (m,)."""
        return np.array([part.start + int(np.argmin(values[part])) for part in self.parts], np.intp)
