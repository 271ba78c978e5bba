"""`--fail-if` and `--max-regression`: rules on losses and metrics, and their verdicts."""

import math
import operator
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from shlex import quote

from losscli.comparison.metrics import SKILLS
from losscli.data.table.grammar import DOT
from losscli.domain import Task, sides
from losscli.errors import DataError, UsageError, did_you_mean
from losscli.loss import Loss
from losscli.loss.catalogue import find, known_names, named
from losscli.loss.catalogue.refused import refused_loss
from losscli.metrics import metrics_for
from losscli.metrics.forecast import speaks_of_levels
from losscli.result import (
    Comparison,
    Gate,
    LossTable,
    MetricTable,
    is_infinite,
    rests_on_few,
    would_decide,
)
from losscli.spec import Spec, number_text

_RULE = re.compile(
    r"\s*(?P<spec>[^\[\]<>]+?)\s*(?:\[(?P<model>(?s:.*))\])?\s*(?P<sign>>=|<=|>|<)\s*(?P<limit>[^<>=\s]+)\s*\Z"
)
_SIGNS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
_EXAMPLE = "For example --fail-if 'huber > 0.5' or --fail-if 'mae[rf] > 1'"


@dataclass(frozen=True, slots=True)
class GateRule:
    """Fail if a loss or metric is beyond a limit: of one model, or of any."""

    text: str
    spec: Spec
    is_loss: bool
    model: str | None
    sign: str
    limit: float

    def fails(self, value: float) -> bool:
        return bool(_SIGNS[self.sign](value, self.limit))


def parse_rule(text: str) -> GateRule:
    """Read `mae > 1`, `huber:delta=1[rf] >= 0.5`, `recall < 0.9`.

    Raises UsageError for anything else, for a name that is neither loss nor metric, and for a limit on
    the good side.
    """
    match = _RULE.match(text)
    if match is None:
        raise UsageError(f"--fail-if {text!r} is no rule", advice=_EXAMPLE)
    limit = DOT.number(match["limit"])
    if limit is None or not math.isfinite(limit):
        raise UsageError(f"--fail-if {text!r}: {match['limit']!r} is not a number", advice=_EXAMPLE)
    spec = Spec.parse(match["spec"])
    metrics = {metric.name: metric.greater_is_better for metric in metrics_for(*Task)}
    metrics |= {name: True for name, _ in SKILLS.values()}
    if speaks_of_levels(spec.name):
        metrics[spec.name] = None
    is_loss = spec.name not in metrics
    if is_loss:
        unknown = _unknown(spec)
        if unknown is not None and refused_loss(unknown) is None:
            names = [*known_names(), *metrics]
            advice = did_you_mean(unknown, names) or "See losscli losses"
            raise UsageError(f"--fail-if {text!r}: no loss or metric is called {unknown!r}", advice=advice)
        named(spec.name)
    elif spec.params:
        raise UsageError(
            f"--fail-if {text!r}: {spec.name} has no parameter {spec.params[0][0]!r}", advice=_EXAMPLE
        )
    better = False if is_loss else metrics[spec.name]
    if better is not None and better != match["sign"].startswith("<"):
        side = "greater" if better else "smaller"
        turned = match["sign"].translate(str.maketrans("<>", "><"))
        model = f"[{match['model']}]" if match["model"] else ""
        mended = f"{spec}{model} {turned} {match['limit']}"
        raise UsageError(
            f"--fail-if {text!r} fails on good values: a {side} {spec.name} is better",
            advice=f"Type --fail-if {quote(mended)}",
        )
    return GateRule(text.strip(), spec, is_loss, match["model"], match["sign"], limit)


