"""Whole columns of a table: one array each, of every row."""

import numpy as np

from losscli.data.roles.features import Training
from losscli.data.roles.values import numbers_of
from losscli.data.table import BLOCK, ColumnType, Table, block_count
from losscli.domain import Codes, Floats, Mask
from losscli.spec import number_text


def feature_columns(table: Table, training: Training) -> int:
    """How many columns features become: a text feature one for each of its values."""
    return len(training.numbers) + sum(len(table.columns[name].values or ()) for name in training.texts)


def feature_bytes(table: Table, training: Training) -> int:
    """What the features of all rows take as numbers."""
    return 8 * table.rows * feature_columns(table, training)


def numbers_in(table: Table, name: str) -> Floats:
    return np.concatenate([numbers_of(table, block, name) for block in range(block_count(table))])


def codes_in(table: Table, name: str, values: tuple[str, ...]) -> Codes:
    return np.concatenate([table.codes(block, name, values) for block in range(block_count(table))])


def text_in(table: Table, name: str) -> list[str | None]:
    return [word for block in range(block_count(table)) for word in table.text(block, name)]


def present_in(table: Table, name: str) -> Mask:
    """Which rows have a value: for numbers, a finite one (rows,)."""
    if table.columns[name].type is ColumnType.NUMBER:
        return np.isfinite(numbers_in(table, name))
    blocks = ([word is not None for word in table.text(i, name)] for i in range(block_count(table)))
    return np.concatenate([np.array(own, np.bool_) for own in blocks])


def distinct_in(table: Table, name: str | None, row: Codes) -> tuple[Codes | None, tuple[str, ...]]:
    """A column in some rows as codes of its sorted distinct values, and these; row: indices (n,)."""
    if name is None:
        return None, ()
    if table.columns[name].type is ColumnType.NUMBER:
        numbers, codes = np.unique(numbers_in(table, name)[row], return_inverse=True)
        return codes.astype(np.intp), tuple(number_text(value) for value in numbers.tolist())
    used = np.zeros(table.rows, np.bool_)
    used[row] = True
    place: dict[str, int] = {}  # in the order of their first rows
    codes = np.empty(table.rows, np.intp)
    for block in range(block_count(table)):
        part = slice(block * BLOCK, (block + 1) * BLOCK)
        words = (word or "" for word in table.text(block, name))
        known = [
            place.setdefault(word, len(place)) if own else 0
            for word, own in zip(words, used[part].tolist(), strict=True)
        ]
        codes[part] = known
    names = sorted(place)
    order = np.empty(len(names), np.intp)
    order[[place[word] for word in names]] = np.arange(len(names))
    return order[codes[row]], tuple(names)
