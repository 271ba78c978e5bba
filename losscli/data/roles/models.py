"""Which prediction columns are one model, and what kind of prediction each is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from losscli.data.roles.finding import shell_word, target_text
from losscli.data.roles.words import TARGET_NAMES, per_label, stated_kind, without_role_words
from losscli.data.table import Column, ColumnType
from losscli.domain import PREFERRED, Kind, Task
from losscli.errors import UsageError


@dataclass(frozen=True, slots=True)
class Predictions:
    """One column of predictions, or one per label, in the order of the labels.

    `labels` is empty for one column; `of_label` is the label that a single `prob_spam` speaks of; `levels`
    are those of quantiles.
    """

    columns: tuple[str, ...]
    kind: Kind
    labels: tuple[str, ...] = ()
    of_label: str | None = None
    levels: tuple[float, ...] = ()
    is_variance: bool = False  # of moments: the second is the variance


MOST_LISTED = 8  # names of columns


@dataclass(frozen=True, slots=True)
class ModelColumns:
    """A model and its predictions, of different kinds: labels, probabilities, scores or values."""

    name: str
    parts: tuple[Predictions, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(name for part in self.parts for name in part.columns)

    @property
    def kind(self) -> Kind:
        """The kind that says most: labels only where there is nothing else; of a class and a box the
        class's."""
        every = {part.kind for part in self.parts}
        kinds = every - {Kind.BOX} or every
        return next((kind for kind in PREFERRED if kind in kinds and kind is not Kind.LABEL), Kind.LABEL)

    def serves(self, needs: Collection[Kind]) -> bool:
        """Whether it has predictions of a kind that a loss needs."""
        return any(part.kind in needs for part in self.parts)


def listed(names: Sequence[str]) -> str:
    """All of a few names; of many the first ones, the last, and how many they are."""
    if len(names) <= MOST_LISTED:
        return ", ".join(names)
    return f"{', '.join(names[:3])} … {names[-1]} ({len(names)} columns)"


