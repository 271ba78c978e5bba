"""HTML: one page that holds all it needs, and loads nothing; light and dark as the reader's screen is.

The answer stands first, then the charts, then all tables, which one small script makes sortable. Every text
is data: escaped, and visible as on a terminal. No colour says what the text does not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from losscli.charts import charts_of, chosen, drawing
from losscli.render.figures import Shown, asset, figures, policy, scripts, specifications
from losscli.render.format import Format
from losscli.render.markup import marked
from losscli.report import Found, View, report_of, title_of
from losscli.report.blocks import (
    Block,
    Cell,
    Drawing,
    Grid,
    GridColumn,
    Heading,
    Line,
    Note,
    Paragraph,
    Report,
    Role,
    Section,
)

_FIRST = 4  # charts ahead of the tables
_CLASSES = {Role.DIM: "dim", Role.GOOD: "good", Role.BAD: "bad"}
_TAGS = {Role.STRONG: "strong", Role.CODE: "code"}


def page(title: str, head: Report, rest: Report, shown: Shown) -> str:
    """A page of its own, in ASCII, ending in a newline: what is said first, the charts, and the rest."""
    running = scripts(shown)
    lines = [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy(running)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{marked(title)}</title>",
        f"<style>\n{asset('page.css')}</style>",
        "</head>",
        "<body>",
        "<main>",
        f"<h1>{marked(title)}</h1>",
        blocks_html(head.blocks),
        *figures(shown[:_FIRST], "Charts"),
        blocks_html(rest.blocks),
        *(["<h2>More charts</h2>"] if shown[_FIRST:] else []),
        *figures(shown[_FIRST:], "More charts"),
        "</main>",
        *specifications(shown),
        *(f"<script>{text}</script>" for text in running),
        "</body>",
        "</html>",
    ]
    return "\n".join(lines) + "\n"


def blocks_html(blocks: Iterable[Block]) -> str:
    """Blocks as they stand in a page, in ASCII."""
    return "\n".join(part for kind, own in groupby(blocks, type) for part in _parts(kind, list(own)))


def _parts(kind: type[Block], blocks: Sequence[Block]) -> Iterable[str]:
    """Blocks of one kind that follow each other; notes are a list."""
    if kind is not Note:
        return map(_block, blocks)
    return ["<ul>", *map(_block, blocks), "</ul>"]


def _block(block: Block) -> str:
    match block:
        case Line(fields, role):
            return f"<p{_class(_CLASSES.get(role))}>{' &middot; '.join(map(marked, fields))}</p>"
        case Paragraph(text, role):
            return f"<p{_class(_CLASSES.get(role))}>{marked(text)}</p>"
        case Heading(text, level):
            rank = min(max(level, 2), 3)
            return f"<h{rank}>{marked(text)}</h{rank}>"
        case Drawing(lines):
            return f"<pre>{chr(10).join(map(marked, lines))}</pre>"
        case Note(symbol, text):
            return f"<li><b>{marked(symbol)}</b>{marked(text)}</li>"
        case Grid():
            return _grid(block)


def _grid(grid: Grid) -> str:
    """A table that scrolls sideways by itself, also from the keyboard."""
    heads = [column.title for column in grid.columns]
    label = grid.title or next(filter(None, heads), "") or "table"
    head = [_row(map(_head, grid.columns))] if any(heads) else []
    lines = [
        f'<div class="scroll" role="region" tabindex="0" aria-label="{marked(label)}">',
        "<table>",
        *([f"<caption>{marked(grid.title)}</caption>"] if grid.title else []),
        *(["<thead>", *head, "</thead>"] if head else []),
        "<tbody>",
        *(_row(_cells(grid.columns, row)) for row in grid.rows),
        "</tbody>",
        "</table>",
        "</div>",
        *(f'<p class="note">{marked(note)}</p>' for note in grid.notes),
    ]
    return "\n".join(lines)


def _head(column: GridColumn) -> str:
    side = _class("right" if column.right else None, "flow" if column.flow else None)
    return f'<th scope="col"{side}>{marked(column.title)}</th>' if column.title else f"<td{side}></td>"


def _cells(columns: Sequence[GridColumn], row: Sequence[Cell]) -> Iterable[str]:
    """The first cell heads its row."""
    for number, (column, cell) in enumerate(zip(columns, row, strict=True)):
        kinds = ("right" if column.right else None, "flow" if column.flow else None)
        names = _class(*kinds, _CLASSES.get(cell.role))
        tag = _TAGS.get(cell.role)
        text = f"<{tag}>{marked(cell.text)}</{tag}>" if tag and cell.text else marked(cell.text)
        yield f"<td{names}>{text}</td>" if number else f'<th scope="row"{names}>{text}</th>'


def _row(cells: Iterable[str]) -> str:
    return f"<tr>{''.join(cells)}</tr>"


def _class(*names: str | None) -> str:
    found = " ".join(filter(None, names))
    return f' class="{found}"' if found else ""


def chart_page(found: object, title: str, name: str | None) -> str:
    """A page of one chart alone: that of the name, or the main one. Raises UsageError where there is none,
    and without the extra."""
    nothing = Report.of()
    drawing.library("a page with charts")
    return page(title, nothing, nothing, [chosen(found, name)])


def _write(found: Found, view: View) -> str:
    report = report_of(found, replace(view.page(), unicode=True))
    able = [one for one in charts_of(found) if one[0].on_page]
    shown = able if drawing.installed() else []
    first = [one for one in report.sections if one.name == "answer"] or list(report.sections[:1])
    rest = [one for one in report.sections if one not in first]
    head, below = (Report(tuple(sections), report.order) for sections in (first, rest))
    if able and not shown:
        line = Paragraph(f"With charts: {drawing.INSTALL}", Role.DIM)
        below = Report((*below.sections, Section("charts", (line,))), below.order)
    return page(title_of(found), head, below, shown)


FORMAT = Format(_write, (".html", ".htm"))
