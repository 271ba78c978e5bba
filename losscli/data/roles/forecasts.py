"""Forecasts of a distribution: quantiles, an interval, an ensemble, a mean and its spread; their point."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

import numpy as np

from losscli.data.roles.asked import Asked
from losscli.data.roles.models import ModelColumns, Predictions, Vectors
from losscli.data.roles.target import target_by_name
from losscli.data.roles.values import numbers_of
from losscli.data.roles.words import SEPARATORS, is_prediction_name, stated_kind, without_role_words
from losscli.data.table import Table, block_count
from losscli.domain import Kind, Task
from losscli.errors import Fix, UsageError, Where

_QUANTILE = re.compile(
    r"(?:q|quantile[_. -]?)(0?\.\d+)\Z|(?:p|q)(\d{1,2}(?:\.\d+)?)\Z|(0?\.\d+)\Z", re.IGNORECASE
)
_MEMBER = re.compile(r"(?:member|ensemble|ens)[_. -]?\d+\Z", re.IGNORECASE)
_END = re.compile(
    r"(?P<side>lower|lo|lwr|upper|hi|upr)(?:[_. -]?(?P<percent>\d{1,2}(?:\.\d+)?)%?)?\Z", re.IGNORECASE
)
_LOWER = ("lower", "lo", "lwr")
_MEAN, _SD, _VARIANCE = ("mean", "mu"), ("sd", "std", "sigma", "stddev"), ("var", "variance")
_POINTS = ("fit", "point", "yhat", "mean", "median", "pred", "prediction", "forecast")


@dataclass(slots=True)
class _Group:
    """The columns of one model. endings: (ending, column); starts: what stands before the endings."""

    endings: list[tuple[str, str]] = field(default_factory=list)
    starts: set[str] = field(default_factory=set)


def find_forecasts(table: Table, free: Sequence[str], asked: Asked, *, plain: bool) -> Vectors | None:
    """The forecasts beside a target of one column; None where no names speak of any.

    free: the number columns without another role; plain: the table also reads as one of values alone.
    Raises UsageError for two quantiles of one level, and for intervals of different levels.
    """
    target = asked.target or target_by_name(table, asked.named)
    if target is None or target not in free:
        return None
    others = [name for name in free if name != target]
    groups: dict[str, _Group] = {}
    for name in others:
        for start, last in _endings(name):
            group = groups.setdefault(without_role_words(start), _Group())
            group.endings.append((last, name))
            group.starts.add(start)
    found: list[tuple[ModelColumns, float | None]] = []
    for prefix, group in groups.items():
        twice = _twice(group.endings)
        if twice and not plain:
            raise UsageError(
                f"{' and '.join(twice)} are quantiles of one level",
                where=Where(table.path),
                advice="Rename one of them, or leave it out of the file",
            )
        parts, level = ([], None) if twice else _parts(table, group.endings)
        if parts:
            used = {name for part in parts for name in part.columns}
            point = _point(group, [name for name in others if name not in used], alone=len(groups) == 1)
            parts += [Predictions((point,), Kind.VALUE)] if point else []
            found.append((ModelColumns(prefix or point or str(parts[0].kind), tuple(parts)), level))
    if not found:
        return None
    models = chosen_models([model for model, _ in found], asked)
    chosen, shared = at_shared_levels(models, table)
    level = _one_level([own for model, own in found if model in models], asked, table)
    why = f"the predictions are of a distribution{shared}"
    return Vectors(Task.FORECAST, why, (target,), chosen, level)


def _one_level(levels: Sequence[float | None], asked: Asked, table: Table) -> float | None:
    """The level of the intervals: by --level, else by their names; None where nothing says it.

    Raises UsageError where the names of two models say different ones.
    """
    if asked.level is not None:
        return asked.level
    own = sorted({level for level in levels if level is not None})
    if len(own) > 1:
        raise UsageError(
            f"the intervals are of different levels: {' and '.join(f'{level:g}' for level in own)}",
            where=Where(table.path),
            advice="One interval score asks for one level:",
            fixes=[Fix(("--level", f"{level:g}"), f"as if all were of {level:g}") for level in own],
        )
    return own[0] if own else None


def _point(group: _Group, free: Sequence[str], *, alone: bool) -> str | None:
    """The column of the single value that a model predicts beside its distribution, X beside X_lower."""
    for start in sorted(group.starts):
        if start in free:
            return start
    if not alone:
        return None
    named = [name for name in free if name.lower() in _POINTS]
    spoken = [name for name in free if is_prediction_name(name) and stated_kind(name) is None]
    candidates = named or spoken
    return candidates[0] if len(candidates) == 1 else None


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
            advice="Compare them one by one:",
            fixes=[Fix(("--pred", name), f"{name} alone") for name in own],
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


def speaks_of_distribution(name: str) -> bool:
    """Whether a name may be that of a part of a forecast: rf_lower, q0.1, mean."""
    return any(True for _ in _endings(name))


def _endings(name: str) -> Iterator[tuple[str, str]]:
    """The (beginning, ending) of a name that speaks of a distribution."""
    for at in [0, *(place + 1 for place, sign in enumerate(name) if sign in SEPARATORS)]:
        last = name[at:]
        words = (*_MEAN, *_SD, *_VARIANCE)
        known = (_QUANTILE, _MEMBER, _END)
        if any(one.fullmatch(last) for one in known) or last.lower() in words:
            yield name[:at].rstrip(SEPARATORS), last
            return


def _parts(table: Table, columns: Sequence[tuple[str, str]]) -> tuple[list[Predictions], float | None]:
    """(quantiles, an interval, an ensemble and moments, as far as the endings make them whole; the level of
    the interval, where its name says it). Intervals of several levels are quantiles."""
    ends = _intervals(columns)
    levels = {_level(last): name for last, name in columns if _QUANTILE.fullmatch(last)}
    if _are_numbered(columns) or (_are_bare(columns) and not _are_ordered(table, levels)):
        levels = {}
    named = {level: pair for level, pair in ends.items() if level is not None}
    if len(named) > 1 or (named and levels):
        for inside, (low, high) in named.items():
            levels |= {round((1 - inside) / 2, 10): low, round((1 + inside) / 2, 10): high}
        ends = {None: ends[None]} if None in ends else {}
    found: list[Predictions] = []
    level: float | None = None
    if len(levels) > 1:
        order = sorted(levels)
        found.append(Predictions(tuple(levels[one] for one in order), Kind.QUANTILES, levels=tuple(order)))
    if ends:
        level, pair = next(iter(ends.items()))
        found.append(Predictions(pair, Kind.INTERVAL))
    members = tuple(name for last, name in columns if _MEMBER.fullmatch(last))
    if len(members) > 1:
        found.append(Predictions(members, Kind.ENSEMBLE))
    by_word = {last.lower(): name for last, name in columns}
    mean, sd, variance = (_first(by_word, words) for words in (_MEAN, _SD, _VARIANCE))
    second = sd or variance
    if mean is not None and second is not None:
        found.append(Predictions((mean, second), Kind.MOMENTS, is_variance=sd is None))
    return found, level


def _intervals(columns: Sequence[tuple[str, str]]) -> dict[float | None, tuple[str, str]]:
    """Level (None where no name says it) → the two ends."""
    lower: dict[float | None, str] = {}
    upper: dict[float | None, str] = {}
    for last, name in columns:
        found = _END.fullmatch(last)
        if found is not None:
            level = float(found["percent"]) / 100 if found["percent"] else None
            (lower if found["side"].lower() in _LOWER else upper).setdefault(level, name)
    return {level: (lower[level], upper[level]) for level in lower if level in upper and level != 0.0}


def _are_bare(columns: Sequence[tuple[str, str]]) -> bool:
    """Whether the endings of quantiles are numbers alone: 0.1, 0.5, 0.9."""
    endings = [last for last, _ in columns if _QUANTILE.fullmatch(last)]
    return bool(endings) and all(last[0] in "0." for last in endings)


def _are_ordered(table: Table, levels: Mapping[float, str]) -> bool:
    """Whether no value is above that of a higher level, in any row."""
    names = [levels[level] for level in sorted(levels)]
    for block in range(block_count(table)):
        rows = np.column_stack([numbers_of(table, block, name) for name in names])
        if (np.diff(rows, axis=1) < 0).any():
            return False
    return True


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
    plain = found[1] or found[3]
    return float(plain) if plain else float(found[2]) / 100


def _first(by_word: Mapping[str, str], words: Sequence[str]) -> str | None:
    return next((by_word[word] for word in words if word in by_word), None)


def chosen_models(models: Sequence[ModelColumns], asked: Asked) -> tuple[ModelColumns, ...]:
    """The models that --pred names, by name, column or pattern, or all."""
    if not asked.pred:
        return tuple(models)
    return tuple(
        model
        for model in models
        if any(
            text in model.columns or any(fnmatchcase(name, text) for name in (model.name, *model.columns))
            for text in asked.pred
        )
    )
