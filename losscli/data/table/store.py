"""Canonical blocks, in memory or in an unlinked temporary file, and the table on top of them."""

import os
import tempfile
import threading
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import isnan
from typing import Any

import numpy as np

from losscli.data.table.buffers import bits, fixed, strings
from losscli.data.table.facts import Column, ColumnType, Table
from losscli.data.table.grammar import DOT, number_text, shown
from losscli.data.table.people import number_advice, number_fixes
from losscli.data.table.spool import no_room
from losscli.domain import Codes, Floats
from losscli.engine import Blocks
from losscli.errors import DataError, Where

Block = Any  # (≤ BLOCK,) float64 array of a number column, Arrow string array without nulls of a text column


Inexact = tuple[int, str, str]  # 1-based row, field, and why no double holds it


class Store(Blocks):
    """Blocks by column and position. Beyond `limit` bytes all lie in a temporary file, read with pread.

    A file is read, not mapped: resident pages of a map would count as memory of the process.
    """

    def __init__(self, columns: int, limit: int) -> None:
        self._blocks: list[list[Block | tuple[int, int, bool]]] = [[] for _ in range(columns)]
        self._limit, self.size = limit, 0  # bytes of all blocks
        self._fd: int | None = None
        self._end = 0
        self._lock = threading.Lock()

    @property
    def spooled(self) -> bool:
        return self._fd is not None

    def put(self, column: int, block: Block) -> None:
        """Append a block to a column; the block is the store's from now on."""
        with self._lock:
            self._blocks[column].append(self._kept(block))

    def replace(self, column: int, place: int, block: Block) -> None:
        """Put a block in the place of another; a temporary file keeps the room of the old one."""
        with self._lock:
            old = self._blocks[column][place]
            if not isinstance(old, tuple):
                self.size -= old.nbytes
                self._blocks[column][place] = old[:0]  # not to be spooled
            self._blocks[column][place] = self._kept(block)

    def _kept(self, block: Block) -> Block | tuple[int, int, bool]:
        """The block, or where it is in the temporary file."""
        if isinstance(block, np.ndarray):
            block.setflags(write=False)
        self.size += block.nbytes
        if self._fd is None and self.size > self._limit:
            self._spool()
        return block if self._fd is None else self._write(block)

    def get(self, column: int, block: int) -> Block:
        entry = self._blocks[column][block]
        return self._read(*entry) if isinstance(entry, tuple) else entry

    def _spool(self) -> None:
        try:
            fd, path = tempfile.mkstemp(prefix="losscli-")
            os.unlink(path)
        except OSError as error:
            raise no_room(error) from None
        self._fd = fd
        weakref.finalize(self, os.close, fd)
        for column in self._blocks:
            for i, block in enumerate(column):
                column[i] = self._write(block)

    def _write(self, block: Block) -> tuple[int, int, bool]:
        numbers = isinstance(block, np.ndarray)
        data = memoryview(block).cast("B") if numbers else _serialized(block)
        start, size = self._end, len(data)
        assert self._fd is not None
        try:
            while len(data):
                done = os.pwrite(self._fd, data, self._end)
                self._end += done
                data = data[done:]
        except OSError as error:
            raise no_room(error) from None
        return start, size, numbers

    def _read(self, start: int, size: int, numbers: bool) -> Block:
        assert self._fd is not None
        buffer = bytearray(size)
        view, done = memoryview(buffer), 0
        while done < size:
            got = os.preadv(self._fd, [view[done:]], start + done)
            if not got:
                raise DataError("the temporary file of the columns was cut short while in use")
            done += got
        if not numbers:
            return _deserialized(buffer)
        block = np.frombuffer(buffer, np.float64)
        block.setflags(write=False)
        return block


def _serialized(block: Any) -> memoryview:
    import pyarrow as pa

    return memoryview(pa.record_batch([block], names=["text"]).serialize())


def _deserialized(data: bytearray) -> Any:
    import pyarrow as pa

    return pa.ipc.read_record_batch(pa.py_buffer(data), pa.schema([("text", pa.string())])).column(0)


@dataclass(frozen=True, kw_only=True)
class StoredTable:
    """A Table whose blocks lie in a Store, column i under the i-th name."""

    path: str
    sha256: str
    rows: int
    columns: Mapping[str, Column]
    store: Store
    notes: tuple[str, ...] = ()
    line: Callable[[int], int | None] = lambda row: None  # of a 1-based data row, where the file has lines

    def __getstate__(self) -> dict[str, Any]:
        """Without what finds lines, which has the file open: a process that was sent a table has none."""
        return {**self.__dict__, "line": _no_line}

    def numbers(self, block: int, name: str) -> Floats:
        column = self.columns[name]
        if column.type is ColumnType.TEXT:
            raise not_a_number(self, name)
        if column.inexact is not None:
            row, field, why = column.inexact
            raise _not_exact(row, field, why, self.where(row, name))
        return np.asarray(self._block(block, name))

    def codes(self, block: int, name: str, values: tuple[str, ...]) -> Codes:
        if self.columns[name].type is ColumnType.NUMBER:
            return _number_codes(self.numbers(block, name), values)
        import pyarrow.compute as pc

        places = pc.index_in(self._block(block, name), value_set=strings(values))
        found = np.where(bits(places, 0), fixed(places, np.int32), -1)
        if "" in values:  # the empty field is missing, whatever is asked for
            found = np.where(found == values.index(""), -1, found)
        return np.asarray(found, np.intp)

    def text(self, block: int, name: str) -> list[str | None]:
        data = self._block(block, name)
        if self.columns[name].type is ColumnType.NUMBER:
            return [None if isnan(x) else number_text(x) for x in data.tolist()]
        return [word or None for word in data.to_pylist()]

    def strings(self, block: int, name: str) -> Any:
        """One block of a text column as an Arrow string array; "" where missing."""
        return self._block(block, name)

    def where(self, row: int, name: str) -> Where:
        return Where(self.shown, self.line(row), name)

    @property
    def shown(self) -> str:
        return "standard input" if self.path == "-" else self.path

    def _block(self, block: int, name: str) -> Block:
        return self.store.get(self._index[name], block)

    @cached_property
    def _index(self) -> Mapping[str, int]:
        return {name: i for i, name in enumerate(self.columns)}


def _no_line(row: int) -> int | None:
    raise OSError("the file of this table is open in another process")


def not_a_number(table: Table, name: str) -> DataError:
    """The error for a text column that should hold numbers: the first that is none, and what to type."""
    column = table.columns[name]
    if column.first_word is None:
        return DataError("this column is read as text", where=table.where(1, name))
    row, word = column.first_word
    where = table.where(row, name)
    advice = number_advice(column, where.file or table.path)
    what = f"{shown(word)} (row {row:,}) is not a number"
    return DataError(what, where=where, advice=advice, fixes=number_fixes(column))


def _number_codes(block: Floats, values: tuple[str, ...]) -> Codes:
    codes = np.full(len(block), -1, np.intp)
    for i, text in enumerate(values):
        value = DOT.number(text)
        if value is not None:
            codes[block == value] = i
    return codes


def _not_exact(row: int, field: str, why: str, where: Where) -> DataError:
    """The error for a number that a double does not hold."""
    try:
        advice = f"Write it as a float ({number_text(float(int(field)))}.0), or read"
    except (ValueError, OverflowError):
        advice = "Write it within ±1.7e308, or read"
    return DataError(
        f"row {row:,}: {shown(field)} {why}",
        where=where,
        advice=f"{advice} the column as text (--id or --group).",
    )
