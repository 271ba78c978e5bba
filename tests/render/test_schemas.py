"""The schemas of the package hold of every recorded answer and of fresh ones, and notice what is missing."""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import make_dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from jsonschema import Draft202012Validator

import losscli.cli
from losscli import render
from losscli.loss.catalogue import CATALOGUE, named
from losscli.render.schemas import SCHEMAS
from losscli.report import VERBS, Explanation
from losscli.result.json import Key, Limit
from losscli.result.schema import described, schema_of
from render.samples import ALL

GOLDEN = Path(__file__).parents[1] / "golden"
VALID = {schema["title"]: Draft202012Validator(schema) for schema in (make() for make in SCHEMAS.values())}
DOCUMENT = re.compile(r'^\{\n "schema".*?^\}$', re.M | re.S)


def wrong(document: dict[str, Any]) -> list[str]:
    found = VALID[document["schema"]].iter_errors(document)
    return [f"{error.json_path}: {error.message[:200]}" for error in found]


def recorded() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted((GOLDEN / "recorded").glob("*.txt")):
        for match in DOCUMENT.finditer(path.read_text(encoding="utf-8")):
            yield path.stem, json.loads(match[0])


@pytest.mark.parametrize("name", SCHEMAS)
def test_they_are_schemas(name):
    Draft202012Validator.check_schema(SCHEMAS[name]())


def test_every_command_that_writes_json_has_one():
    assert {verb.name for kind, verb in VERBS.items() if kind in render.FORMATS["json"].holds} <= set(SCHEMAS)


def test_every_recorded_answer_is_valid():
    found = list(recorded())
    assert {document["schema"].split("/")[1] for _, document in found} >= {"compare", "fit", "advise", "diff"}
    assert len(found) > 20
    assert not {name: errors for name, document in found if (errors := wrong(document))}


@pytest.mark.parametrize("name", ALL)
def test_comparisons_made_by_hand(name):
    assert not wrong(json.loads(render.written(ALL[name], "json")))


@pytest.fixture
def answer(tmp_path, monkeypatch, capfd):
    """What a command line prints, run beside the inputs of the recorded ones."""
    (tmp_path / "inputs").symlink_to(GOLDEN / "inputs")
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["losscli", *words])
        capfd.readouterr()
        assert losscli.cli.run(words) in (0, 1)
        return capfd.readouterr().out

    return run


FIT = "fit inputs/train.csv --target y --drop customer --folds 2 --repeats 1 --no-contaminate --loss mse"
FRESH = {
    "compare": "compare inputs/numbers.csv --id id --by region --replicates --self-check --resamples 200 "
    "--rows flagged --loss mae --loss threshold_weighted_score:low=3 --baseline rf_pred "
    "--max-regression mae=2% --fail-if threshold_weighted_score:low=3>1",
    "fit": f"{FIT} --loss mae --loss threshold_weighted_score:low=3 --path l2:points=3",
    "advise": "advise inputs/train.csv --target y --drop customer --folds 2",
    "roles": "roles inputs/numbers.csv",
    "losses": "losses",
    "explain": "explain huber:delta=2",
    "check-loss": "check-loss mae",
    "help": "--help",
}


@pytest.mark.parametrize("name", FRESH)
def test_fresh_answers_are_valid(answer, name):
    document = json.loads(answer(*FRESH[name].replace("'", "").split(), "--format", "json"))
    assert document["schema"].split("/")[1] == name
    assert not wrong(document)


def test_what_is_written_to_files_is_valid(answer):
    answer("compare", "inputs/old.csv", "--id", "id", "--replicates", "--loss", "mae", "--output", "old.json")
    answer(
        "compare", "inputs/worse.csv", "--id", "id", "--replicates", "--loss", "mae", "--output", "new.json"
    )
    assert not wrong(json.loads(answer("diff", "old.json", "new.json", "--format", "json")))
    answer(*FIT.split(), "--save", "linear.json")
    answer(*FIT.split(), "--model", "mlp:hidden=2", "--max-iter", "2", "--seeds", "1", "--save", "deep.json")
    for name in ("old.json", "linear.json", "deep.json"):
        assert not wrong(json.loads(Path(name).read_text(encoding="utf-8"))), name


def test_every_explanation_is_valid():
    for name in dict.fromkeys(loss.name for loss in CATALOGUE):
        assert not wrong(json.loads(render.written(Explanation(named(name), {}), "json"))), name


@pytest.mark.parametrize("place", [(), ("rows",), ("losses", 0), ("losses", 0, "results", 0), ("gates", 0)])
def test_a_missing_key_a_new_one_and_another_type_are_noticed(place):
    document = next(document for name, document in recorded() if name == "gates-json")
    document |= {key: value[:1] for key, value in document.items() if isinstance(value, list)}
    document["agreement"] = None
    found: Any = document
    for step in place:
        found = found[step]
    for key, value in list(found.items()):
        if key == "schema":
            continue
        del found[key]
        assert len(wrong(document)) == 1, key
        found[key] = {"no": "such value"}
        assert wrong(document) or value == {} or key in ("dropped", "params"), key
        found[key] = value
    found["unheard_of"] = 1
    assert len(wrong(document)) == 1


def test_the_command_prints_it(answer):
    for name in SCHEMAS:
        assert json.loads(answer("schema", name)) == SCHEMAS[name]()


def test_types_limits_and_words_of_a_record():
    inner = make_dataclass("Inner", [("x", float | None)])
    fields = [
        ("low", Annotated[int, Limit("minimum", 1, "below 1"), Key("least")]),
        ("word", Literal["a", "b"]),
        ("pair", tuple[str, int]),
        ("many", tuple[inner, ...]),
        ("either", inner | None),
    ]
    record = make_dataclass(
        "Record", fields, namespace={"__doc__": "A thing. low: from where; word: a or None."}
    )
    assert described(record) == ("A thing.", {"low": "from where", "word": "a or null"})
    schema = schema_of(record, "t/1")
    assert schema["properties"] == {
        "schema": {"const": "t/1"},
        "least": {"type": "integer", "minimum": 1, "description": "from where"},
        "word": {"enum": ["a", "b"], "description": "a or null"},
        "pair": {
            "type": "array",
            "prefixItems": [{"type": "string"}, {"type": "integer"}],
            "minItems": 2,
            "maxItems": 2,
        },
        "many": {"type": "array", "items": {"$ref": "#/$defs/Inner"}},
        "either": {"anyOf": [{"$ref": "#/$defs/Inner"}, {"type": "null"}]},
    }
    assert schema["required"] == ["schema", "least", "word", "pair", "many", "either"]
    with pytest.raises(TypeError):
        schema_of(make_dataclass("Odd", [("when", set)]), "t/1")
