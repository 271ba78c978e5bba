"""How it looks: a result or the catalogue as text, JSON, CSV or Markdown.

Adding a format: one file that makes a `Format`, and its row in `FORMATS`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from losscli.domain import Task
from losscli.errors import UsageError, did_you_mean
from losscli.loss import Loss, Params
from losscli.render import csv, json, markdown, text
from losscli.render.format import Format, View
from losscli.render.text import report_text, use_colour
from losscli.result import Changes, Comparison, Fits

if TYPE_CHECKING:
    from losscli.battery import Checked

__all__ = [
    "FORMATS",
    "Format",
    "catalogue",
    "changes",
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
}


def comparison(result: Comparison, format: str, *, all: bool, colour: bool, width: int | None) -> str:
    """What `losscli compare` found. Raises UsageError for an unknown format."""
    return named_format(format).comparison(result, View(all=all, colour=colour, width=width))


def fits(result: Fits, format: str, *, all: bool, coefficients: bool, colour: bool, width: int | None) -> str:
    """What `losscli fit` found. Raises UsageError for an unknown format."""
    view = View(all=all, coefficients=coefficients, colour=colour, width=width)
    return named_format(format).fits(result, view)


def changes(result: Changes, format: str, *, all: bool, colour: bool, width: int | None) -> str:
    """What `losscli diff` found. Raises UsageError for an unknown format."""
    return named_format(format).changes(result, View(all=all, colour=colour, width=width))


def catalogue(
    losses: Sequence[Loss], task: Task | None, format: str, *, colour: bool, width: int | None
) -> str:
    """The losses of a task, or of all. Raises UsageError where the format has no list of losses."""
    write = named_format(format).catalogue
    if write is None:
        raise _cannot(format, "a list of losses", [name for name, f in FORMATS.items() if f.catalogue])
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
        raise _cannot(format, "an explanation", [name for name, f in FORMATS.items() if f.explanation])
    return write(losses, written, View(colour=colour, width=width, unicode=unicode))


def checks(found: "Sequence[Checked]", format: str, *, colour: bool, width: int | None) -> str:
    """The checks of losses. Raises UsageError where the format has no table of them."""
    write = named_format(format).checks
    if write is None:
        raise _cannot(format, "a table of checks", [name for name, f in FORMATS.items() if f.checks])
    return write(found, View(colour=colour, width=width))


def named_format(name: str) -> Format:
    """The format of a name. Raises UsageError for an unknown one."""
    if name not in FORMATS:
        advice = did_you_mean(name, FORMATS) or f"Formats: {', '.join(FORMATS)}"
        raise UsageError(f"--format {name}: there is no such format", advice=advice)
    return FORMATS[name]


def _cannot(name: str, what: str, able: Sequence[str]) -> UsageError:
    return UsageError(f"the format {name} cannot hold {what}", advice=f"Use {' or '.join(able)}")
