"""`--fail-if`: limits on losses and metrics, which act on the point value."""

import math
import operator
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from shlex import quote

from losscli.comparison.gates.names import loss_table, measure_of, metric_table
from losscli.data.table.grammar import DOT
from losscli.errors import DataError, UsageError, did_you_mean
from losscli.result import Comparison, Gate, LossTable, MetricTable, is_infinite
from losscli.spec import Spec

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
        raise UsageError(f"--fail-if {text!r} is an invalid rule", advice=_EXAMPLE)
    limit = DOT.number(match["limit"])
    if limit is None or not math.isfinite(limit):
        raise UsageError(f"--fail-if {text!r}: {match['limit']!r} is not a number", advice=_EXAMPLE)
    spec = Spec.parse(match["spec"])
    measure = measure_of(spec, f"--fail-if {text!r}")
    better = measure.greater_is_better
    if better is not None and better != match["sign"].startswith("<"):
        side = "greater" if better else "smaller"
        turned = match["sign"].translate(str.maketrans("<>", "><"))
        model = f"[{match['model']}]" if match["model"] else ""
        mended = f"{spec}{model} {turned} {match['limit']}"
        raise UsageError(
            f"--fail-if {text!r} fails on good values: a {side} {spec.name} is better",
            advice=f"Type --fail-if {quote(mended)}",
        )
    return GateRule(text.strip(), spec, measure.is_loss, match["model"], match["sign"], limit)


def judged(comparison: Comparison, rules: Sequence[GateRule]) -> Comparison:
    """The comparison with a gate per rule and model, before those that it has. Rules act on point values.

    Raises UsageError for an unknown model, DataError where a figure does not exist on these rows.
    """
    gates = [gate for rule in rules for gate in _judge(rule, comparison)]
    return replace(comparison, gates=(*gates, *comparison.gates))


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
            bad = infinite or (result.value is not None and rule.fails(result.value))
            yield Gate(
                text=rule.text,
                spec=spec,
                model=result.model,
                verdict="fail" if bad else "pass",
                value=result.value,
                low=result.low,
                high=result.high,
                threshold=rule.limit,
                reason=reason if infinite else "no uncertainty used",
                rows_needed=None,
            )


def _table(rule: GateRule, comparison: Comparison) -> LossTable | MetricTable:
    found = loss_table if rule.is_loss else metric_table
    return found(rule.spec, f"--fail-if {rule.text!r}", comparison)
