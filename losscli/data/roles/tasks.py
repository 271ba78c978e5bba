"""The task that target and predictions make, and why: the same rules for compare, fit and advise."""

from collections.abc import Collection, Sequence

from losscli.data.roles.asked import BY_FLAG, Asked
from losscli.data.roles.candidates import Predicted
from losscli.data.roles.classes import which_is_positive
from losscli.data.roles.labels import match_labels
from losscli.data.roles.models import is_label_column
from losscli.data.roles.target import (
    MAX_CLASSES,
    fixes_of_targets,
    is_mostly_distinct,
    is_numeric,
    target_labels,
)
from losscli.data.roles.values import check_number
from losscli.data.roles.words import stated_kind
from losscli.data.table import BLOCK, ColumnType, Table, block_count
from losscli.data.table.grammar import shown
from losscli.data.table.people import number_advice, number_fixes
from losscli.domain import CLASSES, NUMBERS, Floats, Kind, Task
from losscli.errors import DataError, Fix, UsageError, Where

_BITS = ({"0", "1"}, {"-1", "1"})
_SMALL_COUNT, _FEW_COUNTS = 1_000, 5  # counts above are numbers like any other
A_NUMBER = "the target is a number"  # why, where nothing else is said
_SKEWED = 0.4  # 1/√mean of Poisson counts


def task_of(table: Table, target: str, predicted: Predicted, asked: Asked) -> tuple[Task, str]:
    """The task of a single target and why, in the contract's order of rules.

    Raises UsageError, with lines to paste, where what is predicted fits no task that the target makes.
    """
    flagged = task_of_flags(asked.task, asked.losses, asked.positive)
    if flagged is not None:
        return flagged
    found = task_of_target(table, target)
    labels = target_labels(table.columns, target) or ()
    if found is not None and found[0] is Task.MULTICLASS and len(labels) == 1 and not predicted.blocks:
        raise which_is_positive(labels, Where(table.path, column=target))
    beyond = (*_beyond(table, predicted, labels), *asked.classes)
    classes = {*labels, *beyond}
    if predicted.blocks:
        binary = found is not None and found[0] is Task.BINARY and len(classes) == 2
        task = Task.BINARY if binary else Task.MULTICLASS
        kept = found is not None and (binary or found[0] is task)
        return task, found[1] if kept and found else "there is a probability or score column per label"
    if found is not None:
        if found[0] is Task.BINARY and len(classes) > 2:
            return Task.MULTICLASS, "labels are predicted that the target lacks"
        return found
    return _of_numbers(table, target, predicted)


def task_of_flags(
    task: Task | None, losses: Sequence[frozenset[Task]], positive: str | None
) -> tuple[Task, str] | None:
    """The task that flags say, and why; None where they leave it open.

    task, positive: as --task and --positive give them; losses: the tasks of each given loss, of which those
    with one target column count.
    """
    if task is not None:
        return task, BY_FLAG
    if losses:
        shared = frozenset.intersection(*losses) & (CLASSES | NUMBERS)
        if Task.COUNTS in shared:
            return Task.COUNTS, "every given loss is one for counts"
        if len(shared) == 1:
            return next(iter(shared)), "the given losses are for it"
    return None if positive is None else (Task.BINARY, "--positive")


def task_of_target(table: Table, target: str) -> tuple[Task, str] | None:
    """The task that the values of the target make, and why; None where its numbers leave it open.

    Raises DataError for a word among the numbers of a target, and for text that is no class.
    """
    if is_numeric(table, target):
        check_number(table, target)
    if is_mostly_distinct(table, target) or are_written_numbers(table, target):
        raise no_classes(table, target, "target")
    values = set(target_labels(table.columns, target) or ())
    if table.columns[target].type is ColumnType.NUMBER and values not in _BITS:
        return None
    if len(values) == 1 and {value.lower() for value in values} <= {"true", "false"}:
        return Task.BINARY, "the target is bool"
    if len(values) == 2:
        return Task.BINARY, f"the target has the two values {' and '.join(sorted(values))}"
    return Task.MULTICLASS, f"the target is text with {len(values) or 'many'} values"


def no_classes(table: Table, name: str, role: str) -> DataError:
    """Text of too many values to be classes: numbers written for people, or names of rows."""
    column = table.columns[name]
    row, word = column.people or column.first_word or (1, "")
    where = table.where(row, name)
    found = [one for one in table.columns if one != name and is_numeric(table, one)]
    flag = "--target" if role == "target" else "--pred"
    return DataError(
        f"{shown(word)} (row {row:,}) is no number, and this {role} is no column of classes",
        where=where,
        advice=number_advice(column, where.file or table.path),
        fixes=number_fixes(column) or [Fix((flag, one), f"{one} is the {role}") for one in found[:1]],
    )


