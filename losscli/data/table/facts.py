"""What the other rooms see of a file: its options, its columns and the facts about them, its blocks."""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from enum import Enum
from math import inf
from typing import TYPE_CHECKING, Any, Protocol

from losscli.data.table.grammar import BLANKS, GROUPING, NumberStyle
from losscli.domain import Codes, Floats
from losscli.errors import UsageError, Where
from losscli.result import Input

BLOCK = 32_768  # rows of a canonical block, by global row number: figures never depend on how a file was cut
MAX_VALUES = 1_000  # distinct values kept of a text column
MAX_NUMBERS = 64  # distinct values kept of a number column


class ColumnType(Enum):
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What is true of a whole column. Rows are 1-based data rows; None where there is none.

    Of a late one (`Column.late`) the name is known, and the type where it is given; the values are read when
    anything else is asked.
    """

    name: str
    type: ColumnType
    missing: int  # fields spelled as missing; in text only the empty field is
    first_missing: int | None
    first_infinite: int | None = None  # numbers only
    low: float | None = None  # least and greatest finite number
    high: float | None = None
    whole: bool = False  # every finite number is whole (False for text)
    sequence: int | None = None  # 0 or 1 where the column counts 0…n-1 or 1…n
    values: tuple[float, ...] | tuple[str, ...] | None  # sorted; None above MAX_NUMBERS, MAX_VALUES
    numeric: int = 0  # text only: how many fields are spelled as a number
    first_word: tuple[int, str] | None = None  # text only: the first neither number nor missing, or, in a
    # column of whole numbers that is text for its leading zeros, the first of these: (row, field)
    inexact: tuple[int, str, str] | None = None  # numbers only: the first no double holds: (row, field, why)
    only_word: str | None = None  # text only: what is no number, where it is one word beside numbers
    people: tuple[int, str] | None = None  # text only: the first number written for people, where more than
    # half of the distinct values are numbers (of the first 200): (row, field)
    part_of: tuple[str, str] | None = None  # the column of lists or objects in the file, and the place or key
    find: "Callable[[], Column] | None" = field(default=None, repr=False, compare=False)  # of a late one
    first: Callable[[], tuple[str, ...]] = field(default=tuple, repr=False, compare=False)  # of a late one

    @classmethod
    def late(
        cls,
        name: str,
        type_: ColumnType | None,
        find: "Callable[[], Column]",
        first: Callable[[], tuple[str, ...]],
    ) -> "Column":
        """A column that `find` reads when it is asked for.

        type_: None where only its values tell; first: gives some of its first texts, none where it is known
        to hold numbers.
        """
        found = object.__new__(cls)
        for key, value in (("name", name), ("type", type_), ("find", find), ("first", first)):
            if value is not None:
                object.__setattr__(found, key, value)
        return found

    def __getstate__(self) -> dict[str, Any]:
        """What is known of it here: another process that is sent a late column does not read it."""
        known = {}
        for own in fields(self):
            with suppress(AttributeError):
                known[own.name] = object.__getattribute__(self, own.name)
        return {**known, "find": elsewhere, "first": tuple}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for key, value in state.items():
            object.__setattr__(self, key, value)

    if not TYPE_CHECKING:

        def __getattr__(self, key: str) -> Any:
            """Of a late column that is not read yet: its fields have no value until then."""
            if key not in self.__slots__:
                raise AttributeError(key)
            found = self.find()
            for own in fields(found):
                if own.name not in ("name", "find", "first"):
                    object.__setattr__(self, own.name, getattr(found, own.name))
            return getattr(self, key)


class Origin(Protocol):
    """Where a table comes from."""

    @property
    def path(self) -> str: ...  # as it was given, without what is secret in it
    @property
    def shown(self) -> str: ...  # in messages
    @property
    def input(self) -> Input: ...  # for the record; waits until all bytes are hashed


def elsewhere(*_: object) -> Any:
    """Raises OSError: a process that is sent a table has none of its files."""
    raise OSError("the file of this table is open in another process")


@dataclass(frozen=True, slots=True)
class OriginNames:
    """The names of where a table comes from, for another process that is sent it."""

    path: str
    shown: str

    @property
    def input(self) -> Input:
        found: Input = elsewhere()
        return found


class Table(Protocol):
    """Columns of equal length in canonical blocks of BLOCK rows; reads are safe from several threads."""

    @property
    def path(self) -> str: ...
    @property
    def origin(self) -> Origin: ...
    @property
    def rows(self) -> int: ...
    @property
    def columns(self) -> Mapping[str, Column]: ...
    @property
    def notes(self) -> tuple[str, ...]: ...  # decided while reading: "delimiter ';'", "decimal comma in y"

    def numbers(self, block: int, name: str) -> Floats:
        """One block of a number column, (≤ BLOCK,), read-only; missing is NaN.

        DataError for text, and for a column with a number that no double holds.
        """

    def codes(self, block: int, name: str, values: tuple[str, ...]) -> Codes:
        """One block of a column as positions in `values`; -1 where missing or not among them."""

    def text(self, block: int, name: str) -> list[str | None]:
        """One block of a column as text; a number as the shortest that reads back, whole without ".0"."""

    def where(self, row: int, name: str) -> Where:
        """File, line and column of a 1-based data row; may read the file again to find the line."""


def block_count(table: Table) -> int:
    """How many canonical blocks hold the rows."""
    return -(-table.rows // BLOCK)


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read; None is found from the file.

    columns: the names of the columns of a delimited file that has no header.
    missing_words: beyond those that are missing in every file, ignoring case and outer blanks.
    text: names of columns kept as text, leading zeros and all.
    padded: whether 007 is the number 7, and no text.
    """

    encoding: str | None = None
    delimiter: str | None = None  # one ASCII character, or "tab"
    decimal: str | None = None  # "." or ","
    thousands: str | None = None  # one character, or "space", grouping digits by three
    columns: tuple[str, ...] = ()
    missing_words: tuple[str, ...] = ()
    text: frozenset[str] = frozenset()
    padded: bool = False
    skip_lines: int = 0  # before the header
    max_unpacked: float | None = None  # gigabytes that an input may unpack to; None is what `bounds` says
    jobs: int = 0  # threads; 0 is one per core

    def styles(self, delimiter: str = ",") -> tuple[NumberStyle, ...]:
        """The styles a number column may have, the likelier first."""
        thousands, missing = self.thousands or "", frozenset(self.missing_words)
        decimals = self.decimal or {".": ",", ",": "."}.get(thousands) or (".," if delimiter == ";" else ".")
        return tuple(NumberStyle(decimal, thousands, missing, self.padded) for decimal in decimals)

    def __post_init__(self) -> None:
        if self.skip_lines < 0:
            raise UsageError(f"--skip-lines {self.skip_lines} is not 0 or more")
        if self.max_unpacked is not None and not 0 < self.max_unpacked < inf:
            raise UsageError(f"--max-unpacked {self.max_unpacked:g} is not above 0")
        self._check_signs()
        self._check_words()

    def _check_signs(self) -> None:
        if self.delimiter in ("tab", "\\t"):
            object.__setattr__(self, "delimiter", "\t")
        if self.delimiter is not None and not may_delimit(self.delimiter):
            raise UsageError(
                f"{self.delimiter!r} is no delimiter", advice="Give one character, such as --delimiter ';'."
            )
        if self.decimal not in (None, ".", ","):
            raise UsageError(f"{self.decimal!r} is no decimal sign", advice="Give --decimal . or --decimal ,")
        if self.thousands is not None:
            object.__setattr__(self, "thousands", _SPELLED.get(self.thousands, self.thousands))
        if self.thousands is not None and (
            len(self.thousands) != 1 or self.thousands.isalnum() or self.thousands in '+-"\r\n\0'
        ):
            raise UsageError(
                f"{self.thousands!r} is no thousands sign", advice="Give one character, such as --thousands ,"
            )
        if self.thousands is not None and self.thousands == self.decimal:
            raise UsageError(f"{self.decimal!r} cannot be both the decimal and the thousands sign")

    def _check_words(self) -> None:
        object.__setattr__(self, "columns", tuple(name.strip() for name in self.columns))
        twice = [name for name, count in Counter(self.columns).items() if count > 1]
        if twice:
            raise UsageError(
                f"--columns names {twice[0]!r} {self.columns.count(twice[0])} times",
                advice="Give each column its own name.",
            )
        words = tuple(word.strip(BLANKS).lower() for word in self.missing_words)
        object.__setattr__(self, "missing_words", tuple(dict.fromkeys(words)))
        if self.encoding is not None:
            try:
                "".encode(self.encoding)
            except (LookupError, ValueError):
                raise UsageError(
                    f"unknown encoding {self.encoding!r}",
                    advice="Examples: utf-8, latin-1, cp1252, utf-16.",
                ) from None


# One for all signs that look alike: a number may be copied with any of them.
_SPELLED = {"space": " "} | {like: sign for sign, signs in GROUPING.items() for like in signs}


def may_delimit(sign: str) -> bool:
    """Whether a sign can stand between fields."""
    return len(sign) == 1 and sign.isascii() and not sign.isalnum() and sign not in '"\r\n\0+-.'


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes that bound memory; figures never depend on them."""

    chunk: int = 1 << 20  # read, checked and parsed at a time
    record: int = 64 << 20  # longest record: what an unclosed quote may swallow
    memory: int = 192 << 20  # columns kept in memory; beyond, they are spooled to a temporary file
    document: int = 192 << 20  # longest JSON document: it is held as a whole
    texts: int = 512 << 20  # the texts of one column in one canonical block
    columns: int = 100_000  # most columns of a table
