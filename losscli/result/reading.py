"""JSON text that losscli has written → the record it was: every value is held to the type of its field."""

import json
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass, replace
from functools import cache, partial
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NoReturn, TypeVar, Union, get_args, get_origin

import numpy as np

from losscli.domain import Floats
from losscli.errors import DataError, Where
from losscli.result.json import Document, Field, Limit, fields_of

Read = TypeVar("Read", bound=Document)
Json = bool | int | float | str | list[Any] | dict[str, Any] | None


def loaded(kind: type[Read], text: str, path: str, *, what: str, advice: str) -> Read:
    """The document in the text of a file, as it was written; keys that no field has are ignored.

    what: that the file should be, in words. Raises DataError, naming the file, the place in it and what is
    wrong there, for any other text.
    """
    reader: Any = _reader
    try:
        document = _document(text)
        if not isinstance(document, dict):
            raise _Wrong("no object")
        schema = document.get("schema")
        if schema != kind.SCHEMA:
            raise ValueError("it has no schema" if schema is None else f"its schema is {quoted(schema)}")
        found: Read = reader(kind)(document)
        found.verify()
    except json.JSONDecodeError as error:
        raise DataError(
            f"this is no JSON: {error.msg}", where=Where(path, error.lineno), advice=advice
        ) from None
    except RecursionError:
        why = "it is nested too deeply"
    except (ValueError, DataError) as error:
        why = str(error)
    else:
        return found
    raise DataError(f"this is no {what}: {why}", where=Where(path), advice=advice)


def quoted(value: object) -> str:
    """The value in quotes, its end left out where it is a long text."""
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else f"{value[:59]}…")
    return repr(value)[:60]


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


def _int(text: str) -> int:
    if not math.isfinite(float(text)):
        raise ValueError(f"{text[:20]}… is beyond any whole number")
    return int(text)


# ── types ────────────────────────────────────────────────────────────────────────────────────────────


class _Wrong(ValueError):
    """A value that is not as its type asks; the places around it are put in front as it rises."""

    def __init__(self, what: str):
        self.what, self.place = what, ""

    def __str__(self) -> str:
        return f"{self.place.removeprefix('.') or 'it'} is {self.what}"


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads a value of JSON as one type.

    forms: the types of json that it may have; wrong: what one of another is; keys: that a record needs.
    """

    forms: frozenset[type]
    wrong: str
    make: Callable[[Any], Any]
    keys: frozenset[str] = frozenset()

    def __call__(self, value: Any, place: str = "") -> Any:
        """place: that is put in front of those that are wrong within it."""
        try:
            if type(value) not in self.forms:
                raise _Wrong("missing" if value is None else self.wrong)
            return self.make(value)
        except _Wrong as wrong:
            wrong.place = place + wrong.place
            raise


@cache
def _reader(kind: Any) -> _Reader:
    """What reads a value as a type. Raises TypeError for one that records do not have."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        readers = [_reader(part) for part in parts]
        forms = frozenset[type]().union(*(one.forms for one in readers))
        return _Reader(forms, readers[0].wrong, partial(_either, readers))
    if origin is Annotated:
        reader, limits = _reader(parts[0]), [one for one in parts[1:] if isinstance(one, Limit)]
        return replace(reader, make=partial(_limited, reader.make, limits))
    if origin is Mapping:
        return _Reader(*_OBJECT, partial(_mapping, _reader(parts[1])))
    if origin is tuple:
        return _Reader(*_LIST, partial(_items, _reader(parts[0]), _reader(parts[1])))
    if origin is np.ndarray:
        return _Reader(*_LIST, _array)
    if is_dataclass(kind):
        record: Any = kind
        fields = [(field, _reader(field.kind)) for field in fields_of(record)]
        keys = frozenset(field.key for field, _ in fields if field.needed)
        return _Reader(*_OBJECT, partial(_record, kind, fields), keys)
    return replace(_PLAIN[str], make=partial(_word, parts if origin is Literal else tuple(kind)))


def _either(readers: Sequence[_Reader], value: Any) -> Any:
    """By the one whose form it has; of several records, the one whose keys it has."""
    fitting = [one for one in readers if type(value) in one.forms]
    if isinstance(value, dict):
        fitting.sort(key=lambda one: (len(one.keys - value.keys()), -len(one.keys)))
    return fitting[0](value)


def _limited(make: Callable[[Any], Any], limits: Sequence[Limit], value: Any) -> Any:
    found = make(value)
    for limit in limits:
        if not limit.allows(found):
            raise _Wrong(limit.wrong)
    return found


def _record(kind: Any, fields: Sequence[tuple[Field, _Reader]], values: dict[str, Any]) -> Any:
    """Null is as good as no key: the default, where there is one."""
    return kind(
        **{
            field.name: reader(values.get(field.key), f".{field.key}")
            for field, reader in fields
            if field.needed or values.get(field.key) is not None
        }
    )


def _items(reader: _Reader, last: _Reader, values: list[Any]) -> tuple[Any, ...]:
    """Of tuple[X, ...], or of a pair."""
    if last is _ANY_MORE:
        return tuple(reader(value, f"[{number}]") for number, value in enumerate(values))
    if len(values) != 2:
        raise _Wrong(f"a list of {len(values):,}, and not of 2")
    return reader(values[0], "[0]"), last(values[1], "[1]")


def _mapping(reader: _Reader, values: dict[str, Any]) -> dict[str, Any]:
    return {key: reader(value, f".{key[:60]}") for key, value in values.items()}


def _word(words: Sequence[Any], text: str) -> Any:
    """Of the words of a Literal, or the members of an enumeration of texts."""
    if text not in words:
        raise _Wrong(f"{quoted(text)}, and no one of {', '.join(words)}")
    return words[words.index(text)]


def _array(values: list[Any]) -> Floats:
    """Of numbers, or of arrays of one shape."""
    inner = _reader(float) if not values or type(values[0]) is not list else _Reader(*_LIST, _array)
    rows = [inner(value, f"[{number}]") for number, value in enumerate(values)]
    if len({np.shape(row) for row in rows}) > 1:
        raise _Wrong("a list of rows of different lengths")
    return np.array(rows, dtype=np.float64)


_LIST = frozenset({list}), "no list"
_OBJECT = frozenset({dict}), "no object"
_ANY_MORE = _Reader(frozenset(), "", lambda value: value)
_PLAIN = {
    bool: _Reader(frozenset({bool}), "neither true nor false", bool),
    int: _Reader(frozenset({int}), "no whole number", int),
    float: _Reader(frozenset({int, float}), "no number", float),
    str: _Reader(frozenset({str}), "no text", str),
    NoneType: _Reader(frozenset({NoneType}), "not null", lambda value: value),
    Ellipsis: _ANY_MORE,
}
