"""Targets and predictions of several columns: outputs, labels, shares, boxes, forecasts of a distribution."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from losscli.data.roles.asked import Asked
from losscli.data.roles.ids import is_index
from losscli.data.roles.models import ModelColumns, Predictions, Vectors, check_names
from losscli.data.roles.outputs import OUTPUTS, find_boxes, find_outputs
from losscli.data.roles.target import is_numeric, shell_word, target_by_name
from losscli.data.roles.values import is_truth, numbers_of
from losscli.data.roles.words import SEPARATORS, without_role_words
from losscli.data.table import Table
from losscli.domain import Floats, Kind, Task
from losscli.errors import UsageError, Where

_QUANTILE = re.compile(r"(?:q|quantile[_. -]?)(0?\.\d+)\Z|(?:p|q)(\d{1,2}(?:\.\d+)?)\Z", re.IGNORECASE)
_MEMBER = re.compile(r"(?:member|ensemble|ens)[_. -]?\d+\Z", re.IGNORECASE)
_LOWER, _UPPER = ("lower", "lo", "lwr"), ("upper", "hi", "upr")
_MEAN, _SD, _VARIANCE = ("mean", "mu"), ("sd", "std", "sigma", "stddev"), ("var", "variance")


def find_vectors(table: Table, asked: Asked, *, plain: bool = False) -> Vectors | None:
    """The roles of a table whose target or predictions take several columns; None where no names say so.

    plain: the table also reads as one of a single target, which the names of several targets do not overrule.
    """
    taken = set(asked.named)
    free = [
        name
        for name, column in table.columns.items()
        if name not in taken and not is_index(column) and (is_numeric(table, name) or is_truth(column))
    ]
    found = None
    if asked.task in (None, Task.BOXES):
        try:
            found = find_boxes(table, free, asked)
        except UsageError:
            if not plain:
                raise
    if found is None and not plain and asked.task in (None, *OUTPUTS):
        found = find_outputs(table, free, asked)
    if found is None and asked.task in (None, Task.FORECAST):
        found = _forecasts(table, free, asked, plain=plain)
    return found


def _forecasts(table: Table, free: Sequence[str], asked: Asked, *, plain: bool) -> Vectors | None:
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
        twice = _twice(columns)
        if twice and not plain:
            raise UsageError(
                f"{' and '.join(twice)} are quantiles of one level",
                where=Where(table.path),
                advice="Rename one of them, or leave it out of the file",
            )
        parts = [] if twice else list(_parts(columns))
        if parts:
            models.append(ModelColumns(prefix or str(parts[0].kind), tuple(parts)))
    if not models:
        return None
    chosen, shared = at_shared_levels(_chosen(models, asked), table)
    why = f"the predictions are of a distribution{shared}"
    return Vectors(Task.FORECAST, why, (target,), chosen)


def at_shared_levels(models: Sequence[ModelColumns], table: Table) -> tuple[tuple[ModelColumns, ...], str]:
    """The models with the quantiles that all of them have that have any, and the levels where some have more.

    Raises UsageError where two models share no level.
    """
    own = {model.name: set(part.levels) for model in models for part in model.parts if part.levels}
    shared = set.intersection(*own.values()) if own else set()
    if own and not shared:
        raise UsageError(
            f"{' and '.join(own)} have no quantile of one level in common",
            where=Where(table.path),
            advice=f"Compare them one by one: --pred {shell_word(next(iter(own)))}",
        )
    levels = tuple(sorted(shared))
    if all(len(one) == len(levels) for one in own.values()):
        return tuple(models), ""
    cut = [replace(model, parts=tuple(_cut(part, levels) for part in model.parts)) for model in models]
    return tuple(cut), f"; quantiles at the levels of all: {', '.join(f'{one:g}' for one in levels)}"


def _cut(part: Predictions, levels: Sequence[float]) -> Predictions:
    """Quantiles at these levels alone."""
    if not part.levels:
        return part
    by_level = dict(zip(part.levels, part.columns, strict=True))
    return replace(part, columns=tuple(by_level[level] for level in levels), levels=tuple(levels))


def _endings(name: str) -> Iterator[tuple[str, str]]:
    """The (prefix, ending) of a name that speaks of a distribution."""
    for at in [0, *(place + 1 for place, sign in enumerate(name) if sign in SEPARATORS)]:
        last = name[at:]
        words = (*_LOWER, *_UPPER, *_MEAN, *_SD, *_VARIANCE)
        if _QUANTILE.fullmatch(last) or _MEMBER.fullmatch(last) or last.lower() in words:
            yield without_role_words(name[:at].rstrip(SEPARATORS)), last
            return


def _parts(columns: Sequence[tuple[str, str]]) -> Iterator[Predictions]:
    """Quantiles, an interval, an ensemble and moments, as far as the endings make them whole."""
    levels = {_level(last): name for last, name in columns if _QUANTILE.fullmatch(last)}
    if len(levels) > 1 and not _are_numbered(columns):
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


def _are_numbered(columns: Sequence[tuple[str, str]]) -> bool:
    """Whether these are p0, p1, p2 …: of no level, or a count of models or classes and no percents."""
    endings = [last for last, _ in columns if _QUANTILE.fullmatch(last)]
    return any(_level(last) == 0.0 for last in endings) or all(len(last) == 2 for last in endings)


def _twice(columns: Sequence[tuple[str, str]]) -> list[str]:
    """The columns of the first level that several have; none where each has its own."""
    levels: dict[float, list[str]] = {}
    for last, name in columns:
        if _QUANTILE.fullmatch(last):
            levels.setdefault(_level(last), []).append(name)
    return next((names for names in levels.values() if len(names) > 1), [])


def _level(ending: str) -> float:
    found = _QUANTILE.fullmatch(ending)
    assert found is not None
    return float(found[1]) if found[1] else float(found[2]) / 100


def _first(by_word: Mapping[str, str], words: Sequence[str]) -> str | None:
    return next((by_word[word] for word in words if word in by_word), None)


def with_boxes(
    classes: Sequence[ModelColumns], boxes: Sequence[ModelColumns], asked: Asked, table: Table
) -> tuple[tuple[ModelColumns, ...], tuple[str, ...]]:
    """The models that predict a class and a box, of these those that --pred names, and who else is left out,
    in words. What is left of both names without role words is the same: rf_prob, rf_x1.

    Raises UsageError where no model has both, and for a --pred that names none.
    """
    own = {without_role_words(model.name): model for model in boxes}
    rests = [without_role_words(model.name) for model in classes]
    both = [
        ModelColumns(rest or model.name, (*model.parts, *own[rest].parts))
        for model, rest in zip(classes, rests, strict=True)
        if rest in own
    ]
    check_names(both)
    alone = [
        f"{model.name} has no box" for model, rest in zip(classes, rests, strict=True) if rest not in own
    ]
    alone += [f"{model.name} has no class" for rest, model in own.items() if rest not in rests]
    if not both:
        raise UsageError(
            f"no model has both a class and a box: {', '.join(alone)}",
            where=Where(table.path),
            advice="Name its columns alike, rf_prob and rf_x1 …; or judge one side alone: --task boxes, "
            "binary or multiclass",
        )
    for text in asked.pred:
        if not _chosen(both, replace(asked, pred=(text,))):
            raise UsageError(
                f"--pred {shell_word(text)}: no model with a class and a box is called so",
                where=Where(table.path),
                advice=f"The models found: {', '.join(model.name for model in both)}",
            )
    said = () if asked.pred else tuple(f"left out: {line}" for line in alone)
    return _chosen(both, asked), said


def _chosen(models: Sequence[ModelColumns], asked: Asked) -> tuple[ModelColumns, ...]:
    """The models that --pred names, by name, column or pattern, or all."""
    if not asked.pred:
        return tuple(models)
    from fnmatch import fnmatchcase

    return tuple(
        model
        for model in models
        if any(
            text in model.columns or any(fnmatchcase(name, text) for name in (model.name, *model.columns))
            for text in asked.pred
        )
    )


def stacked(table: Table, block: int, names: Sequence[str]) -> Floats:
    """(n, L) The numbers of these columns, true and false as 1 and 0."""
    return np.column_stack([numbers_of(table, block, name) for name in names])
