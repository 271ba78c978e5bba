"""Parquet and Arrow files → Table. Their types decide; integers must be doubles, nulls are missing."""

import struct
from collections.abc import Iterator, Sequence
from contextlib import closing
from math import isnan
from typing import Any

import numpy as np

from losscli.data.table.buffers import bits, doubles, fixed, strings, text_bytes
from losscli.data.table.cells import is_number, taken_apart
from losscli.data.table.columns import Columns
from losscli.data.table.facts import BLOCK, ColumnType, Limits, ReadOptions
from losscli.data.table.grammar import DOT, EXACT, number_text, shown
from losscli.data.table.messages import unpacked_sizes
from losscli.data.table.open import Source
from losscli.data.table.packing import ARROW_SIGN, PARQUET_SIGN, STREAM_SIGN
from losscli.data.table.parse import first_fault, numbers_of
from losscli.data.table.store import Inexact, StoredTable
from losscli.domain import Floats
from losscli.errors import DataError, Where

_PAGE, _SMALL = 1 << 20, 64 << 20  # bytes read at a time; of a file whose columns are read at once
_BROKEN = (OSError, EOFError, UnicodeError, MemoryError, OverflowError, struct.error)


def read_parquet(source: Source, options: ReadOptions, limits: Limits) -> StoredTable:
    """The table in a Parquet file; DataError where it is damaged or holds what is no column of values."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with closing(source.seekable()) as raw, _damage(source, raw, "Parquet", (PARQUET_SIGN[:4],)):
        stream = pa.PythonFile(raw, mode="r")
        metadata = pq.read_metadata(stream)
        texts = _texts(metadata.schema)
        _check_size(source, metadata, len(texts))
        file = pq.ParquetFile(
            stream,
            metadata=metadata,
            read_dictionary=texts,
            buffer_size=0 if source.size <= _SMALL else _PAGE,  # for a page, room is made as large as it says
            pre_buffer=False,
            page_checksum_verification=True,
        )
        batches = file.iter_batches(batch_size=2 * BLOCK, use_threads=False)
        return table_of(source, file.schema_arrow, batches, options, limits)


def _check_size(source: Source, metadata: Any, texts: int) -> None:
    """Raises DataError for a Parquet file that says of itself that it unpacks to more than it may.

    Nothing is asked of a single column: pyarrow ends the process where that part of a file is damaged.
    """
    numbers = (metadata.num_columns - texts) * metadata.num_rows * 8
    groups = (metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    source.check_unpacked(max(numbers, sum(groups)))


def _texts(schema: Any) -> list[str]:
    """The columns of texts. They are read as dictionaries: a long text that stands in many rows is not to be
    repeated before it is known how long it is."""
    columns = (schema.column(i) for i in range(len(schema)))
    return [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]


def read_arrow(source: Source, options: ReadOptions, limits: Limits) -> StoredTable:
    """The table in an Arrow IPC file (Feather) or stream."""
    import pyarrow as pa

    with closing(source.seekable()) as raw, _damage(source, raw, "Arrow", (ARROW_SIGN, STREAM_SIGN)):
        is_file = raw.read(len(ARROW_SIGN)) == ARROW_SIGN
        for size in unpacked_sizes(raw, len(ARROW_SIGN) if is_file else 0):
            source.check_unpacked(size)
        raw.seek(0)
        stream = pa.PythonFile(raw, mode="r")
        if not is_file:
            with pa.ipc.open_stream(stream) as reader:
                table = table_of(source, reader.schema, reader, options, limits)
            if raw.read(1):
                raise source.error("there are more bytes behind the end of the Arrow stream")
            return table
        with pa.ipc.open_file(stream) as reader:
            batches = (reader.get_batch(i) for i in range(reader.num_record_batches))
            return table_of(source, reader.schema, batches, options, limits)


class _damage:
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


def table_of(
    source: Any, schema: Any, batches: Iterator[Any], options: ReadOptions, limits: Limits
) -> StoredTable:
    """The table of Arrow record batches; source: what is read, with its name, errors and hash."""
    _check_names(source, schema.names)
    schema, batches, parts = taken_apart(source, schema, batches, limits.columns)
    names = _check_names(source, schema.names)
    if len(names) > limits.columns:
        raise source.error(
            f"it has {len(names):,} columns, and {limits.columns:,} are the most that are read"
        )
    missing = options.styles()[0].missing_numbers
    readers = [
        _Reader(source, field.type, name, name in options.text, missing)
        for field, name in zip(schema, names, strict=True)
    ]
    words = {i for i, reader in enumerate(readers) if reader.spells and names[i] not in options.text}
    style, *_ = options.styles()
    columns = Columns(source.shown, names, [reader.kind for reader in readers], limits, style, words)
    rows = 0
    for batch in batches:
        batch.validate(full=True)  # what lies in the file may not be what its description says
        for start in range(0, batch.num_rows, BLOCK):
            part = batch.slice(start, BLOCK)
            for i, array in enumerate(part.columns):
                if readers[i].kind is ColumnType.TEXT:
                    columns.check_texts(i, text_bytes(array))
                columns.add_to(i, readers[i](array, rows))
            rows += part.num_rows
            source.check_unpacked(columns.store.size)
    if not rows:
        raise source.error("the file has no rows")
    return StoredTable(
        path=source.path,
        sha256=source.sha256,
        rows=rows,
        columns=columns.finish(
            {i: reader.inexact for i, reader in enumerate(readers) if reader.inexact is not None}, parts
        ),
        store=columns.store,
    )


def _check_names(source: Source, names: Sequence[object]) -> list[str]:
    """The names as text. Raises DataError where two columns have one."""
    found = [str(name) for name in names]
    if len(set(found)) < len(found):
        twice = next(name for name in found if found.count(name) > 1)
        raise source.error(f"the file has the column {shown(twice)} {found.count(twice)} times")
    return found


class _Reader:
    """Arrays of one column → float64 or Arrow strings, by its type."""

    def __init__(
        self, source: Source, type_: Any, name: str, as_text: bool, missing: Sequence[float]
    ) -> None:
        import pyarrow.types as is_

        self._missing = missing  # numbers that say that there is none
        inner = type_.value_type if is_.is_dictionary(type_) else type_
        number = is_number(inner) or is_.is_null(inner)
        words = is_.is_string(inner) or is_.is_large_string(inner) or is_.is_string_view(inner)
        if not (number or words or is_.is_boolean(inner) or is_.is_temporal(inner)):
            raise DataError(
                f"the column holds {inner} values, which are neither numbers nor text",
                where=Where(source.shown, None, name),
                advice="Write the file without this column, or with its parts as columns of their own.",
            )
        self._type = inner
        self.spells = words  # may spell numbers
        self._number = number and not as_text
        self.inexact: Inexact | None = None
        self.kind = ColumnType.NUMBER if self._number else ColumnType.TEXT

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
