"""Goldens: each awkward file gives these exact values, or an error with these words."""

import os
import re

import pytest

from losscli.data.table import ColumnType, Limits, ReadOptions, read
from losscli.errors import DataError, UsageError

PLAIN = {"y": ["1", "2"], "p": ["1.5", "2.5"]}


@pytest.mark.parametrize(
    "data",
    [
        b"y,p\n1,1.5\n2,2.5\n",
        b"\xef\xbb\xbfy,p\n1,1.5\n2,2.5\n",
        "\ufeffy,p\n1,1.5\n2,2.5\n".encode("utf-16-le"),
        "\ufeffy,p\n1,1.5\n2,2.5\n".encode("utf-16-be"),
        "\ufeffy,p\n1,1.5\n2,2.5\n".encode("utf-32-le"),
        b"y,p\r\n1,1.5\r\n2,2.5\r\n",
        b"y,p\r1,1.5\r2,2.5\r",
        b"y,p\r\n1,1.5\r2,2.5\n",
        b"y,p\n1,1.5\n2,2.5",
        b"\n\ny,p\n\n1,1.5\n\r\n\n2,2.5\n\n",
        b"y|p\n1|1.5\n2|2.5\n",
        b"y\tp\n1\t1.5\n2\t2.5\n",
        b"y;p\n1;1.5\n2;2.5\n",
        b"y;p\n1;1,5\n2;2,5\n",
        b"sep=;\ny;p\n1;1.5\n2;2.5\n",
        b'"sep=|"\r\ny|p\r\n1|1.5\r\n2|2.5\r\n',
        b'"y","p"\n"1","1.5"\n"2","2.5"\n',
        b" y , p\t\n1 , 1.5\n\t2,2.50\n",
        b"y,p\n+1,+1.5\n2.,25e-1\n",
        b"y,p\n1e0,.15E+1\n2.0,000002.5\n",
    ],
)
@pytest.mark.parametrize("chunk", [1 << 20, 8, 1])
def test_same_table_in_many_spellings(table, whole, data, chunk):
    found = table(data, limits=Limits(chunk=chunk))
    assert whole(found) == PLAIN
    assert [column.type for column in found.columns.values()] == [ColumnType.NUMBER] * 2


@pytest.mark.parametrize(
    ("data", "want"),
    [
        (b"y\n1\n2\n", {"y": ["1", "2"]}),
        (b'y\n1\n""\n2\n', {"y": ["1", None, "2"]}),
        (b"y,p\n1,\n2,\n", {"y": ["1", "2"], "p": [None, None]}),
        (b'y,p\n1,""\n2,\n', {"y": ["1", "2"], "p": [None, None]}),
        (b'y,note\n1,"a\nb"\n2,"c\r\nd"\n', {"y": ["1", "2"], "note": ["a\nb", "c\r\nd"]}),
        (b'y,"two\nlines"\n1,2\n', {"y": ["1"], "two\nlines": ["2"]}),
        (b'y,note\n1,"say ""hi"""\n2,""""\n', {"y": ["1", "2"], "note": ['say "hi"', '"']}),
        (b"y,p\nTrue,0.9\nFalse,0.2\n", {"y": ["True", "False"], "p": ["0.9", "0.2"]}),
        (b"y,p\n2026-01-01,1\n", {"y": ["2026-01-01"], "p": ["1"]}),
        (b"y,p\n0x10,1_000\n", {"y": ["0x10"], "p": ["1_000"]}),
        ("y,p\n١٢,１\n\xa01,2\n".encode(), {"y": ["١٢", "\xa01"], "p": ["１", "2"]}),
        (b"y,p\n-nan,nan(1)\n", {"y": ["-nan"], "p": ["nan(1)"]}),
        (b"y,p\n1d5,1f\n", {"y": ["1d5"], "p": ["1f"]}),
        (b"y,p\n.,1e\n", {"y": ["."], "p": ["1e"]}),
        (b"y,p\ninf,-Infinity\n+INF,1\n", {"y": ["inf", "inf"], "p": ["-inf", "1"]}),
        (b"y,p\n5e-324,1.7976931348623157e308\n1e-400,0\n", {
            "y": ["5e-324", "0"], "p": ["1.7976931348623157e+308", "0"]}),
        (b"y\n100000000000000000000\n", {"y": ["1e+20"]}),
        (b"y\n9007199254740992\n-9007199254740991\n", {"y": ["9007199254740992", "-9007199254740991"]}),
        (b"y;p\n1,5;a\n1.5;b\n", {"y": ["1,5", "1.5"], "p": ["a", "b"]}),
        (b"y;p;q\n1,5;1.5;2\n,;2.5;3\n" .replace(b",;", b";"), {
            "y": ["1.5", None], "p": ["1.5", "2.5"], "q": ["2", "3"]}),
        (b'y,p\n"1,234","1,234.5"\n2,3\n', {"y": ["1,234", "2"], "p": ["1,234.5", "3"]}),
        ("näme,p\n1,2\n".encode(), {"näme": ["1"], "p": ["2"]}),
    ],
)  # fmt: skip
def test_values(table, whole, data, want):
    for chunk in (1 << 20, 3):
        assert whole(table(data, limits=Limits(chunk=chunk))) == want


