"""Lines that name a target, made complete: with the predictions that would be asked for next."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from losscli.data.roles.asked import Asked
from losscli.errors import DataError, Fix, UsageError

_SHOWN = 4  # lines in all
_EACH = 2  # of one target


def with_predictions(error: UsageError, asked: Asked, read: Callable[[Asked], object]) -> UsageError:
    """The same refusal; where its lines name targets, those that are read as they stand, or with predictions
    named too. A line that leads nowhere is left out, unless all do.

    error: of `read(asked)`.
    read: reads the roles, raises UsageError with lines to paste, or DataError.
    """
    fixes = [line for fix in error.fixes for line in _followed(fix, asked, read)]
    if not fixes or fixes == list(error.fixes):
        return error
    return UsageError(error.what, where=error.where, advice=error.advice, fixes=fixes[:_SHOWN])


def _followed(fix: Fix, asked: Asked, read: Callable[[Asked], object]) -> Iterator[Fix]:
    """The lines that a fix becomes; itself where it names no target."""
    if asked.target is not None or len(fix.flags) != 2 or fix.flags[0] != "--target":
        yield fix
        return
    known = replace(asked, target=fix.flags[1])
    try:
        read(known)
        yield fix
    except UsageError as error:
        named = [more for more in error.fixes if set(more.flags[::2]) == {"--pred"}]
        if error.fixes and not named:
            yield fix
        holding = (more for more in named if _holds(replace(known, pred=more.flags[1::2]), read))
        for more, _ in zip(holding, range(_EACH), strict=False):
            yield Fix((*fix.flags, *more.flags), f"{fix.gives}; {more.gives}")
    except DataError:
        return


def _holds(asked: Asked, read: Callable[[Asked], object]) -> bool:
    try:
        read(asked)
    except (UsageError, DataError):
        return False
    return True
