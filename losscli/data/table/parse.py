"""One chunk of records → one array per column: the fast path, and the exact one where it must be."""

import codecs
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from math import isnan
from typing import Any

import numpy as np

from losscli.data.table.buffers import bits, doubles, is_whole, strings
from losscli.data.table.grammar import EXACT, MISSING, NumberStyle, has_leading_zero
from losscli.data.table.scanner import records
from losscli.data.table.whole import cast, has_leading_zeros
from losscli.domain import Floats, Mask

Style = NumberStyle | None  # how a column is read; None is text


@dataclass(frozen=True, slots=True)
class Plan:
    """How every chunk is read; `rungs` are the styles a column may still be found to have, then text.

    zeros: the columns that are read as text for a number with a leading zero.
    whole: those that may still be found to be such: no number of the first rows has a fraction.
    """

    delimiter: str
    styles: tuple[Style, ...]
    rungs: tuple[NumberStyle, ...]
    zeros: frozenset[int] = frozenset()
    whole: frozenset[int] = frozenset()

    def revised(self, piece: "Piece") -> "Plan":
        """The plan once a piece shows columns to be something else; a piece read under another is no news."""
        styles = list(self.styles)
        for i, new in piece.other.items():
            old = self.styles[i]
            if old is not None and old == piece.plan.styles[i]:
                later = new is not None and self.rungs.index(new) > self.rungs.index(old)
                styles[i] = new if later else None
        return replace(self, styles=tuple(styles))

    def with_zeros(self, columns: Collection[int]) -> "Plan":
        """The plan once these number columns are found to be whole and to have leading zeros."""
        styles = (None if i in columns else style for i, style in enumerate(self.styles))
        return replace(self, styles=tuple(styles), zeros=self.zeros.union(columns))

    def placed(self, places: Sequence[int]) -> "Plan":
        """The plan of a file whose column `places[i]` is the one that is the i-th here."""
        here = {place: i for i, place in enumerate(places)}
        return replace(
            self,
            styles=tuple(self.styles[here[place]] for place in range(len(places))),
            zeros=frozenset(places[i] for i in self.zeros),
            whole=frozenset(places[i] for i in self.whole),
        )


@dataclass(slots=True)
class Piece:
    """A parsed chunk: float64 arrays (NaN missing) and Arrow string arrays, all of `rows` rows.

    `faults`: column → (0-based row, field, why a double does not hold it); `other`: column → the style its
    fields ask for instead, in which case its array is void; `zeros`: number columns of whole numbers,
    of which one has a leading zero.
    """

    plan: Plan
    rows: int
    arrays: list[Any]
    faults: dict[int, tuple[int, str, str]] = field(default_factory=dict)
    other: dict[int, Style] = field(default_factory=dict)
    zeros: set[int] = field(default_factory=set)

    def placed(self, places: Sequence[int], plan: Plan) -> "Piece":
        """The piece with its columns where the plan has them, which it was read under as `plan.placed`."""
        here = {place: i for i, place in enumerate(places)}
        return Piece(
            plan,
            self.rows,
            [self.arrays[place] for place in places],
            {here[place]: fault for place, fault in self.faults.items()},
            {here[place]: style for place, style in self.other.items()},
            {here[place] for place in self.zeros},
        )


def parse_fast(data: bytes, plan: Plan) -> Piece | None:
    """What pyarrow reads, where that is certain to be exact; None where the exact path must look.

    Certain: no NUL, every quote where RFC 4180 allows it, every field of a number column a double below
    2^53 or a spelling of missing. The rest of a number column is looked at field by field.
    """
    import pyarrow as pa

    if b"\0" in data or (b'"' in data and not quotes_fit(data, plan.delimiter)):
        return None
    if data.startswith(codecs.BOM_UTF8):  # pyarrow would take it for the mark of a file
        return None
    arrays: list[Any] = [None] * len(plan.styles)
    try:
        for decimal in sorted({style.decimal for style in plan.styles if style} or {"."}):
            wanted = [
                i
                for i, style in enumerate(plan.styles)
                if (style.decimal == decimal if style else arrays[i] is None)
            ]
            table = _read(data, plan, wanted, decimal)
            for i, column in zip(wanted, table.columns, strict=True):
                arrays[i] = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    except (pa.ArrowInvalid, pa.ArrowKeyError, UnicodeError):
        return None
    piece = Piece(plan, len(arrays[0]), arrays)
    for i, style in enumerate(plan.styles):
        if style is not None and not _exact(piece, i, style, data):
            return None
    return piece


def _exact(piece: Piece, i: int, style: NumberStyle, data: bytes) -> bool:
    """Make column i an array of exact numbers, noting what it shows; False where a field is a word."""
    if i not in piece.plan.whole:
        return _settle(piece, i, style, partial(_texts, data, piece.plan, i))
    texts = piece.arrays[i]
    piece.arrays[i] = cast(texts, style)
    if piece.arrays[i] is None or not _settle(piece, i, style, texts.take):
        return False
    if is_whole(piece.arrays[i]) and has_leading_zeros(texts):
        piece.zeros.add(i)
    return True


def _texts(data: bytes, plan: Plan, column: int, rows: Any) -> Any:
    """Some rows of a column as they stand."""
    return _read(data, plan, [column], ".", as_text=True).column(0).combine_chunks().take(rows)


