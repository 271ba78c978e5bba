"""The rows worth a look, one by one: the flagged ones, and those that decide between two models."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from losscli.comparison.losses import TableFacts
from losscli.comparison.verdicts.deciding import Deciding, named_rows
from losscli.data.roles import Problem
from losscli.data.rows import Rows, arguments_of
from losscli.data.table import BLOCK
from losscli.domain import Codes, Floats, Kind, preferred
from losscli.engine import each
from losscli.loss import BoundLoss
from losscli.loss.arguments import Predicted, codes
from losscli.result import RowKey, RowRecord, finite

NO_ROW_LOSS = "the primary loss is a function of means: a row has none"
SHOWN = 10  # numbers of a prediction of several columns
_Records = dict[int, RowRecord]  # by row number
_Values = list[float | str | None]


def reasons(flagged: Sequence[int], deciding: Deciding) -> dict[int, list[str]]:
    """Why each row is listed: those that decide first, then the flagged ones in the order of the file."""
    pairs: dict[int, list[str]] = {}
    for (a, b), one in deciding.items():
        for row in named_rows(one):
            pairs.setdefault(row, []).append(f"decides {a}-{b}")
    outliers = set(flagged)
    why = {row: [*(["flagged"] if row in outliers else []), *said] for row, said in pairs.items()}
    return why | {row: ["flagged"] for row in flagged if row not in pairs}


def row_table(
    facts: TableFacts, primary: BoundLoss, why: Mapping[int, Sequence[str]], keys: Mapping[int, RowKey]
) -> tuple[RowRecord, ...]:
    """A record of every row in `why`, in its order. Reads the blocks that hold one."""
    reading = facts.reading
    wanted = [
        (block, np.array(list(group)))
        for block, group in groupby(sorted(why), lambda row: (row - 1) // BLOCK)
    ]
    if not wanted:
        return ()

    def work(at: int) -> _Records:
        block, numbers = wanted[at]
        return _records(facts.problem, primary, _picked(reading.rows(block), numbers), why, keys)

    found: _Records = {}
    for _, records in each(len(wanted), work, reading.jobs):
        found |= records
    return tuple(found[row] for row in why)


def _picked(rows: Rows, numbers: Codes) -> Rows:
    """These rows only; numbers: ascending, all there."""
    at = np.searchsorted(rows.number, numbers)
    models = tuple({kind: p[at] for kind, p in model.items()} for model in rows.models)
    return replace(rows, number=rows.number[at], y=rows.y[at], w=rows.w[at], models=models)


def _records(
    problem: Problem,
    primary: BoundLoss,
    rows: Rows,
    why: Mapping[int, Sequence[str]],
    keys: Mapping[int, RowKey],
) -> _Records:
    names = [model.name for model in problem.models]
    target = _targets(problem, rows.y)
    said = [_predictions(problem, primary, model) for model in rows.models]
    losses = [_row_losses(problem, primary, rows, m) for m in range(len(rows.models))]
    found = {}
    for i, row in enumerate(rows.number.tolist()):
        own = {name: float(x[i]) for name, x in zip(names, losses, strict=True)}
        found[row] = RowRecord(
            row=keys[row],
            why=tuple(why[row]),
            target=target[i],
            predictions={name: values[i] for name, values in zip(names, said, strict=True)},
            losses={name: finite(x) for name, x in own.items()},
            reason=_reason(primary, own),
        )
    return found


def _targets(problem: Problem, y: Floats) -> _Values:
    if not problem.labels:
        return _numbers(y)
    classes = _labels(problem, codes(y))
    return classes if y.ndim == 1 else _beside(classes, _numbers(y[:, 1:]))


def _labels(problem: Problem, places: Floats | Codes) -> _Values:
    return [problem.labels[int(place)] for place in places]


def _beside(classes: _Values, boxes: _Values) -> _Values:
    """A class and a box as one text."""
    said = (f"{one:.4g}" if isinstance(one, float) else one for one in classes)
    return [f"{one}, {box}" for one, box in zip(said, boxes, strict=True)]


def _numbers(values: Floats) -> _Values:
    if values.ndim == 2:
        return [_several(row) for row in values]
    return [finite(float(value)) for value in values]


def _several(row: Floats) -> str:
    """The numbers of one row; of many the first and the last ones."""
    words = [f"{value:.4g}" for value in row]
    return " ".join(words if len(words) <= SHOWN else [*words[: SHOWN // 2], "…", *words[-SHOWN // 2 :]])


def _predictions(problem: Problem, primary: BoundLoss, model: Predicted) -> _Values:
    """What the primary loss reads of a model, or the model's own kind where it does not serve it; of a
    column per label the greatest one's label."""
    kinds = (frozenset[Kind].union(*primary.loss.reads) & model.keys()) or model.keys()
    if kinds > {Kind.BOX}:
        return _beside(_read(problem, model, preferred(kinds - {Kind.BOX})), _numbers(model[Kind.BOX]))
    return _read(problem, model, preferred(kinds))


def _read(problem: Problem, model: Predicted, kind: Kind) -> _Values:
    p = model[kind]
    if p.ndim == 2 and kind is not Kind.BOX and problem.labels:
        return _labels(problem, p.argmax(axis=1))
    return _labels(problem, p) if kind is Kind.LABEL and problem.labels else _numbers(p)


def _row_losses(problem: Problem, primary: BoundLoss, rows: Rows, m: int) -> Floats:
    """(n,) Of the model of number m, NaN where there is none."""
    has_all = all(needs & rows.models[m].keys() for needs in primary.loss.reads)
    if not primary.loss.reduction.has_rows or not has_all:
        return np.full(len(rows.y), np.nan)
    given = arguments_of(problem, rows)[m].of(primary.loss)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        return primary.loss.value(*given, **dict(primary.params))


def _reason(primary: BoundLoss, losses: Mapping[str, float]) -> str | None:
    """Why a loss is missing; losses: of each model, by its name."""
    if not primary.loss.reduction.has_rows:
        return NO_ROW_LOSS
    missing = {
        "infinite": [name for name, x in losses.items() if np.isinf(x)],
        "undefined": [name for name, x in losses.items() if np.isnan(x)],
    }
    return "; ".join(f"{what} for {', '.join(names)}" for what, names in missing.items() if names) or None
