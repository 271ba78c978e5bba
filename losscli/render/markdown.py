"""GitHub's Markdown: for a pull request's comment, a step summary, and docs/losses.md.

Every text is data: nothing in a name may become markup, a mention or a link.
"""

import re
from collections.abc import Sequence

from losscli.render.format import Format
from losscli.report import cell_width, report_of, visible
from losscli.report.blocks import Block, Cell, Drawing, Grid, Heading, Line, Note, Paragraph, Report, Role

# GitHub finds mentions, issues and emoji in the rendered text: only a zero-width space breaks them.
_BREAK = "&#8203;"
_ENTITIES = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    "$": "&#36;",
    "@": f"@{_BREAK}",
    "#": f"#{_BREAK}",
}
_EMOJI = re.compile(r":(?=[\w+-]+:)")
_SPECIAL = re.compile(r"[\\`*\[\]~|]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_LINK = re.compile(r"(?<=[A-Za-z]):(?=//)|(?<=\bwww)\.", re.IGNORECASE)


def report_markdown(report: Report) -> str:
    """The report as GitHub's Markdown, ending in a newline."""
    output = ""
    for above, block in zip((None, *report.blocks), report.blocks, strict=False):
        gap = "" if above is None else "\n" if isinstance(above, Note) and isinstance(block, Note) else "\n\n"
        output += gap + _block(block)
    return output + "\n"


def escape(text: str) -> str:
    """The text so that it reads as it is: no markup, no HTML, no mention, no link, one line."""
    entities = "".join(_ENTITIES.get(character, character) for character in visible(text))
    entities = _EMOJI.sub(f":{_BREAK}", entities)
    entities = _LINK.sub(lambda match: "&#58;" if match.group() == ":" else "&#46;", entities)
    return _SPECIAL.sub(lambda match: f"\\{match.group()}", entities)


def _block(block: Block) -> str:
    match block:
        case Line(fields):
            return _start(" · ".join(escape(field) for field in fields))
        case Paragraph(text):
            return _start(escape(text))
        case Heading(text, level):
            return f"{'#' * level} {escape(text)}"
        case Drawing(lines):
            return "\n".join(["```text", *lines, "```"])
        case Note(symbol, text):
            return f"- {escape(symbol)} {escape(text)}"
        case Grid():
            return _grid(block)


def _start(text: str) -> str:
    """A paragraph that begins like a list or a rule does not become one."""
    text = re.sub(r"^(\d+)([.)])(?=\s)", r"\1\\\2", text)
    return re.sub(r"^[-+=]", r"\\\g<0>", text)


def _grid(grid: Grid) -> str:
    """A table whose source is aligned too."""
    heads = [escape(column.title) for column in grid.columns]
    rows = [[_cell(cell) for cell in row] for row in grid.rows]
    widths = [max(3, *(cell_width(text) for text in column)) for column in zip(heads, *rows, strict=True)]
    rules = [
        "-" * (width - 1) + ":" if column.right else "-" * width
        for column, width in zip(grid.columns, widths, strict=True)
    ]
    right = [column.right for column in grid.columns]
    lines = [_row(texts, widths, right) for texts in (heads, rules, *rows)]
    title = [f"**{escape(grid.title)}**", ""] if grid.title else []
    notes = ["", *(f"{escape(note)}" for note in grid.notes)] if grid.notes else []
    return "\n".join([*title, *lines, *notes])


def _row(texts: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = []
    for text, width, to_right in zip(texts, widths, right, strict=True):
        blanks = " " * (width - cell_width(text))
        padded.append(blanks + text if to_right else text + blanks)
    return f"| {' | '.join(padded)} |"


def _cell(cell: Cell) -> str:
    if not cell.text:
        return ""
    if cell.role is Role.CODE:
        return _code(cell.text)
    text = escape(cell.text)
    return f"**{text}**" if cell.role in (Role.STRONG, Role.GOOD) else text


def _code(text: str) -> str:
    """A code span; a pipe ends a table's cell even there, a backtick ends the span."""
    safe = visible(text).replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall(r"`+", safe)), default=0) + 1)
    blank = " " if safe.startswith("`") or safe.endswith("`") else ""
    return f"{fence}{blank}{safe}{blank}{fence}"


FORMAT = Format(lambda found, view: report_markdown(report_of(found, view.page())), (".md", ".markdown"))
