"""Target and predictions → Problem: the task, the classes, the models, each decision said in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from losscli.data.roles.asked import Asked
from losscli.data.roles.candidates import Predicted
from losscli.data.roles.class_weight import ClassWeight
from losscli.data.roles.classes import binary_labels, class_labels, in_order, label_order
from losscli.data.roles.flags import check_asked
from losscli.data.roles.labels import match_labels, opposites
from losscli.data.roles.models import ModelColumns, Vectors, find_models, listed
from losscli.data.roles.recode import Recoded, recoded_predictions
from losscli.data.roles.target import check_named, is_numeric, is_target_too
from losscli.data.roles.tasks import A_NUMBER, check_target, counts_hint, task_of
from losscli.data.roles.values import ALIKE, check_number, is_truth
from losscli.data.roles.vectors import with_boxes
from losscli.data.table import ColumnType, Table
from losscli.data.table.people import number_fixes
from losscli.domain import CLASSES, Kind, Task, sides
from losscli.errors import Fix, UsageError, Where
from losscli.result import Warning_


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is compared: the roles of the columns and the task they make."""

    task: Task
    why: str  # it is that task
    target: str  # as it is shown; of several columns all their names
    targets: tuple[str, ...]
    target_sources: tuple[str, ...] = ()  # columns that it is made of, and what other files call it
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
    model_column: str | None = None  # whose values are the models, of a long file
    threshold: float | None  # as given; None: 0.5 for probabilities, 0 for scores
    level: float | None = None  # of the intervals that are predicted
    class_weight: ClassWeight | None = None  # what a row counts for its true class, as asked
    class_factors: tuple[float, ...] = ()  # the same of each true class, once the rows are counted
    class_weights: tuple[float, ...] = ()  # Σw of the true classes, once the rows are counted
    hints: tuple[str, ...] = ()  # what else the target may be, and the order of its classes
    said: tuple[str, ...] = ()  # what was done to columns, and which have no role
    bounds: tuple[str, ...] = ()  # ends of intervals that are no models
    alone: Mapping[str, str] = field(default_factory=dict)  # column → what its model lacks: box or class
    warnings: tuple[Warning_, ...] = ()  # of the columns

    @property
    def decisions(self) -> tuple[str, ...]:
        """What was decided, in words."""
        box = " and box" if self.task is Task.DETECTION else ""
        return (
            f"target {listed(self.targets)}",
            f"task {self.task}: {self.why}",
            *([] if self.positive is None else [f"positive class {self.positive}"]),
            *self.hints,
            *(f"model {one.name}: {one.kind}{box} in {listed(one.columns)}" for one in self.models),
            *self.said,
        )

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Those whose losses it takes: its own; those of a class and a box, of a forecast and its point."""
        points = any(part.kind is Kind.VALUE for model in self.models for part in model.parts)
        return sides(self.task, binary=self.positive is not None, points=points)

    @property
    def places(self) -> tuple[int, ...]:
        """Of each class, in their order: numbers by value, words as --order has them; () where there is none,
        as for words that are predicted and not in it."""
        numbers = all(label_order(label)[0] == 0 for label in self.labels)
        if not self.ordered or (len(self.labels) > self.true_labels and not numbers):
            return ()
        if len(self.labels) == self.true_labels:
            return tuple(range(len(self.labels)))
        order = sorted(self.labels, key=label_order)
        return tuple(order.index(label) for label in self.labels)

    @property
    def levels(self) -> tuple[float, ...]:
        """Of the quantiles that are predicted, the same for every model that has any."""
        return next((part.levels for model in self.models for part in model.parts if part.levels), ())

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that a figure depends on."""
        used = [*self.targets, *(name for model in self.models for name in model.columns)]
        return tuple(dict.fromkeys([*used, *filter(None, (self.weights, self.group, self.time))]))


