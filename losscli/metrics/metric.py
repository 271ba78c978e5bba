"""What a metric is: one frozen record that reads a summary which merges, and what screens say of it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from losscli.domain import Floats, Kind, Task
from losscli.errors import UsageError
from losscli.spec import Spec, number_text


@dataclass(frozen=True, slots=True)
class Undefined:
    """A metric without a value on these rows, and why."""

    reason: str


Outcome = float | Undefined


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A figure of a model that ranks or describes it.

    name: to be typed; one with parameters is named by its spec.
    title: over a table.
    short: over a column of compare, the title where empty.
    word: within a sentence of fit, the name in words where empty.
    narrow: over a column of fit, the word where empty.
    formula: in words and letters.
    tasks: whose predictions it judges.
    only: the verb that takes it, "compare" or "fit", both where empty.
    needs: the kinds of prediction of which one must be there.
    greater_is_better: None where neither is, as of a bias or of counts.
    best: of perfect predictions.
    signed: whether it can be below 0, so that no share of it says how much worse another is.
    carried_by: the terms of its summary, by their places and none below 0, that a few rows may carry so that
      no interval of it holds.
    source: the summary type it reads.
    value: (summary) -> the figure, or why there is none.
    replicated: (summary `at` the means of its terms in B replicates) -> (B,), NaN where there is none; None
      for what is no function of means.
    proportion: (summary) -> (successes, trials), for metrics that are shares of rows.
    rows: (summary) -> (n,) what the rows contribute, for means over rows whose interval is Student's.
    interval: (summary, confidence) -> (low, high), None where there is none, for those with a formula of
      their own.
    ranked_from: (negatives, positives) from which on ranks of models have an interval: with fewer, of two
      classes, equally good models are told apart in more than 6 % of files, not 5 % (`docs/verdicts.md`).
    elicits: what is best to predict for it, which of constants is the mean, else the median.
    constant: (y, w) -> the best constant prediction of those rows, where it is neither.
    threshold: the probability above which to decide for the positive class is best for it, None for the
      usual one.
    aliases: other names of it, to be typed.
    elsewhere: its names in libraries, "sklearn f1_score (average='micro')", and in print, "also MCC".
    convention: what has to be agreed on: averages, bins, ties; a sentence, empty where nothing has.
    undefined: why it is null where it is.
    ordered: whether it needs classes in an order.
    no_interval: why it has none, where it is no function of means and has no formula.
    """

    name: str
    title: str
    short: str = ""
    word: str = ""
    narrow: str = ""
    formula: str
    tasks: frozenset[Task]
    only: str = ""
    needs: frozenset[Kind]
    greater_is_better: bool | None
    best: float | None
    signed: bool = False
    carried_by: tuple[int, ...] = ()
    source: type
    value: Callable[[Any], Outcome]
    replicated: Callable[[Any], Floats] | None = None
    proportion: Callable[[Any], tuple[float, float]] | None = None
    rows: Callable[[Any], Floats] | None = None
    interval: Callable[[Any, float], tuple[float, float] | None] | None = None
    ranked_from: tuple[int, int] = (0, 0)
    elicits: str = "mean"
    constant: Callable[[Floats, Floats], Floats] | None = None
    threshold: float | None = None
    aliases: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    convention: str = ""
    undefined: str = ""
    ordered: bool = False
    no_interval: str = ""

    def of(self, summary: Any) -> Outcome:
        """The figure of a summary; of a list of them, one a class or a label, the mean over those that have
        one."""
        if not isinstance(summary, list):
            return self.value(summary)
        outcomes = [self.value(one) for one in summary]
        known = [one for one in outcomes if not isinstance(one, Undefined)]
        return sum(known) / len(known) if known else outcomes[0]

    @property
    def names_elsewhere(self) -> tuple[str, ...]:
        """Without the library, and what has to be said to it."""
        return tuple(text.partition(" ")[2].partition(" (")[0] for text in self.elsewhere)

    def error(self, value: float) -> float:
        """A figure as an error, 0 the best: what is missing to 1 where greater is better."""
        return 1.0 - value if self.greater_is_better else value


@dataclass(frozen=True, slots=True)
class Family:
    """Metrics with a parameter: `fbeta:beta=2`.

    usual: the values at which they are always computed.
    records: of a value, one record a kind of task.
    below: what a value must be, beside above 0.
    """

    name: str
    param: str
    usual: tuple[float, ...]
    records: Callable[[float], tuple[Metric, ...]]
    below: float = math.inf

    def of(self, spec: Spec) -> tuple[Metric, ...]:
        """The metrics of a spec. Raises UsageError for another parameter, or a value out of its range."""
        example = f"For example {self.name}:{self.param}={number_text(self.usual[-1])}"
        values = spec.numbers()
        if values.keys() != {self.param}:
            raise UsageError(f"{spec}: {self.name} has one parameter, {self.param}", advice=example)
        value = values[self.param]
        if not 0 < value < self.below:
            bound = "above 0" if self.below == math.inf else f"between 0 and {self.below:g}"
            raise UsageError(f"{spec}: {self.param} is not {bound}", advice=example)
        return self.records(value)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Those that are always computed."""
        return tuple(metric for value in self.usual for metric in self.records(value))


def metric_of_means(
    name: str,
    title: str,
    formula: str,
    figure: Callable[[Any], Floats],
    undefined: str = "no row has weight",
    **more: Any,
) -> Metric:
    """A metric that is a function of means.

    figure: of a summary and of its replicates, NaN where there is none; undefined: why there is none; more:
    what else the record says, without which 1 is best.
    """
    record: dict[str, Any] = {
        "greater_is_better": True,
        "best": 1.0,
        "value": lambda summary: outcome(figure(summary), undefined),
        "replicated": figure,
        "undefined": undefined,
    }
    return Metric(name=name, title=title, formula=formula, **record | more)


def outcome(figure: Floats | float, reason: str) -> Outcome:
    """A single figure, or why it is NaN."""
    return Undefined(reason) if np.isnan(figure) else float(figure)


def finite_outcome(found: Outcome) -> Outcome:
    """The same, undefined where it is infinite."""
    if isinstance(found, Undefined) or math.isfinite(found):
        return found
    return Undefined("too large or too small for a double")


def over(part: Floats | float, whole: Floats | float) -> Floats:
    """part/whole, elementwise; NaN where the whole is not above 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.asarray(whole) > 0, np.divide(part, whole), np.nan)


def mean_over(occurs: Floats | np.ndarray[Any, Any], part: Floats, whole: Floats, axis: int) -> Floats:
    """The mean along an axis, over what occurs, of part/whole; 0/0 counts as 0."""
    ratios = np.where(occurs, np.nan_to_num(over(part, whole)), 0.0)
    return over(ratios.sum(axis=axis), occurs.sum(axis=axis))
