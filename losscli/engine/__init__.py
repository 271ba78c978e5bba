"""How work is spread: shards of blocks over processes, summaries merged in one fixed order; and tasks
of their own, each result as soon as it is there. The processes are forked (`forked.py`), or within
`on_cluster` the workers of a Dask cluster (`cluster.py`); what these do not give is done on this machine.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import reduce
from typing import TYPE_CHECKING, Any, TypeVar

from losscli.engine import forked
from losscli.engine.forked import LOST, Shard, end_workers
from losscli.engine.shipped import Blocks

if TYPE_CHECKING:
    from losscli.engine.cluster import Cluster

__all__ = ["LOST", "Blocks", "default_jobs", "each", "end_workers", "fold", "on_cluster", "workers"]

S = TypeVar("S")

_SHARDS = 16  # of the blocks; fixed, so that the order of additions does not depend on the workers
_FORK_BLOCKS = 12  # fewer are done before a worker has started
_cluster: "ContextVar[Cluster | None]" = ContextVar("cluster", default=None)


def default_jobs() -> int:
    """The processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def on_cluster(scheduler: Any) -> Iterator[None]:
    """Within it work is done by the workers of a Dask cluster.

    scheduler: its address, a client of `distributed`, or None for this machine.

    Raises UsageError where it cannot be: the library is not here, nobody answers, there are no workers, or
    they run another version.
    """
    if scheduler is None:
        yield
        return
    from losscli.engine.connect import connected

    with connected(scheduler) as found:
        before = _cluster.set(found)
        try:
            yield
        finally:
            _cluster.reset(before)


def workers(jobs: int) -> int:
    """How many tasks are done at a time: those of the cluster within `on_cluster`, else jobs."""
    cluster = _cluster.get()
    return (0 if cluster is None else cluster.threads) or jobs


def fold(blocks: int, work: Callable[[int], S], merge: Callable[[S, S], S], jobs: int) -> S:
    """Merge work(0) … work(blocks - 1), left to right within shards and then over the shards: the
    floating-point result depends on `blocks` alone, not on `jobs`, nor on who does it.

    blocks ≥ 1. `work` must not change anything; of what is kept in `Blocks` it reads the block of its number.
    Its results are sent between processes.
    """
    count = min(blocks, _SHARDS)
    shards = [range(blocks * i // count, blocks * (i + 1) // count) for i in range(count)]

    def run(shard: Shard) -> S:
        return reduce(merge, map(work, shard))

    if blocks < _FORK_BLOCKS:
        return reduce(merge, map(run, shards))
    cluster = _cluster.get()
    found = {} if cluster is None else dict(cluster.shards(run, shards))
    left = forked.in_order(run, [shard for i, shard in enumerate(shards) if i not in found], jobs)
    return reduce(merge, (found.pop(i) if i in found else next(left) for i in range(count)))


def each(count: int, work: Callable[[int], S], jobs: int) -> Iterator[tuple[int, S]]:
    """(i, work(i)) for i below count, as they are done: in order of i with one job, about so with more.

    `work` must not change anything, and reads no `Blocks`; its results are sent between processes. An
    interruption reaches the caller alone, and ends the workers, or what the cluster has not begun.
    """
    left = dict.fromkeys(range(count))
    cluster = _cluster.get()
    if cluster is not None:
        for i, found in cluster.tasks(work, count):
            del left[i]
            yield i, found
    yield from forked.as_done(list(left), work, jobs)
