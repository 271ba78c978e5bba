"""Pieces of columns, as a file is read → canonical blocks in a store, and the facts of each column."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from losscli.data.table.bounds import size_text
from losscli.data.table.column import NumberFacts, TextFacts
from losscli.data.table.facts import BLOCK, Column, ColumnType, Limits
from losscli.data.table.grammar import DOT, NumberStyle
from losscli.data.table.spelled import settle, without
from losscli.data.table.store import Block, Inexact, Store
from losscli.domain import Floats
from losscli.errors import DataError, Where

_FIRST = 1 << 6  # numbers that a column has room for at first


class Columns:
    """Takes pieces of any length in row order, and makes canonical blocks and facts of them.

    file: shown in the DataError for texts that are too long.
    spelled: text columns that become numbers if each of their fields is one in this style.
    """

    def __init__(
        self,
        file: str,
        names: Sequence[str],
        types: Sequence[ColumnType],
        limits: Limits,
        style: NumberStyle = DOT,
        spelled: Collection[int] = (),
    ) -> None:
        self.store = Store(len(types), limits.memory)
        self._file, self._names, self._texts = file, names, limits.texts
        self._spelled = spelled
        self._columns: list[_Numbers | _Texts] = [
            _Numbers(self.store, i) if kind is ColumnType.NUMBER else _Texts(self.store, i, style)
            for i, kind in enumerate(types)
        ]

    def add(self, pieces: Sequence[Block]) -> None:
        """One piece per column, all of one length."""
        for i, piece in enumerate(pieces):
            self.add_to(i, piece)

    def add_to(self, column: int, piece: Block) -> None:
        """A piece of one column alone; all must be of one length in the end."""
        whole = self._columns[column]
        if isinstance(whole, _Texts):
            self.check_texts(column, whole.size + piece.nbytes)
        whole.add(piece)

    def check_texts(self, column: int, size: int) -> None:
        """Raises DataError where so many bytes are too many for the texts of one block."""
        if size > self._texts:
            raise DataError(
                f"its texts are longer than {size_text(self._texts)} within {BLOCK:,} rows",
                where=Where(self._file, None, self._names[column]),
                advice="Write the file without this column.",
            )

    def finish(
        self, inexact: Mapping[int, Inexact], parts: Mapping[str, tuple[str, str]] = MappingProxyType({})
    ) -> Mapping[str, Column]:
        """The facts by name; inexact: column → its first number that no double holds; parts: `part_of`."""
        return MappingProxyType(
            {name: self.column(i, inexact.get(i), parts.get(name)) for i, name in enumerate(self._names)}
        )

    def column(self, column: int, fault: Inexact | None, part_of: tuple[str, str] | None) -> Column:
        """The facts of one that is whole; see `finish`."""
        whole = self._columns[column]
        whole.flush()
        facts = whole.facts
        if isinstance(facts, TextFacts) and column in self._spelled:
            facts, fault = settle(self.store, column, facts) or (facts, None)
        return replace(facts.column(self._names[column]), inexact=fault, part_of=part_of)


class _Numbers:
    def __init__(self, store: Store, index: int) -> None:
        self._store, self._index, self.facts = store, index, NumberFacts()
        self._block, self._filled = np.empty(_FIRST), 0

    def add(self, piece: Floats) -> None:
        while len(piece):
            if not self._filled and len(piece) >= BLOCK:
                self._put(piece[:BLOCK])
                piece = piece[BLOCK:]
                continue
            part, piece = piece[: BLOCK - self._filled], piece[BLOCK - self._filled :]
            filled = self._filled + len(part)
            if filled > len(self._block):
                self._grow(filled)
            self._block[self._filled : filled] = part
            self._filled = filled
            if self._filled == BLOCK:
                self.flush()

    def _grow(self, needed: int) -> None:
        """A table of very many columns has few rows: room for a whole block only where there is one."""
        old, self._block = self._block, np.empty(min(max(needed, 4 * len(self._block)), BLOCK))
        self._block[: self._filled] = old[: self._filled]

    def flush(self) -> None:
        if self._filled:
            block = self._block if self._filled == BLOCK else self._block[: self._filled].copy()
            self._put(block)
            self._block, self._filled = np.empty(len(self._block)), 0

    def _put(self, block: Floats) -> None:
        self.facts.add(block)
        self._store.put(self._index, block)


class _Texts:
    def __init__(self, store: Store, index: int, style: NumberStyle) -> None:
        self._store, self._index, self.facts = store, index, TextFacts(style)
        self._parts: list[Any] = []
        self._filled = 0
        self.size = 0  # bytes not yet in a block

    def add(self, piece: Any) -> None:
        while len(piece):
            room = BLOCK - self._filled
            self._parts.append(piece[:room])
            self._filled += len(self._parts[-1])
            self.size += self._parts[-1].nbytes
            piece = piece[room:]
            if self._filled == BLOCK:
                self.flush()

    def flush(self) -> None:
        if self._filled:
            import pyarrow as pa

            block = pa.concat_arrays(self._parts)
            if self.facts.style.missing:
                block = without(block, self.facts.style.missing)
            self.facts.add(block)
            self._store.put(self._index, block)
            self._parts, self._filled, self.size = [], 0, 0
