"""The bytes of a delimited file as UTF-8, cut into chunks that end where a record ends."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

from losscli.data.table.facts import Limits
from losscli.data.table.open import Source, Stream
from losscli.data.table.scanner import Fault, Nul, Ragged, records
from losscli.errors import DataError

_MARKS = (  # byte order marks, the longer before its own beginning
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MOST_NULS = 256 << 20  # looked at to see whether the file ends in them: it may have holes of any size


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole records; `start` is the position of the first byte in the decoded file, its mark left out."""

    start: int
    data: bytes


class Text:
    """The decoded bytes of a source, from the beginning as often as asked. UTF-8 is passed on unchecked."""

    def __init__(self, source: Source, encoding: str | None, limits: Limits) -> None:
        self.source, self.limits = source, limits
        self.chunk = limits.chunk  # bytes read at a time
        self._encoding = encoding
        self._mark = 0  # bytes of a mark before the first position

    def blocks(self) -> Iterator[bytes]:
        """UTF-8 in blocks of about the chunk size, without byte order mark."""
        stream = self.source.open()
        head = stream.read(self.chunk)
        while len(head) < 4 and (more := stream.read(self.chunk)):
            head += more
        encoding = self._agreed(head)
        first = True
        for block in self._decoded(head, stream, encoding):
            body = block.removeprefix(codecs.BOM_UTF8) if first else block
            if first:
                self._mark = len(block) - len(body)
            first = first and not block
            if body:
                yield body

    def _decoded(self, head: bytes, stream: Stream, encoding: str) -> Iterator[bytes]:
        read, block = stream.read, head
        if encoding == "utf-8":
            while block:
                yield block
                block = read(self.chunk)
            return
        decoder = codecs.getincrementaldecoder(encoding)("strict")
        position, line, before = 0, 1, b""
        while True:
            state = decoder.getstate()
            try:
                found = decoder.decode(block, final=not block).encode()
            except UnicodeError:
                decoder.setstate(state)
                good, size = _good(decoder, block)
                raise self.source.error(
                    f"the bytes at about position {position + size:,} are not {encoding}",
                    line=line + _ends(good, before),
                    advice="Name the encoding of the file, e.g. --encoding utf-8, latin-1 or cp1252.",
                ) from None
            yield found
            if not block:
                return
            line, before = line + _ends(found, before), found or before
            position += len(block)
            block = read(self.chunk)

    def _agreed(self, head: bytes) -> str:
        """The encoding as its mark or the flag says; UTF-8 where both are silent."""
        marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
        if self._encoding is None:
            return marked or "utf-8"
        named = codecs.lookup(self._encoding).name
        if marked is not None and not named.startswith(marked):
            raise self.source.error(
                f"the file begins with the mark of {marked}, but --encoding says {self._encoding}",
                advice="Leave --encoding out.",
            )
        return "utf-8" if named == "utf-8-sig" else named

    def blocks_from(self, start: int) -> Iterator[bytes]:
        """As `blocks`, from a position on."""
        for block in self.blocks():
            if start < len(block):
                yield block[start:] if start else block
            start = max(start - len(block), 0)

    def line_of(self, start: int) -> int:
        """The 1-based line at a position in the decoded file."""
        line, before = 1, b""
        for block in self.blocks():
            part, start = block[:start], start - len(block)
            line += _ends(part, before)
            before = part
            if start <= 0:
                break
        return line

    def part(self, start: int, end: int | None) -> bytes:
        """The decoded bytes from start to end (None: to the end of the file)."""
        parts, position = [], 0
        for block in self.blocks():
            first, last = start - position, None if end is None else end - position
            position += len(block)
            if last is not None and last <= 0:
                break
            parts.append(block[max(first, 0) : last])
        return b"".join(parts)

    def not_utf8(self, position: int, byte: int) -> DataError:
        """The error for a byte at a position of the decoded file."""
        return self.source.error(
            f"the byte 0x{byte:02x} at offset {position + self._mark:,} is not UTF-8",
            line=self.line_of(position),
            advice="Name the encoding of the file, e.g. --encoding latin-1.",
        )

    def fault_at(self, start: int, fault: Fault) -> DataError:
        """The error for a fault in a text that begins at a position."""
        if isinstance(fault, Nul):
            fault = self._explained(start, fault)
        line = self.line_of(start) + fault.line - 1
        return self.source.error(fault.what, line=line, advice=fault.advice, fixes=fault.fixes)

    def _explained(self, start: int, fault: Nul) -> Fault:
        """What the first NUL behind a position means, by the bytes that follow it."""
        for block in self.blocks_from(start):
            if (found := block.find(b"\0")) >= 0:
                start += found
                break
            start += len(block)
        count = 0
        for block in self.blocks_from(start):
            if block.strip(b"\0\r\n") or count > _MOST_NULS:
                break
            count += block.count(b"\0")
        else:
            what = f"the file ends in NUL bytes ({count:,})"
            return Fault(what, fault.line, "What wrote it was cut off: let it write the file again.")
        head = self.part(start, start + 8)
        if len(head) == 8 and not head[::2].strip(b"\0") and b"\0" not in head[1::2]:
            order = "le" if start % 2 else "be"
            advice = f"If this is UTF-16 without a mark, use --encoding utf-16-{order}"
            return Fault("there are NUL bytes", fault.line, advice)
        return fault


