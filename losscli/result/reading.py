"""JSON text that losscli has written → the record it was: every value is held to the type of its field."""

import json
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass, replace
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NoReturn, TypeVar, Union, get_args, get_origin

import numpy as np

from losscli.domain import Floats
from losscli.errors import DataError, Where
from losscli.result.json import Limit, fields_of

Record = TypeVar("Record")
Json = bool | int | float | str | list[Any] | dict[str, Any] | None
_FORMS: dict[Any, tuple[frozenset[type], str]] = {  # the types of json, what a value of another one is
    bool: (frozenset({bool}), "neither true nor false"),
    int: (frozenset({int}), "no whole number"),
    float: (frozenset({int, float}), "no number"),
    str: (frozenset({str}), "no text"),
    list: (frozenset({list}), "no list"),
    dict: (frozenset({dict}), "no object"),
}


def loaded(
    kind: type[Record],
    text: str,
    path: str,
    *,
    schema: str,
    what: str,
    advice: str,
    check: Callable[[Record], None],
) -> Record:
    """The record in the text of a file, as `dumped` wrote it; keys that no field has are ignored.

    schema, what: that the file should be, the latter in words; check: raises ValueError or DataError where
    the record does not hold together. Raises DataError, naming the file, the place and what is wrong there.
    """
    try:
        document = _document(text)
        if not isinstance(document, dict):
            raise _Wrong("no object")
        if document.get("schema") != schema:
            found = document.get("schema")
            raise ValueError("it has no schema" if found is None else f"its schema is {quoted(found)}")
        record: Record = _record(kind)(document)
        check(record)
    except json.JSONDecodeError as error:
        raise DataError(
            f"this is no JSON: {error.msg}", where=Where(path, error.lineno), advice=advice
        ) from None
    except RecursionError:
        why = "it is nested too deeply"
    except (ValueError, DataError) as error:
        why = str(error)
    else:
        return record
    raise DataError(f"this is no {what}: {why}", where=Where(path), advice=advice)


def quoted(value: object) -> str:
    """The value in quotes, its end left out where it is a long text."""
    return repr(f"{value[:59]}…" if isinstance(value, str) and len(value) > 60 else value)[:80]


def distinct(names: Sequence[str], what: str) -> None:
    """Raises ValueError where a name stands twice."""
    for name, count in Counter(names).items():
        if count > 1:
            raise ValueError(f"{quoted(name)} stands twice among {what}")


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────────


def _document(text: str) -> Json:
    """The value of a JSON text. Raises ValueError for what JSON has not: NaN, a key twice."""
    found: Json = json.loads(
        text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_int
    )
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        distinct([key for key, _ in pairs], "the keys of one object")
    return found


def _constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:20]} is beyond any number")
    return value


def _int(text: str) -> int | float:
    """A whole number; one that no counter holds is a number as others."""
    if len(text) > 308:
        raise ValueError(f"{text[:20]}… is beyond any whole number")
    return int(text) if len(text) <= 20 else float(text)


# ── types ────────────────────────────────────────────────────────────────────────────────────────────


