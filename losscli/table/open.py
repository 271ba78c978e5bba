"""A path, or "-", to the bytes in it: unpacked, hashed as they lie on disk, whole or an error."""

import hashlib
import io
import lzma
import os
import stat
import sys
import tempfile
import threading
import weakref
import zipfile
import zlib
from pathlib import PurePath
from typing import IO, Any

from losscli.errors import DataError, Where
from losscli.table.packing import DECODERS, READ, SUFFIXES, Unpacked, sniffed


class Source:
    """An input that can be read again and again; a stream is spooled once to a temporary file.

    `suffix` is the lower-case extension under that of the compression ("" for a stream).
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.shown = "standard input" if path == "-" else path
        self._file = _spooled(sys.stdin.buffer) if path == "-" else _opened(path)
        weakref.finalize(self, self._file.close)
        self._fd = self._file.fileno()
        self._stamp = self._now()
        self._hash, self._hashed = hashlib.sha256(), 0
        self._lock = threading.Lock()
        name = PurePath("" if path == "-" else path.lower())
        head = os.pread(self._fd, 16, 0)
        self.packed = SUFFIXES.get(name.suffix) or sniffed(head)
        self.suffix = PurePath(name.stem).suffix if name.suffix in SUFFIXES else name.suffix

    def error(self, what: str, *, line: int | None = None, advice: str | None = None) -> DataError:
        return DataError(what, where=Where(self.shown, line), advice=advice)

    def read_at(self, size: int, position: int) -> bytes:
        """Bytes of the file itself; those that follow the bytes hashed so far are hashed."""
        data = os.pread(self._fd, size, position)
        with self._lock:
            if position <= self._hashed < position + len(data):
                self._hash.update(memoryview(data)[self._hashed - position :])
                self._hashed = position + len(data)
        return data

    @property
    def size(self) -> int:
        return os.fstat(self._fd).st_size

    @property
    def sha256(self) -> str:
        """Of the bytes as they lie on disk; reads what no one has read."""
        while self.read_at(READ, self._hashed):
            pass
        return self._hash.hexdigest()

    def check_unchanged(self) -> None:
        if self._now() != self._stamp:
            raise self.error("the file was changed while it was being read", advice="Run the command again.")

    def _now(self) -> tuple[int, int]:
        status = os.fstat(self._fd)
        return status.st_size, status.st_mtime_ns

    def open(self) -> "Stream":
        """The unpacked bytes from the beginning."""
        raw = FileBytes(self)
        try:
            return Stream(self, self._unpacked(raw))
        except _BROKEN as error:
            raise self._broken(error) from None

    def seekable(self) -> io.IOBase | IO[bytes]:
        """The unpacked bytes for readers that jump; packed ones go to a temporary file. To be closed."""
        if self.packed is None:
            return FileBytes(self)
        spool = tempfile.TemporaryFile()  # noqa: SIM115
        try:
            stream = self.open()
            while data := stream.read(READ):
                spool.write(data)
            spool.seek(0)
        except BaseException:
            spool.close()
            raise
        return spool

    def _unpacked(self, raw: "FileBytes") -> Any:
        if self.packed is None:
            return raw
        if self.packed == "zip":
            return self._member(raw)
        if self.packed == "zstd":
            import pyarrow as pa

            return pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd")
        return Unpacked(raw, DECODERS[self.packed])

    def _member(self, raw: "FileBytes") -> IO[bytes]:
        archive = zipfile.ZipFile(raw)
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) != 1:
            names = ", ".join(repr(member.filename) for member in members[:5])
            more = ", …" if len(members) > 5 else ""
            raise self.error(
                f"the archive has {len(members)} members{': ' if names else ''}{names}{more}",
                advice="Give an archive with exactly one member, or unpack it and name the file.",
            )
        if self.suffix == "":
            self.suffix = PurePath(members[0].filename.lower()).suffix
        return archive.open(members[0])

    def _broken(self, error: Exception) -> DataError:
        reason = str(error).strip() or type(error).__name__
        return self.error(
            f"this is no whole {self.packed or ''} file: {reason}".replace("  ", " "),
            advice="It may have been cut short while copying; nothing of it was used.",
        )


class Stream:
    """Unpacked bytes: `read(size)` gives at least one byte before the end; damage is a DataError."""

    def __init__(self, source: Source, raw: Any) -> None:
        self._source, self._raw = source, raw

    def read(self, size: int) -> bytes:
        try:
            data: bytes = self._raw.read(size)
        except _BROKEN as error:
            raise self._source._broken(error) from None
        if not data:
            self._source.check_unchanged()
        return data


class FileBytes(io.RawIOBase):
    """The bytes of the file itself, with a position of its own."""

    def __init__(self, source: Source) -> None:
        self._source, self._position = source, 0

    def read(self, size: int = -1, /) -> bytes:
        if size is None or size < 0:
            size = max(self._source.size - self._position, 0)
        data = self._source.read_at(size, self._position)
        self._position += len(data)
        return data

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        start = (0, self._position, self._source.size)[whence]
        if start + offset < 0:
            raise OSError(22, "negative seek position")  # zipfile expects this one
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


_BROKEN = (
    EOFError,
    OSError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


def _opened(path: str) -> IO[bytes]:
    """An open regular file; a pipe or a device is spooled."""
    try:
        file = open(path, "rb", buffering=0)  # noqa: SIM115
    except IsADirectoryError:
        raise DataError("is a directory", where=Where(path), advice="Name a file in it.") from None
    except FileNotFoundError:
        raise DataError("there is no such file", where=Where(path)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(f"cannot be opened: {reason}", where=Where(path)) from None
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        return file
    with file:
        return _spooled(file)


def _spooled(stream: IO[bytes]) -> IO[bytes]:
    spool = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
    try:
        while data := stream.read(READ):
            view = memoryview(data)
            while view:
                view = view[spool.write(view) :]
    except OSError as error:
        spool.close()
        raise DataError(
            f"cannot be copied to a temporary file: {error.strerror}",
            where=Where(tempfile.gettempdir()),
            advice="Free some room there, or set TMPDIR to a directory with more.",
        ) from None
    except BaseException:
        spool.close()
        raise
    return spool
