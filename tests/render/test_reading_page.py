"""docs/reading.md explains columns, sections and sentences of the default screens; its screens are fresh."""

import re
from pathlib import Path

import pytest

from losscli import render, sections
from losscli.domain import DOMINATED
from losscli.report import View, report_of
from losscli.report.blocks import Grid, Line, Note
from losscli.report.robustness import NO_OUTLIER
from losscli.report.screen import NO_DIFFERENCE
from losscli.result import Advice, Comparison, Fits
from render import fits, runs
from render.samples import ALL

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reading.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```console\n\$ losscli (.*)\n((?:.*\n)*?)```", PAGE)
CODE = set(re.findall(r"`([^`\n]+)`", PAGE))
FILES = (
    *("numbers", "two", "scores", "three", "labels", "tags"),
    *("outputs", "shares", "quantiles", "normal", "boxes", "detection"),
)


def unexplained(found: Comparison | Fits | Advice) -> set[str]:
    """The titles of columns that the page has no entry for, but for the names of models and numbers."""
    grids = [block for block in report_of(found, View()).blocks if isinstance(block, Grid)]
    titles = {column.title for grid in grids for column in grid.columns if not column.title.isdigit()}
    models = {model.name for model in found.models} if isinstance(found, Comparison) else set()
    known = CODE | {re.sub(r"0\.1$", level, title) for title in CODE for level in ("0.5", "0.9")}
    return titles - models - known


@pytest.mark.parametrize("name", FILES)
def test_every_column_is_explained(name):
    found = runs.found_by("compare", str(runs.INPUTS / f"{name}.csv"), "--resamples", "200")
    assert unexplained(found) == set()


def test_every_column_of_other_states_is_explained():
    shown = {name: unexplained(found) for name, found in ALL.items() if name != "hostile"}
    assert not any(shown.values()), shown


@pytest.mark.parametrize("verb", ["compare", "fit", "advise"])
def test_every_section_is_explained(verb):
    table = PAGE.partition("| section |" if verb == "compare" else f"| section of {verb} |")[2]
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", table.partition("\n\n")[0], re.M)
    named = {name for row in rows for name in re.findall(r"\w+", row)}
    assert named == set(sections.openable(sections.VERBS[verb]))


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
    assert render.written(runs.found_by(*command.split()), "text", width=80) == shown


def test_there_are_screens():
    assert [command.split()[0] for command, _ in BLOCKS] == ["compare", "compare", "fit", "advise"]


# --- fit and advise

FOUND = {
    **{f"fit {name}": (runs.fit, name) for name in runs.FILES},
    **{f"asked {name}": (runs.asked, name) for name in runs.ASKED},
    **{f"advise {name}": (runs.advise, name) for name in runs.FILES if name not in runs.SEVERAL},
    "advise time": (runs.advise, "train", "--time", "day"),
}
SENTENCES = re.compile(r"(?<=[.)])\s+(?=[A-Z]|On )")


@pytest.mark.parametrize("name", FOUND)
def test_every_column_of_fits_and_advice_is_explained(name):
    verb, *words = FOUND[name]
    found = verb(*words)
    assert unexplained(found) == set()
    if isinstance(found, Advice):
        assert {one.title for one in found.profile} <= CODE


def test_every_column_of_other_fits_is_explained():
    assert not any(unexplained(found) for name, found in fits.ALL.items() if name != "hostile")


FIT_SAYS = (
    *("no other is clearly better on", "no clear difference from the best on", "if not clearly"),
    *(
        "higher MAE than the best",
        "higher MAE than the best (no clear difference)",
        "out of fold (95 % interval",
    ),
    *("But none is clearly better than predicting", "of its lead over the best constant"),
    *("below the best constant", "No loss beats predicting", "As far as these rows show", "has the best MAE"),
    *(
        "lower average precision than the best",
        "Cannot rank these losses",
        "No loss could be fitted",
        "Noise has not been tested",
    ),
    *("nor clearly more robust to corrupted targets", "most robust to corrupted targets"),
)
ADVICE_SAYS = (
    *("no loss of the short list is clearly better", "comes nearest (", "no clear difference"),
    *("The profile speaks for", "has the lowest MAE out of fold"),
)


@pytest.mark.parametrize(("kind", "said"), [("fit", FIT_SAYS), ("advise", ADVICE_SAYS)])
def test_every_sentence_of_an_answer_is_explained(kind, said):
    found = [
        verb(*words) for name, (verb, *words) in FOUND.items() if name.startswith("advise") is (kind != "fit")
    ]
    found += [one for name, one in fits.ALL.items() if kind == "fit" and name != "hostile"]
    answers = [report_of(one, View()).answer for one in found]
    for words in said:
        assert any(words in answer for answer in answers), words
        assert any(words in code for code in CODE), words
    told = {sentence for answer in answers for sentence in SENTENCES.split(answer)}
    assert not {sentence for sentence in told if not any(words in sentence for words in said)}
