"""One-hot columns as what they are: a level per row. A text column of many levels makes a wide design, but
sums over its columns are sums over the rows of a level, and a matrix of them is diagonal.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from losscli.domain import Codes, Floats, Mask

_LEAST = 16  # levels: below, products with all columns are as fast
_RANK = 1e-9  # singular values below it, relative to the columns' own, are rounding


@dataclass(frozen=True, eq=False)
class Block:
    """Neighbouring columns of which a row has at most one 1, and else 0.

    columns, others: which they are, and which not; level: the column that is 1 in each row, by its place in
    the block, or how many there are where none is (n,).
    """

    columns: Codes
    others: Codes
    level: Codes

    def coordinates(self, away: Floats, turn: Floats, mean: Floats) -> Floats:
        """(n, 1 + k) Ones, and the product of centred rows and a matrix. away: the rows that the block was
        found in, less the mean of each column (n, p); turn: (p, k); mean: (p,)."""
        own = turn[self.columns]
        hot = np.ones((len(own) + 1, 1 + turn.shape[1]))
        hot[:, 1:] = -mean[self.columns] @ own
        hot[:-1, 1:] += own
        z: Floats = hot[self.level]
        if len(self.others):
            z[:, 1:] += away[:, self.others] @ turn[self.others]
        return z

    def moments(self, away: Floats, w: Floats) -> Floats:
        """(p, p) Σ w away away'. away: as in `times`; w: (n,), sums to 1."""
        found = np.empty((away.shape[1],) * 2)
        rest = away[:, self.others]
        weighed = rest * w[:, None]
        hot = np.array([np.bincount(self.level, each, len(self.columns) + 1) for each in (w, *weighed.T)])
        own = hot[0, :-1]
        found[np.ix_(self.columns, self.columns)] = np.diag(own) - np.outer(own, own)
        across = hot[1:, :-1].T - np.outer(own, weighed.sum(axis=0))
        found[np.ix_(self.columns, self.others)] = across
        found[np.ix_(self.others, self.columns)] = across.T
        found[np.ix_(self.others, self.others)] = rest.T @ weighed
        return found


def block_of(x: Floats) -> Block | None:
    """The longest block; None where that is short. x: (n, p)."""
    flags = np.flatnonzero((x[0] == 0.0) | (x[0] == 1.0)) if len(x) else np.zeros(0, np.intp)
    if len(flags) < _LEAST:
        return None
    own = x[:, flags[0] : flags[-1] + 1]
    hot = own == 1.0
    is_flag = (hot | (own == 0.0)).all(axis=0)
    flags, hot = flags[0] + np.flatnonzero(is_flag), hot[:, is_flag]
    if hot.sum(axis=1).max() > 1:
        part = _apart(hot)
        flags, hot = flags[part], hot[:, part]
    if len(flags) < _LEAST:
        return None
    level = np.where(hot.any(axis=1), hot.argmax(axis=1), len(flags))
    return Block(flags, np.delete(np.arange(x.shape[1]), flags), level)


def _apart(hot: Mask) -> slice:
    """The longest run of columns of which no row has two. hot: (n, f)."""
    row, at = np.nonzero(hot)
    twice = row[1:] == row[:-1]  # columns next to each other in a row
    start = np.zeros(hot.shape[1], np.intp)
    np.maximum.at(start, at[1:][twice], at[:-1][twice] + 1)
    start = np.maximum.accumulate(start)
    last = int(np.argmax(np.arange(len(start)) - start))
    return slice(int(start[last]), last + 1)


@dataclass(frozen=True, eq=False)
class Levels:
    """The rows of a design by the level of a block, and its other columns.

    order: the rows, level by level (n,); first: where each level begins in that order (K,); w: weights, which
    sum to 1, in that order (n,); others: z-scores of the columns outside the block, in that order (n, r).
    """

    order: Codes
    first: Codes
    w: Floats
    others: Floats

    @classmethod
    def of(cls, block: Block, w: Floats, others: Floats) -> "Levels":
        """w: (n,); others: (n, r), both in the order of the rows."""
        order = np.argsort(block.level, kind="stable")
        first = np.flatnonzero(np.diff(block.level[order], prepend=-1))
        return cls(order, first, w[order], others[order])

    @cached_property
    def counts(self) -> Codes:
        """(K,) The rows of each level."""
        return np.diff(self.first, append=len(self.order))

    def sums(self, x: Floats) -> Floats:
        """(…, K) Of each level. x: (…, n)."""
        return np.add.reduceat(x, self.first, axis=-1)

    def spread(self, a: Floats) -> Floats:
        """(…, n) What each row's level has. a: (…, K)."""
        return np.repeat(a, self.counts, axis=-1)

    @cached_property
    def rest(self) -> Floats:
        """(s, n) What the other columns tell within levels: rows of it are orthonormal, and each level's
        mean is 0. With the levels they span what the design does."""
        own = np.ascontiguousarray(self.others.T)
        weight = self.sums(self.w)
        within = own - self.spread(self.sums(own * self.w) / weight)
        within -= self.spread(self.sums(within * self.w) / weight)  # what rounding left
        u, size, _ = np.linalg.svd(within * np.sqrt(self.w), full_matrices=False)
        keep = size > _RANK
        return np.asarray((u[:, keep].T @ within) / size[keep, None])
