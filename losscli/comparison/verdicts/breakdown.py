"""What an average hides: the figures of each class or label, the confusion matrix, those of each output."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from losscli.comparison.losses import TableFacts
from losscli.comparison.metrics import metric_table
from losscli.comparison.verdicts.bootstrap import Bootstrap
from losscli.comparison.verdicts.intervals import with_metric_intervals
from losscli.domain import Task
from losscli.metrics.confusion import Confusion, of_class
from losscli.metrics.metric import Metric
from losscli.metrics.vectors import OfLabels, of_label, of_output
from losscli.result import ClassScores, ConfusionMatrix, MetricTable, OutputScores

MOST = 100  # classes, labels or outputs that are told apart


def class_scores(boot: Bootstrap) -> tuple[ClassScores, ...]:
    """Of every model and class or label, in the order of both; none of more than MOST."""
    problem = boot.facts.problem
    several = problem.task is Task.MULTILABEL
    names = problem.targets if several else problem.labels
    return tuple(
        ClassScores(model=problem.models[m].name, name=name, **figures, **_counts(boot.facts, m, code))
        for m, code, name, figures in _each(boot, names, of_label if several else of_class)
    )


def output_scores(boot: Bootstrap) -> tuple[OutputScores, ...]:
    """Of every model and output of several, in the order of both; none of more than MOST."""
    problem = boot.facts.problem
    names = problem.targets if problem.task is Task.MULTIOUTPUT else ()
    return tuple(
        OutputScores(model=problem.models[m].name, output=name, **figures)
        for m, _, name, figures in _each(boot, names, of_output)
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
    boot: Bootstrap, names: Sequence[str], metrics: Callable[[int], tuple[Metric, ...]]
) -> Iterator[tuple[int, int, str, dict[str, Any]]]:
    """(model, place of the part, its name, figures with their intervals), model by model."""
    if len(names) > MOST:
        return
    tables = [_tables(boot, metrics(place)) for place in range(len(names))]
    for m in range(len(boot.facts.problem.models)):
        for place, name in enumerate(names):
            yield m, place, name, _figures(tables[place], m)


def _tables(boot: Bootstrap, metrics: tuple[Metric, ...]) -> tuple[MetricTable, ...]:
    return with_metric_intervals(boot, [metric_table(boot.facts, one) for one in metrics], metrics)


def _figures(tables: Sequence[MetricTable], model: int) -> dict[str, Any]:
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
