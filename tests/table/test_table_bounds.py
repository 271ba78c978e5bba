"""What an input may become: packed files, streams, long texts, wide tables; and the flag that allows more."""

import bz2
import gzip
import io
import json
import lzma
import os
import re
import sys
import threading

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import losscli.cli
from losscli.data.table import BLOCK, Limits, ReadOptions, bounds, read
from losscli.data.table.bounds import GB, longest_stream, most_unpacked, size_text
from losscli.data.table.messages import unpacked_sizes
from losscli.errors import DataError, UsageError

MB = 1 / 1024  # gigabytes
ROWS = b"y,p\n" + b"1,2\n" * 500_000  # 2 MB, which pack well


def zstd(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(data)
    return sink.getvalue().to_pybytes()


@pytest.mark.parametrize(
    ("size", "text"),
    [(1, "1 byte"), (1023, "1023 bytes"), (1 << 10, "1 KB"), (104_000, "102 KB"), (3 * GB // 2, "1.5 GB"),
     (5000 * GB, "5,000 GB")],
)  # fmt: skip
def test_sizes_in_words(size, text):
    assert size_text(size) == text


def test_the_bounds():
    assert most_unpacked(102_000, None) == GB
    assert most_unpacked(GB // 64, None) == 200 * GB // 64
    assert most_unpacked(GB, 0.5) == GB // 2
    assert (longest_stream(None), longest_stream(1.5)) == (4 * GB, 3 * GB // 2)
    for wrong in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(UsageError, match=r"--max-unpacked .* is not above 0"):
            ReadOptions(max_unpacked=wrong)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstd])
def test_a_packed_file_may_unpack_to_so_much(table, pack):
    data = pack(ROWS)
    assert table(data, "d.csv", max_unpacked=2 * MB).rows == 500_000
    with pytest.raises(
        DataError, match=re.escape(f"its {size_text(len(data))} unpack to more than 1 MB")
    ) as caught:
        table(data, "d.csv", max_unpacked=MB)
    assert caught.value.advice == "If that is meant, allow more gigabytes: --max-unpacked 0.00195"
    assert table(ROWS, max_unpacked=MB).rows == 500_000  # what is not packed is as long as it is


def test_without_the_flag_the_ratio_decides(table, monkeypatch):
    monkeypatch.setattr(bounds, "UNPACKED", 1 << 10)
    data = gzip.compress(ROWS)
    assert len(ROWS) > 200 * len(data)
    with pytest.raises(DataError, match=r"unpack to more than \d+ KB"):
        table(data, "d.csv.gz")
    assert table(gzip.compress(ROWS, compresslevel=0), "d.csv.gz").rows == 500_000


def test_a_stream_may_be_so_long(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(ROWS)))
    with pytest.raises(DataError, match="standard input: it does not end within 1 MB") as caught:
        read("-", ReadOptions(max_unpacked=MB))
    assert caught.value.advice == "Save it as a file, or allow more gigabytes: --max-unpacked 0.00195"
    path = tmp_path / "pipe.csv"
    os.mkfifo(path)
    pipe = threading.Thread(target=_fill, args=(path,))
    pipe.start()
    with pytest.raises(DataError, match=r"pipe\.csv: it does not end within 1 MB"):
        read(str(path), ReadOptions(max_unpacked=MB))
    pipe.join()


def _fill(path) -> None:
    try:
        with open(path, "wb", buffering=0) as pipe:
            for _ in range(100):
                pipe.write(ROWS)
    except BrokenPipeError:
        pass


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no /dev/zero here")
def test_a_device_that_never_ends(capfd):
    assert losscli.cli.run(["compare", "/dev/zero", "--max-unpacked", "0.01"]) == 2
    error = capfd.readouterr().err
    assert "/dev/zero: it does not end within 10 MB" in error
    assert "--max-unpacked 0.02" in error


def test_a_stream_that_is_closed_or_breaks(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(DataError, match="standard input: it is closed"):
        read("-")

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Broken()))
    with pytest.raises(DataError, match="standard input: cannot be read: Input/output error"):
        read("-")


def test_no_room_for_a_stream(monkeypatch):
    class Full(io.BytesIO):
        def write(self, data: object) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: Full())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(ROWS)))
    with pytest.raises(DataError, match="cannot write a temporary file: No space left") as caught:
        read("-")
    assert "TMPDIR" in caught.value.advice


def test_xz_that_needs_much_memory(table):
    header = b"\x5d" + (1 << 29).to_bytes(4, "little") + b"\xff" * 8
    with pytest.raises(DataError, match="unpacking it needs more than 256 MB of memory") as caught:
        table(header + b"\0" * 99, "d.csv.lzma")
    assert "other means" in caught.value.advice
    window = b"\x28\xb5\x2f\xfd\x00" + bytes([(31 - 10) << 3]) + b"\x01\x00\x00"
    with pytest.raises(DataError, match="more than 256 MB of memory"):
        table(window + b"\0" * 9, "d.csv.zst")


def test_wide_tables(table, whole):
    for columns in (600, 5_000):
        names = [f"c{i}" for i in range(columns)]
        rows = [[str((7 * i + j) % 100) for i in range(columns)] for j in range(3)]
        rows[1][5], rows[2][6] = "Null", "word"
        data = "\n".join(",".join(row) for row in (names, *rows))
        found = whole(table(data.encode()))
        assert found["c5"] == [rows[0][5], None, rows[2][5]]
        assert found["c6"][2] == "word"
        assert found[f"c{columns - 1}"] == [row[-1] for row in rows]
    with pytest.raises(DataError, match="the header has 5,000 columns, and 4,999 are the most"):
        table(data.encode(), limits=Limits(columns=4_999))