def _unknown(spec: Spec) -> str | None:
    """The first name of a spec, or of the parts of a sum, that no loss has."""
    return next((part.name for _, part in spec.terms if part.name not in known_names()), None)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much worse than the baseline a loss may be: tolerance 0.02 is 2 %."""

    text: str
    spec: Spec
    tolerance: float


def parse_allowance(text: str) -> Allowance:
    """Read `mae=2%` or `huber:delta=1=0.02`. Raises UsageError for anything else."""
    example = "For example --max-regression mae=2%"
    name, equals, limit = text.strip().rpartition("=")
    share = DOT.number(limit.removesuffix("%").strip())
    if not equals or share is None or not 0 <= share < math.inf:
        raise UsageError(f"--max-regression {text!r} is no allowance", advice=example)
    spec = Spec.parse(name)
    unknown = _unknown(spec)
    if unknown is not None:
        advice = did_you_mean(unknown, known_names()) or example
        raise UsageError(f"--max-regression {text!r}: no loss is called {unknown!r}", advice=advice)
    named(spec.name)
    return Allowance(text.strip(), spec, share / 100 if limit.endswith("%") else share)


def judged(
    comparison: Comparison, rules: Sequence[GateRule], allowances: Sequence[Allowance] = ()
) -> Comparison:
    """The comparison with a gate per rule, or allowance, and model. Rules act on point values; allowances
    on intervals, three-way.

    Raises UsageError for an unknown model, DataError where a figure does not exist on these rows.
    """
    gates = [gate for rule in rules for gate in _judge(rule, comparison)]
    gates += [gate for allowance in allowances for gate in _weigh(allowance, comparison)]
    return replace(comparison, gates=tuple(gates))


def _weigh(allowance: Allowance, comparison: Comparison) -> Iterator[Gate]:
    table = _loss_table(allowance.spec, f"--max-regression {allowance.text!r}", comparison)
    for one in comparison.regressions:
        if (one.spec, one.tolerance) == (table.spec, allowance.tolerance):
            yield Gate(
                text=allowance.text,
                spec=one.spec,
                model=one.model,
                verdict=one.verdict,
                value=one.value,
                low=one.low,
                high=one.high,
                threshold=one.tolerance,
                reason=one.reason,
                rows_needed=one.rows_needed,
                baseline=one.baseline,
            )


def _judge(rule: GateRule, comparison: Comparison) -> Iterator[Gate]:
    names = [model.name for model in comparison.models]
    if rule.model is not None and rule.model not in names:
        advice = did_you_mean(rule.model, names) or f"Models: {', '.join(names)}"
        raise UsageError(f"--fail-if {rule.text!r}: there is no model {rule.model!r}", advice=advice)
    table = _table(rule, comparison)
    spec = table.spec if isinstance(table, LossTable) else table.name
    for result in table.results:
        chosen = result.model != comparison.baseline if rule.model is None else result.model == rule.model
        if chosen:
            reason = result.reason or ""
            infinite = result.value is None and is_infinite(reason)
            if result.value is None and not infinite:
                raise DataError(
                    f"--fail-if {rule.text!r}: {spec} of {result.model} has no value ({reason})",
                    advice="Gate on another loss or metric",
                )
            few = rests_on_few(reason)
            bad = infinite or (result.value is not None and rule.fails(result.value))
            yield Gate(
                text=rule.text,
                spec=spec,
                model=result.model,
                verdict="inconclusive" if few else "fail" if bad else "pass",
                value=result.value,
                low=result.low,
                high=result.high,
                threshold=rule.limit,
                reason=reason if few or infinite else "no uncertainty used",
                rows_needed=None,
            )


def _table(rule: GateRule, comparison: Comparison) -> LossTable | MetricTable:
    if not rule.is_loss:
        metric = comparison.metric(rule.spec.name)
        if metric is None:
            raise DataError(
                f"--fail-if {rule.text!r}: {rule.spec.name} is not computed for this {comparison.task} task",
                advice=f"Metrics here: {', '.join(table.name for table in comparison.metrics)}",
            )
        return metric
    return _loss_table(rule.spec, f"--fail-if {rule.text!r}", comparison)


def _loss_table(spec: Spec, flag: str, comparison: Comparison) -> LossTable:
    """The table of a loss at its written parameters. Raises DataError where it does not apply."""
    loss = find(spec, *sides(Task(comparison.task), binary=comparison.positive is not None, points=True))
    for table in comparison.losses:
        if loss is not None and table.name == loss.name and _is_at(loss, spec, table, comparison):
            return table
    names = {loss.name for loss in named(spec.name)}
    reasons = [refused.reason for refused in comparison.refused if Spec.parse(refused.spec).name in names]
    raise DataError(
        f"{flag}: {spec} does not apply" + (f": {reasons[0]}" if reasons else ""),
        advice="Gate on a loss that applies; see --all",
    )


def _is_at(loss: Loss, spec: Spec, table: LossTable, comparison: Comparison) -> bool:
    """Whether a table has the written parameters, and the others at their defaults."""
    share = comparison.prevalence
    bound = loss.bind(
        spec.numbers(),
        scale=comparison.scale,
        imbalance=(1 - share) / share if share else None,
        naive=table.params.get("naive"),
    )
    params = dict(bound.params)
    return params.keys() == table.params.keys() and all(
        math.isclose(table.params[key], value, rel_tol=1e-9) for key, value in params.items()
    )


def fails(gate: Gate, *, strict: bool) -> bool:
    """Whether a gate ends the run with exit 1; strict: also where it cannot tell."""
    return gate.verdict == "fail" or (strict and gate.verdict == "inconclusive")


def gate_line(gate: Gate) -> str:
    """The verdict in one line that grep finds."""
    head, model = f"gate: {gate.verdict.upper()} {gate.text}:", gate.model or "''"
    if gate.baseline is not None:
        return f"{head} {gate.spec} of {model} {_regression(gate)}"
    value = "infinite" if gate.value is None else f"{gate.value:.6g}"
    if gate.value != gate.threshold and value == f"{gate.threshold:.6g}":
        value = number_text(gate.value or 0.0)
    return f"{head} {gate.spec} of {model} is {value} ({gate.reason})"


def _regression(gate: Gate) -> str:
    """`is +0.6 % [-0.9, +2.1], 1 % allowed; about 9,400 rows would decide`"""
    if gate.value is None:
        return f"has no figure ({gate.reason})"
    text = f"is {100 * gate.value:+.3g} %"
    if gate.low is None or gate.high is None:
        return f"{text}, {100 * gate.threshold:g} % allowed ({gate.reason})"
    text += f" [{100 * gate.low:+.3g}, {100 * gate.high:+.3g}], {100 * gate.threshold:g} % allowed"
    if gate.reason is not None:
        return f"{text} ({gate.reason})"
    return text if gate.rows_needed is None else f"{text}; {would_decide(gate.rows_needed)}"
