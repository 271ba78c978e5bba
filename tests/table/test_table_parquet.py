"""Of a wide Parquet file only those columns are read whose values are asked for."""

import io
import pickle

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import losscli.cli
from losscli.data.table import BLOCK, ColumnType, Limits, ReadOptions, read, read_frame
from losscli.data.table.store import Store
from losscli.errors import DataError

ROWS = 500
RANDOM = np.random.default_rng(3)


def wide(**more: object) -> tuple[bytes, pa.Table]:
    """A file of 40 features, a target and a prediction, and what it holds."""
    y = RANDOM.normal(size=ROWS)
    columns = {f"f{i}": RANDOM.normal(size=ROWS) for i in range(40)}
    file = io.BytesIO()
    table = pa.table({**columns, "y": y, "pred": y + 0.1 * RANDOM.normal(size=ROWS), **more})
    pq.write_table(table, file, row_group_size=100, write_page_checksum=True, use_dictionary=False)
    return file.getvalue(), table


def damaged(data: bytes, name: str) -> bytes:
    """The file with other bytes in the pages of a column."""
    metadata = pq.read_metadata(io.BytesIO(data))
    place = metadata.schema.names.index(name)
    group = metadata.row_group(3).column(place)
    start = group.data_page_offset + group.total_compressed_size // 2
    return data[:start] + b"\xff" * 16 + data[start + 16 :]


@pytest.fixture
def in_place(write, monkeypatch):
    def run(words: list[str], data: bytes) -> int:
        typed = [words[0], write(data, "d.parquet"), *words[1:]]
        monkeypatch.setattr("sys.argv", ["losscli", *typed])
        return losscli.cli.run(typed)

    return run


@pytest.mark.parametrize("words", [["compare", "--loss", "mae"], ["roles", "--all"]])
def test_columns_without_a_role_are_not_read(in_place, capfd, words):
    text = [f"{i} words" for i in range(ROWS)]
    data, _ = wide(**({"review": text} if words[0] == "compare" else {}))
    assert in_place(words, data) == 0
    answer = capfd.readouterr()[0]
    for name in ("f0", "f13", "f39", *(("review",) if words[0] == "compare" else ())):
        data = damaged(data, name)
    assert in_place(words, data) == 0
    assert capfd.readouterr()[0] == answer


@pytest.mark.parametrize("words", [["compare", "--loss", "mae"], ["fit", "--loss", "mse"], ["advise"]])
def test_damage_where_values_are_needed(in_place, capfd, words):
    data, _ = wide()
    assert in_place(words, damaged(data, "y" if words[0] == "compare" else "f7")) == 2
    assert "d.parquet: this is no whole Parquet file" in capfd.readouterr()[1]


def test_late_columns_are_as_read_at_once(table):
    more = {
        "spelled": [f"{i}" for i in range(ROWS)],
        "word": ["a", None] * (ROWS // 2),
        "truth": [True, False] * (ROWS // 2),
        "pair": [[1.0, i] for i in range(ROWS)],
        "a.b": list(range(ROWS)),
        "a": [2**53 + 1] * ROWS,
    }
    data, columns = wide(**more)
    late = table(data, "late.parquet", limits=Limits(memory=0))
    assert late.columns["f3"].type is ColumnType.NUMBER
    assert list(late.columns)[-8:] == ["pred", "spelled", "word", "truth", "pair_0", "pair_1", "a.b", "a"]
    for start in range(0, columns.num_columns, 10):  # few columns are read at once
        file = io.BytesIO()
        pq.write_table(columns.select(range(start, min(start + 10, columns.num_columns))), file)
        once = table(file.getvalue(), "once.parquet")
        for name in once.columns:
            assert late.text(0, name) == once.text(0, name) if name != "a" else True
            assert late.columns[name] == once.columns[name]
            assert repr(late.columns[name]) == repr(once.columns[name])


def test_a_late_column_of_a_file_that_has_changed(write):
    path = write(wide()[0], "d.parquet")
    found = read(path)
    assert found.numbers(0, "f1").shape == (ROWS,)
    write(wide()[0], "d.parquet")
    with pytest.raises(DataError, match="the file was changed while it was being read"):
        found.numbers(0, "f2")
    assert found.numbers(0, "f1").shape == (ROWS,)


@pytest.mark.parametrize("packing", [".gz", ".zst"])
def test_packed(table, packing):
    data, columns = wide()
    file = pa.BufferOutputStream()
    with pa.CompressedOutputStream(file, {".gz": "gzip", ".zst": "zstd"}[packing]) as stream:
        stream.write(data)
    found = table(file.getvalue().to_pybytes(), f"d.parquet{packing}")
    assert np.array_equal(found.numbers(0, "f9"), columns["f9"].to_numpy())


def test_rows_in_groups_of_any_length(table):
    rows = 3 * BLOCK + 17
    x = np.arange(float(rows))
    for size in (BLOCK, 50_000, 1_000):
        file = io.BytesIO()
        pq.write_table(pa.table({"y": x, "p": x / 3}), file, row_group_size=size)
        found = table(file.getvalue(), "d.parquet", limits=Limits(memory=0 if size == 50_000 else 1 << 30))
        blocks = [found.numbers(block, "p") for block in range(4)]
        assert [len(block) for block in blocks] == [BLOCK] * 3 + [17]
        assert np.array_equal(np.concatenate(blocks), x / 3)


def test_a_worker_keeps_what_it_reads(monkeypatch):
    store = Store(1, 0)
    store.put(0, np.arange(3.0))
    monkeypatch.setattr("losscli.data.table.store.os.getpid", lambda: -1)
    store.put(0, np.arange(4.0))  # not in the file, where another worker may write
    assert store.get(0, 1).tolist() == [0, 1, 2, 3]
    monkeypatch.undo()
    store.put(0, np.arange(5.0))
    assert [len(store.get(0, i)) for i in range(3)] == [3, 4, 5]


def test_named_text_stays_text(table):
    data, _ = wide(code=[f"{i}" for i in range(ROWS)])
    found = table(data, "d.parquet", text=frozenset({"code"}))
    assert found.columns["code"].type is ColumnType.TEXT
    assert ReadOptions().text == frozenset()


@pytest.mark.parametrize("kind", ["parquet", "csv", "frame"])
def test_a_table_that_is_sent_to_another_process(table, kind):
    data, columns = wide()
    if kind == "parquet":
        found = table(data, "d.parquet")
    elif kind == "csv":
        found = table(b"f1,f2,f3\n1,2,3\n4,5,6\n")
    else:
        found = read_frame(columns, "d")
    assert found.columns["f1"].missing == 0
    for name in ("f1", "f2"):
        here, there = found.columns[name], pickle.loads(pickle.dumps(found.columns[name]))
        assert (there.name, there.type) == (name, ColumnType.NUMBER)
        if name == "f1" or kind != "parquet":
            assert there == here
        else:
            with pytest.raises(OSError, match="in another process"):
                _ = there.missing
    origin, parts = pickle.loads(pickle.dumps((found.origin, found.parts)))
    assert (origin.path, origin.shown) == (found.path, found.origin.shown)
    assert [(one.shown, one.before) for one in parts] == [(one.shown, one.before) for one in found.parts]
    with pytest.raises(OSError, match="in another process"):
        _ = parts[0].line(1) if kind == "csv" else origin.input
