"""Rows of a table → what losses are functions of: residuals, margins, log-probabilities, labels."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from losscli.data.roles import ModelColumns, Predictions, Problem, stacked
from losscli.data.roles.values import numbers_of
from losscli.data.table import BLOCK, ColumnType, Table, block_count
from losscli.data.table.grammar import is_missing
from losscli.domain import CLASSES, NUMBERS, Codes, Floats, Kind, Mask, Task
from losscli.engine import fold
from losscli.loss.arguments import Arguments, Predicted, codes

S = TypeVar("S")
_ONES = np.ones(BLOCK)
_ONES.setflags(write=False)


@dataclass(frozen=True, slots=True)
class Rows:
    """The used rows of one block.

    block: its number;
    number: 1-based data rows (n,); y: targets, for classes their codes, binary 1 the positive (n,), of
    several columns (n, L), of a detection the class and then the corners;
    w: weights, times those of the classes (n,); models: each model's predictions; clipped: per model, how
    many were clipped.
    """

    block: int
    number: Codes
    y: Floats
    w: Floats
    models: tuple[Predicted, ...]
    clipped: Codes


@dataclass(frozen=True, slots=True)
class Reading:
    """The rows of a table as a problem reads them, block by block, without those of weight 0.

    drop: leave out rows with a missing or infinite value in any used column as well;
    clip: probabilities stay in [clip, 1 - clip]; jobs: processes that the blocks are spread over.
    """

    table: Table
    problem: Problem
    drop: bool = False
    clip: float | None = None
    jobs: int = 1

    @property
    def blocks(self) -> int:
        """How many there are."""
        return block_count(self.table)

    @property
    def unclipped(self) -> "Reading":
        """The same with probabilities as they stand in the file."""
        return replace(self, clip=None)

    def rows(self, block: int) -> Rows:
        """The used rows of a block."""
        table, problem = self.table, self.problem
        y = (
            _labels_or_numbers(table, problem.target, problem, block)
            if problem.task in CLASSES | NUMBERS
            else _targets(table, problem, block)
        )
        w = table.numbers(block, problem.weights) if problem.weights else _ONES[: len(y)]
        if problem.class_factors:
            w = w * np.array(problem.class_factors)[codes(np.nan_to_num(y))]
        number = np.arange(len(y), dtype=np.intp) + (block * BLOCK + 1)
        models = [
            {part.kind: _read(table, problem, part, block) for part in model.parts}
            for model in problem.models
        ]
        keep = w != 0.0
        if self.drop:
            keep &= _all_finite(y) & np.isfinite(w)
            for name in filter(None, (problem.group, problem.time)):
                keep &= present(table, name, block)
            for p in (p for model in models for p in model.values()):
                keep &= _all_finite(p)
        if not keep.all():
            number, y, w = number[keep], y[keep], w[keep]
            models = [{kind: p[keep] for kind, p in model.items()} for model in models]
        clipped = np.zeros(len(models), dtype=np.intp)
        if self.clip is not None:
            for index, model in enumerate(models):
                clipped[index] = _clip(model, self.clip)
        return Rows(block, number, y, w, tuple(models), clipped)

    def each(self) -> Iterator[Rows]:
        """The used rows of every block, in order."""
        return map(self.rows, range(self.blocks))

    def fold(self, work: Callable[[Rows], S], merge: Callable[[S, S], S]) -> S:
        """`work` of every block, merged in one fixed order (`engine.fold`)."""
        return fold(self.blocks, lambda block: work(self.rows(block)), merge, self.jobs)

    def text(self, rows: Rows, name: str) -> list[str | None]:
        """A column of the table in these rows, as text: (n,)."""
        words = self.table.text(rows.block, name)
        return [words[place] for place in ((rows.number - 1) % BLOCK).tolist()]


def _all_finite(x: Floats) -> Mask:
    """Of each row: (n,) or (n, k) -> (n,)."""
    return np.asarray(np.isfinite(x) if x.ndim == 1 else np.isfinite(x).all(axis=1))


def present(table: Table, name: str, block: int) -> Mask:
    """Whether a column has a value, if a number a finite one: (n,). Numbers that are read as text are missing
    where a number would be; in other text only the empty field is."""
    column = table.columns[name]
    if column.type is ColumnType.NUMBER:
        return np.isfinite(table.numbers(block, name))
    words = table.text(block, name)
    if column.first_word is not None:
        return np.array([bool(word) for word in words], dtype=np.bool_)
    return np.array([not is_missing(word or "") for word in words], dtype=np.bool_)


def _labels_or_numbers(table: Table, name: str, problem: Problem, block: int) -> Floats:
    """A column as numbers, or, for classes, as codes of the labels; missing is NaN."""
    if not problem.labels:
        return table.numbers(block, name)
    codes = table.codes(block, name, problem.labels).astype(np.float64)
    codes[codes < 0] = np.nan
    return codes


def _targets(table: Table, problem: Problem, block: int) -> Floats:
    """(n,), or (n, L) of several columns."""
    if problem.task is Task.DETECTION:
        name, *corners = problem.targets
        return np.column_stack(
            [_labels_or_numbers(table, name, problem, block), stacked(table, block, corners)]
        )
    y = stacked(table, block, problem.targets)
    return y[:, 0] if problem.task is Task.FORECAST else y


def _read(table: Table, problem: Problem, part: Predictions, block: int) -> Floats:
    if part.kind is Kind.LABEL and len(part.columns) == 1:
        return _labels_or_numbers(table, part.columns[0], problem, block)
    if len(part.columns) == 1:
        p = table.numbers(block, part.columns[0])
        if part.of_label is not None and part.of_label != problem.positive:
            return 1.0 - p if part.kind is Kind.PROBABILITY else -p
        return p
    columns = [numbers_of(table, block, name) for name in part.columns]
    if part.is_variance:
        with np.errstate(invalid="ignore"):
            columns[1] = np.where(columns[1] >= 0, np.sqrt(columns[1]), -1.0)
    if part.labels and problem.positive is not None:
        negative, positive = columns
        return positive if part.kind is Kind.PROBABILITY else positive - negative
    return np.column_stack(columns)


def _clip(model: Predicted, clip: float) -> int:
    p = model.get(Kind.PROBABILITY)
    if p is None:
        return 0
    bounded = np.clip(p, clip, 1.0 - clip)
    model[Kind.PROBABILITY] = bounded
    changed = bounded != p
    return int((changed if changed.ndim == 1 else changed.any(axis=1)).sum())


def arguments_of(problem: Problem, rows: Rows) -> list[Arguments]:
    """What the losses of each model take."""
    weights = np.array(problem.class_weights) if problem.class_weights else None
    return [
        Arguments(
            problem.task,
            rows.y,
            predicted,
            problem.threshold,
            levels=_levels(model),
            class_weights=weights,
        )
        for model, predicted in zip(problem.models, rows.models, strict=True)
    ]


def _levels(model: ModelColumns) -> Floats | None:
    return next((np.array(part.levels) for part in model.parts if part.levels), None)
