"""Arrow files, and what is read as they are → Table. Their types decide; integers must be doubles, nulls are
missing."""

import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from math import isnan
from typing import Any

import numpy as np

from losscli.data.table.buffers import bits, doubles, fixed, strings, text_bytes
from losscli.data.table.cells import is_number, taken_apart
from losscli.data.table.columns import Columns
from losscli.data.table.facts import BLOCK, ColumnType, Limits, ReadOptions
from losscli.data.table.files import Files
from losscli.data.table.grammar import DOT, EXACT, number_text, shown
from losscli.data.table.messages import unpacked_sizes
from losscli.data.table.open import Source
from losscli.data.table.packing import ARROW_SIGN, STREAM_SIGN
from losscli.data.table.parse import first_fault, numbers_of
from losscli.data.table.store import Inexact, Part, StoredTable
from losscli.domain import Floats
from losscli.errors import DataError, Where

Opened = tuple[Any, Iterator[Any]]  # a schema, and batches of it

_BROKEN = (OSError, EOFError, UnicodeError, MemoryError, OverflowError, struct.error)


def read_arrow(files: Files, options: ReadOptions, limits: Limits) -> StoredTable:
    """The table in Arrow IPC files (Feather) or streams; DataError where one is damaged or holds what is no
    column of values."""
    return table_of(
        files, [Batches(source, partial(_ipc, source)) for source in files.sources], options, limits
    )


@contextmanager
def _ipc(source: Source) -> Iterator[Opened]:
    import pyarrow as pa

    with closing(source.seekable()) as raw, damage(source, raw, "Arrow", (ARROW_SIGN, STREAM_SIGN)):
        is_file = raw.read(len(ARROW_SIGN)) == ARROW_SIGN
        for size in unpacked_sizes(raw, len(ARROW_SIGN) if is_file else 0):
            source.check_unpacked(size)
        raw.seek(0)
        stream = pa.PythonFile(raw, mode="r")
        if not is_file:
            with pa.ipc.open_stream(stream) as reader:
                yield reader.schema, reader
            if raw.read(1):
                raise source.error("there are more bytes behind the end of the Arrow stream")
            return
        with pa.ipc.open_file(stream) as reader:
            yield reader.schema, (reader.get_batch(i) for i in range(reader.num_record_batches))


class damage:
    """Turns what pyarrow raises on damaged files into a DataError. signs: what such a file begins with."""

    def __init__(self, source: Source, raw: Any, kind: str, signs: tuple[bytes, ...]) -> None:
        self._source, self._kind = source, kind
        self._signed = raw.read(len(ARROW_SIGN)).startswith(signs)
        raw.seek(0)

    def __enter__(self) -> None: ...

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        import pyarrow as pa

        if isinstance(error, (pa.ArrowException, *_BROKEN)):
            if self._signed:
                raise self._source.broken(error, self._kind) from None
            raise self._source.error(
                f"its first bytes are not those of {self._kind}",
                advice="If it holds text, give it a name that says so, such as .csv",
            ) from None


@dataclass(frozen=True, slots=True)
class Batches:
    """A file, or what is in memory, as Arrow record batches. source: with its name and errors, and the rows
    it is found to have; opened: gives the schema and the batches, from the beginning."""

    source: Any
    opened: Callable[[], AbstractContextManager[Opened]]

    def schema(self, limits: Limits) -> Any:
        """Of the columns that its cells are taken apart to."""
        with self.opened() as (schema, batches):
            return taken_apart(self.source, schema, batches, limits.columns)[0]


