"""Where results go: stdout, and files written whole or not at all."""

import math
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from losscli.errors import DataError, UsageError, Where

EXTENSIONS = {".txt": "text", ".json": "json", ".csv": "csv", ".md": "markdown", ".markdown": "markdown"}
_ERASE = "\r\x1b[K"
_PATIENCE, _PAUSE = 1.0, 0.2  # seconds before the first line of progress, and between two


def format_of(path: Path) -> str:
    """The format a file name asks for. Raises UsageError for an extension that names none."""
    found = EXTENSIONS.get(path.suffix.lower())
    if found is None:
        raise UsageError(
            f"--output {path}: the extension {path.suffix or '(none)'} names no format",
            advice=f"Use one of {' '.join(EXTENSIONS)}",
        )
    return found


def check_place(flag: str, path: Path, inputs: Iterable[str]) -> None:
    """Raises UsageError, before any work, for a place that cannot take a file or holds an input."""
    why = None
    if path.is_dir():
        why = "that is a folder"
    elif not path.parent.is_dir():
        why = f"there is no folder {path.parent}"
    elif any(path.exists() and Path(name).exists() and path.samefile(name) for name in inputs):
        why = "that is a file to read"
    if why is not None:
        raise UsageError(f"{flag} {path}: {why}", advice="Name another file")


def screen_width() -> int | None:
    """The columns of the terminal on stdout; None for a pipe or a file."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def show(text: str) -> None:
    """Write to stdout, quietly if nobody reads it; what its encoding cannot hold is written as an escape.

    Raises DataError where stdout takes no more: a full disk.
    """
    try:
        _write(sys.stdout, text)
    except OSError as error:
        raise DataError(f"standard output cannot be written: {error.strerror or error}") from None


@contextmanager
def status(text: str) -> Iterator[None]:
    """What is being done, on stderr while it lasts; on a terminal only."""
    live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    if live:
        _write(sys.stderr, text)
    try:
        yield
    finally:
        if live:
            _write(sys.stderr, _ERASE)


@contextmanager
def progress(doing: str) -> Iterator[Callable[[int, int], None]]:
    """How much is done and how long the rest will take, on stderr while it lasts; on a terminal only.

    The work calls what this gives with (done, total); a line stands there once it has taken a second.
    """
    start = shown = time.monotonic()

    def report(done: int, total: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if not 0 < done <= total or now - start < _PATIENCE or now - shown < _PAUSE:
            return
        shown = now
        left = _duration((now - start) * (total - done) / done)
        _write(sys.stderr, f"{_ERASE}{doing}  {100 * done // total} %  about {left} left")

    live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    try:
        yield report if live else _unseen
    finally:
        if live and shown > start:
            _write(sys.stderr, _ERASE)


def _unseen(done: int, total: int) -> None:
    """Progress that nobody reads."""


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
    try:
        stream.flush()
        stream.buffer.write(text.encode(stream.encoding or "utf-8", errors="backslashreplace"))
        stream.buffer.flush()
    except OSError as error:
        # What the buffer still holds must go nowhere, or the interpreter complains at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if not isinstance(error, BrokenPipeError):  # else the reader has seen enough: the verdict stands
            raise


def write_whole(path: Path, text: str) -> None:
    """Replace the file at once: a reader sees the old content or the new, never a part.

    Raises DataError where it cannot be written.
    """
    try:
        if path.exists() and not path.is_file():  # a device such as /dev/null cannot be replaced
            path.write_text(text, encoding="utf-8", newline="")
            return
        _replace(path, text)
    except OSError as error:
        raise DataError(
            f"cannot be written: {error.strerror or error}",
            where=Where(str(path)),
            advice="Its old content, if any, is as it was.",
        ) from None


def _replace(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, _mode(path))
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _mode(path: Path) -> int:
    """The permissions the file has, or those a new one would get."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
