"""Hostile and damaged archives: the one member is read whole, or nothing is; nothing is written anywhere."""

import bz2
import gzip
import io
import lzma
import os
import re
import struct
import zipfile
import zlib

import pytest

from losscli.errors import DataError

TABLE = b"y,p\n1,1.5\n2,2.5\n"
READ = {"y": ["1", "2"], "p": ["1.5", "2.5"]}
LONG = b"y,p\n" + b"".join(b"%d,%d.25\n" % (i, i * i % 977) for i in range(40_000))


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytearray:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return bytearray(file.getvalue())


def patched(fields: dict[str, tuple[int, str, int]], *, local: bool = False) -> bytes:
    """An archive whose list of members (or header too) says something else: name → (place, form, value)."""
    data = zipped(("a.csv", TABLE))
    start = data.index(b"PK\x01\x02")
    for place, form, value in fields.values():
        struct.pack_into(form, data, start + place, value)
        if local:
            struct.pack_into(form, data, place - 2, value)
    return bytes(data)


FLAGS, METHOD = (8, "<H"), (10, "<H")
CRC, PACKED, SIZE, OFFSET = (16, "<I"), (20, "<I"), (24, "<I"), (42, "<I")
ONE = bytes(zipped(("a.csv", TABLE)))
BOXED, TWICE = bytes(zipped(("in.zip", ONE))), bytes(zipped(("a.csv.gz", gzip.compress(TABLE))))
OFFICE = bytes(zipped(("[Content_Types].xml", b"x"), ("xl/a.xml", b"y")))
NINE = bytes(zipped(*[(f"{i}.csv", TABLE) for i in range(9)]))
FOLDERS = bytes(zipped(*[(f"{i:0999}/", b"") for i in range(1_100)]))


@pytest.mark.parametrize(
    "name",
    [
        "../../x.csv",
        "/etc/passwd",
        "C:\\x.csv",
        "a\x1b[31m\n.csv",
        "\u202evsc.a",
        " ",
        "x" * 5_000,
        "con.txt",
    ],
)
def test_the_name_of_a_member_is_nothing_but_a_name(table, whole, tmp_path, name):
    before = sorted(os.listdir(tmp_path))
    assert whole(table(bytes(zipped((name, TABLE))), "d.zip")) == READ
    assert sorted(os.listdir(tmp_path)) == [*before, "d.zip"]


