"""Work is spread over processes without a trace in the result."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from operator import add
from typing import IO

import pytest

from losscli import progress
from losscli.engine import LOST, each, end_workers, fold, forked


@pytest.fixture(autouse=True)
def _warnings_again() -> Iterator[None]:
    before = progress._now.teller
    yield
    progress.told_by(before)


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


HERE = os.getpid()


def killed_at(last: int, how: str) -> Callable[[int], int]:
    """Work that a worker does until a block, where it is lost."""

    def work(block: int) -> int:
        if os.getpid() != HERE and block >= last:
            if how == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            raise MemoryError
        return block * block

    return work


@pytest.mark.parametrize("how", ["killed", "without memory"])
@pytest.mark.parametrize("last", [0, 25, 37])
def test_what_a_lost_worker_owes_is_done_here(last: int, how: str) -> None:
    work = killed_at(last, how)
    said: list[str] = []
    progress.told_by(said.append)
    merged = fold(40, lambda block: str(work(block)), strings, 3)
    assert merged == fold(40, lambda block: str(block * block), strings, 1)
    assert sorted(each(40, work, 3)) == [(i, i * i) for i in range(40)]
    assert said == [LOST]


def test_a_worker_without_room_for_its_results_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(results: object, found: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(forked, "_leave", full)
    progress.told_by(lambda line: None)
    assert fold(40, str, strings, 3) == fold(40, str, strings, 1)


def test_half_a_result_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    real = forked._leave

    def cut(results: IO[bytes], found: object) -> None:
        real(results, found)
        if os.getpid() != HERE:
            results.truncate(results.tell() - 3)
            os._exit(9)

    monkeypatch.setattr(forked, "_leave", cut)
    progress.told_by(lambda line: None)
    assert fold(40, str, strings, 3) == fold(40, str, strings, 1)


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
