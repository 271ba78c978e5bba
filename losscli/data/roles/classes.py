"""The rules of task and classes that both verbs share: what flags say, then what the target says."""

from collections.abc import Sequence

from losscli.data.roles.finding import is_numeric, shell_word, target_labels, target_text
from losscli.data.roles.values import check_number
from losscli.data.roles.words import NEGATIVE_NAMES, POSITIVE_NAMES
from losscli.data.table import ColumnType, Table
from losscli.data.table.grammar import DOT
from losscli.domain import CLASSES, NUMBERS, Task
from losscli.errors import DataError, UsageError, Where, did_you_mean

MAX_CLASSES = 50  # whole numbers may be classes up to here


def task_of_flags(
    task: Task | None, losses: Sequence[frozenset[Task]], positive: str | None
) -> tuple[Task, str] | None:
    """The task that flags say, and why; None where they leave it open.

    task, positive: as --task and --positive give them; losses: the tasks of each given loss, of which those
    with one target column count.
    """
    if task is not None:
        return task, "--task"
    if losses:
        shared = frozenset.intersection(*losses) & (CLASSES | NUMBERS)
        if Task.COUNTS in shared:
            return Task.COUNTS, "every given loss is one for counts"
        if len(shared) == 1:
            return next(iter(shared)), "the given losses are for it"
    return None if positive is None else (Task.BINARY, "--positive")


def task_of_target(table: Table, target: str) -> tuple[Task, str] | None:
    """The task that the values of the target make, and why; None where its numbers leave it open.

    Raises DataError for a word among the numbers of a target.
    """
    if is_numeric(table, target):
        check_number(table, target)
    values = set(target_labels(table.columns, target) or ())
    if table.columns[target].type is ColumnType.NUMBER and values not in ({"0", "1"}, {"-1", "1"}):
        return None
    if len(values) == 1 and {value.lower() for value in values} <= {"true", "false"}:
        return Task.BINARY, "the target is bool"
    if len(values) == 2:
        return Task.BINARY, f"the target has the two values {' and '.join(sorted(values))}"
    return Task.MULTICLASS, f"the target is text with {len(values) or 'many'} values"


def useless_flag(given: str, task: Task, why: str) -> UsageError:
    """A flag that would do nothing is an error. given: as typed, `--positive spam`; why: `has no …`."""
    flag = given.partition(" ")[0]
    return UsageError(f"{given}: the task is {task}, which {why}", advice=f"Leave {flag} out, or say --task")


def class_labels(table: Table, target: str) -> tuple[str, ...]:
    """The classes of a target, sorted. Raises DataError where there are too many values to be classes."""
    found = target_labels(table.columns, target)
    if found is None:
        number = table.columns[target].type is ColumnType.NUMBER
        raise DataError(
            "the target has too many different values to be classes",
            where=Where(table.path, column=target),
            advice=f"{'Use --task regression, or name' if number else 'Name'} another target with --target",
        )
    return found


def in_order(found: tuple[str, ...], order: str) -> tuple[str, ...]:
    """The classes in the order that --order gives, `low,mid,high`; a number may be spelled otherwise.

    Raises UsageError for a list that does not name every class once.
    """
    words = [word.strip() for word in order.split(",") if word.strip()]
    numbers = [DOT.number(word) for word in words]
    named = tuple(
        target_text(number) if word not in found and number is not None else word
        for word, number in zip(words, numbers, strict=True)
    )
    if sorted(named) == sorted(found):
        return named
    unknown = next((word for word in named if word not in found), None)
    absent = next((label for label in found if label not in named), None)
    if unknown is not None:
        why = f"the target has no class {unknown!r}"
    else:
        why = f"{absent!r} is missing" if absent is not None else "a class is named twice"
    raise UsageError(
        f"--order {shell_word(order)}: {why}",
        advice=f"Name every class once: --order {shell_word(','.join(found))}",
    )


def label_order(label: str) -> tuple[int, float, str]:
    """Sorts labels: numbers by value, then words."""
    try:
        return (0, float(label), label)
    except ValueError:
        return (1, 0.0, label)


def binary_labels(
    table: Table, target: str, positive: str | None, named: str | None = None
) -> tuple[str, str]:
    """(negative, positive) of a binary target.

    positive: as --positive gives it; named: the class that the name of a prediction speaks of. Raises
    DataError for more than two values, UsageError where the positive class must be said, or is unknown.
    """
    found = class_labels(table, target)
    column, where = table.columns[target], Where(table.path, column=target)
    if len(found) > 2:
        shown = ", ".join(found[:6])
        raise DataError(
            f"the target has {len(found)} values ({shown} …), a binary one has two",
            where=where,
            advice="Use --task multiclass or --task regression",
        )
    if positive is not None and column.type is ColumnType.NUMBER:
        value = DOT.number(positive)
        positive = positive if value is None else target_text(value)
    if positive is not None and positive not in found:
        advice = did_you_mean(positive, found) or f"It has {' and '.join(found)}"
        raise UsageError(f"--positive {positive}: the target has no such value", where=where, advice=advice)
    if positive is None:
        positive = _usual_positive(found) or named
    if positive is None:
        raise UsageError(
            f"which class is the positive one, {' or '.join(found)}?",
            where=where,
            advice=f"Say it: --positive {shell_word(found[-1])}",
        )
    others = [label for label in found if label != positive]
    negative = others[0] if others else next(iter(_opposites(positive)), "")
    return negative, positive


def _usual_positive(found: tuple[str, ...]) -> str | None:
    """1, true, yes, y, pos, positive against its opposite (or alone)."""
    if set(found) <= {"-1", "1"} and "1" in found:
        return "1"
    by_lower = {label.lower(): label for label in found}
    for positive, negative in zip(POSITIVE_NAMES, NEGATIVE_NAMES, strict=True):
        if set(by_lower) <= {positive, negative} and len(by_lower) == len(found):
            return by_lower.get(positive) or next(iter(_opposites(found[0])), None)
    return None


def _opposites(label: str) -> list[str]:
    """The usual opposite of a class label, in the same capitals."""
    pairs = dict(zip(POSITIVE_NAMES, NEGATIVE_NAMES, strict=True))
    pairs |= {negative: positive for positive, negative in pairs.items()}
    other = pairs.get(label.lower())
    return [] if other is None else [other.title() if label.istitle() else other]
