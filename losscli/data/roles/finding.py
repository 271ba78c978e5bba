"""Which column is the target, which are predictions: the whole column decides, never its first rows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from losscli.data.roles.class_weight import ClassWeight
from losscli.data.roles.words import TARGET_NAMES, is_prediction_name, per_label, without_role_words, words
from losscli.data.table import Column, ColumnType, Table
from losscli.domain import CLASSES, Kind, Task
from losscli.errors import DataError, UsageError, Where, did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the user said about roles; empty or None where nothing was said.

    losses: the tasks that each given loss belongs to, one set per loss; cost, order: as typed.
    """

    target: str | None = None
    pred: tuple[str, ...] = ()
    id: str | None = None
    weights: str | None = None
    group: str | None = None
    time: str | None = None
    by: str | None = None
    task: Task | None = None
    kind: Kind | None = None
    positive: str | None = None
    order: str | None = None
    threshold: float | None = None
    class_weight: ClassWeight | None = None
    cost: str | None = None
    losses: tuple[frozenset[Task], ...] = ()

    @property
    def of_class(self) -> "Asked":
        """What was said of a class that has a box beside it."""
        losses = (own & CLASSES for own in self.losses)
        return replace(self, task=None, losses=tuple(own for own in losses if own))

    @property
    def named(self) -> dict[str, str]:
        """Column → the flag that gives it another role than target or prediction."""
        flags = {
            "--id": self.id,
            "--weights": self.weights,
            "--group": self.group,
            "--time": self.time,
            "--by": self.by,
        }
        return {name: flag for flag, name in flags.items() if name is not None}


def check_named(table: Table, name: str, flag: str) -> str:
    """The name, if the table has that column; else UsageError naming near ones."""
    if name in table.columns:
        return name
    listed = ", ".join(list(table.columns)[:12])
    raise UsageError(
        f"there is no column {name!r}",
        where=Where(table.path),
        advice=f"{did_you_mean(name, table.columns) or f'It has: {listed}.'} Name it with {flag}.",
    )


def check_units(table: Table, asked: Asked) -> None:
    """Raises UsageError unless at most one column of the table says which rows are resampled together, and
    for a column that it has not."""
    if asked.group is not None and asked.time is not None:
        raise UsageError(
            "--group and --time each say which rows are resampled together",
            where=Where(table.path),
            advice="Give one of them, such as --group",
        )
    for flag, name in (("--group", asked.group), ("--time", asked.time), ("--by", asked.by)):
        if name is not None:
            check_named(table, name, flag)


def find_target(table: Table, asked: Asked) -> str:
    """The target column. Raises UsageError where none is named and none has a target's name."""
    if asked.target is not None:
        return check_named(table, asked.target, "--target")
    named = target_by_name(table, asked.named)
    if named is not None:
        return named
    raise UsageError(
        f"no column is called {', '.join(TARGET_NAMES)}",
        where=Where(table.path),
        advice=f"Name the target: --target {shell_word(_likely_target(table))}",
    )


def _likely_target(table: Table) -> str:
    """The first column with a word of a target in its name; else the first."""
    telling = {word for name in TARGET_NAMES for word in words(name)} - {"y", "ground"}
    return next((name for name in table.columns if telling & set(words(name))), next(iter(table.columns)))


def target_by_name(table: Table, taken: Collection[str | None]) -> str | None:
    """The first column that has a target's name; taken: those with another role."""
    lowered: dict[str, str] = {}
    for name in table.columns:
        if name not in taken:
            lowered.setdefault(name.strip().lower(), name)
    return next((lowered[word] for word in TARGET_NAMES if word in lowered), None)


def is_index(column: Column) -> bool:
    """Whether a column is a row index that a data frame wrote out."""
    return column.name.strip() in ("", "Unnamed: 0") and column.sequence is not None


