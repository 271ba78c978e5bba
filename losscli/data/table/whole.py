"""Columns of texts that seem to be whole numbers: as doubles, and whether a zero leads one, as in 02139."""

from typing import Any

import numpy as np

from losscli.data.table.buffers import strings
from losscli.data.table.grammar import BLANKS, LEADING_ZERO, MISSING, NumberStyle


def cast(texts: Any, style: NumberStyle) -> Any:
    """A float64 array as pyarrow reads the texts, null where missing; None where it does not read them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    words = texts
    if style.decimal != ".":
        if pc.any(pc.match_substring(texts, ".")).as_py():
            return None
        words = pc.replace_substring(texts, style.decimal, ".")
    try:
        if not style.missing:
            return words.cast(pa.float64())
    except pa.ArrowInvalid:
        pass
    words = pc.utf8_trim(words, BLANKS)
    missing = pc.is_in(pc.utf8_lower(words), value_set=strings(sorted(MISSING | style.missing)))
    try:
        return pc.if_else(missing, None, words).cast(pa.float64())
    except pa.ArrowInvalid:
        return None


def has_leading_zeros(texts: Any) -> bool:
    """Whether some text is digits with a leading zero."""
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, np.int32, len(texts) + 1, 4 * texts.offset)
    signs = np.frombuffer(data or b"", np.uint8)
    first = signs[ends[:-1][np.diff(ends) > 1]]
    if (first > ord("0")).all():  # most columns
        return False
    return leading_zero(texts) is not None


def leading_zero(texts: Any) -> tuple[int, str] | None:
    """The first text of digits with a leading zero: (0-based row, text)."""
    import pyarrow.compute as pc

    row = pc.index(pc.match_substring_regex(texts, f"^{LEADING_ZERO}$"), True).as_py()
    return None if row < 0 else (row, texts[row].as_py())
