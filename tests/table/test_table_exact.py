"""The fast path, the exact scanner and the csv module agree bit for bit, however the file is cut."""

import bz2
import csv
import gzip
import io
import lzma
import math
import re
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from losscli.data.table import Limits, ReadOptions, read
from losscli.data.table.grammar import COMMA, DOT, NumberStyle
from losscli.data.table.parse import Plan, parse_exact, parse_fast, quotes_fit
from losscli.data.table.scanner import Fault, records
from losscli.errors import DataError

shared = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300
)

SPELLED = re.compile(r"[+-]?([0-9]{1,20}(\.[0-9]{0,25})?|\.[0-9]{1,25})([eE][+-]?[0-9]{1,3})?")


def double_of(bits: int) -> float:
    return float(struct.unpack("d", struct.pack("Q", bits))[0])


FLOAT_TEXT = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.from_regex(SPELLED, fullmatch=True),
    st.integers(-(2**53), 2**53).map(str),
    st.integers(0, 2**64 - 1).map(double_of).filter(math.isfinite).map(repr),
)
RAW = st.text(alphabet='1.-+eE,;"\r\n aNxé\0\x0b\x0c\x1f\u00a0\ufeff_if', max_size=40)
STYLES = (None, DOT, COMMA, NumberStyle(".", ","), NumberStyle(",", "."), NumberStyle(".", " "))
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


def pieces(data: bytes, plan: Plan):
    """What either path makes of the same bytes: (fast, exact), None where it declines."""
    try:
        exact = parse_exact(data.decode(), plan)
    except Fault:
        exact = None
    return parse_fast(data, plan), exact


def assert_same(fast, exact) -> None:
    assert exact is not None, "the fast path took what breaks the rules"
    assert not exact.other, "the fast path took a word for a number"
    assert fast.rows == exact.rows
    assert fast.faults == exact.faults
    for a, b in zip(fast.arrays, exact.arrays, strict=True):
        if isinstance(a, np.ndarray):
            assert a.dtype == b.dtype == np.float64
            assert np.array_equal(np.isnan(a), np.isnan(b))
            here = ~np.isnan(a)
            assert np.array_equal(a[here].view(np.int64), b[here].view(np.int64))
        else:
            assert a.to_pylist() == b.to_pylist()


@shared
@given(RAW, st.sampled_from([",", ";"]), st.lists(st.sampled_from(STYLES), min_size=1, max_size=3))
def test_fast_path_never_differs_from_the_scanner(text, delimiter, styles):
    fast, exact = pieces(text.encode(), Plan(delimiter, tuple(styles), (DOT, COMMA)))
    if fast is not None:
        assert_same(fast, exact)


@shared
@given(
    st.lists(
        st.one_of(FLOAT_TEXT, st.sampled_from(["", "nan", "NA", "inf", "-INFINITY", "1e400", '"1"', " 2 "]))
    )
)
def test_numbers_are_those_of_float(fields):
    data = "".join(f"{field},0\n" for field in fields).encode()
    fast, exact = pieces(data, Plan(",", (DOT, DOT), (DOT,)))
    assert exact is not None
    if fast is not None:
        assert_same(fast, exact)
    for field, value in zip(fields, exact.arrays[0], strict=True):
        plain = field.strip('" ')
        want = math.nan if plain.lower() in ("", "nan", "na") else float(plain)
        assert struct.pack("d", value) == struct.pack("d", want) or (math.isnan(value) and math.isnan(want))


@shared
@given(RAW)
def test_quotes_are_judged_as_by_the_scanner(text):
    text = text.replace("\0", "")
    try:
        list(records(text, ","))
        fits = True
    except Fault:
        fits = False
    assert quotes_fit(text.encode(), ",") == fits


@shared
@given(st.text(alphabet='1,"\r\nxé ', max_size=60))
def test_scanner_reads_as_the_csv_module_does(text):
    try:
        found = [record for _, record in records(text, ",")]
    except Fault:
        return
    want = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    assert found == want


PACKED = {".csv": bytes, ".csv.gz": gzip.compress, ".csv.bz2": bz2.compress, ".csv.xz": lzma.compress}
QUOTING = (csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC)


