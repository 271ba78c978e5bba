"""Leading zeros make an integer column text; text that spells numbers is numbers, in every format alike."""

import io
import json
import math
import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from losscli.data.table import BLOCK, ColumnType, Limits
from losscli.errors import DataError

FEW = Limits(chunk=40, memory=0)


def csv(fields: list[str], delimiter: str = ",") -> bytes:
    quoted = (f'"{field}"' if delimiter in field else field for field in fields)
    return f"y{delimiter}p\n".encode() + "".join(f"{field}{delimiter}a\n" for field in quoted).encode()


def lines(fields: list[str]) -> bytes:
    return "".join(json.dumps({"y": field, "p": "a"}) + "\n" for field in fields).encode()


def document(fields: list[str]) -> bytes:
    return json.dumps([{"y": field, "p": "a"} for field in fields], indent=1).encode()


def parquet(fields: list[str]) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({"y": fields, "p": ["a"] * len(fields)}), file)
    return file.getvalue()


def arrow(fields: list[str]) -> bytes:
    sink = pa.BufferOutputStream()
    made = pa.table({"y": pa.array(fields).dictionary_encode(), "p": ["a"] * len(fields)})
    with pa.ipc.new_stream(sink, made.schema) as writer:
        writer.write_table(made, max_chunksize=7)
    return sink.getvalue().to_pybytes()


FORMATS = {
    "d.csv": csv,
    "d.tsv": lambda fields: csv(fields, "\t"),
    "d.psv": lambda fields: csv(fields, "|"),
    "d.jsonl": lines,
    "d.json": document,
    "d.parquet": parquet,
    "d.arrow": arrow,
}
CODES = ["007", "-07", "+00", " 02139", "02139\t", "00"]
WHOLE = ["0", "-0", "10", "7", "100", " 12 ", "+5", "1e3", "2.0", "NA", ""]
FRACTIONS = ["0.5", "00.5", "-0.25", "1e-05", ".5"]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("seed", range(4))
def test_columns_of_codes(table, whole, name, seed):
    """The whole column decides: with a leading zero it is text if all its numbers are whole, else numbers."""
    rng = random.Random(seed)
    for with_code in (True, False):
        for with_fraction in (True, False):
            fields = rng.choices(WHOLE, k=rng.choice((3, 50, 400)))
            places = rng.sample(range(len(fields)), 2)
            if with_code:
                fields[places[0]] = rng.choice(CODES)
            if with_fraction:
                fields[places[1]] = rng.choice(FRACTIONS)
            for limits in (Limits(), FEW):
                for jobs in (1, 2):
                    found = table(FORMATS[name](fields), name, limits=limits, jobs=jobs)
                    column = found.columns["y"]
                    is_text = with_code and not with_fraction
                    assert (column.type is ColumnType.TEXT) == is_text, fields
                    if is_text:
                        first = places[0] + 1, fields[places[0]]
                        assert column.first_word == first
                        assert whole(found)["y"] == [field or None for field in fields]
                        with pytest.raises(DataError, match=r"\(row \d+\) is not a number") as caught:
                            found.numbers(0, "y")
                        assert repr(fields[places[0]]) in caught.value.what
                    else:
                        numbers = [x for x in found.numbers(0, "y").tolist() if not math.isnan(x)]
                        assert numbers == [float(x) for x in fields if x not in ("NA", "")]


@pytest.mark.parametrize("name", FORMATS)
def test_codes_that_are_said_to_be_numbers(table, name):
    """--zero-padded: no column is text for its zeros, but those that are named as text are."""
    fields = ["10", *CODES, "NA", "1e3"]
    for limits in (Limits(), FEW):
        found = table(FORMATS[name](fields), name, limits=limits, padded=True)
        numbers = [x for x in found.numbers(0, "y").tolist() if not math.isnan(x)]
        assert numbers == [float(x) for x in fields if x != "NA"]
        kept = table(FORMATS[name](fields), name, limits=limits, padded=True, text=frozenset({"y"}))
        assert kept.columns["y"].type is ColumnType.TEXT


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_late_code(table, end, quote):
    rows = [f"{quote}{i % 9}{quote},{i}" for i in range(3_000)]
    rows[2_900] = f"{quote}05{quote},1"
    data = end.join(["y,p", *rows]).encode()
    for limits in (Limits(), Limits(chunk=500), Limits(chunk=500, memory=0)):
        found = table(data, limits=limits)
        assert found.columns["y"].first_word == (2_901, "05")
        assert found.columns["p"].type is ColumnType.NUMBER
        assert found.where(2_901, "y").line == 2_902


