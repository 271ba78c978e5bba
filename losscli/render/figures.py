"""Charts within a page: their captions, their figures as tables, and the scripts that draw them."""

import json
from base64 import b64encode
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path

from losscli.charts import Chart, Plot, drawing
from losscli.render.markup import marked
from losscli.report import visible

_ASSETS = Path(__file__).with_name("assets")
_ROWS = 200  # of the figures of one chart, as a table
_ASIDE = frozenset({"place", "at"})  # fields that are no figures

Shown = Sequence[tuple[Chart, Plot]]


def asset(name: str) -> str:
    """The text of a file beside this one."""
    return (_ASSETS / name).read_text(encoding="utf-8")


def scripts(shown: Shown) -> list[str]:
    """The scripts of a page, each as it stands between its tags; those of Vega where there are charts."""
    return [*([_vega()] if shown else []), asset("page.js")]


def policy(scripts: Iterable[str]) -> str:
    """What the page may do: run these scripts, and nothing from elsewhere."""
    hashes = " ".join(f"'sha256-{_digest(text)}'" for text in scripts)
    own = f"script-src {hashes}; style-src 'unsafe-inline'"
    return f"default-src 'none'; {own}; base-uri 'none'; form-action 'none'"


def figures(shown: Shown, label: str) -> list[str]:
    """Charts side by side, to be drawn when the page is open; nothing where there are none."""
    if not shown:
        return []
    return [
        f'<section class="charts" aria-label="{marked(label)}">',
        *(line for chart, plot in shown for line in _figure(chart, plot)),
        "</section>",
    ]


def specifications(shown: Shown) -> list[str]:
    """What all charts of a page are drawn from, as data that nothing runs."""
    if not shown:
        return []
    specs = {chart.name: {**chart.spec(plot), "title": None} for chart, plot in shown}
    held = {"specs": specs, "config": drawing.theme(drawing.IN_PAGE)}
    text = json.dumps(held, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return [f'<script type="application/json" id="charts">{text}</script>']


def _figure(chart: Chart, plot: Plot) -> list[str]:
    note = [f'<span class="note">{marked(plot.note)}.</span>'] if plot.note else []
    return [
        "<figure>",
        f"<figcaption><b>{marked(chart.title)}</b> {marked(chart.reading)}",
        *note,
        "</figcaption>",
        f'<div class="chart" role="img" aria-label="{marked(f"{chart.title}. {chart.reading}")}"'
        f' data-chart="{marked(chart.name)}"></div>',
        *_table(chart, plot),
        "</figure>",
    ]


def _table(chart: Chart, plot: Plot) -> list[str]:
    """The figures that are drawn, for those who read them, or have them read."""
    keys = [key for key in plot.rows[0] if key not in _ASIDE]
    kept = plot.rows[:_ROWS]
    of = f"the first {len(kept)} of {len(plot.rows):,}" if len(kept) < len(plot.rows) else f"{len(kept)}"
    right = {key for key in keys if not any(isinstance(row[key], str) for row in plot.rows)}
    heads = "".join(f'<th scope="col"{_side(key in right)}>{marked(key)}</th>' for key in keys)
    return [
        f"<details><summary>Its figures ({of})</summary>",
        f'<div class="scroll" role="region" tabindex="0" aria-label="{marked(f"Figures: {chart.title}")}">',
        f"<table><thead><tr>{heads}</tr></thead><tbody>",
        *(
            f"<tr>{''.join(f'<td{_side(key in right)}>{_text(row[key])}</td>' for key in keys)}</tr>"
            for row in kept
        ),
        "</tbody></table></div></details>",
    ]


def _side(right: bool) -> str:
    return ' class="right"' if right else ""


def _text(value: float | int | str | None) -> str:
    if value is None:
        return ""
    return marked(visible(value)) if isinstance(value, str) else f"{value:.6g}"


@cache
def _vega() -> str:
    """Vega as one script, in ASCII, and with no end of a script within it."""
    text = drawing.bundle().replace("</script", r"<\/script").replace("<!--", r"<\!--")
    return "".join(c if c.isascii() else f"\\u{ord(c):04x}" for c in text)


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode("utf-8")).digest()).decode("ascii")
