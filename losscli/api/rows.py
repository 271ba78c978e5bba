"""A part of a result as a table: columns of plain values, for whatever reads tables."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

if TYPE_CHECKING:
    import pandas as pd

Value = bool | int | float | str | tuple[str, ...] | None
_SHOWN = 20  # rows, as a text
_HTML_SHOWN = 60


class Rows(Sequence[Mapping[str, Value]]):
    """Rows of one set of columns. A value that is not known is None.

    Indexing by a number gives a row, by a name a column.
    """

    def __init__(self, kinds: Mapping[str, type], rows: Iterable[Mapping[str, Value]]) -> None:
        """kinds: of the values of each column, bool, int, float, str or tuple (of texts); rows: may lack
        columns."""
        self._kinds = dict(kinds)
        self._rows = [{name: row.get(name) for name in self._kinds} for row in rows]

    @property
    def kinds(self) -> Mapping[str, type]:
        """The type of the values of each column."""
        return self._kinds

    @property
    def columns(self) -> list[str]:
        """Their names, in order."""
        return [*self._kinds]

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            return [row[key] for row in self._rows]
        if isinstance(key, slice):
            return Rows(self._kinds, self._rows[key])
        return self._rows[key]

    def __iter__(self) -> Iterator[Mapping[str, Value]]:
        return iter(self._rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rows) and (self._kinds, self._rows) == (other._kinds, other._rows)

    __hash__ = None  # type: ignore[assignment]

    def where(self, **values: Value) -> "Rows":
        """The rows that hold these values: `losses.where(spec="mae")`. Raises KeyError for no column."""
        rows = [row for row in self._rows if all(row[name] == value for name, value in values.items())]
        return Rows(self._kinds, rows)

    def to_dict(self) -> dict[str, list[Value]]:
        """Column by column."""
        return {name: self[name] for name in self._kinds}

    def to_pandas(self) -> "pd.DataFrame":
        """A data frame of pandas: numbers that are not known are NaN, texts None."""
        import numpy as np
        import pandas as pd

        numbers = {float: np.float64, int: np.float64}
        return pd.DataFrame(
            {
                name: np.array(self[name], dtype=numbers[kind])
                if kind in numbers and (kind is float or None in self[name])
                else self[name]
                for name, kind in self._kinds.items()
            },
            columns=self.columns,
        )

    def to_arrow(self) -> Any:
        """A table of Arrow."""
        import pyarrow as pa

        types = {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), str: pa.string()}
        columns = {
            name: pa.array(
                [list(one) if isinstance(one, tuple) else one for one in self[name]],
                types.get(kind, pa.list_(pa.string())),
            )
            for name, kind in self._kinds.items()
        }
        return pa.table(columns)

    def to_polars(self) -> Any:
        """A data frame of polars. Raises ImportError where that is not installed."""
        import polars as pl

        return pl.from_arrow(self.to_arrow())

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def __repr__(self) -> str:
        from losscli.api.shown import rows_text

        return rows_text(self._kinds, self._rows, _SHOWN)

    def _repr_html_(self) -> str:
        from losscli.api.shown import rows_html

        return rows_html(self._kinds, self._rows, _HTML_SHOWN)


def rows_of(
    kind: type, records: Sequence[Any], each: str | None = None, renamed: Mapping[str, str] | None = None
) -> Rows:
    """Records as rows, a column for every field of one plain value; what is nested is left out.

    kind: of the records.
    each: the field whose records are rows of their own, with the columns of what they stand in before them;
        one that has a name of these is put behind `model_`.
    renamed: field of the records → its column, where that has another name.
    """
    from losscli.result.json import fields_of

    called = renamed or {}
    outer = _plain(kind)
    kinds = {called.get(name, name): own for name, own in outer.items()}
    whole = ({called.get(k, k): v for k, v in _values(one, outer).items()} for one in records)
    if each is None:
        return Rows(kinds, whole)
    (part,) = (field.kind for field in fields_of(kind) if field.name == each)
    inner = _plain(get_args(part)[0])
    names = {name: f"model_{name}" if name in kinds else name for name in inner}
    rows = (
        row | ({} if below is None else {names[k]: v for k, v in _values(below, inner).items()})
        for row, one in zip(whole, records, strict=True)
        for below in getattr(one, each) or (None,)
    )
    return Rows(kinds | {names[name]: own for name, own in inner.items()}, rows)


def _plain(kind: type) -> dict[str, type]:
    """The fields that hold one value each, or a few texts, and of what type."""
    from losscli.result.json import fields_of

    found = {field.name: _kind(field.kind) for field in fields_of(kind)}
    return {name: own for name, own in found.items() if own is not None}


def _kind(hint: Any) -> type | None:
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _kind(parts[0])
    if origin in (Union, UnionType):
        kinds = {_kind(part) for part in parts if part is not NoneType}
        return kinds.pop() if len(kinds) == 1 else (str if kinds <= {str, int, float} else None)
    if origin is tuple:
        return tuple if _kind(parts[0]) is str and parts[1:] == (...,) else None
    if hint in (bool, int, float, str):
        return hint  # type: ignore[no-any-return]
    return None


def _values(record: Any, kinds: Mapping[str, type]) -> dict[str, Value]:
    return {name: _of_kind(getattr(record, name), kind) for name, kind in kinds.items()}


def _of_kind(value: Any, kind: type) -> Value:
    if value is None:
        return None
    return tuple(map(str, value)) if kind is tuple else kind(value)
