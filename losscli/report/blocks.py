"""What a report is made of: plain data that every format can lay out.

A Report is sections of blocks. Nothing here knows a terminal, a colour or a file format.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
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
    """A table. `complete` forbids dropping columns: what does not fit is stacked, each part with the first
    `keys` columns, which say what a row is of. `wide`: in a pipe a row is one line, however long."""

    title: str
    columns: tuple[GridColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    complete: bool = False
    keys: int = 1
    wide: bool = False


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
    """What is to be said, section by section; none is empty.

    order: the names of all sections that there could be.
    """

    sections: tuple[Section, ...]
    order: tuple[str, ...]

    @classmethod
    def of(cls, **sections: Sequence[Block]) -> "Report":
        """The sections in this order, without those that have nothing to say."""
        kept = (Section(name, tuple(blocks)) for name, blocks in sections.items() if blocks)
        return cls(tuple(kept), tuple(sections))

    def has(self, name: str) -> bool:
        """Whether a section says anything."""
        return any(one.name == name for one in self.sections)

    def without(self, name: str) -> "Report":
        """With no section of this name."""
        return Report(tuple(one for one in self.sections if one.name != name), self.order)

    def noted(self, notes: Sequence[Note]) -> "Report":
        """With more notes behind those that it has."""
        own = {one.name: one.blocks for one in self.sections}
        own["notes"] = (*own.get("notes", ()), *notes)
        return Report.of(**{name: own.get(name, ()) for name in self.order})

    def opened(self, full: "Report", names: Collection[str]) -> "Report":
        """With the sections of these names as they are in the full report."""
        own, whole = ({one.name: one for one in report.sections} for report in (self, full))
        chosen = ((whole if name in names else own).get(name) for name in self.order)
        return Report(tuple(section for section in chosen if section is not None), self.order)

    def explained(self, readings: Mapping[str, str]) -> "Report":
        """With a line under each section that says how to read it. readings: by the name of the section."""
        sections = (
            Section(one.name, (*one.blocks, Paragraph(f"How to read it: {readings[one.name]}", Role.DIM)))
            if one.name in readings
            else one
            for one in self.sections
        )
        return Report(tuple(sections), self.order)

    def ending(self, names: Collection[str], before: str) -> "Report":
        """With the sections of these names once more, ahead of another."""
        again = tuple(one for one in self.sections if one.name in names)
        at = next((i for i, one in enumerate(self.sections) if one.name == before), len(self.sections))
        return Report((*self.sections[:at], *again, *self.sections[at:]), self.order)

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
    keys: int = 1,
    wide: bool = False,
) -> list[Grid]:
    """A table; nothing where it has no rows.

    always: of so many columns each stays, of the others those that are not empty; None keeps all.
    complete, keys, wide: see `Grid`.
    """
    columns = tuple(GridColumn(head) if isinstance(head, str) else head for head in heads)
    cells = [tuple(Cell(cell) if isinstance(cell, str) else cell for cell in row) for row in rows]
    if not cells:
        return []
    least = len(columns) if always is None else always
    keep = [i for i in range(len(columns)) if i < least or any(row[i].text for row in cells)]
    kept = tuple(tuple(row[i] for i in keep) for row in cells)
    return [Grid(title, tuple(columns[i] for i in keep), kept, tuple(notes), complete, keys, wide)]
