"""Numbers written for people: each gets the flag that reads it, or a line for the shell that strips it."""

import random
import shlex
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from losscli.data.table import ColumnType, Limits, ReadOptions, read
from losscli.data.table.people import list_places, people_number
from losscli.errors import DataError, UsageError

SPACES = " \u00a0\u2007\u2009\u202f"


def grouped(value: float, thousands: str, decimal: str) -> str:
    return f"{value:,.2f}".replace(",", "\0").replace(".", decimal).replace("\0", thousands)


STYLES = {
    **{f"{sign!r}, dot": (sign, ".", "--thousands ' '") for sign in SPACES},
    **{f"{sign!r}, comma": (sign, ",", "--decimal , --thousands ' '") for sign in SPACES},
    "comma, dot": (",", ".", "--thousands ,"),
    "dot, comma": (".", ",", "--decimal , --thousands ."),
    "apostrophe": ("'", ".", '--thousands "\'"'),
    "curly": ("\u2019", ".", '--thousands "\'"'),
    "comma": ("", ",", "--decimal ,"),
}
MARKS = ["$", "€", "£", "US$", "R$", "CHF", "kr", "₹"]
STRIPPED = {
    **{f"{mark} before": lambda x, mark=mark: f"{mark}{x}" for mark in MARKS},
    **{f"{mark} before a blank": lambda x, mark=mark: f"{mark} {x}" for mark in MARKS},
    **{f"{mark} behind": lambda x, mark=mark: f"{x}\u00a0{mark}" for mark in MARKS},
    "sign": lambda x: f"-${x}",
    "percent": lambda x: f"{x}%",
    "percent, blank": lambda x: f"{x} %",
    "brackets": lambda x: f"[{x}]",
    "more brackets": lambda x: f"[[{x}]]",
    "tensor": lambda x: f"tensor({x})",
    "gradient": lambda x: f"tensor({x}, grad_fn=<SelectBackward0>)",
    "device": lambda x: f"tensor([{x}], device='cuda:0', dtype=torch.float64)",
    "tensorflow": lambda x: f"tf.Tensor({x}, shape=(), dtype=float32)",
    "float64": lambda x: f"np.float64({x})",
    "array": lambda x: f"array([{x}])",
    "decimal": lambda x: f"Decimal('{x}')",
}


def flags(text: str) -> dict[str, str]:
    words = shlex.split(text)
    return {flag.removeprefix("--"): value for flag, value in zip(words[::2], words[1::2], strict=True)}


def table_of(fields: list[str], delimiter: str) -> str:
    quoted = (f'"{x}"' if delimiter in x or "," in x else x for x in fields)
    return f"y{delimiter}p\n" + "".join(f"{x}{delimiter}{i}\n" for i, x in enumerate(quoted))


def refused(path: object, **options: str) -> DataError:
    found = read(str(path), ReadOptions(**options))
    assert found.columns["y"].type is ColumnType.TEXT
    with pytest.raises(DataError, match="is not a number") as caught:
        found.numbers(0, "y")
    return caught.value


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_flags(tmp_path, style, delimiter):
    thousands, decimal, want = STYLES[style]
    rng = random.Random(style)
    values = [round(rng.choice((-1, 1)) * rng.uniform(1_000, 9e6), 2) for _ in range(30)]
    path = tmp_path / "d.csv"
    path.write_text(table_of([grouped(value, thousands, decimal) for value in values], delimiter))
    if delimiter == ";" and style == "comma":
        assert read(str(path)).numbers(0, "y").tolist() == values
        return
    error = refused(path)
    assert shlex.split(want) in [list(fix.flags) for fix in error.fixes]
    for limits in (Limits(), Limits(chunk=50)):
        found = read(str(path), ReadOptions(**flags(want)), limits=limits)
        assert found.numbers(0, "y").tolist() == values
        assert found.columns["p"].sequence == 0


@pytest.mark.parametrize("family", STRIPPED)
@pytest.mark.parametrize("name", ["d.csv", "d.tsv", "it's d.csv", "d.parquet"])
def test_lines_that_strip(tmp_path, python_line, family, name):
    rng = random.Random(family)
    values = [round(rng.uniform(0, 999), 3) for _ in range(20)]
    fields = [STRIPPED[family](repr(value)) for value in values]
    path = tmp_path / name
    if name == "d.parquet":
        pq.write_table(pa.table({"y": fields, "p": range(20)}), path)
    else:
        path.write_text(table_of(fields, "\t" if name == "d.tsv" else ","))
    error = refused(path)
    assert error.advice.startswith("Strip ")
    line = error.advice.split(": ", 1)[1]
    if line.startswith("python -c"):
        python_line(line)
    else:
        environment = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}
        subprocess.run(line, shell=True, cwd=tmp_path, check=True, env=environment)
    (made,) = tmp_path.glob("*_plain.*")
    numbers = read(str(made)).numbers(0, "y").tolist()
    assert numbers == ([-value for value in values] if family == "sign" else values)
    assert read(str(made)).columns["p"].sequence == 0


