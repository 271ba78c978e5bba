"""Lines to paste made complete: with what would be asked for next, until the roles are read."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from losscli.data.roles.asked import Asked
from losscli.domain import Kind
from losscli.errors import DataError, Fix, UsageError

_SHOWN = 4  # lines in all
_EACH = 2  # of one line


def completed(error: UsageError, asked: Asked, read: Callable[[Asked], object]) -> UsageError:
    """The same refusal, its lines complete. A line that leads nowhere is left out, unless all do.

    error: of `read(asked)`.
    read: reads the roles; raises UsageError with lines to paste, or DataError.
    """
    fixes = [line for fix in error.fixes for line in islice(_followed(fix, asked, read), _EACH)]
    if not fixes or fixes == list(error.fixes):
        return error
    return UsageError(error.what, where=error.where, advice=error.advice, fixes=fixes[:_SHOWN])


def _followed(fix: Fix, asked: Asked, read: Callable[[Asked], object]) -> Iterator[Fix]:
    """What a line becomes: itself where it is read, or speaks of more than columns and classes."""
    said = _said(asked, fix.flags)
    if said is None:
        yield fix
        return
    try:
        read(said)
        yield fix
    except UsageError as error:
        if any(_said(said, more.flags) is None for more in error.fixes):
            yield fix
            return
        for more in error.fixes:
            for line in _followed(more, said, read):
                yield Fix((*fix.flags, *line.flags), f"{fix.gives}; {line.gives}")
    except DataError:
        return


def _said(asked: Asked, flags: Sequence[str]) -> Asked | None:
    """What is asked with the target, the predictions, their kind or the positive class named, which were not;
    None for other flags."""
    pairs = list(zip(flags[::2], flags[1::2], strict=False))
    names = {name for name, _ in pairs}
    if len(flags) != 2 * len(pairs) or not names <= {"--target", "--pred", "--positive", "--kind"}:
        return None
    if any(getattr(asked, name.removeprefix("--")) for name in names):
        return None
    given = {name: [value for own, value in pairs if own == name] for name in names}
    kind = given.get("--kind", [None])[0]
    if kind is not None and kind not in list(Kind):
        return None
    return replace(
        asked,
        target=given.get("--target", [asked.target])[0],
        pred=tuple(given.get("--pred", asked.pred)),
        kind=asked.kind if kind is None else Kind(kind),
        positive=given.get("--positive", [asked.positive])[0],
    )
