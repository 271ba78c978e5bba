"""A table with columns that are made of its own: labels recoded, percentages divided, one-hot read."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from losscli.data.table import ColumnType, Limits, Table, block_count
from losscli.data.table.buffers import strings
from losscli.data.table.columns import Columns
from losscli.data.table.join import JoinedTable
from losscli.data.table.store import StoredTable
from losscli.domain import Floats
from losscli.errors import Where


@dataclass(frozen=True)
class Made(StoredTable):
    """A column made of others; a place in it is the place of the column that it is made of."""

    base: Table
    source: str

    def where(self, row: int, name: str) -> Where:
        return self.base.where(row, self.source)


def with_numbers(
    table: Table, sources: Mapping[str, str], make: Callable[[int], Mapping[str, Floats]]
) -> Table:
    """The table with number columns, new ones or in place of those of the same names.

    sources: name → the column that stands for it in messages; make: block → name → (≤ BLOCK,).
    """
    columns = Columns(table.path, list(sources), [ColumnType.NUMBER] * len(sources), Limits())
    for block in range(block_count(table)):
        made = make(block)
        columns.add([np.array(made[name], np.float64) for name in sources])
    return _beside(table, sources, columns)


def with_text(table: Table, name: str, source: str, make: Callable[[int], Iterable[str]]) -> Table:
    """The table with a text column; make: block → its words, "" where missing."""
    columns = Columns(table.path, [name], [ColumnType.TEXT], Limits())
    for block in range(block_count(table)):
        columns.add([strings(list(make(block)))])
    return _beside(table, {name: source}, columns)


def recoded(table: Table, name: str, of: Mapping[str, str]) -> Table:
    """The table with other words in a column of labels; of: label as it stands → as it shall."""
    return with_text(
        table, name, name, lambda block: (of.get(word or "", word or "") for word in table.text(block, name))
    )


def _beside(table: Table, sources: Mapping[str, str], columns: Columns) -> Table:
    facts = columns.finish({})
    parts: dict[str, tuple[Table, str]] = {name: (table, name) for name in table.columns}
    every = dict(table.columns)
    for name, source in sources.items():
        made = Made(
            origin=table.origin,
            rows=table.rows,
            columns=facts,
            store=columns.store,
            base=table,
            source=source,
        )
        parts[name], every[name] = (made, name), facts[name]
    return JoinedTable(MappingProxyType(every), MappingProxyType(parts), table, table.notes)
