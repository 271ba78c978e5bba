"""Where results and messages go: stdout and stderr."""

import math
import os
import select
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from losscli import progress
from losscli.cli.places import Written, append_summary, page_width
from losscli.errors import DataError

_PATIENCE, _PAUSE = 2.0, 0.2  # seconds before the first line of progress, and between two
_standing = {"length": 0}  # of the line on stderr, while work lasts
_lock = threading.RLock()  # of that line: one thread works, another shows how far it is


def print_result(written: Written, format: str, *, quiet: bool, paged: bool = False) -> None:
    """Write a result to stdout, unless that is to be quiet; for GitHub, also to the summary of the step.

    paged: whether text that is longer than the terminal is shown in a pager.

    Raises DataError where stdout takes no more.
    """
    if format == "github":
        try:
            append_summary(written("markdown", colour=False, width=None, height=None, piped=True))
        except OSError as error:
            say(f"warning: {error.filename}: the summary is not written: {error.strerror}")
    if not quiet:
        print_text(written, format, paged=paged)


def print_text(written: Written, format: str, *, paged: bool = False) -> None:
    """Write to stdout, in the colours and the width that it takes; raises as `show` does."""
    from losscli.render import use_colour

    if not sys.stdout.isatty():
        show(written(format, colour=False, width=page_width(), height=None, piped=True))
        return
    columns, lines = shutil.get_terminal_size()
    chosen = pager() if paged and format == "text" else None
    colour, height = use_colour(sys.stdout, os.environ), None if chosen else lines
    text = written(format, colour=colour, width=columns, height=height, piped=False)
    if chosen is not None and text.count("\n") >= lines:
        _page(text, chosen)
    else:
        show(text)


def show_chart(found: object) -> None:
    """Write the main chart of a result to stdout, if it has one in characters; raises as `show` does."""
    from losscli import charts
    from losscli.charts.terminal import lines

    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else page_width()
    unicode = "utf" in (sys.stdout.encoding or "").lower()
    for chart, plot in charts.charts_of(found)[:1]:
        if drawn := lines(chart, plot, width, unicode=unicode):
            show("\n".join(("", *drawn, "")))


def pager() -> str | None:
    """The pager that LOSSCLI_PAGER or PAGER names, else less; None where that is none, cat or not there."""
    named = os.environ.get("LOSSCLI_PAGER", os.environ.get("PAGER", "less")).strip()
    program, *_ = named.split() or [""]
    usable = program not in ("", "cat") and os.environ.get("TERM") != "dumb"
    return named if usable and shutil.which(program) else None


def _page(text: str, chosen: str) -> None:
    """Show text in a pager; less as git sets it: with colours, what fits on one screen without waiting."""
    import pydoc

    os.environ.setdefault("LESS", "FRX")
    sys.stdout.flush()
    pydoc.pipepager(text, chosen)


def show(text: str) -> None:
    """Write to stdout, quietly if nobody reads it; what its encoding cannot hold is written as an escape.

    Raises DataError where stdout takes no more: a full disk.
    """
    try:
        _write(sys.stdout, text)
    except OSError as error:
        raise DataError(f"standard output cannot be written: {error.strerror or error}") from None


@contextmanager
def shown_progress() -> Iterator[None]:
    """While work lasts that takes more than two seconds, what is being done, how much of it, and how long the
    rest will take, on stderr: on a terminal only, and gone at the end."""
    if not (sys.stderr.isatty() and os.environ.get("TERM") != "dumb"):
        yield
        return
    progress.share_counts()
    over = threading.Event()

    def watch() -> None:
        pause = _PATIENCE
        while not over.wait(pause):
            pause = _PAUSE
            with _lock:
                stage = progress.current()
                if stage is not None and not over.is_set():
                    clear_line()
                    _line(_told(stage, time.monotonic()))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        clear_line()


def _told(stage: progress.Stage, now: float) -> str:
    """`resampling  34 %  about 7 s left`, in the width of the terminal."""
    done, text = stage.done, f"{stage.name} …"
    if done is not None and 0 < done < 1:
        left = _duration((now - stage.start) * (1 - done) / done)
        text = f"{stage.name}  {100 * done:.0f} %  about {left} left"
    return text[: shutil.get_terminal_size().columns - 1]


def clear_line() -> None:
    """Take away what is said while work lasts, with blanks: no terminal needs to know an escape for it."""
    if not _lock.acquire(timeout=1.0):  # a terminal that takes nothing
        return
    try:
        if _standing["length"]:
            blanks, _standing["length"] = " " * _standing["length"], 0
            _write_to(sys.stderr, f"\r{blanks}\r")
    finally:
        _lock.release()


def _line(text: str) -> None:
    _standing["length"] = len(text)
    _write_to(sys.stderr, text)


def _duration(seconds: float) -> str:
    """`6 s`, `3 min`, `2 h`: in the unit in which it is at least 2, but for seconds."""
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{math.ceil(seconds)} s"


def say(line: str) -> None:
    """One line to stderr, quietly if nobody reads it: names in it are made visible."""
    from losscli.report.names import visible

    with suppress(OSError):
        _write(sys.stderr, f"{visible(line)}\n")


def _write(stream: TextIO, text: str) -> None:
    clear_line()
    _write_to(stream, text)


def _write_to(stream: TextIO, text: str) -> None:
    left = memoryview(text.encode(stream.encoding or "utf-8", errors="backslashreplace"))
    raw = getattr(stream.buffer, "raw", stream.buffer)  # there is none, of PYTHONUNBUFFERED=1
    try:
        stream.flush()
        while left:
            done = raw.write(left)  # may take a part, or nothing where it does not wait
            if done is None:
                select.select([], [stream], [])
            left = left[done or 0 :]
    except OSError as error:
        # What the buffer still holds must go nowhere, or the interpreter complains at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if not isinstance(error, BrokenPipeError):  # else the reader has seen enough: the verdict stands
            raise
