"""JSON documents: records, columns and data; other shapes get a line that converts them. Lists in cells."""

import gzip
import io
import itertools
import json
import random
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from losscli.data.table import Limits, read
from losscli.errors import DataError, UsageError

ROWS = [{"y": i, "p": i / 7, "w": f"a{i % 3}", "b": None if i % 5 else i} for i in range(50)]
FRAME = pd.DataFrame(ROWS)


def split(frame: pd.DataFrame = FRAME) -> dict[str, object]:
    found = json.loads(frame.to_json(orient="split", double_precision=15))
    found["data"] = [list(row.values()) for row in ROWS]
    return found


DOCUMENTS = {
    "records": ROWS,
    "split": split(),
    "no index": {"columns": list(ROWS[0]), "data": [list(row.values()) for row in ROWS]},
    "data first": {"data": [list(row.values()) for row in ROWS], "index": [], "columns": list(ROWS[0])},
    "wrapped": {"dataframe_split": split()},
}


@pytest.mark.parametrize("shape", DOCUMENTS)
@pytest.mark.parametrize("indent", [None, 2, 0])
def test_documents(table, whole, shape, indent):
    data = json.dumps(DOCUMENTS[shape], indent=indent).encode()
    want = whole(table("".join(json.dumps(row) + "\n" for row in ROWS).encode(), "d.jsonl"))
    for name, file in (
        ("d.json", data),
        ("d.json.gz", gzip.compress(data)),
        ("d.json", b"\xef\xbb\xbf \n" + data),
    ):
        for limits in (Limits(), Limits(chunk=50, memory=0)):
            found = table(file, name, limits=limits)
            assert whole(found) == want
            assert found.notes == ()
    assert whole(table(data, "d")) == want if shape == "records" else True


def test_the_line_of_a_record(table):
    found = table(b'[\n {"y": 1,\n  "p": 2},\n\n {"y": "x", "p": 3}\n]', "d.json")
    assert [found.where(row, "y").line for row in (1, 2)] == [2, 5]
    with pytest.raises(DataError) as caught:
        found.numbers(0, "y")
    assert (caught.value.where.line, caught.value.what) == (5, "'x' (row 2) is not a number")


def test_a_document_on_standard_input():
    program = "from losscli.data.table import read; print(read('-').numbers(0, 'y').tolist())"
    for text in (
        b'[{"y": 1}, {"y": 2.5}]',
        b'\n{"columns": ["y"],\n "data": [[1], [2.5]]}',
        b'{"y": 1}\n{"y": 2.5}',
    ):
        done = subprocess.run([sys.executable, "-c", program], input=text, capture_output=True, check=True)
        assert done.stdout == b"[1.0, 2.5]\n"


OTHERS = {
    "columns": FRAME.to_dict(),
    "index": FRAME.to_dict(orient="index"),
    "values": FRAME[["y", "p"]].values.tolist(),
    "lists": FRAME[["y", "p"]].to_dict(orient="list"),
    "table": {"schema": {"fields": []}, "data": ROWS},
    "nested": {"predictions": ROWS},
    "run": {"run a": {"y": [1, 2], "p": [3, 4]}},
}


