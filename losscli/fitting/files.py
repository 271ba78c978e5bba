"""A file → its table and what is learned from it."""

from losscli.data.roles.features import Asked, Training, training_problem
from losscli.data.table import ReadOptions, Table, read
from losscli.result import Input


def open_file(path: str, options: ReadOptions, asked: Asked) -> tuple[Table, Training, tuple[Input, ...]]:
    """Read a file and find the roles of its columns; raises as `read` and `training_problem` do."""
    table = read(path, options)
    return table, training_problem(table, asked), (Input(table.path, table.sha256, table.rows),)