def table_of(origin: Any, files: Sequence[Batches], options: ReadOptions, limits: Limits) -> StoredTable:
    """The table of Arrow record batches, those of several files one below the other."""
    schemas = [file.schema(limits) for file in files] if len(files) > 1 else []
    columns: Columns | None = None
    rows, found, parts = 0, [], {}
    for number, file in enumerate(files):
        with file.opened() as (own, whole):
            check_names(file.source, own.names)
            schema, batches, apart = taken_apart(file.source, own, whole, limits.columns)
            if columns is None:
                sources = [one.source for one in files]
                shape = Shape(origin, sources, schemas or [schema], options, limits)
                columns, parts = shape.columns(origin.shown, limits), apart
            found.append(Part(file.source.shown, rows))
            before = rows
            for batch in batches:
                batch.validate(full=True)  # what lies in the file may not be what its description says
                for start in range(0, batch.num_rows, BLOCK):
                    part = batch.slice(start, BLOCK)
                    for i in range(len(shape.names)):
                        shape.add(columns, number, i, part.column(shape.place(number, i)), rows)
                    rows += part.num_rows
                    origin.check_unpacked(columns.store.size)
            file.source.rows = rows - before
    if not rows or columns is None:
        raise origin.error("the files have no rows" if len(files) > 1 else "the file has no rows")
    return StoredTable(
        origin=origin,
        rows=rows,
        columns=columns.finish(shape.inexact, parts),
        store=columns.store,
        parts=tuple(found),
    )


class Shape:
    """The columns of a table of Arrow files, and how those of each file become them.

    names, kinds: in the order of the first file; spelled: the columns of text that may spell numbers;
    inexact: column → its first number that no double holds.
    """

    def __init__(
        self,
        origin: Any,
        sources: Sequence[Any],
        schemas: Sequence[Any],
        options: ReadOptions,
        limits: Limits,
    ) -> None:
        """schemas: of each file, its cells taken apart. Raises DataError where one is no part of a table with
        the first, and for what is no column of values."""
        every = [check_names(source, schema.names) for source, schema in zip(sources, schemas, strict=True)]
        self.names, self._origin, self._style = every[0], origin, options.styles()[0]
        if len(self.names) > limits.columns:
            what = f"it has {len(self.names):,} columns, and {limits.columns:,} are the most that are read"
            raise sources[0].error(what)
        self._places = [
            None if not i else origin.places(sources[i], names, self.names) for i, names in enumerate(every)
        ]
        types = [
            [_inner(schema.field(self.place(file, i)).type) for i in range(len(self.names))]
            for file, schema in enumerate(schemas)
        ]
        families = [self._family(sources, [own[i] for own in types], i) for i in range(len(self.names))]
        self.kinds = [
            ColumnType.NUMBER
            if family in ("number", "null") and name not in options.text
            else ColumnType.TEXT
            for name, family in zip(self.names, families, strict=True)
        ]
        texts = {i for i, family in enumerate(families) if family == "text"}
        self.spelled = {i for i in texts if self.names[i] not in options.text}
        missing = self._style.missing_numbers
        self._readers = [
            [_Reader(type_, kind, missing) for type_, kind in zip(own, self.kinds, strict=True)]
            for own in types
        ]
        self.inexact: dict[int, Inexact] = {}

    def _family(self, sources: Sequence[Any], types: Sequence[Any], column: int) -> str:
        """What the values of a column are in all files."""
        name, first, found = self.names[column], 0, "null"
        for file, type_ in enumerate(types):
            here = _family(sources[file], type_, name)
            if "null" not in (here, found) and here != found:
                what = f"the column holds {type_} values, and in {sources[first].shown} {types[first]}"
                raise self._origin.differ(sources[file], what, name)
            if found == "null":
                first, found = file, here
        return found

    def place(self, file: int, column: int) -> int:
        """Where a column stands in a file."""
        places = self._places[file]
        return column if places is None else places[column]

    def columns(self, shown: str, limits: Limits) -> Columns:
        """Room for them."""
        return Columns(shown, self.names, self.kinds, limits, self._style, self.spelled)

    def add(self, columns: Columns, file: int, column: int, array: Any, row: int) -> None:
        """A piece of a column of a file, with `row` rows of the table before it."""
        reader = self._readers[file][column]
        if self.kinds[column] is ColumnType.TEXT:
            columns.check_texts(column, text_bytes(array))
        columns.add_to(column, reader(array, row))
        if reader.inexact is not None:
            self.inexact.setdefault(column, reader.inexact)


