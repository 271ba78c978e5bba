"""The losses that take all rows together: those that sort them, for one."""

import operator
from collections.abc import Sequence

import numpy as np

from losscli.comparison.medians import Values
from losscli.data.rows import Reading, Rows, arguments_of
from losscli.domain import Floats
from losscli.loss import BoundLoss
from losscli.loss.arguments import Arrays
from losscli.loss.reduction import of_rows

MOST = 1_000_000  # rows
TOO_MANY = f"it takes all rows together, and is computed for up to {MOST:,}"
_Block = tuple[tuple[list[Arrays], Floats], ...]  # of every (loss, model) its arguments; the weights


def find_whole_sample(reading: Reading, losses: Sequence[BoundLoss], used: int) -> Values:
    """(loss, model) → the figure; none where there are more than MOST rows. One pass over the rows."""
    wanted = [
        (i, m)
        for i, one in enumerate(losses)
        if one.loss.whole is not None
        for m, model in enumerate(reading.problem.models)
        if model.serves(one.loss.needs)
    ]
    if not wanted or used > MOST:
        return {}

    def work(rows: Rows) -> _Block:
        models = arguments_of(reading.problem, rows)
        return (([models[m].of(losses[i].loss) for i, m in wanted], rows.w),)

    blocks = reading.fold(work, operator.add)
    w = np.concatenate([weights for _, weights in blocks])
    found = {}
    for place, (i, m) in enumerate(wanted):
        columns = zip(*(arguments[place] for arguments, _ in blocks), strict=True)
        rows = [np.concatenate(column) for column in columns]
        found[i, m] = float(of_rows(losses[i], rows, w, reading.problem.true_labels)[0])
    return found