@dataclass(frozen=True, slots=True)
class Vectors:
    """What the names of several columns say: the task, why, the columns of the target and the models."""

    task: Task
    why: str
    targets: tuple[str, ...]
    models: tuple[ModelColumns, ...]

    def in_order(self, places: Sequence[int]) -> "Vectors":
        """The same with the columns of the target, and of every prediction, at these places."""

        def pick(names: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(names[place] for place in places)

        models = [
            replace(
                model,
                parts=tuple(
                    replace(one, columns=pick(one.columns), labels=pick(one.labels)) for one in model.parts
                ),
            )
            for model in self.models
        ]
        return replace(self, targets=pick(self.targets), models=tuple(models))


def find_models(
    facts: Mapping[str, Column],
    names: Mapping[str, str | None],
    own: tuple[str, ...],
    labels: tuple[str, ...],
    *,
    binary: bool,
    classes: bool,
    kind: Kind | None,
) -> tuple[ModelColumns, ...]:
    """Group prediction columns into models.

    facts: of the columns; names: prediction columns with the model name given, if any;
    own: the target's values where it has classes; labels: these and the ones only predicted.
    Raises UsageError for a model whose name is taken, or with probability columns for some labels only.
    """
    left = dict(names)
    models = list(_label_models(left, own, kind)) if classes else []
    for column in [name for model in models for name in model.columns]:
        del left[column]
    groups: dict[tuple[str, str], list[Predictions]] = {}
    some_stated = any(stated_kind(column) is not None for column in names)
    for column, given in left.items():
        part = _single(
            facts[column], labels, binary=binary, classes=classes, kind=kind, some_stated=some_stated
        )
        rest = without_role_words(column)
        shared = given or rest or "\0"
        taken = {other.kind for other in groups.get(("shared", shared), [])}
        alone = part.kind in taken or (given is None and rest == column)
        groups.setdefault(("own", column) if alone else ("shared", shared), []).append(part)
    models += [_joined(parts, names) for parts in groups.values()]
    order = list(names)
    models.sort(key=lambda model: min(order.index(column) for column in model.columns))
    check_names(models)
    return tuple(models)


def _label_models(
    names: Mapping[str, str | None], labels: tuple[str, ...], kind: Kind | None
) -> list[ModelColumns]:
    """The models with a column per label, `rf_prob_oak`, or with a single `prob_spam`."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for column in names:
        if parts := per_label(column, labels):
            found.setdefault(parts[:2], {})[parts[2]] = column
    groups: dict[str, list[ModelColumns]] = {}
    for (prefix, word), columns in found.items():
        part = _per_label_part(prefix, word, columns, labels, kind)
        given = next((names[column] for column in columns.values() if names[column]), None)
        group = groups.setdefault(given or prefix, [])
        if group and not group[-1].serves({part.kind}):
            group[-1] = replace(group[-1], parts=(*group[-1].parts, part))
        else:
            group.append(ModelColumns(given or prefix or word, (part,)))
    return [model for group in groups.values() for model in group]


def _per_label_part(
    prefix: str, word: str, columns: Mapping[str, str], labels: tuple[str, ...], kind: Kind | None
) -> Predictions:
    stated = _stated(next(iter(columns.values())), kind)
    if len(columns) == 1 and len(labels) <= 2:
        ((label, column),) = columns.items()
        return Predictions((column,), stated, of_label=label)
    absent = next((label for label in labels if label not in columns), None)
    if absent is not None:
        raise UsageError(
            f"model {prefix or word} has no {word} column for the class {absent!r}",
            advice=f"Every class needs one: {prefix + '_' if prefix else ''}{word}_{absent}",
        )
    return Predictions(tuple(columns[label] for label in labels), stated, labels)


def _stated(column: str, kind: Kind | None) -> Kind:
    return kind if kind not in (None, Kind.LABEL) else (stated_kind(column) or Kind.PROBABILITY)


def _single(
    column: Column,
    labels: tuple[str, ...],
    *,
    binary: bool,
    classes: bool,
    kind: Kind | None,
    some_stated: bool,
) -> Predictions:
    """The kind of one column: by --kind, else by its word, else by its values.

    --kind is not meant for text, nor for labels beside columns that state a kind (`some_stated`).
    """
    if not classes:
        return Predictions((column.name,), Kind.VALUE)
    stated = stated_kind(column.name)
    is_label = stated is None and is_label_column(column, labels)
    if kind is not None and not (is_label and (some_stated or column.type is ColumnType.TEXT)):
        return Predictions((column.name,), kind)
    if stated is not None:
        return Predictions((column.name,), stated)
    if is_label:
        return Predictions((column.name,), Kind.LABEL)
    in_unit = column.low is not None and column.high is not None and column.low >= 0 and column.high <= 1
    return Predictions((column.name,), Kind.PROBABILITY if binary and in_unit else Kind.SCORE)


def is_label_column(column: Column, labels: tuple[str, ...]) -> bool:
    """Whether the values of a column are classes: text, or numbers the target has."""
    if column.type is ColumnType.TEXT:
        return True
    return column.values is not None and {target_text(value) for value in column.values} <= set(labels)


def _joined(parts: list[Predictions], names: Mapping[str, str | None]) -> ModelColumns:
    columns = [part.columns[0] for part in parts]
    given = next((names[column] for column in columns if names[column]), None)
    rest = without_role_words(columns[0])
    plain = len(columns) == 1 or not rest or rest.lower() in TARGET_NAMES
    return ModelColumns(given or (columns[0] if plain else rest), tuple(parts))


def check_names(models: Sequence[ModelColumns]) -> None:
    """Raises UsageError where two models have one name."""
    seen: set[str] = set()
    for model in models:
        if model.name in seen:
            raise UsageError(
                f"two models are called {model.name!r}",
                advice=f"Name one: --pred {shell_word('NAME=' + model.columns[0])}",
            )
        seen.add(model.name)
