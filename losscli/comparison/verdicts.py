"""Replicates → intervals of losses, ranks with their intervals, best sets, differences and regressions."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import combinations
from typing import Any

from losscli.comparison.losses import Facts, Found
from losscli.comparison.request import Request
from losscli.comparison.self_check import Tolerated, self_check, unchecked
from losscli.comparison.uncertainty import Uncertainty
from losscli.decisive import expected_rows
from losscli.errors import UsageError, did_you_mean
from losscli.inference import (
    Family,
    Studentised,
    confidence_set,
    first_shares,
    judge,
    pairs_of,
    rank_intervals,
    regression,
)
from losscli.loss import Argument, Reduction
from losscli.result import (
    Difference,
    Discordant,
    LossTable,
    LossValue,
    Regression,
    SelfCheck,
    finite,
    rests_on_few,
)
from losscli.table import Table
from losscli.task import Problem
from losscli.two_models import mcnemar

EVERY_LOSS = 65_536  # rows up to which every loss is resampled; beyond, the primary one and those gated
MOST_PAIRS = 400  # of models and losses that are resampled; beyond, as with many rows
NOT_RESAMPLED = "only the primary loss is resampled here; name this one first with --loss"
FEW_UNITS = "too few rows, or too few of them differ, for an interval"


@dataclass(frozen=True, slots=True)
class Verdicts:
    tables: tuple[LossTable, ...]
    differences: tuple[Difference, ...]
    discordant: tuple[Discordant, ...]
    baseline: str | None
    regressions: tuple[Regression, ...]
    self_check: tuple[SelfCheck, ...]


def verdicts(
    table: Table,
    facts: Facts,
    request: Request,
    tables: Sequence[LossTable],
    found: Sequence[Sequence[Found]],
    primary: str,
) -> Verdicts:
    """What resampling says. found: of every loss and model; primary: the spec whose pairs get verdicts.

    Raises UsageError for a baseline that is no model.
    """
    baseline = _baseline(facts.problem, request)
    chosen = _chosen(facts, tables, primary)
    own = Uncertainty(table, facts, request, found, chosen)
    judged = [_with_levels(own, i, one) for i, one in enumerate(tables)]
    differences: list[Difference] = []
    for i, one in enumerate(judged):
        judged[i], pairs = _with_pairs(own, i, one, primary)
        differences += pairs
    discordant = tuple(_discordant(own, tables))
    name = None if baseline is None else facts.problem.models[baseline].name
    regressions = () if baseline is None else tuple(_regressions(own, facts, tables, baseline))
    checked = _self_check(own, judged, primary, baseline) if request.self_check else ()
    return Verdicts(tuple(judged), tuple(differences), discordant, name, regressions, checked)


def _chosen(facts: Facts, tables: Sequence[LossTable], primary: str) -> list[int]:
    """The losses that are resampled, by their numbers."""
    pairs = len(pairs_of(len(facts.problem.models)))
    if facts.moments.rows <= EVERY_LOSS and pairs * len(tables) <= MOST_PAIRS:
        return list(range(len(tables)))
    gated = dict(facts.allowed)
    return [i for i, one in enumerate(tables) if one.spec == primary or i in gated]


def _baseline(problem: Problem, request: Request) -> int | None:
    """The number of the model that is the baseline: by its name, a column of it, or a pattern."""
    wanted = request.baseline
    if wanted is None:
        return None
    names = [model.name for model in problem.models]
    matches = [i for i, name in enumerate(names) if name == wanted]
    matches = matches or [i for i, model in enumerate(problem.models) if wanted in model.columns]
    matches = matches or [i for i, name in enumerate(names) if fnmatchcase(name, wanted)]
    if len(matches) != 1:
        what = "that names no model" if not matches else f"that names {len(matches)} models"
        raise UsageError(
            f"--baseline {wanted}: {what}",
            advice=did_you_mean(wanted, names) or f"Models: {', '.join(names)}",
        )
    if len(names) == 1:
        raise UsageError(
            f"--baseline {wanted}: there is no other model", advice="Name the models: --pred, repeated"
        )
    return matches[0]


def _with_levels(own: Uncertainty, loss: int, table: LossTable) -> LossTable:
    """The table with an interval wherever a formula gave none, and the rows do not forbid one."""
    if loss not in own.own:
        return table
    results = tuple(_with_level(own, loss, m, one) for m, one in enumerate(table.results))
    return replace(table, results=results)


def _with_level(own: Uncertainty, loss: int, model: int, one: LossValue) -> LossValue:
    if one.value is None or one.low is not None or rests_on_few(one.reason):
        return one
    ends = own.level(loss, model)
    if ends is None:
        return replace(one, reason=FEW_UNITS)
    return replace(one, low=min(ends[0], one.value), high=max(ends[1], one.value), reason=None)


def _with_pairs(
    own: Uncertainty, loss: int, table: LossTable, primary: str
) -> tuple[LossTable, list[Difference]]:
    """The table with ranks, shares of firsts and the best set; and its pairs of models."""
    if loss not in own.own or len(own.own[loss].models) < 2:
        reason = NOT_RESAMPLED if loss not in own.own else "a value is missing"
        return table, _bare(table, reason)
    if any(rests_on_few(one.reason) for one in table.results):
        return table, _bare(table, "a value rests on too few effective rows")
    found, confidence = own.differences(loss), own.request.confidence
    family = judge(found, confidence, own.units)
    table = _with_ranks(own, loss, table, found, family)
    names = [table.results[m].model for m in own.own[loss].models]
    known = {}
    for k, (a, b) in enumerate(own.pairs[loss]):
        if table.spec == primary:
            known[names[a], names[b]] = _judged(own, family, k, family.verdicts[k]) | {
                "decisive_expected": _expected(own, loss, float(found.value[k]), float(found.error[k]))
            }
        else:  # an effect, without correction and without a verdict
            known[names[a], names[b]] = _judged(own, judge(found.take([k]), confidence, own.units), 0, None)
    bare = _bare(table, "a value is missing")
    return table, [replace(one, **known.get((one.a, one.b), {})) for one in bare]


def _with_ranks(
    own: Uncertainty, loss: int, table: LossTable, found: Studentised, family: Family
) -> LossTable:
    models = own.own[loss].models
    low, high = rank_intervals(family.verdicts, len(models))
    shares = first_shares(own.values(loss))
    members, _ = confidence_set(found, own.request.confidence, own.units)
    results = list(table.results)
    for at, m in enumerate(models):
        rank = results[m].rank or low[at]
        results[m] = replace(
            results[m],
            rank_low=min(low[at], rank),
            rank_high=max(high[at], rank),
            first_share=finite(float(shares[at])),
        )
    best = tuple(table.results[models[at]].model for at in members)
    return replace(table, results=tuple(results), best_set=best)


def _judged(own: Uncertainty, family: Family, k: int, verdict: str | None) -> dict[str, Any]:
    """The fields of a difference that resampling gives."""
    low, high = finite(float(family.low[k])), finite(float(family.high[k]))
    needed = float(family.needed[k])
    rows = math.ceil(own.rows * needed) if math.isfinite(needed) else None
    if low is None or high is None:
        return {"reason": FEW_UNITS, "verdict": None if verdict is None else "~"}
    p = finite(float(family.p[k]))
    return {"low": low, "high": high, "p": p, "verdict": verdict, "rows_needed": rows, "reason": None}


def _expected(own: Uncertainty, loss: int, value: float, error: float) -> float | None:
    """How many rows would decide if the differences were Gaussian and independent; losses of 0 and 1 are far
    from that."""
    one = own.own[loss]
    if own.units != own.rows:
        return None
    if not one.is_mean or one.bound.loss.argument is Argument.LABEL or not 0 < error < math.inf:
        return None
    return finite(expected_rows(own.rows, value / error))


def _bare(table: LossTable, reason: str) -> list[Difference]:
    """Every pair of models, with the effect alone; reason: why no more is known."""
    found = []
    for a, b in combinations(table.results, 2):
        difference = None if a.value is None or b.value is None else a.value - b.value
        found.append(
            Difference(
                spec=table.spec,
                a=a.model,
                b=b.model,
                difference=difference,
                relative=difference / b.value if difference is not None and b.value else None,
                low=None,
                high=None,
                p=None,
                verdict=None,
                reason=reason if difference is not None else "a value is missing",
                rows_needed=None,
                decisive_rows=(),
                decisive_count=None,
                decisive_expected=None,
            )
        )
    return found


def _discordant(own: Uncertainty, tables: Sequence[LossTable]) -> Iterator[Discordant]:
    """The pairs of models by the rows that one alone labels wrongly, where rows are counted one by one."""
    for loss, table in enumerate(tables):
        if table.name == "zero_one" and loss in own.own and own.units == own.rows and own.facts.unweighted:
            names = [table.results[m].model for m in own.own[loss].models]
            for a, b in own.pairs[loss]:
                only_a, only_b = own.discordant(loss, a, b)
                yield Discordant(names[a], names[b], only_a, only_b, mcnemar(only_a, only_b))


def _self_check(
    own: Uncertainty, tables: Sequence[LossTable], primary: str, baseline: int | None
) -> tuple[SelfCheck, ...]:
    """How often the verdicts on the primary loss would be wrong on rows like these."""
    loss = next(i for i, one in enumerate(tables) if one.spec == primary)
    names = [one.model for one in tables[loss].results]
    if loss not in own.own or not own.own[loss].is_mean:
        return unchecked(names, f"{primary} is no mean over the rows")
    if len(own.own[loss].models) < len(names):
        return unchecked(names, "a value is missing")
    if any(rests_on_few(one.reason) for one in tables[loss].results):
        return unchecked(names, "a value rests on too few effective rows")
    if len(names) < 2:
        return ()
    tolerance = dict(own.facts.allowed).get(loss)
    power = 2 if own.own[loss].bound.loss.reduction is Reduction.ROOT else 1
    tolerated = None if baseline is None or tolerance is None else Tolerated(baseline, tolerance, power)
    units = own.sums.take([places[0] for places in own.own[loss].places])
    return self_check(units, names, own.request.confidence, own.request.seed, tolerated)


def _regressions(
    own: Uncertainty, facts: Facts, tables: Sequence[LossTable], baseline: int
) -> Iterator[Regression]:
    """Every other model against the baseline, on every loss that --max-regression names."""
    for loss, tolerance in facts.allowed:
        for m, one in enumerate(tables[loss].results):
            if m != baseline:
                base = tables[loss].results[baseline]
                yield _regression(own, loss, tolerance, (m, one), (baseline, base), tables[loss].spec)


def _regression(
    own: Uncertainty,
    loss: int,
    tolerance: float,
    new: tuple[int, LossValue],
    base: tuple[int, LossValue],
    spec: str,
) -> Regression:
    (m, one), (baseline, other) = new, base
    reason = _no_ratio(own, loss, one, other)
    undecided = Regression(
        spec=spec,
        model=one.model,
        baseline=other.model,
        tolerance=tolerance,
        verdict="inconclusive",
        value=one.value / other.value - 1.0 if one.value is not None and other.value else None,
        low=None,
        high=None,
        reason=reason,
        rows_needed=None,
        visible=None,
    )
    if reason is not None:
        return undecided
    found = regression(own.log_ratio(loss, m, baseline), tolerance, own.request.confidence)
    return replace(
        undecided,
        verdict=found.verdict,
        low=finite(found.low),
        high=finite(found.high),
        reason=None if math.isfinite(found.low) else FEW_UNITS,
        rows_needed=math.ceil(own.rows * found.needed) if math.isfinite(found.needed) else None,
        visible=finite(found.least),
    )


def _no_ratio(own: Uncertainty, loss: int, one: LossValue, other: LossValue) -> str | None:
    """Why two losses have no ratio with an interval, or None."""
    if one.value is None or other.value is None:
        return "a value is missing"
    if rests_on_few(one.reason) or rests_on_few(other.reason):
        return "a value rests on too few effective rows"
    if loss not in own.own:
        return "this loss cannot be resampled"
    return None if one.value > 0 and other.value > 0 else "a loss of 0 or below has no ratio"
