"""Flags from a file: found or named, under the command line, and nothing that acts from a file only found."""

import json
import re

import pytest

from losscli.cli.app import app
from losscli.cli.config import NAMES


def command(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["command"]


@pytest.fixture
def written(inside, data):
    """A comparison in a folder with this text in a file."""

    def run(write, text, *flags, name="losscli.toml"):
        write(text, name)
        return inside("compare", data, "--format", "json", *flags)

    return run


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[tool.losscli]\nseed = 7\n[tool.losscli.compare]\nloss = ['mae', 'mse']\n"),
        ("losscli.toml", "seed = 7\n[compare]\nloss = ['mae', 'mse']\n[fit]\nfolds = 3\n"),
        ("losscli.toml", "seed = 1\nfolds = 3\n[compare]\nloss = ['mae', 'mse']\nseed = 7\n"),
    ],
)
def test_a_file_sets_flags(written, write, tmp_path, name, text):
    done = written(write, text, name=name)
    assert command(done)[-6:] == ["--loss", "mae", "--loss", "mse", "--seed", "7"]
    assert json.loads(done.stdout)["seed"] == 7
    assert [one["spec"] for one in json.loads(done.stdout)["losses"]] == ["mae", "mse"]
    assert done.stderr == f"settings of {tmp_path / name}: --loss mae --loss mse --seed 7\n"


def test_the_command_line_wins(written, write):
    done = written(write, "seed = 7\nloss = 'mae'\njobs = 1\n", "--seed", "3", "--loss", "mse")
    assert json.loads(done.stdout)["seed"] == 3
    assert [one["spec"] for one in json.loads(done.stdout)["losses"]] == ["mse"]
    assert done.stderr.endswith(": --jobs 1\n")


def test_the_nearest_file_upward(inside, write, data, tmp_path, monkeypatch):
    write("seed = 1\n", "losscli.toml")
    (tmp_path / "near").mkdir()
    write("[tool.other]\nseed = 2\n", "near/pyproject.toml")  # has no settings of ours
    monkeypatch.setattr("losscli.cli.config.Path.cwd", lambda: tmp_path / "near")
    assert command(inside("compare", data, "--format", "json"))[-2:] == ["--seed", "1"]
    done = inside("compare", data, "--format", "json", "--no-config")
    assert (command(done)[-1], done.stderr) == ("--no-config", "")


def test_a_switch_that_is_false_is_not_set(written, write):
    assert command(written(write, "quiet = false\nexact = true\n"))[-2:] == ["json", "--exact"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sed = 3", "sed: there is no such flag\nDid you mean seed"),
        ("[comapre]\nseed = 3", "there is no such command with settings\nDid you mean compare?"),
        ("[compare]\nfolds = 3", "folds: there is no such flag of losscli compare"),
        ("predictions = 'data.csv'\n[compare]\nPREDICTIONS = 'x'", "there is no such flag"),
        ("seed = '3'", "seed = '3': that is not a whole number"),
        ("seed = [1, 2]", "that is not a whole number"),
        ("quiet = 1", "that is not true or false"),
        ("seed = -1", "--seed -1 is not 0 or more"),
        ("seed =", "this is no TOML"),
        ("config = 'x'", "there is no such flag"),
    ],
)
def test_what_cannot_be_is_said(written, write, text, said):
    done = written(write, text)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


@pytest.mark.parametrize(
    "text",
    [
        "loss = './steep.py:steep'",
        "fail-if = './steep.py:steep > 1'",
        "define = 'a = r**2'",
        "output = 'x.json'",
        "scheduler = 'tcp://127.0.0.1:1'",
    ],
)
def test_a_file_only_found_runs_and_writes_nothing(written, write, files, text):
    write("open('ran', 'w')\n", "steep.py")
    done = written(write, text)
    assert (done.returncode, done.stdout) == (2, "")
    assert "a file that is only found runs no code and writes no file" in done.stderr
    assert "--config" in done.stderr and files().keys() == {"data.csv", "losscli.toml", "steep.py"}


def test_a_loss_of_a_package_is_none_of_a_file_only_found(written, write, monkeypatch):
    monkeypatch.setattr("losscli.loss.custom.installed", lambda: pytest.fail("it was loaded"))
    assert written(write, "loss = 'of_a_package'").returncode == 2


def test_a_file_that_is_named_may_do_all(written, write, tmp_path):
    write("define = 'steep = 3*r**2'\nloss = 'steep'\noutput = 'x.json'\n", "own.toml")
    done = written(write, "", "--config", "own.toml")
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "x.json").read_text())["losses"][0]["spec"] == "steep"


def test_both_flags_exclude_each_other(inside, data):
    done = inside("compare", data, "--config", "x.toml", "--no-config")
    assert (done.returncode, "exclude each other" in done.stderr) == (2, True)
    assert "No such file" in inside("compare", data, "--config", "x.toml").stderr


def test_help_reads_no_file(inside, write):
    write("nonsense", NAMES[0])
    names = [own.name for own in app.registered_commands]
    assert all(inside(name, "--help").returncode == 0 for name in names)
    assert re.search(r"--config FILE", inside("fit", "--help").stdout)