def test_long_fields(table, whole):
    long = "x" * (3 << 20)
    quoted = 'a "",\n' * (1 << 18)
    found = table(f'y,p,note\n1,1.5,{long}\n2,2.5,"{quoted}"\n'.encode())
    assert whole(found)["note"] == [long, quoted.replace('""', '"')]
    with pytest.raises(DataError, match=r"its texts are longer than 4 MB within 32,768 rows") as caught:
        table(f"y,p,note\n1,1.5,{long}\n2,2.5,{long}\n".encode(), limits=Limits(texts=4 << 20))
    assert caught.value.where.column == "note"
    assert "without this column" in caught.value.advice


def test_many_rows_with_long_texts_are_no_block(table):
    data = b"y,note\n" + b"1,%s\n" % (b"x" * 100) * (BLOCK + 10)
    assert table(data, limits=Limits(texts=108 * BLOCK)).rows == BLOCK + 10
    with pytest.raises(DataError, match="its texts are longer than"):
        table(data, limits=Limits(texts=100 * BLOCK))


def parquet(table: pa.Table, **options: object) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    return file.getvalue()


def test_a_long_text_in_many_rows_of_parquet(table, whole):
    text = "x" * 100_000
    column = pa.DictionaryArray.from_arrays(pa.array(np.zeros(20_000, np.int32)), pa.array([text]))
    data = parquet(pa.table({"y": np.arange(20_000.0), "w": column}), store_schema=False)
    assert len(data) < 1 << 20
    with pytest.raises(DataError, match=r"column 'w': its texts are longer than 512 MB"):
        table(data, "d.parquet")
    short = pa.table({"w": ["a", "b", None] * 3})
    assert whole(table(parquet(short), "d.parquet")) == {"w": ["a", "b", None] * 3}


def test_a_parquet_file_says_what_it_unpacks_to(table):
    data = parquet(pa.table({"y": np.zeros(300_000), "p": np.zeros(300_000)}))
    assert table(data, "d.parquet", max_unpacked=5 * MB).rows == 300_000
    with pytest.raises(DataError, match="unpack to more than 4 MB"):
        table(data, "d.parquet", max_unpacked=4 * MB)


@pytest.mark.parametrize("packing", ["zstd", "lz4", None])
@pytest.mark.parametrize("kind", ["file", "stream"])
def test_an_arrow_file_says_what_its_parts_unpack_to(table, packing, kind):
    sink = io.BytesIO()
    arrow = pa.table({"y": np.zeros(300_000), "w": pa.array(["a"] * 300_000).dictionary_encode()})
    options = pa.ipc.IpcWriteOptions(compression=packing)
    with getattr(pa.ipc, f"new_{kind}")(sink, arrow.schema, options=options) as writer:
        writer.write_table(arrow)
    sizes = list(unpacked_sizes(sink, 8 if kind == "file" else 0))
    assert sum(sizes) == (0 if packing is None else 300_000 * 12 + 9)
    if packing is not None:
        with pytest.raises(DataError, match="unpack to more than 3 MB"):
            table(sink.getvalue(), "d.arrow", max_unpacked=3 * MB)
    assert table(sink.getvalue(), "d.arrow", max_unpacked=8 * MB).rows == 300_000


def test_rows_of_json_with_ever_other_keys(table, whole):
    data = b"".join(b'{"k%d": %d}\n' % (i, i) for i in range(800))
    found = table(data, "d.jsonl")
    assert (found.rows, len(found.columns)) == (800, 800)
    assert [row for row, word in enumerate(whole(found)["k123"]) if word is not None] == [123]
    with pytest.raises(DataError, match="unpack to more than 1 MB"):
        table(data, "d.jsonl", max_unpacked=MB)
    with pytest.raises(DataError, match="more than 200 different keys") as caught:
        table(data, "d.jsonl", limits=Limits(columns=200))
    assert caught.value.where.line == 201


def test_a_line_of_json_with_very_many_values(table):
    data = b'{"y": 1, "p": [' + b"1," * 600_000 + b"1]}\n"
    with pytest.raises(DataError, match="this line holds more than 100,000 values"):
        table(b'{"y": 1}\n' + data, "d.jsonl")
    text = json.dumps({"y": 1, "w": 'a,"\\' * 300_000}).encode()
    assert table(text, "d.jsonl").rows == 1
    with pytest.raises(DataError, match="a line does not end within"):
        table(b'{"y": "' + b"x" * (18 << 20) + b'"}', "d.jsonl")


def test_the_flag(tmp_path, capfd):
    path = tmp_path / "d.csv.gz"
    path.write_bytes(gzip.compress(ROWS))
    for text in ("0", "-1", "nan", "inf"):
        assert losscli.cli.run(["compare", str(path), "--max-unpacked", text]) == 2
        assert "--max-unpacked" in capfd.readouterr().err
    for command in (["compare"], ["fit"]):
        assert losscli.cli.run([*command, str(path), "--max-unpacked", "0.001"]) == 2
        error = capfd.readouterr().err
        assert re.search(r"d\.csv\.gz: its \S+ KB unpack to more than 1 MB", error)
        assert "--max-unpacked 0.002" in error
