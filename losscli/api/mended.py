"""Errors of the command line as those of a function: arguments in place of flags."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager

from losscli.errors import Fix, LosscliError

MOST_FIXES = 4
_FLAG = re.compile(r"(?<![\w-])--([a-z][a-z0-9-]*)")


@contextmanager
def in_python(names: Iterable[str]) -> Iterator[None]:
    """Within it, an error that is raised names arguments; names: those of the function.

    Its type, `what` and `where` are those of the command line's; `fixes` are said as arguments, in `advice`.
    """
    try:
        yield
    except LosscliError as error:
        raise _mended(error, frozenset(names)) from None


def _mended(error: LosscliError, names: frozenset[str]) -> LosscliError:
    lines = dict.fromkeys(line for fix in error.fixes if (line := _line(fix, names)))
    advice = [worded(error.advice, names)] if error.advice else []
    own = type(error)(
        worded(error.what, names),
        where=error.where,
        advice="\n".join([*advice, *list(lines)[:MOST_FIXES]]) or None,
    )
    own.__cause__ = error.__cause__
    return own


def worded(text: str, names: Collection[str]) -> str:
    """`max_regression` for `--max-regression`, where that is an argument."""
    return _FLAG.sub(lambda found: _named(found[1]) if _named(found[1]) in names else found[0], text)


def _named(flag: str) -> str:
    return flag.removeprefix("--").replace("-", "_")


def _line(fix: Fix, names: frozenset[str]) -> str:
    """`positive='yes'  # yes is the positive class`; nothing where it names what is no argument."""
    told = list(_arguments(fix.flags, names))
    if not told or fix.without:
        told = [f"without {name}" for name in map(_named, fix.flags) if name in names]
    return f"  {', '.join(told)}  # {worded(' '.join(fix.gives.split()), names)}" if told else ""


def _arguments(words: Sequence[str], names: frozenset[str]) -> Iterator[str]:
    several: dict[str, list[str]] = {}
    flag = ""
    for word in words:
        if word.startswith("--") and _named(word) in names:
            flag = _named(word)
            several.setdefault(flag, [])
        elif flag:
            several[flag].append(word)
    for name, values in several.items():
        if len(values) > 1:
            yield f"{name}={values!r}"
        elif values:
            yield f"{name}={values[0]!r}"
        else:
            yield f"without {name}"
