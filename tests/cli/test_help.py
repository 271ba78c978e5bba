"""The help: every flag has a text, in its panel, within 80 columns; each example on its own line."""

import re

import pytest

from losscli.cli.app import app
from losscli.render import FORMATS

COMMANDS = [own.name for own in app.registered_commands]
FLAG = re.compile(r"^  (-\w, )?(--[\w-]+)( [A-Z]+)?(  +(?P<text>\S.*))?$", re.M)


@pytest.mark.parametrize("arguments", [[], *([name] for name in COMMANDS)])
def test_every_help(inside, arguments):
    done = inside(*arguments, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert inside(*arguments, "-h").stdout == done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert done.stdout.isprintable() or set(done.stdout) - {"\n"} <= set(map(chr, range(32, 127)))
    found = list(FLAG.finditer(done.stdout))
    assert found
    for match in found:
        following = done.stdout[match.end() :].splitlines()[1:2]
        assert match["text"] or (following and following[0].startswith("     ")), match[0]
    assert "<list" not in done.stdout and "<str>" not in done.stdout and "{" not in done.stdout


def test_the_panels_of_compare(inside):
    text = inside("compare", "--help").stdout
    assert re.findall(r"^(\w+):$", text, re.M) == [
        "Arguments",
        "Data",
        "Losses",
        "Verdict",
        "Output",
        "Options",
    ]
    assert text.startswith("Usage: losscli compare [OPTIONS] PREDICTIONS...\n")
    assert "\n  PREDICTIONS...  " in text


def test_the_panels_of_fit(inside):
    text = inside("fit", "--help").stdout
    panels = ["Arguments", "Data", "Losses and model", "Judging", "Output", "Options"]
    assert re.findall(r"^(\w[\w ]*):$", text, re.M) == panels
    assert text.startswith("Usage: losscli fit [OPTIONS] DATA\n")
    assert inside("predict", "--help").stdout.startswith("Usage: losscli predict [OPTIONS] MODEL DATA\n")


def test_the_panels_of_diff(inside):
    text = inside("diff", "--help").stdout
    assert re.findall(r"^(\w+):$", text, re.M) == ["Arguments", "Output", "Options"]
    assert text.startswith("Usage: losscli diff [OPTIONS] OLD NEW\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_stand_on_lines_of_their_own(inside, name):
    lines = inside(name, "--help").stdout.splitlines()
    examples = [line for line in lines if "  losscli " in line]
    assert examples
    assert all(line.count("losscli") == 1 and line.startswith("  losscli " + name) for line in examples)


def test_the_overview(inside):
    lines = inside("--help").stdout.splitlines()
    assert sum(line.startswith("  losscli ") for line in lines) == 5
    for name in COMMANDS:
        (line,) = [line for line in lines if line.startswith(f"  {name} ")]
        assert line.endswith(("?", "."))
        assert not line.endswith("...")


def test_formats_and_their_extensions_are_named(inside):
    words = re.findall(r"\.?\w+", inside("compare", "--help").stdout)
    for name, form in FORMATS.items():
        assert name in words
        assert not form.extensions or form.extensions[0] in words, name
