"""Work as bytes for another machine: its functions by value; of what is kept in blocks those that are sent
beside it, no others.
"""

import pickle
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from io import BytesIO
from typing import Any

Piece = Mapping[tuple[int, int, int], Any]  # which Blocks, by their number, column and block → the block


class Blocks(ABC):
    """Columns that are kept block by block, so that work elsewhere gets the blocks that it reads."""

    @abstractmethod
    def get(self, column: int, block: int) -> Any:
        """A block of a column, not to be changed; it has `nbytes`, and can be pickled."""


class _Sent(Blocks):
    """Those of a number, of the pieces at hand."""

    def __init__(self, number: int) -> None:
        self._number = number

    def get(self, column: int, block: int) -> Any:
        """Raises KeyError for what was not sent: the work is done where all of it is."""
        return _pieces.get()[self._number, column, block]


class _Watched(Blocks):
    """Those of this process; which columns are read is put into `seen`."""

    def __init__(self, number: int, kept: Blocks, seen: set[tuple[int, int]]) -> None:
        self._number, self._kept, self._seen = number, kept, seen

    def get(self, column: int, block: int) -> Any:
        self._seen.add((self._number, column))
        return self._kept.get(column, block)


_Cached = type(lru_cache(len))
_named: ContextVar[Callable[[int], Blocks]] = ContextVar("named", default=_Sent)  # what a number stands for
_pieces: ContextVar[Piece] = ContextVar("pieces")


def _blocks(number: int) -> Blocks:
    return _named.get()(number)


def _cached(function: Callable[..., Any], size: int | None) -> Callable[..., Any]:
    """With a cache of its own, as `lru_cache` gives one to a function that is made within another."""
    return lru_cache(maxsize=size)(function)


class Work:
    """A function as bytes, made one again where it is first called, once in a process.

    data: its pickle; buffers: the large arrays in it, as they lie in memory; has_blocks: whether it has any.
    """

    def __init__(self, data: bytes, buffers: Sequence[Any], has_blocks: bool) -> None:
        self._data, self._buffers, self.has_blocks = data, buffers, has_blocks
        self._function: Callable[[Any], Any] | None = None

    @classmethod
    def of(cls, function: Callable[[Any], Any], kept: list[Blocks]) -> "Work":
        """kept: the Blocks that are known, by their numbers; those that the function has are added.

        Raises whatever what it holds raises when it is pickled.
        """
        from cloudpickle import Pickler  # comes with distributed

        numbers = set[int]()

        class Shipper(Pickler):  # type: ignore[misc]
            def reducer_override(self, value: Any) -> Any:
                if isinstance(value, _Cached) and "<locals>" in value.__qualname__:
                    return _cached, (value.__wrapped__, value.cache_parameters()["maxsize"])
                if not isinstance(value, Blocks):
                    return super().reducer_override(value)
                number = next((i for i, one in enumerate(kept) if one is value), len(kept))
                if number == len(kept):
                    kept.append(value)
                numbers.add(number)
                return _blocks, (number,)

        data, buffers = BytesIO(), list[Any]()
        Shipper(data, protocol=pickle.HIGHEST_PROTOCOL, buffer_callback=buffers.append).dump(function)
        return cls(data.getvalue(), buffers, bool(numbers))

    def __reduce__(self) -> Any:
        return Work, (self._data, self._buffers, self.has_blocks)

    def __sizeof__(self) -> int:
        """In bytes, by which a worker knows how much memory it holds."""
        return len(self._data) + sum(memoryview(one).nbytes for one in self._buffers)

    def __call__(self, task: Any, pieces: Sequence[Piece]) -> Any:
        """What the function gives of a task. pieces: of the Blocks that it reads, at least those blocks."""
        if self._function is None:
            self._function = self._loaded()
        with _set(_pieces, {key: one for piece in pieces for key, one in piece.items()}):
            return self._function(task)

    def columns_read(self, task: Any, kept: Sequence[Blocks]) -> set[tuple[int, int]]:
        """(which Blocks, by their number; which column) that a task reads, found by doing it here."""
        seen: set[tuple[int, int]] = set()
        with _set(_named, lambda number: _Watched(number, kept[number], seen)):
            function = self._loaded()
        function(task)
        return seen

    def _loaded(self) -> Any:
        return pickle.loads(self._data, buffers=self._buffers)  # pickled by `of`, here or where it was sent


@contextmanager
def _set(variable: ContextVar[Any], value: Any) -> Iterator[None]:
    before = variable.set(value)
    try:
        yield
    finally:
        variable.reset(before)
