"""What a report is made of: plain data that every format can lay out.

A Report is sections of blocks. Nothing here knows a terminal, a colour or a file format.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
class GridColumn:
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
    columns: tuple[GridColumn, ...]
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
class Section:
    """A part of a report by its name, such as `losses` or `notes`."""

    name: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What is to be said, section by section; none is empty."""

    sections: tuple[Section, ...]

    @classmethod
    def of(cls, **sections: Sequence[Block]) -> "Report":
        """The sections in this order, without those that have nothing to say."""
        return cls(tuple(Section(name, tuple(blocks)) for name, blocks in sections.items() if blocks))

    @property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(block for section in self.sections for block in section.blocks)

    @property
    def answer(self) -> str:
        """The first paragraph."""
        return next(block.text for block in self.blocks if isinstance(block, Paragraph))


def right(*titles: str) -> tuple[str | GridColumn, ...]:
    """Columns of figures."""
    return tuple(GridColumn(title, right=True) for title in titles)


def tabulate(
    title: str,
    heads: Iterable[str | GridColumn],
    rows: Iterable[Iterable[str | Cell]],
    notes: Iterable[str] = (),
    *,
    always: int | None = None,
    complete: bool = True,
) -> list[Grid]:
    """A table; nothing where it has no rows.

    always: of so many columns each stays, of the others those that are not empty; None keeps all.
    complete: see `Grid`.
    """
    columns = tuple(GridColumn(head) if isinstance(head, str) else head for head in heads)
    cells = [tuple(Cell(cell) if isinstance(cell, str) else cell for cell in row) for row in rows]
    if not cells:
        return []
    least = len(columns) if always is None else always
    keep = [i for i in range(len(columns)) if i < least or any(row[i].text for row in cells)]
    kept = tuple(tuple(row[i] for i in keep) for row in cells)
    return [Grid(title, tuple(columns[i] for i in keep), kept, tuple(notes), complete)]
