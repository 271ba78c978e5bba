"""Files → one table and the problem it poses; several files are joined, and a model is named by its file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from losscli.data.roles.asked import Asked
from losscli.data.roles.classes import label_order
from losscli.data.roles.evidence import roles_of
from losscli.data.roles.forecasts import at_shared_levels
from losscli.data.roles.ids import may_name_rows, named_like_id
from losscli.data.roles.left_out import Files, with_left_out
from losscli.data.roles.lines import completed
from losscli.data.roles.long import split_models
from losscli.data.roles.models import ModelColumns, listed
from losscli.data.roles.problem import Problem
from losscli.data.roles.table_roles import TableRoles, read_roles
from losscli.data.roles.target import check_named, check_units, shell_word, target_by_name, targets_beside
from losscli.data.roles.words import is_prediction_name
from losscli.data.table import ReadOptions, Table, align, beside, check_same, path_stem, read
from losscli.domain import Task
from losscli.errors import Fix, LosscliError, UsageError, Where
from losscli.result import ColumnRole, Input

Opened = tuple[Table, Problem, tuple[Input, ...]]
Reader = Callable[[str, ReadOptions], Table]


def open_files(paths: Sequence[str], options: ReadOptions, asked: Asked, reader: Reader = read) -> Opened:
    """Read the files and find the roles of their columns; reader: gives the table of a path.

    Raises DataError where a file cannot be read or the files do not fit together, UsageError where a
    role must be named.
    """
    posed, inputs = _opened(paths, options, asked, reader)
    return posed.table, posed.problem, inputs


def roles_of_files(
    paths: Sequence[str], options: ReadOptions, asked: Asked, reader: Reader = read
) -> tuple[Table, Problem, tuple[Input, ...], tuple[ColumnRole, ...]]:
    """As `open_files`, and the role of every column."""
    posed, inputs = _opened(paths, options, asked, reader)
    return posed.table, posed.problem, inputs, tuple(roles_of(posed.files, posed.problem, asked))


def _opened(
    paths: Sequence[str], options: ReadOptions, asked: Asked, reader: Reader
) -> tuple["Posed", tuple[Input, ...]]:
    twice = next((path for place, path in enumerate(paths) if path in paths[:place]), None)
    if twice is not None:
        raise UsageError("this file is given twice", where=Where(twice), advice="Give every file once")
    if asked.model_column is not None and (len(paths) > 1 or asked.truth is not None):
        raise UsageError(
            f"--model-column {shell_word(asked.model_column)}: several files are a model each",
            advice="Leave it out, or give one file:",
            fixes=[Fix(("--model-column",), "each file is a model")],
        )
    tables = [reader(path, options) for path in paths]
    truth = None if asked.truth is None else reader(asked.truth, options)
    every = tables if truth is None else [truth, *tables]
    posed = pose(tables, _stems(paths), asked, truth)
    for name in asked.named:  # before work is spread over processes, each of which would read it
        _ = name in posed.table.columns and posed.table.columns[name].missing
    return posed, tuple(table.origin.input for table in every)


@dataclass(frozen=True, slots=True)
class Posed:
    """What tables pose. table: of all columns with a role; files: each as it was read, and what stands before
    the names of its columns in that table: `stem:` where there are several."""

    table: Table
    problem: Problem
    files: Files


def pose(tables: Sequence[Table], stems: Sequence[str], asked: Asked, truth: Table | None = None) -> Posed:
    """The problem that tables pose, one or several; stems: what each is called; truth: that of the target."""
    check_units(tables[0], asked)
    for table in tables if truth is None else (truth, *tables):
        if asked.id is not None:
            check_named(table, asked.id, "--id")
    if len(tables) == 1 and truth is None:
        models = split_models(tables[0], asked)
        if models is None:
            table, problem = _alone(tables[0], asked)
            files: Files = ((tables[0], ""),)
        else:
            table, problem = _joined(_aligned(models.tables, models.names, models.asked, None), models.asked)
            problem = replace(problem, model_column=models.column)
            files = ((tables[0], f"{models.names[0]}:"),)
    else:
        if truth is not None and asked.id is None:
            raise _no_id((truth, *tables))
        table, problem = _joined(_aligned(tables, stems, asked, truth), asked)
        files = tuple((one, f"{name}:") for name, one in zip(stems, tables, strict=True))
        if truth is not None:
            files = ((truth, f"{path_stem(truth.path)}:"), *files)
    return Posed(table, with_left_out(problem, table, files, asked), files)


def _alone(table: Table, asked: Asked) -> tuple[Table, Problem]:
    def read(asked: Asked) -> tuple[Table, Problem]:
        return read_roles(table, asked).problem(asked)

    try:
        return read(asked)
    except UsageError as error:
        raise completed(error, asked, read) from None


def fixes_of_ids(tables: Sequence[Table], but: str | None = None) -> list[Fix]:
    """The columns that all tables have and that may name their rows, those named like it first; but: one that
    does not."""
    shared = [name for name in tables[0].columns if all(name in table.columns for table in tables)]
    names = [
        name
        for name in sorted(shared, key=lambda name: not named_like_id(name))
        if name != but and all(may_name_rows(table, name) for table in tables)
    ]
    return [Fix(("--id", name), f"rows are paired by {name}") for name in names[:2]]


def _no_id(tables: Sequence[Table]) -> UsageError:
    fixes = fixes_of_ids(tables)
    return UsageError(
        "the file with the target and those with predictions are paired row by row by an id",
        where=Where(tables[0].path),
        advice="Name the column that all files have:" if fixes else "Give all files a column of ids",
        fixes=fixes,
    )


@dataclass(frozen=True, slots=True)
class _File:
    """One file among several.

    stem: what it is called; table: its rows in the order of the first; reading: its roles, beside the target;
    own: column of the reading → of the file.
    """

    stem: str
    table: Table
    reading: TableRoles
    own: dict[str, str]

    def shown(self, name: str) -> str:
        return f"{self.stem}:{self.own.get(name, name)}"


def _aligned(tables: Sequence[Table], stems: Sequence[str], asked: Asked, truth: Table | None) -> list[_File]:
    """The files with predictions, in the rows of the first, each with the target in its table."""
    given = list(zip(stems, tables, strict=True))
    source = None
    if truth is None:
        lacking = [(stem, table) for stem, table in given if not _has_target(table, asked)]
        bare = [(stem, table) for stem, table in given if _is_bare(table, asked)]
        if len(bare) == 1 and len(given) > 1:
            ((_, source),) = bare
            given = [(stem, table) for stem, table in given if table is not source]
        elif lacking and len(lacking) < len(given):
            source = next(table for _, table in given if _has_target(table, asked))
    else:
        source = truth
    if source is not None and asked.id is None:
        raise _no_id([source, *(table for _, table in given)])
    first = given[0][1] if source is None else source
    order = [first, *(table for _, table in given if table is not first)]
    rows, said = align(order, key=asked.id, common=asked.common, others=lambda: fixes_of_ids(order, asked.id))
    placed = {id(table): row for table, row in zip(order, rows, strict=True)}
    targets = () if source is None else _targets_of(placed[id(source)], asked, alone=truth is not None)
    by_truth = truth is not None or (source is not None and all(table is not source for _, table in given))
    views: list[tuple[str, Table, dict[str, str]]] = []
    for stem, table in given:
        own = placed[id(table)]
        if (
            source is None
            or (table is source and not by_truth)
            or (not by_truth and _has_target(table, asked))
        ):
            views.append((stem, own, {}))
        else:
            views.append((stem, *_with_target(placed[id(source)], targets, own, asked)))
    told = replace(asked, target=targets[0]) if by_truth and len(targets) == 1 else asked
    readings = _readings([view for _, view, _ in views], [stem for stem, *_ in views], told)
    for (_, view, _), reading in zip(views, readings, strict=True) if by_truth else ():
        if not reading.one_hot and not set(reading.targets) <= set(targets):
            raise UsageError(
                f"no column predicts {listed(targets)}, the target of the other file",
                where=Where(view.path),
                advice="Name its predictions after the target, or say which column is the target:",
                fixes=[Fix(("--target", name), f"{name} is the target") for name in targets[:2]],
            )
    if said:
        readings[0] = replace(readings[0], said=(*readings[0].said, *said))
    return [
        _File(stem, view, reading, names)
        for (stem, view, names), reading in zip(views, readings, strict=True)
    ]


def _has_target(table: Table, asked: Asked) -> bool:
    """Whether a table names a target of its own."""
    if asked.target is not None and asked.target in table.columns:
        return True
    if target_by_name(table, asked.named) is not None or targets_beside(table, asked.named):
        return True
    try:
        read_roles(table, replace(asked, pred=()))
    except LosscliError:
        return False
    return True


def _is_bare(table: Table, asked: Asked) -> bool:
    """Whether a table has a target and nothing beside it that could be a prediction."""
    left = [name for name in table.columns if name not in asked.named and not named_like_id(name)]
    return len(left) == 1 and (asked.target in (None, left[0])) and _has_target(table, asked)


def _targets_of(table: Table, asked: Asked, *, alone: bool) -> tuple[str, ...]:
    """The target of the file that holds it: named, by its name, or its only other columns."""
    left = [name for name in table.columns if name not in asked.named and not named_like_id(name)]
    if asked.target is not None:
        return (check_named(table, asked.target, "--target"),)
    if alone and len(left) == 1:
        return (left[0],)
    named = target_by_name(table, asked.named)
    if named is not None:
        return (named,)
    outputs = tuple(name for name in left if not is_prediction_name(name))
    if alone and len(outputs) > 1:
        return outputs
    raise UsageError(
        "which column is the target?",
        where=Where(table.path),
        advice="Name it:",
        fixes=[Fix(("--target", name), f"{name} is the target") for name in left[:3]],
    )


def _with_target(
    source: Table, targets: Sequence[str], table: Table, asked: Asked
) -> tuple[Table, dict[str, str]]:
    """(the columns of a file beside the target, column → that of the file): one of the target's name is the
    file's prediction."""
    take, own = [(0, name, name) for name in targets], {}
    for name in table.columns:
        if name in asked.named:
            continue
        new = name
        if name in targets:
            new = f"{name}_pred"
            while new in table.columns or new in targets:
                new = f"{new}_"
        own[new] = name
        take.append((1, name, new))
    take += [(0, name, name) for name in asked.named if name in source.columns and name not in targets]
    return beside([source, table], take), own


