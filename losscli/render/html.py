"""HTML: one page that holds all it needs, without a script; light and dark as the reader's screen is.

Every text is data: escaped, and visible as on a terminal. No colour says what the text does not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

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
)

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = """\
:root { color-scheme: light dark; --ink: #1c1e21; --paper: #fff; --faint: #5b6068; --rule: #d5d8dc;
  --band: #f4f5f7; --good: #14692f; --bad: #a3241a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e6e8; --paper: #16181b; --faint: #a0a6ad; --rule: #3b3f45; --band: #1f2226;
    --good: #6fd48c; --bad: #ff9187; }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 80rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.2rem; margin: 0 0 .5rem; }
h2, h3 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
h1, h2, h3, p, li, th, td { overflow-wrap: anywhere; }
p { margin: .5rem 0; max-width: 65rem; }
.dim, .note { color: var(--faint); }
.note { font-size: .9rem; }
.good { color: var(--good); font-weight: 600; }
.bad { color: var(--bad); font-style: italic; }
.scroll { overflow-x: auto; margin: 1.5rem 0 .5rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: .25rem 0; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem; border-bottom: 1px solid var(--rule);
  min-width: 2.5rem; max-width: 40rem; }
th { font-weight: 600; }
thead th { background: var(--band); vertical-align: bottom; }
tbody th { font-weight: 400; }
.right { text-align: right; }
td.right { white-space: nowrap; }
pre { overflow-x: auto; line-height: 1.2; }
ul { list-style: none; margin: 1.5rem 0; padding: 0; }
li { margin: .25rem 0; padding-left: 1.25rem; text-indent: -1.25rem; max-width: 65rem; }
li b { display: inline-block; width: 1.25rem; text-indent: 0; }
@media print { .scroll { overflow: visible; } }
"""
_CLASSES = {Role.DIM: "dim", Role.GOOD: "good", Role.BAD: "bad"}
_TAGS = {Role.STRONG: "strong", Role.CODE: "code"}


def report_html(report: Report, title: str) -> str:
    """The report as a page of its own, in ASCII, ending in a newline."""
    lines = [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{marked(title)}</title>",
        f"<style>\n{_STYLE}</style>",
        "</head>",
        "<body>",
        "<main>",
        f"<h1>{marked(title)}</h1>",
        blocks_html(report.blocks),
        "</main>",
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
    side = _class("right" if column.right else None)
    return f'<th scope="col"{side}>{marked(column.title)}</th>' if column.title else f"<td{side}></td>"


def _cells(columns: Sequence[GridColumn], row: Sequence[Cell]) -> Iterable[str]:
    """The first cell heads its row."""
    for number, (column, cell) in enumerate(zip(columns, row, strict=True)):
        names = _class("right" if column.right else None, _CLASSES.get(cell.role))
        tag = _TAGS.get(cell.role)
        text = f"<{tag}>{marked(cell.text)}</{tag}>" if tag and cell.text else marked(cell.text)
        yield f"<td{names}>{text}</td>" if number else f'<th scope="row"{names}>{text}</th>'


def _row(cells: Iterable[str]) -> str:
    return f"<tr>{''.join(cells)}</tr>"


def _class(*names: str | None) -> str:
    found = " ".join(filter(None, names))
    return f' class="{found}"' if found else ""


def _write(found: Found, view: View) -> str:
    return report_html(report_of(found, replace(view.page(), unicode=True)), title_of(found))


FORMAT = Format(_write, (".html", ".htm"))
