"""The terminal and the pipe: the same lines; colour and wrapping are the terminal's only.

The only file that imports rich, and only where there is colour. Nothing is told by colour alone. Reports make
names visible where they fit them into columns; here whatever is left is.
"""

from collections.abc import Mapping
from typing import TextIO

from losscli.render.format import Format
from losscli.render.layout import TextLine, grid_rows, line_rows, wrap
from losscli.report import report_of, visible
from losscli.report.blocks import Block, Cell, Drawing, Grid, Heading, Line, Note, Paragraph, Report, Role

_STYLES = {Role.STRONG: "bold", Role.DIM: "dim", Role.GOOD: "bold green", Role.BAD: "red"}
_NOTE = "yellow"


def use_colour(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether a stream takes colour: a terminal, unless NO_COLOR, TERM=dumb or GITHUB_ACTIONS say no."""
    refused = (
        environment.get("NO_COLOR") or environment.get("TERM") == "dumb" or environment.get("GITHUB_ACTIONS")
    )
    return stream.isatty() and not refused


def report_text(report: Report, *, colour: bool, width: int | None) -> str:
    """The report in lines; `width` None wraps and cuts nothing."""
    paint = _Painter() if colour else _plain
    lines: list[str] = []
    previous: Block | None = None
    for block in report.blocks:
        if previous is not None and _apart(previous, block):
            lines.append("")
        lines += [paint(line, isinstance(block, Note)) for line in _lines(block, width)]
        previous = block
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _apart(above: Block, below: Block) -> bool:
    """Whether an empty line stands between: not within a run of lines, paragraphs or notes."""
    alike = type(above) is type(below) and not isinstance(below, Grid | Drawing | Heading)
    return not alike and not isinstance(above, Heading)


def _lines(block: Block, width: int | None) -> list[TextLine]:
    match block:
        case Line(role=role):
            return [(Cell(text, role),) for text in line_rows(block, width)]
        case Paragraph(text, role):
            return [(Cell(part, role),) for part in wrap(text, width)]
        case Heading(text):
            return [(Cell(part, Role.STRONG),) for part in wrap(text, width)]
        case Drawing(lines):
            return [(Cell(line),) for line in lines]
        case Note(symbol, text):
            first, *rest = wrap(text, None if width is None else width - 2)
            return [(Cell(f"{symbol} {first}"),), *((Cell(f"  {part}"),) for part in rest)]
        case Grid(title, notes=notes):
            title_lines = [(Cell(part, Role.STRONG),) for part in wrap(title, width)] if title else []
            note_lines = [(Cell(part, Role.DIM),) for note in notes for part in wrap(note, width)]
            return [*title_lines, *grid_rows(block, width), *note_lines]


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


FORMAT = Format(
    lambda found, view: report_text(report_of(found, view), colour=view.colour, width=view.width), (".txt",)
)