def _readings(tables: Sequence[Table], stems: Sequence[str], asked: Asked) -> list[TableRoles]:
    """The roles in each file. `--pred` may name a file by its stem, its model as `stem:name`, or what
    only some of the files have. Raises UsageError for one that no file has, and for a file without any."""
    own: list[list[str]] = [[] for _ in tables]
    for text in asked.pred:
        errors = []
        for table, stem, wanted in zip(tables, stems, own, strict=True):
            inner = "" if text == stem else text.removeprefix(f"{stem}:")
            try:
                read_roles(table, replace(asked, pred=(inner,) if inner else ()))
                wanted.append(inner)
            except UsageError as error:
                errors.append(error)
        if len(errors) == len(tables):
            raise errors[0]
    for table, wanted in zip(tables, own, strict=True):
        if asked.pred and not wanted:
            raise UsageError(
                "no --pred names a model of this file",
                where=Where(table.path),
                advice="Name one of each file, or leave the file out:",
                fixes=[Fix(("--pred",), "every model of every file")],
            )
    return [
        read_roles(table, replace(asked, pred=() if "" in wanted else tuple(wanted)))
        for table, wanted in zip(tables, own, strict=True)
    ]


def _joined(files: Sequence[_File], asked: Asked) -> tuple[Table, Problem]:
    """The files beside each other, and the problem that they pose together."""
    first = files[0].reading
    readings = [_ordered(one.reading, first, one.table) for one in files]

    def ids_of_files() -> list[Fix]:
        return fixes_of_ids([reading.table for reading in readings], asked.id)

    said = [
        check_same(first.table, here, reading.table, there, asked.id, ids_of_files)
        for reading in readings[1:]
        for here, there in zip(first.targets, reading.targets, strict=True)
    ]
    inner = replace(asked, weights=None, group=None, time=None, by=None, model_column=None)
    posed = [reading.problem(inner if i else asked) for i, reading in enumerate(readings)]
    problems = [problem for _, problem in posed]
    _check_one_task(problems)
    take = [(0, name, name) for name in dict.fromkeys((*problems[0].targets, *asked.named))]
    models: list[ModelColumns] = []
    for i, (file, problem) in enumerate(zip(files, problems, strict=True)):
        names = {name: file.shown(name) for model in problem.models for name in model.columns}
        take += [(i, name, new) for name, new in names.items()]
        for model in problem.models:
            name = file.stem if len(problem.models) == 1 else f"{file.stem}:{model.name}"
            parts = [replace(part, columns=tuple(names[c] for c in part.columns)) for part in model.parts]
            models.append(ModelColumns(name, tuple(parts)))
    known = posed[0][0].columns
    table = beside([table for table, _ in posed], [one for one in take if one[0] or one[1] in known])
    if problems[0].task is Task.FORECAST:
        models = list(at_shared_levels(models, table)[0])
    own = tuple(label for label in problems[0].labels if all(label in p.labels for p in problems))
    every = {label for problem in problems for label in problem.labels}
    labels = own + tuple(sorted(every - set(own), key=label_order))
    every_said = [*problems[0].said]
    for file, problem in zip(files[1:], problems[1:], strict=True):
        every_said += [f"{file.stem}: {line}" for line in problem.said if line not in problems[0].said]
    sources = [name for reading in readings for name in reading.one_hot]
    sources += [
        file.shown(name) for file, reading in zip(files, readings, strict=True) for name in reading.targets
    ]
    return table, replace(
        problems[0],
        models=tuple(models),
        labels=labels,
        said=tuple(filter(None, dict.fromkeys([*every_said, *said]))),
        bounds=tuple(
            file.shown(name) for file, one in zip(files, problems, strict=True) for name in one.bounds
        ),
        alone={
            file.shown(name): lacks
            for file, one in zip(files, problems, strict=True)
            for name, lacks in one.alone.items()
        },
        target_sources=tuple(dict.fromkeys(sources)),
    )


