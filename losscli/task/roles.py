"""Which column is the target, which are predictions: the whole column decides, never its first rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from losscli.domain import Kind, Task
from losscli.errors import DataError, UsageError, Where, did_you_mean
from losscli.table import Column, ColumnType, Table
from losscli.task.words import TARGET_NAMES, is_prediction_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the user said about roles; empty or None where nothing was said.

    losses: the tasks that each given loss belongs to, one set per loss.
    """

    target: str | None = None
    pred: tuple[str, ...] = ()
    id: str | None = None
    weights: str | None = None
    task: Task | None = None
    kind: Kind | None = None
    positive: str | None = None
    threshold: float | None = None
    losses: tuple[frozenset[Task], ...] = ()


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


def find_target(table: Table, asked: Asked) -> str:
    """The target column. Raises UsageError where none is named and none has a target's name."""
    if asked.target is not None:
        return check_named(table, asked.target, "--target")
    lowered: dict[str, str] = {}
    for name in table.columns:
        lowered.setdefault(name.strip().lower(), name)
    for word in TARGET_NAMES:
        if word in lowered:
            return lowered[word]
    raise UsageError(
        f"no column is called {', '.join(TARGET_NAMES)}",
        where=Where(table.path),
        advice=f"Name the target: --target {next(iter(table.columns))}",
    )


def is_index(column: Column) -> bool:
    """Whether a column is a row index that a data frame wrote out."""
    return column.name.strip() in ("", "Unnamed: 0") and column.sequence is not None


def find_predictions(table: Table, asked: Asked, target: str) -> dict[str, str | None]:
    """The prediction columns, each with the model name that `--pred NAME=COL` gave it, or None.

    Raises UsageError with the line to paste where no name says which columns are predictions.
    """
    taken = {target, asked.id, asked.weights}
    free = [name for name, column in table.columns.items() if name not in taken and not is_index(column)]
    if asked.pred:
        return _asked_predictions(table, asked.pred, free)
    spoken = [name for name in free if is_prediction_name(name)]
    if spoken:
        return dict.fromkeys(spoken)
    numbers = [name for name in free if table.columns[name].type is ColumnType.NUMBER]
    if len(numbers) == 1:
        return dict.fromkeys(numbers)
    if not numbers:
        raise DataError(
            f"no prediction column beside the target {target!r}",
            where=Where(table.path),
            advice="Name it so that it holds the word pred, prob, score or logit, or give --pred COLUMN",
        )
    line = " ".join(f"--pred {shell_word(name)}" for name in numbers[:8])
    raise UsageError(
        f"which of {len(numbers)} numeric columns are predictions? No name says so",
        where=Where(table.path),
        advice=f"Name them: {line}",
    )


def shell_word(name: str) -> str:
    """The name as a shell takes it: quoted where it must be."""
    from shlex import quote

    return quote(name)


def _asked_predictions(table: Table, wanted: Sequence[str], free: Sequence[str]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for text in wanted:
        name, equals, column = text.partition("=")
        if text in table.columns:
            found[text] = None
        elif equals and column in table.columns:
            found[column] = name
        else:
            matching = _of_model(text, free) or [
                free_name for free_name in free if fnmatchcase(free_name, text)
            ]
            if not matching:
                near = did_you_mean(text, table.columns)
                listed = ", ".join(free[:12])
                raise UsageError(
                    f"--pred {text}: no model, column or pattern of that name",
                    where=Where(table.path),
                    advice=near or f"The columns left for predictions: {listed}",
                )
            found.update(dict.fromkeys(matching))
    return found


def _of_model(name: str, free: Sequence[str]) -> list[str]:
    """The prediction columns that make up the model of that name."""
    from losscli.task.words import per_label, without_role_words

    return [
        column
        for column in free
        if is_prediction_name(column)
        and (
            without_role_words(column) == name
            or ((parts := per_label(column)) and (parts[0] or parts[1]) == name)
        )
    ]


def target_text(value: float | str) -> str:
    """A target value as a label: numbers without a trailing `.0`."""
    from losscli.spec import number_text

    return value if isinstance(value, str) else number_text(value)


def target_labels(columns: Mapping[str, Column], target: str) -> tuple[str, ...] | None:
    """The distinct values of the target as labels, sorted; None where there are too many to be classes."""
    values = columns[target].values
    return None if values is None else tuple(target_text(value) for value in values)
