"""Whether the columns of a forecast can be one: spreads above 0, ends of intervals and quantiles in order."""

from collections.abc import Iterator, Sequence

import numpy as np

from losscli.data.roles import ModelColumns, Predictions, Problem
from losscli.data.roles.values import check_range
from losscli.data.table import BLOCK, Table, block_count, first_bad, number_at, unusable
from losscli.domain import POSITIVE, Kind, Task
from losscli.errors import Fix
from losscli.result import Warning_


def check_forecasts(table: Table, problem: Problem) -> None:
    """Raises DataError for a sd or variance that is not above 0 and for an interval whose lower end is above
    its upper one; the first such row is named."""
    for model in problem.models:
        for part in model.parts:
            if part.kind is Kind.MOMENTS:
                what = "variance" if part.is_variance else "standard deviation"
                check_range(table, part.columns[1], POSITIVE, f"a {what} is above 0", *_mend(problem, model))
            elif part.kind is Kind.INTERVAL:
                (low, high), said = part.columns, "{0:g}, above its upper end {1:g} ({2})"
                check_order(table, low, high, np.greater, said, *_mend(problem, model))


def _mend(problem: Problem, bad: ModelColumns) -> tuple[str, list[Fix]]:
    others = [one.name for one in problem.models if one is not bad]
    if not others:
        return "Fix the row", []
    flags = tuple(word for name in others for word in ("--pred", name))
    return "Fix the row, or compare the others:", [Fix(flags, f"without {bad.name}")]


def check_order(
    table: Table,
    low: str,
    high: str,
    wrong: np.ufunc,
    said: str,
    advice: str,
    fixes: Sequence[Fix] = (),
) -> None:
    """Raises DataError for the first row whose two numbers are in the wrong order. said: of both, and of the
    name of the second."""
    row = first_bad(table, lambda block: wrong(table.numbers(block, low), table.numbers(block, high)))
    if row is not None:
        numbers = number_at(table, row, low), number_at(table, row, high)
        raise unusable(table, row, low, said.format(*numbers, high), advice, fixes)


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
        whose = "quantiles" if model == Kind.QUANTILES else f"quantiles of {model}"
        yield Warning_(
            "crossing_quantiles",
            f"{whose} cross in {count:,} row{'s' * (count > 1)} ({first}); used as they are",
            "Sort them row by row: no quantile loss gets worse by it",
        )
