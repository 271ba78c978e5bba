"""Which column is the target, and what its values are as labels."""

from collections.abc import Collection, Mapping

from losscli.data.roles.asked import Asked
from losscli.data.roles.words import (
    TARGET_NAMES,
    folded,
    is_prediction_name,
    speaks_of,
    without_role_words,
    words,
)
from losscli.data.table import Column, ColumnType, Table
from losscli.errors import Fix, UsageError, Where, did_you_mean

MAX_CLASSES = 50  # whole numbers may be classes up to here
# Why a column is the target.
BY_TARGET, BY_NAME, LAST = "--target names it", "its name is a target's", "the last column"
_MANY_ROWS = 20  # from which on text that is mostly distinct is no class
_FOLDED = frozenset(folded(word) for word in TARGET_NAMES)
_SHOWN = 3  # targets that are proposed


def check_named(table: Table, name: str, flag: str) -> str:
    """The name, if the table has that column; else UsageError naming near ones."""
    if name in table.columns:
        return name
    from difflib import get_close_matches

    near = get_close_matches(name, list(table.columns), n=3, cutoff=0.6) or list(table.columns)[:_SHOWN]
    raise UsageError(
        f"{flag} {shell_word(name)}: there is no column {name!r}",
        where=Where(table.path),
        advice=did_you_mean(name, table.columns) or f"It has: {', '.join(list(table.columns)[:12])}.",
        fixes=[Fix((flag, one), f"{one} is what {flag} names") for one in near],
    )


def check_units(table: Table, asked: Asked) -> None:
    """Raises UsageError unless at most one column of the table says which rows are resampled together, and
    for a column that it has not."""
    if asked.group is not None and asked.time is not None:
        raise UsageError(
            "--group and --time each say which rows are resampled together",
            where=Where(table.path),
            advice="Give one of them:",
            fixes=[
                Fix(("--time",), f"rows of one {asked.group} are resampled together"),
                Fix(("--group",), f"rows are resampled in blocks of the order of {asked.time}"),
            ],
        )
    for flag, name in (("--group", asked.group), ("--time", asked.time), ("--by", asked.by)):
        if name is not None:
            check_named(table, name, flag)


def find_target(table: Table, asked: Asked) -> str:
    """The target column: named, else by its name, else the X of an X_pred.

    Raises UsageError, with lines to paste, where none is found.
    """
    if asked.target is not None:
        return check_named(table, asked.target, "--target")
    found = target_by_name(table, asked.named)
    if found is not None:
        return found
    beside = targets_beside(table, asked.named)
    if len(beside) == 1:
        return beside[0]
    named = {name: flag for name, flag in asked.named.items() if folded(name.strip()) in _FOLDED}
    if named:
        name, flag = next(iter(named.items()))
        raise is_target_too(table, flag, name)
    raise UsageError(
        f"no column is called {', '.join(TARGET_NAMES[:8])} or the like",
        where=Where(table.path),
        advice="Name the target:",
        fixes=[Fix(("--target", name), f"{name} is the target") for name in _likely_targets(table, asked)],
    )


def targets_beside(table: Table, taken: Collection[str]) -> tuple[str, ...]:
    """The columns X of which there is an X_pred, pred_X, X_hat …, if every prediction has its X."""
    names = [name for name in table.columns if name not in taken]
    spoken = [name for name in names if is_prediction_name(name)]
    rests = dict.fromkeys(without_role_words(name) for name in spoken)
    return tuple(rests) if rests and all(rest in names and rest not in spoken for rest in rests) else ()


def _likely_targets(table: Table, asked: Asked) -> list[str]:
    """The columns with a word of a target in their names, then the others that are no predictions: first
    those of which most names speak, last what speaks of another, and text that is another in most rows, which
    names rows."""
    telling = {word for name in TARGET_NAMES for word in words(name)} - {"y", "ground", "test", "val", "true"}
    free = [name for name in table.columns if name not in asked.named and name not in asked.pred]
    ranked = [name for name in free if telling & set(words(name)) and not is_prediction_name(name)]
    others = [name for name in free if not is_prediction_name(name)]

    def late(name: str) -> tuple[bool, bool, int]:
        names_rows = not is_numeric(table, name) and is_mostly_distinct(table, name)
        return names_rows, any(speaks_of(name, one) for one in others), -_spoken_of(table, name)

    ranked += sorted(others, key=late)
    return list(dict.fromkeys(ranked or free))[:_SHOWN]


def _spoken_of(table: Table, name: str) -> int:
    """How many other columns speak of one."""
    return sum(speaks_of(one, name) for one in table.columns)


def target_by_name(table: Table, taken: Collection[str | None]) -> str | None:
    """The first column that has a target's name; taken: those with another role."""
    known: dict[str, str] = {}
    for name in table.columns:
        if name not in taken:
            known.setdefault(folded(name.strip()), name)
    return next((known[one] for word in TARGET_NAMES if (one := folded(word)) in known), None)


def fixes_of_targets(table: Table, but: Collection[str]) -> list[Fix]:
    """Two other columns that may be the target: those of which most names speak, else the last ones.

    but: those that may not.
    """
    free = [name for name in table.columns if name not in but and not is_prediction_name(name)]
    two = sorted(free, key=lambda name: _spoken_of(table, name))[-2:]
    two.sort(key=lambda name: -_spoken_of(table, name))
    return [Fix(("--target", name), f"{name} is the target") for name in two]


def is_target_too(table: Table, flag: str, name: str) -> UsageError:
    """A column that a flag gives another role is the target. flag: --group …"""
    return UsageError(
        f"{flag} {shell_word(name)}: that column is the target",
        where=Where(table.path),
        advice="A column has one role:",
        fixes=[
            Fix((flag,), f"{name} is the target"),
            *(
                Fix((*fix.flags, flag, name), f"{fix.gives}, {name} is what {flag} names")
                for fix in fixes_of_targets(table, {name})
            ),
        ],
    )


def is_numeric(table: Table, name: str) -> bool:
    """Whether a column holds numbers, if need be with some words among them."""
    column = table.columns[name]
    return column.type is ColumnType.NUMBER or 2 * column.numeric > table.rows - column.missing


def is_mostly_distinct(table: Table, name: str) -> bool:
    """Whether a text column has too many values to be classes: more than 20 rows, more than half of them
    distinct."""
    column = table.columns[name]
    if column.type is ColumnType.NUMBER or table.rows <= _MANY_ROWS:
        return False
    return column.values is None or 2 * len(column.values) > table.rows - column.missing


def shell_word(name: str) -> str:
    """The name as a shell takes it: quoted where it must be."""
    from shlex import quote

    return quote(name)


def target_text(value: float | str) -> str:
    """A target value as a label: numbers without a trailing `.0`."""
    from losscli.spec import number_text

    return value if isinstance(value, str) else number_text(value)


def target_labels(columns: Mapping[str, Column], target: str) -> tuple[str, ...] | None:
    """The distinct values of the target as labels, sorted; None where there are too many to be classes."""
    values = columns[target].values
    return None if values is None else tuple(target_text(value) for value in values)