def _ends(part: bytes, before: bytes) -> int:
    """How many lines end in a part of a text, behind another part."""
    halves = before.endswith(b"\r") and part.startswith(b"\n")
    return part.count(b"\n") + part.count(b"\r") - part.count(b"\r\n") - halves


def _good(decoder: codecs.IncrementalDecoder, block: bytes) -> tuple[bytes, int]:
    """What can be decoded of a block that cannot be as a whole: the text, and the bytes it is of."""
    found: list[str] = []
    try:
        for i in range(len(block)):
            found.append(decoder.decode(block[i : i + 1]))
    except UnicodeError:
        pass
    return "".join(found).encode(errors="replace"), len(found)


def chunks(text: Text, start: int, delimiter: str, columns: int) -> Iterator[Chunk]:
    """Whole records of so many fields from a position on, about a block at a time.

    A cut is a line end with an even number of quotes before it: outside quotes, unless the rules are broken
    earlier in the chunk, which is an error there.
    """
    held: list[bytes] = []
    size, odd = 0, False
    for block in text.blocks_from(start):
        cut = cut_at(block, odd)
        if not cut:
            held.append(block)
            size += len(block)
            odd ^= bool(block.count(b'"') & 1)
            if size > text.limits.record:
                raise _endless(text, b"".join(held), start, delimiter, columns)
            continue
        data = b"".join((*held, memoryview(block)[:cut]))
        yield Chunk(start, data)
        start += len(data)
        held, size = [block[cut:]], len(block) - cut
        odd = bool(held[0].count(b'"') & 1)
    rest = b"".join(held)
    if rest:
        yield Chunk(start, rest)


def _endless(text: Text, data: bytes, start: int, delimiter: str, columns: int) -> DataError:
    """The error for a record beyond the limit; the scanner names its quote, if it is that."""
    try:
        for _ in records(data.decode(errors="replace"), delimiter, fields=columns):
            pass
    except Ragged:
        pass  # it would have more fields still
    except Fault as fault:
        return text.fault_at(start, fault)
    return text.source.error(
        f"a record does not end within {len(data):,} bytes",
        line=text.line_of(start),
        advice="Is this a delimited text file?",
    )


def cut_at(block: bytes, odd: bool) -> int:
    """The position behind the last line end outside quotes, or 0; `odd`: the block begins inside quotes."""
    if b'"' not in block:
        if odd:
            return 0
        cut = block.rfind(b"\n") + 1
        return cut or block.rfind(b"\r", 0, max(len(block) - 1, 0)) + 1  # the last might be half a CRLF
    odd ^= bool(block.count(b'"') & 1)
    return _outside(block, b"\n", odd) or _outside(block, b"\r", odd)


def _outside(block: bytes, sign: bytes, odd: bool) -> int:
    """As cut_at for one line end; `odd`: the block ends inside quotes."""
    end = len(block)
    while (found := block.rfind(sign, 0, end)) >= 0:
        odd ^= bool(block.count(b'"', found, end) & 1)
        half = sign == b"\r" and block[found + 1 : found + 2] in (b"\n", b"")
        if not odd and not half:
            return found + 1
        end = found
    return 0


def decoded(chunk: Chunk, text: Text, delimiter: str, fields: int) -> str:
    """The chunk as text; where it is not UTF-8, a DataError naming line and byte, or an earlier Fault."""
    try:
        return chunk.data.decode()
    except UnicodeDecodeError as error:
        at = error.start
    whole = chunk.data[: cut_at(chunk.data[:at], False)].decode()
    for _ in records(whole, delimiter, fields=fields):
        pass
    raise text.not_utf8(chunk.start + at, chunk.data[at])
