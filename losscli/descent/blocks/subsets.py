"""Rows that are learned from as a design without rows: means, spreads and coordinates from sums over blocks.

The eigenvectors of the correlations make coordinates orthonormal. Directions of little variance are measured
once more, by themselves, as rounding of the sums has taken their digits; those without any are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from losscli.descent.blocks.rows import CODES, BlockedRows
from losscli.descent.design import Design
from losscli.domain import Codes, Floats, Mask

_WELL_CONDITIONED = 1e-7  # smallest over largest eigenvalue, down to which sums have digits enough
_CONSTANT = 1e-13  # of the second moment about the shift: a variance below it is rounding
_RANK = 1e-20  # of the largest variance: a direction below it has none


@dataclass(frozen=True, eq=False, slots=True)
class Learned:
    """Rows to learn from and what their columns are.

    table: which codes of folds are among them (G,), from that of -CODES on; matrix, shifts: their p columns
    in common ones (p, C), less (p,); total: Σ w; rows: how many observations they count as.
    """

    table: Mask
    matrix: Floats
    shifts: Floats
    total: float
    rows: float


@dataclass(frozen=True, eq=False, slots=True)
class Subset:
    """Rows that are learned from. design: without rows; turn: (q, C), a score at coordinates v is v @ turn @
    columns; table, total: as of `Learned`."""

    design: Design
    turn: Floats
    table: Mask
    total: float

    def shares(self, w: Floats, folds: Codes) -> Floats:
        """(k,) The weights of rows, which sum to 1 over all, 0 for those not learned from."""
        return np.where(self.table[folds + CODES], w / self.total, 0.0)

    def coordinates(self, b: Floats) -> Floats:
        """(…, q) The coordinates nearest to models of common columns (…, C)."""
        return np.asarray(b @ np.linalg.pinv(self.turn))


def subsets(
    rows: BlockedRows, folds: Codes | None, moments: Floats, learned: Sequence[Learned], *, intercept: bool
) -> list[Subset]:
    """moments: of each code of folds (n,), as `BlockedRows.moments` gives them."""
    found = [_Standardised.of(one, moments[one.table].sum(axis=0), intercept) for one in learned]
    doubtful = [i for i, one in enumerate(found) if one.is_doubtful]
    again = iter(_measured(rows, folds, [found[i] for i in doubtful]) if doubtful else ())
    return [one.subset(next(again) if one.is_doubtful else None) for one in found]


@dataclass(frozen=True, eq=False, slots=True)
class _Standardised:
    """z-scores of the columns that vary, and the directions of their correlations.

    scores: (p, C) z-scores as common columns, 0 for a constant one; values (r,), vectors (p, r): of their
    correlations, descending from the end.
    """

    learned: Learned
    intercept: bool
    center: Floats
    spread: Floats
    scores: Floats
    values: Floats
    vectors: Floats

    @classmethod
    def of(cls, learned: Learned, moments: Floats, intercept: bool) -> "_Standardised":
        matrix, shifts, m = learned.matrix, learned.shifts, moments / learned.total
        if not intercept:
            matrix = matrix.copy()
            matrix[:, 0] += shifts
        squares = np.einsum("pc,cd,pd->p", matrix, m, matrix)
        mean = matrix @ m[:, 0] if intercept else np.zeros(len(matrix))
        away = matrix.copy()
        away[:, 0] -= mean
        covariance = away @ m @ away.T
        variance = np.diagonal(covariance)
        varies = variance > _CONSTANT * squares
        spread = np.where(varies, np.sqrt(np.maximum(variance, 0.0)), 0.0)
        inverse = np.divide(1.0, spread, out=np.zeros_like(spread), where=varies)
        own = np.flatnonzero(varies)
        correlations = (covariance * inverse * inverse[:, None])[np.ix_(own, own)]
        values, turned = np.linalg.eigh(correlations) if len(own) else (np.zeros(0), np.zeros((0, 0)))
        vectors = np.zeros((len(matrix), len(own)))
        vectors[own] = turned
        center = mean + shifts if intercept else mean
        return cls(learned, intercept, center, spread, away * inverse[:, None], values, vectors)

    @property
    def is_doubtful(self) -> bool:
        return bool(len(self.values) and self.values[0] <= _WELL_CONDITIONED * self.values[-1])

    @property
    def directions(self) -> Floats:
        """(r, C) Each of variance 1 where sums tell it, else as long as the widest."""
        sure = self.values > _WELL_CONDITIONED * self.values[-1]
        size = np.sqrt(np.where(sure, self.values, self.values[-1]))
        return np.asarray((self.vectors / size).T @ self.scores)

    def subset(self, measured: Floats | None) -> Subset:
        """measured: the moments of the directions (r, r), where they have been measured."""
        if measured is None:
            turn = self.vectors / np.sqrt(self.values)
        else:
            sure = self.values > _WELL_CONDITIONED * self.values[-1]
            keep = np.diagonal(measured) > _RANK
            size = np.sqrt(np.where(sure, self.values, self.values[-1]) * np.diagonal(measured))[keep]
            own = measured[np.ix_(keep, keep)]
            unit = 1.0 / np.sqrt(np.diagonal(own))
            values, vectors = np.linalg.eigh(own * unit * unit[:, None])
            turn = (self.vectors[:, keep] / size) @ (vectors / np.sqrt(values))
            turn = turn @ np.linalg.svd(turn, full_matrices=False)[2].T  # so that penalties do not mix
        p, first = len(self.spread), int(self.intercept)
        back = np.zeros((p + 1, turn.shape[1] + first))
        back[0, :first], back[1:, first:] = 1.0, turn
        plain = np.vstack([np.eye(1, self.scores.shape[1]), self.scores])
        design = Design(
            z=np.empty((0, back.shape[1])),
            back=back,
            penalty=(back[1:] ** 2).sum(axis=0),
            w=np.empty(0),
            rows=self.learned.rows,
            center=self.center,
            spread=self.spread,
        )
        return Subset(design, back.T @ plain, self.learned.table, self.learned.total)


def _measured(rows: BlockedRows, folds: Codes | None, found: Sequence[_Standardised]) -> list[Floats]:
    """(r, r) The moments of the directions of each, from the rows."""
    directions = [one.directions for one in found]

    def work(i: int) -> list[Floats]:
        own = rows.block(i, folds)
        sums = []
        for one, each in zip(found, directions, strict=True):
            w = np.where(one.learned.table[own.folds + CODES], own.w / one.learned.total, 0.0)
            z = each @ own.columns
            sums.append((z * w) @ z.T)
        return sums

    return rows.summed(work, lambda a, b: [x + y for x, y in zip(a, b, strict=True)])
