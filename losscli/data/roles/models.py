"""Which prediction columns are one model, and what kind of prediction each is."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from losscli.data.roles.blocks import label_in
from losscli.data.roles.candidates import Predicted, Settled, name_of
from losscli.data.roles.labels import match_labels
from losscli.data.roles.target import MAX_CLASSES, target_text
from losscli.data.roles.words import SEPARATORS, TARGET_PREFIXES, stated_kind, without_role_words
from losscli.data.table import Column, ColumnType, Table
from losscli.domain import PREFERRED, Kind, Task
from losscli.errors import Fix, UsageError


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
MOST_MODELS = 200  # in one comparison: 19,900 pairs take 20 s and 0.9 GB, and grow with the square


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


def check_count(models: Sequence[ModelColumns]) -> None:
    """Raises UsageError where there are more models than can be compared pair by pair."""
    if len(models) <= MOST_MODELS:
        return
    names = [model.name for model in models if model.name in model.columns]
    one_by_one = [Fix(("--pred", names[0], "--pred", names[1]), "2 models")] if len(names) > 1 else []
    raise UsageError(
        f"{len(models):,} models; a comparison takes {MOST_MODELS} at most, as it judges every pair",
        advice="Name fewer, by a pattern or one by one:" if one_by_one else "Name fewer: --pred 'PATTERN*'",
        fixes=[*_some(names), *one_by_one],
    )


def _some(names: Sequence[str]) -> Iterator[Fix]:
    """The shortest beginning of the first name that few enough begin with, as a pattern."""
    for length in range(1, len(names[0]) if names else 0):
        start = names[0][:length]
        count = sum(name.startswith(start) for name in names)
        if 1 < count <= MOST_MODELS and not set(start) & set("*?["):
            yield Fix(("--pred", f"{start}*"), f"{count} models")
            return


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
    level: float | None = None  # of the intervals, if any

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
    table: Table,
    predicted: Predicted,
    target: str,
    labels: tuple[str, ...],
    *,
    binary: bool,
    classes: bool,
    kind: Kind | None,
) -> tuple[ModelColumns, ...]:
    """Group prediction columns into models: columns of different kinds whose names are alike but for their
    role words are one.

    labels: the classes of the target, then those only predicted; binary: (negative, positive).
    Raises UsageError for a model whose name is taken.
    """
    found = [_block_part(one, target, labels) for one in predicted.blocks]
    some_stated = bool(found) or any(stated_kind(column) is not None for column in predicted.single)
    for column, given in predicted.single.items():
        part = _single(
            table.columns[column], labels, binary=binary, classes=classes, kind=kind, some_stated=some_stated
        )
        found.append(_single_part(column, given, part, target))
    order = {name: place for place, name in enumerate(predicted.columns)}
    if predicted.blocks:
        order = {name: place for place, name in enumerate(table.columns)}
    found.sort(key=lambda one: min(order[name] for name in one.part.columns))
    groups: dict[tuple[str, str], list[_Part]] = {}
    for one in found:
        shared = one.given or one.rest or "\0"
        taken = {other.part.kind for other in groups.get(("shared", shared), [])}
        alone = one.part.kind in taken or not classes or (one.given is None and one.is_plain)
        key = ("own", one.part.columns[0]) if alone else ("shared", shared)
        groups.setdefault(key, []).append(replace(one, name=one.part.columns[0]) if alone else one)
    models = tuple(_joined(parts) for parts in groups.values())
    check_names(models)
    return models


@dataclass(frozen=True, slots=True)
class _Part:
    """Predictions of one kind.

    name: what they are called alone; given: by --pred; rest: of the names without role words; is_plain:
    whether the name says nothing of a role, so that nothing else belongs to it.
    """

    name: str
    given: str | None
    rest: str
    part: Predictions
    is_plain: bool = False


def _single_part(column: str, given: str | None, part: Predictions, target: str) -> _Part:
    """A column, called by its name; one of a class, prob_spam, by what is left without it."""
    spoken = None if part.of_label is None else label_in(column, (part.of_label,))
    if spoken is None:
        rest = without_role_words(column)
        return _Part(column, given, _own(rest, target), part, is_plain=rest == column)
    common = (spoken[0] + spoken[2]).strip(SEPARATORS)
    rest = without_role_words(common)
    return _Part(rest or common or column, given, _own(rest, target), part)


def _block_part(one: Settled, target: str, labels: tuple[str, ...]) -> _Part:
    block = one.block
    every = {**block.columns, **block.others}
    own = tuple(label for label in labels if label in every)
    name = name_of(block, target)
    part = Predictions(tuple(every[label] for label in own), one.kind, own)
    rest = without_role_words(block.common.strip(" _:.-()"))
    return _Part(name, block.given, _own(rest, target), part)


def _own(rest: str, target: str) -> str:
    """What is left of a name that is a model's own: neither the target's name nor the p of a probability."""
    return "" if rest.lower() in ("p", target.strip().lower()) else rest


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
    name = (column.name,)
    if not classes:
        return Predictions(name, Kind.VALUE)
    stated = stated_kind(column.name)
    spoken = label_in(column.name, labels) if binary else None
    of_label = spoken[1] if spoken is not None else column.name if column.name in labels and binary else None
    in_unit = column.low is not None and column.high is not None and column.low >= 0 and column.high <= 1
    is_label = stated is None and of_label is None and is_label_column(column, labels)
    if kind is not None and not (is_label and (some_stated or column.type is ColumnType.TEXT)):
        return Predictions(name, kind, of_label=of_label)
    if stated is Kind.SCORE and binary and in_unit and kind is None:
        stated = Kind.PROBABILITY
    if stated is not None:
        return Predictions(name, stated, of_label=of_label)
    if is_label:
        return Predictions(name, Kind.LABEL)
    return Predictions(name, Kind.PROBABILITY if binary and in_unit else Kind.SCORE, of_label=of_label)


def is_label_column(column: Column, labels: tuple[str, ...]) -> bool:
    """Whether the values of a column are classes: text, or numbers that the target has, or whole ones of
    which some are its."""
    if column.type is ColumnType.TEXT:
        return True
    if column.values is None:
        return False
    own = [target_text(value) for value in column.values]
    known = match_labels(labels, own).known
    return known == len(own) or (column.whole and len(own) <= MAX_CLASSES and 2 * known >= len(own))


def _joined(parts: list[_Part]) -> ModelColumns:
    given = next((one.given for one in parts if one.given), None)
    rest = parts[0].rest
    plain = len(parts) == 1 or not rest or rest.lower() in TARGET_PREFIXES
    return ModelColumns(given or (parts[0].name if plain else rest), tuple(one.part for one in parts))


def check_names(models: Sequence[ModelColumns]) -> None:
    """Raises UsageError where two models have one name."""
    seen: set[str] = set()
    for model in models:
        if model.name in seen:
            raise UsageError(
                f"two models are called {model.name!r}",
                advice="Give one of them another name:",
                fixes=[
                    Fix(
                        tuple(
                            w
                            for one in models
                            for w in ("--pred", f"model{models.index(one) + 1}={one.columns[0]}")
                        ),
                        "every model under a name of its own",
                    )
                ],
            )
        seen.add(model.name)
