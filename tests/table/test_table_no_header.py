"""A first line of numbers is no header: `columns` names what is under none."""

import random

import pytest

from losscli.data.table import Limits, ReadOptions, read
from losscli.errors import DataError, UsageError


def line_of(error: DataError, which: int, skipped: int) -> ReadOptions:
    """The options of the line for data (0) or for a header (1); skipped: lines, as typed."""
    words = error.fixes[which].flags
    found = dict(zip(words[::2], words[1::2], strict=True))
    return ReadOptions(
        delimiter=found.get("--delimiter"),
        columns=tuple(found["--columns"].split(",")),
        skip_lines=int(found.get("--skip-lines", skipped)),
    )


def number(rng: random.Random, decimal: str) -> str:
    spelled = rng.choice((str(rng.randrange(9)), repr(round(rng.uniform(-9, 9), 3)), "1e-3", "inf"))
    return spelled.replace(".", decimal)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("seed", range(5))
def test_the_lines_are_complete(tmp_path, delimiter, seed):
    rng = random.Random(seed)
    columns, skipped, blank = rng.randint(1, 27), rng.randrange(3), rng.randrange(3)
    rows = [[number(rng, "," if delimiter == ";" else ".") for _ in range(columns)] for _ in range(5)]
    end = rng.choice(("\n", "\r\n"))
    head = [f"# {i}" for i in range(skipped)] + [""] * blank
    path = tmp_path / "d.csv"
    path.write_bytes(end.join([*head, *map(delimiter.join, rows), ""]).encode())
    if delimiter == ";" and columns == 1:
        path.write_bytes(path.read_bytes().replace(b",", b"."))
    for chunk in (1 << 20, 5):
        with pytest.raises(DataError, match="the first line holds numbers") as caught:
            read(str(path), ReadOptions(skip_lines=skipped), limits=Limits(chunk=chunk))
        assert caught.value.where.line == skipped + blank + 1
        for which, count in ((0, 5), (1, 4)):
            options = line_of(caught.value, which, skipped)
            assert len(options.columns) == columns
            found = read(str(path), options, limits=Limits(chunk=chunk))
            assert (found.rows, len(found.columns)) == (count, columns)
            assert found.where(1, "y").line == skipped + blank + 1 + which


@pytest.mark.parametrize(
    "line",
    ["0,1,2", "0.5,1", "1", "NA,1", "1,1", "-1,inf", "1e5,2", ' 1 ,"2"', "1,", ",1,0", ",0.5", "2024,2025"],
)
def test_no_headers(table, line):
    with pytest.raises(DataError, match="holds numbers"):
        table(f"{line}\n{line}\n".encode())


@pytest.mark.parametrize(
    "line", ["0.1,0.5,0.9,y", ",0,1,2", ",0", "y", "NA", "a,1", "none", "x1,2", "2024-01-01,1"]
)
def test_headers(table, line):
    row = ",".join("1" for _ in line.split(","))
    assert list(table(f"{line}\n{row}\n".encode()).columns) == line.split(",")


def test_many_columns_have_a_line_for_the_shell(table):
    with pytest.raises(DataError) as caught:
        table((",".join(["1"] * 30) + "\n").encode())
    assert '--columns "y,$(seq -s, -f pred_%.0f 1 29)"' in caught.value.advice


def test_columns(table, whole):
    data = b"\n1,2\n3,x\n"
    found = table(data, columns=("y", " p "))
    assert whole(found) == {"y": ["1", "3"], "p": ["2", "x"]}
    assert found.where(2, "p").line == 3
    assert whole(table(b"sep=;\n1;2\n", columns=("y", "p"))) == {"y": ["1"], "p": ["2"]}
    assert whole(table(b"1,5;2\n1,5;3\n", columns=("y", "p"), delimiter=";")) == {
        "y": ["1.5"] * 2,
        "p": ["2", "3"],
    }
    assert whole(table(b"a\tb,c\td\n", columns=("x", "y", "z"))) == {"x": ["a"], "y": ["b,c"], "z": ["d"]}
    assert whole(table(b"0,1\n5,6\n", columns=("y", "p"), skip_lines=1)) == {"y": ["5"], "p": ["6"]}


@pytest.mark.parametrize(
    ("columns", "words", "advice"),
    [
        (("y",), "--columns names 1, but the first line has 2 fields", "--columns y,pred_a  #"),
        (("y", "p", "q"), "--columns names 3, but the first line has 2 fields", "--columns y,pred_a  #"),
        (("A", "b"), "the first line is a header", "Leave it out"),
    ],
)
def test_columns_refused(table, columns, words, advice):
    with pytest.raises(DataError, match=words) as caught:
        table(b"a,b\n1,2\n", columns=columns)
    assert advice in str(caught.value)
    assert caught.value.where.line == 1


def test_columns_that_cannot_be_names(table):
    with pytest.raises(UsageError, match="--columns names 'y' 2 times"):
        ReadOptions(columns=("y", "p", " y"))
