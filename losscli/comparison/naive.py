"""The naive forecast, the last target, in the order of time: what mase is measured in."""

import numpy as np

from losscli.comparison.request import Request
from losscli.comparison.verdicts.resampling_units import find_times
from losscli.data.roles import Problem
from losscli.data.rows import load
from losscli.data.table import Table, block_count
from losscli.domain import NUMBERS

_WRITE = "write mase:naive=NUMBER, that of the training series"


def naive_error(table: Table, problem: Problem, request: Request) -> tuple[float | None, str | None]:
    """(the mean of |y_t - y_(t-1)| over the used rows, why there is none); in units of y, without weights."""
    if problem.task not in NUMBERS:
        return None, None
    times = find_times(table, problem, request)
    if times is None:
        return None, f"no column says the time: give --time COLUMN, or {_WRITE}"
    blocks = [load(table, problem, block, drop=request.drop) for block in range(block_count(table))]
    rows = np.concatenate([block.number - 1 for block in blocks])
    y = np.concatenate([block.y for block in blocks])
    if times.count < len(rows):
        return None, f"rows share a time of {problem.time!r}, as where there are several series: {_WRITE}"
    steps = np.abs(np.diff(y[np.argsort(times.code[rows], kind="stable")]))
    error = float(steps.mean()) if len(steps) else 0.0
    return (error, None) if error > 0 else (None, f"the target never changes in time: {_WRITE}")
