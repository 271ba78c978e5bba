"""Frozen records as JSON: the fields of a record are the keys of its object."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

_JSON_NAMES = {"members": "class"}


def dumped(schema: str, record: Any) -> str:
    """A record under its schema's name; raises ValueError on a figure that is not finite."""
    return json.dumps({"schema": schema, **_plain(record)}, ensure_ascii=True, allow_nan=False, indent=1)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {
            _JSON_NAMES.get(field.name, field.name): _plain(getattr(value, field.name))
            for field in fields(value)
        }
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value
