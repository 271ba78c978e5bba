"""The classes of a target: their order, and which of two is the positive one."""

from losscli.data.roles.labels import opposites
from losscli.data.roles.target import fixes_of_targets, shell_word, target_labels, target_text
from losscli.data.roles.words import NEGATIVE_NAMES, POSITIVE_NAMES
from losscli.data.table import ColumnType, Table
from losscli.data.table.grammar import DOT
from losscli.errors import DataError, Fix, UsageError, Where, did_you_mean


def class_labels(table: Table, target: str) -> tuple[str, ...]:
    """The classes of a target, sorted. Raises DataError where it has no value, or too many to be classes."""
    found = target_labels(table.columns, target)
    if found == ():
        raise DataError(
            "the target has no value",
            where=Where(table.path, column=target),
            advice="Fill it in, or name another target",
            fixes=fixes_of_targets(table, {target}),
        )
    if found is None:
        number = table.columns[target].type is ColumnType.NUMBER
        raise DataError(
            "the target has too many different values to be classes",
            where=Where(table.path, column=target),
            advice=None if number else "Name another target",
            fixes=[Fix(("--task", "regression"), "the target is a number")] * number
            or fixes_of_targets(table, {target}),
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
        advice="Name every class once:",
        fixes=[Fix(("--order", ",".join(found)), f"{' < '.join(found)}")],
    )


def label_order(label: str) -> tuple[int, float, str]:
    """Sorts labels: numbers by value, then words."""
    try:
        return (0, float(label), label)
    except ValueError:
        return (1, 0.0, label)


def binary_labels(
    table: Table, target: str, positive: str | None, named: str | None = None, other: str = ""
) -> tuple[str, str]:
    """(negative, positive) of a binary target.

    positive: as --positive gives it; named: the class that the name of a prediction speaks of; other: the one
    class that is predicted beside a target of one class. Raises DataError for more than two values,
    UsageError where the positive class must be said, or is unknown.
    """
    found = class_labels(table, target)
    column, where = table.columns[target], Where(table.path, column=target)
    if len(found) > 2:
        shown = ", ".join(found[:6])
        raise DataError(
            f"the target has {len(found)} values ({shown} …), a binary one has two",
            where=where,
            advice="Say what it is:",
            fixes=[Fix(("--task", "multiclass"), f"{len(found)} classes")]
            + [Fix(("--task", "regression"), "a number")] * (column.type is ColumnType.NUMBER),
        )
    if positive is not None and column.type is ColumnType.NUMBER:
        value = DOT.number(positive)
        positive = positive if value is None else target_text(value)
    if positive is not None and len(found) == 1 and positive not in found:
        return found[0], positive  # a slice may hold negatives alone
    if len(found) == 1 and other:
        found = (*found, other)
    if positive is not None and positive not in found:
        raise UsageError(
            f"--positive {positive}: the target has no such value",
            where=where,
            advice=did_you_mean(positive, found) or f"It has {' and '.join(found)}",
            fixes=[Fix(("--positive", label), f"{label} is the positive class") for label in found[::-1]],
        )
    two = two_classes(found, positive) or two_classes(found, named)
    if two is None:
        raise which_is_positive(found, where)
    return two


def which_is_positive(found: tuple[str, ...], where: Where) -> UsageError:
    """What is asked where neither the classes of a target nor a flag say which of two is positive."""
    fixes = [Fix(("--positive", label), f"{label} is the positive class") for label in found[::-1]]
    if len(found) == 1:
        other = next(iter(opposites(found[0])), f"not {found[0]}")
        fixes.append(Fix(("--positive", other), f"{found[0]} is the negative class, the only one here"))
        return UsageError(
            f"the target has one class, {found[0]!r}",
            where=where,
            advice="Say which class is the positive one:",
            fixes=fixes,
        )
    return UsageError(
        f"which class is the positive one, {' or '.join(found)}?", where=where, advice="Use:", fixes=fixes
    )


def two_classes(found: tuple[str, ...], positive: str | None = None) -> tuple[str, str] | None:
    """(negative, positive) of one or two classes; None where nothing says which of them is positive.

    positive: what is said to be, one of them; None: 1, true, yes, y, pos or positive against its opposite. Of
    one class the other is its opposite, "" where it has none.
    """
    positive = _usual_positive(found) if positive is None else positive
    if positive is None:
        return None
    others = [label for label in found if label != positive]
    return others[0] if others else next(iter(opposites(positive)), ""), positive


def _usual_positive(found: tuple[str, ...]) -> str | None:
    """1, true, yes, y, pos, positive against its opposite (or alone); 1 against -1."""
    if set(found) <= {"-1", "1"} and "-1" in found:
        return "1"
    by_lower = {label.lower(): label for label in found}
    for positive, negative in zip(POSITIVE_NAMES, NEGATIVE_NAMES, strict=True):
        if set(by_lower) <= {positive, negative} and len(by_lower) == len(found):
            return by_lower.get(positive) or next(iter(opposites(found[0])), None)
    return None
