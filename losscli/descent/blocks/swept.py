"""Objectives of many models on several sets of rows, evaluated in one reading of the blocks."""

from collections.abc import Sequence

import numpy as np

from losscli.descent.blocks.rows import BlockedRows
from losscli.descent.blocks.subsets import Subset
from losscli.descent.design import Design
from losscli.descent.objective import Objective, Trainee, scored
from losscli.domain import Codes, Floats

_CELLS, _LEAST_ROWS, _MOST_ROWS = 32_768, 256, 8_192  # scores worked on at a time


class SweptObjective(Objective):
    """As `Objective`, in coordinates (m, d) of each model's own: `bases` of common columns.

    What is large of a score, and the loss there, are those of a sample of the rows.
    """

    def __init__(
        self,
        rows: BlockedRows,
        folds: Codes | None,
        subsets: Sequence[Subset],
        models: Sequence[Trainee],
        own: Codes,
        bases: Floats,
        sample: tuple[Design, Floats],
    ) -> None:
        """own: the subset of each model (m,); bases: (m, d, C), each of them within the turn of its subset;
        sample: the design of some rows and their targets (1, k)."""
        super().__init__(*sample, models)
        self.rows, self.folds, self.subsets = rows, folds, tuple(subsets)
        self.own, self.bases = own, bases
        self.size = bases.shape[1]
        strengths, self.l2 = self.l2, np.zeros(len(models))  # the metric of a descent is that of the bases
        self.penalty = np.zeros(self.size)
        self._pulls = np.zeros((len(models), self.size, self.size))
        for i in np.flatnonzero(strengths).tolist():
            v = subsets[own[i]].coordinates(bases[i])
            self._pulls[i] = strengths[i] * (v * subsets[own[i]].design.penalty) @ v.T

    @np.errstate(over="ignore", invalid="ignore")  # a step may be far too long: its objective is inf
    def evaluate(self, v: Floats, which: Codes) -> tuple[Floats, Floats]:
        """(values (m,), gradients (m, d)), as `Objective.evaluate`."""
        bases, pulls = self.bases[which], self._pulls[which]
        value, slope = self._summed(np.einsum("md,mdc->mc", v, bases), which)
        pulled = np.einsum("md,mde->me", v, pulls)
        value = value + 0.5 * np.vecdot(pulled, v)
        gradient = np.einsum("mc,mdc->md", slope, bases) + pulled
        return np.where(np.isnan(value), np.inf, value), gradient

    def _summed(self, b: Floats, which: Codes) -> tuple[Floats, Floats]:
        """(mean losses (m,), their slopes (m, C)) of models of common columns (m, C)."""
        groups, own = self._chosen(which), self.own[which]
        m, size = len(b), int(np.clip(_CELLS // max(len(b), 1), _LEAST_ROWS, _MOST_ROWS))

        def work(i: int) -> tuple[Floats, Floats]:
            block = self.rows.block(i, self.folds)
            share = np.array([one.shares(block.w, block.folds) for one in self.subsets])
            value, slope = np.zeros(m), np.zeros((m, b.shape[1]))
            out = np.empty((m, 1, size))
            for start in range(0, len(block.w), size):
                part = slice(start, start + size)
                columns, y, w = block.columns[:, part], block.y[None, part], share[own, part]
                scores = b @ columns
                if self.rows.offset is not None:
                    scores += np.asarray(block.offset)[part]
                slopes = out[:, :, : w.shape[1]]
                for group in groups:
                    at = slice(group.start, group.stop)
                    loss, slopes[at] = scored(group.loss, group.params, y, scores[at, None])
                    value[at] += _weighed(loss, w[at]).sum(axis=1)
                slope += _weighed(slopes[:, 0], w) @ columns.T
            return value, slope

        return self.rows.summed(work, lambda a, c: (a[0] + c[0], a[1] + c[1]))


def _weighed(x: Floats, w: Floats) -> Floats:
    """Rows times their weights; one of weight 0 is not there, whatever it is."""
    found = x * w
    return found if np.isfinite(found).all() else np.where(w == 0.0, 0.0, found)
