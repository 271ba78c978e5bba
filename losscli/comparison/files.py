"""Files → one table and the problem it poses; several files are joined, and a model is named by its file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import PurePath

from losscli.data.roles import (
    Asked,
    ModelColumns,
    Problem,
    Vectors,
    at_shared_levels,
    check_named,
    check_units,
    corner_columns,
    find_predictions,
    find_target,
    find_vectors,
    is_prediction_name,
    label_order,
    listed,
    resolve,
    resolve_detection,
    resolve_vectors,
    task_of,
)
from losscli.data.table import ReadOptions, Table, join, read
from losscli.domain import CLASSES, NUMBERS, TASKS, Task
from losscli.errors import LosscliError, UsageError, Where
from losscli.result import Input

Opened = tuple[Table, Problem, tuple[Input, ...]]


@dataclass(frozen=True, slots=True)
class _Roles:
    """The columns of the target, those of single predictions with the names given to them, and what is found
    where a target or a prediction takes several."""

    targets: tuple[str, ...]
    single: Mapping[str, str | None]
    found: Vectors | None = None

    @classmethod
    def of(cls, found: Vectors) -> "_Roles":
        return cls(found.targets, {}, found)

    @property
    def predictions(self) -> tuple[str, ...]:
        models = self.found.models if self.found is not None else ()
        return tuple(dict.fromkeys([*self.single, *(name for model in models for name in model.columns)]))

    def problem(self, table: Table, asked: Asked) -> Problem:
        if self.found is None:
            return resolve(table, self.targets[0], self.single, asked)
        if self.single:
            return resolve_detection(table, self.targets[0], self.single, self.found, asked)
        return resolve_vectors(table, self.found, asked)


def open_files(paths: Sequence[str], options: ReadOptions, asked: Asked) -> Opened:
    """Read the files and find the roles of their columns.

    Raises DataError where a file cannot be read or the files do not fit together, UsageError where a
    role must be named.
    """
    tables = [read(path, options) for path in paths]
    check_units(tables[0], asked)
    inputs = tuple(Input(table.path, table.sha256, table.rows) for table in tables)
    for table in tables:
        if asked.id is not None:
            check_named(table, asked.id, "--id")
    if len(tables) == 1:
        return tables[0], _roles(tables[0], asked).problem(tables[0], asked), inputs
    stems = _stems(paths)
    table, problem = _joined(tables, _roles_of_files(tables, stems, asked), stems, asked)
    return table, problem, inputs


def _roles(table: Table, asked: Asked) -> _Roles:
    """The roles in one table. Names that speak of several columns are heard where the plain rules fail, where
    the plain predictions are but parts of them, and where the task, or all given losses, ask for them."""
    task = asked.task or _task_of_losses(asked.losses)
    of_class = _is_of_class(asked)
    both = _class_and_box(table, asked) if task in (None, Task.DETECTION) and not of_class else None
    if both is not None:
        return both
    if task is None or task in CLASSES | NUMBERS:
        try:
            target = find_target(table, asked)
            beside = corner_columns(table.columns, replace(asked, target=None)) if of_class else ()
            predictions = find_predictions(table, asked, target, beside)
        except LosscliError as error:
            found = find_vectors(table, asked)
            if found is None:
                raise error
            return _Roles.of(found)
        found = find_vectors(table, asked, plain=True) if task is None else None
        if found is not None and _are_parts(predictions, found, asked.pred):
            return _Roles.of(found)
        return _Roles((target,), predictions)
    found = find_vectors(table, asked)
    if found is None or found.task is not task:
        who = "the given losses are" if asked.task is None else "--task"
        raise UsageError(
            f"{who} {task}: no columns are named as it needs them",
            where=Where(table.path),
            advice=TASKS[task].named_as,
        )
    return _Roles.of(found)


def _is_of_class(asked: Asked) -> bool:
    """Whether --task, or else every given loss, asks for a class."""
    if asked.task is not None or not asked.losses:
        return asked.task in CLASSES
    return bool(frozenset.intersection(*asked.losses) & CLASSES)


def _class_and_box(table: Table, asked: Asked) -> _Roles | None:
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
        predictions = find_predictions(table, of_class, target, corners)
    except LosscliError:
        return None
    spoken = all(map(is_prediction_name, predictions))  # any other column may lie beside boxes
    if not spoken or task_of(table, target, predictions, of_class)[0] not in CLASSES:
        return None
    boxes = find_vectors(table, of_box)
    return None if boxes is None else _Roles((target, *boxes.targets), predictions, boxes)


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


def _roles_of_files(tables: Sequence[Table], stems: Sequence[str], asked: Asked) -> list[_Roles]:
    """The roles in each file. `--pred` may name a file by its stem, its model as `stem:name`, or what
    only some of the files have. Raises UsageError for one that no file has, and for a file without any."""
    own: list[list[str]] = [[] for _ in tables]
    for text in asked.pred:
        errors = []
        for table, stem, wanted in zip(tables, stems, own, strict=True):
            inner = "" if text == stem else text.removeprefix(f"{stem}:")
            try:
                _roles(table, replace(asked, pred=(inner,) if inner else ()))
                wanted.append(inner)
            except UsageError as error:
                errors.append(error)
        if len(errors) == len(tables):
            raise errors[0]
    for table, wanted in zip(tables, own, strict=True):
        if asked.pred and not wanted:
            raise UsageError("no --pred names a model of this file", where=Where(table.path))
    return [
        _roles(table, replace(asked, pred=() if "" in wanted else tuple(wanted)))
        for table, wanted in zip(tables, own, strict=True)
    ]


def _joined(
    tables: Sequence[Table], roles: Sequence[_Roles], stems: Sequence[str], asked: Asked
) -> tuple[Table, Problem]:
    roles = [_ordered(own, roles[0], table) for own, table in zip(roles, tables, strict=True)]
    take = [(0, name, name) for name in dict.fromkeys((*roles[0].targets, *asked.named))]
    take += [
        (i, name, f"{stem}:{name}")
        for i, (own, stem) in enumerate(zip(roles, stems, strict=True))
        for name in own.predictions
    ]
    table = join(tables, key=asked.id, same=[own.targets for own in roles], take=take)
    inner = replace(asked, weights=None, group=None, time=None, by=None)
    problems = [
        one.problem(own, asked if i == 0 else inner)
        for i, (own, one) in enumerate(zip(tables, roles, strict=True))
    ]
    tasks = {problem.task for problem in problems}
    if len(tasks) > 1:
        raise UsageError(
            f"the files look like different tasks: {' and '.join(sorted(tasks))}",
            advice=f"Say it: --task {min(tasks)}",
        )
    models: list[ModelColumns] = []
    for problem, stem in zip(problems, stems, strict=True):
        for model in problem.models:
            name = stem if len(problem.models) == 1 else f"{stem}:{model.name}"
            parts = [replace(p, columns=tuple(f"{stem}:{c}" for c in p.columns)) for p in model.parts]
            models.append(ModelColumns(name, tuple(parts)))
    if problems[0].task is Task.FORECAST:
        models = list(at_shared_levels(models, table)[0])
    own = tuple(label for label in problems[0].labels if all(label in p.labels for p in problems))
    every = {label for problem in problems for label in problem.labels}
    labels = own + tuple(sorted(every - set(own), key=label_order))
    decisions = [line for line in problems[0].decisions if not line.startswith("model ")]
    decisions += [f"model {model.name}: {model.kind} in {listed(model.columns)}" for model in models]
    return table, replace(problems[0], models=tuple(models), labels=labels, decisions=tuple(decisions))


def _ordered(roles: _Roles, first: _Roles, table: Table) -> _Roles:
    """The roles with the targets in the order of the first file. Raises UsageError for other targets."""
    if len(roles.targets) != len(first.targets):
        raise UsageError(
            f"the target takes {len(roles.targets)} columns here and {len(first.targets)} in the first file",
            where=Where(table.path),
            advice=f"Here: {', '.join(roles.targets)}; there: {', '.join(first.targets)}",
        )
    if roles.found is None or first.found is None:
        return roles
    here, there = (one.models[0].parts[0].labels for one in (roles.found, first.found))
    if here == there:
        return roles
    if sorted(here) != sorted(there):
        raise UsageError(
            f"the targets are of {', '.join(here)} here and of {', '.join(there)} in the first file",
            where=Where(table.path),
            advice="Give them the same endings",
        )
    return _Roles.of(roles.found.in_order([here.index(label) for label in there]))


def stem(path: str) -> str:
    """A file's name without its suffixes."""
    return PurePath(path).name.partition(".")[0] or path


def _stems(paths: Sequence[str]) -> list[str]:
    """Each file's name without its suffixes; the whole path where two are alike."""
    names = [stem(path) for path in paths]
    return [name if names.count(name) == 1 else path for name, path in zip(names, paths, strict=True)]
