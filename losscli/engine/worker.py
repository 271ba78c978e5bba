"""What a worker of a cluster does: one task, as this machine would do it."""

import platform
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from threading import Lock
from typing import Any

from losscli import __version__, progress
from losscli.engine.shipped import Piece, Work

NEEDED = ("losscli", "Python", "numpy", "scipy", "pyarrow")
_OTHERS = ("lightgbm", "xgboost", "catboost")


def done(work: Work, task: Any, facts: dict[str, str], *pieces: Piece) -> tuple[Any, dict[str, float]]:
    """(what the work gives of a task, what it has counted). facts: of the process that asks.

    Raises RuntimeError where this process would give other figures.
    """
    import numpy as np

    own = own_facts(tuple(facts))
    if facts != own:
        there = ", ".join(f"{name} {version}" for name, version in own.items() if facts[name] != version)
        raise RuntimeError(f"a worker on {platform.node()} has {there}")
    with _one_thread, np.errstate(all="ignore"), progress.counting() as counted:
        return work(task, pieces), counted


def loaded() -> tuple[str, ...]:
    """What the figures of this process depend on, by name; libraries that are loaded so far."""
    return (*NEEDED, *(name for name in _OTHERS if name in sys.modules))


@cache
def own_facts(names: tuple[str, ...]) -> dict[str, str]:
    """name → its version in this process, which two must have in common to give the same figures."""
    return {name: _version(name) for name in names}


def _version(name: str) -> str:
    if name == "losscli":
        return __version__
    if name == "Python":
        return ".".join(platform.python_version_tuple()[:2])
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


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
