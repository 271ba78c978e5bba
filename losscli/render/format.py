"""What a format is."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from losscli.report import VERBS, Found, View


@dataclass(frozen=True, slots=True)
class Format:
    """write: the text of what was found, ending in a newline; holds: the types that it takes, or all."""

    write: Callable[[Found, View], str]
    holds: Collection[type] = tuple(VERBS)
