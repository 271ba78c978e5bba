"""What every part of a report needs: what was found, what is asked of it, and how names are cut."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from losscli.report.blocks import Line, Note, Role
from losscli.report.found import View
from losscli.report.names import display_names, visible
from losscli.result import Advice, Changes, Comparison, Fits
from losscli.sections import ALL, SectionFacts

NO_DIFFERENCE = "no clear difference"
NOTES, MOST_NOTES = 3, 5  # of the short form, and where the rest is a note too
_NAMES_ALONE = 3  # how tight it is where what is folded is named alone
_FEW = "few_effective_rows"
_ENDS = (".", "!", "?", ":")
ROLES = {"better": Role.GOOD, "worse": Role.BAD}  # of a verdict; of another it is plain
R_co = TypeVar("R_co", bound=Comparison | Fits | Advice | Changes, covariant=True)


@dataclass(frozen=True)
class Screen(Generic[R_co]):
    """What was found, and what is asked of it."""

    found: R_co
    view: View

    @property
    def all(self) -> bool:
        """Whether everything is asked for."""
        return self.view.all

    @property
    def width(self) -> int | None:
        """The terminal's columns; None in a pipe, where no name is shortened."""
        return None if self.view.piped else self.view.width

    def most(self, number: int, least: int = 1) -> int:
        """How many rows or notes the short form shows: fewer where it would get too long."""
        return max(number - self.view.tight, least)

    @property
    def confidence(self) -> str:
        """`95 %`"""
        return f"{100 * self.found.confidence:g} %"

    def limit(self, cells: int) -> int | None:
        """How many cells a name may take: none of a pipe is cut."""
        return None if self.width is None else cells

    def clip(self, text: str, cells: int) -> str:
        """Visible text; on a terminal in at most so many cells."""
        return next(iter(display_names([text], self.limit(cells)).values()))

    def warnings(self, said: Collection[str] = ()) -> list[Note]:
        """What cannot be trusted, and what to know or do; said: codes of what stands elsewhere."""
        return [
            Note("?" if one.code == _FEW else "!", visible(sentence(one.message, one.advice)))
            for one in self.found.warnings
            if one.code not in said
        ]

    def capped(self, notes: Sequence[Note]) -> list[Note]:
        """At most five notes, the others as a count; all of them with `--all`."""
        if self.all or len(notes) <= MOST_NOTES:
            return [*notes]
        shown = notes[: MOST_NOTES - 1]
        return [*shown, Note("!", f"{len(notes) - len(shown):,} more notes: --all")]


def sentence(message: str, advice: str | None) -> str:
    """The message with its full stop, and what to do."""
    ended = message if message.endswith(_ENDS) else f"{message}."
    return f"{ended} {advice}" if advice else ended


def more(facts: Sequence[SectionFacts], holds: Mapping[str, int], view: View) -> list[Line]:
    """What is folded, in a line: the name of each section and, unless room is short, what it holds.

    holds: how much, by the names of the sections that have more than is shown.
    """
    known = [one for one in facts if one.holds is not None and one.name in holds]
    folded = [one for one in known if one.name not in view.show]
    short = view.tight >= _NAMES_ALONE
    said = [(one.name, "" if short else (one.holds or "").format(f"{holds[one.name]:,}")) for one in folded]
    fields = [f"{name} ({what})" if what else name for name, what in said]
    return [Line((f"More by --show NAME: {fields[0]}", *fields[1:], ALL), Role.DIM)] if fields else []


def following(*commands: str) -> list[Line]:
    """What to type next, one or the other."""
    return [Line((f"Next: {command}",), Role.DIM) for command in commands]
