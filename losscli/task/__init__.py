"""Table → Problem: task, target, models, kinds and the positive class, each decision said in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from losscli.domain import Kind, Task
from losscli.errors import DataError, UsageError, Where, did_you_mean
from losscli.table import BLOCK, Column, ColumnType, Table, block_count
from losscli.table.grammar import DOT
from losscli.task.models import ModelColumns, Predictions, find_models, is_label_column, preferred
from losscli.task.roles import (
    Asked,
    check_named,
    find_predictions,
    find_target,
    is_index,
    is_numeric,
    shell_word,
    target_labels,
    target_text,
)
from losscli.task.words import NEGATIVE_NAMES, POSITIVE_NAMES, per_label, stated_kind

__all__ = [
    "Asked",
    "ModelColumns",
    "Predictions",
    "Problem",
    "check_named",
    "find_predictions",
    "find_target",
    "is_index",
    "label_order",
    "preferred",
    "resolve",
]

MAX_CLASSES = 50  # integers on both sides are classes up to here


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is compared: the roles of the columns and the task they make."""

    task: Task
    target: str
    weights: str | None
    id: str | None
    # The classes: those of the target, sorted, then those only predicted; binary: (negative, positive);
    # () for numbers.
    labels: tuple[str, ...]
    true_labels: int  # how many of them the target has
    models: tuple[ModelColumns, ...]
    threshold: float | None  # as given; None: 0.5 for probabilities, 0 for scores
    decisions: tuple[str, ...]

    @property
    def positive(self) -> str | None:
        return self.labels[1] if self.task is Task.BINARY else None

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that a figure depends on."""
        used = [self.target, *(name for model in self.models for name in model.columns)]
        return tuple(dict.fromkeys(used + ([self.weights] if self.weights else [])))


def resolve(table: Table, target: str, predictions: Mapping[str, str | None], asked: Asked) -> Problem:
    """The problem that a table poses.

    target and predictions: as `find_target` and `find_predictions` give them.
    Raises UsageError where a decision needs the user, DataError where a column cannot hold its role.
    """
    facts = table.columns
    if asked.weights is not None:
        check_named(table, asked.weights, "--weights")
        _check_number(table, asked.weights)
    task, why = _task(table, target, predictions, asked)
    classes = task in (Task.BINARY, Task.MULTICLASS)
    _check_asked(asked, task)
    own = _labels(table, target, predictions, task, asked) if classes else ()
    labels = own + (_other_labels(table, target, predictions, own) if task is Task.MULTICLASS else ())
    models = find_models(
        facts, predictions, own, labels, binary=task is Task.BINARY, classes=classes, kind=asked.kind
    )
    _check_columns(table, target, labels, models, task)
    decisions = [f"target {target}", f"task {task}: {why}"]
    if task is Task.BINARY:
        decisions.append(f"positive class {labels[1]}")
    decisions += [f"model {model.name}: {model.kind} in {', '.join(model.columns)}" for model in models]
    return Problem(
        task=task,
        target=target,
        weights=asked.weights,
        id=asked.id,
        labels=labels,
        true_labels=len(own),
        models=models,
        threshold=asked.threshold,
        decisions=tuple(decisions),
    )


def _task(table: Table, target: str, names: Mapping[str, str | None], asked: Asked) -> tuple[Task, str]:
    """The task and why, in the contract's order of rules."""
    if asked.task is not None:
        return asked.task, "--task"
    if asked.losses:
        shared = frozenset.intersection(*asked.losses)
        if Task.COUNTS in shared:
            return Task.COUNTS, "every given loss is one for counts"
        if len(shared) == 1:
            return next(iter(shared)), "the given losses are for it"
    if asked.positive is not None:
        return Task.BINARY, "--positive"
    if is_numeric(table, target):
        _check_number(table, target)
    return _task_of_data(table.columns, target, names)


def _task_of_data(
    facts: Mapping[str, Column], target: str, names: Mapping[str, str | None]
) -> tuple[Task, str]:
    column = facts[target]
    labels = target_labels(facts, target)
    values = set(labels or ())
    has_probability = any(stated_kind(name) is Kind.PROBABILITY for name in names)
    if column.type is ColumnType.TEXT:
        if len(values) == 1 and {value.lower() for value in values} <= {"true", "false"}:
            return Task.BINARY, "the target is bool"
        if len(values) == 2:
            return Task.BINARY, f"the target has the two values {' and '.join(sorted(values))}"
        return Task.MULTICLASS, f"the target is text with {len(values) or 'many'} values"
    if values in ({"0", "1"}, {"-1", "1"}):
        return Task.BINARY, f"the target has the two values {' and '.join(sorted(values))}"
    if values in ({"0"}, {"1"}) and has_probability:
        return Task.BINARY, "the target is 0 or 1 and there is a probability"
    if labels and len(values) > 1 and _has_column_per_label(names, labels):
        return Task.MULTICLASS, "there is a probability or score column per label"
    if (
        labels
        and column.whole
        and len(labels) <= MAX_CLASSES
        and all(facts[name].whole and is_label_column(facts[name], labels) for name in names)
    ):
        return Task.MULTICLASS, f"integers on both sides, {len(labels)} values"
    return Task.REGRESSION, "the target is a number"


def _has_column_per_label(names: Mapping[str, str | None], labels: tuple[str, ...]) -> bool:
    return set(labels) == {parts[2] for name in names if (parts := per_label(name, labels))}


