"""Columns of dates and times: which they are, and what is said of them."""

import re
from collections.abc import Sequence

from losscli.data.roles.target import shell_word
from losscli.data.roles.words import folded
from losscli.data.table import ColumnType, Table
from losscli.result import Warning_

_NAMES = frozenset({"date", "ds", "time", "timestamp", "datetime"})
_DATE = re.compile(r"\s*(?:\d{4}([-/.])\d{1,2}(?:\1\d{1,2})?|\d{1,2}([-/.])\d{1,2}\2\d{2,4})(?!\d)")
_YEAR_FIRST = re.compile(r"\d{4}(?!\d)")  # text that begins so is sorted in time
_LOOKED_AT = 100  # rows


def is_time(table: Table, name: str) -> bool:
    """Whether a column holds dates or times: by its name, or text that begins like dates."""
    column = table.columns[name]
    if folded(name.strip()) in _NAMES:
        return column.missing < table.rows
    if not all(map(_DATE.match, column.first())):
        return False  # without reading the rest of a late one
    if column.type is ColumnType.NUMBER or column.first_word is None or not _DATE.match(column.first_word[1]):
        return False
    words = [word for word in table.text(0, name)[:_LOOKED_AT] if word is not None]
    return all(_DATE.match(word) for word in words)


def unused_time(columns: Sequence[tuple[Table, str]]) -> tuple[Warning_, ...]:
    """That rows may depend on each other, where one of these columns, which have no role, is a time."""
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


def text_time(table: Table, name: str | None) -> tuple[Warning_, ...]:
    """That the column of --time is text whose order is not that of time: the year does not come first."""
    word = None if name is None else table.columns[name].first_word
    if word is None or _YEAR_FIRST.match(word[1]):
        return ()
    return (
        Warning_(
            "time_is_text",
            f"{name!r} is text such as {word[1]!r}, and is sorted as text, not in time",
            "Write dates as 2024-01-31, or times as numbers",
        ),
    )
