"""What a screen, a pipe, a spreadsheet and a pull request get of one comparison."""

import csv
import io
import json
import re
import subprocess
import sys
import unicodedata
from dataclasses import replace

import pytest
from comments import without_frame

from losscli import render
from losscli.errors import UsageError
from losscli.report import cell_width
from losscli.result import Warning_
from render.builders import pair
from render.samples import ALL, HOSTILE, hostile, judged, regression

FORMATS = tuple(render.FORMATS)


def text(comparison, *, all=False, colour=False, width=None, format="text", **flags) -> str:
    return render.written(comparison, format, all=all, colour=colour, width=width, **flags)


def words(screen: str) -> set[str]:
    return set(screen.split())


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("all", [False, True])
def test_nothing_hidden_reaches_a_stream(name, format, all):
    for width in (None, 80):
        output = text(ALL[name], all=all, format=format, width=width)
        assert output.endswith("\n")
        for character in set(output) - {"\n", "\r"}:
            assert unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp"), repr(character)
        assert "\r" not in output.replace("\r\n", "") and (format == "csv" or "\r" not in output)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("all", [False, True])
@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_no_line_is_wider_than_the_terminal(name, all, width):
    for line in text(ALL[name], all=all, width=width).splitlines():
        assert cell_width(line) <= width, line
        assert line == line.rstrip()


@pytest.mark.parametrize("name", ["regression", "judged", "binary", "multiclass", "one model"])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_all_loses_no_cell_to_a_narrow_terminal(name, width):
    narrow, pipe = text(ALL[name], all=True, width=width), text(ALL[name], all=True)
    assert words(narrow) == words(pipe)


@pytest.mark.parametrize("name", ["regression", "judged", "binary", "multiclass"])
def test_the_default_terminal_only_drops_or_shortens(name):
    pipe = words(text(ALL[name])) | {"…", "more:", "--show", "data"}
    for width in (80, 100, 200):
        tables = text(ALL[name], width=width).partition("More by")[0]
        assert words(tables) <= pipe


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("width", [None, 80])
def test_the_first_line_begins_the_answer(name, width):
    comparison = ALL[name]
    first = text(comparison, width=width).splitlines()[0]
    assert first.startswith((f"{comparison.primary}: ", f"{comparison.primary} of "))


def test_a_pipe_is_never_cut():
    long = "m" * 60
    output = text(regression((long, "b")))
    assert long in output and "…" not in output
    assert long not in text(regression((long, "b")), width=80)


def test_colour_is_only_colour():
    plain, coloured = text(judged(), width=80), text(judged(), width=80, colour=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    assert "\x1b[31m24.1" in coloured  # worse, and proven
    assert "\x1b[1m23.1*" in coloured  # the leader, not proven
    assert "\x1b[1;32m" not in coloured
    odd = replace(judged(), warnings=(Warning_("odd", "it is odd", None),))
    assert "\x1b[33m! it is odd." in text(odd, width=80, colour=True)
    assert "\x1b" not in plain


def test_green_is_better_and_proven():
    comparison = replace(
        regression(("old", "new")), comparisons=(pair("mae", "old", "new", 0.58, 0.2, 0.9, "b"),)
    )
    assert "\x1b[1;32m23.6" in text(comparison, colour=True)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environment", "expected"),
    [
        (Terminal(), {"TERM": "xterm"}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"TERM": "dumb"}, False),
        (Terminal(), {"GITHUB_ACTIONS": "true"}, False),
        (io.StringIO(), {}, False),
    ],
)
def test_when_there_is_colour(stream, environment, expected):
    assert render.use_colour(stream, environment) is expected


def test_plain_text_does_not_import_rich():
    program = "import sys, losscli.render; sys.exit('rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("name", ALL)
def test_csv_reads_back_the_same_numbers(name):
    comparison = ALL[name]
    rows = list(csv.DictReader(io.StringIO(text(comparison, format="csv"), newline="")))
    tables = [*comparison.losses, *comparison.metrics]
    values = [value for table in tables for value in table.results]
    assert len(rows) == len(values)
    for row, value in zip(rows, values, strict=True):
        for field in ("value", "low", "high"):
            assert (None if row[field] == "" else float(row[field])) == getattr(value, field)
        assert row["kind"] in ("loss", "metric")


def test_csv_disarms_formulas_in_names_only():
    rows = list(csv.DictReader(io.StringIO(text(hostile(), format="csv"), newline="")))
    assert {row["model"] for row in rows} >= {"'=1+1"}
    for row in rows:
        for key, cell in row.items():
            if cell.startswith(("=", "+", "-", "@", "\t", "\r")):
                assert key in ("value", "low", "high", "skill")
                float(cell)


def test_json_is_ascii_and_keeps_the_names():
    document = text(hostile(), format="json")
    assert document.isascii()
    assert [model["name"] for model in json.loads(document)["models"]] == list(HOSTILE)


def columns(line: str) -> int:
    return len(re.findall(r"(?<!\\)\|", line)) - 1


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("all", [False, True])
def test_markdown_tables_are_whole(name, all):
    tables, table = [], []
    for line in [*text(ALL[name], format="markdown", all=all).splitlines(), ""]:
        if line.startswith("|"):
            table.append(line)
        elif table:
            tables.append(table)
            table = []
    assert tables
    for lines in tables:
        assert {columns(line) for line in lines} == {columns(lines[0])}
        assert len({cell_width(line) for line in lines}) == 1
        assert re.fullmatch(r"\|( -+:? \|)+", lines[1])


def test_markdown_takes_no_markup_from_names():
    output = without_frame(text(hostile(), format="markdown"))
    assert "<" not in output
    assert "@team" not in output and "@all" not in output
    for match in re.finditer("`", output):
        assert output[match.start() - 1] == "\\"
    assert len(output) < 65_536


def test_unknown_format():
    with pytest.raises(UsageError, match="--format xml: there is no such format"):
        text(judged(), format="xml")


SCREEN = """\
mae: gbm and huber may be the best. gbm leads huber by 1.9 % [-2.6, +5.8]: no
clear difference; about 12,700 rows would decide. ridge is worse than gbm:
+4.4 % [+0.2, +7.8].

data/sales.csv  1,200 rows  regression  target y_true  models ridge huber gbm
95 % intervals, paired by row, all 3 pairs of models corrected

LOSSES (lower is better)  ridge  huber    gbm  best constant  ahead by
mae  PRIMARY               24.1  23.6*  23.1*           66.2   ~ 1.9 %
rmse                      73.7?  73.4?  74.6?                  ? 0.4 %
"""


def test_the_screen_as_it_stands():
    assert text(judged(), width=80).startswith(SCREEN)