def check_names(source: Any, names: Sequence[object]) -> list[str]:
    """The names as text. Raises DataError where two columns have one."""
    found = [str(name) for name in names]
    if len(set(found)) < len(found):
        twice = next(name for name in found if found.count(name) > 1)
        raise source.error(f"the file has the column {shown(twice)} {found.count(twice)} times")
    return found


def _inner(type_: Any) -> Any:
    """The type of the values."""
    import pyarrow.types as is_

    return type_.value_type if is_.is_dictionary(type_) else type_


def _family(source: Any, type_: Any, name: str) -> str:
    """Types whose values go into one column: number, text, truth, time; null goes into any. Raises DataError
    for values that are none of these."""
    import pyarrow.types as is_

    if is_.is_null(type_):
        return "null"
    if is_number(type_):
        return "number"
    if is_.is_string(type_) or is_.is_large_string(type_) or is_.is_string_view(type_):
        return "text"
    if is_.is_boolean(type_):
        return "truth"
    if is_.is_temporal(type_):
        return "time"
    raise DataError(
        f"the column holds {type_} values, which are neither numbers nor text",
        where=Where(source.shown, None, name),
        advice="Write the file without this column, or with its parts as columns of their own.",
    )


class _Reader:
    """Arrays of one column → float64 or Arrow strings, by the type of their values."""

    def __init__(self, type_: Any, kind: ColumnType, missing: Sequence[float]) -> None:
        self._type, self._missing = type_, missing  # numbers that say that there is none
        self._number = kind is ColumnType.NUMBER
        self.inexact: Inexact | None = None

    def __call__(self, array: Any, row: int) -> Any:
        """The array, whose first row has `row` rows before it."""
        import pyarrow.types as is_

        if is_.is_dictionary(array.type):
            array = array.dictionary_decode()
        if not self._number:
            return _text(array)
        numbers = self._numbers(array, row)
        for value in self._missing:
            numbers = np.where(numbers == value, np.nan, numbers)
        return numbers

    def _numbers(self, array: Any, row: int) -> Floats:
        import pyarrow.types as is_

        if is_.is_null(self._type):
            return np.full(len(array), np.nan)
        if is_.is_integer(self._type):
            return self._integers(array, row)
        if is_.is_decimal(self._type):
            return self._decimals(array, row)
        import pyarrow as pa

        return doubles(array.cast(pa.float64()))

    def _integers(self, array: Any, row: int) -> Floats:
        filled = fixed(array, array.type.to_pandas_dtype())
        if array.null_count:
            filled = np.where(bits(array, 0), filled, 0)
        numbers = filled.astype(np.float64)
        for i in np.flatnonzero(np.abs(numbers) >= EXACT).tolist():
            if int(numbers[i]) != int(filled[i]):
                why = DOT.fault(str(filled[i]), float(numbers[i]))
                self._note(row + i, str(filled[i]), why)
                break
        if array.null_count:
            numbers[~bits(array, 0)] = np.nan
        return np.asarray(numbers)

    def _decimals(self, array: Any, row: int) -> Floats:
        fields = _text(array).to_pylist()
        numbers = numbers_of(fields, DOT)
        assert numbers is not None, "a decimal is spelled as a number"
        fault = first_fault(fields, numbers, DOT)
        if fault is not None:
            self._note(row + fault[0], fault[1], fault[2])
        return numbers

    def _note(self, before: int, field: str, why: str | None) -> None:
        """Keep the first number that no double holds; `before`: the rows before it."""
        if self.inexact is None and why is not None:
            self.inexact = before + 1, field, why


def _text(array: Any) -> Any:
    """An Arrow string array without nulls: "" where missing, True and False as Python spells them."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.types as is_

    if is_.is_boolean(array.type):
        words = pc.if_else(array, "True", "False")
    elif is_.is_floating(array.type):
        words = strings([word or "" for word in _spelled(array.to_pylist())])
    else:
        words = array.cast(pa.string())
    return words.fill_null(strings([""])[0])


def _spelled(values: Sequence[float | None]) -> list[str | None]:
    return [None if x is None or isnan(x) else number_text(x) for x in values]
