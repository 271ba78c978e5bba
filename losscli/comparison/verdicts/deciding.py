"""The rows that decide which of two models is better on the primary loss."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from losscli.comparison.losses import Facts
from losscli.comparison.request import Request
from losscli.comparison.summary import row_quantities
from losscli.data.rows import load
from losscli.data.table import Table, block_count
from losscli.engine import fold
from losscli.inference.decisive import Decisive, Tops
from losscli.metrics.aggregate import merge_each
from losscli.result import Difference, LossTable, RowKey

NAMED = 20  # decisive rows of a pair that are named one by one
Deciding = Mapping[tuple[str, str], Decisive]  # by the names of the two models


def find_deciding(
    table: Table, facts: Facts, request: Request, tables: Sequence[LossTable], primary: str
) -> Deciding:
    """Of every pair of models with a finite value of the primary loss; none where that is no mean, nor the
    root of one. One more pass over the rows, for the columns of this loss alone."""
    loss = next(i for i, one in enumerate(tables) if one.spec == primary)
    if not facts.layout.losses[loss].loss.reduction.is_mean_or_root:
        return {}
    models = [m for m, one in enumerate(tables[loss].results) if one.value is not None]
    pairs = list(combinations(range(len(models)), 2))
    if not pairs:
        return {}
    tops = _tops(table, facts, request, [_place(facts, loss, m) for m in models], pairs)
    names = [tables[loss].results[m].model for m in models]
    return {(names[a], names[b]): one.decisive() for (a, b), one in zip(pairs, tops, strict=True)}


def _place(facts: Facts, loss: int, model: int) -> int:
    places = facts.layout.of_model(loss, model)
    assert places is not None  # it has a value
    return places[0]


def _tops(
    table: Table, facts: Facts, request: Request, places: Sequence[int], pairs: Sequence[tuple[int, int]]
) -> list[Tops]:
    """places: of the columns in the layout; pairs: of positions among these."""
    layout, problem = facts.layout, facts.problem
    own = replace(layout, columns=tuple(layout.columns[place] for place in places))

    @np.errstate(over="ignore")  # an infinite difference decides nothing, and Decisive says so
    def work(block: int) -> list[Tops]:
        rows = load(table, problem, block, drop=request.drop, clip=request.clip)
        losses = list(row_quantities(problem, own, rows))
        return [Tops.of(rows.w * (losses[a] - losses[b]), rows.number) for a, b in pairs]

    return fold(block_count(table), work, merge_each, request.jobs)


def named_rows(one: Decisive) -> list[int]:
    """The numbers of the rows that are named: (≤ NAMED,), the largest contribution first."""
    return [int(row) for row in one.rows[:NAMED]]


def with_deciding(
    differences: Sequence[Difference], primary: str, deciding: Deciding, keys: Mapping[int, RowKey]
) -> tuple[Difference, ...]:
    """The pairs, those on the primary loss with the rows that decide them."""
    return tuple(
        _with_rows(one, deciding[one.a, one.b], keys)
        if one.spec == primary and (one.a, one.b) in deciding
        else one
        for one in differences
    )


def _with_rows(one: Difference, found: Decisive, keys: Mapping[int, RowKey]) -> Difference:
    rows = tuple(keys[row] for row in named_rows(found))
    return replace(one, decisive_rows=rows, decisive_count=found.count)
