"""The rows that a model is trained on: those of a fold, and what is made of them; judged ones are never
changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from losscli.data.roles.features import Training
from losscli.descent.design import Design, rows_counted, whitened
from losscli.domain import Floats
from losscli.fitting.augment import Examples, Recipe


@dataclass(frozen=True, eq=False, slots=True)
class Prepared:
    """The rows to train on. counted: how many observations they count as, which repeats, copies and smoothed
    labels do not change: they are nothing new, and the penalty that `--l2 auto` finds is that of the rows
    there were; factors: what a row of each class counts, () without class weights (k,)."""

    rows: Examples
    counted: float
    factors: Floats

    def design(self) -> Design:
        return replace(whitened(self.rows.x, self.rows.w), rows=self.counted)


def prepared(recipe: Recipe, training: Training, rows: Examples, key: Sequence[int]) -> Prepared:
    """What is learned from rows, weighed by their class and augmented where that is asked.

    Classes are counted among the rows as they are seen, spoiled labels and repeats among them, before
    features and labels are mixed. key: equal keys give equal rows.
    """
    rng = recipe.draws(key)
    seen = recipe.repeated(rows, rng)
    factors = np.zeros(0)
    if training.class_weight is not None:
        counts = np.bincount(seen.y.astype(np.intp), weights=seen.w, minlength=len(training.labels))
        factors = training.class_weight.factors(training.labels, np.asarray(counts, dtype=np.float64))
    made = recipe.extended(
        weighed(seen, factors), rng, numbers=len(training.numbers), classes=training.classes
    )
    return Prepared(made, rows_counted(weighed(rows, factors).w), factors)


def weighed(rows: Examples, factors: Floats) -> Examples:
    """The rows as they count for their class."""
    return rows._replace(w=rows.w * factors[rows.y.astype(np.intp)]) if len(factors) else rows