def test_missing_spellings(table, whole):
    spelled = [
        "",
        "NA",
        "N/A",
        "n/a",
        "NaN",
        "nan",
        "NULL",
        "null",
        "None",
        "none",
        "<NA>",
        "#N/A",
        "NaT",
        " Na ",
    ]
    data = "y,p\n" + "".join(f"{i},{word}\n" for i, word in enumerate(spelled)) + "9,1\n"
    column = table(data.encode()).columns["p"]
    assert (column.type, column.missing, column.first_missing) == (ColumnType.NUMBER, len(spelled), 1)
    for word in ("-", "?", ".", "#DIV/0!", "-nan", "1.#IND", "missing"):
        column = table(f"y,p\n1,NA\n2,\n3,{word}\n4,5\n".encode()).columns["p"]
        assert (column.type, column.missing, column.first_missing) == (ColumnType.TEXT, 1, 2)
        assert (column.numeric, column.first_word) == (1, (3, word))


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"", None, "is empty"),
        (b"\xef\xbb\xbf", None, "is empty"),
        (b"\n\r\n\n", None, "no header"),
        (b"y,p\n", None, "no rows"),
        (b"y,p\n\n\n", None, "no rows"),
        (b"y,p,p\n1,2,3\n", 1, "'p' 2 times"),
        (b"y,,\n1,2,3\n", 1, "'' 2 times"),
        (b"\ny,p\n1,2\n1\n", 4, "1 field, but the header has 2"),
        (b"y,p,w\n1,2,3\n2,2.5\n", 3, "2 fields, but the header has 3"),
        (b"y,p\n1,1.5\n2,2.5,9\n", 3, "3 fields, but the header has 2"),
        (b"y,p\n1,1.5,\n2,2.5,\n", 2, "3 fields"),
        (b"y,p\n1,2\n  \n", 3, "1 field"),
        (b'y,note\n1,"abc\n2,x\n', 2, "never closed"),
        (b'y,note\n1,5" pipe\n2,x\n', 2, "a quote stands inside"),
        (b'y,note\n1, "a"\n', 2, "a quote stands inside"),
        (b'y,note\n1,"a"b\n', 2, "behind a closing quote"),
        (b'y,note\n1,"a\n\nb" \n', 4, "behind a closing quote"),
        (b'y,"note\n1,2\n', 1, "never closed"),
        (b"y,p\n1,1.5\x00\n", 2, "NUL"),
        (b'y,p\n1,"a\n\x00"\n', 3, "NUL"),
        (b"y,p\n1,caf\xe9\n", 2, "0xe9 at offset 9 is not UTF-8"),
        (b"\xef\xbb\xbfy,p\n1,caf\xe9\n1,2,3\n", 2, "0xe9 at offset 12"),
        (b"y,p\n1,2,3\n1,caf\xe9\n", 2, "3 fields"),
        (b"y,n\xe4me\n1,2\n", 1, "--encoding latin-1"),
        (b"1.5,2\n2.5,3\n", 1, "holds numbers"),
    ],
)
@pytest.mark.parametrize("chunk", [1 << 20, 5, 1])
def test_errors_name_file_and_line(table, data, line, words, chunk):
    with pytest.raises(DataError, match=re.escape(words)) as caught:
        table(data, limits=Limits(chunk=chunk))
    assert caught.value.where.file.endswith("data.csv")
    assert caught.value.where.line == line


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("9007199254740993", "row 2: '9007199254740993'"),
        ("-12345678901234567890", "a double cannot hold"),
        ("1e400", "'1e400' is too large for a double"),
    ],
)
@pytest.mark.parametrize("chunk", [1 << 20, 5, 1])
def test_a_number_that_no_double_holds_is_an_error_where_it_is_used(table, field, words, chunk):
    found = table(f"y,p\n1,2\n2,{field}\n1e999,3\n".encode(), limits=Limits(chunk=chunk))
    assert found.columns["p"].inexact[:2] == (2, field)
    assert found.columns["y"].inexact[:2] == (3, "1e999")
    with pytest.raises(DataError, match=re.escape(words)) as caught:
        found.numbers(0, "p")
    assert (caught.value.where.line, caught.value.where.column) == (3, "p")
    assert caught.value.where.file.endswith("data.csv")


