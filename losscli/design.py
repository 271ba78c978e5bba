"""The design matrix in coordinates that suit descent.

A model's score is intercept + Σ slope·z-score of a column. Whitened coordinates v make the columns
orthonormal, so that every loss sees a well-conditioned problem however the raw columns are scaled or
correlated; directions without variance are left out, which gives the minimum-norm solution.
"""

from dataclasses import dataclass

import numpy as np

from losscli.domain import Floats

_WELL_CONDITIONED = 1e-7  # smallest over largest eigenvalue of the correlations for the fast way
_RANK = 1e-10  # singular values below it, relative to the largest, are rounding


@dataclass(frozen=True, eq=False)
class Design:
    """n weighted rows of p columns, in q coordinates.

    z: (n, q), the first column ones: score = z @ v; back: (p + 1, q): intercept and slopes on z-scored
    columns are back @ v; penalty: (q,): Σ slopes² = Σ penalty·v²; w: (n,), sums to 1; rows: how many
    observations they count as; center, spread: (p,), the weighted mean and sd (ddof 0) of each column.
    """

    z: Floats
    back: Floats
    penalty: Floats
    w: Floats
    rows: float
    center: Floats
    spread: Floats

    @property
    def rank(self) -> int:
        return len(self.penalty)

    def plain(self) -> tuple["Design", Floats]:
        """(the same rows in plain z-scores, as textbooks have them; the matrix (p + 1, q) whose product
        with their coefficients gives back coordinates here)."""
        turn: Floats = np.asarray(np.linalg.pinv(self.back), np.float64)
        p = len(self.spread)
        plain = Design(
            z=self.z @ turn,
            back=np.eye(p + 1),
            penalty=np.concatenate([[0.0], np.ones(p)]),
            w=self.w,
            rows=self.rows,
            center=self.center,
            spread=self.spread,
        )
        return plain, turn.T

    def raw(self, v: Floats) -> tuple[Floats, Floats]:
        """Coordinates (m, q) → (intercept (m,), slopes (m, p)) on the raw columns; 0 for a constant one."""
        b = v @ self.back.T
        live = self.spread > 0
        slopes = np.divide(b[:, 1:], self.spread, out=np.zeros_like(b[:, 1:]), where=live)
        return b[:, 0] - slopes @ self.center, slopes

    def rows_of(self, x: Floats) -> Floats:
        """Rows of raw columns (n, p) in these coordinates (n, q)."""
        return np.asarray(self.back[0] + _scored(x, self.center, self.spread) @ self.back[1:])


def whitened(x: Floats, w: Floats) -> Design:
    """The design whose coordinates are orthonormal: Σ w z z' is the identity. x: (n, p); w: (n,), > 0."""
    share, scores, center, spread = _standardised(x, w)
    turn = _turn(scores, share)
    back = np.zeros((x.shape[1] + 1, turn.shape[1] + 1))
    back[0, 0], back[1:, 1:] = 1.0, turn
    return _design(scores @ turn, back, share, w, center, spread)


def rows_counted(w: Floats) -> float:
    """How many observations weights count as: whole weights are repeats of a row; any other set is
    relative, and counts its rows."""
    return float(w.sum()) if (w == np.floor(w)).all() else float(len(w))


def _design(scores: Floats, back: Floats, share: Floats, w: Floats, center: Floats, spread: Floats) -> Design:
    z = np.empty((len(scores), scores.shape[1] + 1))
    z[:, 0], z[:, 1:] = 1.0, scores
    return Design(z, back, (back[1:] ** 2).sum(axis=0), share, rows_counted(w), center, spread)


def _standardised(x: Floats, w: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    share = w / w.sum()
    center = share @ x
    center = center + share @ (x - center)  # once more: what rounding left of a large offset
    spread = np.sqrt(share @ (x - center) ** 2)
    spread = np.where(x.max(axis=0, initial=-np.inf) > x.min(axis=0, initial=np.inf), spread, 0.0)
    return share, _scored(x, center, spread), center, spread


def _scored(x: Floats, center: Floats, spread: Floats) -> Floats:
    away = x - center
    return np.divide(away, spread, out=np.zeros_like(away), where=spread > 0)


def _turn(scores: Floats, share: Floats) -> Floats:
    """(p, q - 1): z-scores @ turn have the identity as their weighted moments.

    The eigenvectors of the correlations where these are well conditioned, which is all that descent
    needs; else the singular vectors, whose rank is decided on the columns themselves.
    """
    n, p = scores.shape
    if p < n:
        values, vectors = np.linalg.eigh(scores.T @ (scores * share[:, None]))
        if p and values[0] > _WELL_CONDITIONED * values[-1]:
            return np.asarray(vectors / np.sqrt(values))
    if not p:
        return np.zeros((0, 0))
    _, size, vt = np.linalg.svd(scores * np.sqrt(share)[:, None], full_matrices=False)
    keep = size > _RANK * max(size[0], np.finfo(float).tiny)
    return np.asarray(vt[keep].T / size[keep])
