"""The page in a real browser: charts, tables that sort and filter, a silent console, no fault of access."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import CHROMIUM, DRIVER, MISSING, Browser, browser
from render import test_changes
from render.samples import hostile

from losscli import render
from losscli.charts import charts_of
from losscli.loss.catalogue import named
from losscli.report import Explanation

pytestmark = [
    pytest.mark.charts,
    pytest.mark.skipif(DRIVER is None or CHROMIUM is None, reason=MISSING),
]


@pytest.fixture(scope="module")
def window() -> Iterator[Browser]:
    pytest.importorskip("vl_convert", reason="needs the extra `report`")
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def pages(found, desk: Path) -> dict[str, Path]:
    """A page of every verb that has charts, by the name of the result."""
    made = {
        **{name: one for name, one in found.items() if name != "losses"},
        "hostile": hostile(),
        "explain": Explanation(named("huber"), {}),
        "changes": test_changes.ALL["three"],
    }
    places = {}
    for name, one in made.items():
        places[name] = desk / f"{name}.html"
        places[name].write_text(render.written(one, "html", all=True), encoding="utf-8")
        assert len(charts_of(one)) >= 1
    return places


@pytest.mark.parametrize(("width", "dark"), [(390, False), (1280, True), (1920, False)])
def test_it_opens_from_the_disk(width, dark, pages, window):
    window.open(pages["numbers"], width=width, dark=dark)
    assert window.console() == []
    assert window.run("return document.querySelectorAll('figure svg').length") >= 6
    assert window.run("return document.documentElement.scrollWidth") <= width
    wider = (
        "return [...document.querySelectorAll('.chart')].filter(p => p.scrollWidth > p.clientWidth).length"
    )
    assert window.run(wider) == 0
    ink, paper = (
        window.run(f"return getComputedStyle(document.body).{name}") for name in ("color", "backgroundColor")
    )
    bright = [sum(map(int, re.findall(r"\d+", one)[:3])) for one in (ink, paper)]
    assert (bright[0] > bright[1]) == dark


def test_every_verb_has_a_page_without_a_complaint(pages, window):
    for place in pages.values():
        window.open(place)
        assert window.console() == [], place.name
        charts = window.run("return document.querySelectorAll('.chart').length")
        assert charts == window.run("return document.querySelectorAll('.chart svg').length") > 0


def test_no_word_is_broken_on_a_telephone(pages, window):
    """A cell is as wide as its longest word, and its table scrolls."""
    window.open(pages["numbers"], width=390)
    cells = "return [...document.querySelectorAll('th, td')]"
    assert window.run(f"{cells}.filter(one => one.scrollWidth > one.clientWidth + 1).length") == 0
    breaks = "return [...document.querySelectorAll('main *')].map(e => getComputedStyle(e))"
    assert not window.run(f"{breaks}.some(s => s.overflowWrap === 'anywhere' || s.wordBreak === 'break-all')")


def test_the_answer_stands_first_and_then_a_chart(pages, window):
    window.open(pages["numbers"])
    tops = "return ['main p', 'figure', 'table'].map(one => document.querySelector(one))"
    answer, chart, table = window.run(f"{tops}.map(one => one.getBoundingClientRect().top)")
    assert answer < chart and answer < table < 1e9


COLUMN = """
const table = [...document.querySelectorAll('main > .scroll table')].find(t => t.tBodies[0].rows.length > 7);
const head = [...table.tHead.rows[0].cells].findIndex(c => c.classList.contains('right'));
const shown = () => [...table.tBodies[0].rows].filter(r => !r.hidden).map(r => r.cells[head].textContent);
"""


def test_a_head_sorts_its_column(pages, window):
    window.open(pages["numbers"])
    click = "const button = table.tHead.rows[0].cells[head].querySelector('button'); button.click();"
    up = window.run(f"{COLUMN}{click} return shown()")
    down = window.run(f"{COLUMN}{click} return shown()")
    figures = [[float(text.split("[")[0].strip("*?% ")) for text in found if text] for found in (up, down)]
    assert figures[0] == sorted(figures[0]) and figures[1] == sorted(figures[1], reverse=True)
    said = "return table.tHead.rows[0].cells[head].getAttribute('aria-sort')"
    assert window.run(f"{COLUMN}{said}") == "descending"


def test_a_filter_hides_other_rows(pages, window):
    window.open(pages["numbers"])
    typed = """
    const input = document.querySelector('.filter input');
    const rows = input.closest('label').nextElementSibling.querySelector('tbody').rows;
    const word = rows[3].cells[0].textContent;
    input.value = word.toUpperCase();
    input.dispatchEvent(new Event('input'));
    return [word, rows.length, [...rows].filter(r => !r.hidden).map(r => r.textContent)];
    """
    word, every, shown = window.run(typed)
    assert 0 < len(shown) < every and all(word in text for text in shown)


def test_a_point_tells_its_figures(pages, window):
    window.open(pages["numbers"])
    middle = """
    const mark = document.querySelector('[data-chart=differences] .mark-symbol path');
    mark.scrollIntoView({block: 'center'});
    const box = mark.getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
    """
    window.move_to(*window.run(middle))
    said = window.run("return document.getElementById('vg-tooltip-element').textContent")
    assert "Difference" in said and "rf_pred" in said
    assert window.console() == []


def test_names_do_nothing(pages, window):
    window.open(pages["hostile"])
    assert window.console() == []
    assert window.run("return document.scripts.length") == 3  # data, Vega, our own
    assert window.run("return document.querySelectorAll('main script, main img, main iframe').length") == 0


def test_nothing_is_fetched_and_nothing_else_runs(pages, window):
    window.open(pages["numbers"])
    tried = """
    const done = arguments[0];
    const script = document.createElement('script');
    script.textContent = 'window.ran = true';
    document.body.append(script);
    setTimeout(() => {
      let evaluated = true;
      try { new Function('return 1')(); } catch { evaluated = false; }
      fetch('https://example.org/').then(() => done([true]), () => done([false, evaluated, !!window.ran]));
    });
    """
    assert window.run_later(tried) == [False, False, False]
    assert any("Content Security Policy" in line for line in window.console())


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The rules of axe-core, as the registry of npm has them."""
    folder = tmp_path_factory.mktemp("axe")
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("needs npm, for axe-core")
    words = [npm, "pack", "axe-core@4", "--silent"]
    done = subprocess.run(words, cwd=folder, capture_output=True, timeout=120, check=False)
    packed = next(folder.glob("*.tgz"), None)
    if done.returncode or packed is None:
        pytest.skip("axe-core cannot be had from npm here")
    shutil.unpack_archive(packed, folder, filter="data")
    return (folder / "package/axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "dark"), [("numbers", False), ("two", True), ("explain", False)])
def test_axe_finds_no_fault(name, dark, pages, window, axe):
    window.open(pages[name], dark=dark)
    window.run(axe)  # a script of the driver's, which the policy of the page does not hold
    found = window.run_later("const done = arguments[0]; axe.run().then(r => done(r.violations));")
    told = [(one["id"], one["impact"], [node["html"][:100] for node in one["nodes"][:3]]) for one in found]
    assert told == []
