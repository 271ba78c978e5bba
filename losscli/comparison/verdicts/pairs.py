"""Pairs of models: differences, verdicts, ranks with their intervals, best sets, discordant rows."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TypeVar

import numpy as np

from losscli.comparison.reasons import FEW_RESAMPLES, FEW_UNITS, MISSING, NOT_RESAMPLED
from losscli.comparison.verdicts.bootstrap import MOST_PAIRED, Bootstrap
from losscli.inference import (
    Correction,
    Family,
    Studentised,
    confidence_set,
    first_shares,
    judge,
    judge_each,
    rank_intervals,
    rows_for,
)
from losscli.inference.decisive import expected_rows
from losscli.inference.tail import SHARE, Tail
from losscli.inference.two_models import mcnemar
from losscli.loss import Argument
from losscli.result import (
    Difference,
    Discordant,
    LossTable,
    SliceDifference,
    finite,
    rests_on_few,
)

D = TypeVar("D", Difference, SliceDifference)


def with_pairs(
    boot: Bootstrap, loss: int, table: LossTable, primary: str, correction: Correction
) -> tuple[LossTable, list[Difference]]:
    """The table with ranks, shares of firsts and the best set; and its pairs of models, none of a loss
    that is not resampled where models are many."""
    if loss not in boot.losses and len(table.results) > MOST_PAIRED:
        return _unranked(table), []
    if loss not in boot.losses or len(boot.losses[loss].models) < 2:
        return table, _bare(table, NOT_RESAMPLED if loss not in boot.losses else MISSING)
    found, units, own = boot.differences(loss), boot.units.count, boot.losses[loss]
    tails = [boot.tail(loss, a, b) for a, b in own.pairs]
    carried = np.array([tail is not None and tail.carries for tail in tails])
    family = judge(found, boot.confidence, units, correction, carried)
    table = _with_ranks(boot, loss, table, found, family, whole=not carried.any())
    is_primary = table.spec == primary
    alone = family if is_primary else judge_each(found, boot.confidence, units)
    pairs = {(one.a, one.b): one for one in _bare(table, MISSING)}
    for k, ((a, b), tail) in enumerate(zip(own.pairs, tails, strict=True)):
        names = table.results[own.models[a]].model, table.results[own.models[b]].model
        pair = _with_tail(pairs[names], tail)
        if carried[k]:
            pairs[names] = replace(pair, reason=tail.why("differing rows") if tail else None)
        elif is_primary:
            expected = _expected(boot, loss, float(found.value[k]), float(found.error[k]))
            pairs[names] = _judged(pair, boot.rows, family, k, expected, True)
        else:  # an effect, without correction and without a verdict
            pairs[names] = _judged(pair, boot.rows, alone, k, None, False)
    return table, list(pairs.values())


def _unranked(table: LossTable) -> LossTable:
    """The table of a loss without pairs: why its ranks have no interval, unless its values say why."""
    results = (
        one if one.value is None or rests_on_few(one.reason) else replace(one, reason=NOT_RESAMPLED)
        for one in table.results
    )
    return replace(table, results=tuple(results))


def _with_tail(pair: Difference, tail: Tail | None) -> Difference:
    """The pair with what its rows say of how few carry it; the shape where effective ones are few."""
    if tail is None or not tail.positive:
        return pair
    few = tail.effective < SHARE * tail.positive or tail.carries
    return replace(
        pair, effective_rows=finite(tail.effective), tail_shape=finite(tail.shape) if few else None
    )


def _with_ranks(
    boot: Bootstrap, loss: int, table: LossTable, found: Studentised, family: Family, *, whole: bool
) -> LossTable:
    """whole: whether every pair is judged; else the best set is of the models that none is shown better than,
    as what a few rows carry would decide the other."""
    models = boot.losses[loss].models
    low, high = rank_intervals(family.verdicts, len(models))
    shares = first_shares(boot.values[loss])
    members = [at for at, place in enumerate(low) if place == 1]
    if whole:
        members, _ = confidence_set(found, boot.confidence, boot.units.count)
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


def _judged(
    pair: Difference, rows: int, family: Family, k: int, expected: float | None, is_primary: bool
) -> Difference:
    """The difference with what resampling says of it; p only beside an interval."""
    found = with_verdict(pair, family, k, rows)
    return replace(
        found,
        relative=0.0 if found.difference == 0 and found.relative is not None else found.relative,
        p=None if found.low is None else found.p,
        verdict=found.verdict if is_primary else None,
        decisive_expected=expected,
    )


def with_verdict(pair: D, family: Family, k: int, rows: int) -> D:
    """The difference with what its place k in a family says."""
    low, high, p = (finite(float(figures[k])) for figures in (family.low, family.high, family.p))
    if low is None or high is None:
        return replace(pair, p=p, verdict="~", reason=FEW_UNITS if p is None else FEW_RESAMPLES)
    rows_needed = rows_for(rows, float(family.needed[k]))
    verdict = family.verdicts[k]
    difference = 0.0 if low == -high else pair.difference  # equal but for rounding
    return replace(
        pair,
        difference=difference,
        low=low,
        high=high,
        p=p,
        verdict=verdict,
        rows_needed=rows_needed,
        reason=None,
    )


def _expected(boot: Bootstrap, loss: int, value: float, error: float) -> float | None:
    """How many rows would decide if the differences were Gaussian and independent; losses of 0 and 1 are far
    from that."""
    one = boot.losses[loss]
    if boot.units.column is not None or not one.is_mean or not 0 < error < math.inf:
        return None
    if one.bound.loss.argument is Argument.LABEL:
        return None
    return finite(expected_rows(boot.rows, value / error))


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
                relative=finite(difference / b.value) if difference is not None and b.value else None,
                low=None,
                high=None,
                p=None,
                verdict=None,
                reason=reason if difference is not None else MISSING,
                rows_needed=None,
                decisive_rows=(),
                decisive_count=None,
                decisive_expected=None,
            )
        )
    return found


def discordant(boot: Bootstrap, tables: Sequence[LossTable]) -> Iterator[Discordant]:
    """The pairs of models by the rows that one alone labels wrongly, where rows are counted one by one."""
    one_by_one = boot.units.column is None and len(boot.sums.keys) == boot.rows and boot.facts.seen.unweighted
    for loss, table in enumerate(tables):
        if table.name == "zero_one" and loss in boot.losses and one_by_one:
            names = [table.results[m].model for m in boot.losses[loss].models]
            for a, b in boot.losses[loss].pairs:
                only_a, only_b = boot.discordant(loss, a, b)
                yield Discordant(names[a], names[b], only_a, only_b, mcnemar(only_a, only_b))
