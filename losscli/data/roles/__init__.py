"""Table → Problem: task, target, models, kinds and the positive class, each decision said in words."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from losscli.data.roles.class_weight import ClassWeight
from losscli.data.roles.classes import (
    MAX_CLASSES,
    binary_labels,
    class_labels,
    in_order,
    label_order,
    task_of_flags,
    task_of_target,
    useless_flag,
)
from losscli.data.roles.finding import (
    Asked,
    check_named,
    check_units,
    find_predictions,
    find_target,
    is_index,
    is_numeric,
    shell_word,
    target_labels,
)
from losscli.data.roles.models import ModelColumns, Predictions, Vectors, find_models, is_label_column, listed
from losscli.data.roles.outputs import corner_columns
from losscli.data.roles.values import check_number, is_truth
from losscli.data.roles.vectors import at_shared_levels, find_vectors, stacked, with_boxes
from losscli.data.roles.words import is_prediction_name, per_label, stated_kind
from losscli.data.table import BLOCK, Column, ColumnType, Table, block_count
from losscli.domain import CLASSES, LABELS, NUMBERS, Kind, Task, sides
from losscli.errors import DataError, UsageError, Where

__all__ = [
    "Asked",
    "ClassWeight",
    "ModelColumns",
    "Predictions",
    "Problem",
    "Vectors",
    "at_shared_levels",
    "check_named",
    "check_units",
    "corner_columns",
    "find_predictions",
    "find_target",
    "find_vectors",
    "is_index",
    "is_prediction_name",
    "label_order",
    "listed",
    "resolve",
    "resolve_detection",
    "resolve_vectors",
    "stacked",
    "task_of",
]


_KINDS = {  # that --kind may give
    **dict.fromkeys((*NUMBERS, Task.MULTIOUTPUT), frozenset({Kind.VALUE})),
    **dict.fromkeys((*CLASSES, Task.MULTILABEL), LABELS),
    Task.DISTRIBUTION: frozenset({Kind.PROBABILITY, Kind.LOGIT}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is compared: the roles of the columns and the task they make."""

    task: Task
    target: str  # as it is shown; of several columns all their names
    targets: tuple[str, ...]
    weights: str | None
    id: str | None
    # The classes: those of the target, sorted, then those only predicted; binary: (negative, positive);
    # () for numbers.
    labels: tuple[str, ...]
    true_labels: int  # how many of them the target has
    positive: str | None  # of two classes
    ordered: bool = False  # whether these stand in an order: numbers, or as --order gives it
    models: tuple[ModelColumns, ...]
    group: str | None = None  # rows of one value are resampled together
    time: str | None = None  # rows are resampled in blocks of its order
    by: str | None = None  # rows of one value are a slice
    threshold: float | None  # as given; None: 0.5 for probabilities, 0 for scores
    class_weight: ClassWeight | None = None  # what a row counts for its true class, as asked
    class_factors: tuple[float, ...] = ()  # the same of each true class, once the rows are counted
    class_weights: tuple[float, ...] = ()  # Σw of the true classes, once the rows are counted
    decisions: tuple[str, ...]

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Those whose losses it takes: its own, or those of a class and a box."""
        return sides(self.task, binary=self.positive is not None)

    @property
    def levels(self) -> tuple[float, ...]:
        """Of the quantiles that are predicted, the same for every model that has any."""
        return next((part.levels for model in self.models for part in model.parts if part.levels), ())

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that a figure depends on."""
        used = [*self.targets, *(name for model in self.models for name in model.columns)]
        return tuple(dict.fromkeys([*used, *filter(None, (self.weights, self.group, self.time))]))


def resolve(table: Table, target: str, predictions: Mapping[str, str | None], asked: Asked) -> Problem:
    """The problem that a table poses.

    target and predictions: as `find_target` and `find_predictions` give them.
    Raises UsageError where a decision needs the user, DataError where a column cannot hold its role.
    """
    facts = table.columns
    if asked.weights is not None:
        check_named(table, asked.weights, "--weights")
        check_number(table, asked.weights)
    _check_units(table, target, asked)
    task, why = task_of(table, target, predictions, asked)
    classes = task in (Task.BINARY, Task.MULTICLASS)
    _check_asked(asked, task)
    own = _labels(table, target, predictions, task, asked) if classes else ()
    if asked.order is not None:
        own = in_order(own, asked.order)
    labels = own + (_other_labels(table, target, predictions, own) if task is Task.MULTICLASS else ())
    models = find_models(
        facts, predictions, own, labels, binary=task is Task.BINARY, classes=classes, kind=asked.kind
    )
    _check_columns(table, target, labels, models, task)
    if asked.class_weight is not None:
        asked.class_weight.check(own)
    decisions = [f"target {target}", f"task {task}: {why}"]
    if task is Task.BINARY:
        decisions.append(f"positive class {labels[1]}")
    if asked.order is not None:
        decisions.append(f"classes in the order {' < '.join(own)}")
    decisions += [f"model {model.name}: {model.kind} in {', '.join(model.columns)}" for model in models]
    return Problem(
        task=task,
        target=target,
        targets=(target,),
        weights=asked.weights,
        id=asked.id,
        group=asked.group,
        time=asked.time,
        by=asked.by,
        labels=labels,
        true_labels=len(own),
        positive=labels[1] if task is Task.BINARY else None,
        ordered=asked.order is not None or facts[target].type is ColumnType.NUMBER,
        models=models,
        threshold=asked.threshold,
        class_weight=asked.class_weight,
        decisions=tuple(decisions),
    )


