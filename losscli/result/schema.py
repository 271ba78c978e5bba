"""Frozen records as JSON Schema (draft 2020-12): types say what is valid, docstrings what it means.

A record has all its keys and no others, as `Document.to_json` writes it.
"""

import re
from collections.abc import Mapping
from dataclasses import is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import numpy as np

from losscli.result.json import Limit, fields_of

Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_PLAIN = {bool: "boolean", int: "integer", float: "number", str: "string", NoneType: "null"}


def schema_of(record: Any, name: str) -> Schema:
    """The schema of a document: a frozen record whose JSON says that it is `name`, as in losscli/compare/1.

    Raises TypeError for a field of a type that JSON has not.
    """
    parts: dict[str, Schema] = {}
    whole = _object(record, parts)
    whole["properties"] = {"schema": {"const": name}} | whole["properties"]
    whole["required"] = ["schema", *whole["required"]]
    return {"$schema": DRAFT, "title": name, **whole, "$defs": dict(sorted(parts.items()))}


def _object(record: Any, parts: dict[str, Schema]) -> Schema:
    meaning, words = described(record)
    properties = {}
    for field in fields_of(record):
        properties[field.key] = _schema(field.kind, parts)
        if field.name in words:
            properties[field.key]["description"] = words[field.name]
    told = {"description": meaning} if meaning else {}
    return {
        **told,
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }


def _schema(kind: Any, parts: dict[str, Schema]) -> Schema:
    """What is valid of a type; parts: the records met so far, by name; those of the type are added."""
    if kind in _PLAIN:
        return {"type": _PLAIN[kind]}
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        limits = {one.keyword: one.bound for one in inner[1:] if isinstance(one, Limit)}
        return _schema(inner[0], parts) | limits
    if origin in (Union, UnionType):
        return _any_of([_schema(one, parts) for one in inner])
    if origin is Literal:
        return {"enum": [*inner]}
    if isinstance(origin, type):
        return _several(origin, inner, parts)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"enum": [one.value for one in kind]}
    if is_dataclass(kind):
        return _reference(kind, parts)
    raise TypeError(f"{kind} has no schema")


def _several(origin: type, inner: tuple[Any, ...], parts: dict[str, Schema]) -> Schema:
    """Of arrays, tuples and mappings."""
    if origin is np.ndarray:
        return {"type": "array", "items": {"type": ["number", "array"]}}
    if origin is tuple:
        return _items(inner, parts)
    if issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _schema(inner[1], parts)}
    raise TypeError(f"{origin} has no schema")


def _items(inner: tuple[Any, ...], parts: dict[str, Schema]) -> Schema:
    """Of tuple[X, ...], or of a tuple of one length."""
    if inner[1:] == (Ellipsis,):
        return {"type": "array", "items": _schema(inner[0], parts)}
    places = [_schema(one, parts) for one in inner]
    return {"type": "array", "prefixItems": places, "minItems": len(places), "maxItems": len(places)}


def _any_of(choices: list[Schema]) -> Schema:
    """Types alone as a list of them."""
    if all(set(one) == {"type"} and isinstance(one["type"], str) for one in choices):
        return {"type": [one["type"] for one in choices]}
    return {"anyOf": choices}


def _reference(record: Any, parts: dict[str, Schema]) -> Schema:
    name = record.__name__.rstrip("_")
    if name not in parts:
        parts[name] = {}  # a record that holds itself ends here
        parts[name] = _object(record, parts)
    return {"$ref": f"#/$defs/{name}"}


def described(record: Any) -> tuple[str, dict[str, str]]:
    """(what a record is, what its fields are), of its docstring: `field, field: words; field: words`."""
    text = record.__doc__ or ""
    if text.startswith(f"{record.__name__}("):  # made by dataclass, of the fields
        return "", {}
    names = "|".join(field.name for field in fields_of(record))
    head = rf"(?:(?<=[.;:,]\s)|^)((?:{names})(?:, (?:{names}))*): "
    meaning, *pieces = re.split(head, re.sub(r"\bNone\b", "null", " ".join(text.split())))
    words = {
        name: words.strip().rstrip(",;.")
        for heads, words in zip(pieces[::2], pieces[1::2], strict=True)
        for name in heads.split(", ")
    }
    return meaning.strip().rstrip(";"), words
