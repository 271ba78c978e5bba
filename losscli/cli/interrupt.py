"""How a process ends: by itself, or by Ctrl-C or a request to end, at any moment, with exit code 130; nothing
is left half done, and no worker behind."""

import os
import signal
import sys
from contextlib import suppress
from typing import NoReturn

from losscli import progress
from losscli.cli.output import clear_line
from losscli.cli.places import remove_unfinished
from losscli.engine import end_workers
from losscli.errors import ExitCode

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
_state = {"raised": False}  # whether an interruption was raised; the next one ends the process


def install() -> None:
    """From now on an interruption ends the process at once, but for one, where work can give what is done; a
    signal that it is told to ignore does nothing."""
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupted)


def was_raised() -> bool:
    """Whether an interruption was raised: an error may be what the code that it met has made of it."""
    return _state["raised"]


def _interrupted(number: int, frame: object) -> None:
    if progress.keeps() and not _state["raised"]:
        _state["raised"] = True
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