def test_a_member_without_a_name(table, whole):
    end = ONE.index(b"PK\x01\x02")
    data = bytearray(ONE.replace(b"a.csv", b""))
    struct.pack_into("<H", data, 26, 0)  # the lengths of the name, and where things lie without it
    struct.pack_into("<H", data, end - 5 + 28, 0)
    struct.pack_into("<2I", data, len(data) - 10, 46, end - 5)
    assert whole(table(bytes(data), "d.zip")) == READ


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
@pytest.mark.parametrize("data", [TABLE, LONG])
def test_methods(table, whole, method, data):
    archive = bytes(zipped(("a.csv", data), method=method))
    assert whole(table(archive, "d.zip")) == whole(table(data))
    for cut in (30, len(archive) // 2, len(archive) - 23, len(archive) - 1):
        with pytest.raises(DataError, match="no whole zip file"):
            table(archive[:cut], "d.zip")


def test_resource_forks_are_no_members(table, whole):
    assert whole(table(bytes(zipped(("a.csv", TABLE), ("__MACOSX/._a.csv", b"\0\5\x16\7"))), "d.zip")) == READ


@pytest.mark.parametrize(
    ("data", "words", "advice"),
    [
        (patched({"flag": (*FLAGS, 1)}, local=True), "its member 'a.csv' is encrypted", "with its password"),
        (patched({"method": (*METHOD, 9)}, local=True), "packed by method 9 Deflate64, which", "Unpack it"),
        (patched({"method": (*METHOD, 77)}, local=True), "packed by method 77, which is not", "Unpack it"),
        (bytes(zipped(("a.csv", TABLE), method=zipfile.ZIP_LZMA)), "by method 14 LZMA", "Unpack it"),
        (bytes(zipped(("folder/", b""))), "the archive has 0 members", "exactly one member"),
        (bytes(zipped()), "the archive has 0 members", "exactly one member"),
        (NINE, "9 members: '0.csv', '1.csv', '2.csv', '3.csv', '4.csv', …", "exactly one member"),
        (bytes(zipped(("a.csv", b""))), "the file is empty", "names of its columns"),
        (BOXED, "packed again: 'in.zip'", "Unpack it once"),
        (TWICE, "packed again: 'a.csv.gz'", "Unpack it once"),
        (bytes(zipped(("a.csv", bz2.compress(TABLE)))), "packed again: 'a.csv'", "Unpack it once"),
        (bytes(zipped(("a.tar", TABLE))), "an archive of several files is not", "Save the table"),
        (bytes(zipped(("a.xlsx", TABLE))), "a spreadsheet is not read", "Save the table"),
        (OFFICE, "an Office document is not read", "Save the table"),
        (FOLDERS, "its list of members is longer than 1 MB", "Unpack"),
    ],
)  # fmt: skip
def test_refused(table, data, words, advice):
    for name in ("d.zip", "d.csv.zip", "d"):
        with pytest.raises(DataError, match=re.escape(words)) as caught:
            table(data, name)
        assert advice in caught.value.advice
        assert caught.value.where.file.endswith(name)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (patched({"size": (*SIZE, 8)}), "unpacks to 16 bytes, and the archive says 8"),
        (patched({"size": (*SIZE, 200)}), "unpacks to 16 bytes, and the archive says 200"),
        (patched({"size": (*SIZE, 10), "crc": (*CRC, zlib.crc32(TABLE[:10]))}), "and the archive says 10"),
        (patched({"crc": (*CRC, 1)}), "the checksum of 'a.csv' does not fit"),
        (patched({"packed": (*PACKED, 5)}), "does not end where the archive says"),
        (patched({"packed": (*PACKED, 30)}), "reaches into the list of members"),
        (patched({"packed": (*PACKED, 1 << 31)}), "reaches into the list of members"),
        (patched({"offset": (*OFFSET, 3)}), "there are bytes before its first member"),
        (patched({"method": (*METHOD, 0)}), "is not what the list of members says"),
        (ONE * 2, "there are bytes before its first member"),
        (b"x" + ONE, "its first bytes are not those of a zip file"),
        (ONE + b"x", "there are bytes behind its end"),
        (ONE.replace(b"a.csv", b"b.csv", 1), "is not what the list of members says"),
        (ONE[:-22], "not a zip file"),
    ],
)  # fmt: skip
def test_damaged(table, data, words):
    with pytest.raises(DataError, match=re.escape(words)) as caught:
        table(data, "d.zip")
    assert caught.value.where.file.endswith("d.zip")


def test_two_members_that_overlap_are_two_members(table):
    data = zipped(("a.csv", TABLE), ("b.csv", TABLE))
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    struct.pack_into("<I", data, second + 42, 0)
    with pytest.raises(DataError, match="the archive has 2 members"):
        table(bytes(data), "d.zip")


def packed(kind: str, data: bytes) -> bytes:
    return {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}[kind](data)


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz"])
def test_streams_in_a_row(table, whole, kind):
    half = LONG.index(b"\n", len(LONG) // 2) - 3  # within a line
    parts = packed(kind, LONG[:half]), packed(kind, b""), packed(kind, LONG[half:])
    want = whole(table(LONG))
    for data in (b"".join(parts), b"".join(parts) + b"\0" * 512):
        assert whole(table(data, f"d.csv.{kind}")) == want
        assert whole(table(data, "d")) == want
    for data in (parts[0] + parts[2][:-3], parts[0] + b"\0" * 4 + b"x", parts[0] + b"y,p\n"):
        with pytest.raises(DataError, match="no whole"):
            table(data, f"d.csv.{kind}")
    flipped = bytearray(parts[0])
    flipped[-6] ^= 1
    with pytest.raises(DataError, match="no whole"):
        table(bytes(flipped), f"d.csv.{kind}")


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz"])
def test_packed_twice(table, kind):
    for name in (f"d.csv.{kind}", f"d.csv.{kind}.{kind}", "d"):
        with pytest.raises(DataError, match="what is packed in it is packed again") as caught:
            table(packed(kind, packed(kind, TABLE)), name)
        assert caught.value.advice == "Unpack it once."


@pytest.mark.parametrize("name", ["d.csv.gz", "d.csv.bz2", "d.csv.xz", "d.csv.zst", "d.csv.zip"])
def test_a_name_that_says_packed_of_a_file_that_is_not(table, name):
    with pytest.raises(DataError, match=r"its first bytes are not those of a \w+ file") as caught:
        table(TABLE, name)
    assert caught.value.advice == "If it is not packed, give it a name that does not say so."


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz"])
def test_packed_files_under_other_names(table, whole, kind):
    for name in ("d.csv", "d.csv.zip", "d.csv.gz", "d"):
        assert whole(table(packed(kind, TABLE), name)) == READ