def find_predictions(
    table: Table, asked: Asked, target: str, beside: Collection[str] = ()
) -> dict[str, str | None]:
    """The prediction columns, each with the model name that `--pred NAME=COL` gave it, or None.

    beside: columns that are of another target.
    Raises UsageError with the line to paste where no name says which columns are predictions.
    """
    taken = {target, *asked.named, *beside}
    free = [name for name, column in table.columns.items() if name not in taken and not is_index(column)]
    if asked.pred:
        return _asked_predictions(table, asked.pred, free, target)
    spoken = [name for name in free if is_prediction_name(name)]
    if spoken:
        return dict.fromkeys(spoken)
    numbers = [name for name in free if is_numeric(table, name)]
    if len(numbers) == 1:
        return dict.fromkeys(numbers)
    if not free:
        raise DataError(
            f"no prediction column beside the target {target!r}",
            where=Where(table.path),
            advice="Name it so that it holds the word pred, prob, score or logit, or give --pred COLUMN",
        )
    line = " ".join(f"--pred {shell_word(name)}" for name in (numbers or free)[:8])
    raise UsageError(
        f"which of {len(numbers)} numeric columns are predictions? No name says so"
        if numbers
        else f"no name says which column holds predictions, and beside the target {target!r} none is numeric",
        where=Where(table.path),
        advice=f"Name them: {line}",
    )


def is_numeric(table: Table, name: str) -> bool:
    """Whether a column holds numbers, if need be with some words among them."""
    column = table.columns[name]
    return column.type is ColumnType.NUMBER or 2 * column.numeric > table.rows - column.missing


def shell_word(name: str) -> str:
    """The name as a shell takes it: quoted where it must be."""
    from shlex import quote

    return quote(name)


def _asked_predictions(
    table: Table, wanted: Sequence[str], free: Sequence[str], target: str
) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for text in wanted:
        name, equals, column = text.partition("=")
        model = _of_model(table, text, free, target)
        if model:
            given, columns = None, model
        elif equals and column in table.columns:
            given, columns = name or None, _of_model(table, column, free, target)
        else:
            given, columns = None, [one for one in free if fnmatchcase(one, text)]
        if not columns:
            raise _no_prediction(table, text, free)
        for one in columns:
            if given is not None and found.get(one) not in (None, given):
                raise UsageError(
                    f"--pred {text}: {one!r} already is the model {found[one]!r}",
                    where=Where(table.path),
                )
            found[one] = given or found.get(one)
    return found


def _no_prediction(table: Table, text: str, free: Sequence[str]) -> UsageError:
    column = text if text in table.columns else text.partition("=")[2]
    if column in table.columns:
        return UsageError(
            f"--pred {text}: {column!r} has another role",
            where=Where(table.path),
            advice="--target, --id, --weights, --group and --time set the other roles",
        )
    return UsageError(
        f"--pred {text}: no model, column or pattern of that name",
        where=Where(table.path),
        advice=did_you_mean(text, free) or f"The columns left for predictions: {', '.join(free[:12])}",
    )


def _of_model(table: Table, name: str, free: Sequence[str], target: str) -> list[str]:
    """The prediction columns of the model of that name, or of a column of it.

    A column per label brings the columns of the other labels with it; any other column is alone.
    """
    labels = target_labels(table.columns, target) or ()
    own = per_label(name, labels) if name in free else None
    if name in table.columns and own is None:
        return [name] if name in free or is_index(table.columns[name]) else []
    found = []
    for column in free:
        parts = per_label(column, labels)
        if own is not None:
            belongs = parts is not None and parts[:2] == own[:2]
        elif parts is not None:
            belongs = (parts[0] or parts[1]) == name
        else:
            belongs = is_prediction_name(column) and without_role_words(column) == name
        if belongs:
            found.append(column)
    return found


def target_text(value: float | str) -> str:
    """A target value as a label: numbers without a trailing `.0`."""
    from losscli.spec import number_text

    return value if isinstance(value, str) else number_text(value)


def target_labels(columns: Mapping[str, Column], target: str) -> tuple[str, ...] | None:
    """The distinct values of the target as labels, sorted; None where there are too many to be classes."""
    values = columns[target].values
    return None if values is None else tuple(target_text(value) for value in values)
