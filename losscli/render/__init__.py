"""How it looks: a result or the catalogue as text, JSON, CSV, Markdown, GitHub's annotations, JUnit, HTML or
flat figures.

Adding a format: one file that makes a `Format`, and its row in `FORMATS`.
"""

from losscli import sections
from losscli.errors import UsageError, did_you_mean
from losscli.render import csv, github, html, json, junit, markdown, metrics, text
from losscli.render.format import Format
from losscli.render.text import use_colour
from losscli.report import VERBS, Found, View

__all__ = ["FORMATS", "Format", "check_format", "use_colour", "written"]

FORMATS: dict[str, Format] = {
    "text": text.FORMAT,
    "json": json.FORMAT,
    "csv": csv.FORMAT,
    "markdown": markdown.FORMAT,
    "github": github.FORMAT,
    "junit": junit.FORMAT,
    "html": html.FORMAT,
    "metrics": metrics.FORMAT,
}


def written(
    found: Found,
    format: str,
    *,
    all: bool = False,
    coefficients: bool = False,
    show: frozenset[str] = frozenset(),
    explain: bool = False,
    colour: bool = False,
    width: int | None = None,
    height: int | None = None,
    piped: bool = False,
    unicode: bool = True,
    strict: bool = False,
    typed: bool = True,
) -> str:
    """What was found, in a format; see `View` for what is asked of it.

    Raises UsageError for an unknown format, for one that does not hold this, and for an explanation at a
    parameter that the loss does not take.
    """
    check_format(format, type(found))
    view = View(
        all=all or sections.ALL in show,
        coefficients=coefficients,
        show=show - {sections.ALL},
        explain=explain,
        colour=colour,
        width=width,
        height=height,
        piped=piped,
        unicode=unicode,
        strict=strict,
        typed=typed,
    )
    return FORMATS[format].write(found, view)


def check_format(name: str, what: type) -> None:
    """Raises UsageError, before any work, for an unknown format and for one that does not hold a type."""
    if name not in FORMATS:
        advice = did_you_mean(name, FORMATS) or f"Formats: {', '.join(FORMATS)}"
        raise UsageError(f"--format {name}: there is no such format", advice=advice)
    if what not in FORMATS[name].holds:
        *able, last = (known for known, format in FORMATS.items() if what in format.holds)
        advice = f"Use {', '.join(able)} or {last}"
        raise UsageError(f"the format {name} cannot hold {VERBS[what].gives}", advice=advice)