def _labels(
    table: Table, target: str, names: Mapping[str, str | None], task: Task, asked: Asked
) -> tuple[str, ...]:
    found = target_labels(table.columns, target)
    if found is None:
        raise DataError(
            "the target has too many different values to be classes",
            where=Where(table.path, column=target),
            advice="Use --task regression, or name another target with --target",
        )
    return found if task is Task.MULTICLASS else _binary_labels(table, target, found, names, asked)


def _other_labels(
    table: Table, target: str, names: Mapping[str, str | None], own: tuple[str, ...]
) -> tuple[str, ...]:
    """Labels that are predicted and never true, sorted."""
    predicted = {
        label
        for name in names
        if stated_kind(name) is None and table.columns[name].type is table.columns[target].type
        for label in target_labels(table.columns, name) or ()
    }
    return tuple(sorted(predicted - set(own), key=label_order))


def label_order(label: str) -> tuple[int, float, str]:
    """Sorts labels: numbers by value, then words."""
    try:
        return (0, float(label), label)
    except ValueError:
        return (1, 0.0, label)


def _binary_labels(
    table: Table, target: str, found: tuple[str, ...], names: Mapping[str, str | None], asked: Asked
) -> tuple[str, str]:
    """(negative, positive)."""
    column, where = table.columns[target], Where(table.path, column=target)
    if len(found) > 2:
        shown = ", ".join(found[:6])
        raise DataError(
            f"the target has {len(found)} values ({shown} …), a binary one has two",
            where=where,
            advice="Use --task multiclass or --task regression",
        )
    positive = asked.positive
    if positive is not None and column.type is ColumnType.NUMBER:
        value = DOT.number(positive)
        positive = positive if value is None else target_text(value)
    if positive is not None and positive not in found:
        advice = did_you_mean(positive, found) or f"It has {' and '.join(found)}"
        raise UsageError(f"--positive {positive}: the target has no such value", where=where, advice=advice)
    if positive is None:
        positive = _usual_positive(found) or _named_positive(names, found)
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


def _named_positive(names: Mapping[str, str | None], found: tuple[str, ...]) -> str | None:
    """The class that the only labelled column of each model names: prob_spam."""
    groups: dict[tuple[str, str], set[str]] = {}
    for name in names:
        if parts := per_label(name, found):
            groups.setdefault(parts[:2], set()).add(parts[2])
    singles = {next(iter(labels)) for labels in groups.values() if len(labels) == 1}
    return singles.pop() if len(singles) == 1 else None


def _check_asked(asked: Asked, task: Task) -> None:
    """A flag that would do nothing is an error."""
    classes = task in (Task.BINARY, Task.MULTICLASS)
    useless = [
        ("--positive", asked.positive, task is Task.BINARY, "has no positive class"),
        ("--threshold", asked.threshold, task is Task.BINARY, "has no threshold"),
        ("--kind", asked.kind, classes == (asked.kind is not Kind.VALUE), "has no predictions of that kind"),
    ]
    for flag, value, used, why in useless:
        if value is not None and not used:
            text = value if isinstance(value, str) else f"{value:g}"
            raise UsageError(
                f"{flag} {text}: the task is {task}, which {why}", advice=f"Leave {flag} out, or say --task"
            )


def _check_number(table: Table, name: str) -> None:
    column = table.columns[name]
    if column.type is ColumnType.NUMBER:
        if column.inexact is not None:
            table.numbers(0, name)  # says which number, and where
        return
    row, word = column.first_word or (1, "")
    raise DataError(
        f"{word!r} (row {row:,}) is not a number",
        where=table.where(row, name),
        advice="Correct the field, or empty it and use --missing drop",
    )


def _check_columns(
    table: Table, target: str, labels: tuple[str, ...], models: tuple[ModelColumns, ...], task: Task
) -> None:
    """Every column can hold what its role needs."""
    if task in (Task.REGRESSION, Task.COUNTS):
        _check_number(table, target)
    for model in models:
        for part in model.parts:
            if part.kind is not Kind.LABEL:
                for name in part.columns:
                    _check_number(table, name)
            elif task is Task.BINARY:
                _check_labels(table, target, part.columns[0], labels)
            if task is Task.MULTICLASS and part.kind is not Kind.LABEL and not part.labels:
                raise UsageError(
                    f"{part.columns[0]} is one column of {part.kind}, but there are more than two classes",
                    where=Where(table.path),
                    advice=f"Several classes need a column each ({model.name}_prob_CLASS), or labels; "
                    "or use --task regression",
                )


def _check_labels(table: Table, target: str, name: str, labels: tuple[str, ...]) -> None:
    """Predicted labels of a binary target are its two classes."""
    if table.columns[target].type is ColumnType.NUMBER and is_numeric(table, name):
        _check_number(table, name)
    if set(target_labels(table.columns, name) or ("\0",)) <= set(labels):
        return
    for block in range(block_count(table)):
        for i, value in enumerate(table.text(block, name)):
            if value and value not in labels:
                row = block * BLOCK + i + 1
                raise DataError(
                    f"the predicted label {value!r} (row {row:,}) is not in the target, "
                    f"which has {' and '.join(filter(None, labels))}",
                    where=table.where(row, name),
                    advice="Use --kind score or --kind probability if these are no labels, "
                    "or --task multiclass",
                )
