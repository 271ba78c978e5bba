"""Mutate small files and read them: `python tests/fuzz.py --seconds 60 --seed 0`.

Every file must end in one of two ways: exit 2, or a table that equals, bit for bit, what `exact_reader` makes
of the same bytes. Anything else stops the run, and the file is kept. Parquet and Arrow files, of which there
is no second reader, must end in a table or a DataError.
"""

import argparse
import bz2
import contextlib
import gzip
import io
import itertools
import lzma
import math
import random
import re
import struct
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import exact_reader
import pyarrow as pa
import pyarrow.parquet as pq

import losscli.cli
from losscli.data.table import BLOCK, ColumnType, Limits, ReadOptions, Table, read
from losscli.errors import DataError

Mutation = Callable[[bytes, random.Random], bytes]

WORDS = b"y,w,p\n" + b"".join(b'%d,"a ""%d""\r\nb",%r\n' % (i, i, i / 7) for i in range(12))
PLAIN = b"y,p,q\n" + b"".join(b"%d,%r,%d.5\n" % (i, i / 3, i % 4) for i in range(30))
COMMAS = b"y;p;q\n" + b"".join(b"%d,5;%d.5;%d\n" % (i, i, i) for i in range(20))
TABS = b"id\ty\tp\n" + b"".join(b"%03d\t%d\t%s\n" % (i, i % 2, (b"b c", b"NA")[i % 2]) for i in range(20))
MISSING = (b"", b"NA", b"1.5", b"null")
GAPS = b"y,p\r\n" + b"".join(b"%s,%de%d\r\n" % (MISSING[i % 4], i, i) for i in range(20))
JSON = b"".join(b'{"y": %d, "p": %r, "w": "\\u00e9%d"}\n' % (i, i / 7, i) for i in range(15))
TEXTS = (WORDS, PLAIN, COMMAS, TABS, GAPS)
INSERTED = (
    *(b'"', b'""', b"\0", b",", b";", b"\t", b"|", b"\n", b"\r", b"\r\n", b"\n\n", b" ", b"\xa0"),
    *(b"0x10", b"1_000", b"1e400", b"-1e-400", b"9007199254740993", b"12345678901234567890", b"1,5"),
    *(b"nan", b"-nan", b"inf", b"NA", b"NULL", b"None", b"<NA>", b"+", b"-", b".", b"e", b"\xe2\x88\x92"),
    *("１２\u00a0".encode(), b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"sep=;\n", b"True", b"\x1b[31m"),
)


def flip(data: bytes, rng: random.Random) -> bytes:
    found = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        found[rng.randrange(len(found))] ^= 1 << rng.randrange(8)
    return bytes(found)


def insert(data: bytes, rng: random.Random) -> bytes:
    at = rng.randint(0, len(data))
    return data[:at] + rng.choice(INSERTED) * rng.choice((1, 1, 1, 2, 9)) + data[at:]


def overwrite(data: bytes, rng: random.Random) -> bytes:
    at, new = rng.randrange(len(data)), rng.choice(INSERTED)
    return data[:at] + new + data[at + len(new) :]


def swap(data: bytes, rng: random.Random) -> bytes:
    a, b = sorted((rng.randrange(len(data)), rng.randrange(len(data))))
    found = bytearray(data)
    found[a], found[b] = found[b], found[a]
    return bytes(found)


def cut(data: bytes, rng: random.Random) -> bytes:
    a, b = sorted((rng.randint(0, len(data)), rng.randint(0, len(data))))
    return rng.choice((data[:b], data[a:], data[:a] + data[b:], data[:a] + b"\0" * (b - a)))


def rows(data: bytes, rng: random.Random) -> bytes:
    """Lines twice, left out, in another order, or stuck together."""
    lines = data.split(b"\n")
    i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
    match rng.randrange(4):
        case 0:
            lines.insert(i, lines[j])
        case 1:
            del lines[i]
        case 2:
            lines[i], lines[j] = lines[j], lines[i]
        case _:
            lines[i : i + 2] = [b"".join(lines[i : i + 2])]
    return b"\n".join(lines)


