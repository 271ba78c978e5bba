"""One shape for every format: whatever a verb gives is a title and sections of plain data."""

import pytest

import losscli.cli
from losscli import render
from losscli.errors import UsageError
from losscli.loss.battery import checked
from losscli.loss.catalogue import CATALOGUE, named
from losscli.render import Format
from losscli.report import VERBS, Checks, Explanation, Listing, View, report_of, title_of
from losscli.report.blocks import Drawing, Grid, Heading, Line, Note, Paragraph
from losscli.result import (
    Advice,
    Check,
    CheckRow,
    ColumnRole,
    Finding,
    FiredRule,
    Input,
    Listed,
    Roles,
    RowCounts,
    Warning_,
)
from render import fits, samples, test_changes

ADVICE = Advice(
    version="0",
    command=(),
    seed=0,
    confidence=0.95,
    inputs=(Input("data.csv", "", 90),),
    decisions=("target y",),
    task="regression",
    target="y",
    positive=None,
    features=("a", "b"),
    classes=(),
    rows=RowCounts(90, 90, {}),
    sampled=None,
    leaks=(),
    profile=(Finding("skew", "skew", 0.2, "number", "0 is symmetric"),),
    rules=(FiredRule("far", "3 rows are far", "bound their pull", ("huber",), True, "Huber 1964"),),
    short_list=(Listed("mse", (), "the baseline", "Gauss 1809"), Listed("huber", ("far",), "", "")),
    check=Check(
        *("mae", False, "rmse", "mse", "better", "huber", ()),
        *(1.5, 5, 2, "random", 90),
        (CheckRow("huber", "a centre", 1.0, -0.1, -0.2, -0.05, "better", True, 2.0, 0.0, -0.1, 0.1, None),),
        None,
    ),
    unknown=("what a mistake costs",),
    warnings=(Warning_("few_rows", "few rows", "take more"),),
)
ROLES = Roles(
    version="0",
    command=("losscli", "roles", "p.csv"),
    inputs=(Input("p.csv", "0" * 64, 3),),
    reads_for="compare",
    task="regression",
    target="y",
    positive=None,
    classes=(),
    decisions=("target y", "left out: ds"),
    columns=(
        ColumnRole("p.csv", "y", "target", "its name is a target's", "--target COL"),
        ColumnRole(
            "p.csv", "pred", "prediction", "'pred' in its name", "--pred pred", model="pred", kind="value"
        ),
        ColumnRole("p.csv", "ds", "none", "a date or time", "--time ds"),
    ),
    warnings=(Warning_("time_unused", "'ds' is a time", "--time ds takes that into account"),),
)
FOUND = {
    "compare": samples.judged(),
    "fit": fits.warned(),
    "advise": ADVICE,
    "diff": test_changes.made(),
    "roles": ROLES,
    "losses": Listing(CATALOGUE[:5], None),
    "explain": Explanation(named("huber"), {}),
    "check-loss": Checks([checked(named("huber")[0].bind({}, scale=1.0))]),
}


def plain(found, view) -> str:
    """A format of its own: a line for each block."""
    lines = [title_of(found)]
    for section in report_of(found, view).sections:
        for block in section.blocks:
            match block:
                case Line(fields):
                    said = " ".join(fields)
                case Paragraph(text) | Heading(text) | Note(_, text):
                    said = text
                case Drawing(rows):
                    said = rows[0]
                case Grid(title, columns, rows):
                    heads = " ".join(column.title for column in columns)
                    said = f"{title} {heads}: {len(rows)} rows of {sum(len(row) for row in rows)} cells"
            lines.append(f"{section.name}: {said}")
    return "\n".join(lines) + "\n"


def test_every_verb_is_here():
    assert list(FOUND) == [verb.name for verb in VERBS.values()]
    assert [type(found) for found in FOUND.values()] == list(VERBS)


@pytest.mark.parametrize("verb", FOUND)
@pytest.mark.parametrize("all", [False, True])
def test_a_format_is_a_function_and_its_row(monkeypatch, verb, all):
    monkeypatch.setitem(render.FORMATS, "plain", Format(plain))
    first, *lines = render.written(FOUND[verb], "plain", all=all, coefficients=all).splitlines()
    assert first.startswith(f"losscli {verb}")
    assert lines


def test_the_command_line_takes_a_format_by_its_row(monkeypatch, tmp_path, capfd):
    monkeypatch.setitem(render.FORMATS, "plain", Format(plain, (".plain",)))
    path, file = tmp_path / "preds.csv", tmp_path / "found.plain"
    path.write_text("y,a_pred,b_pred\n" + "".join(f"{i},{i + 1},{i + 2}\n" for i in range(9)))
    words = ["compare", str(path), "--format", "plain", "--output", str(file)]
    monkeypatch.setattr("sys.argv", ["losscli", *words])
    assert losscli.cli.run(words) == 0
    shown = capfd.readouterr().out
    assert shown.startswith("losscli compare") and "LOSSES" in shown
    assert file.read_text(encoding="utf-8") == shown


@pytest.mark.parametrize("verb", FOUND)
@pytest.mark.parametrize("name", render.FORMATS)
def test_every_format_holds_it_or_says_which_do(verb, name):
    found = FOUND[verb]
    if type(found) in render.FORMATS[name].holds:
        assert render.written(found, name).endswith("\n")
        return
    with pytest.raises(
        UsageError, match=f"the format {name} cannot hold {VERBS[type(found)].gives}"
    ) as raised:
        render.written(found, name)
    assert "text" in str(raised.value.advice)


@pytest.mark.parametrize("verb", FOUND)
def test_sections_have_names_of_their_own(verb):
    for page in (View(all=True), View().page()):
        report = report_of(FOUND[verb], page)
        names = [section.name for section in report.sections]
        assert len(set(names)) == len(names)
        assert all(section.blocks for section in report.sections)
        assert report.blocks == tuple(block for one in report.sections for block in one.blocks)
