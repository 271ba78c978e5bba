"""Work over the processors of this machine, in processes that are forked.

Forked workers see the table without a copy. Threads would not do: the arithmetic of
a block is so short that handing over the interpreter lock costs more than it. Signals are for the process
that forks; it ends its workers, at any moment by `end_workers`. What a worker that was killed, or had no
memory or disk left, has not handed over is done again by the process that forked it.
"""

import os
import signal
import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from struct import Struct
from typing import IO, Any, TypeVar

from losscli import progress

S = TypeVar("S")
Shard = range

LOST = (
    "a worker process was lost: killed, or without memory or room in TMPDIR. Its part is done again, and the "
    "figures are the same; --jobs 1 needs least"
)
_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
_SIZE = Struct("<q")  # bytes of a result, before it
_workers: set[int] = set()  # processes that have been forked and not yet reaped


def end_workers() -> None:
    """Kill every worker of this process, and wait until it is gone."""
    for child in tuple(_workers):
        _end(child)


def in_order(run: Callable[[Shard], S], shards: Sequence[Shard], jobs: int) -> Iterator[S]:
    """run(shard) of every shard, in order; `run` must not change anything, its results are sent between
    processes."""
    workers, count = min(jobs, len(shards)), len(shards)
    if workers <= 1 or not hasattr(os, "fork"):
        return map(run, shards)
    return _forked(run, [shards[count * i // workers : count * (i + 1) // workers] for i in range(workers)])


def as_done(tasks: Sequence[int], work: Callable[[int], S], jobs: int) -> Iterator[tuple[int, S]]:
    """(i, work(i)) of every task i, as they are done: in order with one job, about so with more.

    `work` must not change anything; its results are sent between processes. An interruption reaches the
    caller alone, and ends the workers.
    """
    workers = min(jobs, len(tasks))
    if workers <= 1 or not hasattr(os, "fork"):
        yield from ((i, work(i)) for i in tasks)
        return
    from multiprocessing.connection import wait

    children: dict[Any, int] = {}  # the end of a pipe → the process at the other
    left: dict[Any, deque[int]] = {}  # the tasks whose results are still to come from it
    here: list[int] = []  # tasks of workers that could not be made, or were lost
    try:
        for first in range(workers):
            own = tasks[first::workers]
            try:
                pipe, child = _piped(work, own, list(children))
            except OSError:
                here += own
                continue
            children[pipe], left[pipe] = child, deque(own)
        while left:
            for pipe in wait(list(left)):
                try:
                    yield _received(pipe)
                    left[pipe].popleft()
                except _Lost:
                    here += left.pop(pipe)
                    continue
                if not left[pipe]:
                    del left[pipe]
        yield from ((i, work(i)) for i in here)
    finally:
        for pipe, child in children.items():
            _end(child)
            pipe.close()


class _Lost(Exception):
    """A worker has ended before it had handed over its results."""


def _piped(work: Callable[[int], S], tasks: Sequence[int], siblings: Sequence[Any]) -> tuple[Any, int]:
    """(the end of a pipe, a process that sends (i, work(i)), or its error, to it); siblings: such ends of
    other processes. OSError where there is no process to be had."""
    from multiprocessing import Pipe

    reading, writing = Pipe(duplex=False)
    try:
        child = _fork()
    except BaseException:
        reading.close()
        writing.close()
        raise
    if child:
        writing.close()
        return reading, child
    try:
        for pipe in (reading, *siblings):
            pipe.close()
        for i in tasks:
            writing.send((i, work(i)))
    except MemoryError:
        pass
    except BaseException as error:
        with suppress(Exception):
            writing.send(error)
    finally:
        os._exit(0)


def _received(pipe: Any) -> Any:
    """The next result. Raises the error of the worker; _Lost where there is none to come."""
    try:
        found = pipe.recv()  # pickled by our own fork
    except (EOFError, OSError):  # nothing more, or half a message
        progress.tell(LOST)
        raise _Lost from None
    if isinstance(found, BaseException):
        raise found
    return found


def _fork() -> int:
    """A worker, of which `end_workers` knows before a signal is heard; 0 in the worker, which hears none."""
    with warnings.catch_warnings(), _held_signals():
        # Threads that may run are idle ones of pyarrow; the worker uses none of their locks.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
        if child:
            _workers.add(child)
        else:
            progress.be_worker(len(_workers) + 1)
            _workers.clear()
            for number in _SIGNALS:
                signal.signal(number, signal.SIG_IGN)
    return child


@contextmanager
def _held_signals() -> Iterator[None]:
    """Signals that arrive within are handled at the end, in this process; a handler that has been changed
    within stays. Only the main thread hears signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    arrived: list[int] = []
    handlers = {number: signal.getsignal(number) for number in _SIGNALS}

    def hold(number: int, frame: object) -> None:
        arrived.append(number)

    try:
        for number, handler in handlers.items():
            if callable(handler):
                signal.signal(number, hold)
        yield
    finally:
        for number, handler in handlers.items():
            if signal.getsignal(number) is hold:
                signal.signal(number, handler)
    for number in arrived:
        signal.raise_signal(number)


def _end(child: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    _reap(child)


def _reap(child: int) -> None:
    with suppress(ChildProcessError):
        os.waitpid(child, 0)
    _workers.discard(child)


def _forked(run: Callable[[Shard], S], parts: Sequence[Sequence[Shard]]) -> Iterator[S]:
    """run(shard) of every shard, in order: the first part here, each other in a process of its own, or here
    as well where the machine gives no more processes."""
    children: list[tuple[int, IO[bytes]]] = []
    try:
        for part in parts[1:]:
            try:
                children.append(_start(run, part))
            except OSError:
                break
        yield from map(run, parts[0])
        rest = parts[1 + len(children) :]
        for part in parts[1 : 1 + len(children)]:
            child, results = children[0]
            _reap(child)
            del children[0]
            with results:
                missing = list(part)
                left: Iterator[S] = _results(results, len(part))
                for one in left:
                    yield one
                    del missing[0]
            if missing:
                progress.tell(LOST)
                yield from map(run, missing)
        for part in rest:
            yield from map(run, part)
    finally:
        for child, results in children:
            _end(child)
            results.close()


def _start(run: Callable[[Shard], S], part: Sequence[Shard]) -> tuple[int, IO[bytes]]:
    """A process that works on a part and leaves its results, or its error, in an unlinked file."""
    import tempfile

    results = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the reader
    try:
        child = _fork()
    except BaseException:
        results.close()
        raise
    if child:
        return child, results
    try:
        with suppress(OSError, MemoryError):  # no room: what is missing is done again
            for shard in part:
                _leave(results, _outcome(run, shard))
            results.flush()
    finally:
        os._exit(0)


def _outcome(run: Callable[[Shard], S], shard: Shard) -> S | BaseException:
    """The result, or the error; MemoryError is raised."""
    try:
        return run(shard)
    except MemoryError:
        raise
    except BaseException as error:
        return error


def _leave(results: IO[bytes], found: object) -> None:
    import pickle

    data = pickle.dumps(found, protocol=pickle.HIGHEST_PROTOCOL)
    results.write(_SIZE.pack(len(data)))
    results.write(data)


def _results(results: IO[bytes], count: int) -> Iterator[S]:
    """What a worker has left, all of it or only the first. Raises its error."""
    import pickle

    results.seek(0)
    for _ in range(count):
        head = results.read(_SIZE.size)
        data = results.read(_SIZE.unpack(head)[0]) if len(head) == _SIZE.size else b""
        if not data or len(data) < _SIZE.unpack(head)[0]:
            return
        found = pickle.loads(data)  # written by our own fork, to a file without a name
        if isinstance(found, BaseException):
            raise found
        yield found
