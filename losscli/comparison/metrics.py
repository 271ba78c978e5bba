"""Summaries → the table of each metric."""

from collections.abc import Iterable
from itertools import islice

from losscli.comparison.losses import TableFacts
from losscli.comparison.summary import RANKED_CLASSES, Metrics
from losscli.data.roles import ModelColumns, Problem
from losscli.domain import CLASSES, NUMBERS, Kind, Task, any_of, sigmoid
from losscli.errors import Fix, UsageError
from losscli.inference import ranks, wilson
from losscli.metrics import SKILLS, known_as, metrics_for
from losscli.metrics.distribution import Distribution, precision_recall
from losscli.metrics.metric import Metric, Outcome, Undefined, finite_outcome
from losscli.metrics.several import PAIRED_CLASSES, RANKED_LABELS, OneVsOne
from losscli.result import Curve, LossTable, MetricTable, MetricValue

_CURVES = 20  # models
NO_INTERVAL = "no closed-form interval"


def metric_tables(facts: TableFacts, losses: tuple[LossTable, ...]) -> tuple[MetricTable, ...]:
    """Every metric of the task that at least one model has the predictions for."""
    problem = facts.problem
    own = metrics_of(facts)
    served = (metric for metric in own if any(model.serves(metric.needs) for model in problem.models))
    tables = tuple(metric_table(facts, metric) for metric in served)
    return tables + (_skill_tables(losses) if problem.tasks[0] in CLASSES | NUMBERS else ())


def check_order(problem: Problem, names: Iterable[str]) -> None:
    """Raises UsageError where a metric is asked for by its name that needs an order of the classes, and there
    is none."""
    known = (known_as(name, "", *problem.tasks) for name in names)
    asked = next((metric for metric in known if metric is not None and metric.ordered), None)
    own = problem.labels[: problem.true_labels]
    if asked is not None and not problem.places:
        raise UsageError(
            f"{asked.name} needs the order of the classes, which words do not tell",
            advice="Use the order that is yours:",
            fixes=[Fix(("--order", ",".join(one)), f"{' < '.join(one)}") for one in (own, own[::-1])],
        )


def metrics_of(facts: TableFacts) -> tuple[Metric, ...]:
    """Those of the task, and those that a gate names."""
    problem = facts.problem
    return metrics_for(*problem.tasks, levels=problem.levels, asked=facts.request.metrics)


def metric_table(facts: TableFacts, metric: Metric) -> MetricTable:
    """One metric of every model, with an interval where a formula gives one."""
    models = facts.problem.models
    outcomes = [_outcome(metric, model, facts.summary.metrics[m]) for m, model in enumerate(models)]
    values = [None if isinstance(outcome, Undefined) else outcome for outcome in outcomes]
    better = metric.greater_is_better
    places = ranks(values, greater_is_better=bool(better)) if better is not None else [None] * len(models)
    results = []
    for m, (model, outcome) in enumerate(zip(models, outcomes, strict=True)):
        ends, reason = None, facts.no_formula
        if isinstance(outcome, Undefined):
            reason = outcome.reason
        elif reason is None:
            ends = _interval(metric, facts, m)
            reason = None if ends else metric.no_interval or NO_INTERVAL
        low, high = ends or (None, None)
        results.append(MetricValue(model.name, values[m], low, high, reason, places[m], None, None))
    return MetricTable(metric.name, metric.title, better, metric.best, tuple(results))


def precision_recall_curves(facts: TableFacts) -> Iterable[Curve]:
    """Of every model that scores two classes; of many, of the first ones."""
    for model, summaries in islice(zip(facts.problem.models, facts.summary.metrics, strict=True), _CURVES):
        scores = summaries.get(Distribution) if facts.problem.task is Task.BINARY else None
        curve = precision_recall(scores[0]) if isinstance(scores, list) else None
        if curve is not None:
            recall, precision = curve
            yield Curve("precision_recall", model.name, tuple(recall.tolist()), tuple(precision.tolist()))


def _interval(metric: Metric, facts: TableFacts, model: int) -> tuple[float, float] | None:
    """By a formula; None where weights forbid it, and for several classes, whose mean has none."""
    summary, confidence = facts.summary.metrics[model][metric.source], facts.request.confidence
    if not facts.seen.unweighted:
        return None
    if metric.proportion is not None:
        return wilson(*metric.proportion(summary), confidence)
    if metric.interval is None or not isinstance(summary, list) or len(summary) != 1:
        return None
    return metric.interval(summary[0], confidence)


def _outcome(metric: Metric, model: ModelColumns, summaries: Metrics) -> Outcome:
    summary = summaries.get(metric.source)
    if not model.serves(metric.needs):
        return Undefined(f"it needs {any_of(metric.needs)}")
    if summary is None:
        return Undefined(_too_many(metric))
    logits = not any(part.kind is Kind.PROBABILITY for part in model.parts)
    if isinstance(summary, list) and Kind.SCORE not in metric.needs and logits:
        summary = [_as_probability(one) for one in summary]
    return finite_outcome(metric.of(summary))


def _too_many(metric: Metric) -> str:
    if Task.MULTILABEL in metric.tasks:
        return f"it is computed for up to {RANKED_LABELS} labels"
    return (
        f"it is computed for up to {PAIRED_CLASSES if metric.source is OneVsOne else RANKED_CLASSES} classes"
    )


def _as_probability(d: Distribution) -> Distribution:
    value, positive, negative = d.table()
    return Distribution(d.exact, ((sigmoid(value), positive, negative),))


def _skill_tables(losses: tuple[LossTable, ...]) -> tuple[MetricTable, ...]:
    tables = []
    for loss in losses:
        if loss.name in SKILLS and not loss.params:
            name, title = SKILLS[loss.name]
            places = ranks([one.skill for one in loss.results], greater_is_better=True)
            results = []
            for one, place in zip(loss.results, places, strict=True):
                reason = NO_INTERVAL if one.skill is not None else one.skill_reason
                results.append(MetricValue(one.model, one.skill, None, None, reason, place, None, None))
            tables.append(MetricTable(name, title, True, 1.0, tuple(results)))
    return tuple(tables)
