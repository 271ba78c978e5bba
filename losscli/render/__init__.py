"""How it looks: a result or the catalogue as text, JSON, CSV, Markdown, GitHub's annotations, JUnit or HTML.

Adding a format: one file that makes a `Format`, and its row in `FORMATS`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from losscli.domain import Task
from losscli.errors import UsageError, did_you_mean
from losscli.loss import Loss, Params
from losscli.render import csv, github, html, json, junit, markdown, text
from losscli.render.format import Format, View
from losscli.render.text import report_text, use_colour
from losscli.result import Advice, Changes, Comparison, Fits

if TYPE_CHECKING:
    from losscli.loss.battery import Checked

__all__ = [
    "FORMATS",
    "Format",
    "advice",
    "catalogue",
    "changes",
    "check_format",
    "checks",
    "comparison",
    "explanation",
    "fits",
    "named_format",
    "report_text",
    "use_colour",
]

FORMATS: dict[str, Format] = {
    "text": text.FORMAT,
    "json": json.FORMAT,
    "csv": csv.FORMAT,
    "markdown": markdown.FORMAT,
    "github": github.FORMAT,
    "junit": junit.FORMAT,
    "html": html.FORMAT,
}
_WHAT = {
    "comparison": "a comparison",
    "fits": "fitted losses",
    "advice": "advice on losses",
    "changes": "what changed between two results",
    "catalogue": "a list of losses",
    "explanation": "an explanation",
    "checks": "checks of losses",
}


def comparison(
    result: Comparison, format: str, *, all: bool, colour: bool, width: int | None, strict: bool = False
) -> str:
    """What `losscli compare` found; strict: a gate that cannot tell fails. Raises UsageError for an unknown
    format."""
    view = View(all=all, colour=colour, width=width, strict=strict)
    return named_format(format).comparison(result, view)


def fits(result: Fits, format: str, *, all: bool, coefficients: bool, colour: bool, width: int | None) -> str:
    """What `losscli fit` found. Raises UsageError where the format does not hold it."""
    write = named_format(format).fits
    if write is None:
        raise _cannot(format, "fits")
    return write(result, View(all=all, coefficients=coefficients, colour=colour, width=width))


def advice(result: Advice, format: str, *, colour: bool, width: int | None) -> str:
    """What `losscli advise` found. Raises UsageError where the format does not hold it."""
    write = named_format(format).advice
    if write is None:
        raise _cannot(format, "advice")
    return write(result, View(colour=colour, width=width))


def changes(result: Changes, format: str, *, all: bool, colour: bool, width: int | None) -> str:
    """What `losscli diff` found. Raises UsageError where the format does not hold it."""
    write = named_format(format).changes
    if write is None:
        raise _cannot(format, "changes")
    return write(result, View(all=all, colour=colour, width=width))


def catalogue(
    losses: Sequence[Loss], task: Task | None, format: str, *, colour: bool, width: int | None
) -> str:
    """The losses of a task, or of all. Raises UsageError where the format has no list of losses."""
    write = named_format(format).catalogue
    if write is None:
        raise _cannot(format, "catalogue")
    return write(losses, task, View(colour=colour, width=width))


def explanation(
    losses: Sequence[Loss],
    written: Params,
    format: str,
    *,
    colour: bool,
    width: int | None,
    unicode: bool = True,
) -> str:
    """The records of one name, at the written parameters; `unicode` False draws in ASCII.

    Raises UsageError where the format has no explanation, and for a parameter the loss does not take.
    """
    write = named_format(format).explanation
    if write is None:
        raise _cannot(format, "explanation")
    return write(losses, written, View(colour=colour, width=width, unicode=unicode))


def checks(found: "Sequence[Checked]", format: str, *, colour: bool, width: int | None) -> str:
    """The checks of losses. Raises UsageError where the format has no table of them."""
    write = named_format(format).checks
    if write is None:
        raise _cannot(format, "checks")
    return write(found, View(colour=colour, width=width))


def named_format(name: str) -> Format:
    """The format of a name. Raises UsageError for an unknown one."""
    if name not in FORMATS:
        advice = did_you_mean(name, FORMATS) or f"Formats: {', '.join(FORMATS)}"
        raise UsageError(f"--format {name}: there is no such format", advice=advice)
    return FORMATS[name]


def check_format(name: str, what: str) -> None:
    """Raises UsageError, before any work, for an unknown format and for one that does not hold `what`, a
    field of `Format`."""
    if getattr(named_format(name), what) is None:
        raise _cannot(name, what)


def _cannot(name: str, what: str) -> UsageError:
    able = [known for known, format in FORMATS.items() if getattr(format, what) is not None]
    advice = f"Use {', '.join(able[:-1])} or {able[-1]}"
    return UsageError(f"the format {name} cannot hold {_WHAT[what]}", advice=advice)
