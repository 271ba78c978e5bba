"""A long file: a line per row and model → a table per model, whose rows are matched by an id."""

from dataclasses import dataclass, replace

import numpy as np

from losscli.data.roles.asked import Asked
from losscli.data.roles.ids import named_like_id
from losscli.data.roles.models import MOST_MODELS
from losscli.data.roles.target import check_named, find_target, target_text
from losscli.data.roles.words import folded
from losscli.data.table import ColumnType, Table, block_count, coded, distinct, take_rows
from losscli.errors import DataError, Fix, LosscliError, UsageError, Where

_NAMES = frozenset({"model", "modelname", "estimator", "algorithm", "method", "run", "system"})


@dataclass(frozen=True, slots=True)
class Long:
    """The models of a long file, a table each.

    column: whose values they are; asked: with the id that pairs their rows.
    """

    column: str
    names: tuple[str, ...]
    tables: tuple[Table, ...]
    asked: Asked


def split_models(table: Table, asked: Asked) -> Long | None:
    """The models of a long file; None where it has a line per row.

    Raises UsageError where no id pairs the rows of the models, or an id repeats and nothing says why.
    """
    column = asked.model_column or _model_column(table, asked)
    if column is None:
        _check_repeats(table, asked)
        return None
    check_named(table, column, "--model-column")
    values = table.columns[column].values
    if values is None or len(values) > MOST_MODELS:
        raise DataError(
            f"more than {MOST_MODELS} values: too many to be models",
            where=Where(table.path, column=column),
            advice="A model has many rows:",
            fixes=[Fix(("--model-column",), "a line per row")],
        )
    key = asked.id or _id_of(table, asked, column)
    if key is None:
        raise UsageError(
            f"{column!r} has {len(values)} values, each a model, and no column says which rows are the same",
            where=Where(table.path),
            advice="Name the column of ids, or say what it is:",
            fixes=[
                *(
                    Fix(("--id", name), f"rows are paired by {name}")
                    for name in _likely_ids(table, asked, column)
                ),
                Fix(("--by", column), f"{column} is no model: each value is a slice"),
            ],
        )
    words = tuple(target_text(value) for value in values)
    codes = np.concatenate([table.codes(block, column, words) for block in range(block_count(table))])
    names = [name for name in table.columns if name != column]
    tables = tuple(
        take_rows(table, np.flatnonzero(codes == place).astype(np.int32), names)
        for place in range(len(words))
    )
    return Long(column, words, tables, replace(asked, id=key, model_column=None))


def _model_column(table: Table, asked: Asked) -> str | None:
    """A column whose name says that its values are models, of which there are two or more."""
    for name, column in table.columns.items():
        if name in asked.named or folded(name) not in _NAMES or name == asked.target:
            continue
        values = column.values
        if values is None or not 1 < len(values) <= MOST_MODELS or column.missing:
            continue
        if any(text.partition("=")[2] == name or text == name for text in asked.pred):
            continue
        if column.type is ColumnType.TEXT or column.whole:
            return name
    return None


def _likely_ids(table: Table, asked: Asked, column: str) -> list[str]:
    free = [name for name in table.columns if name not in asked.named and name != column]
    return sorted(free, key=lambda name: not named_like_id(name))[:2]


def _id_of(table: Table, asked: Asked, column: str) -> str | None:
    """The column named like an id."""
    free = [name for name in table.columns if name not in asked.named and name != column]
    return next((name for name in free if named_like_id(name)), None)


def _check_repeats(table: Table, asked: Asked) -> None:
    """Raises UsageError where every id stands as often, more than once, always beside the same target: lines
    of several models or runs, and no column says of which."""
    name = next(
        (one for one in table.columns if one not in asked.named and folded(one) in ("id", "rowid")), None
    )
    if name is None or table.columns[name].sequence is not None or asked.id or asked.group:
        return
    try:
        target = find_target(table, asked)
    except LosscliError:
        return
    if target == name:
        return
    if distinct(table, name) == table.rows:
        return
    ids, goals = coded(table, name)[0], coded(table, target)[0]
    counts = np.bincount(ids)
    often = int(counts[0]) if len(counts) else 0
    if (
        often < 2
        or not (counts == often).all()
        or len(np.unique(ids * (goals.max() + 1) + goals)) != len(counts)
    ):
        return
    others = [one for one in table.columns if one not in (name, target, *asked.named)]
    told = [one for one in others if len(table.columns[one].values or ()) == often]
    raise UsageError(
        f"every value of {name!r} stands {often} times, each time with the same target: the lines of "
        f"{often} models?",
        where=Where(table.path),
        advice="Say which column names the model, or that rows of one id belong together:",
        fixes=[
            *(
                Fix(("--model-column", one, "--id", name), f"each value of {one} is a model")
                for one in told[:2]
            ),
            Fix(("--group", name), f"rows of one {name} are resampled together"),
        ],
    )
