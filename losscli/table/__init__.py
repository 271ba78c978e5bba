"""Files → Table: strictly. A file gives exact values, or an error that names file, line, column and value."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from losscli.domain import Codes, Floats
from losscli.errors import Where

BLOCK = 32_768  # rows of a canonical block, by global row number: figures never depend on how a file was cut


class ColumnType(Enum):
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Column:
    """What is true of a whole column. Rows are 1-based data rows; None where there is none."""

    name: str
    type: ColumnType
    missing: int  # fields spelled as missing
    first_missing: int | None
    first_infinite: int | None  # numbers only
    low: float | None  # least and greatest finite number
    high: float | None
    whole: bool  # every finite number is whole (False for text)
    sequence: int | None  # 0 or 1 where the column counts 0…n-1 or 1…n
    values: tuple[float, ...] | tuple[str, ...] | None  # sorted distinct values; None above MAX_VALUES
    numeric: int  # text only: how many fields would read as a number
    first_word: tuple[int, str] | None  # text only: the first field that would not: (row, field)


class Table(Protocol):
    """Columns of equal length in canonical blocks of BLOCK rows; reads are safe from several threads."""

    @property
    def path(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def rows(self) -> int: ...
    @property
    def columns(self) -> Mapping[str, Column]: ...
    @property
    def notes(self) -> tuple[str, ...]: ...  # what was decided while reading: "delimiter ;", "decimal comma"

    def numbers(self, block: int, name: str) -> Floats:
        """One block of a number column, (≤ BLOCK,); missing is NaN."""

    def codes(self, block: int, name: str, values: tuple[str, ...]) -> Codes:
        """One block of a column as positions in `values`; -1 where missing or not among them."""

    def text(self, block: int, name: str) -> list[str | None]:
        """One block of a column as text."""

    def where(self, row: int, name: str) -> Where:
        """File, line and column of a 1-based data row; may read the file again to find the line."""
