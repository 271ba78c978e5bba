"""The rows that decide which of two models is better on the primary loss."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from losscli.comparison.losses import TableFacts
from losscli.comparison.summary import FEW_BLOCKS, row_quantities
from losscli.data.rows import Reading, Rows
from losscli.domain import Floats
from losscli.inference.decisive import ANY, Decisive, Tops, bounds_of
from losscli.metrics.aggregate import merge_each
from losscli.result import Difference, LossTable, RowKey

NAMED = 20  # decisive rows of a pair that are named one by one
SAMPLED, MANY = 8, 8  # blocks that say which rows can be decisive; fewer from so many models on
Deciding = Mapping[tuple[str, str], Decisive]  # by the names of the two models


def find_deciding(facts: TableFacts, tables: Sequence[LossTable], loss: int) -> Deciding:
    """Of every pair of models with a finite value of the primary loss, here by its number; none where that is
    no mean, nor the root of one. One more pass over the rows, for the columns of this loss alone."""
    if not facts.layout.losses[loss].loss.reduction.is_mean_or_root:
        return {}
    models = [m for m, one in enumerate(tables[loss].results) if one.value is not None]
    pairs = list(combinations(range(len(models)), 2))
    if not pairs:
        return {}
    problem, layout = facts.problem, facts.layout.only_means(loss, models)

    def losses(rows: Rows) -> list[Floats]:
        return list(row_quantities(problem, layout, rows))

    reading = facts.reading
    bounds = _bounds(losses, reading, pairs) if reading.blocks > FEW_BLOCKS else [ANY] * len(pairs)

    def work(rows: Rows) -> list[Tops]:
        own = losses(rows)
        each = zip(pairs, bounds, strict=True)
        return [Tops.of(_contribution(rows.w, own, pair), rows.number, bound) for pair, bound in each]

    tops = facts.reading.fold(work, merge_each)
    names = [tables[loss].results[m].model for m in models]
    return {(names[a], names[b]): one.decisive() for (a, b), one in zip(pairs, tops, strict=True)}


@np.errstate(over="ignore")  # an infinite difference decides nothing, and Decisive says so
def _contribution(w: Floats, losses: Sequence[Floats], pair: tuple[int, int]) -> Floats:
    a, b = pair
    return np.asarray(w * (losses[a] - losses[b]))


def _bounds(
    losses: Callable[[Rows], list[Floats]], reading: Reading, pairs: Sequence[tuple[int, int]]
) -> list[tuple[float, float]]:
    """Of every pair, what decisive rows reach in a few of the blocks: most rows of the others do not."""
    count = min(SAMPLED, max(1, SAMPLED * MANY // (1 + max(max(pair) for pair in pairs))))
    spread = np.linspace(0, reading.blocks - 1, count).astype(int).tolist()
    sampled = [(rows.w, losses(rows)) for rows in map(reading.rows, spread)]
    return [bounds_of(np.concatenate([_contribution(*one, pair) for one in sampled])) for pair in pairs]


def named_rows(decisive: Decisive) -> list[int]:
    """The numbers of the rows that are named: (≤ NAMED,), the largest contribution first."""
    return [int(row) for row in decisive.rows[:NAMED]]


def with_deciding(
    differences: Sequence[Difference], primary: str, deciding: Deciding, keys: Mapping[int, RowKey]
) -> tuple[Difference, ...]:
    """The pairs, those on the primary loss with the rows that decide them."""
    return tuple(
        replace(
            one,
            decisive_rows=tuple(keys[row] for row in named_rows(deciding[one.a, one.b])),
            decisive_count=deciding[one.a, one.b].count,
        )
        if one.spec == primary and (one.a, one.b) in deciding
        else one
        for one in differences
    )
