"""docs/reading.md explains columns, sections and sentences of the default screens; its screens are fresh."""

import re
import sys
from pathlib import Path

import pytest

import losscli.cli
from losscli import render, sections
from losscli.domain import DOMINATED
from losscli.report import View, report_of
from losscli.report.blocks import Grid, Line, Note
from losscli.report.robustness import NO_OUTLIER
from losscli.report.screen import NO_DIFFERENCE
from losscli.result import Comparison
from render.samples import ALL

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reading.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```console\n\$ losscli (.*)\n((?:.*\n)*?)```", PAGE)
CODE = set(re.findall(r"`([^`\n]+)`", PAGE))
INPUTS = ROOT / "tests/golden/inputs"
FILES = (
    *("numbers", "two", "scores", "three", "labels", "tags"),
    *("outputs", "shares", "quantiles", "normal", "boxes", "detection"),
)


def compared(monkeypatch: pytest.MonkeyPatch, *words: str) -> Comparison:
    """What a command line finds."""
    kept: list[Comparison] = []
    monkeypatch.setattr(render, "written", lambda found, format, **flags: kept.append(found) or "\n")
    monkeypatch.setattr(sys, "argv", ["losscli", *words])
    assert losscli.cli.run(words) == 0
    monkeypatch.undo()
    return kept[0]


def unexplained(found: Comparison) -> set[str]:
    """The titles of columns that the page has no entry for, but for the names of models."""
    grids = [block for block in report_of(found, View()).blocks if isinstance(block, Grid)]
    titles = {column.title for grid in grids for column in grid.columns}
    models = {model.name for model in found.models}
    known = CODE | {re.sub(r"0\.1$", level, title) for title in CODE for level in ("0.5", "0.9")}
    return titles - models - known


@pytest.mark.parametrize("name", FILES)
def test_every_column_is_explained(name, monkeypatch):
    assert (
        unexplained(compared(monkeypatch, "compare", str(INPUTS / f"{name}.csv"), "--resamples", "200"))
        == set()
    )


def test_every_column_of_other_states_is_explained():
    shown = {name: unexplained(found) for name, found in ALL.items() if name != "hostile"}
    assert not any(shown.values()), shown


def test_every_section_is_explained():
    rows = set(re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", PAGE.partition("| section |")[2], re.M))
    assert {name for row in rows for name in re.findall(r"\w+", row)} == set(
        sections.openable(sections.COMPARE)
    )


def test_the_words_of_the_verdict_are_explained():
    for words in (
        NO_DIFFERENCE,
        DOMINATED,
        NO_OUTLIER,
        "may be the best",
        "is better than",
        "More by --show NAME",
    ):
        assert any(words in code for code in CODE), words
    symbols = {
        b.symbol for found in ALL.values() for b in report_of(found, View()).blocks if isinstance(b, Note)
    }
    assert all(any(code == one or code.startswith(f"{one} ") for code in CODE) for one in symbols)
    last = {
        str(b.fields[0]).split(":")[0] for b in report_of(ALL["binary"], View()).blocks if isinstance(b, Line)
    }
    assert {"Next", "More by --show NAME"} <= last


@pytest.mark.parametrize(("command", "shown"), BLOCKS, ids=[command for command, _ in BLOCKS])
def test_its_screens_are_fresh(command, shown, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert render.written(compared(monkeypatch, *command.split()), "text", width=80) == shown


def test_there_are_screens():
    assert len(BLOCKS) == 2
