"""What a JSON text holds, by the standard library, strictly: numbers as they are spelled, no key twice."""

import json
from typing import Any

from losscli.data.table.grammar import shown


class SpelledNumber(str):
    """A number as it is spelled in the file."""

    __slots__ = ()


class Object(dict[Any, Any]):
    """A JSON object."""


def decoder() -> json.JSONDecoder:
    """Raises JSONDecodeError, and ValueError for what is said of a value."""
    return json.JSONDecoder(
        object_pairs_hook=_object,
        parse_float=SpelledNumber,
        parse_int=SpelledNumber,
        parse_constant=_no_number,
    )


def torn(word: str) -> bool:
    """Whether it holds half of a surrogate pair."""
    return any("\ud800" <= sign <= "\udfff" for sign in word)


def _object(pairs: list[tuple[str, Any]]) -> Object:
    found = Object(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {shown(twice)} stands {names.count(twice)} times in one object")
    return found


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no JSON number; write null where a value is missing")
