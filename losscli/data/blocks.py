"""Features of more rows than memory holds: read from the table again and again, block by block."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.data.roles.values import numbers_of
from losscli.data.table import BLOCK, Table, block_count
from losscli.data.whole import codes_in, numbers_in
from losscli.domain import Codes, Floats
from losscli.result import RowKey


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureBlocks:
    """The features of the rows of a frame, where they are.

    row: 0-based rows of the table, ascending (n,); levels: of each text feature; id: the column of what rows
    are called, None for their numbers.
    """

    table: Table
    row: NDArray[np.signedinteger[Any]]
    numbers: tuple[str, ...]
    texts: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    id: str | None

    @property
    def count(self) -> int:
        """How many blocks there are."""
        return block_count(self.table)

    def part(self, block: int) -> slice:
        """The rows of the frame that lie in a block."""
        start, stop = np.searchsorted(self.row, (block * BLOCK, (block + 1) * BLOCK))
        return slice(int(start), int(stop))

    def _places(self, block: int, part: slice) -> NDArray[np.signedinteger[Any]] | slice:
        """Where these rows are in the block."""
        whole = min(BLOCK, self.table.rows - block * BLOCK)
        return slice(None) if part.stop - part.start == whole else self.row[part] - block * BLOCK

    def number_block(self, block: int, part: slice) -> Floats:
        """(a, k) The number features of the rows of a block, NaN where missing."""
        places = self._places(block, part)
        found = np.empty((len(self.numbers), part.stop - part.start))
        for i, name in enumerate(self.numbers):
            found[i] = numbers_of(self.table, block, name)[places]
        return found

    def text_block(self, block: int, part: slice) -> Codes:
        """(b, k) The text features of the rows of a block as codes of their levels, -1 where missing."""
        places = self._places(block, part)
        found = np.empty((len(self.texts), part.stop - part.start), np.intp)
        for i, (name, known) in enumerate(zip(self.texts, self.levels, strict=True)):
            found[i] = self.table.codes(block, name, known)[places]
        return found

    def number_column(self, name: str) -> Floats:
        """(n,) One number feature."""
        return np.asarray(numbers_in(self.table, name)[self.row])

    def text_column(self, name: str) -> Codes:
        """(n,) One text feature as codes."""
        return np.asarray(codes_in(self.table, name, self.levels[self.texts.index(name)])[self.row])

    def named(self, rows: Codes) -> Sequence[RowKey]:
        """What rows of the frame are called, in the order given. rows: indices (m,)."""
        numbers = self.row[rows]
        found: list[RowKey] = (numbers + 1).tolist()
        if self.id is None:
            return found
        for block in np.unique(numbers // BLOCK).tolist():
            words = self.table.text(block, self.id)
            for i in np.flatnonzero(numbers // BLOCK == block).tolist():
                found[i] = words[int(numbers[i]) - block * BLOCK] or found[i]
        return found
