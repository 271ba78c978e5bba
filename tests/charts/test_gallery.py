"""docs/charts.md has every chart, with a picture of figures that are still so.

`pytest tests/charts --record` writes the page and its pictures anew.
"""

import re
from pathlib import Path

import pytest

from losscli.charts import CHARTS, Chart, chart, charts_of, drawing

DOCS = Path(__file__).parents[2] / "docs"
PAGE, IMAGES = DOCS / "charts.md", DOCS / "images/charts"
FROM = (
    "area",
    "two",
    "classes",
    "losses",
    "advice",
    "diff",
    "sgd",
    "slices",
    "numbers",
)  # the first that has it
MARK = "<!-- made by tests/charts/test_gallery.py -->\n"


def picture(one: Chart, found: dict[str, object]) -> str:
    """The SVG of the first result that has the chart."""
    first = next(
        found[name] for name in FROM if any(own.name == one.name for own, _ in charts_of(found[name]))
    )
    return drawing.svg(chart(first, one.name))


def gallery() -> str:
    """The part of the page that follows from the records."""
    parts = [
        f"### {one.title}\n\n`--chart {one.name}`, of {one.needs}. {one.reading}\n\n"
        f"![{one.title}](images/charts/{one.name}.svg)\n"
        for one in CHARTS
    ]
    return "\n".join(parts)


def texts(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_the_page_follows_from_the_records(request):
    text = PAGE.read_text(encoding="utf-8")
    head, mark, rest = text.partition(MARK)
    if request.config.getoption("--record"):
        PAGE.write_text(f"{head}{MARK}\n{gallery()}", encoding="utf-8")
        return
    assert mark and rest == f"\n{gallery()}"


@pytest.mark.charts
@pytest.mark.parametrize("one", CHARTS, ids=lambda one: one.name)
def test_a_picture_shows_the_figures_of_today(one, found, request):
    """By its texts: where they stand differs by the fonts of a machine."""
    pytest.importorskip("vl_convert", reason="needs the extra `report`")
    place, made = IMAGES / f"{one.name}.svg", picture(one, found)
    if request.config.getoption("--record"):
        place.parent.mkdir(exist_ok=True)
        place.write_text(made, encoding="utf-8")
    known = place.read_text(encoding="utf-8")
    assert texts(known) == texts(made) and len(texts(made)) > 3
    assert "http" not in re.sub(r'xmlns(:xlink)?="[^"]*"', "", known)
