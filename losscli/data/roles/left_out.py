"""What files have and no figure depends on: said in one line; and rows that may depend on each other."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from losscli.data.roles.asked import Asked
from losscli.data.roles.ids import is_index, named_like_id
from losscli.data.roles.models import listed
from losscli.data.roles.problem import Problem
from losscli.data.roles.target import shell_word
from losscli.data.roles.values import time_warnings
from losscli.data.roles.words import folded
from losscli.data.table import ColumnType, Table
from losscli.result import Warning_

Files = Sequence[tuple[Table, str]]  # tables as read, and what stands before their names in the joined one
_TIMES = frozenset({"date", "ds", "time", "timestamp", "datetime"})
_DATE = re.compile(r"\s*(?:\d{4}([-/.])\d{1,2}(?:\1\d{1,2})?|\d{1,2}([-/.])\d{1,2}\2\d{2,4})(?!\d)")
_LOOKED_AT = 100  # rows


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
    warnings = time_warnings(table, problem.time)
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


def unused_time(columns: Sequence[tuple[Table, str]]) -> tuple[Warning_, ...]:
    """That rows may depend on each other, where one of these columns holds dates or times."""
    for table, name in columns:
        if is_time(table, name):
            return (
                Warning_(
                    "time_unused",
                    f"{name!r} is a time, and rows near each other in time may depend on each other",
                    f"--time {shell_word(name)} takes that into account",
                ),
            )
    return ()


def is_time(table: Table, name: str) -> bool:
    """Whether a column holds dates or times: by its name, or text that begins like dates."""
    column = table.columns[name]
    if column.missing == table.rows:
        return False
    if folded(name.strip()) in _TIMES:
        return True
    if column.type is ColumnType.NUMBER or column.first_word is None or not _DATE.match(column.first_word[1]):
        return False
    words = [word for word in table.text(0, name)[:_LOOKED_AT] if word is not None]
    return all(_DATE.match(word) for word in words)
