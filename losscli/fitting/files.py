"""A file → its table and what is learned from it."""

from collections.abc import Callable

from losscli.data.roles.features import Asked, Training, training_problem
from losscli.data.table import ReadOptions, Table, read
from losscli.result import Input


def open_file(
    path: str,
    options: ReadOptions,
    asked: Asked,
    reader: Callable[[str, ReadOptions], Table] = read,
) -> tuple[Table, Training, tuple[Input, ...]]:
    """Read a file and find the roles of its columns; raises as the reader and `training_problem` do."""
    table = reader(path, options)
    return table, training_problem(table, asked), (table.origin.input,)
