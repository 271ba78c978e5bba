"""Work is spread over processes without a trace in the result."""

import os
import signal
import time
from operator import add

import pytest

from losscli.engine import each, end_workers, fold


def strings(a: str, b: str) -> str:
    return f"({a}{b})"


@pytest.mark.parametrize("blocks", [1, 2, 11, 12, 13, 40])
def test_the_order_of_merging_depends_on_the_blocks_alone(blocks: int) -> None:
    alone = fold(blocks, str, strings, 1)
    assert alone.replace("(", "").replace(")", "") == "".join(map(str, range(blocks)))
    for jobs in (2, 3, 7, 100):
        assert fold(blocks, str, strings, jobs) == alone


def test_an_error_of_a_worker_is_raised_here() -> None:
    def work(block: int) -> int:
        if block == 39:
            raise ValueError("block 39")
        return block

    with pytest.raises(ValueError, match="block 39"):
        fold(40, work, add, 2)


def test_a_worker_that_dies_is_said() -> None:
    here = os.getpid()

    def work(block: int) -> int:
        if os.getpid() != here:
            os._exit(9)
        return block

    with pytest.raises(RuntimeError, match="killed"):
        fold(40, work, add, 2)


def test_no_worker_outlives_an_error() -> None:
    here = os.getpid()

    def work(block: int) -> int:
        if os.getpid() == here:
            raise KeyError(block)
        time.sleep(60)
        return block

    with pytest.raises(KeyError):
        fold(40, work, add, 3)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_without_processes_the_work_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_fork() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", no_fork)
    assert fold(40, str, strings, 3) == fold(40, str, strings, 1)


def test_workers_can_be_ended_from_outside() -> None:
    """As a handler of signals does: at any moment, also twice."""
    here = os.getpid()

    def work(block: int) -> int:
        if os.getpid() == here:
            end_workers()
            end_workers()
            raise KeyError(block)
        time.sleep(60)
        return block

    with pytest.raises(KeyError):
        fold(40, work, add, 3)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_signals_are_for_the_process_that_forks() -> None:
    here = os.getpid()

    def work(block: int) -> list[int]:
        if os.getpid() != here:
            for number in (signal.SIGINT, signal.SIGTERM):
                os.kill(os.getpid(), number)
        return [block]

    assert fold(40, work, add, 3) == list(range(40))
    assert [found for _, found in sorted(each(6, work, 2))] == [[i] for i in range(6)]


def test_a_signal_while_a_worker_is_born_is_heard_when_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    real, heard = os.fork, []

    def fork() -> int:
        child = real()
        if child:
            os.kill(os.getpid(), signal.SIGTERM)
            heard.append("born")
        return child

    def hear(number: int, frame: object) -> None:
        heard.append("heard")
        end_workers()
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fork", fork)
    before = signal.signal(signal.SIGTERM, hear)
    try:
        with pytest.raises(KeyboardInterrupt):
            fold(40, lambda block: time.sleep(0.5) or block, add, 2)
    finally:
        assert signal.signal(signal.SIGTERM, before) is hear
    assert heard == ["born", "heard"]
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
