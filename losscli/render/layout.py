"""Where everything stands: within the width, of a terminal or of a page.

On a terminal, what does not fit is shortened; in a pipe names stay whole, beyond the width where they must.
"""

import re
from collections.abc import Iterable, Sequence

from losscli.report import cell_width, shorten
from losscli.report.blocks import Cell, Grid, GridColumn, Line, Role

GAP = "  "
_LEAST_FLOW = {True: 24, False: 14}  # whether the grid is complete
_WORDS = re.compile(r"(?:\[[^\[\]]{1,40}\]|\S| (?=%))+")  # never between 1.8 and %, nor inside [-2.6, +5.8]

TextLine = tuple[Cell, ...]  # pieces that follow each other without a gap


def wrap(text: str, width: int | None, *, whole: bool = False) -> list[str]:
    """The text in lines of at most `width` cells, broken between words; one line if width is None.

    whole: whether a word that is longer than a line stays in one piece.
    """
    if width is None:
        return [text]
    lines: list[str] = []
    line = ""
    for word in _WORDS.findall(text):
        longer = f"{line} {word}" if line else word
        if cell_width(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *full, line = [word] if whole else _pieces(word, width)
        lines += full
    return [*lines, line] if line or not lines else lines


def _pieces(word: str, width: int) -> list[str]:
    """A word that is longer than a line, cut where the line ends."""
    pieces, piece = [], ""
    for character in word:
        if cell_width(piece + character) > width:
            pieces.append(piece)
            piece = ""
        piece += character
    return [*pieces, piece]


def line_rows(line: Line, width: int | None, *, whole: bool) -> list[str]:
    """The fields side by side, a new line where the next does not fit; a long field is wrapped, unless it
    stays whole."""
    own = None if whole else width
    rows: list[str] = []
    for field in line.fields:
        joined = f"{rows[-1]}{GAP}{field}" if rows else field
        if rows and width is not None and cell_width(joined) > width:
            rows += wrap(field, own)
        elif rows:
            rows[-1] = joined
        else:
            rows = wrap(field, own)
    return rows


def grid_rows(grid: Grid, width: int | None, *, whole: bool) -> list[TextLine]:
    """The lines of a table, heads included; blocks that do not fit beside each other are stacked.

    whole: whether no cell is shortened.
    """
    lines: list[TextLine] = []
    for block in _blocks(grid, width):
        if lines:
            lines.append(())
        lines += _block_rows(grid, block, width, whole)
    return lines


def _blocks(grid: Grid, width: int | None) -> list[list[int]]:
    """The columns that stand beside each other: those left when the least go, all without a width."""
    widths = _widths(grid)
    columns = list(range(len(grid.columns)))
    if width is None:
        return [columns]
    if not grid.complete:
        for index in sorted(columns, key=lambda i: -grid.columns[i].drop):
            if _total(widths, columns) > width and grid.columns[index].drop:
                columns.remove(index)
    return _stacked(columns, widths, width, grid.keys)


def _stacked(columns: Sequence[int], widths: Sequence[int], width: int, keys: int) -> list[list[int]]:
    """The first columns, which say what a row is of, in every block, and as many others as fit."""
    if _total(widths, columns[: keys + 1]) > width:
        keys = 1
    stub, rest = columns[:keys], columns[keys:]
    blocks = [[*stub]]
    for index in rest:
        if len(blocks[-1]) > keys and _total(widths, [*blocks[-1], index]) > width:
            blocks.append([*stub])
        blocks[-1].append(index)
    return blocks


def _widths(grid: Grid) -> list[int]:
    """The cells each column takes; one that flows asks for little and takes what is left."""
    return [
        _width(column, [row[i].text for row in grid.rows], _LEAST_FLOW[grid.complete])
        for i, column in enumerate(grid.columns)
    ]


def _width(column: GridColumn, texts: Iterable[str], least_flow: int) -> int:
    longest = max((cell_width(text) for text in texts), default=0)
    if column.flow:
        longest = min(longest, least_flow)
    return max(cell_width(column.title), column.least, longest)


def _total(widths: Sequence[int], columns: Sequence[int]) -> int:
    return sum(widths[i] for i in columns) + len(GAP) * (len(columns) - 1)


def _block_rows(grid: Grid, block: Sequence[int], width: int | None, whole: bool) -> list[TextLine]:
    widths = _fitted(grid, block, width, whole)
    head = tuple(Cell(grid.columns[i].title, Role.STRONG) for i in block)
    body = [tuple(row[i] for i in block) for row in grid.rows]
    rows = [head, *body] if any(cell.text for cell in head) else body
    columns = [grid.columns[i] for i in block]
    if width is None:
        return [_aligned(row, columns, widths) for row in rows]
    return [line for row in rows for line in _row_lines(row, columns, widths, whole or grid.complete, whole)]


def _fitted(grid: Grid, block: Sequence[int], width: int | None, whole: bool) -> list[int]:
    """The widths of one block: what flows takes the rest of the line, what is too wide is cut."""
    natural = _widths(grid)
    flowing = [i for i in block if grid.columns[i].flow]
    if width is None:
        return [natural[i] for i in block]
    room = width - _total(natural, block)
    if flowing and room > 0:
        last = flowing[-1]
        longest = max((cell_width(row[last].text) for row in grid.rows), default=0)
        natural[last] = max(natural[last], min(longest, natural[last] + room))
    over = 0 if whole else _total(natural, block) - width
    for index in sorted(block, key=lambda i: -natural[i]):
        cut = max(0, min(over, natural[index] - 8))
        natural[index] -= cut
        over -= cut
    return [natural[i] for i in block]


def _row_lines(
    row: Sequence[Cell], columns: Sequence[GridColumn], widths: Sequence[int], complete: bool, whole: bool
) -> list[TextLine]:
    """One row, on several lines where a cell of a complete grid flows."""
    texts = [
        _cell_lines(cell.text, column.flow, limit, complete, whole)
        for cell, column, limit in zip(row, columns, widths, strict=True)
    ]
    lines = []
    for number in range(max(len(parts) for parts in texts)):
        cells = [
            Cell(parts[number] if number < len(parts) else "", cell.role)
            for parts, cell in zip(texts, row, strict=True)
        ]
        lines.append(_aligned(cells, columns, widths))
    return lines


def _cell_lines(text: str, flow: bool, limit: int, complete: bool, whole: bool) -> list[str]:
    if not flow:
        return [text if whole else shorten(text, limit)]
    lines = wrap(text, limit, whole=whole)
    if complete or len(lines) == 1:
        return lines
    return [f"{wrap(text, limit - 1)[0]}…"]


def _aligned(row: Sequence[Cell], columns: Sequence[GridColumn], widths: Sequence[int]) -> TextLine:
    """The cells padded to their columns, without blanks at the end of the line."""
    pieces: list[Cell] = []
    pending = ""
    for cell, column, width in zip(row, columns, widths, strict=True):
        blanks = " " * max(0, width - cell_width(cell.text))
        if cell.text:
            before = pending + (blanks if column.right else "")
            pieces += [Cell(before)] if before else []
            pieces.append(cell)
            pending = "" if column.right else blanks
        else:
            pending += blanks
        pending += GAP
    return tuple(pieces)
