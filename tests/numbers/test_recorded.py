"""An earlier result as data: every field is held to its type, and nothing else than DataError gets out."""

import base64
import copy
import json
import pickle
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recordings import COUNT, document
from render.fits import ALL as FITS
from render.samples import ALL
from render.test_changes import ALL as CHANGES

from losscli.comparison.diff import changes
from losscli.errors import DataError
from losscli.result import Changes, Comparison, Fits, Recorded, pack, recorded, unpack
from losscli.result.reading import loaded

ROWS = np.linspace(0.1, 2.0, 40)
MADE = document(
    {"mae": {"rf": ROWS, "gbm": ROWS * 2}, "huber:delta=2": {"rf": ROWS, "gbm": ROWS}},
    resampling={"by": "rows", "column": None, "units": 40, "length": None},
)
TEXT = json.dumps(MADE)


@pytest.mark.parametrize("kind, samples", [(Comparison, ALL), (Fits, FITS), (Changes, CHANGES)])
def test_a_document_is_read_back_to_the_last_bit(kind, samples):
    for made in (sample() if callable(sample) else sample for sample in samples.values()):
        found = loaded(kind, made.to_json(), "a.json", what="document", advice="")
        assert found == made == pickle.loads(pickle.dumps(found))
        assert found.to_json() == made.to_json()


def test_a_count_of_many_digits_is_read_back():
    """So many rows are needed where two models differ by their rounding."""
    (result,) = (one for name, one in ALL.items() if name == "judged")
    first = replace(result.comparisons[0], rows_needed=7 * 10**30 + 1)
    made = replace(result, comparisons=(first,))
    assert recorded(made.to_json(), "a.json").result == made


@pytest.mark.parametrize("name", ALL)
def test_what_compare_writes_is_read(name):
    result = ALL[name]
    found = recorded(result.to_json(), "a.json")
    assert found == Recorded("a.json", result)
    assert found.models == tuple(model.name for model in result.models)


def test_old_files_lack_fields():
    lacking = {key: value for key, value in MADE.items() if key not in ("replicates", "resampling")}
    found = recorded(json.dumps(lacking), "a.json").result
    assert (found.replicates, found.units) == (None, 40)


def test_unknown_keys_are_ignored():
    made = copy.deepcopy(MADE) | {"later": [{"x": 1}]}
    made["losses"][0]["later"] = made["replicates"]["later"] = {"x": None}
    assert recorded(json.dumps(made), "a.json") == recorded(TEXT, "a.json")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "this is no JSON"),
        ("y,pred\n1,2\n", "this is no JSON"),
        (TEXT[: len(TEXT) // 2], "this is no JSON"),
        ("[]", "it is no object"),
        ("null", "it is no object"),
        ('"text"', "it is no object"),
        ("{}", "it has no schema"),
        ('{"schema": 1}', "its schema is 1"),
        ('{"schema": "losscli/compare/9"}', "its schema is 'losscli/compare/9'"),
        ('{"schema": "losscli/fit/1"}', "its schema is 'losscli/fit/1'"),
        ('{"schema": "losscli/diff/1"}', "its schema is 'losscli/diff/1'"),
        ('{"a": 1, "b": {"c": 1, "c": 1}}', "'c' stands twice among the keys of one object"),
        ('{"a": NaN}', "NaN is no number of JSON"),
        ('{"a": -Infinity}', "-Infinity is no number of JSON"),
        ('{"a": 1e999}', "1e999 is beyond any number"),
        ('{"a": ' + "9" * 5000 + "}", "is beyond any whole number"),
        ("[" * 100_000, "it is nested too deeply"),
        ('{"a":' * 100_000, "it is nested too deeply"),
    ],
)
def test_a_text_that_is_no_result(text, words):
    with pytest.raises(DataError) as caught:
        recorded(text, "a.json")
    assert words in str(caught.value)
    assert str(caught.value.where).startswith("a.json")
    assert "losscli compare" in caught.value.advice and "--format json" in caught.value.advice
    assert len(caught.value.what) < 200


