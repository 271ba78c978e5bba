"""The facts of a column, gathered block by block in row order."""

from math import isnan
from typing import Any

import numpy as np

from losscli.data.table.buffers import bits, fixed, is_whole, strings
from losscli.data.table.facts import MAX_NUMBERS, MAX_VALUES, Column, ColumnType
from losscli.data.table.grammar import BLANKS, DOT, NumberStyle, is_missing
from losscli.data.table.people import people_number
from losscli.domain import Floats

_JUDGED = 200  # distinct texts of a column that are judged for numbers written for people
_BY_HAND = 256  # distinct texts of a block up to which Python judges each


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
            self.whole = self.whole and is_whole(finite)
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
        )


def _counts(block: Floats, start: int) -> bool:
    return bool(block[0] == start and np.array_equal(block, np.arange(start, start + len(block))))


class TextFacts:
    """Facts of a text column: `add` takes an Arrow string array without nulls, "" where missing."""

    def __init__(self, style: NumberStyle = DOT) -> None:
        self.style = style
        self.rows = self.missing = self.numeric = 0
        self.first_missing: int | None = None
        self.first_word: tuple[int, str] | None = None
        self._words: set[str] = set()  # the first two that are no numbers, in lower case
        self._values: set[str] | None = set()
        self._judged: set[str] = set()  # the first distinct values, and how many are numbers of any kind
        self._numbers = 0
        self._people: tuple[int, str] | None = None

    def add(self, block: Any) -> None:
        encoded = block.dictionary_encode()
        words, codes = encoded.dictionary, fixed(encoded.indices, np.int32)
        counts = np.bincount(codes, minlength=len(words))
        numeric = self._numeric(words)
        self.numeric += int(counts[numeric].sum())
        self._add_missing(words, codes, counts)
        if len(self._words) < 2:
            self._find_words(words, codes, numeric)
        if len(self._judged) < _JUDGED:
            self._judge(words, codes)
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

    def _find_words(self, words: Any, codes: Any, numeric: Any) -> None:
        for code in np.flatnonzero(~numeric):  # in order of first appearance
            word = words[code].as_py()
            if not is_missing(word):
                self._words.add(word.strip(BLANKS).lower())
                self.first_word = self.first_word or self._first(word, codes == code)
                if len(self._words) == 2:
                    return

    def _judge(self, words: Any, codes: Any) -> None:
        """Count numbers, also those written for people, among the first distinct values."""
        for code, word in enumerate(words.to_pylist()):
            if word in self._judged or is_missing(word):
                continue
            is_people = self.style.number(word) is None and people_number(word) is not None
            if is_people and self._people is None:
                self._people = self._first(word, codes == code)
            self._numbers += is_people or self.style.number(word) is not None
            self._judged.add(word)
            if len(self._judged) == _JUDGED:
                return

    def _first(self, word: str, there: Any) -> tuple[int, str]:
        """The first row of the block that holds a word, and the word."""
        return self.rows + int(there.argmax()) + 1, word

    def column(self, name: str) -> Column:
        return Column(
            name=name,
            type=ColumnType.TEXT,
            missing=self.missing,
            first_missing=self.first_missing,
            values=None if self._values is None else tuple(sorted(self._values)),
            numeric=self.numeric,
            first_word=self.first_word,
            only_word=self._only_word(),
            people=self._people if 2 * self._numbers > len(self._judged) else None,
        )

    def _only_word(self) -> str | None:
        if self.first_word is None or not self.numeric or len(self._words) > 1:
            return None
        word = self.first_word[1].strip(BLANKS)
        return None if any(map(str.isdigit, word)) else word
