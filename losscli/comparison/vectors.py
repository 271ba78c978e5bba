"""Labels, shares and boxes: whether their columns can be that, and the sums that their metrics read."""

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np

from losscli.comparison.forecasts import check_order
from losscli.data.roles import Problem, stacked
from losscli.data.roles.asked import BY_FLAG
from losscli.data.roles.blocks import SHARES
from losscli.data.roles.values import check_range, is_truth
from losscli.data.roles.words import stated_kind
from losscli.data.table import BLOCK, Table, block_count, first_bad, number_at, unusable
from losscli.domain import NONNEGATIVE, Floats, Kind, Mask, Task
from losscli.errors import DataError, Fix
from losscli.loss.arguments import Predicted
from losscli.loss.catalogue.boxes import IOU
from losscli.metrics.forecast import Sums
from losscli.metrics.vectors import OfBoxes, box_terms
from losscli.result import Warning_

SUM_TOLERANCE = 1e-3  # rounding of printed shares; beyond, a note
_CORNERS = "Corners are x1 < x2 and y1 < y2; of x, y, width and height, x2 is x + width"
_FIX = "Fix the row, or leave it out of the file"


def check_vectors(table: Table, problem: Problem) -> None:
    """Raises DataError for a label that is neither 0 nor 1, shares that are negative or do not add up to 1,
    and a box without a width or a height; the first such row is named."""
    kind = Kind.LABEL if problem.task is Task.MULTILABEL else Kind.BOX
    predicted = [part.columns for model in problem.models for part in model.parts if part.kind is kind]
    match problem.task:
        case Task.MULTILABEL:
            for name in (*problem.targets, *chain(*predicted)):
                _check_label(table, name, is_target=name in problem.targets)
        case Task.DISTRIBUTION:
            for name in problem.targets:
                check_range(table, name, NONNEGATIVE, "a share is not negative", _FIX)
            _check_sums(table, problem)
        case Task.BOXES | Task.DETECTION:
            for x1, y1, x2, y2 in (problem.targets[-4:], *predicted):
                for low, high in ((x1, x2), (y1, y2)):
                    check_order(table, low, high, np.greater_equal, "{0:g}, not below {2} {1:g}", _CORNERS)


def _check_label(table: Table, name: str, *, is_target: bool) -> None:
    column = table.columns[name]
    if is_truth(column) or (column.values is not None and set(column.values) <= {0.0, 1.0}):
        return

    def is_no_label(block: int) -> Mask:
        values = table.numbers(block, name)
        return np.asarray(np.isfinite(values) & (values != 0.0) & (values != 1.0))

    row = first_bad(table, is_no_label)
    if row is not None:
        fixes = [Fix(("--kind", str(kind)), f"a {kind} per label") for kind in (Kind.PROBABILITY, Kind.SCORE)]
        if is_target:
            fixes = [Fix(("--task", "multioutput"), "the targets are numbers")]
        what = f"{number_at(table, row, name):g}; a label is 0 or 1"
        raise unusable(table, row, name, what, "Say what it is:", fixes)


def _check_sums(table: Table, problem: Problem) -> None:
    off, row = _worst_sum(table, problem.targets)
    if abs(off) > SHARES:
        raise DataError(
            f"the shares of the target in row {row:,} add up to {1.0 + off:.6g}, not 1",
            where=table.where(row, problem.targets[0]),
            advice="Divide each row by its sum, or say what they are:",
            fixes=[
                Fix(("--task", "multioutput"), "several numbers"),
                Fix(("--task", "multilabel"), "several labels of 0 or 1"),
            ],
        )


def _worst_sum(table: Table, names: Sequence[str]) -> tuple[float, int]:
    """(sum less 1 where it is farthest from 0, that row)."""
    worst, row = 0.0, 0
    for block in range(block_count(table)):
        off = np.nan_to_num(stacked(table, block, names).sum(axis=1) - 1.0)
        place = int(np.abs(off).argmax())
        if abs(off[place]) > abs(worst):
            worst, row = float(off[place]), block * BLOCK + place + 1
    return worst, row


def vector_terms(
    task: Task, y: Floats, model: Predicted, threshold: float | None
) -> Iterator[tuple[type[Sums], Iterator[Floats]]]:
    """The summaries of a model's boxes, and the row quantities that each takes: (n,) each."""
    if task is Task.BOXES:
        yield OfBoxes, box_terms(1.0 - IOU.value(y, model[Kind.BOX]))


def vector_warnings(table: Table, problem: Problem) -> Iterator[Warning_]:
    """A line where target shares do not add up to 1 by more than rounding, and where columns that are called
    probabilities are judged as numbers for want of labels or shares."""
    if problem.task is Task.MULTIOUTPUT and problem.why != BY_FLAG:
        spoken = [
            model.name
            for model in problem.models
            if stated_kind(model.columns[0]) in (Kind.PROBABILITY, Kind.LOGIT)
        ]
        if spoken:
            yield Warning_(
                "no_labels",
                f"{spoken[0]} is judged as numbers: the targets are not all 0 or 1, nor shares of 1",
                "--task multilabel or --task distribution names the row; --task multioutput leaves this out",
            )
    if problem.task is Task.DISTRIBUTION:
        off, row = _worst_sum(table, problem.targets)
        if abs(off) > SUM_TOLERANCE:
            yield Warning_(
                "target_sum",
                f"target shares do not sum to 1 (row {row:,}: off by {off:.2g}); they are used as they are",
                None,
            )
