"""Files of a folder or a pattern are one table: that of all their rows in one file."""

import hashlib
import json
import os
import random
import resource
import subprocess
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

import losscli.cli
from losscli.data.table import BLOCK, ColumnType, Limits, ReadOptions, read
from losscli.errors import DataError

ROWS = 400
RANDOM = np.random.default_rng(7)
COLUMNS = pa.table(
    {
        "y": RANDOM.gamma(2, 3, ROWS),
        "pred_a": pa.array(RANDOM.normal(size=ROWS), mask=RANDOM.random(ROWS) < 0.02),
        "count": RANDOM.integers(0, 9, ROWS),
        "word": [random.Random(i).choice(["a", "b", "", "c d"]) for i in range(ROWS)],
        "spelled": [f"{i}.5" for i in range(ROWS)],
        "late_word": [*(str(i) for i in range(ROWS - 1)), "x"],
        "late_zero": [*(str(i) for i in range(ROWS - 1)), "007"],
        "big": [*range(ROWS - 1), 2**53 + 1],
    }
)


def csv(table: pa.Table, path: Path) -> None:
    pyarrow.csv.write_csv(table, path)


def jsonl(table: pa.Table, path: Path) -> None:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in table.to_pylist()))


def arrow(table: pa.Table, path: Path) -> None:
    with pa.ipc.new_file(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=37)


def parquet(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, row_group_size=53)


WRITERS = {"csv": csv, "jsonl": jsonl, "arrow": arrow, "parquet": parquet}


