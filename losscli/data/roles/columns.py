"""Which columns of a table are features, and which of them say too little or too much to be one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import NamedTuple

from losscli.data.roles.ids import is_id, is_index
from losscli.data.roles.target import is_numeric, shell_word, target_text
from losscli.data.roles.values import check_number
from losscli.data.table import MAX_VALUES, Column, Table
from losscli.errors import DataError, Fix, UsageError, Where, did_you_mean
from losscli.result import Warning_

MAX_LEVELS = 50  # of a text feature that is not named
CONSTANT = "constant_column"  # code of a warning
NAMED = 6  # columns in a warning
_USABLE = frozenset({"id_column", "text_column"})  # left out, but features where they are named


def chosen_columns(
    table: Table, taken: Mapping[str, str], features: Sequence[str], drop: Sequence[str]
) -> list[str]:
    """The columns asked for as features, in the order of the file unless --features gives one.

    taken: column → its other role, in words; features, drop: names or patterns, as the flags give them.
    Raises UsageError for one that names no column, or a column with another role.
    """
    free = [name for name, column in table.columns.items() if name not in taken and not is_index(column)]
    wanted = dict.fromkeys(_matching(table, "--features", features, free, taken)) if features else free
    dropped = set(_matching(table, "--drop", drop, free, taken))
    return [name for name in wanted if name not in dropped]


def _matching(
    table: Table, flag: str, wanted: Sequence[str], free: Sequence[str], taken: Mapping[str, str]
) -> Iterator[str]:
    """The columns that the words of a flag name, or match as a pattern."""
    for text in wanted:
        found = [text] if text in table.columns else [name for name in free if fnmatchcase(name, text)]
        if not found:
            raise UsageError(
                f"{flag} {shell_word(text)}: no column or pattern of that name",
                where=Where(table.path),
                advice=did_you_mean(text, free) or f"The columns left for features: {', '.join(free[:12])}",
                fixes=_instead(flag, wanted, text, get_close_matches(text, free, n=2)),
            )
        if text in taken:
            raise UsageError(
                f"{flag} {shell_word(text)}: that column is {taken[text]}, and no feature",
                where=Where(table.path),
                advice="A column has one role:",
                fixes=_instead(flag, wanted, text, ()),
            )
        yield from found


def _instead(flag: str, wanted: Sequence[str], text: str, near: Sequence[str]) -> list[Fix]:
    """What to type in place of one of the words of a flag: a near one, else the others alone."""
    others = [one for one in wanted if one != text]
    fixes = [
        Fix(_repeated(flag, [one if word == text else word for word in wanted]), f"{one} in place of {text}")
        for one in near
    ]
    return fixes or [Fix(_repeated(flag, others), f"without {text}")]


def _repeated(flag: str, words: Sequence[str]) -> tuple[str, ...]:
    """The flag before each of the words; by itself where there are none."""
    return tuple(one for word in words for one in (flag, word)) or (flag,)


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why a column is no feature although none of its values is wrong. code: of the warning."""

    code: str
    why: str
    advice: str

    def is_constant(self, table: Table, name: str) -> bool:
        """Whether the column has one value, in every row."""
        return self.code == CONSTANT and not table.columns[name].missing

    def warning(self, name: str) -> Warning_:
        return Warning_(self.code, f"column {name!r} {self.why}, and is left out", self.advice)


def _without_slope(table: Table, names: Sequence[str]) -> Warning_:
    """What is said of features that have one value each."""
    if len(names) == 1:
        (value,) = table.columns[names[0]].values or ("",)
        what = f"column {names[0]!r} has one value, {target_text(value)}, and its coefficient is 0"
    else:
        some = ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else "")
        what = f"{len(names):,} columns have one value each, and coefficients of 0: {some}"
    return Warning_(CONSTANT, what, f"--drop {shell_word(names[0])} leaves it out without a warning")


def unfit(table: Table, name: str, *, named: bool) -> Unfit | None:
    """Why a column is no feature, or None.

    named: whether --features gives its very name, so that text may have any number of values.
    """
    column, code = table.columns[name], "text_column"
    why, advice = None, f"--drop {shell_word(name)} leaves it out without a warning"
    if not named and is_id(table, name):
        code, why = "id_column", "names rows: no two have one value"
        advice = f"--features '*' --features {shell_word(name)} uses it; {advice}"
    elif column.missing == table.rows:
        code, why = "empty_column", "has no value"
    elif column.values is not None and len(column.values) == 1:
        code, why = CONSTANT, f"has one value, {target_text(column.values[0])}"
    elif not is_numeric(table, name) and not named:
        why = _too_many_levels(column, table.rows)
        advice = f"--features '*' --features {shell_word(name)} uses it; {advice}"
    return None if why is None else Unfit(code, why, advice)