class _Wrong(ValueError):
    """A value that is not as its type asks; the places around it are put in front as it rises."""

    def __init__(self, what: str):
        self.what, self.place = what, ""

    def __str__(self) -> str:
        return f"{self.place.removeprefix('.') or 'it'} is {self.what}"


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads a JSON value as one type. form: the JSON type; keys: that a record must have."""

    form: type
    make: Callable[[Any], Any]
    keys: frozenset[str] = frozenset()

    def __call__(self, value: Json) -> Any:
        forms, wrong = _FORMS[self.form]
        if type(value) not in forms:
            raise _Wrong("missing" if value is None else wrong)
        return self.make(value)


@dataclass(frozen=True, slots=True)
class _Either:
    """Reads a value as the one of several types that its form and keys speak for."""

    readers: tuple[_Reader, ...]
    optional: bool

    def __call__(self, value: Json) -> Any:
        if value is None and self.optional:
            return None
        fitting = [one for one in self.readers if type(value) in _FORMS[one.form][0]] or self.readers
        if isinstance(value, dict):
            fitting = sorted(fitting, key=lambda one: (len(one.keys - value.keys()), -len(one.keys)))
        return fitting[0](value)


@cache
def _reader(kind: Any) -> "_Reader | _Either":
    """What reads a value as a type. Raises TypeError for one that records do not have."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        readers = (_reader(part) for part in parts if part is not NoneType)
        return _Either(tuple(one for one in readers if isinstance(one, _Reader)), NoneType in parts)
    if origin is Annotated:
        reader, limits = _reader(parts[0]), [one for one in parts[1:] if isinstance(one, Limit)]
        return replace(reader, make=_limited(reader.make, limits)) if isinstance(reader, _Reader) else reader
    if is_dataclass(kind):
        record: Any = kind
        return _Reader(dict, _record(record), frozenset(one.key for one in fields_of(record) if one.needed))
    if origin in _MADE:
        form, make = _MADE[origin]
        return _Reader(form, make(parts))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _Reader(str, _word([*kind]))
    if kind not in (bool, int, float, str):
        raise TypeError(kind)
    return _Reader(kind, kind)


def _limited(make: Callable[[Any], Any], limits: Sequence[Limit]) -> Callable[[Any], Any]:
    def read(value: Json) -> Any:
        found = make(value)
        for limit in limits:
            if not limit.allows(found):
                raise _Wrong(limit.wrong)
        return found

    return read


def _within(place: str, reader: Callable[[Json], Any], value: Json) -> Any:
    try:
        return reader(value)
    except _Wrong as wrong:
        wrong.place = place + wrong.place
        raise


def _record(kind: Any) -> Callable[[dict[str, Any]], Any]:
    readers = [(field, _reader(field.kind)) for field in fields_of(kind)]

    def read(values: dict[str, Any]) -> Any:
        """Null is as good as no key: the default, where there is one."""
        return kind(
            **{
                field.name: _within(f".{field.key}", reader, values.get(field.key))
                for field, reader in readers
                if field.needed or values.get(field.key) is not None
            }
        )

    return read


def _items(parts: tuple[Any, ...]) -> Callable[[list[Any]], tuple[Any, ...]]:
    """Of tuple[X, ...], or of a tuple of so many."""
    reader, size = _reader(parts[0]), None if parts[-1] is Ellipsis else len(parts)

    def read(values: list[Any]) -> tuple[Any, ...]:
        if size not in (None, len(values)):
            raise _Wrong(f"a list of {len(values):,}, and not of {size}")
        return tuple(_within(f"[{i}]", reader, value) for i, value in enumerate(values))

    return read


def _mapping(parts: tuple[Any, ...]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    reader = _reader(parts[1])
    return lambda values: {key: _within(f".{key[:60]}", reader, value) for key, value in values.items()}


def _word(words: Sequence[Any]) -> Callable[[str], Any]:
    """Of the words of a Literal, or the members of an enumeration of texts."""

    def read(text: str) -> Any:
        if text not in words:
            raise _Wrong(f"{quoted(text)}, and no one of {', '.join(words)}")
        return words[words.index(text)]

    return read


def _array(values: list[Any]) -> Floats:
    """Of numbers, or of arrays of one shape."""
    inner = _reader(float) if not values or type(values[0]) is not list else _Reader(list, _array)
    rows = [_within(f"[{i}]", inner, value) for i, value in enumerate(values)]
    if len({np.shape(row) for row in rows}) > 1:
        raise _Wrong("a list of rows of different lengths")
    return np.array(rows, dtype=np.float64)


_MADE: dict[Any, tuple[type, Callable[[tuple[Any, ...]], Callable[[Any], Any]]]] = {
    tuple: (list, _items),
    Mapping: (dict, _mapping),
    np.ndarray: (list, lambda parts: _array),
    Literal: (str, _word),
}
