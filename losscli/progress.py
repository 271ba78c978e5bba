"""How far work is: counted where it is done, read by whoever shows it; and where it can give what is done.

Of stages within one another the outermost that counts is shown. What forked workers count is seen through
shared memory.
"""

import time
import warnings
from collections.abc import Callable, Iterator, MutableSequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

_PROCESSES = 512  # that count, this one and its workers


@dataclass(frozen=True, slots=True)
class Stage:
    """What is being done. name: in words; total: how many of what is counted there are, None if unknown;
    of: what is counted; start: by the monotonic clock."""

    name: str
    total: float | None
    of: str
    start: float = field(default_factory=time.monotonic)

    @property
    def done(self) -> float | None:
        """The share that is done, 0 to 1; None where nothing is counted."""
        return min(sum(_now.counts) / self.total, 1.0) if self.total else None


@dataclass(slots=True)
class _Now:
    """stages: open ones, the inner last; counts: of each process; own: the place of this one; keeping: how
    many open parts of the work can give what is done; told: lines that have been said; teller: says one."""

    stages: list[Stage] = field(default_factory=list)
    counts: MutableSequence[float] = field(default_factory=lambda: [0.0])
    own: int = 0
    keeping: int = 0
    told: set[str] = field(default_factory=set)
    teller: Callable[[str], None] = lambda line: warnings.warn(line, RuntimeWarning, stacklevel=3)

    @property
    def counted(self) -> Stage | None:
        return self.stages[-1] if self.stages and self.stages[-1].total else None


_now = _Now()
_apart: ContextVar[dict[str, float] | None] = ContextVar("apart", default=None)  # what `counting` has counted


def tell(line: str) -> None:
    """Say what the user should know while work goes on, each line once."""
    if line not in _now.told:
        _now.told.add(line)
        _now.teller(line)


def told_by(teller: Callable[[str], None]) -> None:
    """From now on lines are said by this; until then they are warnings of Python."""
    _now.told.clear()
    _now.teller = teller


def share_counts() -> None:
    """From now on what workers count is seen here; without it they count for nobody."""
    import mmap

    if len(_now.counts) == 1:
        shared: Any = memoryview(mmap.mmap(-1, 8 * _PROCESSES)).cast("d")
        _now.counts = shared


def be_worker(number: int) -> None:
    """This process is a worker just forked; number: among those alive, from 1 on."""
    _now.own = number % len(_now.counts)
    _now.keeping = 0


@contextmanager
def stage(name: str, total: float | None = None, of: str = "") -> Iterator[None]:
    """What is done within; see `Stage`. Within another that counts it is not shown."""
    if _now.own or _now.counted is not None or _apart.get() is not None:
        yield
        return
    for place in range(len(_now.counts)):
        _now.counts[place] = 0.0
    opened = Stage(name, total, of)
    _now.stages.append(opened)
    try:
        yield
    finally:
        _now.stages.remove(opened)


def advance(of: str, count: float = 1.0) -> None:
    """So many more are done, where the stage that is shown counts them."""
    apart = _apart.get()
    if apart is not None:
        apart[of] = apart.get(of, 0.0) + count
        return
    counted = _now.counted
    if counted is not None and counted.of == of:
        _now.counts[_now.own] += count


@contextmanager
def counting() -> Iterator[dict[str, float]]:
    """What is counted within is not shown, but given: how many of what, for another process to count."""
    found: dict[str, float] = {}
    before = _apart.set(found)
    try:
        yield found
    finally:
        _apart.reset(before)


def current() -> Stage | None:
    """The stage to show, None where nothing is being done; asked by another thread."""
    last = _now.stages[-1:]
    return last[0] if last else None


@contextmanager
def keeping() -> Iterator[None]:
    """Within it the work can give what is done: an interruption is best raised as KeyboardInterrupt."""
    _now.keeping += 1
    try:
        yield
    finally:
        _now.keeping -= 1


def keeps() -> bool:
    """Whether the work under way can give what is done."""
    return _now.keeping > 0
