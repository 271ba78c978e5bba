"""What a format is."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from losscli.report import VERBS, Found, View


@dataclass(frozen=True, slots=True)
class Format:
    """How any verb's find is written.

    write: what was found → its text, ending in a newline
    extensions: of the files that have this format, as in .csv
    holds: the types that it takes
    names: of files that have this format, whatever their extension says
    """

    write: Callable[[Found, View], str]
    extensions: tuple[str, ...] = ()
    holds: Collection[type] = tuple(VERBS)
    names: tuple[str, ...] = ()
