"""Parquet, Arrow and JSON Lines: the same strictness."""

import datetime as dt
import decimal
import gzip
import io
import json
import re

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from losscli.data.table import BLOCK, ColumnType, Limits, read
from losscli.errors import DataError

ROWS = [
    {"y": 1, "p": 1.5, "w": "a", "b": True},
    {"y": None, "p": float("nan"), "w": None, "b": None},
    {"y": -3, "p": float("inf"), "w": "", "b": False},
]
WANT = {
    "y": ["1", None, "-3"],
    "p": ["1.5", None, "inf"],
    "w": ["a", None, None],
    "b": ["True", None, "False"],
}


def parquet(table: pa.Table, **options: object) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    return file.getvalue()


def ipc(table: pa.Table, file: bool) -> bytes:
    sink = pa.BufferOutputStream()
    with (pa.ipc.new_file if file else pa.ipc.new_stream)(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=40_000)
    return sink.getvalue().to_pybytes()


FORMATS = {
    "d.parquet": parquet,
    "d.feather": lambda table: ipc(table, True),
    "d.arrows": lambda table: ipc(table, False),
}


@pytest.mark.parametrize("name", FORMATS)
def test_columnar(table, whole, name):
    arrow = pa.Table.from_pylist(ROWS)
    data = FORMATS[name](arrow)
    for file in (name, "unknown", name + ".gz"):
        found = table(gzip.compress(data) if file.endswith(".gz") else data, file)
        assert whole(found) == WANT
        assert [found.columns[n].type.value for n in "ypwb"] == ["number", "number", "text", "text"]
        assert (found.columns["p"].missing, found.columns["p"].first_infinite) == (1, 3)
        assert found.where(2, "p").line is None
        assert found.where(2, "p").column == "p"


@pytest.mark.parametrize("name", FORMATS)
def test_columnar_half_a_file(table, name):
    data = FORMATS[name](pa.table({"y": np.arange(5_000.0), "p": np.arange(5_000.0)}))
    for cut in (0, 3, 20, len(data) // 3, len(data) // 2, len(data) - 9):
        with pytest.raises(DataError):
            table(data[:cut], name)


def test_columnar_stream_with_more_behind(table):
    data = FORMATS["d.arrows"](pa.table({"y": [1.0]}))
    with pytest.raises(DataError, match="more bytes"):
        table(data + data, "d.arrows")


def test_columnar_types(table, whole):
    arrow = pa.table(
        {
            "half": pa.array([1.5], pa.float16()),
            "small": pa.array([-7], pa.int8()),
            "big": pa.array([2**53], pa.uint64()),
            "exact": pa.array([2**62], pa.int64()),
            "decimal": pa.array([decimal.Decimal("0.10")], pa.decimal128(10, 2)),
            "label": pa.array(["x"]).dictionary_encode(),
            "code": pa.array([5]).dictionary_encode(),
            "large": pa.array(["x"], pa.large_string()),
            "view": pa.array(["x"], pa.string_view()),
            "none": pa.nulls(1),
            "day": pa.array([dt.date(2026, 1, 2)]),
            "time": pa.array([dt.datetime(2026, 1, 2, 3)], pa.timestamp("s")),
        }
    )
    want = ["1.5", "-7", "9007199254740992", repr(2.0**62), "0.1", "x", "5", "x", "x", None]
    want += ["2026-01-02", "2026-01-02 03:00:00"]
    assert [column[0] for column in whole(table(ipc(arrow, True), "d.arrow")).values()] == want


def test_columnar_integers_that_are_no_doubles(table, whole):
    data = parquet(pa.table({"id": [1, 2**53 + 1]}))
    with pytest.raises(DataError, match="row 2: '9007199254740993'") as caught:
        table(data, "d.parquet").numbers(0, "id")
    assert caught.value.where.column == "id"
    found = table(data, "d.parquet", text=frozenset({"id"}))
    assert whole(found) == {"id": ["1", "9007199254740993"]}
    with pytest.raises(DataError, match="row 1"):
        table(parquet(pa.table({"u": pa.array([2**64 - 1], pa.uint64())})), "d.parquet").numbers(0, "u")
    with pytest.raises(DataError, match="row 1"):
        values = pa.array([decimal.Decimal("12345678901234567891")], pa.decimal128(20, 0))
        table(parquet(pa.table({"u": values})), "d.parquet").numbers(0, "u")


def test_columnar_refuses(table):
    with pytest.raises(DataError, match="neither numbers nor text"):
        table(parquet(pa.table({"y": [[[1, 2]]]})), "d.parquet")
    with pytest.raises(DataError, match="no rows"):
        table(parquet(pa.table({"y": pa.array([], pa.float64())})), "d.parquet")
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["y", "y"])
    with pytest.raises(DataError, match="'y' 2 times"):
        table(ipc(twice, True), "d.arrow")


@pytest.mark.parametrize("name", FORMATS)
def test_columnar_blocks(table, name):
    rows = 3 * BLOCK + 17
    x = np.random.default_rng(0).normal(size=rows)
    data = FORMATS[name](pa.table({"x": x, "n": np.arange(rows)}))
    for limits in (Limits(), Limits(memory=0)):
        found = table(data, name, limits=limits)
        assert np.array_equal(np.concatenate([found.numbers(i, "x") for i in range(4)]), x)
        assert found.columns["n"].sequence == 0


