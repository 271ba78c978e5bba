"""What the messages of an Arrow IPC file say that they unpack to, before anything is unpacked.

Only what is needed of the format is read: https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format
"""

import struct
from collections.abc import Iterator
from typing import Any

_CONTINUED = b"\xff\xff\xff\xff"
_LONGEST = 1 << 28  # bytes of the description of a message
_DICTIONARY, _RECORDS = 2, 3  # types of messages
_TYPE, _HEADER, _BODY = 1, 2, 3  # fields of a message
_DATA = 1  # field of a dictionary batch
_BUFFERS, _COMPRESSION = 2, 3  # fields of a record batch


def unpacked_sizes(raw: Any, start: int) -> Iterator[int]:
    """For each message from a position on, the bytes of its packed buffers once unpacked.

    raw: the open file. Raises struct.error where the messages are no messages.
    """
    position = start
    while True:
        raw.seek(position)
        prefix = raw.read(8)
        if prefix[:4] != _CONTINUED:
            return  # the end, or a file of before 2019, which packs nothing
        (size,) = struct.unpack("<i", prefix[4:])
        if not size:
            return
        if not 0 < size < _LONGEST:
            raise struct.error("a message of an impossible length")
        message = _Table.root(raw.read(size))
        body = position + 8 + size
        yield _unpacked(raw, message, body)
        length = message.number(_BODY, "<q")
        if length < 0:
            raise struct.error("a body of an impossible length")
        position = body + length


def _unpacked(raw: Any, message: "_Table", body: int) -> int:
    batch = message.table(_HEADER)
    if message.number(_TYPE, "<B") == _DICTIONARY and batch is not None:
        batch = batch.table(_DATA)
    elif message.number(_TYPE, "<B") != _RECORDS:
        return 0
    if batch is None or batch.table(_COMPRESSION) is None:
        return 0
    total = 0
    for offset, length in batch.pairs(_BUFFERS):
        if length > 8:
            raw.seek(body + offset)
            (size,) = struct.unpack("<q", raw.read(8))
            total += length if size < 0 else size  # -1: as it is
    return total


class _Table:
    """A table of a flatbuffer: its fields by their numbers."""

    def __init__(self, data: bytes, position: int) -> None:
        self._data, self._position = data, position
        self._fields = position - self._at("<i", position)

    @classmethod
    def root(cls, data: bytes) -> "_Table":
        return cls(data, struct.unpack_from("<I", data)[0])

    def _at(self, form: str, position: int) -> int:
        if position < 0:
            raise struct.error("a position before the beginning")
        return int(struct.unpack_from(form, self._data, position)[0])

    def _place(self, field: int) -> int | None:
        """Where a field is; None where it is left out."""
        entry = 4 + 2 * field
        if entry >= self._at("<H", self._fields):
            return None
        offset = self._at("<H", self._fields + entry)
        return self._position + offset if offset else None

    def number(self, field: int, form: str) -> int:
        place = self._place(field)
        return 0 if place is None else self._at(form, place)

    def table(self, field: int) -> "_Table | None":
        place = self._place(field)
        return None if place is None else _Table(self._data, place + self._at("<I", place))

    def pairs(self, field: int) -> list[tuple[int, int]]:
        """A vector of structs of two 8-byte integers."""
        place = self._place(field)
        if place is None:
            return []
        start = place + self._at("<I", place)
        count = self._at("<I", start)
        words = struct.unpack_from(f"<{2 * count}q", self._data, start + 4)
        return list(zip(words[::2], words[1::2], strict=True))
