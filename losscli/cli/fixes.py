"""What was typed, mended: a complete line to paste for each way to settle what was refused."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from shlex import join

from losscli.errors import Fix


def lines_of(fixes: Iterable[Fix], arguments: Sequence[str], alone: Collection[str]) -> Iterator[str]:
    """`losscli compare preds.csv --positive yes  # yes is the positive class`.

    arguments: as typed after `losscli`; alone: the flags of the command that take no value.
    """
    for fix in fixes:
        yield f"  {join(['losscli', *mended(arguments, fix.flags, alone)])}  # {fix.gives}"


def mended(arguments: Sequence[str], flags: Sequence[str], alone: Collection[str]) -> list[str]:
    """The arguments with these flags in place of those of the same names. A flag that needs a value and has
    none in `flags` is taken away."""
    given = list(_pairs(flags, alone))
    names = {name for name, *_ in given}
    kept = [words for words in _pairs(arguments, alone) if words[0].partition("=")[0] not in names]
    new = [words for words in given if len(words) > 1 or words[0] in alone]
    return [word for words in (*kept, *new) for word in words]


def _pairs(words: Sequence[str], alone: Collection[str]) -> Iterator[tuple[str, ...]]:
    """Each flag with its value, each other word by itself."""
    at = 0
    while at < len(words):
        word = words[at]
        takes = word.startswith("--") and "=" not in word and word not in alone and word != "--"
        valued = takes and at + 1 < len(words) and not words[at + 1].startswith("--")
        yield tuple(words[at : at + 2]) if valued else (word,)
        at += 2 if valued else 1