def resolve(table: Table, target: str, predicted: Predicted, asked: Asked) -> tuple[Table, Problem]:
    """The problem that a table poses, and the table with its predictions as the problem reads them.

    Raises UsageError where a decision needs the user, DataError where a column cannot hold its role.
    """
    _check_weights(table, asked)
    _check_units(table, target, asked)
    task, why = task_of(table, target, predicted, asked)
    classes = task in CLASSES
    check_asked(asked, task)
    own = _labels(table, target, predicted, task, asked) if classes else ()
    if asked.order is not None:
        own = in_order(own, asked.order)
    if not classes:
        predicted = predicted.one_by_one()
    read = recoded_predictions(table, target, predicted, own, asked) if classes else Recoded(table, predicted)
    if task is Task.BINARY and read.unknown:
        raise _a_third(table, target, read.unknown[0], own)
    labels = own + _others(read, own, task, asked)
    models = find_models(
        read.table,
        read.predicted,
        target,
        labels,
        binary=task is Task.BINARY,
        classes=classes,
        kind=asked.kind,
    )
    _check_columns(read.table, target, models, task)
    if asked.class_weight is not None:
        asked.class_weight.check(own)
    hint = counts_hint(table, target) if why == A_NUMBER else ""
    in_words = "" if asked.order is None else f"classes in the order {' < '.join(own)}"
    return read.table, Problem(
        task=task,
        why=why,
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
        ordered=asked.order is not None or table.columns[target].type is ColumnType.NUMBER,
        models=models,
        threshold=asked.threshold,
        class_weight=asked.class_weight,
        hints=tuple(filter(None, (hint, in_words))),
        said=read.said,
    )


def resolve_vectors(table: Table, found: Vectors, asked: Asked) -> tuple[Table, Problem]:
    """The problem that a table poses whose target or predictions take several columns.

    Raises UsageError for a flag that would do nothing or models that are not there, DataError where a column
    cannot hold its role.
    """
    _check_weights(table, asked)
    check_asked(asked, found.task)
    if not found.models:
        raise UsageError(
            f"--pred {' '.join(asked.pred)}: no model of that name",
            where=Where(table.path),
            advice="Without it all models that are found are compared:",
            fixes=[Fix(("--pred",), "every model")],
        )
    _check_numbers(table, found)
    return table, Problem(
        task=found.task,
        why=found.why,
        target=listed(found.targets),
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
        level=found.level,
    )


def resolve_detection(
    table: Table, target: str, predicted: Predicted, boxes: Vectors, asked: Asked
) -> tuple[Table, Problem]:
    """The problem of a table whose target is a class and a box: each model predicts both.

    target and predicted: of the class. Raises as `resolve` does, and UsageError where no model has both.
    """
    table, found = resolve(table, target, predicted, asked.of_class)
    _check_numbers(table, boxes)
    models, alone = with_boxes(found.models, boxes.models, asked, table)
    return table, replace(
        found,
        task=Task.DETECTION,
        why="there are a class and the corners of a box",
        target=f"{target} and box",
        targets=(target, *boxes.targets),
        models=models,
        said=(*found.said, *(f"left out: {model.name} has no {lacks}" for model, lacks in alone)),
        alone={name: lacks for model, lacks in alone for name in model.columns},
    )


def _check_weights(table: Table, asked: Asked) -> None:
    if asked.weights is not None:
        check_named(table, asked.weights, "--weights")
        check_number(table, asked.weights, None, [ALIKE])


def _check_numbers(table: Table, found: Vectors) -> None:
    for name in (*found.targets, *(name for model in found.models for name in model.columns)):
        if not is_truth(table.columns[name]):
            check_number(table, name)


def _check_units(table: Table, target: str, asked: Asked) -> None:
    """Raises UsageError where the target shall say which rows belong together."""
    for flag, name in (("--group", asked.group), ("--time", asked.time), ("--by", asked.by)):
        if name == target:
            raise is_target_too(table, flag, name)