@pytest.mark.parametrize("shape", OTHERS)
@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("name", ["it's.json", "d.json.gz"])
def test_the_line_for_another_shape_is_run(tmp_path, python_line, whole, shape, indent, name):
    data = json.dumps(OTHERS[shape], indent=indent, default=str).encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    with pytest.raises(DataError, match="neither an array of records nor columns and data") as caught:
        read(str(path))
    line = caught.value.advice.removeprefix("Make a table of it: ").split("; name the columns")[0]
    python_line(line)
    (made,) = tmp_path.glob("*_plain.csv")
    found = whole(read(str(made)))
    assert found[next(iter(found))][1] is not None
    if shape in ("columns", "index", "table", "nested", "lists"):
        assert [float(x) for x in found["p"]] == [row["p"] for row in ROWS]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[{"y": 1},\n {"y": 2, "y": 3}]', 2, "record 2: the key 'y' stands 2 times"),
        ('[{"y": 1},\n {"y": 2]', 2, "record 2: this is no JSON"),
        ('[{"y": 1},\n {"y": NaN}]', 2, "record 2: NaN is no JSON number"),
        ('[{"y": 1},\n 3]', 2, "record 2 is no object"),
        ('[{"y": 1},\n [2]]', 2, "record 2 is no object"),
        ('[{"y": 1}\n {"y": 2}]', 2, "a ',' is expected"),
        ('[{"y": 1},\n]', 2, "record 2: this is no JSON"),
        ('[{"y": 1}]\n[]', 1, "more behind the end"),
        ('[{"y": 1}', 1, "a ',' is expected"),
        (
            '{"columns": ["y", "p"],\n"data": [[1, 2],\n[3]]}',
            3,
            "record 2 has 1 value, and there are 2 columns",
        ),
        ('{"columns": ["y", "p"],\n"data": [[1, 2],\n{"y": 3}]}', 3, "record 2 is no list"),
        ('{"columns": ["y", "y"],\n"data": [[1, 2]]}', 1, "'y' stands 2 times"),
        ('{"columns": [["y", "a"]],\n"data": [[1]]}', 1, "not named by text"),
        ('{"columns": ["y"],\n"columns": ["y"], "data": [[1]]}', 2, "'columns' stands twice"),
        ('{"columns": ["y"],\n"data": [[1]]', 2, "a ',' is expected"),
        ('{"columns": ["y"],\n"data": [[1]', 2, "it is not closed"),
        ('{"columns": ["y"],\n"data": [[1]]} x', 2, "more behind the end"),
        ('[{"y": [1, 2]},\n{"y": [1]}]', 2, "the list in row 2 has 1 value, and the first has 2"),
        ('[{"y": [1, 2]},\n{"y": 3}]', 2, "has a nested value in row 1, and none in row 2"),
        ('[{"y": [1, 2]},\n{"y": {"a": 3}}]', 2, "has a list or an object in row 1, the other in row 2"),
        ('[{"y": [1, 2]},\n{"y": ["a", 3]}]', 2, "a nested value in row 2 that is no list of numbers"),
        ('[{"y": [1, 2]},\n{"y": []}]', 2, "a nested value in row 2"),
        ('[{"y": 1, "z": ' + "[" * 100_000, 1, "nested too deeply"),
        ('[{"y": 1, "p_0": 1, "p": [1]}]', None, "'p_0'"),
        ("[]", None, "no rows"),
        ('{"columns": ["y"], "data": []}', None, "no rows"),
    ],
)
def test_documents_refused(table, text, line, words):
    for limits in (Limits(), Limits(chunk=3)):
        with pytest.raises(DataError) as caught:
            table(text.encode(), "d.json", limits=limits)
        assert words in caught.value.what
        assert caught.value.where.line == line


def test_documents_that_are_too_long(table):
    records = b"[" + b",".join([b'{"y": 1}'] * 100) + b"]"
    with pytest.raises(DataError, match="more than 100 bytes") as caught:
        table(records, "d.json", limits=Limits(document=100))
    assert "jq -c '.[]' " in caught.value.advice
    with pytest.raises(DataError, match="more than 100 bytes") as caught:
        table(
            b'{"columns": ["y"], "data": [' + b"[1]," * 99 + b"[1]]}", "d.json", limits=Limits(document=100)
        )
    assert "python -c" in caught.value.advice
    wide = b'[{"y": [' + b"1," * 600_000 + b"1]}]"
    with pytest.raises(DataError, match="more than 100,000 values"):
        table(wide, "d.json")


def test_damaged_documents(table):
    """Cut or changed anywhere, a document is read or refused, and never as more or other rows."""
    rng = random.Random(0)
    for shape, document in DOCUMENTS.items():
        data = json.dumps(document).encode()
        for _ in range(60):
            place = rng.randrange(len(data))
            broken = rng.choice(
                (data[:place], data[:place] + rng.choice(b'[]{},":1a ').to_bytes() + data[place + 1 :])
            )
            try:
                found = table(broken, "d.json")
            except DataError as error:
                assert "d.json" in str(error), shape
            else:
                assert found.rows <= len(ROWS)


