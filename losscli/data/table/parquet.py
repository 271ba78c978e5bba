"""Parquet files → Table: a column is read, row group after row group, when something asks for its values."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from threading import Lock
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from losscli.data.table.arrow import Shape, check_names, damage
from losscli.data.table.cells import has_parts, taken_apart
from losscli.data.table.facts import BLOCK, Column, ColumnType, Limits, ReadOptions
from losscli.data.table.files import Files
from losscli.data.table.open import Source
from losscli.data.table.packing import PARQUET_SIGN
from losscli.data.table.store import Part, StoredTable
from losscli.engine import default_jobs
from losscli.errors import DataError

T = TypeVar("T")

_PAGE, _SMALL = 1 << 20, 64 << 20  # bytes read at a time; of a file whose column chunks are read at once
_PEEK = 100  # rows that show whether a text may be what its column is asked for
_FEW = 16  # columns of a table that are all read at once, on all cores: most of them will be needed


def read_parquet(files: Files, options: ReadOptions, limits: Limits) -> StoredTable:
    """The table in Parquet files; DataError where one is damaged or holds what is no column of values, of a
    late column where it is asked for."""
    files.hash_beside()
    opened = [_File(source, limits.columns) for source in files.sources]
    parts, rows = [], 0
    for one in opened:
        parts.append(Part(one.source.shown, rows))
        rows += one.rows
    if not rows:
        raise files.error("the files have no rows" if len(opened) > 1 else "the file has no rows")
    shape = Shape(files, files.sources, [one.made for one in opened], options, limits)
    reading = _Reading(files, opened, shape, limits)
    if len(shape.names) <= _FEW:
        with ThreadPoolExecutor(options.jobs or default_jobs()) as pool:
            list(pool.map(lambda find: find(), reading.finds.values()))
    return StoredTable(
        origin=files,
        rows=rows,
        columns=reading.columns(),
        store=reading.made.store,
        parts=tuple(parts),
    )


class _File:
    """One of the files. made: the schema of the columns that its cells are taken apart to; parts: of these,
    the columns of the file that they come from, and the places or keys there."""

    def __init__(self, source: Source, most: int) -> None:
        self.source, self._most, self._metadata = source, most, None
        with self._opened() as file:
            self._metadata = file.metadata
            self.rows = source.rows = file.metadata.num_rows
            groups = (file.metadata.row_group(i) for i in range(file.metadata.num_row_groups))
            source.check_unpacked(sum(group.total_byte_size for group in groups))
            schema = file.schema_arrow
            check_names(source, schema.names)
            nested = [str(field.name) for field in schema if has_parts(field.type)]
            self.made, _, self.parts = taken_apart(source, schema, _batches(file, nested), most)

    def first(self, name: str) -> list[Any]:
        """The first values of a column that is no part of another."""
        with self._opened() as file:
            return next((batch.column(0).to_pylist() for batch in _batches(file, [name], _PEEK)), [])

    def pieces(self, names: Sequence[str]) -> Iterator[tuple[str, Any]]:
        """Pieces of these columns, each by itself in the order of its rows. Raises DataError for damage."""
        import pyarrow as pa

        for name in dict.fromkeys(self.parts.get(name, (name, ""))[0] for name in names):
            rows = 0
            with self._opened() as file:
                schema = pa.schema([file.schema_arrow.field(name)])
                _, batches, _ = taken_apart(self.source, schema, _batches(file, [name]), self._most)
                for batch in batches:
                    batch.validate(full=True)  # what lies in the file may not be what its description says
                    for start in range(0, batch.num_rows, BLOCK):
                        part = batch.slice(start, BLOCK)
                        yield from ((own, part.column(own)) for own in part.schema.names if own in names)
                    rows += batch.num_rows
            if rows != self.rows:
                raise self.source.broken(ValueError(f"{rows:,} of {self.rows:,} rows are there"), "Parquet")

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        source = self.source
        with (
            source.held(),
            closing(source.seekable()) as raw,
            damage(source, raw, "Parquet", (PARQUET_SIGN[:4],)),
        ):
            stream = pa.PythonFile(raw, mode="r")
            metadata = self._metadata or pq.read_metadata(stream)
            yield pq.ParquetFile(
                stream,
                metadata=metadata,
                read_dictionary=_texts(metadata.schema),
                buffer_size=0 if source.size <= _SMALL else _PAGE,  # for a page, room is made as it says
                pre_buffer=False,
                page_checksum_verification=True,
            )


def _texts(schema: Any) -> list[str]:
    """The columns of texts. They are read as dictionaries: a long text that stands in many rows is not to be
    repeated before it is known how long it is."""
    columns = (schema.column(i) for i in range(len(schema)))
    return [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]


def _batches(file: Any, names: Sequence[str], rows: int = 2 * BLOCK) -> Iterator[Any]:
    """Record batches of these columns, of so many rows."""
    for batch in file.iter_batches(batch_size=rows, columns=names, use_threads=False) if names else ():
        yield batch.select(names)  # a.b is read where a is asked for


class _Once(Generic[T]):
    """What a function gives, or raises, when it is called first; from several threads."""

    def __init__(self, find: Callable[[], T]) -> None:
        self._find, self._lock, self._found = find, Lock(), Future[T]()

    def __call__(self) -> T:
        with self._lock:
            if not self._found.done():
                try:
                    self._found.set_result(self._find())
                except Exception as error:
                    self._found.set_exception(error)
        return self._found.result()


class _Reading:
    """The columns of the files, read when they are asked for. finds: reads one by its number, once; made: of
    what is read."""

    def __init__(self, files: Files, opened: Sequence[_File], shape: Shape, limits: Limits) -> None:
        self._files, self._opened, self._shape = files, opened, shape
        self.made = shape.columns(files.shown, limits)
        self._numbers, self._lock = 0, Lock()  # columns of numbers that are read
        parts = opened[0].parts
        groups: dict[str, list[int]] = {}
        for i, name in enumerate(shape.names):
            groups.setdefault(parts.get(name, (name, ""))[0], []).append(i)
        self.finds: dict[int, Callable[[], Column]] = {}
        for group in groups.values():
            once = _Once(partial(self._read, group))
            self.finds |= {i: partial(lambda once, i: once()[i], once, i) for i in group}

    def columns(self) -> Mapping[str, Column]:
        """By name."""
        kinds = [None if i in self._shape.spelled else kind for i, kind in enumerate(self._shape.kinds)]
        pairs = zip(self._shape.names, kinds, strict=True)
        late = (
            Column.late(name, kind, self.finds[i], partial(self._first, i))
            for i, (name, kind) in enumerate(pairs)
        )
        return MappingProxyType({column.name: column for column in late})

    def _first(self, column: int) -> tuple[str, ...]:
        """Some of its first texts, none of numbers."""
        name, file = self._shape.names[column], next(file for file in self._opened if file.rows)
        if self._shape.kinds[column] is ColumnType.NUMBER:
            return ()
        return tuple(word for word in file.first(name) if isinstance(word, str) and word)

    def _read(self, group: Sequence[int]) -> dict[int, Column]:
        """The columns of these numbers, which are one of the first file."""
        try:
            return self._pieces(group)
        except DataError:
            self._files.check_unchanged()  # then this is what is wrong
            raise

    def _pieces(self, group: Sequence[int]) -> dict[int, Column]:
        shape, names = self._shape, {self._shape.names[i]: i for i in group}
        self._check_room(group)
        before = 0
        for number, file in enumerate(self._opened):
            rows = dict.fromkeys(names, before)
            for name, array in file.pieces(list(names)):
                shape.add(self.made, number, names[name], array, rows[name])
                rows[name] += len(array)
                self._files.check_unpacked(self.made.store.size)
            before += file.rows
        self._files.check_unchanged()
        parts = self._opened[0].parts
        return {i: self.made.column(i, shape.inexact.get(i), parts.get(name)) for name, i in names.items()}

    def _check_room(self, group: Sequence[int]) -> None:
        """Raises DataError for files that say of themselves that their numbers are more than they may be.

        Nothing is asked of a single column: pyarrow ends the process where that part of a file is damaged.
        """
        with self._lock:
            self._numbers += sum(self._shape.kinds[i] is ColumnType.NUMBER for i in group)
        for file in self._opened:
            file.source.check_unpacked(8 * self._numbers * file.rows)
