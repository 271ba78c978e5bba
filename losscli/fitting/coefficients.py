"""The coefficients of a linear model on the raw columns, and the penalty that they cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from losscli.descent.design import Design
from losscli.descent.ends import Solution
from losscli.domain import Floats, Task
from losscli.fitting.networks import Network
from losscli.loss.score import terms


@dataclass(frozen=True, slots=True)
class Coefficients:
    """A linear model on the raw columns: intercept (k,), slopes (k, p); k = 1 but for several classes,
    outputs or labels."""

    intercept: Floats
    slopes: Floats

    def plain(
        self, columns: Sequence[str], labels: Sequence[str]
    ) -> tuple[float | Mapping[str, float], dict[str, float | Mapping[str, float]]]:
        """(intercept, {column: coefficient}), each {label: value} where there are several."""
        if len(self.intercept) == 1:
            slopes = {name: float(b) for name, b in zip(columns, self.slopes[0], strict=True)}
            return float(self.intercept[0]), dict(slopes)
        by_class = [dict(zip(labels, column, strict=True)) for column in self.slopes.T.tolist()]
        intercept = dict(zip(labels, self.intercept.tolist(), strict=True))
        return intercept, dict(zip(columns, by_class, strict=True))


def coefficients(design: Design, solution: Solution) -> Coefficients:
    """The coefficients on the raw columns; of several classes centred, where the loss does not care. An l1
    penalty does: of such a fit the intercepts alone are."""
    if solution.plain is not None:
        intercept, slopes = design.raw_slopes(solution.plain)
    else:
        intercept, slopes = design.raw(solution.v.reshape(-1, design.rank))
    if solution.bound.loss.task is Task.MULTICLASS and _ignores_level(solution, len(intercept)):
        intercept = intercept - intercept.mean()
        slopes = slopes if solution.l1 else slopes - slopes.mean(axis=0)
    return Coefficients(intercept, slopes)


def _ignores_level(solution: Solution, k: int) -> bool:
    """Whether one number added to the scores of all classes changes nothing."""
    scores = np.linspace(-1.0, 2.0, k)[None, :, None] ** 2
    codes = np.zeros((1, 1))
    params = dict(solution.bound.params)
    (one, _), (other, _) = (terms(solution.bound.loss, params, codes, scores + add) for add in (0.0, 1.0))
    return bool(np.allclose(one, other, rtol=1e-12))


def penalty(design: Design, solution: Solution) -> float:
    """l1 · Σ |slope| + l2/2 · Σ slope² on z-scored columns; of a network, over its weights."""
    if isinstance(solution, Network):
        return solution.penalty
    if solution.plain is not None:
        b = solution.plain[:, 1:]
        return float(solution.l1 * np.abs(b).sum() + 0.5 * solution.l2 * (b * b).sum())
    v = solution.v.reshape(-1, design.rank)
    return float(0.5 * solution.l2 * (v * v @ design.penalty).sum())