def test_json_lines(table, whole):
    data = b'{"y": 1, "p": 1.5, "w": "a", "b": true}\n\n{"p": null, "w": null}\r\n'
    data += b'{"b": false, "y": -3e0, "w": ""}'
    want = {**WANT, "p": ["1.5", None, None]}
    for file in ("d.jsonl", "d.ndjson", "unknown", "d.json"):
        found = table(data, file)
        assert whole(found) == want
        assert [found.columns[name].type.value for name in "ypwb"] == ["number", "number", "text", "text"]
        assert found.where(2, "p").line == 3
    assert whole(table(b"\xef\xbb\xbf" + data, "d.jsonl")) == want
    assert whole(table(data.decode().encode("utf-16"), "d.jsonl")) == want


def test_json_lines_late_news(table, whole):
    lines = [{"y": i, "p": i / 7} for i in range(1_000)]
    lines[700]["late"] = 5
    lines[900]["p"] = "abc"
    data = "".join(json.dumps(line) + "\n" for line in lines).encode()
    for limits in (Limits(), Limits(chunk=100)):
        found = table(data, "d.jsonl", limits=limits)
        assert list(found.columns) == ["y", "p", "late"]
        assert (found.columns["late"].missing, found.columns["late"].high) == (999, 5)
        assert (found.columns["p"].numeric, found.columns["p"].first_word) == (999, (901, "abc"))
        assert whole(found)["p"][7] == repr(7 / 7)


def test_json_lines_keep_what_is_written(table, whole):
    data = b'{"id": 12345678901234567890, "n": "007", "x": 0.1000, "m": "NA"}\n'
    data += b'{"id": 1, "n": "8", "x": "b", "m": 2}\n'
    found = table(data, "d.jsonl", text=frozenset({"id"}))
    assert whole(found) == {
        "id": ["12345678901234567890", "1"],
        "n": ["007", "8"],
        "x": ["0.1000", "b"],
        "m": [None, "2"],
    }
    assert found.columns["n"].type is ColumnType.TEXT


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b'{"y": 1', "at character 8"),
        (b'{"y": 1} x', "no JSON object: Extra data"),
        (b"[1, 2]", "no JSON object"),
        (b"3", "no JSON object"),
        (b'{"y": NaN}', "NaN is no JSON number"),
        (b'{"y": -Infinity}', "Infinity is no JSON number"),
        (b'{"y": 1, "y": 2}', "'y' stands 2 times"),
        (b'{"y": {"z": {}}}', "'y' holds a nested value in row 2"),
        (b'{"y": [[1]]}', "nested value in row 2"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"y": "\xe9"}', "0xe9 at offset 16 is not UTF-8"),
        (b'{"y": "\\ud800"}', "half of a surrogate"),
        (b'{"\\ud800": 1}', "half of a surrogate"),
        (b'{"y": "a\tb"}', "control character"),
    ],
)
def test_json_lines_errors(table, line, words):
    with pytest.raises(DataError, match=re.escape(words)) as caught:
        table(b'{"y": 1}\n' + line + b"\n", "d.jsonl")
    assert caught.value.where.line == 2


@pytest.mark.parametrize(
    ("field", "words"),
    [
        (b"9007199254740993", "row 2: '9007199254740993' is a whole number"),
        (b"1e400", "too large"),
        (b"9" * 5_000, "too large"),
    ],
)
def test_json_lines_number_that_no_double_holds(table, field, words):
    found = table(b'{"y": 1, "id": 1}\n{"y": ' + field + b', "id": 2}\n', "d.jsonl")
    assert found.numbers(0, "id").tolist() == [1.0, 2.0]
    with pytest.raises(DataError, match=re.escape(words)) as caught:
        found.numbers(0, "y")
    assert caught.value.where.line == 2


def test_json_lines_without_rows(table):
    for data, words in (
        (b"", "is empty"),
        (b"\n\n", "no rows"),
        (b"{}\n", "no rows"),
        (b"[\n1]", "neither an array of records"),
    ):
        with pytest.raises(DataError, match=words):
            table(data, "d.jsonl")


def test_same_table_in_every_format(table, tmp_path, whole):
    rng = np.random.default_rng(2)
    columns = {"y": rng.normal(size=50), "w": [f"w {i % 7}" for i in range(50)]}
    arrow = pa.table(columns)
    rows = arrow.to_pylist()
    text = "y,w\n" + "".join(f"{row['y']!r},{row['w']}\n" for row in rows)
    (tmp_path / "d.csv").write_text(text)
    (tmp_path / "d.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for name, made in FORMATS.items():
        (tmp_path / name).write_bytes(made(arrow))
    tables = [read(str(path)) for path in sorted(tmp_path.iterdir())]
    assert len(tables) == 5
    assert len({str(whole(found)) for found in tables}) == 1
    assert len({str(dict(found.columns)) for found in tables}) == 1
