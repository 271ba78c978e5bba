"""Columns that are in memory already → Table: data frames, Arrow tables, mappings of arrays, arrays."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from losscli.data.table.arrow import Batches, Opened, table_of
from losscli.data.table.buffers import arrow_array
from losscli.data.table.facts import Limits, OriginNames, ReadOptions, Table
from losscli.errors import DataError, Where
from losscli.result import Input

_OPTIONS, _LIMITS = ReadOptions(), Limits()


def read_frame(data: Any, name: str, options: ReadOptions = _OPTIONS, *, limits: Limits = _LIMITS) -> Table:
    """The table of columns in memory, read as a file of the same values and types is.

    data: a data frame of pandas or polars, a table of Arrow or anything that gives one
        (`__arrow_c_stream__`), a mapping of names to arrays, or an array of rows whose names
        `options.columns` has.
    name: what it is called in messages and results.
    options: what the data do not say of themselves.
    limits: sizes that bound memory.

    Raises DataError for what holds no columns of one length, TypeError for what is no table at all.
    """
    table = arrow_of(data, name, options.columns)
    if not table.num_columns:
        raise DataError("it has no columns", where=Where(name))
    given = _Given(name, table)
    return table_of(given, [Batches(given, given.opened)], options, limits)


class _Given:
    """What is in memory, as a source that is read."""

    def __init__(self, name: str, table: Any) -> None:
        self.path = self.shown = name
        self.rows = table.num_rows
        self._table = table

    def __reduce__(self) -> Any:
        return OriginNames, (self.path, self.shown)

    def opened(self) -> AbstractContextManager[Opened]:
        return nullcontext((self._table.schema, iter(self._table.to_batches())))

    def error(self, what: str, *, advice: str | None = None) -> DataError:
        return DataError(what, where=Where(self.shown), advice=advice)

    @property
    def input(self) -> Input:
        """Its hash is that of the buffers of all columns, in their order."""
        found = hashlib.sha256()
        for column in self._table.columns:
            found.update(str(column.type).encode())
            for chunk in column.chunks:
                for buffer in chunk.buffers():
                    found.update(memoryview(buffer) if buffer is not None else b"")
        return Input(self.path, found.hexdigest(), self.rows)

    def check_unpacked(self, size: int) -> None:
        """What is in memory fits."""


def arrow_of(data: Any, name: str, columns: Sequence[str]) -> Any:
    """An Arrow table, without a copy where the columns lie as Arrow has them; columns: their names, where
    they are those of an array of rows. Raises as `read_frame` does."""
    import pyarrow as pa

    try:
        if isinstance(data, pa.Table):
            return data
        if hasattr(data, "__dataframe__") and type(data).__module__.partition(".")[0] == "pandas":
            return pa.Table.from_pandas(data, preserve_index=False)
        if hasattr(data, "__arrow_c_stream__"):
            return pa.table(data)
        if isinstance(data, Mapping):
            return pa.table({str(key): _column(values) for key, values in data.items()})
        if hasattr(data, "__array__"):
            return _of_rows(data, columns)
    except (pa.ArrowException, ValueError, OverflowError) as error:
        raise DataError(f"it is no table of columns: {error}", where=Where(name)) from None
    raise TypeError(
        f"{name}: a {type(data).__name__} is no table; "
        "give a data frame, a mapping of arrays or an Arrow table"
    )


def _column(values: Any) -> Any:
    import numpy as np
    import pyarrow as pa

    if type(values).__module__.partition(".")[0] == "pandas":
        return pa.Array.from_pandas(values)
    if hasattr(values, "__arrow_c_array__") or hasattr(values, "__arrow_c_stream__"):
        return values
    array = np.asarray(values)
    if np.ma.isMaskedArray(values):
        return pa.array(array, mask=np.ma.getmaskarray(values))
    if array.ndim != 1:
        raise ValueError(f"a column of shape {array.shape} is not one value a row")
    return arrow_array(array)


def _of_rows(data: Any, columns: Sequence[str]) -> Any:
    import numpy as np
    import pyarrow as pa

    array = np.asarray(data)
    if array.dtype.names:
        return pa.table({key: _column(array[key]) for key in array.dtype.names})
    array = array[:, None] if array.ndim == 1 else array
    if array.ndim != 2 or len(columns) != array.shape[1]:
        raise ValueError(f"an array of shape {array.shape} needs a name for each column: columns='y,pred'")
    return pa.table({key: _column(array[:, i]) for i, key in enumerate(columns)})