def resolve_vectors(table: Table, found: Vectors, asked: Asked) -> Problem:
    """The problem that a table poses whose target or predictions take several columns.

    Raises UsageError for a flag that would do nothing or models that are not there, DataError where a column
    cannot hold its role.
    """
    if asked.weights is not None:
        check_named(table, asked.weights, "--weights")
        check_number(table, asked.weights)
    _check_asked(asked, found.task)
    if not found.models:
        raise UsageError(
            f"--pred {' '.join(asked.pred)}: no model of that name",
            where=Where(table.path),
            advice="Leave --pred out to see the models that are found",
        )
    _check_numbers(table, found)
    target = listed(found.targets)
    decisions = [f"target {target}", f"task {found.task}: {found.why}"]
    decisions += [f"model {model.name}: {model.kind} in {listed(model.columns)}" for model in found.models]
    return Problem(
        task=found.task,
        target=target,
        targets=found.targets,
        weights=asked.weights,
        id=asked.id,
        group=asked.group,
        time=asked.time,
        by=asked.by,
        labels=(),
        true_labels=0,
        positive=None,
        models=found.models,
        threshold=asked.threshold,
        decisions=tuple(decisions),
    )


def resolve_detection(
    table: Table, target: str, predictions: Mapping[str, str | None], boxes: Vectors, asked: Asked
) -> Problem:
    """The problem of a table whose target is a class and a box: each model predicts both.

    target and predictions: of the class. Raises as `resolve` does, and UsageError where no model has both.
    """
    found = resolve(table, target, predictions, asked.of_class)
    _check_numbers(table, boxes)
    models, others = with_boxes(found.models, boxes.models, asked, table)
    targets = (target, *boxes.targets)
    said = [line for line in found.decisions if line.startswith(("positive class ", "classes "))]
    return replace(
        found,
        task=Task.DETECTION,
        target=f"{target} and box",
        targets=targets,
        models=models,
        decisions=(
            f"target {listed(targets)}",
            f"task {Task.DETECTION}: there are a class and the corners of a box",
            *said,
            *(f"model {model.name}: {model.kind} and box in {listed(model.columns)}" for model in models),
            *others,
        ),
    )


def _check_numbers(table: Table, found: Vectors) -> None:
    for name in (*found.targets, *(name for model in found.models for name in model.columns)):
        if not is_truth(table.columns[name]):
            check_number(table, name)


def _check_units(table: Table, target: str, asked: Asked) -> None:
    """Raises UsageError where the target shall say which rows belong together."""
    for flag, name in (("--group", asked.group), ("--time", asked.time), ("--by", asked.by)):
        if name == target:
            raise UsageError(
                f"{flag} {shell_word(name)}: that column is the target",
                where=Where(table.path),
                advice=f"Name another column with {flag}, or another target with --target",
            )


def task_of(table: Table, target: str, names: Mapping[str, str | None], asked: Asked) -> tuple[Task, str]:
    """The task of a single target and why, in the contract's order of rules; names: of the predictions."""
    return (
        task_of_flags(asked.task, asked.losses, asked.positive)
        or task_of_target(table, target)
        or _task_of_predictions(table.columns, target, names)
    )


def _task_of_predictions(
    facts: Mapping[str, Column], target: str, names: Mapping[str, str | None]
) -> tuple[Task, str]:
    """The task of a target whose numbers leave it open."""
    column = facts[target]
    labels = target_labels(facts, target)
    values = set(labels or ())
    has_probability = any(stated_kind(name) is Kind.PROBABILITY for name in names)
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
    found = class_labels(table, target)
    if task is Task.MULTICLASS:
        return found
    return binary_labels(table, target, asked.positive, _named_positive(names, found))


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
        ("--threshold", asked.threshold, task in (Task.BINARY, Task.MULTILABEL), "has no threshold"),
        (
            "--class-weight",
            asked.class_weight and asked.class_weight.text,
            classes,
            "has no classes to weigh",
        ),
        ("--order", asked.order, task is Task.MULTICLASS, "has no classes to order"),
        ("--cost", asked.cost, task is Task.BINARY, _no_cost(task)),
        (
            "--kind",
            asked.kind,
            asked.kind in _KINDS.get(task, ()),
            "has no predictions of that kind"
            if task in _KINDS
            else "tells what predictions are by the names of their columns",
        ),
    ]
    for flag, value, used, why in useless:
        if value is not None and not used:
            text = value if isinstance(value, str) else f"{value:g}"
            raise useless_flag(f"{flag} {text}", task, why)


def _no_cost(task: Task) -> str:
    if task is Task.MULTICLASS:
        return "has more than two kinds of mistakes; a matrix of costs is not read"
    return "has no false positives and false negatives"


def _check_columns(
    table: Table, target: str, labels: tuple[str, ...], models: tuple[ModelColumns, ...], task: Task
) -> None:
    """Every column can hold what its role needs."""
    if task in (Task.REGRESSION, Task.COUNTS):
        check_number(table, target)
    for model in models:
        for part in model.parts:
            if part.kind is not Kind.LABEL:
                for name in part.columns:
                    check_number(table, name)
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
        check_number(table, name)
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