class Used(NamedTuple):
    """names: of the features; left: why other columns are none; warnings: what is said of both."""

    names: list[str]
    left: dict[str, Unfit]
    warnings: list[Warning_]


def used_columns(
    table: Table, taken: Mapping[str, str], features: Sequence[str], drop: Sequence[str], *, intercept: bool
) -> Used:
    """The features; none in a file of the target alone. A column of one value is one, whose slope is 0; but
    where there is no intercept it is that.

    taken, features, drop: as for `chosen_columns`. Raises UsageError where none is left of those there are.
    """
    chosen = chosen_columns(table, taken, features, drop)
    if not chosen and not features and not drop and intercept:
        return Used([], {}, [])
    left = {name: one for name in chosen if (one := unfit(table, name, named=name in features)) is not None}
    still = [name for name, one in left.items() if one.is_constant(table, name)]
    if len(left) < len(chosen) or (still and not intercept):
        left = {name: one for name, one in left.items() if name not in still}
    used = [name for name in chosen if name not in left]
    if not used:
        raise _none_left(table, left, features, drop, intercept=intercept)
    said = [one.warning(name) for name, one in left.items()]
    if still and intercept:
        said.append(_without_slope(table, still))
    return Used(used, left, said)


def _advice(fixes: Sequence[Fix], are_left: bool) -> str:
    """are_left: whether columns are left out that no flag names."""
    if not fixes:
        return "A feature needs two values or more" if are_left else "Add a column to learn from"
    return "Say which columns are features:" if are_left else "Name fewer columns with --drop:"


def _none_left(
    table: Table, left: Mapping[str, Unfit], features: Sequence[str], drop: Sequence[str], *, intercept: bool
) -> UsageError:
    why = [one.warning(name).message for name, one in left.items()]
    if not why and not drop and not intercept:
        return UsageError(
            "--no-intercept: there is no feature, and nothing is left to fit",
            where=Where(table.path),
            advice="Leave it out:",
            fixes=[Fix(("--no-intercept",), "one score for all rows", without=True)],
        )
    usable = [name for name, one in left.items() if one.code in _USABLE]
    fixes = [Fix(("--features", name), f"{name} is a feature") for name in usable[:2]]
    if drop:
        fixes.append(Fix(("--drop",), "no column is left out"))
    if features and not usable:
        fixes.append(Fix(("--features",), "every other column is a feature"))
    return UsageError(
        f"no feature is left{f': {why[0]}' if why else ''}",
        where=Where(table.path),
        advice=_advice(fixes, bool(why)),
        fixes=fixes,
    )


def _too_many_levels(column: Column, rows: int) -> str | None:
    """How many values a text column has, in words, where they are too many to learn from; else None."""
    count = MAX_VALUES + 1 if column.values is None else len(column.values)
    if 2 * count > rows - column.missing:
        return "is text and mostly unique"
    if count <= MAX_LEVELS:
        return None
    return f"is text with {f'over {MAX_VALUES:,}' if column.values is None else count} values"


def check_features(
    table: Table, numbers: Sequence[str], texts: Sequence[str], missing: str, drop: Sequence[str]
) -> None:
    """Raises DataError for a word among the numbers of a feature, too many values of a text feature, and
    two columns of the model with one name. missing: error, drop or impute; drop: what is left out already."""

    def without(name: str) -> Fix:
        return Fix(_repeated("--drop", (*drop, name)), f"{name} is no feature")

    for name in numbers:
        or_empty = "" if missing == "error" else ", or empty it"
        check_number(table, name, f"Correct the field{or_empty}, or do without:", [without(name)])
    names = set(numbers)
    for name in texts:
        values = table.columns[name].values
        if values is None:
            raise DataError(
                f"this text column has over {MAX_VALUES:,} values, too many for a column each",
                where=Where(table.path, column=name),
                advice="Group its values, or do without:",
                fixes=[without(name)],
            )
        for one in (f"{name}={value}" for value in values):
            if one in names:
                raise DataError(
                    f"two columns of the model would be called {one!r}",
                    where=Where(table.path, column=name),
                    advice="Rename a column of the file, or do without:",
                    fixes=[without(name)],
                )
            names.add(one)
