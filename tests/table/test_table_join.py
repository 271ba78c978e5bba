"""Several files as one: every row is paired, or the first that is not is named."""

import re

import numpy as np
import pytest

from losscli.data.table import BLOCK, Limits, ReadOptions, align, beside, check_same, read
from losscli.errors import DataError

IDS = ReadOptions(text=frozenset({"id"}))


@pytest.fixture
def files(tmp_path):
    def made(*texts: str, options: ReadOptions = IDS):
        tables = []
        for i, text in enumerate(texts):
            path = tmp_path / f"{'abc'[i]}.csv"
            path.write_text(text)
            tables.append(read(str(path), options))
        return tables

    return made


def join(tables, *, key, same, take, common=False, limits=None):
    """Aligned, with one target, beside each other."""
    rows, _ = align(tables, key=key, common=common, limits=limits)
    for other, names in zip(rows[1:], same[1:], strict=True):
        for here, there in zip(same[0], names, strict=True):
            check_same(rows[0], here, other, there, key)
    return beside(rows, take)


A = "id,y,p\n01,1,1.5\n02,2,2.5\n03,,3.5\n"
B = "id,target,q,w\n03,NA,30,z\n01,1.0,10,x\n02,2,,y\n"
TAKE = [(0, "id", "id"), (0, "y", "y"), (0, "p", "a"), (1, "q", "b"), (1, "w", "b:w")]


def test_join_by_id(files, whole):
    tables = files(A, B)
    for limits in (Limits(), Limits(memory=0)):
        found = join(tables, key="id", same=[["y"], ["target"]], take=TAKE, limits=limits)
        assert whole(found) == {
            "id": ["01", "02", "03"],
            "y": ["1", "2", None],
            "a": ["1.5", "2.5", "3.5"],
            "b": ["10", None, "30"],
            "b:w": ["x", "y", "z"],
        }
        assert (found.columns["b"].name, found.columns["b"].first_missing) == ("b", 2)
        assert (found.path, found.origin, found.rows) == (tables[0].path, tables[0].origin, 3)
        assert found.codes(0, "b:w", ("z", "x")).tolist() == [1, -1, 0]
        assert np.array_equal(found.numbers(0, "a"), [1.5, 2.5, 3.5])
        where = found.where(2, "b")
        assert where.file.endswith("b.csv")
        assert (where.line, where.column) == (4, "q")
        assert found.where(2, "a").line == 3


def test_join_row_by_row(files, whole):
    tables = files("y,p\n1,2\nx,3\n", "y,p\n1,4\nx,5\n")
    found = join(tables, key=None, same=[["y"], ["y"]], take=[(0, "y", "y"), (0, "p", "a"), (1, "p", "b")])
    assert whole(found) == {"y": ["1", "x"], "a": ["2", "3"], "b": ["4", "5"]}
    assert found.where(2, "b").file.endswith("b.csv")


