"""How results and their tables look in a notebook and when they are printed."""

import shutil
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from losscli import render
from losscli.render.html import blocks_html
from losscli.render.layout import grid_rows
from losscli.report import View, report_of, visible
from losscli.report.blocks import Block, Grid, GridColumn, Paragraph, Role, tabulate

Kinds = Mapping[str, type]  # of the values of each column
Table = Sequence[Mapping[str, Any]]  # row by row
_FEWEST, _MOST = 80, 100  # columns of a screen
_OPENING, _NOTES = ("answer", "gates"), "notes"
# Colours are the reader's own; what is secondary is a shade of them.
_STYLE = (
    "<style>.losscli table{border-collapse:collapse}.losscli caption{text-align:left;font-weight:600}"
    ".losscli th,.losscli td{text-align:left;padding:.15em .8em .15em 0;color:inherit}"
    ".losscli .right{text-align:right}.losscli .good{font-weight:600}.losscli .bad{font-style:italic}"
    ".losscli .dim,.losscli .note{opacity:.75}.losscli .scroll{overflow-x:auto}"
    ".losscli ul{list-style:none;padding:0}.losscli li b{margin-right:.5em}</style>"
)


def screen(record: Any, *, width: int | None = None, **asked: Any) -> str:
    """The screen of the command, in a pipe, but for what to type next; width: in columns, those of the
    terminal, 80 to 100, if not said; asked: see `View`. Ends in a newline."""
    columns = min(max(shutil.get_terminal_size().columns, _FEWEST), _MOST) if width is None else width
    return render.written(record, "text", width=columns, piped=True, typed=False, **asked)


def verdict(record: Any) -> str:
    """The answer, in its sentences."""
    return visible(report_of(record, View(piped=True)).answer)


def result_html(record: Any) -> str:
    """The answer, gates, the first table, and notes."""
    report = report_of(record, View(piped=True))
    table = next(
        (one for one in report.sections if any(isinstance(block, Grid) for block in one.blocks)), None
    )
    blocks: list[Block] = []
    for section in report.sections:
        if section.name in (*_OPENING, _NOTES) or section is table:
            blocks += section.blocks
    return _framed(blocks)


def rows_text(kinds: Kinds, rows: Table, most: int) -> str:
    """The first rows, columns aligned; how many more there are."""
    grid = _grid(kinds, rows, most)
    lines = [
        "".join(cell.text for cell in line).rstrip()
        for one in grid
        for line in grid_rows(one, None, whole=True)
    ]
    return "\n".join([*lines, *_more(kinds, rows, most)])


def rows_html(kinds: Kinds, rows: Table, most: int) -> str:
    """The first rows as a table; how many more there are."""
    return _framed(
        [*_grid(kinds, rows, most), *(Paragraph(text, Role.DIM) for text in _more(kinds, rows, most))]
    )


def _framed(blocks: list[Block]) -> str:
    return f'<div class="losscli">{_STYLE}\n{blocks_html(blocks)}\n</div>'


def _more(kinds: Kinds, rows: Table, most: int) -> list[str]:
    if not len(rows):
        return [f"no rows of {', '.join(kinds)}"]
    return [f"… {len(rows) - most:,} more rows"] if len(rows) > most else []


def _grid(kinds: Kinds, rows: Table, most: int) -> list[Grid]:
    heads = [GridColumn(name, right=kind in (int, float)) for name, kind in kinds.items()]
    return tabulate("", heads, ([_text(value) for value in row.values()] for row in islice(rows, most)))


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value)
        case float():
            return f"{value:.6g}"
        case tuple():
            return visible(" ".join(value))
        case _:
            return visible(str(value))
