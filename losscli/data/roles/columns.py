"""Which columns of a table are features, and which of them say too little or too much to be one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase

from losscli.data.roles.ids import is_id, is_index
from losscli.data.roles.target import is_numeric, shell_word, target_text
from losscli.data.roles.values import check_number
from losscli.data.table import MAX_VALUES, Column, Table
from losscli.errors import DataError, Fix, UsageError, Where, did_you_mean
from losscli.result import Warning_

MAX_LEVELS = 50  # of a text feature that is not named


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

    def warning(self, name: str) -> Warning_:
        return Warning_(self.code, f"column {name!r} {self.why}, and is left out", self.advice)


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
        code, why = "constant_column", f"has one value, {target_text(column.values[0])}"
    elif not is_numeric(table, name) and not named:
        why = _too_many_levels(column, table.rows)
        advice = f"--features '*' --features {shell_word(name)} uses it; {advice}"
    return None if why is None else Unfit(code, why, advice)


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
