"""What can go wrong, and the exit codes.

LosscliError            something the user can mend: exit 2
├── UsageError          a flag, a name or a spec that cannot be used; a ValueError too
│   └── NoDefault       a parameter that is not written, and that the data do not give
└── DataError           a file that cannot be read as asked, or a comparison that cannot be made
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import IntEnum
from shlex import join


class ExitCode(IntEnum):
    OK = 0
    GATE_FAILED = 1
    USAGE = 2
    INTERNAL = 3
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Where:
    """A place in the input: file, 1-based line and column name, as far as they are known."""

    file: str | None = None
    line: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        parts = [
            self.file,
            None if self.line is None else f"line {self.line:,}",
            None if self.column is None else f"column {self.column!r}",
        ]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Fix:
    """Flags that settle what was refused: what was typed, with these in place of flags of the same names.

    flags: as typed, each with its value, ("--positive", "yes"); a flag that needs a value and stands alone is
    taken away, and where `without`, all are; gives: what is read then.
    """

    flags: tuple[str, ...]
    gives: str
    without: bool = False


class LosscliError(Exception):
    """An error with what, where and what to type next; `str()` is what the user reads."""

    def __init__(
        self,
        what: str,
        *,
        where: Where | None = None,
        advice: str | None = None,
        fixes: Iterable[Fix] = (),
    ):
        self.what, self.where, self.advice, self.fixes = what, where or Where(), advice, tuple(fixes)
        super().__init__(what)

    def __str__(self) -> str:
        place = str(self.where)
        lines = [f"{place}: {self.what}" if place else self.what, *filter(None, [self.advice])]
        return "\n".join([*lines, *(f"{join(fix.flags)}  # {fix.gives}" for fix in self.fixes)])


class UsageError(LosscliError, ValueError):
    """A flag, a name or a spec that cannot be used. A ValueError, which callers of Python catch."""


class NoDefault(UsageError):
    """A parameter that is not written, and that the data do not give."""


class DataError(LosscliError):
    """A file that cannot be read as asked, or a comparison that cannot be made."""


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Advice naming the closest known words, or None."""
    near = get_close_matches(word, list(known), n=3, cutoff=0.6)
    return f"Did you mean {' or '.join(near)}?" if near else None


def unknown(what: str, word: str, known: Iterable[str], offer: str) -> UsageError:
    """The error of a word that is none of those known: its advice names the closest, else it is the offer."""
    return UsageError(what, advice=did_you_mean(word, known) or offer)
