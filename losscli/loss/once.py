"""What is made of the same arrays in many places, made once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from numpy.typing import NDArray

T = TypeVar("T")
Arrays = tuple[NDArray[Any], ...]

# What a function made of arrays, by their ids; the arrays beside it, so that their ids stay theirs.
_kept: ContextVar[dict[tuple[Any, ...], tuple[Any, Arrays]] | None] = ContextVar("kept", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Within, `once` does each thing once. What it is made of stays in memory until the end, and is not to be
    changed: for one block of rows."""
    before = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(before)


def forget_but(*arrays: NDArray[Any]) -> None:
    """Let go of all that is not made of these arrays alone."""
    kept, own = _kept.get() or {}, set(map(id, arrays))
    for key in [key for key in kept if not own.issuperset(key[1:])]:
        del kept[key]


def once(make: Callable[..., T], *arrays: NDArray[Any]) -> T:
    """make(*arrays), which nobody changes."""
    kept = _kept.get()
    if kept is None:
        return make(*arrays)
    key = make, *map(id, arrays)
    if key not in kept:
        kept[key] = make(*arrays), arrays
    found: T = kept[key][0]
    return found


def known(make: Callable[..., T], *arrays: NDArray[Any]) -> T | None:
    """What `once` has made of these arrays, None where it has not."""
    found = (_kept.get() or {}).get((make, *map(id, arrays)))
    return None if found is None else found[0]
