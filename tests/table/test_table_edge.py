"""Forty-one awkward files, rebuilt as bytes: each is read exactly, or refused with words and a place."""

import bz2
import gzip
import io
import json
import lzma
import random
import re
import zipfile

import pytest

import losscli.cli
from losscli.errors import DataError

PLAIN = b"y,p\n1,1.5\n2,2.5\n"
READ = {"y": ["1", "2"], "p": ["1.5", "2.5"]}
MISSING = [None] * 10
RANDOM = "".join(f"{i},{random.Random(i).random()!r}\n" for i in range(200)).encode()


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, PLAIN)
    return file.getvalue()


EXACT = {
    "plain.csv": (PLAIN, READ),
    "utf8_bom.csv": (b"\xef\xbb\xbf" + PLAIN, READ),
    "utf16le_bom.csv": (b"\xff\xfe" + PLAIN.decode().encode("utf-16-le"), READ),
    "crlf.csv": (PLAIN.replace(b"\n", b"\r\n"), READ),
    "mixed_eol.csv": (
        b"y,p\r\n1,1.5\n2,2.5\r3,3.5\n",
        {"y": ["1", "2", "3"], "p": ["1.5", "2.5", "3.5"]},
    ),
    "no_final_newline.csv": (PLAIN[:-1], READ),
    "blank_lines.csv": (b"y,p\n\n1,1.5\n\n2,2.5\n\n\n", READ),
    "semicolon_decimal_comma.csv": (b"y;p\n1,0;1,5\n2,0;2,5\n", READ),
    "thousands_quoted.csv": (
        b'y,p\n"1,234","1,234.5"\n2,3\n',
        {"y": ["1,234", "2"], "p": ["1,234.5", "3"]},
    ),
    "space_header.csv": (b"y , p\n1, 1.5\n", {"y": ["1"], "p": ["1.5"]}),
    "na_spellings.csv": (
        b"y,p\n0,\n1,NA\n2,N/A\n3,n/a\n4,NaN\n5,nan\n6,NULL\n7,null\n8,None\n9,none\n10,-\n11,?\n12,.\n"
        b"13,#N/A\n14,#DIV/0!\n15,<NA>\n16,-nan\n17,1.#IND\n18,NaT\n19,missing\n",
        {
            "y": [str(i) for i in range(20)],
            "p": [
                *(None, "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "none", "-", "?", "."),
                *("#N/A", "#DIV/0!", "<NA>", "-nan", "1.#IND", "NaT", "missing"),
            ],
        },
    ),
    "quoted_empty.csv": (b'y,p\n1,""\n2,\n', {"y": ["1", "2"], "p": [None, None]}),
    "tiny_huge.csv": (
        b"y,p\n5e-324,1.7976931348623157e308\n1e-400,2.2250738585072011e-308\n",
        {"y": ["5e-324", "0"], "p": ["1.7976931348623157e+308", "2.225073858507201e-308"]},
    ),
    "long_ids.csv": (
        b"id,y,p\n00123,1,1.5\n00456,2,2.5\n",
        {"id": ["00123", "00456"], "y": ["1", "2"], "p": ["1.5", "2.5"]},
    ),
    "unicode_digits.csv": ("y,p\n١٢,٣\n１,２\n".encode(), {"y": ["١٢", "１"], "p": ["٣", "２"]}),
    "bool_labels.csv": (b"y,p\nTrue,0.9\nFalse,0.2\n", {"y": ["True", "False"], "p": ["0.9", "0.2"]}),
    "quoted_newline.csv": (
        b'y,p,note\n1,1.5,"a\nb"\n2,2.5,"c\r\nd"\n',
        {**READ, "note": ["a\nb", "c\r\nd"]},
    ),
    "tab.tsv": (PLAIN.replace(b",", b"\t"), READ),
    "pipe.csv": (PLAIN.replace(b",", b"|"), READ),
    "sep_line.csv": (b"sep=;\ny;p\n1;1.5\n", {"y": ["1"], "p": ["1.5"]}),
    "markup_header.csv": (
        b"y,[red]p[/red],[/],[link=http://evil]x[/link]\n1,1.5,2,3\n",
        {"y": ["1"], "[red]p[/red]": ["1.5"], "[/]": ["2"], "[link=http://evil]x[/link]": ["3"]},
    ),
    "html_header.csv": (
        b'y,"<script>alert(1)</script>","a\' onmouseover=alert(1) x=\'","</script><img src=x>",{{7*7}}\n'
        b"1,2,3,4,5\n",
        {
            "y": ["1"],
            "<script>alert(1)</script>": ["2"],
            "a' onmouseover=alert(1) x='": ["3"],
            "</script><img src=x>": ["4"],
            "{{7*7}}": ["5"],
        },
    ),
    "dates.csv": (b"y,p\n2026-01-01,1.5\n", {"y": ["2026-01-01"], "p": ["1.5"]}),
    "plain.csv.gz": (gzip.compress(PLAIN), READ),
    "plain.csv.bz2": (bz2.compress(PLAIN), READ),
    "plain.csv.xz": (lzma.compress(PLAIN), READ),
    "plain.csv.zip": (zipped("plain.csv"), READ),
}
REFUSED = {
    "latin1.csv": (b"y,p,n\xe4me\n1,1.5,caf\xe9\n", 1, "0xe4 at offset 5 is not UTF-8", "--encoding latin-1"),
    "ragged_short.csv": (b"y,p,w\n1,1.5,1\n2,2.5\n", 3, "2 fields, but the header has 3", "Complete the row"),
    "ragged_long.csv": (b"y,p\n1,1.5\n2,2.5,9\n", 3, "3 fields, but the header has 2", "need quotes"),
    "dup_header.csv": (b"y,p,p\n1,1.5,9.5\n", 1, "the header names 'p' 2 times", "its own name"),
    "header_only.csv": (b"y,p\n", None, "a header and no rows", "nothing to compute"),
    "empty.csv": (b"", None, "the file is empty", "names of its columns"),
    "only_newlines.csv": (b"\n\n\n", None, "there is no header", "names of its columns"),
    "unclosed_quote.csv": (b'y,p,note\n1,1.5,"abc\n2,2.5,x\n', 2, "opened here and never closed", "Close it"),
    "stray_quote.csv": (
        b'y,p,note\n1,1.5,5" pipe\n2,2.5,x\n', 2, "a quote stands inside a field", 'write the quote as ""'),
    "nul_byte.csv": (b"y,p\n1,1.5\x00\n2,2.5\n", 2, "there is a NUL byte", "no text file"),
    "ansi_header.csv": (
        b"y,\x1b[31mp\x1b[0m,\x1b]0;pwn\x07t,\x1b]8;;http://evil\x1b\\x\x1b]8;;\x1b\\,\xc2\x9b31mC1\n1,1,1,1,1\n",
        1, "the header names '' 2 times", "The delimiter is ';'; --delimiter sets it"),
    "truncated.csv.gz": (gzip.compress(RANDOM)[:-400], None, "no whole gzip file", "cut short while copying"),
    "two_members.csv.zip": (
        zipped("a.csv", "b.csv"), None, "the archive has 2 members: 'a.csv', 'b.csv'", "exactly one member"),
}  # fmt: skip


@pytest.mark.parametrize("name", EXACT)
def test_read_exactly(table, whole, name):
    data, want = EXACT[name]
    options = {"text": frozenset({"id"})} if name == "long_ids.csv" else {}
    assert whole(table(data, name, **options)) == want


@pytest.mark.parametrize("name", REFUSED)
def test_refused(table, name):
    data, line, words, advice = REFUSED[name]
    with pytest.raises(DataError, match=re.escape(words)) as caught:
        table(data, name)
    assert caught.value.where.file.endswith(name)
    assert (caught.value.where.line, caught.value.where.column) == (line, None)
    assert advice in str(caught.value)


def test_with_the_flag_that_the_advice_names(table, whole):
    data = REFUSED["latin1.csv"][0]
    assert whole(table(data, encoding="latin-1")) == {"y": ["1"], "p": ["1.5"], "näme": ["café"]}
    data = REFUSED["ansi_header.csv"][0]
    assert list(table(data, delimiter=",").columns) == data.decode().splitlines()[0].split(",")
    data = EXACT["thousands_quoted.csv"][0]
    assert whole(table(data, thousands=",")) == {"y": ["1234", "2"], "p": ["1234.5", "3"]}


RAW = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
COMPARED = {name: data for name, (data, *_) in (EXACT | REFUSED).items()}
PAIRS = {  # what compare makes of them: targets and predictions
    **dict.fromkeys([name for name, (_, want) in EXACT.items() if want == READ], ((1, 2), (1.5, 2.5))),
    "mixed_eol.csv": ((1, 2, 3), (1.5, 2.5, 3.5)),
    "space_header.csv": ((1,), (1.5,)),
    "sep_line.csv": ((1,), (1.5,)),
    "quoted_newline.csv": ((1, 2), (1.5, 2.5)),
}


@pytest.mark.parametrize("name", COMPARED)
def test_the_command(tmp_path, capfd, name):
    path = tmp_path / name
    path.write_bytes(COMPARED[name])
    code = losscli.cli.run(["compare", str(path), "--loss", "mae", "--format", "json"])
    out, err = capfd.readouterr()
    assert not RAW.search(out + err)
    if code == 2:
        assert name not in PAIRS
        assert (out, err.startswith("error: ")) == ("", True)
        assert name in err
        return
    found = json.loads(out)
    assert code == 0
    if name in PAIRS:
        y, p = PAIRS[name]
        assert found["rows"]["used"] == len(y)
        assert found["losses"][0]["results"][0]["value"] == sum(
            abs(a - b) for a, b in zip(y, p, strict=True)
        ) / len(y)


CORRECT = ["Correct the field, or empty it and use --missing drop"]
PASTE = "…"  # a line to paste


@pytest.mark.parametrize(
    ("name", "line", "column", "words", "advice"),
    [
        ("dates.csv", 2, "y", "'2026-01-01' (row 1) is not a number", CORRECT),
        ("thousands_quoted.csv", 2, "y", "'1,234' (row 1) is not a number",
         ["Say how its numbers are written:", PASTE, PASTE, PASTE]),
        ("unicode_digits.csv", 2, "y", "'١٢' (row 1) is not a number", ["Say what is predicted:", PASTE]),
        ("na_spellings.csv", 12, "p", "'-' (row 11) is not a number", CORRECT),
        ("quoted_empty.csv", 2, "p", "the value in row 1 is missing, as in every row",
         ["Name another column, or fill it in"]),
        ("float_precision.csv", 3, "p", "row 2: '9007199254740993' is a whole number that a double cannot "
         "hold (it would become 9007199254740992)",
         ["Write it as a float (9007199254740992.0), or read the column as text (--id or --group)."]),
    ],
)  # fmt: skip
def test_the_command_names_the_value(tmp_path, capfd, name, line, column, words, advice):
    path = tmp_path / name
    path.write_bytes(COMPARED.get(name, PRECISION))
    assert losscli.cli.run(["compare", str(path), "--pred", "p", "--loss", "mae"]) == 2
    error = capfd.readouterr().err.splitlines()
    assert error[0] == f"error: {path}, line {line}, column '{column}': {words}"
    assert [PASTE if said.startswith(f"  losscli compare {path} ") else said for said in error[1:]] == advice


PRECISION = (
    b"y,p\n0.1,0.30000000000000004\n1234567.8901234567,9007199254740993\n"
    b"3.141592653589793238,2.2250738585072014e-308\n"
)


def test_numbers_are_those_of_float(table):
    found = table(PRECISION, "float_precision.csv")
    assert found.numbers(0, "y").tolist() == [0.1, 1234567.8901234567, 3.141592653589793238]
    assert found.columns["p"].inexact[:2] == (2, "9007199254740993")
    found = table(PRECISION.replace(b"993,", b"992.0,").replace(b"993\n", b"992.0\n"))
    assert found.numbers(0, "p").tolist() == [
        0.30000000000000004,
        9007199254740992.0,
        2.2250738585072014e-308,
    ]
