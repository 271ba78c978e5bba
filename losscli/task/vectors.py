"""Targets and predictions of several columns: outputs, labels, shares, boxes, forecasts of a distribution."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from losscli.domain import Floats, Kind, Task
from losscli.table import ColumnType, Table, block_count
from losscli.task.models import ModelColumns, Predictions
from losscli.task.roles import Asked, is_index, target_by_name
from losscli.task.words import ROLE_WORDS, TARGET_NAMES, role_spans, without_role_words

CORNERS = ("x1", "y1", "x2", "y2")
SHARES = 1e-6  # by which the shares of a row may miss 1
_SEPARATORS = "_:. -"
_TRUE = (*TARGET_NAMES, "true")
_QUANTILE = re.compile(r"(?:q|quantile[_. -]?)(0?\.\d+)\Z|(?:p|q)(\d{1,2}(?:\.\d+)?)\Z", re.IGNORECASE)
_MEMBER = re.compile(r"(?:member|ensemble|ens)[_. -]?\d+\Z", re.IGNORECASE)
_LOWER, _UPPER = ("lower", "lo"), ("upper", "hi")
_MEAN, _SD, _VARIANCE = ("mean", "mu"), ("sd", "std", "sigma", "stddev"), ("var", "variance")


@dataclass(frozen=True, slots=True)
class Vectors:
    """What the names say: the task, why, the columns of the target and the models."""

    task: Task
    why: str
    targets: tuple[str, ...]
    models: tuple[ModelColumns, ...]


def find_vectors(table: Table, asked: Asked) -> Vectors | None:
    """The roles of a table whose target or predictions take several columns; None where no names say so."""
    taken = set(asked.named)
    free = [
        name
        for name, column in table.columns.items()
        if name not in taken and not is_index(column) and column.type is ColumnType.NUMBER
    ]
    for find in (_boxes, _outputs, _forecasts):
        found = find(table, free, asked)
        if found is not None and (asked.task is None or asked.task is found.task):
            return found
    return None


def _boxes(table: Table, free: Sequence[str], asked: Asked) -> Vectors | None:
    groups: dict[str, dict[str, str]] = {}
    for name in free:
        prefix, last = _split(name)
        if last.lower() in CORNERS:
            groups.setdefault(prefix, {})[last.lower()] = name
    whole = {prefix: corners for prefix, corners in groups.items() if len(corners) == len(CORNERS)}
    target = next((prefix for prefix in whole if prefix == "" or prefix.lower() in _TRUE), None)
    if target is None or len(whole) < 2:
        return None
    models = [
        _model(prefix, Predictions(tuple(corners[c] for c in CORNERS), Kind.BOX))
        for prefix, corners in whole.items()
        if prefix != target
    ]
    targets = tuple(whole[target][c] for c in CORNERS)
    return Vectors(Task.BOXES, "the columns are corners", targets, _chosen(models, asked))


def _outputs(table: Table, free: Sequence[str], asked: Asked) -> Vectors | None:
    """`target_a`, `target_b` and a set of predictions of the same endings."""
    targets = {label: name for name in free if (label := _of_target(name)) is not None}
    if len(targets) < 2:
        return None
    groups: dict[tuple[str, str], dict[str, str]] = {}
    for name in free:
        for start, end, word in role_spans(name):
            if name[end : end + 1] in tuple(_SEPARATORS) and name[end + 1 :] in targets:
                groups.setdefault((name[:start].rstrip(_SEPARATORS), word), {})[name[end + 1 :]] = name
                break
    whole = {key: columns for key, columns in groups.items() if len(columns) == len(targets)}
    if not whole:
        return None
    names = tuple(targets.values())
    task, why = _task_of_outputs(table, names, {word for _, word in whole}, asked)
    models: dict[str, list[Predictions]] = {}
    for (prefix, word), columns in whole.items():
        part = Predictions(
            tuple(columns[label] for label in targets), _kind(table, task, word, columns), tuple(targets)
        )
        models.setdefault(prefix or word, []).append(part)
    found = [ModelColumns(name, tuple(parts)) for name, parts in models.items()]
    return Vectors(task, why, names, _chosen(found, asked))


def _of_target(name: str) -> str | None:
    """`a` of `target_a`."""
    lowered = name.lower()
    for word in sorted(_TRUE, key=len, reverse=True):
        if lowered.startswith(word) and name[len(word) : len(word) + 1] in tuple(_SEPARATORS):
            return name[len(word) + 1 :] or None
    return None


def _task_of_outputs(
    table: Table, targets: Sequence[str], words: Collection[str], asked: Asked
) -> tuple[Task, str]:
    if asked.task is not None:
        return asked.task, "--task"
    speaks = any(ROLE_WORDS[word] is not None for word in words)
    binary = all(table.columns[name].values in ((0.0, 1.0), (0.0,), (1.0,)) for name in targets)
    if speaks and _sums_to_one(table, targets):
        return Task.DISTRIBUTION, "the targets of every row are shares"
    if binary:
        return Task.MULTILABEL, "the targets are 0 or 1"
    return Task.MULTIOUTPUT, "there are several targets"


def _sums_to_one(table: Table, names: Sequence[str]) -> bool:
    for block in range(block_count(table)):
        columns = np.column_stack([table.numbers(block, name) for name in names])
        if not ((columns >= 0).all() and (np.abs(columns.sum(axis=1) - 1.0) <= SHARES).all()):
            return False
    return True


def _kind(table: Table, task: Task, word: str, columns: Mapping[str, str]) -> Kind:
    stated = ROLE_WORDS[word]
    if stated is not None:
        return stated
    if task is Task.DISTRIBUTION:
        return Kind.PROBABILITY
    labels = all(table.columns[name].values in ((0.0, 1.0), (0.0,), (1.0,)) for name in columns.values())
    return Kind.LABEL if task is Task.MULTILABEL and labels else Kind.VALUE


def _forecasts(table: Table, free: Sequence[str], asked: Asked) -> Vectors | None:
    target = asked.target or target_by_name(table, asked.named)
    if target is None or target not in free:
        return None
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in free:
        if name != target:
            for prefix, last in _endings(name):
                groups.setdefault(prefix, []).append((last, name))
    models = []
    for prefix, columns in groups.items():
        parts = list(_parts(columns))
        if parts:
            models.append(ModelColumns(prefix or str(parts[0].kind), tuple(parts)))
    if not models:
        return None
    why = "the predictions are of a distribution"
    return Vectors(Task.FORECAST, why, (target,), _chosen(models, asked))


def _endings(name: str) -> Iterator[tuple[str, str]]:
    """The (prefix, ending) of a name that speaks of a distribution."""
    for at in [0, *(place + 1 for place, sign in enumerate(name) if sign in _SEPARATORS)]:
        last = name[at:]
        words = (*_LOWER, *_UPPER, *_MEAN, *_SD, *_VARIANCE)
        if _QUANTILE.fullmatch(last) or _MEMBER.fullmatch(last) or last.lower() in words:
            yield without_role_words(name[:at].rstrip(_SEPARATORS)), last
            return


def _parts(columns: Sequence[tuple[str, str]]) -> Iterator[Predictions]:
    """Quantiles, an interval, an ensemble and moments, as far as the endings make them whole."""
    levels = {_level(last): name for last, name in columns if _QUANTILE.fullmatch(last)}
    if len(levels) > 1:
        order = sorted(levels)
        yield Predictions(tuple(levels[level] for level in order), Kind.QUANTILES, levels=tuple(order))
    by_word = {last.lower(): name for last, name in columns}
    ends = [_first(by_word, words) for words in (_LOWER, _UPPER)]
    if None not in ends:
        yield Predictions(tuple(filter(None, ends)), Kind.INTERVAL)
    members = tuple(name for last, name in columns if _MEMBER.fullmatch(last))
    if len(members) > 1:
        yield Predictions(members, Kind.ENSEMBLE)
    mean, sd, variance = (_first(by_word, words) for words in (_MEAN, _SD, _VARIANCE))
    second = sd or variance
    if mean is not None and second is not None:
        yield Predictions((mean, second), Kind.MOMENTS, is_variance=sd is None)


def _level(ending: str) -> float:
    found = _QUANTILE.fullmatch(ending)
    assert found is not None
    return float(found[1]) if found[1] else float(found[2]) / 100


def _first(by_word: Mapping[str, str], words: Sequence[str]) -> str | None:
    return next((by_word[word] for word in words if word in by_word), None)


def _split(name: str) -> tuple[str, str]:
    """`rf_pred` and `x1` of `rf_pred_x1`."""
    at = max(name.rfind(sign) for sign in _SEPARATORS)
    return (name[:at].rstrip(_SEPARATORS), name[at + 1 :]) if at >= 0 else ("", name)


def _model(prefix: str, part: Predictions) -> ModelColumns:
    return ModelColumns(without_role_words(prefix) or prefix, (part,))


def _chosen(models: Sequence[ModelColumns], asked: Asked) -> tuple[ModelColumns, ...]:
    """The models that --pred names, or all."""
    if not asked.pred:
        return tuple(models)
    from fnmatch import fnmatchcase

    return tuple(
        model
        for model in models
        if any(fnmatchcase(model.name, text) or text in model.columns for text in asked.pred)
    )


def stacked(table: Table, block: int, names: Sequence[str]) -> Floats:
    """(n, L) The numbers of these columns."""
    return np.column_stack([table.numbers(block, name) for name in names])
