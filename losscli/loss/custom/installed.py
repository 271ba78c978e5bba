"""Losses of installed packages, which announce them as entry points; looking costs 45 ms."""

from collections.abc import Iterator
from functools import partial

from losscli.errors import DataError, Where
from losscli.loss import Loss
from losscli.loss.custom.guard import guarded

GROUP = "losscli.losses"


def installed() -> Iterator[Loss]:
    """The losses that packages announce: an entry point is a record, or a list of records.

    Raises DataError where one does not load.
    """
    from importlib.metadata import entry_points

    for point in entry_points(group=GROUP):
        blame = partial(
            _broken, Where(f"entry point {point.name} of {point.dist.name if point.dist else '?'}")
        )
        try:
            found = point.load()
        except (Exception, SystemExit) as error:
            raise blame(error) from None
        for one in found if isinstance(found, list | tuple) else (found,):
            if not isinstance(one, Loss):
                raise blame(TypeError(f"this is no loss: {type(one).__name__}"))
            yield guarded(one, blame)


def _broken(where: Where, error: BaseException) -> DataError:
    return DataError(f"{type(error).__name__}: {error}", where=where, advice="Fix or uninstall that package")
