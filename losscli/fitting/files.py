"""A file → its table and what is learned from it."""

from losscli.result import Input
from losscli.table import ReadOptions, Table, read
from losscli.task.features import Asked, Training, training_problem


def open_file(path: str, options: ReadOptions, asked: Asked) -> tuple[Table, Training, tuple[Input, ...]]:
    """Read a file and find the roles of its columns; raises as `read` and `training_problem` do."""
    table = read(path, options)
    return table, training_problem(table, asked), (Input(table.path, table.sha256, table.rows),)
