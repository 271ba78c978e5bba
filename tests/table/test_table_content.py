"""Kinds of content, one by one: exact values, or an error with file, line, column, value and what to type."""

import re

import pytest

from losscli.data.table import ColumnType, Limits
from losscli.errors import DataError

FEW, WHOLE = Limits(chunk=7), Limits()


@pytest.mark.parametrize(
    ("data", "want"),
    [
        (b'first,last,address\nJohn,Doe,"120 any st., Anytown"\n', [["John", "Doe", "120 any st., Anytown"]]),
        (b'a,b,c\n1,"",""\n2,3,4\n', [["1", None, None], ["2", "3", "4"]]),
        (b'a,b,c\r\n1,"",""\r\n2,3,4\r\n', [["1", None, None], ["2", "3", "4"]]),
        (b'a,b\n1,"ha ""ha"" ha"\n3,4\n', [["1", 'ha "ha" ha'], ["3", "4"]]),
        (b'key,val\n1,"{""type"": ""Point"", ""at"": [1, 2]}"\n', [["1", '{"type": "Point", "at": [1, 2]}']]),
        (b'a,b,c\n1,2,3\n"Once upon \na time",5,6\n', [["1", "2", "3"], ["Once upon \na time", "5", "6"]]),
        (b'a,b\r\n1,"x\r\ny"\r\n2,"\r\n"\r\n', [["1", "x\r\ny"], ["2", "\r\n"]]),
        (b'a,b\n1,"ha \n""ha"" \nha"\n3,4\n', [["1", 'ha \n"ha" \nha'], ["3", "4"]]),
        ("a,b,c\n1,2,3\n4,5,ʤ\n".encode(), [["1", "2", "3"], ["4", "5", "ʤ"]]),
        (b'a,b\n1," x "\n2, y\n', [["1", " x "], ["2", " y"]]),
        (b'a,b\n"1","2"\n"3","4"\n', [["1", "2"], ["3", "4"]]),
        (b"a\tb\n1\t'x, y'\n", [["1", "'x, y'"]]),
        (b'a;b\n"1;2";3\n', [["1;2", "3"]]),
        (b'a,b\n"""",""""""\n', [['"', '""']]),
        (b"a,b\n#1,//2\n", [["#1", "//2"]]),
        (b"a,b\n1,\\N\n2,\\\"\n".replace(b'\\"', b"\\"), [["1", "\\N"], ["2", "\\"]]),
    ],
)  # fmt: skip
def test_quoting(table, whole, data, want):
    for limits in (WHOLE, FEW):
        columns = whole(table(data, limits=limits)).values()
        assert [list(row) for row in zip(*columns, strict=True)] == want


@pytest.mark.parametrize(
    ("data", "options", "want"),
    [
        ("y,p\n1,€“x”\n".encode("cp1252"), {"encoding": "cp1252"}, "€“x”"),
        ("y,p\n1,да\n".encode("cp1251"), {"encoding": "cp1251"}, "да"),
        ("y,p\n1,日本\n".encode("shift_jis"), {"encoding": "shift_jis"}, "日本"),
        ("y,p\n1,日本\n".encode("utf-16-be"), {"encoding": "utf-16-be"}, "日本"),
        ("y,p\n1,日本\n".encode("utf-16"), {}, "日本"),
        ("y,p\n1,🙂\n".encode("utf-16"), {}, "🙂"),
        ("y,p\n1,🙂\n".encode("utf-8-sig"), {"encoding": "utf-8"}, "🙂"),
        ("y,p\n1,\u2028x\x85y\n".encode(), {}, "\u2028x\x85y"),  # line ends to Unicode, not to a table
    ],
)
def test_encodings(table, whole, data, options, want):
    for limits in (WHOLE, Limits(chunk=1)):
        assert whole(table(data, limits=limits, **options))["p"] == [want]


