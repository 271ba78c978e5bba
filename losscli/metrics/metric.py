"""What a metric is: one frozen record that reads a summary which merges."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from losscli.domain import Floats, Kind, Task


@dataclass(frozen=True, slots=True)
class Undefined:
    """A metric without a value on these rows, and why."""

    reason: str


Outcome = float | Undefined


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A figure of a model that is no mean of row losses.

    source: the summary type it reads; value: (summary) -> figure or why there is none;
    replicated: the same of a summary `at` the means of its terms in B replicates, -> (B,), NaN where there is
    none; None for what is no function of means;
    proportion: (summary) -> (successes, trials), for metrics that are shares of rows; interval: (summary,
    confidence) -> (low, high), None where there is none, for those that have a formula of their own.
    """

    name: str
    title: str
    tasks: frozenset[Task]
    needs: frozenset[Kind]
    greater_is_better: bool | None  # None where neither is: bias, counts
    best: float | None  # of perfect predictions
    source: type
    value: Callable[[Any], Outcome]
    replicated: Callable[[Any], Floats] | None = None
    proportion: Callable[[Any], tuple[float, float]] | None = None
    interval: Callable[[Any, float], tuple[float, float] | None] | None = None
    formula: str


def outcome(figure: Floats, reason: str) -> Outcome:
    """A single figure, or why it is NaN."""
    return Undefined(reason) if np.isnan(figure) else float(figure)


def over(part: Floats | float, whole: Floats | float) -> Floats:
    """part/whole, elementwise; NaN where the whole is not above 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.asarray(whole) > 0, np.divide(part, whole), np.nan)
