"""Rows whose columns are read block by block, and what is summed or scored in one reading."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from operator import add
from typing import Protocol, TypeVar

import numpy as np

from losscli.domain import Codes, Floats, Mask

S = TypeVar("S")


class Fold(Protocol):
    """work(block) of so many blocks, merged in one fixed order."""

    def __call__(self, blocks: int, work: Callable[[int], S], merge: Callable[[S, S], S]) -> S: ...


class Each(Protocol):
    """(i, work(i)) for i below a count, as they are done."""

    def __call__(self, count: int, work: Callable[[int], S]) -> Iterator[tuple[int, S]]: ...


CODES = 2  # codes of folds begin at -2: a table by code has so many places before that of fold 0


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of a block: columns (C, k), the first ones; y, w, offset: (k,); folds: the code of each (k,)."""

    part: slice
    columns: Floats
    y: Floats
    w: Floats
    offset: Floats | float
    folds: Codes


@dataclass(frozen=True, eq=False)
class BlockedRows:
    """n weighted rows.

    blocks: how many there are; part: the rows of a block; columns: of a block (C, k); y: (n,), less `centre`
    where rows are given out; w: (n,); offset: (n,), None is 0; fold, each: how work is spread.
    """

    blocks: int
    part: Callable[[int], slice]
    columns: Callable[[int], Floats]
    y: Floats
    w: Floats
    offset: Floats | None
    centre: float
    fold: Fold
    each: Each

    def block(self, i: int, folds: Codes | None = None) -> Block:
        """folds: the code of every row (n,), None where all are one."""
        part = self.part(i)
        return Block(
            part,
            self.columns(i),
            self.y[part] - self.centre,
            self.w[part],
            0.0 if self.offset is None else self.offset[part],
            np.zeros(part.stop - part.start, np.intp) if folds is None else folds[part],
        )

    def summed(self, work: Callable[[int], S], merge: Callable[[S, S], S]) -> S:
        """work(block) of every block, merged in one fixed order."""
        return self.fold(self.blocks, work, merge)

    def scores(self, b: Floats) -> Floats:
        """(m, n) The scores, offset included, of models of the common columns (m, C), less `centre`."""
        found = np.empty((len(b), len(self.w)))
        for i in range(self.blocks):
            part = self.part(i)
            np.matmul(b, self.columns(i), out=found[:, part])
        if self.offset is not None:
            found += self.offset
        return found

    def held_out(self, b: Floats, which: Codes) -> Floats:
        """(m, n) The scores of rows by the models of each. b: of every fold (f, m, C); which: (n,), the fold
        of a row, nan where it is none of these."""
        found = np.full((b.shape[1], len(self.w)), np.nan)
        for i in range(self.blocks):
            part = self.part(i)
            columns, own, out = self.columns(i), which[part], found[:, part]
            for at, models in enumerate(b):
                rows = np.flatnonzero(own == at)
                out[:, rows] = models @ columns[:, rows]
        if self.offset is not None:
            found += self.offset
        return found

    def bare(self, which: Mask | slice) -> Floats:
        """(k,) The targets of some rows, less centre and offset."""
        less = self.y[which] - self.centre
        return less if self.offset is None else less - self.offset[which]

    def moments(self, folds: Codes | None) -> Floats:
        """(G, C, C) Σ w·column·column' of the rows of each code, from that of -CODES on."""
        count = CODES + 1 + (0 if folds is None else int(folds.max()))

        def work(i: int) -> Floats:
            own = self.block(i, folds)
            order = np.argsort(own.folds, kind="stable")
            ends = np.searchsorted(own.folds[order], np.arange(-CODES, count - CODES + 1))
            columns = own.columns[:, order]
            weighed = columns * own.w[order]
            parts = (slice(*pair) for pair in pairwise(ends))
            return np.array([weighed[:, part] @ columns[:, part].T for part in parts])

        return self.summed(work, add)
