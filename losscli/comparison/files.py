"""Files → one table and the problem it poses; several files are joined, and a model is named by its file."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

from losscli.errors import UsageError, Where
from losscli.result import Input
from losscli.table import ReadOptions, Table, join, read
from losscli.task import Asked, ModelColumns, Problem, check_named, find_predictions, find_target, resolve

Opened = tuple[Table, Problem, tuple[Input, ...]]
Roles = tuple[str, Mapping[str, str | None]]  # the target, and the predictions with the names given to them


def open_files(paths: Sequence[str], options: ReadOptions, asked: Asked) -> Opened:
    """Read the files and find the roles of their columns.

    Raises DataError where a file cannot be read or the files do not fit together, UsageError where a
    role must be named.
    """
    tables = [read(path, options) for path in paths]
    inputs = tuple(Input(table.path, table.sha256, table.rows) for table in tables)
    for table in tables:
        if asked.id is not None:
            check_named(table, asked.id, "--id")
    if len(tables) == 1:
        target, predictions = _roles(tables[0], asked)
        return tables[0], resolve(tables[0], target, predictions, asked), inputs
    stems = _stems(paths)
    table, problem = _joined(tables, _roles_of_files(tables, stems, asked), stems, asked)
    return table, problem, inputs


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
    target = roles[0][0]
    problems = [
        resolve(table, own, predictions, asked if i == 0 else replace(asked, weights=None))
        for i, (table, (own, predictions)) in enumerate(zip(tables, roles, strict=True))
    ]
    tasks = {problem.task for problem in problems}
    if len(tasks) > 1:
        raise UsageError(
            f"the files look like different tasks: {' and '.join(sorted(tasks))}",
            advice=f"Say it: --task {min(tasks)}",
        )
    first = [name for name in (target, asked.id, asked.weights) if name is not None]
    take = [(0, name, name) for name in first]
    models: list[ModelColumns] = []
    for i, (problem, stem) in enumerate(zip(problems, stems, strict=True)):
        new = {name: f"{stem}:{name}" for model in problem.models for name in model.columns}
        take += [(i, old, name) for old, name in new.items()]
        for model in problem.models:
            name = stem if len(problem.models) == 1 else f"{stem}:{model.name}"
            parts = tuple(replace(part, columns=tuple(new[c] for c in part.columns)) for part in model.parts)
            models.append(ModelColumns(name, parts))
    table = join(tables, key=asked.id, same=[own for own, _ in roles], take=take)
    labels = max((problem.labels for problem in problems), key=len)
    every = {label for problem in problems for label in problem.labels}
    if every != set(labels):
        labels = tuple(sorted(every))
    decisions = [line for line in problems[0].decisions if not line.startswith("model ")]
    decisions += [f"model {model.name}: {model.kind} in {', '.join(model.columns)}" for model in models]
    return table, replace(problems[0], models=tuple(models), labels=labels, decisions=tuple(decisions))


def _stems(paths: Sequence[str]) -> list[str]:
    """Each file's name without its suffixes; the whole path where two are alike."""
    names = [PurePath(path).name.partition(".")[0] or path for path in paths]
    return [name if names.count(name) == 1 else path for name, path in zip(names, paths, strict=True)]