def check_target(table: Table, target: str, taken: Collection[str]) -> None:
    """Raises DataError for a target of numbers with a word among them, or that is text.

    taken: columns with another role.
    """
    labels = () if is_mostly_distinct(table, target) else target_labels(table.columns, target) or ()
    fixes = []
    if len(labels) > 1 and not is_numeric(table, target):
        task = Task.BINARY if len(labels) == 2 else Task.MULTICLASS
        fixes = [Fix(("--task", str(task)), f"{len(labels)} classes")]
    elif not is_numeric(table, target):
        fixes = fixes_of_targets(table, {target, *taken})
    check_number(table, target, "Say what is predicted:" if fixes else None, fixes)


def are_written_numbers(table: Table, name: str) -> bool:
    """Whether most values of a text column are numbers, and some are written for people: 1,234.5, $12."""
    return table.columns[name].people is not None


def _beyond(table: Table, predicted: Predicted, labels: Sequence[str]) -> tuple[str, ...]:
    """Classes that are predicted and that the target lacks: of blocks, and of columns of labels."""
    found = [label for one in predicted.blocks for label in one.block.others]
    for name in predicted.single:
        column = table.columns[name]
        if stated_kind(name) is None and labels and is_label_column(column, tuple(labels)):
            own = target_labels(table.columns, name) or ()
            found += match_labels(labels, own).unknown
    return tuple(dict.fromkeys(found))


def _of_numbers(table: Table, target: str, predicted: Predicted) -> tuple[Task, str]:
    """The task of a target whose numbers leave it open, by what is predicted."""
    column, facts = table.columns[target], table.columns
    labels = target_labels(facts, target) or ()
    spoken = [name for name in predicted.single if stated_kind(name) is Kind.PROBABILITY]
    if spoken and set(labels) in ({"0"}, {"1"}):
        return Task.BINARY, "the target is 0 or 1 and there is a probability"
    if spoken:
        raise _probability_of_numbers(table, target, spoken, labels)
    if labels and column.whole and len(labels) <= MAX_CLASSES and predicted.single:
        own = [facts[name] for name in predicted.single]
        whole = all(one.whole and is_label_column(one, labels) for one in own)
        if whole and len(labels) > 1:
            return Task.MULTICLASS, f"integers on both sides, {len(labels)} values"
        if any(one.type is ColumnType.TEXT and not is_numeric(table, one.name) for one in own):
            return Task.MULTICLASS, "predictions are text"
    return Task.REGRESSION, A_NUMBER


def _probability_of_numbers(
    table: Table, target: str, spoken: Sequence[str], labels: Sequence[str]
) -> UsageError:
    fixes = []
    if len(labels) == 2:
        fixes = [
            Fix(("--positive", label), f"{label} is the positive class, {other} the other")
            for label, other in (labels, labels[::-1])
        ]
    elif len(labels) == 1:
        fixes = [Fix(("--task", "binary", "--positive", labels[0]), f"{labels[0]} is the positive class")]
    fixes.append(Fix(("--task", "regression"), "the target is a number, and so is what is predicted"))
    what = f"has {' and '.join(labels)}" if 0 < len(labels) <= 2 else "is a number"
    return UsageError(
        f"{spoken[0]} is named as a probability, and the target {target!r} {what}",
        where=Where(table.path),
        advice="Say what the target is:",
        fixes=fixes,
    )


def counts_hint(table: Table, target: str) -> str:
    """`whole numbers …: --task counts if they are counts`, where a target looks like counts; else ""."""
    column = table.columns[target]
    if not column.whole or column.low is None or column.low < 0 or (column.high or 0) > _SMALL_COUNT:
        return ""
    if column.values is not None and len(column.values) < _FEW_COUNTS:
        return ""
    import numpy as np

    step = max(1, table.rows // BLOCK)
    values = np.concatenate([table.numbers(block, target)[::step] for block in range(block_count(table))])
    if not are_counts(values):
        return ""
    return "the target is whole, 0 or more, small and skewed: --task counts if it is counts"


def are_counts(values: Floats) -> bool:
    """Whether numbers look like counts: whole, at least 0, small, more than a few values, and skewed to the
    right as counts around 6 or fewer are, by more than chance. values: (n,), what is not finite left out."""
    import numpy as np

    x = values[np.isfinite(values)]
    if not len(x) or x.min() < 0 or x.max() > _SMALL_COUNT or (x != np.floor(x)).any():
        return False
    spread = x.std()
    if len(np.unique(x)) < _FEW_COUNTS or not spread:
        return False
    skewness = (((x - x.mean()) / spread) ** 3).mean()
    return bool(skewness > max(_SKEWED, 2.0 * np.sqrt(6.0 / len(x))))