@pytest.mark.parametrize(
    ("data", "options", "line", "words", "advice"),
    [
        (b"y,p\n1,a\n2,\xe9\n", {}, 3, "0xe9 at offset 10 is not UTF-8", "--encoding latin-1"),
        (b"y,p\n1,\xed\xa0\x80\n", {}, 2, "0xed at offset 6 is not UTF-8", "--encoding"),
        (b"y,p\n1,\xc0\xaf\n", {}, 2, "0xc0 at offset 6 is not UTF-8", "--encoding"),
        (b"y,p\n1,\xe2\x82", {}, 2, "0xe2 at offset 6 is not UTF-8", "--encoding"),
        ("y,p\n1,2\n".encode("utf-16-le"), {}, 1, "there are NUL bytes", "--encoding utf-16-le"),
        ("y,p\n1,2\n".encode("utf-16-be"), {}, 1, "there are NUL bytes", "--encoding utf-16-be"),
        ("\ufeffy,p\n1,2\n".encode("utf-16-le")[:-1], {}, 2, "are not utf-16", "--encoding"),
        ("\ufeffy,p\n1,".encode("utf-16-le") + b"\x00\xd8a\0\n\0", {}, 2, "are not utf-16", "--encoding"),
        ("y,p\r\n1,日本".encode("shift_jis")[:-1], {"encoding": "shift_jis"}, 2, "are not shift_jis", "--e"),
        (b"\xff\xfey\0", {"encoding": "utf-8"}, None, "the mark of utf-16, but --encoding says", "Leave"),
        (b"y,p\n1,2\n\0\0\0\0\0\0\0\0\0", {}, 3, "the file ends in NUL bytes (9)", "cut off"),
        (b"y,p\n1,2\n2,3.\0\0\0\n\0", {}, 3, "the file ends in NUL bytes (4)", "cut off"),
        (b'y,p\n1,"2\0\0\0', {}, 2, "opened here and never closed", "Close it"),
        (b"y,p\n1,2\0\n2,3\n", {}, 2, "there is a NUL byte", "no text file"),
        (b"y,p\n1,2\0\0\0\0\0\0\0\0\n2,3\n", {}, 2, "there is a NUL byte", "no text file"),
        (b'y,p\n1,"a\n\n\0"\n', {}, 4, "there is a NUL byte", "no text file"),
        (b"y,p\0\n1,2\n", {}, 1, "there is a NUL byte", "no text file"),
        (b'y,p\n1,"2\n3,4\n', {}, 2, "a quote is opened here and never closed", "Close it"),
        (b'y,p\n1,"2 ""x"" y\n3,4\n', {}, 2, "a quote is opened here and never closed", "Close it"),
        (b'y,p\n1,a\n2,"b"c"\n', {}, 3, "there is text behind a closing quote: 'c\"'", 'write a quote as ""'),
        (b'y,p\n1,a\n2, "b"\n', {}, 3, "a quote stands inside a field", "Put the whole field in quotes"),
        (b"y,p\n1,2\n1\n", {}, 3, "1 field, but the header has 2", "Complete the row, or remove it"),
        (b"y,p\n1,2,\n2,3,\n", {}, 2, "3 fields, but the header has 2", "columns need a name each"),
        (b"y,p\n1,2\n1;2\n", {}, 3, "1 field", "The delimiter is ','"),
        (b"y,p\n1,2\n \n", {}, 3, "1 field", "Complete the row"),
        (b"y,p,,\n1,2,3,4\n", {}, 1, "the header names '' 2 times", "its own name"),
        (b'y, p,"p "\n1,2,3\n', {}, 1, "the header names 'p' 2 times", "its own name"),
        (b"1.5,2,NA\n3,4,5\n", {}, 1, "first line holds numbers (1.5, 2, NA)", "--columns y,pred_a,pred_b"),
    ],
)  # fmt: skip
def test_refused(table, data, options, line, words, advice):
    for limits in (WHOLE, FEW, Limits(chunk=1)):
        with pytest.raises(DataError, match=re.escape(words)) as caught:
            table(data, limits=limits, **options)
        assert caught.value.where.file.endswith("data.csv")
        assert caught.value.where.line == line
        assert advice in str(caught.value)


@pytest.mark.parametrize(
    ("field", "advice"),
    [
        ("0x10", "Correct the field, or empty it and use --missing drop"),
        ("1_000", "Write it in plain digits and signs: 1000"),
        ("١٢٫٥", "Correct the field, or empty it and use --missing drop"),
        ("١٢", "Write it in plain digits and signs: 12"),
        ("１２", "Write it in plain digits and signs: 12"),
        ("−5", "Write it in plain digits and signs: -5"),
        ("–5", "Write it in plain digits and signs: -5"),
        ("\u00a05", "Write it in plain digits and signs: 5"),
        ("5\u2009", "Write it in plain digits and signs: 5"),
        ("1 000", "--thousands ' '  # the space groups digits"),
        ("1,5", "--decimal ,  # the comma is the decimal sign"),
        ("1,234", "--decimal ,  # the comma is the decimal sign\n--thousands ,  # the comma groups digits"),
        ("1,234,567", "--thousands ,  # the comma groups digits"),
        ("1.234.567", "--decimal , --thousands .  # the dot groups digits"),
        ("5%", "/data.csv > data_plain.csv"),
        ("1e", "Correct the field, or empty it and use --missing drop"),
        ("2026-01-01", "Correct the field, or empty it and use --missing drop"),
        ("1e5" * 5_000, "Correct the field, or empty it and use --missing drop"),
    ],
)
def test_words_among_numbers(table, field, advice):
    for limits in (WHOLE, FEW):
        found = table(f'y,p\n1,2.5\n2,"{field}"\n3,4\n'.encode(), limits=limits)
        assert found.columns["p"].type is ColumnType.TEXT
        assert found.columns["p"].first_word == (2, field)
        with pytest.raises(DataError, match="is not a number") as caught:
            found.numbers(0, "p")
        assert repr(field)[:50] in caught.value.what
        assert len(caught.value.what) < 100
        assert (caught.value.where.line, caught.value.where.column) == (3, "p")
        assert advice in str(caught.value)


