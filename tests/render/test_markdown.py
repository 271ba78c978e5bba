"""A comment of a pull request: the mark first, the answer and the gates, then the figures in a fold."""

from dataclasses import replace

import pytest
from comments import without_frame
from markdown_it import MarkdownIt

from losscli import render
from losscli.render.markdown import FOLD, MARK
from losscli.report.blocks import Drawing
from losscli.result import Warning_
from render import fits, test_changes
from render.gates import FAIL, PASS, UNSURE, gate, gated
from render.samples import ALL, hostile, judged

EVIL = "</details>\n--><script>`|@team <!-- losscli -->"


def text(found, **view) -> str:
    return render.written(found, "markdown", **view)


def test_mark_heading_answer_gates_notes_then_the_fold():
    found = replace(gated(PASS, FAIL, UNSURE), warnings=(Warning_("odd", "Is it?", None),))
    lines = text(found).splitlines()
    assert lines[:3] == [MARK, "### ❌ losscli compare: 1 of 3 gates fails", ""]
    starts = (
        "mae: ",
        "| GATES",
        "| mae=2%",
        "- ! Is it?",
        FOLD[0],
        "data/sales.csv",
        "| LOSSES",
        FOLD[2],
    )
    places = [next(i for i, line in enumerate(lines) if line.startswith(start)) for start in starts]
    assert places == sorted(places) and lines[-1] == FOLD[2]
    assert lines[lines.index(FOLD[1]) + 1] == ""  # or what follows is no table


def test_each_gate_is_old_new_and_limit():
    rows = [
        line.split("|")[1:-1] for line in text(gated(FAIL, UNSURE)).splitlines() if line.startswith("| mae")
    ]
    cells = [[cell.strip() for cell in row] for row in rows if len(row) == 6]
    assert cells == [
        ["mae &gt; 23.5", "ridge", "fail", "24.14", "", "23.5"],
        ["mae=2%", "ridge", "inconclusive", "23.1 -&gt; 24.1", r"+4.4 % \[-1, +9\]", "+2 %"],
    ]


@pytest.mark.parametrize(
    ("gates", "strict", "heading"),
    [
        ((), False, "### losscli compare"),
        ((PASS,), False, "### ✅ losscli compare: the gate passes"),
        ((PASS, gate("pass")), False, "### ✅ losscli compare: 2 of 2 gates pass"),
        ((PASS, UNSURE), False, "### ⚠️ losscli compare: 1 of 2 gates cannot tell"),
        ((PASS, UNSURE), True, "### ❌ losscli compare: 1 of 2 gates fails"),
        ((FAIL, UNSURE), True, "### ❌ losscli compare: 2 of 2 gates fail"),
        ((FAIL,), False, "### ❌ losscli compare: the gate fails"),
    ],
)
def test_the_heading_says_how_the_gates_end(gates, strict, heading):
    assert text(gated(*gates), strict=strict).splitlines()[1] == heading


@pytest.mark.parametrize("found", [*ALL.values(), hostile(), fits.warned(), test_changes.made()])
@pytest.mark.parametrize("all", [False, True])
def test_github_reads_one_fold_and_no_other_markup(found, all):
    check(text(found, all=all))


def test_a_name_does_not_end_the_fold():
    found = gated(gate("fail", model=EVIL), gate("pass", text=EVIL))
    found = replace(found, target=EVIL, task=found.task, warnings=(Warning_("odd", EVIL, EVIL),))
    check(text(found, all=True))


def check(page: str) -> None:
    """As a parser of CommonMark has it: of HTML there is the frame, in its order, and nothing else."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(page)
    blocks = [token.content.strip() for token in tokens if token.type == "html_block"]
    assert blocks == [MARK, "\n".join(FOLD[:2]), FOLD[2]]
    inline = [child for token in tokens for child in token.children or ()]
    assert not [child.content for child in inline if child.type in ("html_inline", "link_open", "image")]
    assert tokens[1].type == "heading_open"
    assert "table_open" in [token.type for token in tokens]
    without_frame(page)


def test_a_drawing_with_backticks_stays_in_its_fence():
    from losscli.render.markdown import _block

    page = _block(Drawing(("a", "````", "</details>", "b")))
    (token,) = MarkdownIt("commonmark").parse(page)
    assert token.type == "fence" and token.content == "a\n````\n</details>\nb\n"


def test_what_has_no_answer_is_no_comment():
    from losscli.loss.catalogue import CATALOGUE
    from losscli.report import Listing

    assert MARK not in text(Listing(CATALOGUE[:3], None)) and MARK in text(judged())
