"""`--cost`: what decisions cost at the threshold in use, at the best one of these rows, and in theory."""

import math
from collections.abc import Sequence
from dataclasses import replace

from losscli.comparison.losses import TableFacts
from losscli.data.roles import ModelColumns
from losscli.domain import Kind, preferred, usual_threshold
from losscli.metrics.distribution import Distribution
from losscli.metrics.threshold import Costs, best_cut
from losscli.result import Cost, LossTable, LossValue, finite

NO_SCORE = "labels have no threshold"
NO_PROBABILITY = "a score is no probability"


def cost_table(facts: TableFacts, losses: Sequence[LossTable]) -> tuple[Cost, ...]:
    """Of every model; losses: with their intervals."""
    bound = facts.request.cost
    if bound is None or bound not in facts.layout.losses:
        return ()
    costs = Costs(**dict(bound.params))
    table = next(one for one in losses if one.spec == bound.spec)
    return tuple(_cost(facts, costs, m, table.spec, value) for m, value in enumerate(table.results))


def _cost(facts: TableFacts, costs: Costs, m: int, spec: str, value: LossValue) -> Cost:
    model, given = facts.problem.models[m], facts.problem.threshold
    found = Cost(
        spec=spec,
        model=model.name,
        threshold=_in_use(model, given),
        cost=value.value,
        low=value.low,
        high=value.high,
        best_threshold=None,
        best_low=None,
        best_high=None,
        best_cost=None,
        theoretical_threshold=None,
        reason=value.reason if value.low is None else None,
    )
    summary = facts.summary.metrics[m].get(Distribution)
    if not isinstance(summary, list):
        return replace(found, reason="; ".join(filter(None, (found.reason, NO_SCORE))))
    theory = _theory(facts, costs, model)
    anchor = theory if theory is not None else given or 0.0
    cut = best_cut(summary[0], costs, anchor)
    return replace(
        found,
        best_threshold=cut.threshold,
        best_low=finite(cut.low),
        best_high=finite(cut.high),
        best_cost=cut.cost,
        theoretical_threshold=theory,
        reason=found.reason or (NO_PROBABILITY if theory is None else None),
    )


def _in_use(model: ModelColumns, given: float | None) -> float | None:
    """The threshold that labels are told by; None where they are predicted."""
    kind = preferred([part.kind for part in model.parts])
    if kind is Kind.LABEL:
        return None
    return usual_threshold(kind) if given is None else given


def _theory(facts: TableFacts, costs: Costs, model: ModelColumns) -> float | None:
    """In the unit of the predictions; None for scores, which promise no probability."""
    kinds = {part.kind for part in model.parts}
    best = costs.theoretical(*(facts.problem.class_factors or (1.0, 1.0)))
    if Kind.PROBABILITY in kinds:
        return best
    return math.log(best / (1.0 - best)) if Kind.LOGIT in kinds else None
