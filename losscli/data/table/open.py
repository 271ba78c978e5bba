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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePath
from typing import IO, Any

from losscli import progress
from losscli.data.table.archive import only_member
from losscli.data.table.bounds import longest_stream, most_unpacked, size_text, too_much_unpacked
from losscli.data.table.packing import DECODERS, MEMORY, READ, SUFFIXES, Unpacked, sniffed
from losscli.data.table.remote import without_secrets
from losscli.data.table.spool import opened, temporary, write_all
from losscli.errors import DataError, Fix, Where
from losscli.result import Input


class Source:
    """An input that can be read again and again; a stream is spooled once to a temporary file.

    `suffix` is the lower-case extension under that of the compression ("" for a stream), `member` the name of
    what a zip archive holds, known once it is open.
    path: as it is opened; gigabytes: what it may unpack to, None is the usual; below: its path below the
    folder, where it is one of several, which are open only while they are read.
    """

    def __init__(self, path: str, gigabytes: float | None = None, below: str = "") -> None:
        self.path, self.below = without_secrets(path), below
        self.shown = "standard input" if path == "-" else self.path
        self.rows = 0  # that it was found to have
        self._hash, self._hashed = hashlib.sha256(), 0
        self._digest = ""
        self._spool: _Spool | None = None
        self._lock, self._hashing, self._unpacking = threading.Lock(), threading.RLock(), threading.Lock()
        file, self._at_path = opened(path, longest_stream(gigabytes))
        self._open: list[IO[bytes]] = [file]
        weakref.finalize(self, _close, self._open)
        self._holds = 0 if below and self._at_path else 1
        status = os.fstat(file.fileno())
        self.size, self._stamp = status.st_size, _stamp(status)
        name = PurePath("" if path == "-" else self.path.lower().removesuffix("?…"))
        self.packed_by_sign = sniffed(os.pread(file.fileno(), 16, 0))
        self.packed = self.packed_by_sign or SUFFIXES.get(name.suffix)
        self.suffix = PurePath(name.stem).suffix if name.suffix in SUFFIXES else name.suffix
        self.member = ""
        self.most = most_unpacked(self.size, gigabytes)
        if not self._holds:
            _close(self._open)

    def error(
        self, what: str, *, line: int | None = None, advice: str | None = None, fixes: Sequence[Fix] = ()
    ) -> DataError:
        return DataError(what, where=Where(self.shown, line), advice=advice, fixes=fixes)

    @contextmanager
    def held(self) -> Iterator[int]:
        """Its descriptor, open within."""
        with self._lock:
            if not self._open:
                self._open.append(opened(self.path, 0)[0])
            self._holds += 1
        try:
            yield self._open[0].fileno()
        finally:
            with self._lock:
                self._holds -= 1
                if not self._holds:
                    _close(self._open)

    def read_at(self, size: int, position: int) -> bytes:
        """Bytes of the file itself; those that follow the bytes hashed so far are hashed."""
        with self.held() as descriptor:
            data = os.pread(descriptor, size, position)
        if position <= self._hashed < position + len(data) and self._hashing.acquire(blocking=False):
            try:
                new = memoryview(data)[self._hashed - position :]
                self._hash.update(new)
                self._hashed += len(new)
                progress.advance("bytes", len(new))
            finally:
                self._hashing.release()
        return data

    @property
    def sha256(self) -> str:
        """Of the bytes as they lie on disk; reads what no one has read."""
        with self._hashing:
            if not self._digest:
                try:
                    while self.read_at(READ, self._hashed):
                        pass
                except OSError as error:
                    raise self.broken(error) from None
                self.check_unchanged()
                self._digest = self._hash.hexdigest()
            return self._digest

    @property
    def input(self) -> Input:
        return Input(self.path, self.sha256, self.rows)

    def check_unchanged(self) -> None:
        """Raises DataError where the file is no longer the one that was opened."""
        if not self._at_path:
            return
        try:
            now = _stamp(os.stat(self.path))
        except OSError:
            now = ()
        if now == self._stamp:
            return
        how = "changed" if now[:2] == self._stamp[:2] else "replaced or removed"
        raise self.error(f"the file was {how} while it was being read", advice="Run the command again.")

    def check_unpacked(self, size: int) -> None:
        """Raises DataError where so many bytes are more than this may unpack to."""
        if size > self.most:
            raise too_much_unpacked(self.shown, self.size, self.most)

    def open(self) -> "Stream":
        """The unpacked bytes from the beginning."""
        raw = FileBytes(self)
        try:
            return Stream(self, self._unpacked(raw))
        except BROKEN as error:
            raise self.broken(error) from None

    def seekable(self) -> "FileBytes":
        """The unpacked bytes for readers that jump; packed ones go to a temporary file."""
        if self.packed is None:
            return FileBytes(self)
        with self._unpacking:
            if self._spool is None:
                self._spool = _Spool(self.open())
                weakref.finalize(self, self._spool.file.close)
        return FileBytes(self._spool)

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


def _stamp(status: os.stat_result) -> tuple[int, ...]:
    """What a file keeps while nobody replaces it, then while nobody writes to it."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _close(files: list[IO[bytes]]) -> None:
    while files:
        files.pop().close()


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


class _Spool:
    """A temporary file of what a stream gives."""

    def __init__(self, stream: Stream) -> None:
        self.file, self.size = temporary(), 0
        try:
            while data := stream.read(READ):
                write_all(self.file, data)
                self.size += len(data)
        except BaseException:
            self.file.close()
            raise

    def read_at(self, size: int, position: int) -> bytes:
        return os.pread(self.file.fileno(), size, position)


class FileBytes(io.RawIOBase):
    """The bytes of a file, with a position of its own."""

    def __init__(self, source: Source | _Spool) -> None:
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