def written(folder: Path, kind: str, table: pa.Table = COLUMNS, cuts: tuple[int, ...] = (100, 250)) -> str:
    """The table in parts, cut before these rows; the pattern that names them."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (start, end) in enumerate(zip((0, *cuts), (*cuts, table.num_rows), strict=True)):
        WRITERS[kind](table.slice(start, end - start), folder / f"part-{number:02}.{kind}")
    return str(folder / f"part-*.{kind}")


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("seed", range(4))
def test_cuts_do_not_matter(tmp_path, whole, kind, seed):
    rng = random.Random(seed)
    WRITERS[kind](COLUMNS, tmp_path / f"one.{kind}")
    cuts = tuple(sorted(rng.choices(range(ROWS), k=rng.randrange(1, 6))))  # a part may have no rows
    limits = Limits(chunk=rng.choice([500, 1 << 20]), memory=rng.choice([0, 1 << 30]))
    if kind == "jsonl":
        cuts = tuple(sorted({cut for cut in cuts if cut} or {9}))  # an empty file is none
    one = read(str(tmp_path / f"one.{kind}"), limits=limits)
    found = read(written(tmp_path / "parts", kind, cuts=cuts), ReadOptions(jobs=2), limits=limits)
    assert whole(found) == whole(one)
    assert dict(found.columns) == dict(one.columns)
    assert found.rows == ROWS
    assert found.columns["late_word"].type is ColumnType.TEXT
    assert found.columns["big"].inexact is not None


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_blocks_are_those_of_one_file(tmp_path, kind):
    rows = 2 * BLOCK + 3_000
    x = RANDOM.normal(size=rows)
    found = read(written(tmp_path, kind, pa.table({"y": x, "p": -x}), (1, 9_999, BLOCK, 65_000)))
    blocks = [found.numbers(block, "y") for block in range(3)]
    assert [len(block) for block in blocks] == [BLOCK, BLOCK, 3_000]
    assert np.array_equal(np.concatenate(blocks), x)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_figures_are_those_of_one_file_to_the_bit(tmp_path, capfd, kind):
    table = COLUMNS.select(["y", "count"]).append_column("pred_a", COLUMNS["y"])
    WRITERS[kind](table, tmp_path / f"one.{kind}")
    pattern = written(tmp_path / "parts", kind, table, (1, 90, 333))
    answers = []
    flags = ["--pred", "count", "--pred", "pred_a", "--loss", "mae", "--loss", "medae", "--format", "csv"]
    for path in (str(tmp_path / f"one.{kind}"), pattern, str(tmp_path / "parts")):
        assert losscli.cli.run(["compare", path, *flags]) == 0
        answers.append(capfd.readouterr()[0])
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize("kind", WRITERS)
def test_columns_may_stand_in_another_order(tmp_path, whole, kind):
    pattern = written(tmp_path, kind)
    WRITERS[kind](COLUMNS.slice(100, 150).select(COLUMNS.column_names[::-1]), tmp_path / f"part-01.{kind}")
    WRITERS[kind](COLUMNS, tmp_path / f"one.{kind}")
    found, one = read(pattern), read(str(tmp_path / f"one.{kind}"))
    assert whole(found) == whole(one)
    assert list(found.columns) == list(one.columns)


def test_a_place_is_one_in_its_file(tmp_path):
    found = read(written(tmp_path, "csv"))
    for row, name, line in ((1, "part-00.csv", 2), (100, "part-00.csv", 101), (101, "part-01.csv", 2)):
        where = found.where(row, "y")
        assert (where.file, where.line) == (str(tmp_path / name), line)
    found = read(written(tmp_path, "jsonl"))
    assert str(found.where(ROWS, "y")).endswith("part-02.jsonl, line 150, column 'y'")
    assert read(written(tmp_path, "parquet")).where(260, "y").file == str(tmp_path / "part-02.parquet")


@pytest.mark.parametrize("kind", ["csv", "arrow", "parquet"])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda table: table.drop_columns(["count"]), "it has no column 'count', which .*part-00"),
        (lambda table: table.append_column("new", table["y"]), "it has a column 'new', which .*part-00"),
    ],
)
def test_columns_that_differ(tmp_path, kind, change, words):
    pattern = written(tmp_path, kind)
    WRITERS[kind](change(COLUMNS), tmp_path / f"part-01.{kind}")
    with pytest.raises(DataError, match=words) as caught:
        read(pattern)
    assert caught.value.where.file == str(tmp_path / f"part-01.{kind}")
    assert "pattern" in caught.value.advice


@pytest.mark.parametrize("kind", ["arrow", "parquet"])
def test_types_that_differ(tmp_path, whole, kind):
    table = pa.table({"y": [1, 2], "w": ["a", "b"]})
    pattern = written(tmp_path, kind, table, (1,))
    WRITERS[kind](pa.table({"y": [2.5], "w": pa.nulls(1)}), tmp_path / f"part-01.{kind}")
    assert whole(read(pattern)) == {"y": ["1", "2.5"], "w": ["a", None]}
    WRITERS[kind](pa.table({"y": ["x"], "w": ["b"]}), tmp_path / f"part-01.{kind}")
    with pytest.raises(
        DataError, match=r"part-01.*column 'y'.*holds string values, and in .*part-00.* int64"
    ):
        read(pattern)


def test_files_that_are_no_parts_of_one_table(tmp_path):
    written(tmp_path, "csv")
    (tmp_path / "part-03.csv").write_text("y;pred_a\n1;2\n")
    with pytest.raises(DataError, match=r"its delimiter is ';', that of .*part-00.csv ','"):
        read(str(tmp_path))
    written(tmp_path, "parquet")
    with pytest.raises(
        DataError, match=r"part-00.parquet: it is a Parquet file, and .*part-00.csv is a text"
    ):
        read(str(tmp_path))
    (tmp_path / "part-01.csv").write_text("")
    with pytest.raises(DataError, match=r"part-01\.csv: the file is empty"):
        read(str(tmp_path / "*.csv"))


def test_what_is_left_out_and_how_the_rest_is_sorted(tmp_path):
    for name in (
        "b/2.csv",
        "a/10.csv",
        "a/9.csv",
        ".x.csv",
        "_SUCCESS",
        "_metadata",
        "b/.crc/x",
        "_log/0.json",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("y,p\n1,2\n" if name.endswith(".csv") else "{")
    (tmp_path / "b" / "up").symlink_to(tmp_path)
    for path in (tmp_path, f"{tmp_path}/", tmp_path / "**", tmp_path / "**" / "*.csv"):
        files = read(str(path)).origin.input.files
        assert [one.path for one in files if not one.path.startswith("b/up")] == [
            "a/10.csv",
            "a/9.csv",
            "b/2.csv",
        ]
    assert read(str(tmp_path / "[ab]")).rows == 3  # folders alone


@pytest.mark.parametrize("name", ["a*.csv", "a[1].csv", "a?.csv"])
def test_a_file_that_is_called_like_a_pattern(tmp_path, name):
    for other in (name, "ab.csv", "a1.csv"):
        (tmp_path / other).write_text("y,p\n1,2\n")
    found = read(str(tmp_path / name))
    assert (found.rows, found.origin.input.files) == (1, ())


@pytest.mark.parametrize(("name", "words"), [("*.csv", "no file matches"), ("", "the folder has no files")])
def test_nothing_there(tmp_path, name, words):
    with pytest.raises(DataError, match=words) as caught:
        read(str(tmp_path / name))
    assert caught.value.advice


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_folders_name_columns(tmp_path, whole, kind):
    values = (
        ("2024-01-02", "1", "north%20sea", "01"),
        ("2024-01-03", "2.5", "__HIVE_DEFAULT_PARTITION__", "2"),
    )
    for place, (date, rate, sea, code) in enumerate(values):
        folder = tmp_path / f"date={date}" / f"rate={rate}" / f"sea={sea}" / f"code={code}"
        folder.mkdir(parents=True)
        WRITERS[kind](pa.table({"y": [place, place + 0.5]}), folder / f"x.{kind}")
    found = read(str(tmp_path))
    assert whole(found) == {
        "y": ["0", "0.5", "1", "1.5"],
        "date": ["2024-01-02"] * 2 + ["2024-01-03"] * 2,
        "rate": ["1", "1", "2.5", "2.5"],
        "sea": ["north sea", "north sea", None, None],
        "code": ["01", "01", "2", "2"],
    }
    assert found.columns["rate"].type is ColumnType.NUMBER
    assert found.columns["code"].type is ColumnType.TEXT
    assert found.where(3, "sea").file.endswith(f"code=2/x.{kind}")
    assert whole(read(str(tmp_path / "date=2024-01-03" / "*" / "*" / "*" / "*")))["rate"] == ["2.5", "2.5"]
    WRITERS[kind](pa.table({"y": [1]}), tmp_path / f"loose.{kind}")
    with pytest.raises(DataError, match=r"name date, rate, sea, code, those of loose.* no column"):
        read(str(tmp_path))


def test_a_column_that_files_and_folders_have(tmp_path):
    (tmp_path / "y=1").mkdir()
    csv(pa.table({"y": [1.0]}), tmp_path / "y=1" / "x.csv")
    with pytest.raises(DataError, match="the files have a column 'y', and their folders name it too"):
        read(str(tmp_path))


def test_the_record(tmp_path):
    written(tmp_path, "csv")
    found = read(str(tmp_path)).origin.input
    assert (found.path, found.rows, [one.rows for one in found.files]) == (
        str(tmp_path),
        ROWS,
        [100, 150, 150],
    )
    told = subprocess.run("sha256sum *", shell=True, cwd=tmp_path, capture_output=True, check=True).stdout
    assert found.sha256 == hashlib.sha256(told).hexdigest()
    assert [f"{one.sha256}  {one.path}" for one in found.files] == told.decode().splitlines()


def test_more_files_than_may_be_open(tmp_path):
    for number in range(90):
        (tmp_path / f"{number:03}.csv").write_text(f"y,p\n{number},1\n")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/dev/fd")) + 20, hard))
    try:
        found = read(str(tmp_path))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert found.numbers(0, "y").tolist() == list(range(90))
    assert found.where(90, "p").line == 2


def test_a_part_that_changes_while_it_is_read(tmp_path, monkeypatch):
    pattern, real, seen = written(tmp_path, "csv"), os.pread, [0]

    def pread(*where: int) -> bytes:
        seen[0] += 1
        if seen[0] == 12:
            with open(tmp_path / "part-00.csv", "a") as file:
                file.write("1\n")
        return real(*where)

    monkeypatch.setattr(os, "pread", pread)
    with pytest.raises(DataError, match=r"part-00\.csv: the file was changed while it was being read"):
        read(pattern, limits=Limits(chunk=2_000))


@pytest.mark.parametrize("verb", ["roles", "compare", "advise", "fit"])
def test_every_verb_reads_them(tmp_path, verb, capfd):
    table = COLUMNS.select(["count", "pred_a", "y"]).drop_null()
    pattern = written(tmp_path, "parquet", table)
    fit = ["--folds", "2", "--repeats", "1", "--no-contaminate"] if verb == "fit" else []
    flags = [] if verb in ("roles", "advise") else ["--loss", "mse"]
    assert losscli.cli.run([verb, pattern, *flags, *fit, "--format", "json"]) == 0
    (found,) = json.loads(capfd.readouterr()[0])["inputs"]
    assert (found["path"], found["rows"], len(found["files"])) == (pattern, len(table), 3)


def test_models_of_several_folders(tmp_path, capfd):
    for name in ("rf", "gbm"):
        written(tmp_path / name, "csv", COLUMNS.select(["y", "count"]).rename_columns(["y", "pred"]))
    paths = [str(tmp_path / name / "*.csv") for name in ("rf", "gbm")]
    assert losscli.cli.run(["compare", *paths, "--loss", "mae", "--format", "json"]) == 0
    assert [one["name"] for one in json.loads(capfd.readouterr()[0])["models"]] == ["rf", "gbm"]
