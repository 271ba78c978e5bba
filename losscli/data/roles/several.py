"""Several targets to train on: which columns they are, by the names that `compare` reads, and whether they
are numbers or labels."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from losscli.data.roles.asked import BY_FLAG
from losscli.data.roles.ids import is_index
from losscli.data.roles.models import listed
from losscli.data.roles.outputs import TRUE_WORDS, WILD, are_binary, target_columns
from losscli.data.roles.target import BY_NAME, BY_TARGET, is_numeric, shell_word, target_by_name
from losscli.data.roles.values import check_number, is_truth, numbers_of
from losscli.data.table import BLOCK, Table, block_count
from losscli.domain import SEVERAL, Task
from losscli.errors import DataError, Fix, UsageError, Where

_PLAIN = ("target",)  # a feature may well be called y_max or label_length
_NAMED = "Name them target_a, target_b …, or give a pattern such as --target 'truth_*'"


@dataclass(frozen=True, slots=True)
class Targets:
    """The targets: label → column, as in target_rain; why they are targets, and of their task."""

    columns: Mapping[str, str]
    why_target: str
    task: Task
    why: str

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.columns.values())


def several_targets(
    table: Table,
    taken: Collection[str],
    pattern: str | None,
    task: Task | None,
    losses: Sequence[frozenset[Task]],
) -> Targets | None:
    """The targets where there are several; None where there is one.

    taken: columns with another role; pattern, task: as --target and --task give them; losses: the tasks of
    each given loss. Raises UsageError for a pattern or a task that there are no columns for, and for losses
    of one target; DataError for a word in a target, and a label that is not 0 or 1.
    """
    if task not in (None, *SEVERAL):
        return None
    columns = _columns(table, taken, pattern, asked=task is not None)
    if len(columns) < 2:
        _refuse(table, columns, pattern, task)
        return None
    names = tuple(columns.values())
    if losses and not any(own & SEVERAL for own in losses):
        raise too_many(table, "the losses given are for one target", names)
    chosen, why = _task(table, names, task, losses)
    for name in names:
        if not is_truth(table.columns[name]):
            check_number(table, name)
        if chosen is Task.MULTILABEL:
            _check_label(table, name)
    return Targets(columns, BY_TARGET if pattern else BY_NAME, chosen, why)


def too_many(table: Table, why: str, names: Sequence[str]) -> UsageError:
    """Several targets where one is needed. why: as `the losses given are for one target`."""
    dropped = tuple(word for name in names[1:] for word in ("--drop", name))
    return UsageError(
        f"{why}, and there are {len(names)}: {listed(names)}",
        where=Where(table.path),
        advice="Take one at a time:",
        fixes=[Fix(("--target", names[0], *dropped), f"{names[0]} alone, the others no features")],
    )


def _columns(table: Table, taken: Collection[str], pattern: str | None, *, asked: bool) -> dict[str, str]:
    """Label → column. asked: whether a flag says that there are several, whatever else is there."""
    if pattern in table.columns or (pattern is None and not asked and target_by_name(table, taken)):
        return {}
    free = [
        name
        for name, column in table.columns.items()
        if name not in taken and not is_index(column) and (is_numeric(table, name) or is_truth(column))
    ]
    return target_columns(free, pattern, TRUE_WORDS if asked else _PLAIN)


def _refuse(table: Table, columns: Mapping[str, str], pattern: str | None, task: Task | None) -> None:
    """Raises UsageError where a flag says that there are several targets, and there are not."""
    only = next(iter(columns.values()), None)
    if pattern is not None and pattern not in table.columns and WILD.search(pattern):
        what = f"one column, {only}" if only is not None else "no column of numbers"
        raise UsageError(
            f"--target {shell_word(pattern)}: it matches {what}",
            where=Where(table.path),
            advice=_NAMED if only is None else "Name it:",
            fixes=[Fix(("--target",), "the target by its name")]
            if only is None
            else [Fix(("--target", only), f"{only} is the target")],
        )
    if task is not None:
        raise UsageError(
            f"--task {task}: no two columns have names of targets",
            where=Where(table.path),
            advice=_NAMED,
            fixes=[Fix(("--task",), "a single target")],
        )


def _task(
    table: Table, names: Sequence[str], task: Task | None, losses: Sequence[frozenset[Task]]
) -> tuple[Task, str]:
    """As a flag says, as the losses say, else by the values."""
    if task is not None:
        return task, BY_FLAG
    shared = frozenset.intersection(*losses) & SEVERAL if losses else frozenset()
    if len(shared) == 1:
        return next(iter(shared)), "the given losses are for it"
    if are_binary(table, names):
        return Task.MULTILABEL, "the targets are 0 or 1"
    return Task.MULTIOUTPUT, "there are several targets"


def _check_label(table: Table, name: str) -> None:
    """Raises DataError for a number that is neither 0 nor 1."""
    for block in range(block_count(table)):
        values = numbers_of(table, block, name)
        wrong = np.flatnonzero(np.isfinite(values) & (values != 0.0) & (values != 1.0))
        if len(wrong):
            row = block * BLOCK + int(wrong[0]) + 1
            raise DataError(
                f"the value in row {row:,} is {values[wrong[0]]:g}; a label is 0 or 1",
                where=table.where(row, name),
                advice="If the targets are numbers:",
                fixes=[Fix(("--task", "multioutput"), "several numbers")],
            )
