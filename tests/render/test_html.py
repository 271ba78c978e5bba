"""The page: all of the report, in tables that can be read aloud, and nothing that loads; one script runs."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from losscli import render
from losscli.loss.catalogue import CATALOGUE, named
from losscli.report import Explanation, Listing, View, report_of, visible
from losscli.report.blocks import Grid, Note, Paragraph
from render import fits, test_changes
from render.samples import ALL, HOSTILE, hostile, judged

LOADING = {"link", "img", "iframe", "object", "embed", "a", "form", "base", "svg", "video"}
OWN = (Path(render.__file__).parent / "assets/page.js").read_text(encoding="utf-8")


class Page(HTMLParser):
    """The texts of elements by tag, and the cells of tables; every element must be closed in order."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.texts: dict[str, list[str]] = {}
        self.attributes: list[tuple[str, str, str | None]] = []
        self.tables: list[list[list[dict[str, str]]]] = []
        self.open: list[str] = []
        self.feed(source)
        self.close()
        assert not self.open
        assert self.texts["script"] == [OWN]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value) for name, value in attrs]
        self.texts.setdefault(tag, []).append("")
        if tag != "meta":
            self.open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append({"tag": tag, "scope": dict(attrs).get("scope") or "", "text": ""})

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in set(self.open):
            self.texts[tag][-1] += data
        if {"td", "th"} & set(self.open):
            self.tables[-1][-1][-1]["text"] += data


def source(comparison, *, all=False) -> str:
    text = render.written(comparison, "html", all=all, colour=True, width=40)
    assert text.isascii() and text.endswith("</html>\n")
    return text


def test_a_page_of_its_own():
    text = source(judged())
    page = Page(text)
    assert text.startswith('<!doctype html>\n<html lang="en">\n')
    assert page.texts["title"] == page.texts["h1"] == ["losscli compare data/sales.csv"]
    assert ("meta", "charset", "utf-8") in page.attributes
    policies = [value for tag, name, value in page.attributes if (tag, name) == ("meta", "content")]
    own = b64encode(sha256(OWN.encode()).digest()).decode()
    assert any(value.startswith(f"default-src 'none'; script-src 'sha256-{own}'; ") for value in policies)
    (style,) = page.texts["style"]
    assert not {"anywhere", "break-all"} & set(re.findall(r"[\w-]+", style))  # no word is broken
    assert "prefers-color-scheme: dark" in style and "overflow-x: auto" in style
    assert not re.search(r"url\(|@import|//", style)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("all", [False, True])
def test_nothing_loads_and_nothing_else_runs(name, all):
    page = Page(source(ALL[name], all=all))
    assert not LOADING & set(page.texts)
    names = {name for _, name, _ in page.attributes}
    assert not names & {"src", "href", "style", "action"}
    assert not [name for name in names if name.startswith("on")]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("all", [False, True])
def test_the_whole_report_is_there(name, all):
    page = Page(source(ALL[name], all=all))
    blocks = report_of(ALL[name], View(all=all)).blocks
    grids = [block for block in blocks if isinstance(block, Grid)]
    assert len(page.tables) == len(grids) > 1
    for table, grid in zip(page.tables, grids, strict=True):
        shown = [[cell["text"] for cell in row] for row in table]
        heads = [[visible(column.title) for column in grid.columns]]
        rows = [[visible(cell.text) for cell in row] for row in grid.rows]
        assert shown == [*(heads if any(heads[0]) else []), *rows]
    paragraphs = [visible(block.text) for block in blocks if isinstance(block, Paragraph)]
    paragraphs += [visible(note) for grid in grids for note in grid.notes]
    assert paragraphs and set(paragraphs) <= set(page.texts["p"])
    notes = [visible(f"{block.symbol}{block.text}") for block in blocks if isinstance(block, Note)]
    assert page.texts.get("li", []) == notes


def test_heads_say_what_they_head():
    first, *_ = Page(source(judged())).tables
    head, *rows = first
    assert {(cell["tag"], cell["scope"]) for cell in head if cell["text"]} == {("th", "col")}
    assert {(row[0]["tag"], row[0]["scope"]) for row in rows} == {("th", "row")}
    assert {cell["tag"] for row in rows for cell in row[1:]} == {"td"}


def test_every_table_scrolls_by_itself_and_has_a_name():
    page = Page(source(judged(), all=True))
    regions = [value for tag, name, value in page.attributes if (tag, name) == ("div", "aria-label")]
    assert len(regions) == len(page.tables) and all(regions)
    assert sum(name == "tabindex" for _, name, _ in page.attributes) == len(regions)


def test_no_colour_alone():
    """What is better or worse looks so by its weight or slant too."""
    (style,) = Page(source(judged())).texts["style"]
    assert re.search(r"\.good {[^}]*font-weight: [6-9]00", style)
    assert re.search(r"\.bad {[^}]*font-style: italic", style)
    assert 'class="right bad">24.1<' in source(judged())


def test_names_are_text():
    text = source(hostile(), all=True)
    page = Page(text)
    assert not LOADING & set(page.texts)
    for name in HOSTILE:
        assert visible(name) in page.texts["main"][0]
    assert text.count("</script>") == 1 and "&lt;/script&gt;" in text


@pytest.mark.parametrize("name", fits.ALL)
def test_fitted_losses(name):
    text = render.written(fits.ALL[name], "html", all=True, coefficients=True, colour=False, width=None)
    page = Page(text)
    assert page.texts["title"][0].startswith("losscli fit ")
    assert page.tables or name == "nothing"
    assert not LOADING & set(page.texts)


@pytest.mark.parametrize("name", test_changes.ALL)
def test_what_changed(name):
    page = Page(render.written(test_changes.ALL[name], "html", all=True, colour=False, width=None))
    assert page.texts["title"][0].startswith("losscli diff ")
    assert page.tables and not LOADING & set(page.texts)


def test_the_catalogue_and_an_explanation():
    page = Page(render.written(Listing(CATALOGUE, None), "html", colour=False, width=None))
    assert {loss.name for loss in CATALOGUE} <= {row[0]["text"] for table in page.tables for row in table}
    page = Page(render.written(Explanation(named("huber"), {}), "html", colour=False, width=None))
    (drawing,) = page.texts["pre"]
    assert "loss: 0 to 3.13" in drawing and "\u2820" < max(drawing) < "\u28ff"
