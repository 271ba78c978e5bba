"""Damaged files of every format end in a table or in a DataError that names the file, in nothing else."""

import bz2
import gzip
import io
import lzma
import random
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from losscli.errors import DataError
from losscli.table import Limits

ARROW = pa.table(
    {
        "y": np.arange(300.0),
        "w": [f"w{i % 7}" for i in range(300)],
        "n": [None if i % 5 == 0 else i for i in range(300)],
        "d": pa.array([f"d{i % 3}" for i in range(300)]).dictionary_encode(),
        "b": [i % 2 == 0 for i in range(300)],
    }
)
CSV = b"y,w,p\n" + b"".join(b'%d,"a ""%d""\r\n",%f\n' % (i, i, i / 3) for i in range(200))


def _ipc(file: bool) -> bytes:
    sink = pa.BufferOutputStream()
    with (pa.ipc.new_file if file else pa.ipc.new_stream)(sink, ARROW.schema) as writer:
        writer.write_table(ARROW)
    return sink.getvalue().to_pybytes()


def _parquet(**options: object) -> bytes:
    file = io.BytesIO()
    pq.write_table(ARROW, file, **options)
    return file.getvalue()


def _zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", CSV)
    return file.getvalue()


FILES = {
    "a.csv": CSV,
    "wide.csv": CSV.decode().encode("utf-16"),
    "a.csv.gz": gzip.compress(CSV),
    "a.csv.bz2": bz2.compress(CSV),
    "a.csv.xz": lzma.compress(CSV),
    "a.csv.zip": _zip(),
    "a.jsonl": b"".join(b'{"y": %d, "w": "\\u00e9%d"}\n' % (i, i) for i in range(100)),
    "a.arrow": _ipc(True),
    "a.arrows": _ipc(False),
    "a.parquet": _parquet(),
    "b.parquet": _parquet(compression="none", use_dictionary=False, data_page_version="2.0"),
}


def damaged(data: bytes, rng: random.Random) -> bytes:
    found = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at, kind = rng.randrange(len(found)), rng.random()
        if kind < 0.6:
            found[at] = rng.randrange(256)
        elif kind < 0.8:
            del found[at : at + rng.randint(1, 20)]
        else:
            found[at:at] = bytes(rng.choices(b'",\r\n\0;\xff1e', k=rng.randint(1, 5)))
    return bytes(found)


@pytest.mark.parametrize("name", FILES)
def test_damage(table, whole, name):
    rng = random.Random(name)
    for _ in range(60):
        try:
            found = table(damaged(FILES[name], rng), name, limits=Limits(chunk=rng.choice([1 << 20, 200])))
        except DataError as error:
            assert name in str(error)
        else:
            whole(found)
            found.where(found.rows, next(iter(found.columns)))
