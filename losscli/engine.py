"""How work is spread: shards of blocks over processes, summaries merged in one fixed order.

Workers are forked, so that they see the table without a copy. Threads would not do: the arithmetic of
a block is so short that handing over the interpreter lock costs more than it.
"""

import os
import pickle
import signal
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from typing import IO, TypeVar

S = TypeVar("S")
Shard = range

_SHARDS = 16  # of the blocks; fixed, so that the order of additions does not depend on the workers
_FORK_BLOCKS = 12  # fewer are done before a worker has started


def default_jobs() -> int:
    """The processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def fold(blocks: int, work: Callable[[int], S], merge: Callable[[S, S], S], jobs: int) -> S:
    """Merge work(0) … work(blocks - 1), left to right within shards and then over the shards: the
    floating-point result depends on `blocks` alone, not on `jobs`.

    blocks ≥ 1. `work` must not change anything; its results are sent between processes.
    """
    count = min(blocks, _SHARDS)
    shards = [range(blocks * i // count, blocks * (i + 1) // count) for i in range(count)]

    def run(shard: Shard) -> S:
        return reduce(merge, map(work, shard))

    workers = min(jobs, count)
    if workers == 1 or blocks < _FORK_BLOCKS or not hasattr(os, "fork"):
        return reduce(merge, map(run, shards))
    parts = [shards[count * i // workers : count * (i + 1) // workers] for i in range(workers)]
    return reduce(merge, _forked(run, parts))


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
            os.waitpid(child, 0)
            del children[0]
            with results:
                results.seek(0)
                yield from _results(results, len(part))
        for part in rest:
            yield from map(run, part)
    finally:
        for child, results in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            results.close()


def _start(run: Callable[[Shard], S], part: Sequence[Shard]) -> tuple[int, IO[bytes]]:
    """A process that works on a part and leaves its results, or its error, in an unlinked file."""
    results = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the reader
    with warnings.catch_warnings():
        # Threads that may run are idle ones of pyarrow; the worker uses none of their locks.
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            child = os.fork()
        except OSError:
            results.close()
            raise
    if child:
        return child, results
    try:
        for shard in part:
            pickle.dump(run(shard), results, protocol=pickle.HIGHEST_PROTOCOL)
    except BaseException as error:
        pickle.dump(error, results)
    finally:
        results.flush()
        os._exit(0)


def _results(results: IO[bytes], count: int) -> Iterator[S]:
    """What a worker left. Raises its error; RuntimeError where it was killed before its end."""
    for _ in range(count):
        try:
            found = pickle.load(results)  # written by our own fork, to a file without a name
        except EOFError:
            raise RuntimeError("a worker process was killed; is there enough memory?") from None
        if isinstance(found, BaseException):
            raise found
        yield found