def test_a_fraction_behind_many_codes(table):
    data = b"y,p\n" + b"007,1\n" * (BLOCK + 5) + b"1.5,1\n"
    for limits in (Limits(), Limits(chunk=5_000, memory=0)):
        found = table(data, limits=limits)
        assert (found.columns["y"].type, found.columns["y"].high) == (ColumnType.NUMBER, 7)
        assert found.numbers(1, "y")[-1] == 1.5


def test_codes_beside_decimal_commas(table):
    found = table(b"y;p;q\n007;1,5;01\n008;2;2,5\n")
    assert [column.type.value for column in found.columns.values()] == ["text", "number", "number"]
    assert found.numbers(0, "q").tolist() == [1.0, 2.5]


@pytest.mark.parametrize("name", ["d.jsonl", "d.json", "d.parquet", "d.arrow"])
def test_numbers_in_text(table, name):
    fields = ["1.5", " -2e3", "NA", "", "inf", "12345678901234567890", "9007199254740992"]
    same = table(csv(fields)).columns["y"]
    for limits in (Limits(), FEW):
        found = table(FORMATS[name](fields), name, limits=limits)
        assert found.columns["y"] == same
        with pytest.raises(DataError, match="row 6: '12345678901234567890'"):
            found.numbers(0, "y")
    found = table(FORMATS[name](fields), name, text=frozenset({"y"}))
    assert found.columns["y"].type is ColumnType.TEXT


@pytest.mark.parametrize("name", FORMATS)
def test_the_field_as_it_stands(table, name):
    for fields, word in ((["1", "four", "3"], "four"), (["1", "x " * 3, "?"], "x x x ")):
        with pytest.raises(DataError) as caught:
            table(FORMATS[name](fields), name).numbers(0, "y")
        assert caught.value.what == f"{word!r} (row 2) is not a number"


@pytest.mark.parametrize("name", ["d.jsonl", "d.json", "d.parquet", "d.arrow"])
def test_flags_for_numbers_in_text(table, name):
    data = FORMATS[name](["1.234,5", "2", "n/k"])
    found = table(data, name, decimal=",", thousands=".", missing_words=("N/K",))
    assert found.numbers(0, "y")[:2].tolist() == [1234.5, 2.0]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("word", ["?", "-", "not known", "-999", "N.A."])
def test_words_for_missing(table, whole, name, word):
    spelled = [word, f" {word}\t", word.upper(), word.title()]
    rng = random.Random(word)
    for fields in (["1", "2.5", *spelled], ["a", "b", *spelled], ["1", *rng.sample(spelled, 3), "-999.5"]):
        for limits in (Limits(), FEW):
            found = table(FORMATS[name](fields), name, limits=limits, missing_words=(word.lower(),))
            column = found.columns["y"]
            want = [None if field in spelled else field for field in fields]
            assert whole(found)["y"] == want
            assert column.missing == want.count(None)
            assert (column.type is ColumnType.TEXT) == ("a" in fields)


def test_missing_numbers_of_a_number_column(table):
    file = io.BytesIO()
    pq.write_table(pa.table({"y": [1.0, -999.0, None], "n": [-999, 2, 3]}), file)
    found = table(file.getvalue(), "d.parquet", missing_words=("-999",))
    assert [column.missing for column in found.columns.values()] == [2, 1]
    found = table(b'{"y": -999, "n": 1}\n{"y": 2, "n": -999}\n', "d.jsonl", missing_words=("-999",))
    assert [column.missing for column in found.columns.values()] == [1, 1]


@pytest.mark.parametrize(
    ("fields", "offered"),
    [(["1", "?", "2", "?"], "--missing-word '?'"), (["1", "miss", "Miss "], "--missing-word miss")],
)
def test_the_only_word_is_offered(table, fields, offered):
    with pytest.raises(DataError) as caught:
        table(csv(fields)).numbers(0, "y")
    assert offered in str(caught.value)
    assert "--missing drop" in caught.value.advice
    for others in (["1", "?", "x"], ["?", "?"], ["1", "2026-01-01"]):
        with pytest.raises(DataError) as caught:
            table(csv(others)).numbers(0, "y")
        assert "--missing-word" not in str(caught.value)
