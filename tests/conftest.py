"""Hypothesis is deterministic here: a red test is red for everyone. Ctrl-C reaches commands under test."""

import gc
import os
import signal
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings
from threadpoolctl import threadpool_limits

settings.register_profile("ci", derandomize=True, deadline=None, database=None)
settings.load_profile("ci")

# A background job ignores SIGINT, one under nohup SIGHUP, and so would every process that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Hundreds of processes are started: without compiled files each would compile the package again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", action="store_true", help="record anew what commands answer (tests/golden)")
    parser.addoption("--to-the-bit", action="store_true", help="compare every digit of it, on one machine")


# Ten thousand tests are many objects that stay: looking through them for garbage takes longer than the tests.
gc.disable()


# Single tests that take seconds: one that is begun last leaves the other worker without work.
LONG = {
    *("test_sample_data.py", "test_notebooks.py", "test_pages.py", "test_ci.py"),
    *("test_interrupts.py", "test_refusals.py", "test_fit_process.py", "test_verdicts.py"),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in LONG)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True, scope="session")
def one_thread_in_blas() -> Iterator[None]:
    """As the command sets it: a sum split over threads has other bits, and threads of two workers wait."""
    with threadpool_limits(1, user_api="blas"):
        yield


@pytest.fixture(autouse=True)
def without_charts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are those of a machine without the extra, which is large, unless a test asks for charts."""
    if not request.node.get_closest_marker("charts"):
        monkeypatch.setitem(sys.modules, "vl_convert", None)
