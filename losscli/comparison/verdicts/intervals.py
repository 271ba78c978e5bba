"""Intervals of single losses, and of metrics with the ranks of their models."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from losscli.comparison.metrics import NO_INTERVAL
from losscli.comparison.reasons import FEW_UNITS, NO_SPREAD, may_rest_on_few
from losscli.comparison.verdicts.bootstrap import Bootstrap
from losscli.comparison.verdicts.metric_terms import replicated
from losscli.domain import Floats
from losscli.inference import figure_ranks, percentile_interval
from losscli.inference.tail import Tail
from losscli.metrics.metric import Metric
from losscli.result import LossTable, LossValue, MetricTable, MetricValue, rests_on_few

UNDEFINED = "undefined in some resamples, or a figure of 0 or 1"
_HAIR = 2e-15  # of a figure: what rounding leaves of no spread


def with_loss_intervals(boot: Bootstrap, loss: int, table: LossTable) -> LossTable:
    """The table with an interval wherever a formula gave none, and the rows do not forbid one."""
    if loss not in boot.losses:
        return table
    results = tuple(_with_loss_interval(boot, loss, m, one) for m, one in enumerate(table.results))
    return replace(table, results=results)


def _with_loss_interval(boot: Bootstrap, loss: int, model: int, result: LossValue) -> LossValue:
    if result.value is None or result.low is not None or rests_on_few(result.reason):
        return result
    few = _few_units(boot, loss, model)
    if few is not None:
        return replace(result, reason=few)
    ends = boot.interval(loss, model)
    if ends is None:
        return replace(result, reason=FEW_UNITS)
    return replace(result, low=min(ends[0], result.value), high=max(ends[1], result.value), reason=None)


def _few_units(boot: Bootstrap, loss: int, model: int) -> str | None:
    """Why a loss rests on too few clusters or blocks; None where it does not, and where rows are the units:
    of them the moments tell."""
    own = boot.losses[loss]
    if boot.units.column is None or not own.is_mean:
        return None
    place = own.places[own.models.index(model)][0]
    if not may_rest_on_few(own.bound):
        return None
    return Tail.of(boot.sums.sums[:, place]).why(boot.units.what)


def with_metric_intervals(
    boot: Bootstrap, tables: Sequence[MetricTable], metrics: Sequence[Metric]
) -> tuple[MetricTable, ...]:
    """The metrics that are functions of means, with an interval where no formula gave one, and the ranks.

    metrics: the records that the tables are of.
    """
    known, found = {metric.name: metric for metric in metrics}, []
    for table in tables:
        values = metric_values(boot, table, metrics)
        if not values:
            found.append(table)
            continue
        few = _few_of_a_class(boot, known[table.name])
        carried = _carried(boot, known[table.name])
        fair = {m: drawn for m, drawn in values.items() if m not in carried}
        shown = _because(_with_intervals(boot, table, fair), carried)
        found.append(shown if carried else _with_ranks(boot, shown, values, few))
    return tuple(found)


def _carried(boot: Bootstrap, metric: Metric) -> dict[int, str]:
    """Why a few rows carry the metric, by the numbers of the models of which they do."""
    first = boot.replicates.means.shape[1] - boot.term_sums.sums.shape[1]
    found: dict[int, str] = {}
    for term in boot.terms if metric.carried_by else ():
        if term.source is metric.source:
            places = (term.first - first + place for place in metric.carried_by)
            tails = (Tail.of(boot.term_sums.sums[:, place]) for place in places)
            why = next((why for tail in tails if (why := tail.why(boot.units.what))), None)
            found |= {} if why is None else {term.model: why}
    return found


def _because(table: MetricTable, carried: dict[int, str]) -> MetricTable:
    """The table with why models have no interval, by their numbers."""
    results = (
        replace(one, reason=carried[m]) if m in carried and one.value is not None else one
        for m, one in enumerate(table.results)
    )
    return replace(table, results=tuple(results))


def metric_values(boot: Bootstrap, table: MetricTable, metrics: Sequence[Metric]) -> dict[int, Floats]:
    """(B,) The metric in every replicate, by the numbers of the models that have it; none where it is no
    function of means. metrics: the records, of which the table's is found by its name."""
    metric = next((one for one in metrics if one.name == table.name), None)
    if metric is None or metric.replicated is None:
        return {}
    return {
        term.model: replicated(metric, boot.facts, term, boot.replicates.means[:, term.first : term.end])
        for term in boot.terms
        if term.source is metric.source and table.results[term.model].value is not None
    }


def _few_of_a_class(boot: Bootstrap, metric: Metric) -> str | None:
    """Why ranks by this metric have no interval: too few rows of one of two classes, or clusters with any."""
    if not len(boot.classes):
        return None
    rows = "" if boot.units.column is None else f" of {boot.units.what}"
    for what, least, count in zip(("negatives", "positives"), metric.ranked_from, boot.classes, strict=True):
        if count < least:
            return f"fewer than {least} {what}{rows}: ranks have no interval"
    return None


def _with_intervals(boot: Bootstrap, table: MetricTable, values: dict[int, Floats]) -> MetricTable:
    results = list(table.results)
    for m, drawn in values.items():
        one = results[m]
        if one.low is None and one.value is not None:
            results[m] = _with_interval(one, *percentile_interval(drawn, boot.confidence))
    return replace(table, results=tuple(results))


def _with_interval(result: MetricValue, low: float, high: float) -> MetricValue:
    if not np.isfinite([low, high]).all() or result.value is None:
        return replace(
            result, reason=UNDEFINED if result.reason == NO_INTERVAL else result.reason or UNDEFINED
        )
    if high - low <= _HAIR * abs(result.value):
        return replace(result, reason=NO_SPREAD)
    return replace(result, low=min(low, result.value), high=max(high, result.value), reason=None)


def _with_ranks(
    boot: Bootstrap, table: MetricTable, values: dict[int, Floats], few: str | None
) -> MetricTable:
    """Rank intervals from the differences of all pairs of models, as one family; few: why there are none."""
    usable = [m for m, drawn in values.items() if np.isfinite(drawn).mean() > 0.99]
    if table.greater_is_better is None or len(usable) < 2 or len(usable) < len(table.results):
        return table
    if few is not None:
        return replace(table, results=tuple(replace(one, reason=one.reason or few) for one in table.results))
    sign = -1.0 if table.greater_is_better else 1.0
    point = [sign * (table.results[m].value or 0.0) for m in usable]
    drawn = [sign * values[m] for m in usable]
    low, high = figure_ranks(point, drawn, boot.confidence, boot.units.count)
    results = list(table.results)
    for at, m in enumerate(usable):
        rank = results[m].rank or low[at]
        results[m] = replace(results[m], rank_low=min(low[at], rank), rank_high=max(high[at], rank))
    return replace(table, results=tuple(results))
