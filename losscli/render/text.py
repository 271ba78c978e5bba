"""The terminal and the pipe: the same lines; colour and names that are shortened are the terminal's only.

The short form holds so many lines, where models are few: what it leaves out it counts.

The only file that imports rich, and only where there is colour. Nothing is told by colour alone. Reports make
names visible where they fit them into columns; here whatever is left is.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TextIO

from losscli.render.format import Format
from losscli.render.layout import TextLine, grid_rows, line_rows, wrap
from losscli.report import Found, View, report_of, visible
from losscli.report.blocks import Block, Cell, Drawing, Grid, Heading, Line, Note, Paragraph, Report, Role

_STYLES = {Role.STRONG: "bold", Role.DIM: "dim", Role.GOOD: "bold green", Role.BAD: "red"}
_NOTE = "yellow"
LINES, _TIGHTEST = 40, 4  # of the short form, and how much it may leave out
_ANSWER = ("answer", "gates")


def use_colour(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether a stream takes colour: a terminal, unless NO_COLOR, TERM=dumb or GITHUB_ACTIONS say no."""
    refused = (
        environment.get("NO_COLOR") or environment.get("TERM") == "dumb" or environment.get("GITHUB_ACTIONS")
    )
    return stream.isatty() and not refused


def _report_lines(report: Report, view: View) -> list[str]:
    """The report, laid out in the columns of the view."""
    paint = _Painter() if view.colour else _plain
    lines: list[str] = []
    previous: Block | None = None
    for block in report.blocks:
        if previous is not None and _apart(previous, block):
            lines.append("")
        lines += [paint(line, isinstance(block, Note)) for line in _lines(block, view)]
        previous = block
    return [line.rstrip() for line in lines]


def _apart(above: Block, below: Block) -> bool:
    """Whether an empty line stands between: not within a run of lines, paragraphs or notes."""
    alike = type(above) is type(below) and not isinstance(below, Grid | Drawing | Heading)
    return not alike and not isinstance(above, Heading)


def _lines(block: Block, view: View) -> list[TextLine]:
    width, whole = view.width, view.piped
    match block:
        case Line(role=role):
            return [(Cell(text, role),) for text in line_rows(block, width, whole=whole)]
        case Paragraph(text, role):
            return [(Cell(part, role),) for part in wrap(text, width, whole=whole)]
        case Heading(text):
            return [(Cell(part, Role.STRONG),) for part in wrap(text, width)]
        case Drawing(lines):
            return [(Cell(line),) for line in lines]
        case Note(symbol, text):
            first, *rest = wrap(text, None if width is None else width - 2, whole=whole)
            return [(Cell(f"{symbol} {first}"),), *((Cell(f"  {part}"),) for part in rest)]
        case Grid(title, notes=notes):
            heads = wrap(title, width) if title else []
            below = [part for note in notes for part in wrap(note, width, whole=whole)]
            rows = grid_rows(block, None if whole and block.wide else width, whole=whole)
            return [
                *((Cell(part, Role.STRONG),) for part in heads),
                *rows,
                *((Cell(part, Role.DIM),) for part in below),
            ]


def _plain(line: TextLine, note: bool) -> str:
    return visible("".join(cell.text for cell in line))


class _Painter:
    """Cells to text with the escapes of their roles."""

    def __init__(self) -> None:
        from rich.color import ColorSystem
        from rich.style import Style

        self._system = ColorSystem.STANDARD
        self._styles = {role: Style.parse(text) for role, text in _STYLES.items()}
        self._note = Style.parse(_NOTE)

    def __call__(self, line: TextLine, note: bool) -> str:
        return "".join(self._paint(cell, note) for cell in line)

    def _paint(self, cell: Cell, note: bool) -> str:
        style, text = self._note if note else self._styles.get(cell.role), visible(cell.text)
        return style.render(text, color_system=self._system) if style and text else text


def _write(found: Found, view: View) -> str:
    """The report; the short form as tight as it must be, and on a terminal of fewer lines the answer again
    where it ends."""
    report = report_of(found, view)
    lines = _report_lines(report, view)
    while view.folded and not view.explain and len(lines) > LINES and view.tight < _TIGHTEST:
        view = replace(view, tight=view.tight + 1)
        report = report_of(found, view)
        lines = _report_lines(report, view)
    if view.height is not None and len(lines) >= view.height:
        lines = _report_lines(report.ending(_ANSWER, "next"), view)
    return "".join(f"{line}\n" for line in lines)


FORMAT = Format(_write, (".txt",))
