"""`--help --format json`: the records of flags, so that a program knows what can be typed."""

import json

import pytest

from losscli.cli.app import app
from losscli.domain import Task
from losscli.inference.corrections import Correction
from losscli.render.schemas import SCHEMAS
from losscli.verbs.options import CompareFlags, flag_fields

COMMANDS = {own.name: own.cls.record for own in app.registered_commands}


def told(done) -> dict:
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert document["schema"] == "losscli/help/1"
    return {command["name"]: command for command in document["commands"]}


def flags(command) -> dict:
    return {flag["name"]: flag for flag in command["flags"]}


def test_every_command_and_every_flag_is_there(inside):
    found = told(inside("--help", "--format", "json"))
    assert list(found) == list(COMMANDS)
    for name, record in COMMANDS.items():
        assert list(flags(found[name])) == [own.typed for own in flag_fields(record)]
        assert found[name]["summary"] and found[name]["help"] and found[name]["examples"]
        assert found[name] == told(inside(name, "--help", "--format", "json"))[name]
        assert all(flag["help"] for flag in found[name]["flags"])


@pytest.mark.parametrize(
    "words", [["compare", "-h", "--format=json"], ["compare", "a.csv", "--format", "json", "--help"]]
)
def test_it_may_be_asked_for_in_any_order(inside, words):
    assert list(told(inside(*words))) == ["compare"]


def test_types_defaults_and_choices(inside):
    found = flags(told(inside("compare", "--help", "--format", "json"))["compare"])
    of = {
        "PREDICTIONS": {"type": "string", "required": True, "repeatable": True, "default": None},
        "--output": {"type": "path", "repeatable": True, "default": []},
        "--quiet": {"type": "boolean", "short": "-q", "metavar": None, "default": False},
        "--resamples": {"type": "integer", "least": 200, "default": None, "required": False},
        "--clip": {"type": "number", "above": 0, "below": 0.5},
        "--scale": {"above": 0, "below": None},
        "--inconclusive": {"choices": ["warn", "pass", "fail"], "default": "warn", "panel": "Verdict"},
        "--task": {"choices": [*Task]},
        "--correction": {"choices": [*Correction], "default": "max-t"},
        "--baseline": {"choices": None},
    }
    assert {name: {key: found[name][key] for key in facts} for name, facts in of.items()} == of
    assert found["--loss"]["help"] == next(o for o in flag_fields(CompareFlags) if o.name == "loss").flag.help


def test_the_choices_are_those_that_are_taken(inside):
    found = {name: flags(command) for name, command in told(inside("--help", "--format", "json")).items()}
    assert "junit" in found["compare"]["--format"]["choices"]
    assert "junit" not in found["explain"]["--format"]["choices"]
    for name in found["explain"]["--format"]["choices"]:
        assert inside("explain", "mae", "--format", name).returncode == 0
    assert found["advise"]["--task"]["choices"] == ["regression", "counts", "binary", "multiclass"]
    assert found["fit"]["--task"]["choices"][4:] == ["multioutput", "multilabel"]
    assert found["schema"]["NAME"]["choices"] == [*SCHEMAS]


def test_what_is_no_command_is_an_error_all_the_same(inside):
    done = inside("compar", "--help", "--format", "json")
    assert (done.returncode, done.stdout) == (2, "") and "compar" in done.stderr
    assert (
        inside("schema", "compar").stderr
        == "error: schema compar: there is no such schema\nDid you mean compare?\n"
    )


def test_other_help_is_text(inside):
    assert inside("compare", "--help", "--format", "text").stdout.startswith("Usage: losscli compare")
    assert inside("compare", "--help").stdout.startswith("Usage: losscli compare")
