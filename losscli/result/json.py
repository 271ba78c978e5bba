"""Frozen records as JSON: the fields of a record are the keys of its object, their types what those hold."""

import json
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from typing import Any, ClassVar, get_args, get_type_hints

import numpy as np

_ALLOWS: Mapping[str, Callable[[Any, Any], object]] = {
    "minimum": operator.ge,
    "maximum": operator.le,
    "exclusiveMinimum": operator.gt,
    "exclusiveMaximum": operator.lt,
    "minLength": lambda text, least: len(text) >= least,
    "pattern": lambda text, pattern: re.search(pattern, text),
}


@dataclass(frozen=True, slots=True)
class Key:
    """In the type of a field: its key in JSON, where that is not its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Limit:
    """In the type of a field: what its value must keep to.

    keyword, bound: as JSON Schema has them; wrong: what a value is that does not, behind `primary is `.
    """

    keyword: str
    bound: float | str
    wrong: str

    def allows(self, value: Any) -> bool:
        return bool(_ALLOWS[self.keyword](value, self.bound))


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record. kind: its type; needed: whether it has no default."""

    name: str
    key: str
    kind: Any
    needed: bool


@cache
def fields_of(record: Any) -> tuple[Field, ...]:
    """The fields of a frozen dataclass, in the order of the keys of its object; what equality leaves out is
    no part of it."""
    kinds = get_type_hints(record, include_extras=True)
    found = []
    for field in filter(operator.attrgetter("compare"), fields(record)):
        keys = [one.name for one in get_args(kinds[field.name])[1:] if isinstance(one, Key)]
        needed = field.default is MISSING and field.default_factory is MISSING
        found.append(Field(field.name, keys[0] if keys else field.name, kinds[field.name], needed))
    return tuple(found)


class Document:
    """A frozen record that is a file of its own. SCHEMA: what its JSON says that it is."""

    __slots__ = ()
    SCHEMA: ClassVar[str]

    def to_json(self) -> str:
        """The contract's JSON; raises ValueError on a figure that is not finite."""
        document = {"schema": self.SCHEMA, **_plain(self)}
        return json.dumps(document, ensure_ascii=True, allow_nan=False, indent=1)

    def verify(self) -> None:
        """Raises ValueError or DataError where the fields of a document that was read do not go together."""


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        kind: Any = type(value)
        return {field.key: _plain(getattr(value, field.name)) for field in fields_of(kind)}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.tolist() if isinstance(value, np.ndarray) else value
