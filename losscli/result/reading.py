"""JSON text that losscli has written, read as data: every value is held to its type."""

import json
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from losscli.errors import DataError, Where

Item = TypeVar("Item")


def parsed(text: str, path: str, read: "Callable[[Node], Item]", *, what: str, advice: str) -> Item:
    """What `read` makes of the value of a JSON text; what: the file should be, in words.

    Raises DataError, naming the file and what is wrong, for any other text.
    """
    try:
        return read(Node(_document(text), ""))
    except json.JSONDecodeError as error:
        raise DataError(
            f"this is no JSON: {error.msg}", where=Where(path, error.lineno), advice=advice
        ) from None
    except RecursionError:
        why = "it is nested too deeply"
    except (ValueError, DataError) as error:
        why = str(error)
    raise DataError(f"this is no {what}: {why}", where=Where(path), advice=advice)


def _document(text: str) -> Any:
    """The value of a JSON text. Raises ValueError for what JSON has not: NaN, a key twice."""
    return json.loads(
        text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_int
    )


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


def quoted(text: str) -> str:
    """The text in quotes, its end left out where it is long."""
    return repr(text if len(text) <= 60 else f"{text[:59]}…")


def distinct(names: Sequence[str], what: str) -> None:
    """Raises ValueError where a name stands twice."""
    for name, count in Counter(names).items():
        if count > 1:
            raise ValueError(f"{quoted(name)} stands twice among {what}")


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the document, and where it is; what is not as asked raises ValueError."""

    value: Any
    place: str

    def fail(self, what: str) -> NoReturn:
        raise ValueError(f"{self.place or 'it'} is {what}")

    def find(self, key: str) -> "Node":
        """The value of a key; None where there is no such key."""
        if not isinstance(self.value, dict):
            self.fail("no object")
        return Node(self.value.get(key), f"{self.place}.{key}" if self.place else key)

    def items(self) -> "list[Node]":
        if not isinstance(self.value, list):
            self.fail("missing" if self.value is None else "no list")
        return [Node(item, f"{self.place}[{number}]") for number, item in enumerate(self.value)]

    def text(self) -> str:
        if not isinstance(self.value, str):
            self.fail("missing" if self.value is None else "no text")
        return str(self.value)

    def name(self) -> str:
        """A text that is not empty."""
        return self.text() or self.fail("empty")

    def number(self) -> float:
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.fail("missing" if self.value is None else "no number")
        return float(self.value)

    def whole(self, least: int) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int) or self.value < least:
            self.fail("missing" if self.value is None else f"no whole number from {least} on")
        return int(self.value)

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            self.fail("neither true nor false")
        return bool(self.value)

    def maybe(self, read: "Callable[[Node], Item]") -> Item | None:
        """What `read` makes of it, None for null and for a key that is not there."""
        return None if self.value is None else read(self)
