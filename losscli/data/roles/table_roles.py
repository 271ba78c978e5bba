"""One table → the roles of its columns: the plain reading, then what the names of several columns say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import takewhile

import numpy as np

from losscli.data.roles.asked import Asked
from losscli.data.roles.candidates import Predicted
from losscli.data.roles.models import Vectors
from losscli.data.roles.outputs import TRUE_WORDS, are_binary, corner_columns, target_columns
from losscli.data.roles.predictions import find_predictions
from losscli.data.roles.problem import Problem, resolve, resolve_detection, resolve_vectors
from losscli.data.roles.target import find_target, is_mostly_distinct, is_numeric, target_labels
from losscli.data.roles.tasks import task_of, task_of_flags
from losscli.data.roles.values import numbers_of
from losscli.data.roles.vectors import find_vectors
from losscli.data.roles.views import with_text
from losscli.data.roles.words import is_prediction_name, role_spans
from losscli.data.table import Table, block_count
from losscli.domain import CLASSES, NUMBERS, TASKS, Kind, Task
from losscli.errors import Fix, LosscliError, UsageError, Where


@dataclass(frozen=True, slots=True)
class TableRoles:
    """The columns of the target, the predictions of one column or a column per class, and what is found where
    a target or a prediction takes several. table: the file's columns, and those made of them; bounds: ends of
    intervals, where their points alone are models."""

    table: Table
    targets: tuple[str, ...]
    predicted: Predicted
    found: Vectors | None = None
    said: tuple[str, ...] = ()
    one_hot: tuple[str, ...] = ()  # the columns that the target is made of
    bounds: tuple[str, ...] = ()

    def problem(self, asked: Asked) -> tuple[Table, Problem]:
        """The problem that it poses, and the table as that problem reads it."""
        if self.one_hot and asked.task is None:
            asked = replace(asked, task=Task.MULTICLASS)
        if self.found is None:
            table, problem = resolve(self.table, self.targets[0], self.predicted, asked)
        elif self.predicted.columns:
            table, problem = resolve_detection(self.table, self.targets[0], self.predicted, self.found, asked)
        else:
            table, problem = resolve_vectors(self.table, self.found, asked)
        bounds = (f"{name}: a bound, no model" for name in self.bounds)
        said = (*problem.said, *self.said, *bounds)
        return table, replace(problem, said=said, bounds=self.bounds, target_sources=self.one_hot)


def read_roles(table: Table, asked: Asked) -> TableRoles:
    """The roles in one table. Names that speak of several columns are heard where the plain rules fail, where
    the plain predictions are but parts of them, and where the task, or all given losses, ask for them.

    Raises UsageError, with lines to paste, where a role must be named.
    """
    task = asked.task or _task_of_losses(asked.losses)
    of_class = _is_of_class(asked)
    both = _class_and_box(table, asked) if task in (None, Task.DETECTION) and not of_class else None
    if both is not None:
        return both
    one_hot = _one_hot(table, asked, task)
    if one_hot is not None:
        return one_hot
    if task is None or task in CLASSES | NUMBERS:
        return _plain(table, asked, task, of_class=of_class)
    found = find_vectors(table, asked)
    if found is None or found.task is not task:
        who = "the given losses are" if asked.task is None else "--task"
        raise UsageError(
            f"{who} {task}: no columns are named as it needs them",
            where=Where(table.path),
            advice=TASKS[task].named_as,
            fixes=[Fix(("--task",) if asked.task else ("--loss",), "the task that the columns make")],
        )
    return _of_vectors(table, found)


def _plain(table: Table, asked: Asked, task: Task | None, *, of_class: bool) -> TableRoles:
    """A target of one column, else what several columns say."""
    flagged = task_of_flags(asked.task, asked.losses, asked.positive)
    if flagged is not None and flagged[0] in NUMBERS and not asked.pred:
        points = _points(table, asked)
        if points is not None:
            return points
    try:
        target = find_target(table, asked)
        beside = corner_columns(table.columns, replace(asked, target=None)) if of_class else ()
        labels = class_labels_of(table, target, task)
        if asked.classes and set(labels) <= set(asked.classes):
            labels = asked.classes
        predicted = find_predictions(table, asked, target, labels, beside)
    except LosscliError as error:
        found = find_vectors(table, asked)
        if found is None:
            raise error
        return _of_vectors(table, found)
    found = find_vectors(table, asked, plain=True) if task is None and flagged is None else None
    if found is not None and _are_parts(predicted.columns, found, asked.pred):
        return _of_vectors(table, found)
    return TableRoles(table, (target,), predicted)


def _points(table: Table, asked: Asked) -> TableRoles | None:
    """The points of forecasts as predictions of numbers, where every model has one: ends are no models."""
    try:
        found = find_vectors(table, replace(asked, task=Task.FORECAST))
    except UsageError:
        return None
    points = {}
    for model in found.models if found is not None else ():
        own = next((part.columns[0] for part in model.parts if part.kind is Kind.VALUE), None)
        if own is None:
            return None
        points[own] = model
    if found is None or not points:
        return None
    inside = {name for model in points.values() for name in model.columns}
    spoken = [name for name in table.columns if is_prediction_name(name) and name not in inside]
    single = [name for name in table.columns if name in points or name in spoken]
    bounds = tuple(name for name in table.columns if name in inside and name not in points)
    return TableRoles(table, found.targets, Predicted(dict.fromkeys(single)), bounds=bounds)


def class_labels_of(table: Table, target: str, task: Task | None) -> tuple[str, ...]:
    """The labels that the values of a target would be, () where it is no class."""
    if task in NUMBERS or is_mostly_distinct(table, target):
        return ()
    if is_numeric(table, target) and table.columns[target].first_word is not None:
        return ()
    return target_labels(table.columns, target) or ()


def _of_vectors(table: Table, found: Vectors) -> TableRoles:
    return TableRoles(table, found.targets, Predicted(), found)


def _is_of_class(asked: Asked) -> bool:
    """Whether --task, or else every given loss, asks for a class."""
    if asked.task is not None or not asked.losses:
        return asked.task in CLASSES
    return bool(frozenset.intersection(*asked.losses) & CLASSES)


def _one_hot(table: Table, asked: Asked, task: Task | None) -> TableRoles | None:
    """A target of a column per class, beside predictions with one: read as one text column of classes.

    None where the columns are no such target, and where a flag asks for another task.
    """
    if task not in (None, *CLASSES):
        return None
    taken = set(asked.named)
    named = [name for name in table.columns if name not in taken]
    if len(target_columns(named, asked.target, TRUE_WORDS)) < 2:  # whatever their values are
        return None
    free = [name for name in named if is_numeric(table, name)]
    columns = target_columns(free, asked.target, TRUE_WORDS)
    names = tuple(columns.values())
    if len(names) < 2 or any(map(role_spans, names)) or not are_binary(table, names):
        return None
    if not _have_one_each(table, names):
        return None
    name = _shared_word(names) or "target"
    while name in table.columns:
        name += "_class"
    made = with_text(table, name, names[0], lambda block: _words_of(table, block, columns))
    try:
        predicted = find_predictions(made, asked, name, tuple(columns), beside=names)
    except UsageError:
        if task is None:  # several targets may read otherwise
            return None
        raise
    if not predicted.blocks:
        return None
    return TableRoles(
        made, (name,), predicted, said=(f"{name}: one-hot in {', '.join(names)}",), one_hot=names
    )


def _have_one_each(table: Table, names: Sequence[str]) -> bool:
    """Whether every whole row has a single 1."""
    for block in range(block_count(table)):
        rows = np.column_stack([numbers_of(table, block, name) for name in names])
        rows = rows[np.isfinite(rows).all(axis=1)]
        if not (rows.sum(axis=1) == 1.0).all():
            return False
    return True


def _words_of(table: Table, block: int, columns: dict[str, str]) -> list[str]:
    """The class of every row, "" where a column is missing."""
    rows = np.column_stack([numbers_of(table, block, name) for name in columns.values()])
    labels = (*columns, "")
    places = np.where(np.isfinite(rows).all(axis=1), np.nan_to_num(rows).argmax(axis=1), len(columns))
    return [labels[place] for place in places.tolist()]


def _shared_word(names: Sequence[str]) -> str:
    """What all names begin with, without the sign at its end."""
    first, last = min(names), max(names)
    same = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    return "".join(letter for letter, _ in same).rstrip(" _.:-")


def _class_and_box(table: Table, asked: Asked) -> TableRoles | None:
    """The roles where names speak of predictions of a class, and of corners beside them; else None. --target
    names the class, or the corners by a pattern.

    Raises UsageError for a model that lacks a corner.
    """
    by_pattern = asked.target is not None and asked.target not in table.columns
    of_box = replace(asked, task=Task.BOXES, pred=(), target=asked.target if by_pattern else None)
    of_class = replace(asked.of_class, pred=(), target=None if by_pattern else asked.target)
    corners = corner_columns(table.columns, of_box)
    if not corners:
        return None
    try:
        target = find_target(table, of_class)
        labels = class_labels_of(table, target, None)
        predicted = find_predictions(table, of_class, target, labels, corners)
        spoken = all(map(is_prediction_name, predicted.columns))  # any other column may lie beside boxes
        if not spoken or task_of(table, target, predicted, of_class)[0] not in CLASSES:
            return None
    except LosscliError:
        return None
    boxes = find_vectors(table, of_box)
    return None if boxes is None else TableRoles(table, (target, *boxes.targets), predicted, boxes)


def _are_parts(predictions: Iterable[str], found: Vectors, pred: Sequence[str]) -> bool:
    """Whether plain predictions are but parts of models of several columns, which --pred names if it does."""
    parts = {name for model in found.models for name in model.columns}
    named = all(any(fnmatchcase(model.name, text) for model in found.models) for text in pred)
    return named and parts.issuperset(predictions)


def _task_of_losses(losses: Sequence[frozenset[Task]]) -> Task | None:
    """The task of several columns that all given losses are for; None where they leave it open.

    losses: the tasks of each.
    """
    shared = frozenset.intersection(*losses) if losses else frozenset()
    one = next(iter(shared)) if len(shared) == 1 else None
    return None if one in CLASSES | NUMBERS else one
