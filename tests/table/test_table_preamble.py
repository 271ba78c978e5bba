"""Lines before the header: skipped by physical line, whatever ends them; suspected where they are likely."""

import re

import pytest

import losscli.cli
from losscli.data.table import Limits, ReadOptions
from losscli.errors import DataError, UsageError

READ = {"y": ["1", "2"], "p": ["1.5", "2.5"]}
TABLE = b"y,p\n1,1.5\n2,2.5\n"


@pytest.mark.parametrize(
    ("before", "lines"),
    [
        (b"Results of run 3\n", 1),
        (b"Results\r\n", 1),
        (b"Results\r", 1),
        (b"a\rb\nc\r\n\r\r\nd\n", 6),
        (b"\n\n\n", 3),
        (b"\r\n\r\n", 2),
        (b"\n", 0),
        (b'Report "Q3", with an odd quote: "\n\n', 2),
        (b"caf\xe9\0\n", 1),
        (b"x" * 500 + b"\n", 1),
        (b"title\nsep=,\n", 1),
        (b"\xef\xbb\xbftitle\n", 1),
    ],
)
@pytest.mark.parametrize("chunk", [1 << 20, 7, 1])
def test_lines_are_skipped(table, whole, before, lines, chunk):
    found = table(before + TABLE, skip_lines=lines, limits=Limits(chunk=chunk))
    assert whole(found) == READ
    text = before.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    assert found.where(2, "p").line == text.count(b"\n") + 3


@pytest.mark.parametrize("chunk", [1 << 20, 1])
def test_errors_count_the_lines_of_the_file(table, chunk):
    with pytest.raises(DataError, match="3 fields") as caught:
        table(b"title\r\rnote\r\n" + TABLE + b"3,4,5\n", skip_lines=3, limits=Limits(chunk=chunk))
    assert caught.value.where.line == 7
    with pytest.raises(DataError, match="'y' 2 times") as caught:
        table(b"title\ny,y\n1,2\n", skip_lines=1, limits=Limits(chunk=chunk))
    assert caught.value.where.line == 2
    with pytest.raises(DataError, match=r"0xe9 at offset 12 ") as caught:
        table(b"title\ny,p\n1,\xe9\n", skip_lines=1, limits=Limits(chunk=chunk))
    assert caught.value.where.line == 3


def test_a_marked_delimiter_behind_the_preamble(table, whole):
    found = table(b"title; of a table\n\nsep=;\ny;p\n1;1.5\n2;2.5\n", skip_lines=2)
    assert whole(found) == READ
    assert found.notes == ("delimiter ';'",)
    assert whole(table("title\ny,p\n1,1.5\n2,2.5\n".encode("utf-16"), skip_lines=1)) == READ


@pytest.mark.parametrize("chunk", [1 << 20, 1])
def test_more_lines_than_there_are(table, chunk):
    with pytest.raises(DataError, match=r"--skip-lines 9 skips more lines than the file has \(3\)"):
        table(TABLE, skip_lines=9, limits=Limits(chunk=chunk))
    for lines in (3, 2):
        with pytest.raises(DataError, match=r"no header|no rows|holds numbers"):
            table(TABLE, skip_lines=lines, limits=Limits(chunk=chunk))
    with pytest.raises(UsageError, match="--skip-lines -1 is not 0 or more"):
        ReadOptions(skip_lines=-1)


@pytest.mark.parametrize("name", ["d.jsonl", "d.parquet", "d.arrow"])
def test_formats_without_such_lines(table, name):
    with pytest.raises(UsageError, match=r"--skip-lines 1: .* has no lines before its header") as caught:
        table(b'{"y": 1}\n', name, skip_lines=1)
    assert caught.value.where.file.endswith(name)


@pytest.mark.parametrize(
    ("data", "line", "what", "lines"),
    [
        (b"Results of run 3\n\n" + TABLE, 3, "2 fields, but the header has 1", 2),
        (b"# made by x\n# on Monday\n" + TABLE, 3, "2 fields", 2),
        (b"run 3;a,b\ny,p,q,w\n1,2,3,4\n1,2,3,4\n", 2, "4 fields, but the header has 2", 1),
        (b"Results,,,\ny,p,q,w\n1,2,3,4\n", 1, "names '' 3 times", 1),
        (b'Report "Q3"\n' + TABLE, 1, "a quote stands inside", 1),
        (b"run: 3; day: 1\n" + TABLE.replace(b",", b"\t"), 2, "1 field, but the header has 2", 1),
        (b"title\n" + TABLE[:-1], 2, "2 fields", 1),
        (b"title\r" + TABLE.replace(b"\n", b"\r"), 2, "2 fields", 1),
        (b'title\ny,"a, b",note\n1,2,"x\ny"\n2,3,z\n', 2, "3 fields", 1),
    ],
)
@pytest.mark.parametrize("chunk", [1 << 20, 3])
def test_advice_where_a_preamble_is_likely(table, data, line, what, lines, chunk):
    with pytest.raises(DataError, match=re.escape(what)) as caught:
        table(data, limits=Limits(chunk=chunk))
    assert caught.value.where.line == line
    assert caught.value.fixes[0].flags == ("--skip-lines", str(lines))
    table(data, skip_lines=lines, limits=Limits(chunk=chunk))


def test_advice_behind_lines_that_are_skipped(table):
    with pytest.raises(DataError, match="2 fields") as caught:
        table(b"a\nb\nc\n" + TABLE, skip_lines=1)
    assert caught.value.advice == "If the first 3 lines stand before the header, skip them:"
    assert caught.value.fixes[0].flags == ("--skip-lines", "3")


@pytest.mark.parametrize(
    "data",
    [
        b"y,p\n" + b"1,2\n" * 40 + b"1,2,3\n",
        b"a,b\nc,d\ne,f\ng,h,i\n",
        b"y,p\n1,2,3\n1,2,3\n",
        b"title\n1,2\n3,4\n",
        b"title\na,b\n",
        b"y,p,p\n1,2,3\n",
    ],
)
def test_no_such_advice_elsewhere(table, data):
    with pytest.raises(DataError) as caught:
        table(data)
    assert "--skip-lines" not in str(caught.value)


@pytest.mark.parametrize("command", ["compare", "fit", "predict"])
def test_the_flag(tmp_path, capfd, command):
    path = tmp_path / "data.csv"
    rows = b"".join(b"%d,%d,%d\n" % (i, i % 7, i) for i in range(30))
    path.write_bytes(b"Results of run 3\n\nx,y,pred\n" + rows)
    model = tmp_path / "model.json"
    fit = ["fit", str(path), "--target", "y", "--loss", "mse", "--repeats", "1", "--no-contaminate"]
    if command == "predict":
        assert losscli.cli.run([*fit, "--skip-lines", "2", "--save", str(model), "--quiet"]) == 0
    arguments = {
        "compare": ["compare", str(path), "--loss", "mae"],
        "fit": fit,
        "predict": ["predict", str(model), str(path)],
    }[command]
    assert losscli.cli.run(arguments) == 2
    assert "skip them:\n  losscli" in capfd.readouterr().err
    assert losscli.cli.run([*arguments, "--skip-lines", "2"]) == 0
    capfd.readouterr()
    assert losscli.cli.run([*arguments, "--skip-lines", "-2"]) == 2
    assert "--skip-lines -2 is not 0 or more" in capfd.readouterr().err
