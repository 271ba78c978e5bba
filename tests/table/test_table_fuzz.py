"""Mutated files end in the only table they may be, or in a DataError that names the file; a short run of the
fuzzer, and what longer ones have found."""

import itertools
import random
import re
import subprocess
import sys
from collections import Counter

import exact_reader
import fuzz
import pytest

from losscli.data.table import Limits
from losscli.errors import DataError


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_mutated_files(seed):
    counts = Counter(itertools.islice(fuzz.run(seed, share=0.03), 200))
    assert counts["refused"] > 50
    assert counts["read"] > 20
    assert counts["compared"] + counts["not compared"] > 0


@pytest.mark.parametrize("name", sorted(fuzz.arrow_files()))
def test_damaged_columns(tmp_path, name):
    rng = random.Random(name)
    whole = fuzz.arrow_files()[name]
    steps = (fuzz.flip, fuzz.cut, fuzz.swap, fuzz.overwrite)
    counts = Counter(fuzz.check(name, rng.choice(steps)(whole, rng), tmp_path, rng) for _ in range(40))
    assert counts["refused"]
    assert fuzz.check(name, whole, tmp_path, rng) == "read"


@pytest.mark.parametrize("text", fuzz.TEXTS)
def test_the_second_reader_reads_what_is_whole(tmp_path, text):
    rng = random.Random(0)
    for name in ("a.csv", "a", *fuzz.PACKED):
        data = fuzz.PACKED[name](text) if name in fuzz.PACKED else text
        assert fuzz.check(name, data, tmp_path, rng) == "read"
    assert fuzz.check("a.jsonl", fuzz.JSON, tmp_path, rng) == "read"


def test_the_fuzzer_sees_a_difference(table):
    found = table(b"y,w,p\n1,a,0.5\n2,,1e300\n")
    number, text = exact_reader.Column, exact_reader.Column
    want = {"y": number([1.0, 2.0], None), "w": text(None, ["a", ""]), "p": number([0.5, 1e300], None)}
    assert fuzz.difference(found, want) is None
    for name, wrong in (
        ("y", number([1.0, 2.0000000000000004], None)),
        ("y", number([1.0, float("nan")], None)),
        ("y", text(None, ["1", "2"])),
        ("y", number([1.0, 2.0], None, inexact=True)),
        ("w", text(None, ["a", " "])),
        ("p", number([0.5], None)),
    ):
        assert fuzz.difference(found, want | {name: wrong}) is not None
    assert fuzz.difference(found, dict(reversed(want.items()))) is not None
    assert fuzz.difference(table(b"y\n0.0\n"), {"y": number([-0.0], None)}) is not None


@pytest.mark.parametrize("chunk", [1 << 20, 20, 9, 1])
def test_a_mark_within_a_file_is_a_sign_of_the_text(table, whole, chunk):
    data = b"id,y,p\na,1,2\n\xef\xbb\xbf,3,4\n\xef\xbb\xbfb,5,6\n\xef\xbb\xbf7,8,9\n"
    want = ["a", "\ufeff", "\ufeffb", "\ufeff7"]
    assert whole(table(data, limits=Limits(chunk=chunk)))["id"] == want


@pytest.mark.parametrize("sign", ["é", "+", "1", "a", "."])
def test_a_mark_of_a_delimiter_that_can_be_none(table, sign):
    with pytest.raises(DataError, match=re.escape(f"'{sign}' is no delimiter")) as caught:
        table(f"sep={sign}\ny{sign}p\n1{sign}2\n".encode())
    assert caught.value.where.line == 2
    assert "--delimiter" in caught.value.advice


FLIPPED = """
import sys
from pathlib import Path
from losscli.errors import DataError
from losscli.data.table import read
path = Path(sys.argv[1])
data = bytearray(path.read_bytes())
refused = 0
start = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
for place in range(start, start + 250):
    data[place] ^= 16
    path.write_bytes(data)
    try:
        read(str(path))
    except DataError:
        refused += 1
    data[place] ^= 16
print(refused)
"""


def test_no_damage_to_the_footer_ends_the_process(tmp_path):
    path = tmp_path / "d.parquet"
    path.write_bytes(fuzz.arrow_files()["a.parquet"])
    command = [sys.executable, "-c", FLIPPED, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) > 50
