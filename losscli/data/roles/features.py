"""Table → Training: what `fit` learns from, and which columns it leaves out, each decision said in words."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from losscli.data.roles.class_weight import ClassWeight
from losscli.data.roles.classes import binary_labels, class_labels, label_order
from losscli.data.roles.columns import Unfit, check_features, chosen_columns, unfit
from losscli.data.roles.flags import useless_flag
from losscli.data.roles.ids import is_id, is_index
from losscli.data.roles.left_out import told
from losscli.data.roles.models import listed
from losscli.data.roles.several import Targets, several_targets
from losscli.data.roles.target import (
    BY_NAME,
    BY_TARGET,
    LAST,
    MAX_CLASSES,
    check_named,
    fixes_of_targets,
    is_numeric,
    is_target_too,
    target_by_name,
)
from losscli.data.roles.tasks import A_NUMBER, check_target, counts_hint, task_of_flags, task_of_target
from losscli.data.roles.times import text_time, unused_time
from losscli.data.roles.values import ALIKE, check_number
from losscli.data.table import Table
from losscli.domain import CLASSES, NUMBERS, SEVERAL, Task
from losscli.errors import DataError, Fix, UsageError, Where
from losscli.result import Warning_

_USABLE = frozenset({"id_column", "text_column"})  # left out, but features where they are named
FEW_VALUES = 0.1  # of the rows: whole numbers with fewer distinct values may be classes


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the user said about roles; empty or None where nothing was said.

    losses: the tasks that each given loss belongs to, one set per loss; features, drop: names or shell
    patterns; missing: error, drop or impute.
    """

    target: str | None = None
    id: str | None = None
    weights: str | None = None
    group: str | None = None
    time: str | None = None
    fold: str | None = None
    task: Task | None = None
    positive: str | None = None
    features: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    class_weight: ClassWeight | None = None
    losses: tuple[frozenset[Task], ...] = ()
    missing: str = "error"

    @property
    def named(self) -> dict[str, str]:
        """Column → the flag that gives it another role than target or feature."""
        flags = {
            "--id": self.id,
            "--weights": self.weights,
            "--group": self.group,
            "--time": self.time,
            "--fold-column": self.fold,
        }
        return {name: flag for flag, name in flags.items() if name is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What is learned: the roles of the columns and the task they make."""

    task: Task
    target: str  # as it is shown; of several columns all their names
    why_target: str  # BY_TARGET, BY_NAME or LAST
    weights: str | None
    id: str | None
    group: str | None
    time: str | None
    fold: str | None
    numbers: tuple[str, ...]  # features that are numbers
    texts: tuple[str, ...]  # features that are text: one-hot
    class_weight: ClassWeight | None  # what a training row counts for its class
    labels: tuple[str, ...]  # the classes, sorted; binary: (negative, positive); () for numbers
    missing: str  # error, drop or impute
    unfit: Mapping[str, str]  # column → why it is no feature, though no flag says so
    decisions: tuple[str, ...]
    warnings: tuple[Warning_, ...]
    targets: tuple[str, ...] = ()  # the columns of several targets; () for one
    outputs: tuple[str, ...] = ()  # what these are called without the word that they share

    @property
    def positive(self) -> str | None:
        return self.labels[1] if self.task is Task.BINARY else None

    @property
    def names(self) -> tuple[str, ...]:
        """What the scores of a row are called: the classes, outputs or labels."""
        return self.outputs or self.labels

    @property
    def classes(self) -> int:
        """How many classes or labels there are, 0 for numbers."""
        return len(self.outputs) if self.task is Task.MULTILABEL else len(self.labels)

    @property
    def features(self) -> tuple[str, ...]:
        return self.numbers + self.texts

    @property
    def target_columns(self) -> tuple[str, ...]:
        return self.targets or (self.target,)

    @property
    def scores(self) -> int:
        """How many scores a row has: one, or as many as there are classes, outputs or labels."""
        return len(self.labels) if self.task is Task.MULTICLASS else max(len(self.outputs), 1)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that a figure depends on."""
        roles = (*self.target_columns, self.weights, self.group, self.time, self.fold)
        return tuple(dict.fromkeys([*filter(None, roles), *self.features]))


def training_problem(table: Table, asked: Asked) -> Training:
    """The roles of the columns of a table, and the task its target makes.

    Raises UsageError where a decision needs the user, or no feature is left; DataError where a column
    cannot hold its role.
    """
    several = _several(table, asked)
    if several is None:
        target, why_target = _target(table, asked)
        targets: tuple[str, ...] = (target,)
    else:
        target, why_target, targets = listed(several.names), several.why_target, several.names
    _check_roles(table, targets, asked)
    task, why = _task(table, target, asked) if several is None else (several.task, several.why)
    _check_flags(asked, task)
    labels = _labels(table, target, task, asked)
    if asked.class_weight is not None:
        asked.class_weight.check(labels)
    taken = dict.fromkeys(targets, "the target" if several is None else "a target")
    taken |= {name: f"named by {flag}" for name, flag in asked.named.items()}
    chosen = chosen_columns(table, taken, asked.features, asked.drop)
    found = {name: unfit(table, name, named=name in asked.features) for name in chosen}
    left = {name: one for name, one in found.items() if one is not None}
    warnings = [one.warning(name) for name, one in left.items()]
    used = [name for name in chosen if name not in left]
    if not used:
        fixes = _features_again(asked, left)
        raise UsageError(
            f"no feature is left{f': {warnings[0].message}' if warnings else ''}",
            where=Where(table.path),
            advice=_advice_on_features(fixes, bool(warnings)),
            fixes=fixes,
        )
    texts = tuple(name for name in used if not is_numeric(table, name))
    numbers = tuple(name for name in used if name not in texts)
    check_features(table, numbers, texts, asked.missing, asked.drop)
    return Training(
        task=task,
        target=target,
        why_target=why_target,
        weights=asked.weights,
        id=asked.id,
        group=asked.group,
        time=asked.time,
        fold=asked.fold,
        numbers=numbers,
        texts=texts,
        class_weight=asked.class_weight,
        labels=labels,
        missing=asked.missing,
        unfit={name: one.why for name, one in left.items()},
        decisions=(
            f"target {target}{_how(why_target, several)}",
            f"task {task}: {why}",
            *(_hints(table, target) if why == A_NUMBER else ()),
            *([f"positive class {labels[1]}"] if task is Task.BINARY else []),
            *([f"text as one column per value: {', '.join(texts)}"] if texts else []),
            *_rows_and_rest(table, asked, tuple(left)),
        ),
        warnings=(*warnings, *_time_warnings(table, asked, {*targets, *used}, texts)),
        targets=() if several is None else several.names,
        outputs=() if several is None else tuple(several.columns),
    )


def _how(why_target: str, several: Targets | None) -> str:
    """How the target was found, in words, where that is not the plain case."""
    if several is not None:
        return " (by their names)" if why_target == BY_NAME else ""
    return " (last column)" if why_target == LAST else ""


def _rows_and_rest(table: Table, asked: Asked, unfit: Sequence[str]) -> list[str]:
    """What names the rows, and what is no feature though no flag says so; unfit: what holds too little."""
    index = [name for name, column in table.columns.items() if is_index(column) and name not in asked.named]
    left = listed([told(table, name) for name in (*index, *unfit)])
    said = [] if asked.id is None else [f"rows named by {asked.id}"]
    return [*said, f"left out: {left}"] if left else said


def _time_warnings(
    table: Table, asked: Asked, used: Collection[str], texts: Sequence[str]
) -> tuple[Warning_, ...]:
    """Of the column of --time; without a way to split rows, of a time that nothing takes into account."""
    if asked.time or asked.group or asked.fold:
        return text_time(table, asked.time)
    free = [(table, name) for name in table.columns if name not in asked.named and name not in used]
    return unused_time([*free, *((table, name) for name in texts)])


def _advice_on_features(fixes: Sequence[Fix], are_left: bool) -> str:
    """are_left: whether columns are left out that no flag names."""
    if not fixes:
        return "A feature needs two values or more" if are_left else "Add a column to learn from"
    return "Say which columns are features:" if are_left else "Name fewer columns with --drop:"


def _features_again(asked: Asked, left: Mapping[str, Unfit]) -> list[Fix]:
    """What to type where no feature is left: the columns left out that may be one, or all of them again."""
    usable = [name for name, one in left.items() if one.code in _USABLE]
    fixes = [Fix(("--features", name), f"{name} is a feature") for name in usable[:2]]
    if asked.drop:
        fixes.append(Fix(("--drop",), "no column is left out"))
    if asked.features and not usable:
        fixes.append(Fix(("--features",), "every other column is a feature"))
    return fixes


def _several(table: Table, asked: Asked) -> Targets | None:
    """Several targets, those that --drop names left out; None where there is one."""
    dropped = {name for name in table.columns if any(fnmatchcase(name, text) for text in asked.drop)}
    return several_targets(table, {*asked.named, *dropped}, asked.target, asked.task, asked.losses)


def _target(table: Table, asked: Asked) -> tuple[str, str]:
    """The target and how it was found: named, else by its name, else the last column without a role."""
    if asked.target is not None:
        return check_named(table, asked.target, "--target"), BY_TARGET
    named = target_by_name(table, asked.named)
    if named is not None:
        return named, BY_NAME
    free = [
        name for name, column in table.columns.items() if name not in asked.named and not is_index(column)
    ]
    free = [name for name in free if not is_id(table, name)] or free
    if not free:
        raise UsageError(
            "no column is left for the target",
            where=Where(table.path),
            advice="Every column has another role:",
            fixes=[Fix((flag,), f"{name} is the target") for name, flag in asked.named.items()],
        )
    return free[-1], LAST


def _check_roles(table: Table, targets: Sequence[str], asked: Asked) -> None:
    for name, flag in asked.named.items():
        check_named(table, name, flag)
        if name in targets:
            raise is_target_too(table, flag, name)
    ways = {"--group": asked.group, "--time": asked.time, "--fold-column": asked.fold}
    splitting = [flag for flag, name in ways.items() if name is not None]
    if len(splitting) > 1:
        raise UsageError(
            f"{' and '.join(splitting)} each say how rows are split into folds",
            advice="Give one of them:",
            fixes=[
                Fix(tuple(one for one in splitting if one != flag), f"rows are split by {ways[flag]}")
                for flag in splitting
            ],
        )
    if asked.weights is not None:
        check_number(table, asked.weights, None, [ALIKE])


def _task(table: Table, target: str, asked: Asked) -> tuple[Task, str]:
    """The task and why; a number that could be a class is said to be one."""
    if asked.task not in (None, *CLASSES, *NUMBERS):
        raise UsageError(
            f"--task {asked.task}: no loss is trained for such targets",
            where=Where(table.path),
            advice="losscli compare judges predictions of them; or train what the values say:",
            fixes=[Fix(("--task",), "the task that the target makes")],
        )
    found = task_of_flags(asked.task, asked.losses, asked.positive)
    if found is None and not is_numeric(table, target) and len(table.columns[target].values or ()) == 1:
        found = Task.BINARY, "text of one value"  # of which there is nothing to learn
    task, why = found or task_of_target(table, target) or (Task.REGRESSION, A_NUMBER)
    if task in (Task.REGRESSION, Task.COUNTS):
        check_target(table, target, asked.named)
    return task, why


def _check_flags(asked: Asked, task: Task) -> None:
    """Raises UsageError for flags of classes where the task has none."""
    if asked.positive is not None and task is not Task.BINARY:
        raise useless_flag(f"--positive {asked.positive}", task, "has no positive class")
    if asked.class_weight is not None and task not in CLASSES:
        raise useless_flag(f"--class-weight {asked.class_weight.text}", task, "has no classes to weigh")


def _hints(table: Table, target: str) -> Iterator[str]:
    """What else the numbers of a target may be."""
    yield from filter(None, (_class_hint(table, target), counts_hint(table, target)))


def _class_hint(table: Table, target: str) -> str:
    column = table.columns[target]
    count = len(column.values or ())
    if not column.whole or not 1 < count <= min(MAX_CLASSES, FEW_VALUES * table.rows):
        return ""
    task = Task.BINARY if count == 2 else Task.MULTICLASS
    return f"the target is integers with {count} values: --task {task} if they are classes"


def _labels(table: Table, target: str, task: Task, asked: Asked) -> tuple[str, ...]:
    """The classes of the target; () for numbers."""
    if task in NUMBERS | SEVERAL:
        return ()
    found = class_labels(table, target)
    if len(found) < 2:
        raise DataError(
            f"the target has one class, {found[0]!r}",
            where=Where(table.path, column=target),
            advice="A loss needs two classes or more to learn from",
            fixes=[
                *fixes_of_targets(table, {target, *asked.named}),
                *[Fix(("--task", "regression"), "the target is a number")] * is_numeric(table, target),
            ],
        )
    if task is Task.BINARY:
        return binary_labels(table, target, asked.positive)
    return tuple(sorted(found, key=label_order))