def test_strip_and_flags(tmp_path):
    path = tmp_path / "d.csv"
    path.write_text('y,p\n"$1,234.50",1\n')
    advice = refused(path).advice
    assert advice.startswith("Strip the $ sign: sed -E ")
    assert advice.endswith("then read d_plain.csv with --thousands ,")


WORDS = [
    *("", "NA", "1.5", "-3e5", "abc", "a1", "1e", "2026-01-01", "12:30", "1-2", "192.168.0.1", "v1.2"),
    *("(1", "$", "%", "1,23,4", "1.2.3", "12 34", "[0.1, 0.9]", "tensor(1, 2", "f(3)", "$a1", "5 kg", "1/2"),
    *("x" * 10_000, "1" * 999),
]


@pytest.mark.parametrize("text", WORDS)
def test_no_numbers_of_people(text):
    assert people_number(text) is None


def test_two_readings():
    assert people_number("1,234").flags == ("--decimal ,", "--thousands ,")
    assert people_number("0,234").flags == ("--decimal ,",)
    assert people_number("1 234").flags == ("--thousands ' '",)
    assert people_number("12,34,567").strip == "the commas"
    assert people_number("１２").plain == "12"


@pytest.mark.parametrize("sign", [",", ".", "'", "space", " ", "\u00a0", "_", "\u2019"])
def test_groups_have_three_digits(table, sign):
    seen = " " if sign == "space" else sign
    decimal = "," if sign == "." else "."
    for field in (
        "1{0}5",
        "12{0}34",
        "1234{0}567",
        "1{0}2345",
        "0{0}123",
        "1{0}{0}234",
        "-{0}123",
        "1{0}234{0}5",
    ):
        data = f'y,p\n"{field.format(seen)}",1\n'.encode()
        assert table(data, thousands=sign, decimal=decimal).columns["y"].type is ColumnType.TEXT
    for field, value in (("1{0}234", 1234), ("12{0}345{0}678", 12345678), ("999", 999), ("1234", 1234)):
        data = f'y,p\n"{field.format(seen)}",1\n'.encode()
        assert table(data, thousands=sign, decimal=decimal).numbers(0, "y").tolist() == [value]


@pytest.mark.parametrize("sign", ["ab", "5", "a", "+", "-", '"', "\n", ""])
def test_no_thousands_sign(sign):
    with pytest.raises(UsageError, match="is no thousands sign"):
        ReadOptions(thousands=sign)


def test_a_column_that_is_no_set_of_classes(table):
    """`people` is said where more than half of the distinct values are numbers of some kind."""
    many = [f"{i},{i:03}.5" for i in range(1, 300)]
    for fields, first in (
        (many, (1, "1,001.5")),
        (["a", *many], (2, "1,001.5")),
        (["950.5", "1,250.5", "b"], (2, "1,250.5")),
        (["a", "b", "1,250.5"], None),
        (["a", "b", "2"], None),
        ([f"c{i}" for i in range(300)] + many, None),
    ):
        for limits in (Limits(), Limits(chunk=30, memory=0)):
            found = table(table_of(fields, ",").encode(), limits=limits)
            assert found.columns["y"].people == first


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("[0.1, 0.9]", 2),
        ("[0.1 0.9 1e-3]", 3),
        ("(1,2)", 2),
        ("[0.1\n 0.9]", 2),
        ("[ 1. 2. ]", 2),
        ("[1]", None),
        ("[a, b]", None),
        ("[]", None),
        ("1, 2", None),
    ],
)
def test_lists_in_text(text, places):
    assert list_places(text) == places


def test_the_line_for_lists_in_text(tmp_path):
    path = tmp_path / "d.csv"
    path.write_text('y,proba,z\n1,"[0.1, 0.9]",a\n0,[0.25 0.75],b\n')
    found = read(str(path))
    assert found.columns["proba"].type is ColumnType.TEXT
    with pytest.raises(DataError) as caught:
        found.numbers(0, "proba")
    line = caught.value.advice.split(": ", 1)[1].replace("python -c", f"{sys.executable} -c", 1)
    subprocess.run(line, shell=True, cwd=tmp_path, check=True)
    found = read(str(tmp_path / "d_plain.csv"))
    assert list(found.columns) == ["y", "z", "proba_0", "proba_1"]
    assert found.numbers(0, "proba_1").tolist() == [0.9, 0.75]
