"""Facts are true of the whole column, whatever the blocks; blocks are canonical, in memory or spooled."""

import gc
import itertools
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.data.table import BLOCK, MAX_NUMBERS, MAX_VALUES, ColumnType, Limits, store
from losscli.data.table.column import NumberFacts, TextFacts
from losscli.data.table.grammar import DOT, NumberStyle, is_missing
from losscli.errors import DataError

NUMBERS = st.lists(
    st.one_of(
        st.floats(width=16), st.integers(-3, 3).map(float), st.sampled_from([np.nan, np.inf, -np.inf, -0.0])
    ),
    max_size=200,
)
TEXTS = st.lists(
    st.sampled_from(["", "a", "b", "1", "-2.5", "NA", " nan ", "inf", "1e400", "é", "0x1", "1\n"]),
    max_size=60,
)


def parts(values, cuts):
    edges = [0, *sorted(cut % (len(values) + 1) for cut in cuts), len(values)]
    return [values[a:b] for a, b in itertools.pairwise(edges)]


def first(mask):
    return int(np.argmax(mask)) + 1 if len(mask) and np.any(mask) else None


@given(NUMBERS, st.lists(st.integers(0, 200), max_size=4))
def test_number_facts(values, cuts):
    x = np.array(values, float)
    facts = NumberFacts()
    for part in parts(x, cuts):
        facts.add(part)
    column = facts.column("x")
    finite = x[np.isfinite(x)]
    assert column.type is ColumnType.NUMBER
    assert (column.missing, column.first_missing) == (np.isnan(x).sum(), first(np.isnan(x)))
    assert column.first_infinite == first(np.isinf(x))
    assert column.low == (finite.min() if len(finite) else None)
    assert column.high == (finite.max() if len(finite) else None)
    assert column.whole == bool((finite == np.floor(finite)).all())
    counts = [start for start in (0, 1) if len(x) and np.array_equal(x, np.arange(len(x)) + start)]
    assert column.sequence == (counts[0] if counts else None)
    distinct = np.unique(x[~np.isnan(x)] + 0.0)
    assert column.values == (tuple(distinct) if len(distinct) <= MAX_NUMBERS else None)


@pytest.mark.parametrize("start", [0, 1, 2])
def test_sequence_over_blocks(start):
    facts = NumberFacts()
    for part in np.split(np.arange(3_000.0) + start, 3):
        facts.add(part)
    assert facts.column("x").sequence == (start if start < 2 else None)


def test_distinct_values_are_kept_up_to_a_limit():
    for n, kept in ((MAX_NUMBERS, True), (MAX_NUMBERS + 1, False)):
        facts = NumberFacts()
        facts.add(np.repeat(np.arange(n, dtype=float), 300))
        assert (facts.column("x").values is not None) == kept
    for n, kept in ((MAX_VALUES, True), (MAX_VALUES + 1, False)):
        texts = TextFacts()
        for half in (range(n // 2), range(n // 2, n)):
            texts.add(pa.array([f"{i:04d}" for i in half], pa.string()))
        assert texts.column("x").values == (tuple(f"{i:04d}" for i in range(n)) if kept else None)


@given(TEXTS, st.lists(st.integers(0, 60), max_size=4), st.booleans())
def test_text_facts(values, cuts, many):
    if many:  # more distinct texts in a block than are judged one by one
        values = [*values, *(f"{i}.{i}" for i in range(300)), *(f"x{i}" for i in range(300))]
    facts = TextFacts()
    for part in parts(values, cuts):
        facts.add(pa.array(part, pa.string()))
    column = facts.column("x")
    empty = np.array([value == "" for value in values], bool)
    spelled = [DOT.number(value) for value in values]
    words = [i for i, value in enumerate(values) if spelled[i] is None and not is_missing(value)]
    assert (column.missing, column.first_missing) == (empty.sum(), first(empty))
    assert column.numeric == sum(x is not None and not np.isnan(x) for x in spelled)
    assert column.first_word == ((words[0] + 1, values[words[0]]) if words else None)
    assert column.values == tuple(sorted(set(values) - {""}))


@pytest.mark.parametrize("thousands", [" ", ".", "'", "_", "\u00a0", "|"])
def test_text_facts_in_other_styles(thousands):
    style = NumberStyle(",", thousands)
    values = [f"{i}{thousands}000,5" for i in range(1, 400)] + ["1.5.5", "12" + thousands + "34", "7"]
    facts = TextFacts(style)
    facts.add(pa.array(values, pa.string()))
    assert facts.column("x").numeric == sum(style.number(value) is not None for value in values) == 400
    assert facts.column("x").first_word == (400, "1.5.5")


def random_csv(rows: int) -> tuple[bytes, np.ndarray, list[str]]:
    rng = np.random.default_rng(1)
    x = rng.normal(size=rows)
    words = [f"w{i}" for i in rng.integers(0, 5000, rows)]
    return (
        ("x,w\n" + "".join(f"{a!r},{b}\n" for a, b in zip(x.tolist(), words, strict=True))).encode(),
        x,
        words,
    )


def test_blocks_are_canonical_in_memory_and_spooled(table, whole):
    rows = 2 * BLOCK + 1_234
    data, x, words = random_csv(rows)
    for limits in (Limits(), Limits(chunk=100_000), Limits(memory=0), Limits(memory=500_000, chunk=70_000)):
        found = table(data, limits=limits)
        assert found.store.spooled == (limits.memory < 1 << 20)
        assert found.rows == rows
        assert [len(found.numbers(i, "x")) for i in range(3)] == [BLOCK, BLOCK, 1_234]
        assert np.array_equal(np.concatenate([found.numbers(i, "x") for i in range(3)]), x)
        assert list(whole(found)["w"]) == words
        assert found.codes(2, "w", ("w7", words[-1]))[-1] == 1
        with pytest.raises(ValueError, match="read-only"):
            found.numbers(0, "x")[0] = 1
        assert found.columns["w"].values is None
        assert found.where(rows, "w").line == rows + 1
        assert found.where(BLOCK, "w").line == BLOCK + 1


def test_blocks_are_read_by_many_threads(table):
    data, x, words = random_csv(BLOCK + 500)
    found = table(data, limits=Limits(memory=0))
    barrier = threading.Barrier(8)

    def task(_: int) -> bool:
        barrier.wait()
        return all(
            np.array_equal(found.numbers(i, "x"), x[i * BLOCK : (i + 1) * BLOCK])
            and found.text(i, "w") == words[i * BLOCK : (i + 1) * BLOCK]
            for i in (0, 1, 1, 0)
        )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(task, range(8)))


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts open files")
def test_files_are_closed_with_the_table(table):
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    found = table(b"y,p\n1,2\n", limits=Limits(memory=0))
    assert len(os.listdir("/proc/self/fd")) > before
    del found
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) == before


def test_no_room_for_the_spool(table, monkeypatch):
    def full(*args: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.os, "pwrite", full)
    with pytest.raises(DataError, match="No space left"):
        table(b"y,p\n1,2\n", limits=Limits(memory=0))


def test_importing_is_cheap():
    import subprocess

    code = (
        "import sys, losscli.data.table; print({'pyarrow', 'pandas', 'sklearn', 'scipy'} & set(sys.modules))"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "set()\n"
    )
