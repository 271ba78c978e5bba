"""What a worker of a cluster does: one task, as this machine would do it."""

import platform
from functools import cache
from threading import Lock
from typing import Any

from losscli import __version__, progress
from losscli.engine.shipped import Piece, Work


def done(work: Work, task: Any, facts: dict[str, str], *pieces: Piece) -> tuple[Any, dict[str, float]]:
    """(what the work gives of a task, what it has counted). facts: of the process that asks.

    Raises RuntimeError where this process would give other figures.
    """
    import numpy as np

    if facts != own_facts():
        raise RuntimeError(f"{own_facts()} on {platform.node()}, {facts} where it was asked")
    with _one_thread, np.errstate(all="ignore"), progress.counting() as counted:
        return work(task, pieces), counted


@cache
def own_facts() -> dict[str, str]:
    """What two processes must have in common to give the same figures: name → version."""
    import numpy as np
    import pyarrow as pa
    import scipy

    python = ".".join(platform.python_version_tuple()[:2])
    return {
        "losscli": __version__,
        "Python": python,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "pyarrow": pa.__version__,
    }


def processor() -> str:
    """Of what kind the processor is, as far as arithmetic depends on it."""
    import numpy as np

    found: Any = np.show_config(mode="dicts")
    return " ".join([platform.machine(), *found["SIMD Extensions"].get("found", ())])


class _OneThread:
    """As long as any thread of this process is within, products stay on their thread, for the same bits."""

    def __init__(self) -> None:
        self._lock, self._within = Lock(), 0
        self._limits: Any = None

    def __enter__(self) -> None:
        from threadpoolctl import threadpool_limits

        with self._lock:
            if not self._within:
                self._limits = threadpool_limits(1, user_api="blas")
            self._within += 1

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._within -= 1
            if not self._within:
                self._limits.restore_original_limits()


_one_thread = _OneThread()
