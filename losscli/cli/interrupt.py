"""How a process ends: by itself, or by Ctrl-C or a request to end, at any moment, with exit code 130; nothing
is left half done, and no worker behind."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

from losscli.cli.output import clear_line
from losscli.cli.places import remove_unfinished
from losscli.engine import end_workers
from losscli.errors import ExitCode

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
_state = {"raises": False, "raised": False}  # whether the next interruption is raised; whether one was

Progress = Callable[[int, int], None]


def install() -> None:
    """From now on an interruption ends the process at once; a signal that it is told to ignore does not."""
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupted)


@contextmanager
def heard(report: Progress) -> Iterator[Progress]:
    """Progress, from the first of which on an interruption is raised as KeyboardInterrupt: the work can give
    what is done. The next interruption ends the process."""

    def reported(done: int, total: int) -> None:
        _state["raises"] = not _state["raised"]
        report(done, total)

    try:
        yield reported
    finally:
        _state["raises"] = False


def was_raised() -> bool:
    """Whether an interruption was raised: an error may be what the code that it met has made of it."""
    return _state["raised"]


def _interrupted(number: int, frame: object) -> None:
    if _state["raises"]:
        _state.update(raises=False, raised=True)
        raise KeyboardInterrupt
    _leave()


def finish(code: int) -> NoReturn:
    """End the process; taking the interpreter down piece by piece would cost more than a small comparison."""
    end_workers()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # nobody reads, or the disk is full: the verdict stands
            stream.flush()
    os._exit(code)


def _leave() -> NoReturn:
    try:
        end_workers()
        remove_unfinished()
        clear_line()
    finally:
        os._exit(ExitCode.INTERRUPTED)