def _read(data: bytes, plan: Plan, wanted: Sequence[int], decimal: str, as_text: bool = False) -> Any:
    import pyarrow as pa
    from pyarrow import csv

    names = [str(i) for i in range(len(plan.styles))]
    spelled = (as_text or plan.styles[i] is None or i in plan.whole for i in wanted)
    types = {str(i): pa.string() if text else pa.float64() for i, text in zip(wanted, spelled, strict=True)}
    return csv.read_csv(
        pa.py_buffer(data),
        csv.ReadOptions(column_names=names, use_threads=False, block_size=len(data) + 1),
        csv.ParseOptions(delimiter=plan.delimiter, newlines_in_values=True),
        csv.ConvertOptions(
            column_types=types,
            include_columns=list(types),
            null_values=(_NULLS if len(wanted) <= WIDE else _FREQUENT) + _spelled_missing(plan),
            strings_can_be_null=False,
            decimal_point=decimal,
        ),
    )


def _spellings(word: str) -> set[str]:
    """Every mixture of upper and lower case."""
    found = {""}
    for sign in word:
        found = {old + new for old in found for new in {sign.lower(), sign.upper()}}
    return found


_NULLS = sorted(set().union(*(_spellings(word) for word in MISSING)))
WIDE = 500  # columns beyond which the search trees of all spellings, one per column, are too large
_FREQUENT = ["", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None"]  # the exact path knows the others


def _spelled_missing(plan: Plan) -> list[str]:
    """The words for missing of the plan as they are mostly written; the exact path knows the others."""
    return [cased for word in plan.rungs[0].missing for cased in {word, word.upper(), word.capitalize()}]


def _settle(piece: Piece, i: int, style: NumberStyle, texts_of: Callable[[Any], Any]) -> bool:
    """Make column i an array of exact numbers, noting faults; False where a field is a word.

    texts_of: gives some rows of the column as they stand.
    """
    array = piece.arrays[i]
    numbers = doubles(array)
    piece.arrays[i] = numbers
    if not len(numbers):
        return True
    if any((numbers == value).any() for value in style.missing_numbers):  # there may be blanks around it
        return False
    if not array.null_count and numbers.min() > -EXACT and numbers.max() < EXACT:
        return True
    doubtful: Mask = ~(np.abs(numbers) < EXACT)
    if array.null_count:
        doubtful &= bits(array, 0)
    rows = np.flatnonzero(doubtful)
    if not len(rows):
        return True
    texts = texts_of(rows)
    suspect = np.isnan(numbers[rows]) | np.isinf(numbers[rows]) | _spelled_whole(texts)
    for at in np.flatnonzero(suspect).tolist():
        row, text = int(rows[at]), texts[at].as_py()
        value = style.number(text)
        if value is None or isnan(value):  # "nan(1)" and "-nan" are numbers to pyarrow
            return False
        why = style.fault(text, value)
        if why is not None:
            piece.faults.setdefault(i, (row, text, why))
    return True


def _spelled_whole(texts: Any) -> Mask:
    """Which texts are digits and a sign alone: the only finite numbers that a double may not hold."""
    import pyarrow.compute as pc

    return bits(pc.match_substring_regex(texts, r"^[ \t]*[+-]?[0-9]+[ \t]*$"), 1)


def quotes_fit(data: bytes, delimiter: str) -> bool:
    """Whether every quote opens a field, closes one or is doubled inside one. The data hold whole records."""
    signs = np.frombuffer(data, np.uint8)
    quotes = np.flatnonzero(signs == ord('"'))
    if len(quotes) % 2:
        return False
    opening, closing = quotes[0::2], quotes[1::2]
    edge = np.zeros(256, bool)
    edge[[ord(delimiter), ord("\n"), ord("\r")]] = True
    before = (opening == 0) | edge[signs[opening - 1]]
    before[1:] |= opening[1:] == closing[:-1] + 1
    behind = (closing == len(signs) - 1) | edge[signs[np.minimum(closing + 1, len(signs) - 1)]]
    behind[:-1] |= opening[1:] == closing[:-1] + 1
    return bool(before.all() and behind.all())


def parse_exact(text: str, plan: Plan) -> Piece:
    """What the exact scanner reads; a Fault names the line of the text where it breaks the rules."""
    rows = [record for _, record in records(text, plan.delimiter, fields=len(plan.styles))]
    piece = Piece(plan, len(rows), [])
    columns = zip(*rows, strict=True) if rows else [()] * len(plan.styles)
    for i, (fields, style) in enumerate(zip(columns, plan.styles, strict=True)):
        if style is None:
            piece.arrays.append(strings(fields))
            continue
        numbers = numbers_of(fields, style)
        if numbers is None:
            piece.other[i] = style_of(fields, plan.rungs)
        else:
            fault = first_fault(fields, numbers, style)
            if fault is not None:
                piece.faults[i] = fault
            if is_whole(numbers) and any(map(has_leading_zero, fields)):
                piece.zeros.add(i)
        piece.arrays.append(numbers)
    return piece


def numbers_of(fields: Sequence[str], style: NumberStyle) -> Floats | None:
    """The fields as doubles, NaN where missing; None where one is no number."""
    found = style.numbers(fields)
    return None if found is None else np.array(found, np.float64)


def first_fault(fields: Sequence[str], numbers: Floats, style: NumberStyle) -> tuple[int, str, str] | None:
    """The first field that a double does not hold: (0-based row, field, why)."""
    for row in np.flatnonzero(np.abs(numbers) >= EXACT).tolist():
        why = style.fault(fields[row], float(numbers[row]))
        if why is not None:
            return row, fields[row], why
    return None


def style_of(fields: Sequence[str], rungs: Sequence[NumberStyle]) -> Style:
    """The first style under which all fields are numbers or missing; None (text) where there is none."""
    return next((style for style in rungs if numbers_of(fields, style) is not None), None)