def test_columns_have_no_other_names(table):
    with pytest.raises(UsageError, match="a JSON file has names of its own"):
        table(b'[{"y": 1}]', "d.json", columns=("a",))


def parquet(found: pa.Table) -> bytes:
    file = io.BytesIO()
    pq.write_table(found, file, row_group_size=40)
    return file.getvalue()


TYPES = {
    "list": pa.list_(pa.float64()),
    "large": pa.large_list(pa.float32()),
    "fixed": pa.list_(pa.float64(), 3),
    "struct": pa.struct([("0", pa.float64()), ("1", pa.int8()), ("2", pa.float64())]),
}


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("first", [0, 1, 45])
def test_lists_in_parquet(table, kind, first):
    rng = np.random.default_rng(0)
    p = rng.integers(0, 9, size=(120, 3)).astype(float)
    cells = [None if i < first or i % 7 == 6 else row for i, row in enumerate(p.tolist())]
    if kind == "struct":
        cells = [row and {str(i): x for i, x in enumerate(row)} for row in cells]
    data = parquet(pa.table({"y": range(120), "proba": pa.array(cells, TYPES[kind]), "z": range(120)}))
    found = table(data, "d.parquet")
    assert list(found.columns) == ["y", "proba_0", "proba_1", "proba_2", "z"]
    want = np.array([[np.nan] * 3 if cell is None else row for cell, row in zip(cells, p, strict=True)])
    for place in range(3):
        assert found.columns[f"proba_{place}"].part_of == ("proba", str(place))
        assert np.array_equal(found.numbers(0, f"proba_{place}"), want[:, place], equal_nan=True)
    rows = [{"y": i, "proba": cell, "z": i} for i, cell in enumerate(cells)]
    for data, name in (
        ("".join(json.dumps(row) + "\n" for row in rows), "d.jsonl"),
        (json.dumps(rows, indent=3), "d.json"),
    ):
        same = table(data.encode(), name)
        assert {n: c for n, c in same.columns.items()} == dict(found.columns) or first
        assert set(same.columns) == set(found.columns)
        for place in range(3):
            assert np.array_equal(same.numbers(0, f"proba_{place}"), want[:, place], equal_nan=True)


@pytest.mark.parametrize("kind", ["list", "large"])
def test_lists_of_other_lengths(table, kind):
    cells = [[0.5, 0.5]] * 90 + [None, [1.0]]
    data = parquet(pa.table({"y": range(92), "p": pa.array(cells, TYPES[kind])}))
    with pytest.raises(DataError, match="the list in row 92 has 1 value, and the first has 2") as caught:
        table(data, "d.parquet")
    assert caught.value.where.column == "p"
    for cells in ([[], []], [None, None]):
        with pytest.raises(DataError, match="lists without a value"):
            table(parquet(pa.table({"p": pa.array(cells, TYPES[kind])})), "d.parquet")
    with pytest.raises(DataError, match="'p_0' 2 times"):
        table(parquet(pa.table({"p": [[1.0]], "p_0": [1.0]})), "d.parquet")
    with pytest.raises(DataError, match="more than 3 places"):
        table(parquet(pa.table({"p": [[1.0] * 4]})), "d.parquet", limits=Limits(columns=3))


def test_json_of_pandas_is_read_to_the_bit(table):
    for orient, indent in itertools.product(("records", "split"), (0, 4)):
        text = FRAME.to_json(orient=orient, indent=indent, double_precision=15)
        found = table(text.encode(), "d.json")
        again = json.loads(text)
        rows = (
            again
            if orient == "records"
            else [dict(zip(again["columns"], r, strict=True)) for r in again["data"]]
        )
        assert found.numbers(0, "p").tolist() == [row["p"] for row in rows]