def ragged(data: bytes, rng: random.Random) -> bytes:
    """A sign between fields less, more, or another."""
    places = [found.start() for found in re.finditer(rb"[,;\t]", data)] or [0]
    at = rng.choice(places)
    return data[:at] + rng.choice((b"", data[at : at + 1] * 2, b",", b";", b"\t", b"|")) + data[at + 1 :]


def ends(data: bytes, rng: random.Random) -> bytes:
    """Other line ends, everywhere or from a place on."""
    at = rng.choice((0, rng.randrange(len(data) + 1)))
    return data[:at] + data[at:].replace(b"\n", rng.choice((b"\r", b"\r\n", b"\n\n", b"\n\r")))


def encode(data: bytes, rng: random.Random) -> bytes:
    text = data.decode("latin-1")
    name = rng.choice(("utf-16", "utf-16-le", "utf-8-sig", "utf-32", "utf-8", "latin-1", "utf-16-be"))
    mark = "\ufeff" if name.endswith("e") and rng.random() < 0.5 else ""
    return (mark + text).encode(name, errors="replace")


MUTATIONS: tuple[Mutation, ...] = (flip, insert, insert, overwrite, swap, cut, rows, ragged, ends, encode)


def zipped(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("a.csv"), data)
    return file.getvalue()


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "a.csv.gz": lambda data: gzip.compress(data, mtime=0),
    "a.csv.bz2": bz2.compress,
    "a.csv.xz": lzma.compress,
    "a.csv.zip": zipped,
}


def arrow_files() -> dict[str, bytes]:
    """Small files of the formats that have no second reader."""
    words = [f"w{i % 7}" for i in range(50)]
    numbers, gaps = [i / 3 for i in range(50)], [None if i % 5 else i for i in range(50)]
    table = pa.table({"y": numbers, "w": words, "n": gaps, "d": pa.array(words).dictionary_encode()})
    found = {}
    for name, packing in (("a.parquet", "snappy"), ("b.parquet", "none"), ("c.parquet", "zstd")):
        file = io.BytesIO()
        pq.write_table(table, file, compression=packing, row_group_size=20)
        found[name] = file.getvalue()
    for name, kind in (("a.arrow", pa.ipc.new_file), ("a.arrows", pa.ipc.new_stream)):
        for prefix, packing in (("", None), ("lz4.", "lz4")):
            sink = pa.BufferOutputStream()
            with kind(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression=packing)) as writer:
                writer.write_table(table)
            found[prefix + name] = sink.getvalue().to_pybytes()
    return found


def mutated(rng: random.Random, columnar: dict[str, bytes]) -> tuple[str, bytes]:
    """A file name, and the bytes of a small valid file of that kind after one to four mutations."""
    kind = rng.random()
    if kind < 0.1:
        name = rng.choice(sorted(columnar))
        return name, _steps(columnar[name], rng, (flip, cut, swap, overwrite))
    if kind < 0.25:
        return "a.jsonl", _steps(JSON, rng, MUTATIONS)
    text = rng.choice(TEXTS)
    if kind < 0.45:
        name = rng.choice(sorted(PACKED))
        if rng.random() < 0.5:
            return name, PACKED[name](_steps(text, rng, MUTATIONS))
        return name, _steps(PACKED[name](text), rng, (flip, flip, cut, swap, overwrite, insert))
    return rng.choice(("a.csv", "a.csv", "a.tsv", "a")), _steps(text, rng, MUTATIONS)


def _steps(data: bytes, rng: random.Random, choices: tuple[Mutation, ...]) -> bytes:
    for _ in range(rng.choice((1, 1, 1, 2, 3, 4))):
        data = rng.choice(choices)(data, rng) if data else data
    return data


