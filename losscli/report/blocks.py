"""What a report is made of: plain data that every format can lay out.

A Report is a sequence of blocks. Nothing here knows a terminal, a colour or a file format.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto


class Role(Enum):
    """What a piece of text is; a renderer may show it, and the text must be clear without it."""

    PLAIN = auto()
    STRONG = auto()  # the leader
    DIM = auto()  # secondary
    GOOD = auto()  # better, and proven
    BAD = auto()  # worse, and proven
    CODE = auto()  # a formula or something to type


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    role: Role = Role.PLAIN


@dataclass(frozen=True, slots=True)
class Line:
    """Short fields side by side; a renderer breaks between fields only."""

    fields: tuple[str, ...]
    role: Role = Role.PLAIN


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    role: Role = Role.PLAIN


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Drawing:
    """Lines that keep their spaces, such as a plot."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """`drop` 0 always stays; on a narrow terminal the highest goes first.

    `least` is the width it has at least, so that sibling grids align. `flow` takes the room that is
    left: its cells wrap in a complete grid, and lose their ends in another.
    """

    title: str
    right: bool = False
    drop: int = 0
    least: int = 0
    flow: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. `complete` forbids dropping columns: what does not fit is stacked."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """`?`: a figure that cannot be trusted; `!`: something to know or do."""

    symbol: str
    text: str


Block = Line | Paragraph | Heading | Drawing | Grid | Note


@dataclass(frozen=True, slots=True)
class Report:
    blocks: tuple[Block, ...]


def compact(grid: Grid, always: int) -> list[Grid]:
    """The grid without its empty columns after the first `always`; nothing where it has no rows."""
    if not grid.rows:
        return []
    count = len(grid.columns)
    keep = [i for i in range(count) if i < always or any(row[i].text for row in grid.rows)]
    columns = tuple(grid.columns[i] for i in keep)
    rows = tuple(tuple(row[i] for i in keep) for row in grid.rows)
    return [replace(grid, columns=columns, rows=rows)]
