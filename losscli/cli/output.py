"""Where results go: stdout, and files written whole or not at all."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from losscli.errors import DataError, UsageError, Where

EXTENSIONS = {".txt": "text", ".json": "json", ".csv": "csv", ".md": "markdown", ".markdown": "markdown"}


def format_of(path: Path) -> str:
    """The format a file name asks for. Raises UsageError for an extension that names none."""
    found = EXTENSIONS.get(path.suffix.lower())
    if found is None:
        raise UsageError(
            f"--output {path}: the extension {path.suffix or '(none)'} names no format",
            advice=f"Use one of {' '.join(EXTENSIONS)}",
        )
    return found


def screen_width() -> int | None:
    """The columns of the terminal on stdout; None for a pipe or a file."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def show(text: str) -> None:
    """Write to stdout, quietly if nobody reads it; what its encoding cannot hold is written as an escape."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.buffer.write(text.encode(encoding, errors="backslashreplace"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # The reader has seen enough: the verdict stands, and the interpreter must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
            advice="Nothing was written.",
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