def test_options(table, whole):
    data = b'id,y,p\n007,"1,234","1,234.5"\n008,2,3\n'
    found = table(data, thousands=",", text=frozenset({"id"}))
    assert whole(found) == {"id": ["007", "008"], "y": ["1234", "2"], "p": ["1234.5", "3"]}
    assert (found.columns["id"].type, found.columns["id"].numeric) == (ColumnType.TEXT, 2)
    assert found.columns["id"].first_word is None
    assert whole(table(b'y,p\n"12,34",1\n', thousands=","))["y"] == ["12,34"]
    assert whole(table(b"y;p\n1.234;1.234,5\n", thousands="."))["p"] == ["1234.5"]
    assert whole(table(b"y;p\n1'234;1'234,5\n", thousands="'"))["p"] == ["1234.5"]
    assert whole(table(b'y,p\n1,"1,5"\n', decimal=","))["p"] == ["1.5"]
    assert whole(table(b"y;p\n1;1,5\n", decimal="."))["p"] == ["1,5"]
    assert whole(table(b"a,b;c,d\n1,2;3,4\n", delimiter=";"))["a,b"] == ["1.2"]
    assert whole(table(b"y^p\n1^2\n", delimiter="^")) == {"y": ["1"], "p": ["2"]}
    assert whole(table("y,p\n1,café\n".encode("latin-1"), encoding="latin-1"))["p"] == ["café"]
    assert whole(table("y,p\n1,café\n".encode("utf-16"), encoding="utf-16"))["p"] == ["café"]
    assert whole(table("y,p\n1,2\n".encode("utf-16-le"), encoding="utf-16-le"))["p"] == ["2"]


def test_notes(table):
    assert table(b"y,p\n1,2\n").notes == ()
    assert table(b"y;p;q\n1,5;2;x\n").notes == ("delimiter ';'", "decimal comma in y")
    assert table(b"y\tp\n1\t2\n").notes == (r"delimiter '\t'",)
    assert table(b'"a;b;c;d",p\n1,2\n').notes == ()


@pytest.mark.parametrize(
    "options",
    [{"delimiter": "ab"}, {"delimiter": '"'}, {"decimal": ";"}, {"thousands": "5"}, {"encoding": "nonsense"},
     {"encoding": "hex"}, {"decimal": ",", "thousands": ","}],
)  # fmt: skip
def test_options_that_cannot_be(options):
    with pytest.raises(UsageError):
        ReadOptions(**options)


def test_encoding_against_mark(table):
    with pytest.raises(DataError, match="mark of utf-8"):
        table(b"\xef\xbb\xbfy,p\n1,2\n", encoding="latin-1")
    with pytest.raises(DataError, match="not utf-16"):
        table("\ufeffy,p\n1,2\n".encode("utf-16-le")[:-1])
    with pytest.raises(DataError, match="not ascii"):
        table("y,p\n1,é\n".encode(), encoding="ascii")