def _labels(table: Table, target: str, predicted: Predicted, task: Task, asked: Asked) -> tuple[str, ...]:
    """The classes of the target; of --classes those that occur first, in their order."""
    found = class_labels(table, target)
    if asked.classes:
        unknown = [label for label in found if label not in asked.classes]
        if unknown:
            raise UsageError(
                f"--classes {','.join(asked.classes)}: the target {target!r} has {unknown[0]!r} too",
                where=Where(table.path),
                advice="Name every class:",
                fixes=[
                    Fix(("--classes", ",".join((*asked.classes, *unknown))), "these classes, in this order")
                ],
            )
        found = tuple(label for label in asked.classes if label in found)
    if task is Task.MULTICLASS:
        return found
    other = _only_predicted(table, target, predicted, found[0], asked) if len(found) == 1 else ""
    return binary_labels(table, target, asked.positive, predicted.named_positive(found), other)


def _only_predicted(table: Table, target: str, predicted: Predicted, own: str, asked: Asked) -> str:
    """The class that is predicted beside the only one of the target; "" where none is, several are, or it is
    that one's usual opposite in other words."""
    unknown = recoded_predictions(table, target, predicted, (own,), asked).unknown
    strange = match_labels((own, *opposites(own)), unknown).unknown
    return strange[0] if len(strange) == 1 else ""


def _others(read: Recoded, own: Sequence[str], task: Task, asked: Asked) -> tuple[str, ...]:
    """Classes that are predicted and never true: those of blocks, then labels, sorted."""
    if task is not Task.MULTICLASS:
        return ()
    blocks = [label for one in read.predicted.blocks for label in (*one.block.columns, *one.block.others)]
    found = {*blocks, *read.unknown} - set(own)
    said = [label for label in asked.classes if label in found]
    return (*said, *sorted(found - set(said), key=label_order))


def _a_third(table: Table, target: str, label: str, own: Sequence[str]) -> UsageError:
    """A label that is predicted beside the two of a binary target."""
    return UsageError(
        f"{label!r} is predicted, and the target {target!r} has {' and '.join(filter(None, own))} alone",
        where=Where(table.path),
        advice="Of two classes none is a third; say that there are more:",
        fixes=[
            Fix(
                ("--positive", "--threshold", "--cost", "--task", "multiclass"),
                f"{label} is a class of its own, and counts as wrong",
            )
        ],
    )


def _check_columns(table: Table, target: str, models: tuple[ModelColumns, ...], task: Task) -> None:
    """Every column can hold what its role needs."""
    if task in (Task.REGRESSION, Task.COUNTS):
        check_target(table, target, [name for model in models for name in model.columns])
    for model in models:
        for part in model.parts:
            if part.kind is not Kind.LABEL:
                for name in part.columns:
                    as_labels = Fix(("--kind", "label"), f"{name} holds labels")
                    check_number(table, name, None, [as_labels] * (task in CLASSES))
            if task is Task.MULTICLASS and part.kind is not Kind.LABEL and not part.labels:
                raise _one_for_several(table, target, model, part.columns[0], str(part.kind), models)


def _one_for_several(
    table: Table, target: str, model: ModelColumns, name: str, kind: str, models: Sequence[ModelColumns]
) -> UsageError:
    written = tuple(word for fix in number_fixes(table.columns[target])[:1] for word in fix.flags)
    numbers = is_numeric(table, name) and (is_numeric(table, target) or written)
    fixes = [Fix(("--task", "regression", *written), "the target is a number")] if numbers else []
    others = [one for one in models if all(part.kind is Kind.LABEL or part.labels for part in one.parts)]
    if others:
        words = tuple(word for one in others for word in ("--pred", one.columns[0]))
        fixes = [Fix(words, f"{', '.join(one.name for one in others)} alone")]
    return UsageError(
        f"{name} is one column of {kind}, but there are more than two classes",
        where=Where(table.path),
        advice=f"Several classes need a column each ({model.name}_prob_CLASS), or labels",
        fixes=fixes,
    )
