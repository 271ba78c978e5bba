"""The naive forecast, the last target, in the order of time: what mase is measured in."""

import numpy as np

from losscli.comparison.verdicts.resampling_units import find_times
from losscli.data.rows import Reading
from losscli.domain import NUMBERS

_WRITE = "write mase:naive=NUMBER, that of the training series"


def naive_error(reading: Reading) -> tuple[float | None, str | None]:
    """(the mean of |y_t - y_(t-1)| over the used rows, why there is none); in units of y, without weights."""
    problem = reading.problem
    if problem.task not in NUMBERS:
        return None, None
    times = find_times(reading)
    if times is None:
        return None, f"no column says the time: give --time COLUMN, or {_WRITE}"
    blocks = list(reading.each())
    rows = np.concatenate([block.number - 1 for block in blocks])
    y = np.concatenate([block.y for block in blocks])
    if times.count < len(rows):
        return None, f"rows share a time of {problem.time!r}, as where there are several series: {_WRITE}"
    steps = np.abs(np.diff(y[np.argsort(times.code[rows], kind="stable")]))
    error = float(steps.mean()) if len(steps) else 0.0
    return (error, None) if error > 0 else (None, f"the target never changes in time: {_WRITE}")
