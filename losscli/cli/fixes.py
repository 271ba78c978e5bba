"""What was typed, mended: a complete line to paste for each way to settle what was refused."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from shlex import join

from losscli.errors import Fix

MOST_LINES = 4


def lines_of(fixes: Iterable[Fix], arguments: Sequence[str], flags: Mapping[str, bool]) -> Iterator[str]:
    """`losscli compare preds.csv --positive yes  # yes is the positive class`; a few of them, each once, none
    with a sign that a terminal does not show.

    arguments: as typed after `losscli`; flags: those of the command, and whether each takes a value.
    """
    mends: dict[tuple[str, ...], str] = {}
    for fix in fixes:
        words = tuple(mended(arguments, fix, flags))
        if "".join(words).isprintable() and sorted(words) != sorted(arguments):
            mends.setdefault(words, " ".join(fix.gives.split()))
    for words, gives in list(mends.items())[:MOST_LINES]:
        yield f"  {join(['losscli', *words])}  # {gives}"


def mended(arguments: Sequence[str], fix: Fix, flags: Mapping[str, bool]) -> list[str]:
    """The arguments with the flags of the fix in place of those of the same names. One that takes a value and
    has none is taken away."""
    new = list(_pairs(fix.flags, flags))
    names = {name for name, *_ in new}
    kept = [words for words in _pairs(arguments, flags) if words[0].partition("=")[0] not in names]
    if fix.without:
        new = []
    new = [words for words in new if len(words) > 1 or not flags.get(words[0], True)]
    return [word for words in (*kept, *new) for word in words]


def _pairs(words: Sequence[str], flags: Mapping[str, bool]) -> Iterator[tuple[str, ...]]:
    """Each flag with its value, which may begin with a dash, each other word by itself."""
    at = 0
    while at < len(words):
        valued = flags.get(words[at], False) and at + 1 < len(words) and words[at + 1] not in flags
        yield tuple(words[at : at + 2]) if valued else (words[at],)
        at += 2 if valued else 1