def test_late_word(table, whole):
    rows = 3_000
    lines = [f"{i},{i}.5\n" for i in range(rows)]
    lines[2_000] = "2000,abc\n"
    found = table(("y,p\n" + "".join(lines)).encode(), limits=Limits(chunk=512), jobs=2)
    column = found.columns["p"]
    assert (column.type, column.numeric, column.first_word) == (ColumnType.TEXT, rows - 1, (2_001, "abc"))
    assert whole(found)["p"][1_999:2_002] == ["1999.5", "abc", "2001.5"]
    assert found.columns["y"].type is ColumnType.NUMBER
    assert found.where(2_001, "p").line == 2_002


def test_late_styles_settle(table, whole):
    rows = [f"{i};{i};{i};{i}\n" for i in range(400)]
    rows[100], rows[200], rows[300] = "1,5;1,5;1;1\n", "1;1.5;2,5;1\n", "1;1;1;x\n"
    found = table(("a;b;c;d\n" + "".join(rows)).encode(), limits=Limits(chunk=64), jobs=2)
    assert [column.type.value for column in found.columns.values()] == ["number", "text", "number", "text"]
    assert found.notes == ("delimiter ';'", "decimal comma in a, c")
    assert whole(found)["a"][100] == "1.5"
    assert whole(found)["b"][100] == "1,5"


def test_inexact_number_is_no_fault_in_a_text_column(table, whole):
    data = b"y,p\n1,9007199254740993\n" + b"1,2\n" * 500 + b"1,abc\n"
    found = table(data, limits=Limits(chunk=64))
    assert whole(found)["p"][0] == "9007199254740993"
    assert found.columns["p"].first_word == (502, "abc")


@pytest.mark.parametrize("chunk", [1 << 20, 40, 4])
def test_where(table, chunk):
    data = b'\ny,note\n1,a\n\n2,"b\r\nc"\r3,d\n4,e'
    found = table(data, limits=Limits(chunk=chunk))
    assert [found.where(row, "y").line for row in range(1, 5)] == [3, 5, 7, 8]
    assert str(found.where(3, "y")).endswith("data.csv, line 7, column 'y'")


def test_mac_file_with_line_feeds_in_quotes(table, whole):
    data = b"y,note\r" + b"".join(b'%d,"a\nb"\r' % i for i in range(200))
    found = table(data, limits=Limits(chunk=64, record=256))
    assert found.rows == 200
    assert set(whole(found)["note"]) == {"a\nb"}


def test_endless_record(table):
    limits = Limits(chunk=64, record=512)
    with pytest.raises(DataError, match="never closed") as caught:
        table(b'y,p\n1,2\n1,"' + b"x\n" * 1_000, limits=limits)
    assert caught.value.where.line == 3
    with pytest.raises(DataError, match="does not end within"):
        table(b"y,p\n1,2\n" + b"x" * 2_000, limits=limits)


def test_file_that_grows_while_read(write, monkeypatch):
    path = write(b"y,p\n" + b"1,2\n" * 100)
    from losscli.data.table import delimited

    real = delimited.guessed

    def grow(*args):
        with open(path, "ab") as file:
            file.write(b"3,4\n")
        os.utime(path, ns=(1, 1))
        return real(*args)

    monkeypatch.setattr(delimited, "guessed", grow)
    with pytest.raises(DataError, match="changed while it was being read"):
        read(path)


def test_numbers_of_a_text_column(table):
    found = table(b"y,p\n1,2\n1,abc\n")
    with pytest.raises(DataError, match=r"'abc' \(row 2\) is not a number") as caught:
        found.numbers(0, "p")
    assert caught.value.where.line == 3


def test_codes(table):
    found = table(b"y,p\nb,1\na,0\n,1.0\nc,NA\n")
    assert found.codes(0, "y", ("a", "b")).tolist() == [1, 0, -1, -1]
    assert found.codes(0, "y", ("", "b")).tolist() == [1, -1, -1, -1]
    assert found.codes(0, "p", ("0", "1")).tolist() == [1, 0, 1, -1]
    assert found.codes(0, "p", ("x", "1.0")).tolist() == [1, -1, 1, -1]
