"""A file that is changed, cut, replaced or removed while it is read ends in an error that says so."""

import gzip
import io
import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import losscli.cli
from losscli.data.table import Limits, read
from losscli.data.table import open as opening
from losscli.errors import DataError

ROWS = 20_000
LINES = b"".join(b"%d,%d.5\n" % (i, i) for i in range(ROWS))
CSV = b"y,p\n" + LINES
COLUMNS = pa.table({"y": range(ROWS), "p": [i / 7 for i in range(ROWS)]})


def parquet() -> bytes:
    file = io.BytesIO()
    pq.write_table(COLUMNS, file, row_group_size=1_000)
    return file.getvalue()


def arrow() -> bytes:
    file = io.BytesIO()
    with pa.ipc.new_file(file, COLUMNS.schema) as writer:
        writer.write_table(COLUMNS, max_chunksize=1_000)
    return file.getvalue()


FILES = {
    "d.csv": CSV,
    "d.csv.gz": gzip.compress(CSV, compresslevel=1),
    "d.jsonl": b"".join(b'{"y": %d, "p": %d.5}\n' % (i, i) for i in range(ROWS)),
    "d.parquet": parquet(),
    "d.arrow": arrow(),
}


def cut(path: str) -> None:
    os.truncate(path, os.path.getsize(path) // 2)


def empty(path: str) -> None:
    os.truncate(path, 0)


def grow(path: str) -> None:
    with open(path, "ab") as file:
        file.write(b"1,2\n")


def rewrite(path: str) -> None:
    data = bytes(reversed(FILES[os.path.basename(path)]))
    with open(path, "r+b") as file:
        file.write(data)
    os.utime(path, ns=(1, 1))  # a clock may be too coarse to show it


def replace(path: str) -> None:
    with open(path + ".new", "wb") as file:
        file.write(FILES[os.path.basename(path)])
    os.replace(path + ".new", path)


@pytest.fixture
def after_reads(monkeypatch):
    """Do something to a file once so many pieces of it were read: after_reads(3, lambda: …)."""

    def arranged(count: int, act) -> None:
        real, seen = os.pread, [0]

        def pread(fd: int, size: int, position: int) -> bytes:
            seen[0] += 1
            if seen[0] == count:
                act()
            return real(fd, size, position)

        monkeypatch.setattr(opening.os, "pread", pread)

    return arranged


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("act", [cut, empty, grow, rewrite])
@pytest.mark.parametrize("reads", [3, 5])
def test_changed(write, after_reads, name, act, reads):
    path = write(FILES[name], name)
    after_reads(reads, lambda: act(path))
    with pytest.raises(DataError, match="the file was changed while it was being read") as caught:
        read(path, limits=Limits(chunk=20_000))
    assert caught.value.where.file == path
    assert caught.value.advice == "Run the command again."


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("act", [replace, os.unlink])
def test_replaced(write, after_reads, name, act):
    path = write(FILES[name], name)
    after_reads(3, lambda: act(path))
    with pytest.raises(DataError, match="the file was replaced or removed while it was being read"):
        read(path, limits=Limits(chunk=20_000))


@pytest.mark.parametrize("name", ["d.csv", "d.jsonl"])
def test_no_line_is_told_of_a_file_that_has_changed_since(write, name):
    path = write(FILES[name], name)
    found = read(path)
    assert found.where(9, "p").line == (10 if name == "d.csv" else 9)
    grow(path)
    assert found.where(9, "p").line is None
    assert found.numbers(0, "y")[8] == 8


def test_the_command(write, after_reads, capfd):
    path = write(CSV, "d.csv")
    after_reads(3, lambda: cut(path))
    assert losscli.cli.run(["compare", path, "--loss", "mae"]) == 2
    out, err = capfd.readouterr()
    assert (out, err) == (
        "",
        f"error: {path}: the file was changed while it was being read\nRun the command again.\n",
    )


def test_a_disk_that_cannot_be_read(write, monkeypatch):
    path = write(CSV)

    def broken(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    real = os.pread
    monkeypatch.setattr(opening.os, "pread", lambda *where: real(*where) if where[2] == 0 else broken())
    with pytest.raises(DataError, match=r"data\.csv: cannot be read: Input/output error"):
        read(path, limits=Limits(chunk=20_000))
