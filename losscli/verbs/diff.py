"""`diff`: two results of compare → what changed."""

from typing import TYPE_CHECKING

from losscli import progress
from losscli.verbs.given import Given
from losscli.verbs.options import DiffFlags

if TYPE_CHECKING:
    from losscli.result import Changes


def diff(flags: DiffFlags, given: Given, command: tuple[str, ...]) -> "Changes":
    """What changed.

    given: what is in memory of what the flags name.
    command: the command line, for the record.

    Raises DataError.
    """
    from losscli.comparison.diff import changes

    names = (flags.old, flags.new)
    with given.reading(names):
        old, new = map(given.result, names)
    with progress.stage("comparing"):
        return changes(old, new, command)
