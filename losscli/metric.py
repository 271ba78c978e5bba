"""What a metric is: one frozen record that reads a summary which merges."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from losscli.domain import Kind, Task


@dataclass(frozen=True, slots=True)
class Undefined:
    """A metric without a value on these rows, and why."""

    reason: str


Outcome = float | Undefined


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A figure of a model that is no mean of row losses.

    source: the summary type it reads; value: (summary) -> figure or why there is none;
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
    proportion: Callable[[Any], tuple[float, float]] | None = None
    interval: Callable[[Any, float], tuple[float, float] | None] | None = None
    formula: str
