"""Columns of text that spells numbers → number columns: the whole column decides."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from losscli.data.table.buffers import doubles, fixed, is_whole, strings
from losscli.data.table.column import NumberFacts, TextFacts
from losscli.data.table.facts import BLOCK
from losscli.data.table.grammar import BLANKS, DOT, EXACT, NumberStyle
from losscli.data.table.parse import first_fault, numbers_of
from losscli.data.table.store import Inexact, Store
from losscli.data.table.whole import leading_zero
from losscli.domain import Floats

Spelled = tuple[NumberFacts, Inexact | None]


def without(block: Any, missing: frozenset[str]) -> Any:
    """The texts of a block, "" where one is of the words for missing."""
    import pyarrow.compute as pc

    words = pc.unique(block).to_pylist()
    gone = [word for word in words if word.strip(BLANKS).lower() in missing]
    if not gone:
        return block
    return pc.if_else(pc.is_in(block, value_set=strings(gone)), strings([""])[0], block)


def settle(store: Store, column: int, facts: TextFacts) -> Spelled | None:
    """Makes a number column of a text column, if every field is a number or missing.

    None where it stays text: for a word, or since its numbers are whole and one has a leading zero, which is
    then its `first_word`.
    """
    if facts.first_word is not None:
        return None
    blocks = range(-(-facts.rows // BLOCK))
    first = None if facts.style.padded else _first_zero(store.get(column, i) for i in blocks)
    if first is not None and all(is_whole(_numbers(store.get(column, i), facts.style)[0]) for i in blocks):
        facts.first_word, facts.numeric = first, 0
        return None
    found, inexact = NumberFacts(), None
    for i in blocks:
        numbers, fault = _numbers(store.get(column, i), facts.style)
        if inexact is None and fault is not None:
            row, field, why = fault
            inexact = BLOCK * i + row + 1, field, why
        found.add(numbers)
        store.replace(column, i, numbers)
    return found, inexact


def _first_zero(blocks: Iterator[Any]) -> tuple[int, str] | None:
    for i, block in enumerate(blocks):
        first = leading_zero(block)
        if first is not None:
            return BLOCK * i + first[0] + 1, first[1]
    return None


def _numbers(block: Any, style: NumberStyle) -> tuple[Floats, tuple[int, str, str] | None]:
    """A block as doubles, and the first that no double holds."""
    import pyarrow as pa

    if style == DOT:
        try:  # what pyarrow takes beyond the grammar, and the nearest double, is the same
            numbers = doubles(block.cast(pa.float64()))
        except pa.ArrowInvalid:
            pass
        else:
            if numbers.min() > -EXACT and numbers.max() < EXACT:
                return numbers, None
    encoded = block.dictionary_encode()
    words = encoded.dictionary.to_pylist()
    found = numbers_of(words, style)
    assert found is not None, "every field is a number or missing"
    codes = fixed(encoded.indices, np.int32)
    fault = first_fault(words, found, style)  # the words are in the order of their first row
    if fault is not None:
        fault = int((codes == fault[0]).argmax()), *fault[1:]
    return found[codes], fault
