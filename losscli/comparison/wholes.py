"""The losses that take all rows together: those that sort them, for one."""

import operator
from collections.abc import Sequence

import numpy as np

from losscli.comparison.medians import Values
from losscli.comparison.request import Request
from losscli.data.roles import Problem
from losscli.data.rows import arguments_of, load
from losscli.data.table import Table, block_count
from losscli.domain import Floats
from losscli.engine import fold
from losscli.loss import BoundLoss
from losscli.loss.arguments import Arrays
from losscli.loss.reduction import of_rows

MOST = 1_000_000  # rows
TOO_MANY = f"it takes all rows together, and is computed for up to {MOST:,}"
_Block = tuple[tuple[list[Arrays], Floats], ...]  # of every (loss, model) its arguments; the weights


def find_wholes(
    table: Table, problem: Problem, request: Request, losses: Sequence[BoundLoss], used: int
) -> Values:
    """(loss, model) → the figure; none where there are more than MOST rows. One pass over the rows."""
    wanted = [
        (i, m)
        for i, one in enumerate(losses)
        if one.loss.whole is not None
        for m, model in enumerate(problem.models)
        if model.serves(one.loss.needs)
    ]
    if not wanted or used > MOST:
        return {}

    def work(block: int) -> _Block:
        rows = load(table, problem, block, drop=request.drop, clip=request.clip)
        models = arguments_of(problem, rows)
        return (([models[m].of(losses[i].loss) for i, m in wanted], rows.w),)

    blocks = fold(block_count(table), work, operator.add, request.jobs)
    w = np.concatenate([weights for _, weights in blocks])
    found = {}
    for place, (i, m) in enumerate(wanted):
        columns = zip(*(arguments[place] for arguments, _ in blocks), strict=True)
        rows = [np.concatenate(column) for column in columns]
        found[i, m] = float(of_rows(losses[i], rows, w, problem.true_labels)[0])
    return found
