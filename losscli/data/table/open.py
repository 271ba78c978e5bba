"""A path, or "-", to the bytes in it: unpacked, hashed as they lie on disk, whole or an error."""

import hashlib
import io
import lzma
import os
import struct
import threading
import weakref
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import PurePath
from typing import IO, Any

from losscli import progress
from losscli.data.table.archive import only_member
from losscli.data.table.bounds import longest_stream, most_unpacked, size_text, too_much_unpacked
from losscli.data.table.packing import DECODERS, MEMORY, READ, SUFFIXES, Unpacked, sniffed
from losscli.data.table.spool import opened, temporary, write_all
from losscli.errors import DataError, Fix, Where


class Source:
    """An input that can be read again and again; a stream is spooled once to a temporary file.

    `suffix` is the lower-case extension under that of the compression ("" for a stream), `member` the name of
    what a zip archive holds, known once it is open. gigabytes: what it may unpack to; None is the usual.
    """

    def __init__(self, path: str, gigabytes: float | None = None) -> None:
        self.path = path
        self.shown = "standard input" if path == "-" else path
        self._file, self._at_path = opened(path, longest_stream(gigabytes))
        weakref.finalize(self, self._file.close)
        self._fd = self._file.fileno()
        self._stamp = self._now()
        self._hash, self._hashed = hashlib.sha256(), 0
        self._lock = threading.Lock()
        name = PurePath("" if path == "-" else path.lower())
        self.packed_by_sign = sniffed(os.pread(self._fd, 16, 0))
        self.packed = self.packed_by_sign or SUFFIXES.get(name.suffix)
        self.suffix = PurePath(name.stem).suffix if name.suffix in SUFFIXES else name.suffix
        self.member = ""
        self.most = most_unpacked(self.size, gigabytes)

    def error(
        self, what: str, *, line: int | None = None, advice: str | None = None, fixes: Sequence[Fix] = ()
    ) -> DataError:
        return DataError(what, where=Where(self.shown, line), advice=advice, fixes=fixes)

    def read_at(self, size: int, position: int) -> bytes:
        """Bytes of the file itself; those that follow the bytes hashed so far are hashed."""
        data = os.pread(self._fd, size, position)
        with self._lock:
            if position <= self._hashed < position + len(data):
                self._hash.update(memoryview(data)[self._hashed - position :])
                progress.advance("bytes", position + len(data) - self._hashed)
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
        """Raises DataError where the file is no longer the one that was opened."""
        if self._now() != self._stamp:
            how = "changed"
        elif self._at_path and not self._is_at_path():
            how = "replaced or removed"
        else:
            return
        raise self.error(f"the file was {how} while it was being read", advice="Run the command again.")

    def check_unpacked(self, size: int) -> None:
        """Raises DataError where so many bytes are more than this may unpack to."""
        if size > self.most:
            raise too_much_unpacked(self.shown, self.size, self.most)

    def _now(self) -> tuple[int, int]:
        status = os.fstat(self._fd)
        return status.st_size, status.st_mtime_ns

    def _is_at_path(self) -> bool:
        try:
            return os.path.samestat(os.stat(self.path), os.fstat(self._fd))
        except OSError:
            return False

    def open(self) -> "Stream":
        """The unpacked bytes from the beginning."""
        raw = FileBytes(self)
        try:
            return Stream(self, self._unpacked(raw))
        except BROKEN as error:
            raise self.broken(error) from None

    def seekable(self) -> io.IOBase | IO[bytes]:
        """The unpacked bytes for readers that jump; packed ones go to a temporary file. To be closed."""
        if self.packed is None:
            return FileBytes(self)
        spool = temporary()
        try:
            stream = self.open()
            while data := stream.read(READ):
                write_all(spool, data)
            spool.seek(0)
        except BaseException:
            spool.close()
            raise
        return spool

    def _unpacked(self, raw: "FileBytes") -> Any:
        if self.packed is None:
            return raw
        if self.packed == "zip":
            found = only_member(raw, self.error)
            self.member = found.name
            return found.stream
        if self.packed == "zstd":
            import pyarrow as pa

            return pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd")
        return Unpacked(raw, DECODERS[self.packed])

    def broken(self, error: BaseException, kind: str | None = None) -> DataError:
        """The error for what a reader has raised. kind: of the file, where that is not its packing."""
        self.check_unchanged()
        if isinstance(error, OSError) and error.errno is not None and error.strerror:
            return self.error(f"cannot be read: {error.strerror}")
        kind = kind or self.packed or "file"
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        if _LIMIT in reason or _WINDOW in reason:
            return self.error(
                f"unpacking it needs more than {size_text(MEMORY)} of memory",
                advice="Unpack it by other means, and give the file that is in it.",
            )
        if kind == self.packed and self.packed_by_sign is None and self.size >= 16:
            return self.error(
                f"its first bytes are not those of a {kind} file",
                advice="If it is not packed, give it a name that does not say so.",
            )
        return self.error(
            f"this is no whole {kind} file: {reason}",
            advice="It may have been cut short while copying; nothing of it was used.",
        )


class Stream:
    """Unpacked bytes: `read(size)` gives at least one byte before the end; damage is a DataError, and so is
    more than the source may unpack to."""

    def __init__(self, source: Source, raw: Any) -> None:
        self._source, self._raw = source, raw
        self._size = 0

    def read(self, size: int) -> bytes:
        try:
            data: bytes = self._raw.read(size)
        except BROKEN as error:
            raise self._source.broken(error) from None
        if not data:
            self._source.check_unchanged()
        elif self._source.packed is not None:
            self._size += len(data)
            self._source.check_unpacked(self._size)
        return data


class FileBytes(io.RawIOBase):
    """The bytes of the file itself, with a position of its own."""

    def __init__(self, source: Source) -> None:
        self._source, self._position = source, 0

    def read(self, size: int = -1, /) -> bytes:
        left = max(self._source.size - self._position, 0)
        if size is None or not 0 <= size <= left:  # a damaged file may ask for a room of any size
            size = left
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
            raise OSError("negative seek position")  # zipfile expects this one
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


_LIMIT, _WINDOW = "Memory usage limit", "requires too much memory"  # of xz, of zstd
BROKEN = (
    EOFError,
    OSError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