def test_a_word_after_many_good_rows(table):
    good = 200_000
    data = b"y,p\n" + b"1,2.5\n" * good + b"1,n.a.\n" + b"1,2.5\n" * 5
    found = table(data)
    assert (found.columns["p"].numeric, found.columns["p"].first_word) == (good + 5, (good + 1, "n.a."))
    assert found.columns["y"].type is ColumnType.NUMBER
    with pytest.raises(DataError, match=r"'n\.a\.' \(row 200,001\) is not a number") as caught:
        found.numbers(6, "p")
    assert str(caught.value.where).endswith("data.csv, line 200,002, column 'p'")
    with pytest.raises(DataError, match="1 field, but the header has 2") as caught:
        table(data + b"7\n")
    assert caught.value.where.line == good + 8


def test_a_class_named_na(table, whole):
    data = b'label,pred\n"NA",EU\nEU,NA\n"",EU\n'
    found = table(data)
    assert whole(found) == {"label": ["NA", "EU", None], "pred": ["EU", "NA", "EU"]}
    assert found.columns["label"].values == ("EU", "NA")
    assert found.columns["label"].missing == 1
    found = table(b'y,p\n1,"NA"\n2,3\n')
    assert (found.columns["p"].type, found.columns["p"].first_missing) == (ColumnType.NUMBER, 1)


def test_an_index_of_pandas(table, whole):
    found = table(b",0,1\n0,1.5,2\n1,2.5,3\n")
    assert whole(found) == {"": ["0", "1"], "0": ["1.5", "2.5"], "1": ["2", "3"]}
    assert found.columns[""].sequence == 0


NOT_TABLES = {
    "page.csv": (b"\n<!DOCTYPE html>\n<html></html>\n", "an HTML page or XML document", "in a browser"),
    "page.json": (b"<?xml version='1.0'?>", "an HTML page or XML document", "in a browser"),
    "old.csv": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "an Office document", "Save the table"),
    "d.csv": (b"SQLite format 3\0" + b"\0" * 600, "a database", "Save the table"),
    "model.csv": (b"\x80\x04\x95\x10\0\0\0", "a pickle", "Save the table"),
    "a.csv": (
        b"a.txt" + b"\0" * 252 + b"ustar\x0000" + b"\0" * 600,
        "an archive of several files",
        "Save the",
    ),
    "x.xlsx": (b"y,p\n1,2\n", "a spreadsheet", "Save the table as CSV"),
    "x.tar.gz": (b"y,p\n1,2\n", "an archive of several files", "Save the table as CSV"),
    "lfs.csv": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS", "git lfs pull"),
    "d.parquet": (b"y,p\n1,2\n", "its first bytes are not those of Parquet", "such as .csv"),
    "d.feather": (b"y,p\n1,2\n", "its first bytes are not those of Arrow", "such as .csv"),
    "d.jsonl": (b"y,p\n1,2\n", "this line is no JSON object", "if the file is CSV"),
    "d.json": (b'{\n  "y": 1\n}\n', "this line is no JSON object", "jq -c . FILE"),
    "array.json": (b"[1, 2]", "neither an array of records nor columns and data", "an array of objects"),
}


@pytest.mark.parametrize("name", NOT_TABLES)
def test_what_is_no_table(table, name):
    data, words, advice = NOT_TABLES[name]
    with pytest.raises(DataError, match=words) as caught:
        table(data, name)
    assert caught.value.where.file.endswith(name)
    assert advice in str(caught.value)


def test_json_lines_under_the_name_of_csv(table, whole):
    for name in ("d.csv", "d"):
        assert whole(table(b'\xef\xbb\xbf {"y": 1, "p": 2}\n', name)) == {"y": ["1"], "p": ["2"]}
    assert list(table(b"{y},PAR1,ARROW1\n1,2,3\n").columns) == ["{y}", "PAR1", "ARROW1"]
    assert list(table(b"PAR1,y\n1,2\n", "d").columns) == ["PAR1", "y"]
