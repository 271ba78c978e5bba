"""How many threads read."""

import os


def workers(jobs: int) -> int:
    """The number asked for; for 0, the cores this process may use."""
    if jobs > 0:
        return jobs
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
