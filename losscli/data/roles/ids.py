"""Columns that name rows: an index that a data frame wrote out, and ids."""

import re

from losscli.data.roles.words import folded, is_prediction_name
from losscli.data.table import Column, ColumnType, Table, distinct

_NAMES = frozenset({"id", "index", "rowid", "rowindex", "rownumber", "row", "uid", "uuid", "key", "sampleid"})
_ENDING = re.compile(r".*[a-z0-9](?:Id|ID|_id|_ID|_Id)\Z")  # PassengerId, sample_id
_INDEX = ("", "Unnamed: 0", "__index_level_0__")


def is_index(column: Column) -> bool:
    """Whether a column is a row index that a data frame wrote out."""
    return column.name.strip() in _INDEX and column.sequence is not None


def named_like_id(name: str) -> bool:
    """Whether a name is that of an id: id, row_id, uuid, PassengerId, sample_id."""
    return folded(name).strip(".") in _NAMES or bool(_ENDING.match(name.strip()))


def is_id(table: Table, name: str) -> bool:
    """Whether a column names rows: by its name, and no two rows have one value."""
    return named_like_id(name) and _all_differ(table, table.columns[name])


def may_name_rows(table: Table, name: str) -> bool:
    """Whether the values of a column could pair rows, whatever it is called: no two are the same, and they
    are no predictions."""
    return not is_prediction_name(name) and _all_differ(table, table.columns[name])


def id_columns(table: Table) -> tuple[str, ...]:
    """The columns that name rows, in the order of the file."""
    return tuple(name for name in table.columns if is_id(table, name))


def _all_differ(table: Table, column: Column) -> bool:
    if column.sequence is not None:
        return True
    if column.missing:
        return False
    if column.inexact is not None:  # its digits tell rows apart, and no double holds them
        return column.whole
    if column.values is not None:
        return len(column.values) == table.rows
    if column.type is ColumnType.NUMBER and not column.whole:
        return False
    return distinct(table, column.name) == table.rows