def _check_one_task(problems: Sequence[Problem]) -> None:
    tasks = sorted({str(problem.task) for problem in problems})
    if len(tasks) > 1:
        raise UsageError(
            f"the files look like different tasks: {' and '.join(tasks)}",
            advice="Say which it is:",
            fixes=[Fix(("--task", task), f"every file is {task}") for task in tasks],
        )


def _ordered(reading: TableRoles, first: TableRoles, table: Table) -> TableRoles:
    """The roles with the targets in the order of the first file. Raises UsageError for other targets."""
    if len(reading.targets) != len(first.targets):
        raise UsageError(
            f"the target takes {len(reading.targets)} columns here, {len(first.targets)} in the first file",
            where=Where(table.path),
            advice=f"Here: {', '.join(reading.targets)}; there: {', '.join(first.targets)}",
            fixes=[
                Fix(("--target", name), f"{name} is the target of every file")
                for name in (*first.targets, *reading.targets)
                if name in table.columns and name in first.table.columns
            ],
        )
    if reading.found is None or first.found is None:
        return reading
    here, there = (one.models[0].parts[0].labels for one in (reading.found, first.found))
    if here == there:
        return reading
    if sorted(here) != sorted(there):
        raise UsageError(
            f"the targets are of {', '.join(here)} here and of {', '.join(there)} in the first file",
            where=Where(table.path),
            advice="Give them the same endings",
        )
    found = reading.found.in_order([here.index(label) for label in there])
    return replace(reading, found=found, targets=found.targets)


def _stems(paths: Sequence[str]) -> list[str]:
    """What each is called; the whole path where two are alike."""
    names = [path_stem(path) for path in paths]
    return [name if names.count(name) == 1 else path for name, path in zip(names, paths, strict=True)]