def written(rows, delimiter: str, end: str, quoting: int) -> str:
    """Rows of (number, word, number) under a header, as the csv module writes them."""
    if any(sign in word for _, word, _ in rows for sign in "\r\n"):
        quoting = csv.QUOTE_ALL  # the module itself quotes only its own line end
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerow(["y", "word", "p"])
    writer.writerows([(float(y), word, float(p)) for y, word, p in rows])
    return text.getvalue()


@settings(shared, max_examples=120)
@given(
    rows=st.lists(st.tuples(FLOAT_TEXT, WORDS, FLOAT_TEXT), min_size=1, max_size=12),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    mark=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    quoting=st.sampled_from(QUOTING),
    packing=st.sampled_from(sorted(PACKED)),
    limits=st.builds(Limits, chunk=st.integers(1, 200), memory=st.sampled_from([0, 1 << 20])),
    jobs=st.integers(1, 3),
)
def test_round_trip(write, whole, rows, delimiter, end, mark, quoting, packing, limits, jobs):
    """What the csv module writes is read back bit-equal, and the same facts stand whatever the spelling."""
    data = PACKED[packing](written(rows, delimiter, end, quoting).encode(mark))
    found = read(write(data, "d" + packing), ReadOptions(text=frozenset({"word"}), jobs=jobs), limits=limits)
    plain = read(
        write(written(rows, ",", "\n", csv.QUOTE_MINIMAL).encode()), ReadOptions(text=frozenset({"word"}))
    )
    assert [column.type.value for column in found.columns.values()] == ["number", "text", "number"]
    assert dict(found.columns) == dict(plain.columns)
    assert found.notes == (() if delimiter == "," else (f"delimiter {delimiter!r}",))
    assert [word or "" for word in whole(found)["word"]] == [word for _, word, _ in rows]
    for name, i in (("y", 0), ("p", 2)):
        want = np.array([float(row[i]) for row in rows])
        for table in (found, plain):
            assert table.numbers(0, name).view(np.int64).tolist() == want.view(np.int64).tolist()


@shared
@given(RAW, st.integers(1, 30))
def test_any_bytes_in_any_chunks_are_the_same_table_or_the_same_error(write, whole, text, chunk):
    path = write(("y,p\n" + text).encode())

    def outcome(limits: Limits, jobs: int) -> object:
        try:
            found = read(path, ReadOptions(jobs=jobs), limits=limits)
        except DataError as error:
            return str(error)
        return whole(found), dict(found.columns), [found.where(row + 1, "y") for row in range(found.rows)]

    assert outcome(Limits(chunk=chunk), 2) == outcome(Limits(), 1)


def test_random_float_texts():
    rng = np.random.default_rng(0)
    values = rng.integers(0, 2**64, 20_000, dtype=np.uint64).view(np.float64)
    values = values[np.isfinite(values)]
    values = np.concatenate([values, rng.normal(size=20_000), rng.normal(size=20_000) * 1e-310])
    texts = [repr(x) for x in values.tolist()]
    texts += [
        f"{x:.{digits}e}" for x, digits in zip(values.tolist(), rng.integers(0, 30, len(values)), strict=True)
    ]
    texts += [
        f"{x:.{digits}f}"
        for x, digits in zip(rng.normal(size=5_000) * 100, rng.integers(0, 40, 5_000), strict=True)
    ]
    data = "".join(text + "\n" for text in texts).encode()
    piece = parse_fast(data, Plan(",", (DOT,), (DOT,)))
    assert piece is not None
    want = np.array([float(text) for text in texts])
    assert np.array_equal(piece.arrays[0].view(np.int64), want.view(np.int64))


@pytest.mark.parametrize(
    ("style", "field", "want"),
    [
        (NumberStyle(".", ","), "1,234,567.5", 1234567.5),
        (NumberStyle(".", ","), "1234,567", None),
        (NumberStyle(".", ","), ",123", None),
        (NumberStyle(",", "."), "-1.234,5e-1", -123.45),
        (NumberStyle(",", " "), "12 345,5", 12345.5),
        (NumberStyle(".", "\u00a0"), "1\u00a0000", 1000.0),
        (COMMA, "1.5", None),
        (DOT, "1,5", None),
        (DOT, "infinity", math.inf),
        (DOT, "-Inf", -math.inf),
        (DOT, "infinit", None),
        (DOT, "1e", None),
        (DOT, "--1", None),
        (DOT, "1 2", None),
        (DOT, "1\n", None),
        (DOT, "١", None),
    ],
)  # fmt: skip
def test_grammar(style, field, want):
    assert style.number(field) == want
