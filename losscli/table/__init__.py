"""Files → Table: strictly. A file gives exact values, or an error that names file, line, column and value."""

from losscli.table.facts import (
    BLOCK,
    MAX_NUMBERS,
    MAX_VALUES,
    Column,
    ColumnType,
    Limits,
    ReadOptions,
    Table,
    block_count,
)
from losscli.table.join import join
from losscli.table.read import read

__all__ = [
    "BLOCK",
    "MAX_NUMBERS",
    "MAX_VALUES",
    "Column",
    "ColumnType",
    "Limits",
    "ReadOptions",
    "Table",
    "block_count",
    "join",
    "read",
]
