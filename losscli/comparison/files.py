"""Files → one table and the problem it poses; several files are joined, and a model is named by its file."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

from losscli.domain import CLASSES, NUMBERS, Task
from losscli.errors import LosscliError, UsageError, Where
from losscli.result import Input
from losscli.table import ReadOptions, Table, join, read
from losscli.task import (
    Asked,
    ModelColumns,
    Problem,
    check_named,
    check_units,
    find_predictions,
    find_target,
    find_vectors,
    label_order,
    resolve,
    resolve_vectors,
)

NAMED_AS = {
    Task.MULTIOUTPUT: "Name them target_a, target_b … and pred_a, pred_b …",
    Task.MULTILABEL: "Name them target_a, target_b … (0 or 1) and prob_a, prob_b …",
    Task.DISTRIBUTION: "Name them target_a, target_b … (shares) and prob_a, prob_b …",
    Task.FORECAST: "Beside the target: q0.1 … q0.9, or lower and upper, or mean and sd, or member_1 …",
    Task.BOXES: "Name them x1, y1, x2, y2 and pred_x1, pred_y1, pred_x2, pred_y2",
}
Opened = tuple[Table, Problem, tuple[Input, ...]]
Roles = tuple[str, Mapping[str, str | None]]  # the target, and the predictions with the names given to them


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
        return tables[0], _problem(tables[0], asked), inputs
    stems = _stems(paths)
    table, problem = _joined(tables, _roles_of_files(tables, stems, asked), stems, asked)
    return table, problem, inputs


def _problem(table: Table, asked: Asked) -> Problem:
    """What one table poses; names that speak of several columns are heard where the plain rules fail."""
    if asked.task is None or asked.task in CLASSES | NUMBERS:
        try:
            target, predictions = _roles(table, asked)
        except LosscliError as error:
            found = find_vectors(table, asked)
            if found is None:
                raise error
            return resolve_vectors(table, found, asked)
        return resolve(table, target, predictions, asked)
    found = find_vectors(table, asked)
    if found is None:
        raise UsageError(
            f"--task {asked.task}: no columns are named as it needs them",
            where=Where(table.path),
            advice=NAMED_AS[asked.task],
        )
    return resolve_vectors(table, found, asked)


def _roles(table: Table, asked: Asked) -> Roles:
    target = find_target(table, asked)
    return target, find_predictions(table, asked, target)


def _roles_of_files(tables: Sequence[Table], stems: Sequence[str], asked: Asked) -> list[Roles]:
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
    tables: Sequence[Table], roles: Sequence[Roles], stems: Sequence[str], asked: Asked
) -> tuple[Table, Problem]:
    first = list(dict.fromkeys((roles[0][0], *asked.named)))
    take = [(0, name, name) for name in first]
    take += [
        (i, name, f"{stem}:{name}")
        for i, ((_, predictions), stem) in enumerate(zip(roles, stems, strict=True))
        for name in predictions
    ]
    table = join(tables, key=asked.id, same=[own for own, _ in roles], take=take)
    inner = replace(asked, weights=None, group=None, time=None, by=None)
    problems = [
        resolve(own, target, predictions, asked if i == 0 else inner)
        for i, (own, (target, predictions)) in enumerate(zip(tables, roles, strict=True))
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
    own = tuple(label for label in problems[0].labels if all(label in p.labels for p in problems))
    every = {label for problem in problems for label in problem.labels}
    labels = own + tuple(sorted(every - set(own), key=label_order))
    decisions = [line for line in problems[0].decisions if not line.startswith("model ")]
    decisions += [f"model {model.name}: {model.kind} in {', '.join(model.columns)}" for model in models]
    return table, replace(problems[0], models=tuple(models), labels=labels, decisions=tuple(decisions))


def stem(path: str) -> str:
    """A file's name without its suffixes."""
    return PurePath(path).name.partition(".")[0] or path


def _stems(paths: Sequence[str]) -> list[str]:
    """Each file's name without its suffixes; the whole path where two are alike."""
    names = [stem(path) for path in paths]
    return [name if names.count(name) == 1 else path for name, path in zip(names, paths, strict=True)]
