"""Whether the columns of a forecast can be one: spreads above 0, ends of intervals and quantiles in order."""

from collections.abc import Iterator

import numpy as np

from losscli.domain import POSITIVE, Kind, Task
from losscli.errors import DataError
from losscli.result import Warning_
from losscli.table import BLOCK, Table, block_count
from losscli.task import Predictions, Problem
from losscli.task.values import check_range

_MEND = "Mend the row, or take this model out with --pred"


def check_forecasts(table: Table, problem: Problem) -> None:
    """Raises DataError for a sd or variance that is not above 0 and for an interval whose lower end is above
    its upper one; the first such row is named."""
    for model in problem.models:
        for part in model.parts:
            if part.kind is Kind.MOMENTS:
                what = "variance" if part.is_variance else "standard deviation"
                check_range(table, part.columns[1], POSITIVE, f"a {what} is above 0", _MEND)
            elif part.kind is Kind.INTERVAL:
                _check_ends(table, *part.columns)


def _check_ends(table: Table, lower: str, upper: str) -> None:
    for block in range(block_count(table)):
        low, high = table.numbers(block, lower), table.numbers(block, upper)
        bad = np.flatnonzero(low > high)
        if len(bad):
            row = block * BLOCK + int(bad[0]) + 1
            end = f"{high[bad[0]]:g} ({upper})"
            raise DataError(
                f"the value in row {row:,} is {low[bad[0]]:g}, above its upper end {end}",
                where=table.where(row, lower),
                advice=_MEND,
            )


def forecast_warnings(table: Table, problem: Problem) -> Iterator[Warning_]:
    """A line for every model whose quantiles cross: they are used as they are."""
    if problem.task is not Task.FORECAST:
        return
    for model in problem.models:
        for part in model.parts:
            if part.kind is Kind.QUANTILES:
                yield from _crossing(table, model.name, part)


def _crossing(table: Table, model: str, part: Predictions) -> Iterator[Warning_]:
    count, first = 0, ""
    for block in range(block_count(table)):
        q = np.column_stack([table.numbers(block, name) for name in part.columns])
        falls = np.diff(q, axis=1) < 0
        rows = np.flatnonzero(falls.any(axis=1))
        if len(rows) and not count:
            row, k = int(rows[0]), int(np.argmax(falls[rows[0]]))
            names = part.columns[k], part.columns[k + 1]
            first = (
                f"row {block * BLOCK + row + 1:,}: {names[0]} {q[row, k]:g} > {names[1]} {q[row, k + 1]:g}"
            )
        count += len(rows)
    if count:
        yield Warning_(
            "crossing_quantiles",
            f"quantiles of {model} cross in {count:,} row{'s' * (count > 1)} ({first}); used as they are",
            "Sort them row by row: no quantile loss gets worse by it",
        )
