"""Rows of a table → what losses are functions of: residuals, margins, log-probabilities, labels."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from losscli.domain import (
    CLASSES,
    NUMBERS,
    Codes,
    Floats,
    Kind,
    Mask,
    Task,
    log_softmax,
    logit,
    sigmoid,
    softplus,
)
from losscli.loss import Argument, Loss
from losscli.table import BLOCK, ColumnType, Table
from losscli.table.grammar import is_missing
from losscli.task import ModelColumns, Predictions, Problem, preferred, stacked
from losscli.task.values import numbers_of

Arrays = tuple[Any, ...]  # of arrays; where a loss is a sum of parts that differ, a tuple of them a part
Predicted = dict[Kind, Floats]  # (n,), or (n, k) where there is a column per label; labels as codes


@dataclass(frozen=True, slots=True)
class Rows:
    """The used rows of one block.

    number: 1-based data rows (n,); y: targets, for classes their codes, binary 1 the positive (n,), of
    several columns (n, L), of a detection the class and then the corners;
    w: weights, times those of the classes (n,); models: each model's predictions; clipped: per model, how
    many were clipped.
    """

    number: Codes
    y: Floats
    w: Floats
    models: tuple[Predicted, ...]
    clipped: Codes


def load(
    table: Table, problem: Problem, block: int, *, drop: bool = False, clip: float | None = None
) -> Rows:
    """Read one block, without the rows of weight 0. `drop` leaves out rows with a missing or infinite
    value in any used column as well; `clip` bounds probabilities to [clip, 1 - clip]."""
    y = (
        _labels_or_numbers(table, problem.target, problem, block)
        if problem.task in CLASSES | NUMBERS
        else _targets(table, problem, block)
    )
    w = table.numbers(block, problem.weights) if problem.weights else np.ones(len(y))
    if problem.class_factors:
        w = w * np.array(problem.class_factors)[codes(np.nan_to_num(y))]
    number = np.arange(len(y), dtype=np.intp) + (block * BLOCK + 1)
    models = [
        {part.kind: _read(table, problem, part, block) for part in model.parts} for model in problem.models
    ]
    keep = w != 0.0
    if drop:
        keep &= (np.isfinite(y) if y.ndim == 1 else np.isfinite(y).all(axis=1)) & np.isfinite(w)
        for name in filter(None, (problem.group, problem.time)):
            keep &= present(table, name, block)
        for p in (p for model in models for p in model.values()):
            keep &= np.isfinite(p) if p.ndim == 1 else np.isfinite(p).all(axis=1)
    if not keep.all():
        number, y, w = number[keep], y[keep], w[keep]
        models = [{kind: p[keep] for kind, p in model.items()} for model in models]
    clipped = np.zeros(len(models), dtype=np.intp)
    if clip is not None:
        for index, model in enumerate(models):
            clipped[index] = _clip(model, clip)
    return Rows(number, y, w, tuple(models), clipped)


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
    if table.columns[name].type is ColumnType.TEXT:
        codes = table.codes(block, name, problem.labels).astype(np.float64)
        codes[codes < 0] = np.nan
        return codes
    numbers = table.numbers(block, name)
    codes = np.full(len(numbers), np.nan)
    for code, label in enumerate(problem.labels):
        codes[numbers == float(label)] = code
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


def codes(y: Floats) -> Codes:
    """Those of the true classes (n,), of the targets of a task that has classes."""
    return (y if y.ndim == 1 else y[:, 0]).astype(np.intp)


def side(y: Floats, whole: Task, task: Task) -> Floats:
    """The targets of a problem as the losses of one of its tasks take them: of a detection the codes (n,) or
    the corners (n, 4). whole: the task of the problem."""
    if whole is not Task.DETECTION:
        return y
    return y[:, 0] if task in CLASSES else y[:, 1:]


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


class Arguments:
    """What the losses of one model take, computed once for a block and shared between them."""

    def __init__(
        self,
        task: Task,
        y: Floats,
        predicted: Predicted,
        threshold: float | None = None,
        *,
        levels: Floats | None = None,
        class_weights: Floats | None = None,
    ):
        """y: targets or codes (n,), or (n, L); threshold None is 0.5 for probabilities and 0 for scores;
        levels: of quantiles (K,); class_weights: Σw of the true classes (k,)."""
        self._task, self._y, self._predicted, self._threshold = task, y, predicted, threshold
        self._levels, self._class_weights = levels, class_weights
        self._cache: dict[tuple[Argument, Kind], Arrays] = {}
        self._sides: dict[Task, Arguments] = {}

    def of(self, loss: Loss) -> Arrays:
        """The arguments of `loss.value`; the model must have predictions of a kind the loss needs."""
        if loss.argument is Argument.PARTS:
            return tuple(self.of(term.loss) for term in loss.terms)
        return self.side(loss.task).get(loss.argument, loss.needs)

    def side(self, task: Task) -> "Arguments":
        """Those of one task of the problem: of a detection those of its classes or of its boxes."""
        if self._task is not Task.DETECTION:
            return self
        if task not in self._sides:
            y = side(self._y, self._task, task)
            self._sides[task] = Arguments(
                task, y, self._predicted, self._threshold, class_weights=self._class_weights
            )
        return self._sides[task]

    def get(self, argument: Argument, needs: frozenset[Kind]) -> Arrays:
        kind = preferred(needs & self._predicted.keys())
        key = argument, kind
        if key not in self._cache:
            if self._task is Task.MULTICLASS:
                self._cache[key] = self._classes(argument, kind)
            elif self._task in CLASSES | NUMBERS:
                self._cache[key] = self._single(argument, kind)
            else:
                self._cache[key] = self._several(argument, kind)
        return self._cache[key]

    def _single(self, argument: Argument, kind: Kind) -> Arrays:
        y, p = self._y, self._predicted[kind]
        match argument:
            case Argument.RESIDUAL:
                return (p - y,)
            case Argument.PREDICTION:
                return y, sigmoid(p) if kind is Kind.LOGIT else p
            case Argument.SCORE:
                return y, logit(p) if kind is Kind.PROBABILITY else p
            case Argument.MARGIN:
                return (np.where(y == 1.0, p, -p),)
            case Argument.LOG_PROBABILITY:
                if kind is Kind.LOGIT:
                    return (-softplus(np.where(y == 1.0, -p, p)),)
                with np.errstate(divide="ignore"):
                    # p of the true class; log1p keeps the digits of a small p under y = 0
                    return (np.where(y == 1.0, np.log(p), np.log1p(-p)),)
            case _:
                return y, self._positive(p, kind)

    def _positive(self, p: Floats, kind: Kind) -> Floats:
        """Predicted codes: positive iff prediction > threshold."""
        if kind is Kind.LABEL:
            return p
        threshold = self._threshold
        if threshold is None:
            threshold = 0.5 if kind is Kind.PROBABILITY else 0.0
        return (p > threshold).astype(np.float64)

    def _classes(self, argument: Argument, kind: Kind) -> Arrays:
        codes, p = self._y.astype(np.intp), self._predicted[kind]
        match argument:
            case Argument.LOG_PROBABILITIES:
                with np.errstate(divide="ignore"):
                    return codes, log_softmax(p) if kind is Kind.LOGIT else np.log(p)
            case Argument.LOG_PROBABILITY:
                if kind is Kind.LOGIT:
                    _, log_p = self.get(Argument.LOG_PROBABILITIES, frozenset({kind}))
                    return (log_p[np.arange(len(codes)), codes],)
                with np.errstate(divide="ignore"):
                    return (np.log(p[np.arange(len(codes)), codes]),)
            case Argument.SCORE:
                return codes, p
            case Argument.COUNTS:
                assert self._class_weights is not None
                with np.errstate(divide="ignore"):
                    return codes, np.log(p) if kind is Kind.PROBABILITY else p, self._class_weights
            case _:
                return codes, p if kind is Kind.LABEL else p.argmax(axis=1)

    def _several(self, argument: Argument, kind: Kind) -> Arrays:
        y, p = self._y, self._predicted[kind]
        match argument:
            case Argument.LOG_PROBABILITIES:
                with np.errstate(divide="ignore"):
                    return y, log_softmax(p) if kind is Kind.LOGIT else np.log(p)
            case Argument.SCORES:
                return y, logit(p) if kind is Kind.PROBABILITY else p
            case Argument.LABEL:
                return y, p if kind is Kind.LABEL else self._positive(p, kind)
            case Argument.QUANTILES:
                assert self._levels is not None
                return y, p, self._levels
            case Argument.INTERVAL | Argument.MOMENTS:
                return y, p[:, 0], p[:, 1]
            case _:
                return y, p


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