def difference(table: Table, want: exact_reader.Columns) -> str | None:
    """How a table differs from the columns it should have; None where it does not."""
    if list(table.columns) != list(want):
        return f"columns {list(table.columns)}, not {list(want)}"
    blocks = range(-(-table.rows // BLOCK))
    for name, column in want.items():
        found = table.columns[name]
        if (found.type is ColumnType.NUMBER) != (column.numbers is not None):
            return f"{name!r} is {found.type.value}"
        if (found.inexact is not None) != column.inexact:
            return f"{name!r} has as inexact {found.inexact}, not {column.inexact}"
        texts = [word or "" for i in blocks for word in table.text(i, name)]
        if column.texts is not None and texts != column.texts:
            return f"{name!r} holds {texts}, not {column.texts}"
        if column.numbers is not None and not column.inexact:
            numbers = [x for i in blocks for x in table.numbers(i, name).tolist()]
            if list(map(_bits, numbers)) != list(map(_bits, column.numbers)):
                return f"{name!r} holds {numbers}, not {column.numbers}"
    return None


def _bits(value: float) -> bytes:
    return b"NaN" if math.isnan(value) else struct.pack("<d", value)


def check(name: str, data: bytes, folder: Path, rng: random.Random) -> str:
    """Read a file: "read" or "refused". AssertionError where it is neither."""
    path = folder / name
    path.write_bytes(data)
    limits = Limits(chunk=rng.choice((1 << 20, 1 << 20, 200, 7)), memory=rng.choice((1 << 20, 0)))
    try:
        table = read(str(path), ReadOptions(jobs=rng.choice((1, 2))), limits=limits)
    except DataError as error:
        assert name in str(error), f"the error does not name the file: {error}"
        assert error.what, "the error says nothing"
        return "refused"
    if "arrow" in name or "parquet" in name:
        for column, block in itertools.product(table.columns, range(-(-table.rows // BLOCK))):
            table.text(block, column)
        return "read"
    try:
        want = exact_reader.read(data, name)
    except exact_reader.Refused as error:
        raise AssertionError(f"read as {dict(table.columns)}, but: {error}") from None
    wrong = difference(table, want)
    assert wrong is None, wrong
    return "read"


RAW = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]")


def check_command(name: str, data: bytes, folder: Path) -> str:
    """The same through the command line, in this process: exit 0 or 2, and nothing that must not be shown."""
    (folder / name).write_bytes(data)
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = losscli.cli.run(["compare", str(folder / name), "--pred", "p", "--loss", "mae"])
    error = err.buffer.getvalue().decode()
    said = out.buffer.getvalue().decode() + error
    assert code in (0, 2), f"exit {code}: {said}"
    assert not RAW.search(said), f"a control character in {said!r}"
    assert "Traceback" not in said, said
    assert (code == 2) == error.startswith("error: "), said
    return "compared" if code == 0 else "not compared"


def run(seed: int, share: float) -> Iterator[str]:
    """Outcomes without end; `share` of the files go through the command too."""
    rng = random.Random(seed)
    columnar = arrow_files()
    with tempfile.TemporaryDirectory() as folder:
        while True:
            name, data = mutated(rng, columnar)
            try:
                yield check(name, data, Path(folder), rng)
                if rng.random() < share:
                    yield check_command(name, data, Path(folder))
            except BaseException as error:
                if not isinstance(error, GeneratorExit):
                    kept = Path(tempfile.gettempdir()) / f"fuzz-{seed}-{name}"
                    kept.write_bytes(data)
                    print(f"\n{kept}: {data!r}", file=sys.stderr)
                raise


def main() -> int:
    """Run for so many seconds; exit 1 at the first file that is read wrongly."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--share", type=float, default=0.02, help="of the files that go through the command")
    arguments = parser.parse_args()
    counts: Counter[str] = Counter()
    end = time.monotonic() + arguments.seconds
    try:
        for outcome in run(arguments.seed, arguments.share):
            counts[outcome] += 1
            if time.monotonic() > end:
                break
    except Exception:
        traceback.print_exc()
        return 1
    finally:
        print(f"seed {arguments.seed}: " + ", ".join(f"{n:,} {what}" for what, n in counts.most_common()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
