"""A path, "-" or a URL as an open regular file: what is none is copied to a temporary file, up to a bound."""

import os
import select
import stat
import sys
import tempfile
from typing import IO

from losscli.data.table.bounds import stream_too_long
from losscli.data.table.packing import READ
from losscli.data.table.remote import is_remote, open_remote, told, without_secrets
from losscli.errors import DataError, Where


def opened(path: str, most: int) -> tuple[IO[bytes], bool]:
    """An open regular file, and whether it is the one at the path. most: bytes of a stream.

    Raises DataError for what cannot be opened or read, and for a stream that is longer.
    """
    if is_remote(path):
        with told(path), open_remote(path) as stream:
            return _spooled(stream, without_secrets(path), most), False
    if path == "-":
        if sys.stdin is None:
            raise DataError("it is closed", where=Where("standard input"), advice="Name a file instead of -")
        # Without its buffer, which would ask a terminal twice for its end.
        return _spooled(getattr(sys.stdin.buffer, "raw", sys.stdin.buffer), "standard input", most), False
    try:
        file = open(path, "rb", buffering=0)  # noqa: SIM115
    except FileNotFoundError:
        raise DataError("there is no such file", where=Where(path)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(f"cannot be opened: {reason}", where=Where(path)) from None
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        return file, True
    with file:
        return _spooled(file, path, most), False


def temporary() -> IO[bytes]:
    """A temporary file without a name. Raises DataError where there is no room for one."""
    try:
        return tempfile.TemporaryFile(buffering=0)
    except OSError as error:
        raise no_room(error) from None


def write_all(spool: IO[bytes], data: bytes) -> None:
    """Append to a temporary file. Raises DataError where it takes no more."""
    view = memoryview(data)
    try:
        while view:
            view = view[spool.write(view) :]
    except OSError as error:
        raise no_room(error) from None


def _spooled(stream: IO[bytes], shown: str, most: int) -> IO[bytes]:
    spool, size = temporary(), 0
    try:
        while data := _read(stream, shown):
            size += len(data)
            if size > most:
                raise stream_too_long(shown, most)
            write_all(spool, data)
    except BaseException:
        spool.close()
        raise
    return spool


def _read(stream: IO[bytes], shown: str) -> bytes:
    try:
        while True:
            data: bytes | None = stream.read(READ)
            if data is not None:
                return data
            select.select([stream], [], [])  # a pipe that does not wait: nothing yet, and not the end
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DataError(f"cannot be read: {reason}", where=Where(shown)) from None


def no_room(error: OSError) -> DataError:
    """The error for a temporary file that cannot be made, or takes no more."""
    try:
        place = tempfile.gettempdir()
    except OSError:  # no directory takes a file
        place = os.environ.get("TMPDIR") or "/tmp"
    return DataError(
        f"cannot write a temporary file: {error.strerror}",
        where=Where(place),
        advice="Free some room there, or set TMPDIR to a directory with more.",
    )