WRONG = [  # path, value, what the message holds
    (("version",), 1, "version is no text"),
    (("task",), "", "task is empty"),
    (("target",), None, "target is missing"),
    (("positive",), 1, "positive is no text"),
    (("weights",), [], "weights is no text"),
    (("threshold",), "0.5", "threshold is no number"),
    (("scale",), True, "scale is no number"),
    (("primary",), None, "primary is missing"),
    (("confidence",), 1, "confidence is not between 0 and 1"),
    (("confidence",), "0.95", "confidence is no number"),
    (("rows",), 40, "rows is no object"),
    (("rows", "used"), 40.5, "rows.used is no whole number"),
    (("rows", "used"), 0, "rows.used is below 1"),
    (("rows", "used"), 10**30, "rows.used is beyond any count"),
    (("rows", "used"), True, "rows.used is no whole number"),
    (("models",), None, "models is missing"),
    (("models",), {}, "models is no list"),
    (("models", 0), "rf", "models[0] is no object"),
    (("models", 0, "name"), None, "models[0].name is missing"),
    (("models", 0, "name"), "gbm", "'gbm' stands twice among its models"),
    (("losses",), "mae", "losses is no list"),
    (("losses", 1, "spec"), "mae", "'mae' stands twice among its losses"),
    (("losses", 1, "params"), [], "losses[1].params is no object"),
    (("losses", 1, "params", "delta"), "2", "losses[1].params.delta is no number"),
    (("losses", 0, "class"), "mae", "losses[0].class is no list"),
    (("losses", 0, "class", 0), 1, "losses[0].class[0] is no text"),
    (("losses", 0, "results"), {}, "losses[0].results is no list"),
    (("losses", 0, "results", 1, "value"), "1", "losses[0].results[1].value is no number"),
    (("losses", 0, "results", 1, "value"), False, "losses[0].results[1].value is no number"),
    (("losses", 0, "results", 1, "reason"), 1, "losses[0].results[1].reason is no text"),
    (("losses", 0, "results", 1, "model"), "x", "losses[0].results is not of its models"),
    (("losses", 0, "results", 1, "model"), "rf", "'rf' stands twice among losses[0].results"),
    (
        ("losses", 0, "results"),
        [{"model": "rf", "clipped_rows": 0}],
        "losses[0].results is not of its models",
    ),
    (("metrics",), None, "metrics is missing"),
    (("metrics", 0, "name"), "", "metrics[0].name is empty"),
    (("metrics", 0, "greater_is_better"), "yes", "metrics[0].greater_is_better is neither true nor false"),
    (("resampling",), 3, "resampling is no object"),
    (("resampling", "units"), -1, "resampling.units is below 0"),
    (("replicates",), [], "replicates is no object"),
    (("replicates", "by"), "column", "replicates.by is 'column', and no one of rows, group, time"),
    (("replicates", "count"), 1, "replicates.count is below 2"),
    (("replicates", "units"), 39, "40 values where there must be 39"),
    (("replicates", "units"), 0, "replicates.units is below 1"),
    (("replicates", "seed"), -1, "replicates.seed is below 0"),
    (("replicates", "ids"), "ABC", "replicates are not in base64"),
    (("replicates", "targets"), "g" * 16, "1 values where there must be 40"),
    (("replicates", "w"), "", "0 values where there must be 40"),
    (("replicates", "w"), pack(np.full(40, np.nan)), "a unit has no weight above 0"),
    (("replicates", "keys"), pack(np.zeros(40, dtype=np.uint64)), "the keys of units are not in order"),
    (("replicates", "losses"), None, "replicates.losses is missing"),
    (("replicates", "losses", 2, "root"), 2, "replicates.losses[2].root is neither true nor false"),
    (("replicates", "losses", 2, "sums"), "????", "replicates are not in base64"),
    (("replicates", "losses", 2, "sums"), "é", "replicates are not in base64"),
    (("replicates", "losses", 2, "sums"), "AAAA", "0 values where there must be 40"),
    (("replicates", "losses", 2, "sums"), pack(np.full(40, np.inf)), "a sum of losses is not finite"),
    (
        ("replicates", "figures"),
        [{"name": "r2", "model": "rf", "values": "AAAA"}],
        f"0 values where there must be {COUNT}",
    ),
]


def changed(path: tuple[str | int, ...], value: Any) -> str:
    made = copy.deepcopy(MADE)
    place: Any = made
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return json.dumps(made)


@pytest.mark.parametrize(("path", "value", "words"), WRONG, ids=[f"{w[0]} {w[2]}"[:70] for w in WRONG])
def test_a_field_of_another_type(path, value, words):
    with pytest.raises(DataError) as caught:
        recorded(changed(path, value), "a.json")
    assert words in str(caught.value)


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(item, (*path, key))


PLACES = list(places(MADE))
VALUES = (
    None,
    True,
    -1,
    0,
    1.5,
    10**18,
    10**300,
    1e308,
    -1e308,
    5e-324,
    "",
    "x",
    "\ud800",
    "\x1b[2J",
    [],
    {},
    [None],
)


@pytest.mark.parametrize("value", VALUES, ids=[repr(value)[:12] for value in VALUES])
def test_any_value_in_any_place(value):
    """It is read, compared and shown, or refused."""
    from losscli import render

    good = recorded(TEXT, "a.json")
    for path in PLACES:
        try:
            found = recorded(changed(path, value), "b.json")
            both = [changes(good, found, ()), changes(found, good, ())]
        except DataError:
            continue
        for one, everything in zip(both, (False, True), strict=True):
            for name in (name for name, format in render.FORMATS.items() if Changes in format.holds):
                assert render.written(one, name, all=everything, colour=False, width=80)


def test_any_field_that_is_missing():
    for path in PLACES:
        made = copy.deepcopy(MADE)
        place: Any = made
        for key in path[:-1]:
            place = place[key]
        del place[path[-1]]
        try:
            changes(recorded(TEXT, "a.json"), recorded(json.dumps(made), "b.json"), ())
        except DataError:
            continue


@given(st.integers(0, len(TEXT.rstrip()) - 1))
def test_a_file_that_is_cut_off(length):
    with pytest.raises(DataError, match="this is no JSON"):
        recorded(TEXT[:length], "a.json")


# ── packing ──────────────────────────────────────────────────────────────────────────────────────────


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=30))
def test_sums_come_back_exactly(values):
    own = np.array(values)
    assert (unpack(pack(own), len(own)) == own).all()


def test_the_bytes_are_little_endian():
    assert base64.b64decode(pack(np.array([1.0]))) == b"\x00\x00\x00\x00\x00\x00\xf0\x3f"
    assert base64.b64decode(pack(np.array([1], dtype=np.uint64))) == b"\x01" + 7 * b"\x00"
