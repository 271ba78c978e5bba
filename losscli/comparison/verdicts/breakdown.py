"""What an average hides: the figures of each class or label, the confusion matrix, those of each output."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from losscli.comparison.losses import TableFacts
from losscli.comparison.metrics import metric_table
from losscli.comparison.reasons import FEW_UNITS
from losscli.comparison.verdicts.bootstrap import Bootstrap
from losscli.comparison.verdicts.intervals import with_metric_intervals
from losscli.data.rows import Rows
from losscli.domain import Floats, Kind, Mask, Task
from losscli.inference import bootstrap_t_intervals
from losscli.inference.resample import UnitSums, replicate, squares
from losscli.inference.tail import Tail
from losscli.metrics.confusion import of_class
from losscli.metrics.metric import Metric
from losscli.metrics.tallies import Confusion
from losscli.metrics.vectors import OfLabels, OfOutputs, of_label, of_output
from losscli.result import (
    ClassScores,
    ConfusionMatrix,
    MetricTable,
    MetricValue,
    OutputScores,
)

MOST = 100  # classes, labels or outputs that are told apart
Tables = Sequence[MetricTable]


def class_scores(boot: Bootstrap) -> tuple[ClassScores, ...]:
    """Of every model and class or label, in the order of both; none of more than MOST."""
    problem = boot.facts.problem
    several = problem.task is Task.MULTILABEL
    names = problem.targets if several else problem.labels
    metrics = of_label if several else of_class
    return tuple(
        ClassScores(model=problem.models[m].name, name=name, **figures, **_counts(boot.facts, m, code))
        for m, code, name, figures in _each(boot, names, lambda code: _tables(boot, metrics(code)))
    )


def output_scores(boot: Bootstrap) -> tuple[OutputScores, ...]:
    """Of every model and output of several, in the order of both; none of more than MOST."""
    problem = boot.facts.problem
    if problem.task is not Task.MULTIOUTPUT or len(problem.targets) > MOST:
        return ()
    errors = _Errors.of(boot)

    def tables(place: int) -> Tables:
        return [errors.told(one, place) for one in _tables(boot, of_output(place))]

    return tuple(
        OutputScores(model=problem.models[m].name, output=name, **figures)
        for m, _, name, figures in _each(boot, problem.targets, tables)
    )


def confusions(facts: TableFacts) -> tuple[ConfusionMatrix, ...]:
    """Of every model, where the target is a class; none of more than MOST classes."""
    labels, found = facts.problem.labels, []
    for model, summaries in zip(facts.problem.models, facts.summary.metrics, strict=True):
        own = summaries.get(Confusion)
        if isinstance(own, Confusion) and len(labels) <= MOST:
            found.append(ConfusionMatrix(model.name, labels, tuple(map(tuple, own.matrix.tolist()))))
    return tuple(found)


def _each(
    boot: Bootstrap, names: Sequence[str], tables: Callable[[int], Tables]
) -> Iterator[tuple[int, int, str, dict[str, Any]]]:
    """(model, place of the part, its name, figures with their intervals), model by model."""
    if len(names) > MOST:
        return
    each = [tables(place) for place in range(len(names))]
    for m in range(len(boot.facts.problem.models)):
        for place, name in enumerate(names):
            yield m, place, name, _figures(each[place], m)


def _tables(boot: Bootstrap, metrics: tuple[Metric, ...]) -> Tables:
    return with_metric_intervals(boot, [metric_table(boot.facts, one) for one in metrics], metrics)


def _figures(tables: Tables, model: int) -> dict[str, Any]:
    """The fields of a record: each figure with its ends, and what is missing of them."""
    found: dict[str, Any] = {}
    missing: dict[str, list[str]] = {}
    for table in tables:
        one = table.results[model]
        found |= {table.name: one.value, f"{table.name}_low": one.low, f"{table.name}_high": one.high}
        if one.reason is not None:
            missing.setdefault(one.reason, []).append(table.name)
    said = [f"{', '.join(names)}: {reason}" for reason, names in missing.items()]
    return found | {"reason": "; ".join(said) or None}


def _counts(facts: TableFacts, model: int, code: int) -> dict[str, Any]:
    """Rows, or their weight, that are of a class and that are predicted as it."""
    summaries = facts.summary.metrics[model]
    match summaries.get(Confusion) or summaries.get(OfLabels):
        case Confusion() as own:
            tallies = own.tallies
            return {"support": float(tallies.true[code]), "predicted": float(tallies.predicted[code])}
        case OfLabels() as labels:
            _, predicted, true = labels.tallies
            return {"support": float(true[code]), "predicted": float(predicted[code])}
    raise AssertionError("a class or a label has a summary")


@dataclass(frozen=True, slots=True)
class _Errors:
    """Of m models and L outputs: ends of the intervals of mae and rmse, (m, L, 2) each, NaN where there are
    none; why mse, and the spread of the target, rest on few rows."""

    mae: Floats
    rmse: Floats
    few_errors: list[list[str | None]]
    few_targets: list[str | None]

    @classmethod
    def of(cls, boot: Bootstrap) -> "_Errors":
        """One more pass over the rows, with the draws of all other intervals."""
        sums = _sums(boot)
        usable: Mask = np.asarray(np.isfinite(sums.sums).all(axis=0))
        sums = UnitSums(sums.keys, sums.w, np.where(usable, sums.sums, 0.0))
        drawn = replicate(sums, len(boot.replicates.w), boot.seed, squares(len(sums.sums.T)), precise=False)
        ends = np.column_stack(bootstrap_t_intervals(drawn.studentised, boot.confidence))
        ends[~usable | ~np.isfinite(ends).all(axis=1)] = np.nan
        few = [Tail.of(column).why(boot.units.what) for column in sums.sums.T]
        m, outputs = len(boot.facts.problem.models), len(boot.facts.problem.targets)
        size = m * outputs
        return cls(
            ends[:size].reshape(m, outputs, 2),
            np.sqrt(np.maximum(ends[size : 2 * size].reshape(m, outputs, 2), 0.0)),
            [few[first : first + outputs] for first in range(size, 2 * size, outputs)],
            few[2 * size :],
        )

    def told(self, table: MetricTable, output: int) -> MetricTable:
        """The table of one figure of an output, with the intervals of levels, and without one that few rows
        decide."""
        results = []
        for m, one in enumerate(table.results):
            few = None if table.name == "mae" else self.few_errors[m][output]
            few = few or (self.few_targets[output] if table.name == "r2" else None)
            if one.value is None:
                results.append(one)
            elif few is not None:
                results.append(replace(one, low=None, high=None, reason=few))
            elif table.name == "r2":
                results.append(one)
            else:
                ends = (self.mae if table.name == "mae" else self.rmse)[m, output]
                results.append(_within(one, *ends.tolist()))
        return replace(table, results=tuple(results))


def _sums(boot: Bootstrap) -> UnitSums:
    """Of the units: |r| of every model and output, then r², then the squared distance of each target from its
    mean."""
    own = boot.facts.summary.metrics[0][OfOutputs]
    assert isinstance(own, OfOutputs)
    means, units = np.array([one.y for one in own.each]), boot.units

    def work(rows: Rows) -> UnitSums:
        with np.errstate(over="ignore", invalid="ignore"):  # of huge errors, which get no interval
            errors = np.concatenate([np.abs(model[Kind.VALUE] - rows.y).T for model in rows.models])
            columns = [*errors, *errors**2, *((rows.y - means) ** 2).T]
            return UnitSums.of(columns, rows.w, units.of(rows.number))

    return boot.facts.reading.fold(work, UnitSums.merge)


def _within(one: MetricValue, low: float, high: float) -> MetricValue:
    if not low < high:
        return replace(one, reason=FEW_UNITS)
    assert one.value is not None
    return replace(one, low=min(low, one.value), high=max(high, one.value), reason=None)
