"""A saved model is data: whatever stands in the file, the answer is predictions or exit code 2."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from losscli.errors import DataError
from losscli.fitting.model import read_model
from losscli.verbs import files

MODEL: dict[str, Any] = {
    "schema": "losscli/model/1",
    "version": "0.1.0",
    "task": "multiclass",
    "target": "y",
    "classes": ["p", "q", "r"],
    "features": {
        "numbers": ["a", "b"],
        "texts": [{"column": "t", "levels": ["u", "v"]}],
        "medians": [0.5, 1.5],
        "usual": [""],
    },
    "models": [
        {
            "spec": "cross_entropy",
            "kind": "probability",
            "link": "softmax",
            "intercept": [0.0, 0.5, 1.0],
            "slopes": [[1.0, 2.0, 3.0, 4.0], [0.1, 0.2, 0.3, 0.4], [0.0, 0.0, 0.0, 1.0]],
        }
    ],
}
VALUES = (
    None,
    True,
    -1,
    1.5,
    1e308,
    10**30,
    "",
    "x",
    "1",
    "nan",
    "\ud800",
    [],
    [None],
    [1, 2],
    ["x"],
    {},
    {"a": 1},
)
WORDS = {"schema", "task", "kind", "link"}  # texts that are one of a few


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield place
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield from places(value[key], (*place, key))


PLACES = [place for place in places(MODEL) if place and place != ("version",)]


def at(place: tuple[Any, ...]) -> Any:
    value: Any = MODEL
    for key in place:
        value = value[key]
    return value


def changed(place: tuple[Any, ...], value: Any) -> str:
    made = copy.deepcopy(MODEL)
    parent: Any = made
    for key in place[:-1]:
        parent = parent[key]
    parent[place[-1]] = value
    return json.dumps(made)


def fits(place: tuple[Any, ...], value: Any) -> bool:
    """Whether a value is as good as the one that stands there: a number for a number, a name for a name."""
    old = at(place)
    if place[:2] == ("features", "usual"):
        return len(place) == 3 and value == ""
    if place == ("features", "medians"):
        return value == [1, 2]
    if isinstance(old, float):
        return isinstance(value, int | float) and not isinstance(value, bool)
    name = isinstance(old, str) and place[-1] not in WORDS
    return name and isinstance(value, str) and (value != "" or place[-1] != "spec")


@pytest.fixture
def rows(write):
    return write("a,b,t\n1,2,u\n3,4,w\n5,,\n", "new.csv")


def test_what_is_whole_predicts(inside, write, rows):
    done = inside("predict", write("\ufeff" + json.dumps(MODEL), "m.json"), rows)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "cross_entropy:prob_p,cross_entropy:prob_q,cross_entropy:prob_r" and len(lines) == 4
    assert all(sum(map(float, line.split(","))) == pytest.approx(1) for line in lines[1:])


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
def test_any_value_in_any_place(place):
    for value in VALUES:
        try:
            read_model(changed(place, value), "m.json")
        except DataError as error:
            assert not fits(place, value), value
            assert str(error.where) == "m.json" and "losscli fit" in error.advice
            assert len(error.what) < 300
        else:
            assert fits(place, value), value


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
def test_nothing_in_any_place(place):
    made = copy.deepcopy(MODEL)
    parent: Any = made
    for key in place[:-1]:
        parent = parent[key]
    del parent[place[-1]]
    with pytest.raises(DataError, match=r"this is no model that losscli fit --save has written"):
        read_model(json.dumps(made), "m.json")


WHOLE = json.dumps(MODEL)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "m.json, line 1: this is no JSON"),
        (WHOLE[: len(WHOLE) // 2], "this is no JSON"),
        ("null", "it is no object"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ('{"schema": "losscli/compare/1"}', "its schema is 'losscli/compare/1'"),
        (WHOLE.replace("0.5", "NaN", 1), "NaN is no number of JSON"),
        (WHOLE.replace("0.5", "-Infinity", 1), "-Infinity is no number of JSON"),
        (WHOLE.replace("0.5", "1e999", 1), "1e999 is beyond any number"),
        (WHOLE.replace("0.5", "9" * 5000, 1), "is beyond any whole number"),
        (WHOLE.replace('"target"', '"task": "binary", "target"'), "'task' stands twice"),
        (WHOLE.replace('"q"', '"p"'), "'p' stands twice among the classes"),
        (WHOLE.replace('"b"', '"t"'), "'t' stands twice among the features"),
        (WHOLE.replace('"v"', '"u"'), "'u' stands twice among features.texts[0].levels"),
        (WHOLE.replace("multiclass", "regression"), "models[0].link is 'softmax'"),
        (WHOLE.replace("probability", "label"), "models[0].kind is 'label', which it cannot be"),
        (WHOLE.replace("softmax", r"x\u001b[2J"), r"models[0].link is 'x\x1b[2J'"),
    ],
)
def test_a_text_that_is_no_model(inside, write, rows, text, words):
    done = inside("predict", write(text, "m.json"), rows)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: m.json") and words in done.stderr
    assert "\x1b" not in done.stderr and "Traceback" not in done.stderr


def test_a_prediction_that_no_number_holds(inside, write, rows):
    huge = WHOLE.replace("softmax", "log").replace("[0.1, ", "[1e308, ")
    done = inside("predict", write(huge, "m.json"), rows)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: new.csv: row 1: what cross_entropy predicts is beyond any number\n")


def test_what_is_no_file_of_text(inside, tmp_path, rows, monkeypatch):
    monkeypatch.setattr(files, "MOST_BYTES", 1 << 20)
    (tmp_path / "m.json").write_bytes(b"\xff\xfe{")
    assert "m.json: cannot be read: it is no UTF-8 text" in inside("predict", "m.json", rows).stderr
    assert "cannot be read: Is a directory" in inside("predict", ".", rows).stderr
    done = inside("predict", "/dev/zero", rows)
    assert done.returncode == 2 and "larger than 1 MB" in done.stderr
