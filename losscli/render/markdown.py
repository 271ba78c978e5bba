"""GitHub's Markdown: for a pull request's comment, a step summary, and docs/losses.md.

What has an answer is a comment: a mark by which a program finds it again, the verdict, the gates and the
notes, then all figures in a fold.

Every text is data: nothing in a name may become markup, a mention or a link.
"""

import re
from collections.abc import Sequence

from losscli.render.format import Format
from losscli.report import VERBS, Found, View, cell_width, report_of, visible
from losscli.report.blocks import Block, Cell, Drawing, Grid, Heading, Line, Note, Paragraph, Report, Role
from losscli.result import Advice, Changes, Comparison, Fits, Gate

MARK = "<!-- losscli -->"
FOLD = ("<details>", "<summary>All figures</summary>", "</details>")
_FIRST = ("answer", "gates", "notes")  # sections above the fold

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


def _write(found: Found, view: View) -> str:
    report = report_of(found, view.page())
    if not isinstance(found, Comparison | Fits | Advice | Changes):
        return _blocks(report.blocks)
    heading = f"### losscli {VERBS[type(found)].name}"
    if isinstance(found, Comparison) and found.gates:
        heading = _gated(heading, found.gates, view.strict)
    return f"{MARK}\n{heading}\n\n{_folded(report)}"


def _gated(heading: str, gates: Sequence[Gate], strict: bool) -> str:
    """`### ❌ losscli compare: 1 of 3 gates fails`"""
    from losscli.comparison.gates import fails

    failed = sum(fails(gate, strict=strict) for gate in gates)
    unsure = sum(gate.verdict == "inconclusive" for gate in gates)
    if failed:
        sign, count, words = "❌", failed, ("fails", "fail")
    elif unsure:
        sign, count, words = "⚠️", unsure, ("cannot tell", "cannot tell")
    else:
        sign, count, words = "✅", len(gates), ("passes", "pass")
    told = f"{count:,} of {len(gates):,} gates" if len(gates) > 1 else "the gate"
    return f"{heading.replace(' ', f' {sign} ', 1)}: {told} {words[count > 1]}"


def _folded(report: Report) -> str:
    parts = {section.name: section.blocks for section in report.sections}
    above = [block for name in _FIRST for block in parts.pop(name, ())]
    below = [block for blocks in parts.values() for block in blocks]
    start, summary, end = FOLD
    return f"{_blocks(above)}\n{start}\n{summary}\n\n{_blocks(below)}\n{end}\n"


def _blocks(blocks: Sequence[Block]) -> str:
    """Blocks with an empty line between, ending in a newline."""
    output = ""
    for above, block in zip((None, *blocks), blocks, strict=False):
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
            fence = "`" * max(3, 1 + max(map(_run, lines), default=0))
            return "\n".join([f"{fence}text", *lines, fence])
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
    fence = "`" * (_run(safe) + 1)
    blank = " " if safe.startswith("`") or safe.endswith("`") else ""
    return f"{fence}{blank}{safe}{blank}{fence}"


def _run(text: str) -> int:
    """How many backticks follow each other at most."""
    return max(map(len, re.findall(r"`+", text)), default=0)


FORMAT = Format(_write, (".md", ".markdown"))
