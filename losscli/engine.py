"""How work is spread: blocks over threads, summaries merged in block order."""

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

S = TypeVar("S")


def default_jobs() -> int:
    """The processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def fold(blocks: int, work: Callable[[int], S], merge: Callable[[S, S], S], jobs: int) -> S:
    """merge(… merge(work(0), work(1)) …, work(blocks - 1)): always in this order, so that the
    floating-point result does not depend on `jobs`. At most 2 × jobs pieces wait in memory.

    blocks ≥ 1; numpy releases the interpreter lock inside `work`, so threads suffice.
    """
    if jobs == 1 or blocks == 1:
        total = work(0)
        for block in range(1, blocks):
            total = merge(total, work(block))
        return total
    ahead = min(blocks, 2 * jobs)
    with ThreadPoolExecutor(jobs) as pool:
        waiting = deque(pool.submit(work, block) for block in range(ahead))
        try:
            total = waiting.popleft().result()
            for block in range(1, blocks):
                if block + ahead - 1 < blocks:
                    waiting.append(pool.submit(work, block + ahead - 1))
                total = merge(total, waiting.popleft().result())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return total
