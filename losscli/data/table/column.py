"""The facts of a column, gathered block by block in row order."""

from math import isnan
from typing import Any, Protocol

import numpy as np

from losscli.data.table.buffers import bits, fixed, strings
from losscli.data.table.facts import MAX_NUMBERS, MAX_VALUES, Column, ColumnType
from losscli.data.table.grammar import DOT, NumberStyle, is_missing
from losscli.domain import Floats

_BY_HAND = 256  # distinct texts of a block up to which Python judges each


class Facts(Protocol):
    """What both kinds of column gather."""

    def add(self, block: Any) -> None: ...
    def column(self, name: str) -> Column: ...


class NumberFacts:
    """Facts of a number column: `add` takes (n,) doubles, NaN where missing."""

    def __init__(self) -> None:
        self.rows = self.missing = 0
        self.first_missing: int | None = None
        self.first_infinite: int | None = None
        self.low: float | None = None
        self.high: float | None = None
        self.whole = True
        self._starts = {0, 1}  # a count may start at either
        self._values: Floats | None = np.empty(0)

    def add(self, block: Floats) -> None:
        if not len(block):
            return
        low, high = float(block.min()), float(block.max())
        finite = block if np.isfinite(low) and np.isfinite(high) else self._without(block)
        if len(finite):
            low, high = float(finite.min()) + 0.0, float(finite.max()) + 0.0
            self.low = low if self.low is None else min(low, self.low)
            self.high = high if self.high is None else max(high, self.high)
            self.whole = self.whole and _whole(finite)
        self._starts = {start for start in self._starts if _counts(block, self.rows + start)}
        self._add_values(block)
        self.rows += len(block)

    def _without(self, block: Floats) -> Floats:
        """The finite numbers of the block; notes the others."""
        gone, infinite = np.isnan(block), np.isinf(block)
        self.missing += int(np.count_nonzero(gone))
        if self.first_missing is None and gone.any():
            self.first_missing = self.rows + int(gone.argmax()) + 1
        if self.first_infinite is None and infinite.any():
            self.first_infinite = self.rows + int(infinite.argmax()) + 1
        return np.asarray(block[~(gone | infinite)])

    def _add_values(self, block: Floats) -> None:
        known = self._values
        if known is None:
            return
        for part in (block[: 4 * MAX_NUMBERS], block):
            new = part[~np.isnan(part)] + 0.0
            if len(known) and len(new):
                near = known[np.minimum(np.searchsorted(known, new), len(known) - 1)]
                new = new[near != new]
            if len(new):
                known = np.union1d(known, new)
            if len(known) > MAX_NUMBERS:
                self._values = None
                return
        self._values = known

    def column(self, name: str) -> Column:
        return Column(
            name=name,
            type=ColumnType.NUMBER,
            missing=self.missing,
            first_missing=self.first_missing,
            first_infinite=self.first_infinite,
            low=self.low,
            high=self.high,
            whole=self.whole,
            sequence=min(self._starts) if self.rows and self._starts else None,
            values=None if self._values is None else tuple(self._values.tolist()),
            numeric=0,
            first_word=None,
        )


def _whole(finite: Floats) -> bool:
    head = finite[:64]
    return bool((head == np.floor(head)).all() and (finite == np.floor(finite)).all())


def _counts(block: Floats, start: int) -> bool:
    return bool(block[0] == start and np.array_equal(block, np.arange(start, start + len(block))))


class TextFacts:
    """Facts of a text column: `add` takes an Arrow string array without nulls, "" where missing."""

    def __init__(self, style: NumberStyle = DOT) -> None:
        self.style = style
        self.rows = self.missing = self.numeric = 0
        self.first_missing: int | None = None
        self.first_word: tuple[int, str] | None = None
        self._values: set[str] | None = set()

    def add(self, block: Any) -> None:
        encoded = block.dictionary_encode()
        words, codes = encoded.dictionary, fixed(encoded.indices, np.int32)
        counts = np.bincount(codes, minlength=len(words))
        numeric = self._numeric(words)
        self.numeric += int(counts[numeric].sum())
        self._add_missing(words, codes, counts)
        if self.first_word is None:
            self._find_word(words, codes, numeric)
        if self._values is not None:
            self._values.update(words.to_pylist())
            self._values.discard("")
            if len(self._values) > MAX_VALUES:
                self._values = None
        self.rows += len(block)

    def _numeric(self, words: Any) -> Any:
        """Which of the distinct texts are spelled as a number, (len(words),) bool."""
        if len(words) <= _BY_HAND:
            found = (self.style.number(word) for word in words.to_pylist())
            return np.array([value is not None and not isnan(value) for value in found], bool)
        import pyarrow.compute as pc

        pattern = rf"^[ \t]*(?:{self.style.pattern}|(?i:[+-]?inf(?:inity)?))[ \t]*$"
        return bits(pc.match_substring_regex(words, pattern), 1)

    def _add_missing(self, words: Any, codes: Any, counts: Any) -> None:

        code = words.index(strings([""])[0]).as_py()
        if code >= 0:
            self.missing += int(counts[code])
            if self.first_missing is None:
                self.first_missing = self.rows + int((codes == code).argmax()) + 1

    def _find_word(self, words: Any, codes: Any, numeric: Any) -> None:
        for code in np.flatnonzero(~numeric):  # in order of first appearance
            word = words[code].as_py()
            if not is_missing(word):
                self.first_word = (self.rows + int((codes == code).argmax()) + 1, word)
                return

    def column(self, name: str) -> Column:
        return Column(
            name=name,
            type=ColumnType.TEXT,
            missing=self.missing,
            first_missing=self.first_missing,
            first_infinite=None,
            low=None,
            high=None,
            whole=False,
            sequence=None,
            values=None if self._values is None else tuple(sorted(self._values)),
            numeric=self.numeric,
            first_word=self.first_word,
        )