@pytest.mark.parametrize(
    ("a", "b", "key", "words"),
    [
        ("y,p\n1,2\n", "y,p\n1,2\n2,3\n", None, "a.csv has 1 rows, "),
        ("y,p\n1,2\n2,2\n", "y,p\n1,2\n3,3\n", None, "differ at row 2: '2', but '3' in"),
        ("y,p\n1,2\n2,2\n", "y,p\n1,2\n,3\n", None, "differ at row 2: '2', but missing in"),
        ("y,p\n1,2\n2,2\n", "y,p\n1,2\nx,3\n", None, "'y' is number in"),
        ("y,p\nx,2\ny,2\n", "y,p\nx,2\nz,3\n", None, "differ at row 2: 'y', but 'z' in"),
        ("id,y,p\na,1,2\nb,2,2\n", "id,y,p\nb,2,2\na,3,2\n", "id", "differ at id 'a': '1', but '3' in"),
        ("id,y,p\na,1,2\n\na,2,2\n", "id,y,p\nb,2,2\n", "id", "'a' stands twice, in lines 2 and 4"),
        ("id,y,p\na,1,2\n", "id,y,p\na,1,2\na,2,2\n", "id", "b.csv, column 'id': the id 'a' stands twice"),
        ("id,y,p\na,1,2\n,2,2\n", "id,y,p\nb,2,2\n", "id", "row 2 has no id"),
        ("id,y,p\na,1,2\nb,2,2\nc,2,2\n", "id,y,p\na,1,2\n", "id", "the id 'b' is not in"),
        ("id,y,p\na,1,2\nb,2,2\nc,2,2\n", "id,y,p\na,1,2\n", "id", "(2 ids are not)"),
        ("id,y,p\na,1,2\n", "id,y,p\na,1,2\nz,1,1\n", "id", "b.csv, line 3, column 'id': the id 'z'"),
        ("id,y,p\na,1,2\n", "ids,y,p\na,1,2\n", "id", "no column 'id'\nDid you mean ids?"),
    ],
)  # fmt: skip
def test_what_cannot_be_joined(files, a, b, key, words):
    tables = files(a, b)
    with pytest.raises(DataError, match=re.escape(words)):
        join(tables, key=key, same=[["y"], ["y"]], take=[(0, "y", "y"), (0, "p", "a"), (1, "p", "b")])


def test_numeric_ids(files, whole):
    tables = files("id,y,p\n1,1,2\n2,2,3\n", "id,y,p\n2.0,2,5\n1,1,4\n", options=ReadOptions())
    found = join(tables, key="id", same=[["y"], ["y"]], take=[(0, "y", "y"), (1, "p", "b")])
    assert whole(found)["b"] == ["4", "5"]


def test_misuse(files):
    with pytest.raises(ValueError, match="one name"):
        beside(files(A, B), [(0, "y", "a"), (0, "p", "a")])


def test_common_ids(files, whole):
    tables = files("id,y,p\na,1,2\nb,2,3\nc,3,4\n", "id,y,p\nd,9,9\nc,3,5\na,1,6\n")
    with pytest.raises(DataError, match="the id 'b' is not in"):
        align(tables, key="id")
    rows, said = align(tables, key="id", common=True)
    assert [line.rpartition(": ")[2] for line in said] == ["1 ids left out", "1 ids left out"]
    assert whole(beside(rows, [(0, "y", "y"), (1, "p", "p")])) == {"y": ["1", "3"], "p": ["6", "5"]}
    with pytest.raises(DataError, match="no value of 'id' in common"):
        align(files("id,y\na,1\n", "id,y\nb,1\n"), key="id", common=True)


def test_targets_that_differ_by_single_precision_agree(files):
    a, b = files("y\n0.1\n6.463\n", "y\n0.10000000149011612\n6.463\n")
    assert check_same(a, "y", b, "y", None).endswith("target rounded to single precision")
    c, d = files("y\n0.1\n", "y\n0.1000001\n")
    with pytest.raises(DataError, match="the targets differ at row 1"):
        check_same(c, "y", d, "y", None)


def test_large_join_in_another_order(files):
    rows = BLOCK + 777
    order = np.random.default_rng(0).permutation(rows)
    a = "id,y,p\n" + "".join(f"r{i},{i % 10},{i}\n" for i in range(rows))
    b = "id,y,q,t\n" + "".join(f"r{i},{i % 10},{-i},t{i}\n" for i in order)
    tables = files(a, b)
    take = [(0, "y", "y"), (0, "p", "p"), (1, "q", "q"), (1, "t", "t")]
    found = join(tables, key="id", same=[["y"], ["y"]], take=take)
    for block in (0, 1):
        assert np.array_equal(found.numbers(block, "p"), -found.numbers(block, "q"))
    assert found.text(1, "t")[5] == f"t{BLOCK + 5}"
    assert found.where(BLOCK + 6, "q").line == int(np.flatnonzero(order == BLOCK + 5)[0]) + 2
