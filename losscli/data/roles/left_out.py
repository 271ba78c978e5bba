"""What files have and no figure depends on: said in one line; and rows that may depend on each other."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from losscli.data.roles.asked import Asked
from losscli.data.roles.ids import is_index, named_like_id
from losscli.data.roles.models import listed
from losscli.data.roles.problem import Problem
from losscli.data.roles.times import text_time, unused_time
from losscli.data.table import Table

Files = Sequence[tuple[Table, str]]  # tables as read, and what stands before their names in the joined one


def with_left_out(problem: Problem, table: Table, files: Files, asked: Asked) -> Problem:
    """The problem with what names its rows, and which columns have no role; table: of those that have one."""
    left = list(_left_out(problem, files, asked))
    names = tuple(dict.fromkeys(told(one, name) for one, name in left))
    said = []
    if problem.model_column is not None:
        said.append(f"each value of {problem.model_column} is a model, rows paired by {problem.id}")
    elif problem.id is not None:
        said.append(f"rows named by {problem.id}")
    if names:
        said.append(f"left out: {listed(names)}")
    warnings = text_time(table, problem.time)
    if problem.group is None and problem.time is None:
        warnings += unused_time(left)
    return replace(problem, said=(*problem.said, *said), warnings=(*problem.warnings, *warnings))


def _left_out(problem: Problem, files: Files, asked: Asked) -> Iterator[tuple[Table, str]]:
    """(file, column) of every column without a role of which nothing else is said."""
    used = {*problem.columns, *problem.target_sources, *asked.named, problem.id, problem.model_column}
    used |= {*problem.bounds, *problem.alone}
    for table, before in files:
        for name in table.columns:
            if not used & {name, before + name}:
                yield table, name


def told(table: Table, name: str) -> str:
    """The name of a column that is left out; of an id or an index, that it is one."""
    if is_index(table.columns[name]):
        return f"{name or 'the first column'} (an index)"
    return f"{name} (an id by its name)" if named_like_id(name) else name
