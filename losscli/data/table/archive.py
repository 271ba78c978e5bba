"""The one member of a zip archive, to its declared length and checksum. Nothing is written anywhere, so that
names of members are shown and nothing else."""

import bz2
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from losscli.data.table.packing import READ, Decoder, Zlib
from losscli.errors import DataError

_LISTING = 1 << 20  # bytes that the list of members may have: some 10,000 of them
_HEADER = struct.Struct("<4s2x2H16x2H")  # signature, flags, method, lengths of the name and of the extra
_END, _END_SIZE, _COMMENT = b"PK\x05\x06", 22, 1 << 16
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_METHODS = {1: "Shrink", 6: "Implode", 9: "Deflate64", 14: "LZMA", 93: "Zstandard", 95: "XZ", 98: "PPMd"}
_UNPACK = "Unpack it, and give the file that is in it."


class SeekableBytes(Protocol):
    """The archive: a position to read from."""

    def read(self, size: int = -1, /) -> bytes: ...
    def seek(self, offset: int, whence: int = 0, /) -> int: ...
    def tell(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Member:
    """What an archive holds, and the stream of its unpacked bytes."""

    name: str
    stream: "MemberStream"


def only_member(raw: SeekableBytes, error: Callable[..., DataError]) -> Member:
    """The one member of an archive; `error` makes the DataError for one that is not read, BadZipFile and what
    zipfile raises stand for damage."""
    archive = zipfile.ZipFile(_Listed(raw, error))
    infos = archive.infolist()
    members = [one for one in infos if not one.filename.endswith("/") and not _is_fork(one.filename)]
    _check_ends(raw, infos)
    if len(members) != 1:
        raise _not_one(members, error)
    info = members[0]
    if info.flag_bits & _ENCRYPTED:
        raise error(
            f"its member {info.filename!r} is encrypted",
            advice="Unpack it with its password, and give the file.",
        )
    decoder = _decoder(info.compress_type)
    if decoder is None:
        method = f"{info.compress_type} {_METHODS.get(info.compress_type, '')}".strip()
        what = f"its member {info.filename!r} is packed by method {method}, which is not read"
        raise error(what, advice=_UNPACK)
    start = _start(raw, info)
    if start + info.compress_size > archive.start_dir:
        raise zipfile.BadZipFile(f"{info.filename!r} reaches into the list of members")
    raw.seek(start)
    return Member(info.filename, MemberStream(raw, info, decoder))


def _is_fork(name: str) -> bool:
    """Whether it is what macOS keeps of a file beside its bytes."""
    return name.startswith("__MACOSX/")


class _Listed:
    """The archive as zipfile reads its list of members: not one of any size."""

    def __init__(self, raw: SeekableBytes, error: Callable[..., DataError]) -> None:
        self.seek, self.tell = raw.seek, raw.tell
        self._raw, self._error = raw, error

    def read(self, size: int = -1, /) -> bytes:
        if size > _LISTING:
            raise self._error("its list of members is longer than 1 MB", advice=_UNPACK)
        return self._raw.read(size)

    def seekable(self) -> bool:
        return True


def _check_ends(raw: SeekableBytes, infos: list[zipfile.ZipInfo]) -> None:
    """Raises BadZipFile for bytes before or behind the archive: it may be one of several in a row."""
    size = raw.seek(0, 2)
    raw.seek(max(size - _END_SIZE - _COMMENT, 0))
    tail = raw.read(_END_SIZE + _COMMENT)
    end = tail[tail.rfind(_END) :]
    if len(end) < _END_SIZE or _END_SIZE + int.from_bytes(end[20:22], "little") != len(end):
        raise zipfile.BadZipFile("there are bytes behind its end")
    if min((one.header_offset for one in infos), default=0):
        raise zipfile.BadZipFile("there are bytes before its first member")


def _not_one(members: list[zipfile.ZipInfo], error: Callable[..., DataError]) -> DataError:
    names = ", ".join(repr(member.filename) for member in members[:5])
    more = ", …" if len(members) > 5 else ""
    if any(member.filename == "[Content_Types].xml" for member in members):
        return error("an Office document is not read", advice="Save the table as CSV, and give that file.")
    return error(
        f"the archive has {len(members)} members{': ' if names else ''}{names}{more}",
        advice="Give an archive with exactly one member, or unpack it and name the file.",
    )


def _start(raw: SeekableBytes, info: zipfile.ZipInfo) -> int:
    """Where the packed bytes begin; BadZipFile where header and list of members tell different things."""
    raw.seek(info.header_offset)
    head = raw.read(_HEADER.size)
    if len(head) < _HEADER.size:
        raise zipfile.BadZipFile(f"{info.filename!r} has no header")
    signature, flags, method, name_size, extra_size = _HEADER.unpack(head)
    name = raw.read(name_size).decode("utf-8" if flags & 0x800 else "cp437")
    listed = info.orig_filename, info.compress_type, info.flag_bits & _ENCRYPTED
    if signature != b"PK\x03\x04" or (name, method, flags & _ENCRYPTED) != listed:
        raise zipfile.BadZipFile(f"the header of {info.filename!r} is not what the list of members says")
    return info.header_offset + _HEADER.size + int(name_size) + int(extra_size)


def _decoder(method: int) -> Decoder | None:
    match method:
        case zipfile.ZIP_STORED:
            return _Stored()
        case zipfile.ZIP_DEFLATED:
            return Zlib(-zlib.MAX_WBITS)
        case zipfile.ZIP_BZIP2:
            return bz2.BZ2Decompressor()
    return None


class _Stored:
    """Bytes that are not packed, with the interface of bz2."""

    eof, needs_input, unused_data = False, True, b""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return data


class MemberStream:
    """The unpacked bytes of a member; BadZipFile where they are not those that the archive declares."""

    def __init__(self, raw: SeekableBytes, info: zipfile.ZipInfo, decoder: Decoder) -> None:
        self._raw, self._info, self._decoder = raw, info, decoder
        self._left = info.compress_size
        self._size, self._crc = 0, 0

    def read(self, size: int) -> bytes:
        while not self._decoder.eof:
            data = b""
            if self._decoder.needs_input:
                data = self._raw.read(min(READ, self._left))
                self._left -= len(data)
            out = self._decoder.decompress(data, size)  # may still give some where there is no more to take
            if out:
                self._size += len(out)
                self._crc = zlib.crc32(out, self._crc)
                return out
            if not data and self._decoder.needs_input:
                break
        self._check_end()
        return b""

    def _check_end(self) -> None:
        info = self._info
        unread = self._left or self._decoder.unused_data
        if unread or not (self._decoder.eof or info.compress_type == zipfile.ZIP_STORED):
            raise zipfile.BadZipFile(f"{info.filename!r} does not end where the archive says")
        if self._size != info.file_size:
            raise zipfile.BadZipFile(
                f"{info.filename!r} unpacks to {self._size:,} bytes, and the archive says {info.file_size:,}"
            )
        if self._crc != info.CRC:
            raise zipfile.BadZipFile(f"the checksum of {info.filename!r} does not fit")
