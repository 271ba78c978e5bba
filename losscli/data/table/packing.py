"""The packings: known by suffix or first bytes, and read stream after stream to a checked end."""

import bz2
import lzma
import zlib
from collections.abc import Callable
from pathlib import PurePath
from typing import Protocol

READ = 1 << 18  # packed bytes at a time
MEMORY = 256 << 20  # bytes that unpacking may need for itself
SUFFIXES = {
    ".gz": "gzip",
    ".bz2": "bzip2",
    ".xz": "xz",
    ".lzma": "xz",
    ".zst": "zstd",
    ".zstd": "zstd",
    ".zip": "zip",
}
PARQUET_SIGN, ARROW_SIGN, STREAM_SIGN = b"PAR1\x15", b"ARROW1\0\0", b"\xff\xff\xff\xff"
_MAGIC = {
    b"\x1f\x8b": "gzip",
    b"\xfd7zXZ\0": "xz",
    b"\x5d\0\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
}


def unpacked_name(path: str) -> PurePath:
    """The path without the suffixes of packings."""
    name = PurePath(path)
    while name.suffix.lower() in SUFFIXES:
        name = name.with_suffix("")
    return name


def made_from(path: str, suffix: str) -> str:
    """The name of a file that a line for the shell makes of another, in the working directory."""
    return f"{unpacked_name(path).stem}_plain{suffix}"


def sniffed(head: bytes) -> str | None:
    """The compression a file without its suffix shows by its first bytes, which no text file begins with."""
    if head[:3] == b"BZh" and head[4:10] == b"1AY&SY":
        return "bzip2"
    return next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)


class Bytes(Protocol):
    """What packed bytes are read from."""

    def read(self, size: int, /) -> bytes: ...


class Decoder(Protocol):
    """What bz2 and lzma call a decompressor."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def needs_input(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class Unpacked:
    """One packed stream after the other until the end; anything but zero padding behind them is damage."""

    def __init__(self, raw: Bytes, make: Callable[[], Decoder]) -> None:
        self._raw, self._make, self._decoder = raw, make, make()

    def read(self, size: int) -> bytes:
        while True:
            data = b""
            if self._decoder.eof:
                data = self._next_stream()
                if not data:
                    return b""
                self._decoder = self._make()
            elif self._decoder.needs_input:
                data = self._raw.read(READ)
                if not data:
                    raise EOFError("it ends before its end mark")
            out = self._decoder.decompress(data, size)
            if out:
                return out

    def _next_stream(self) -> bytes:
        data = self._decoder.unused_data.lstrip(b"\0")
        while not data:
            data = self._raw.read(READ)
            if not data:
                return b""
            data = data.lstrip(b"\0")
        return data


class Zlib:
    """zlib with the interface of bz2 and lzma. wbits: 31 is gzip, with CRC and length checked at the end."""

    def __init__(self, wbits: int = 31) -> None:
        self._decoder, self._tail = zlib.decompressobj(wbits), b""

    @property
    def eof(self) -> bool:
        return self._decoder.eof

    @property
    def unused_data(self) -> bytes:
        return self._decoder.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._tail

    def decompress(self, data: bytes, max_length: int) -> bytes:
        out = self._decoder.decompress(self._tail + data, max_length)
        self._tail = self._decoder.unconsumed_tail
        return out


DECODERS: dict[str, Callable[[], Decoder]] = {
    "gzip": Zlib,
    "bzip2": bz2.BZ2Decompressor,
    "xz": lambda: lzma.LZMADecompressor(memlimit=MEMORY),
}
