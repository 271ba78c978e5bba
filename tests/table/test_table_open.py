"""Any packing gives the same bytes, and half a file gives nothing."""

import bz2
import gzip
import hashlib
import io
import lzma
import os
import random
import sys
import threading
import zipfile

import pyarrow as pa
import pytest

from losscli.data.table import Limits, ReadOptions, read
from losscli.errors import DataError

RANDOM = random.Random(0)
TEXT = ("y,p\n" + "".join(f"{RANDOM.random()!r},{RANDOM.random()!r}\n" for _ in range(3_000))).encode()


def zipped(*members: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return file.getvalue()


def zstd(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(data)
    return sink.getvalue().to_pybytes()


PACKED = {
    "plain": (".csv", TEXT),
    "gzip": (".csv.gz", gzip.compress(TEXT)),
    "bzip2": (".csv.bz2", bz2.compress(TEXT)),
    "xz": (".csv.xz", lzma.compress(TEXT)),
    "zstd": (".csv.zst", zstd(TEXT)),
    "zip": (".csv.zip", zipped(("a.csv", TEXT))),
}
HALF = len(TEXT) // 2
JOINED = {
    "gzip": gzip.compress(TEXT[:HALF]) + gzip.compress(TEXT[HALF:]) + b"\0" * 9,
    "bzip2": bz2.compress(TEXT[:HALF]) + bz2.compress(TEXT[HALF:]),
    "xz": lzma.compress(TEXT[:HALF]) + b"\0" * 4 + lzma.compress(TEXT[HALF:]),
    "zstd": zstd(TEXT[:HALF]) + zstd(TEXT[HALF:]),
}


@pytest.mark.parametrize("kind", PACKED)
@pytest.mark.parametrize("chunk", [1 << 20, 999])
def test_every_packing(table, whole, kind, chunk):
    suffix, data = PACKED[kind]
    plain = whole(table(TEXT))
    for name in ("data" + suffix, "DATA" + suffix.upper(), "data"):  # by the extension, or by the first bytes
        found = table(data, name, limits=Limits(chunk=chunk))
        assert whole(found) == plain
        assert found.origin.input.sha256 == hashlib.sha256(data).hexdigest()
        assert found.where(3_000, "p").line == 3_001


@pytest.mark.parametrize("kind", JOINED)
def test_packed_streams_in_a_row_are_all_read(table, whole, kind):
    assert whole(table(JOINED[kind], "data" + PACKED[kind][0])) == whole(table(TEXT))


@pytest.mark.parametrize("kind", [kind for kind in PACKED if kind != "plain"])
def test_half_a_file_is_an_error(table, kind):
    suffix, data = PACKED[kind]
    for cut in (0, 1, 5, 17, len(data) // 3, len(data) // 2, len(data) - 9, len(data) - 1):
        with pytest.raises(DataError, match=r"data\.csv\..*this is no whole|is empty"):
            table(data[:cut], "data" + suffix)


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "xz", "zip"])
def test_damage_is_an_error(table, kind):
    suffix, data = PACKED[kind]
    for at in (len(data) // 2, len(data) - 6 if kind != "zip" else len(data) // 3):
        damaged = data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]
        with pytest.raises(DataError):
            table(damaged, "data" + suffix)


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "xz", "zstd"])
def test_rubbish_behind_the_end_is_an_error(table, kind):
    suffix, data = PACKED[kind]
    with pytest.raises(DataError, match="no whole"):
        table(data + b"rubbish", "data" + suffix)


def test_zip_members(table, whole):
    with pytest.raises(DataError, match=r"2 members: 'a\.csv', 'b\.csv'"):
        table(zipped(("a.csv", TEXT), ("b.csv", TEXT)), "d.zip")
    with pytest.raises(DataError, match="0 members"):
        table(zipped(), "d.zip")
    assert whole(table(zipped(("folder/", b""), ("folder/a.jsonl", b'{"y": 1}\n')), "d.zip")) == {"y": ["1"]}


class Stdin:
    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


@pytest.mark.parametrize("kind", PACKED)
def test_standard_input(monkeypatch, table, whole, kind):
    data = PACKED[kind][1]
    monkeypatch.setattr(sys, "stdin", Stdin(data))
    found = read("-")
    assert found.path == "-"
    assert found.origin.input.sha256 == hashlib.sha256(data).hexdigest()
    assert whole(found) == whole(table(TEXT))
    assert str(found.where(2, "p")) == "standard input, line 3, column 'p'"


def test_pipe(tmp_path, whole):
    path = tmp_path / "pipe.csv"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(b"y,p\n1,2\n1,x\n",))
    writer.start()
    found = read(str(path))
    writer.join()
    assert whole(found) == {"y": ["1", "1"], "p": ["2", "x"]}
    assert found.where(2, "p").line == 3


def test_what_cannot_be_opened(tmp_path, monkeypatch):
    for path, words in (
        (tmp_path, "the folder has no files"),
        (tmp_path / "none.csv", "no such file"),
        (tmp_path / "none.csv" / "x", "no such file"),
        ("a\0b", "cannot be opened"),
    ):
        with pytest.raises(DataError, match=words) as caught:
            read(str(path))
        assert caught.value.where.file == str(path)

    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(DataError, match="Permission denied"):
        read("x.csv")


@pytest.mark.parametrize("name", ["a.xlsx", "a.pkl", "a.tar.gz", "a.npz"])
def test_formats_that_are_not_read(table, name):
    with pytest.raises(DataError, match="is not read"):
        table(b"PK\x03\x04", name)


def test_jobs_do_not_matter(table, whole):
    tables = [
        table(TEXT, limits=Limits(chunk=chunk), jobs=jobs) for chunk, jobs in ((500, 1), (500, 4), (7_000, 2))
    ]
    assert len({str(whole(found)) for found in tables}) == 1
    assert len({str(dict(found.columns)) for found in tables}) == 1
    assert ReadOptions().jobs == 0
