"""The design matrix in coordinates that suit descent.

A model's score is intercept + Σ slope·z-score of a column, plus the row's offset where there is one.
Whitened coordinates v make the columns orthonormal, so that every loss sees a well-conditioned problem
however the raw columns are scaled or correlated; directions without variance are left out, which gives the
minimum-norm solution. Without an intercept columns are not centred: they are divided by their root mean
square.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from losscli.descent.levels import Levels, block_of
from losscli.domain import Codes, Floats

_WELL_CONDITIONED = 1e-7  # smallest over largest eigenvalue of the correlations for the fast way
_HUGE = 1e100
_DOUBTFUL = 1e-7  # of the mean: a sd below it may be rounding
_RANK = 1e-10  # singular values below it, relative to the largest, are rounding


@dataclass(frozen=True, eq=False)
class Design:
    """n weighted rows of p columns, in q coordinates.

    z: (n, q), the first column ones where there is an intercept: score = z @ v + offset; back: (p + 1, q):
    intercept and slopes on z-scored columns are back @ v; penalty: (q,): Σ slopes² = Σ penalty·v²; w: (n,),
    sums to 1; rows: how many observations they count as; center, spread: (p,), the weighted mean and sd
    (ddof 0) of each column, without an intercept 0 and the root mean square; offset: (n,), None is 0; levels:
    a wide block of one-hot columns, where the design has one and its coordinates are orthonormal.
    """

    z: Floats
    back: Floats
    penalty: Floats
    w: Floats
    rows: float
    center: Floats
    spread: Floats
    offset: Floats | None = None
    levels: Levels | None = None

    @cached_property
    def zt(self) -> Floats:
        """(q, n) The coordinates with those of one kind side by side in memory."""
        return np.ascontiguousarray(self.z.T)

    @property
    def rank(self) -> int:
        return len(self.penalty)

    @property
    def has_intercept(self) -> bool:
        return bool(self.back[0].any())

    def scores(self, v: Floats) -> Floats:
        """(…, n) The scores at coordinates (…, q)."""
        return self.with_offset(v @ self.z.T)

    def with_offset(self, scores: Floats) -> Floats:
        """Scores (…, n) plus what is added to those of each row."""
        return scores if self.offset is None else scores + self.offset

    def without_offset(self, x: Floats) -> Floats:
        """Scores, or targets in their unit, (…, n) less that."""
        return x if self.offset is None else x - self.offset

    def sample(self, rows: Codes) -> "Design":
        """Some of the rows, in the same coordinates."""
        w = self.w[rows]
        offset = None if self.offset is None else self.offset[rows]
        return replace(self, z=self.z[rows], w=w / w.sum(), offset=offset, levels=None)

    def plain(self) -> tuple["Design", Floats]:
        """(the same rows in plain z-scores, as textbooks have them; the matrix whose product with their
        coefficients, p and an intercept where there is one, gives back coordinates here)."""
        p, first = len(self.spread), 0 if self.has_intercept else 1
        turn: Floats = np.asarray(np.linalg.pinv(self.back), np.float64)[:, first:]
        penalty = np.concatenate([[0.0], np.ones(p)])[first:]
        back = np.eye(p + 1)[:, first:]
        return replace(self, z=self.z @ turn, back=back, penalty=penalty, levels=None), turn.T

    def raw(self, v: Floats) -> tuple[Floats, Floats]:
        """Coordinates (m, q) → (intercept (m,), slopes (m, p)) on the raw columns; 0 for a constant one."""
        return self.raw_slopes(v @ self.back.T)

    def raw_slopes(self, b: Floats) -> tuple[Floats, Floats]:
        """Intercepts and slopes on z-scored columns (m, p + 1) → (intercept (m,), slopes (m, p)) on the raw
        columns; a slope of 0 stays exactly 0."""
        slopes = np.divide(b[:, 1:], self.spread, out=np.zeros_like(b[:, 1:]), where=self.spread > 0)
        return b[:, 0] - slopes @ self.center, slopes

    def rows_of(self, x: Floats) -> Floats:
        """Rows of raw columns (n, p) in these coordinates (n, q)."""
        return np.asarray(self.back[0] + self.z_scores(x) @ self.back[1:])

    def scores_of(self, x: Floats, v: Floats) -> Floats:
        """(m, n) Of rows of raw columns (n, p) at coordinates (m, q), without an offset."""
        b = v @ self.back.T
        return np.asarray(b[:, :1] + b[:, 1:] @ self.z_scores(x).T)

    def z_scores(self, x: Floats) -> Floats:
        """Rows of raw columns (n, p) as z-scores (n, p); 0 for a constant column."""
        away = x - self.center
        constant = self.spread == 0.0
        away /= np.where(constant, 1.0, self.spread)
        away[:, constant] = 0.0
        return away


def whitened(x: Floats, w: Floats, intercept: bool = True) -> Design:
    """The design whose coordinates are orthonormal: Σ w z z' is the identity. x: (n, p); w: (n,), > 0;
    intercept: whether scores have one.

    The eigenvectors of the correlations where these are well conditioned, which is all that descent
    needs; else the singular vectors, whose rank is decided on the columns themselves.
    """
    peak = np.abs(x).max(axis=0, initial=0.0)
    if (peak > _HUGE).any() or ((peak > 0) & (peak < 1 / _HUGE)).any():  # whose squares are no numbers
        unit = np.where(peak > 0, peak, 1.0)
        own = whitened(x / unit, w, intercept)
        return replace(own, center=own.center * unit, spread=own.spread * unit)
    n, p = x.shape
    share = w / w.sum()
    center, away = _centred(x, share) if intercept else (np.zeros(p), x)
    block = block_of(x) if intercept else None
    gram = away.T @ (away * share[:, None]) if block is None else block.moments(away, share)
    spread = np.sqrt(np.diagonal(gram))
    spread = _spread(x, center, spread) if intercept else spread
    if not (spread > 0).all():
        return _with_constants(x, w, intercept, center, spread)
    inverse = 1.0 / spread
    turn = _turn(gram * inverse * inverse[:, None], away, inverse) if p else np.zeros((0, 0))
    if turn is None:
        turn = _singular(away * inverse, share)
    first = int(intercept)
    if block is None:
        z, levels = np.empty((n, turn.shape[1] + first)), None
        z[:, :first] = 1.0
        np.matmul(away, turn * inverse[:, None], out=z[:, first:])
    else:
        z = block.coordinates(away, turn * inverse[:, None], center)
        levels = Levels.of(block, share, away[:, block.others] * inverse[block.others])
    back = np.zeros((p + 1, turn.shape[1] + first))
    back[0, :first], back[1:, first:] = 1.0, turn
    penalty = (back[1:] ** 2).sum(axis=0)
    return Design(z, back, penalty, share, rows_counted(w), center, spread, levels=levels)


def _with_constants(x: Floats, w: Floats, intercept: bool, center: Floats, spread: Floats) -> Design:
    """The design of the columns that vary, the others in their places. center, spread: of all (p,)."""
    own = np.flatnonzero(spread > 0)
    varying = whitened(np.ascontiguousarray(x[:, own]), w, intercept)
    back = np.zeros((len(spread) + 1, varying.rank))
    back[0], back[1 + own] = varying.back[0], varying.back[1:]
    whole_center, whole_spread = center.copy(), spread.copy()
    whole_center[own], whole_spread[own] = varying.center, varying.spread
    return replace(varying, back=back, center=whole_center, spread=whole_spread)


def _centred(x: Floats, share: Floats) -> tuple[Floats, Floats]:
    """(the mean of each column (p,), the columns less it (n, p))."""
    center = share @ x
    away = x - center
    rest = share @ away  # what rounding left of a large mean
    return center + rest, np.subtract(away, rest, out=away)


def _spread(x: Floats, center: Floats, spread: Floats) -> Floats:
    """The sd of each column, 0 for a constant one, whose sd is rounding."""
    doubtful = np.flatnonzero(spread <= _DOUBTFUL * np.abs(center))
    if len(doubtful):
        own = x[:, doubtful]
        spread[doubtful] = np.where(own.max(axis=0) > own.min(axis=0), spread[doubtful], 0.0)
    return spread


def _turn(correlations: Floats, away: Floats, inverse: Floats) -> Floats | None:
    """(p, q - 1): z-scores @ turn have the identity as their moments; None where that loses too many digits.

    away: (n, p), inverse: (p,); their product are the z-scores. Directions that have no variance are left out
    where the z-scores themselves say that they have none.
    """
    if len(correlations) >= len(away):
        return None
    values, vectors = np.linalg.eigh(correlations)
    keep = values > _WELL_CONDITIONED * values[-1]
    if not keep.all():
        left = away @ (vectors[:, ~keep] * inverse[:, None])
        if not keep.any() or np.abs(left).max() > _RANK * np.sqrt(values[-1]):
            return None
    return np.asarray(vectors[:, keep] / np.sqrt(values[keep]))


def _singular(scores: Floats, share: Floats) -> Floats:
    """(p, q - 1): as `_turn`, without the directions that have no variance."""
    _, size, vt = np.linalg.svd(scores * np.sqrt(share)[:, None], full_matrices=False)
    keep = size > _RANK * max(size[0], np.finfo(float).tiny)
    return np.asarray(vt[keep].T / size[keep])


def rows_counted(w: Floats) -> float:
    """How many observations weights count as: whole weights are repeats of a row; any other set is
    relative, and counts its rows."""
    return float(w.sum()) if (w == np.floor(w)).all() else float(len(w))
