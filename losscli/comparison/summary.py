"""The main pass: every loss of every model, and the summaries that metrics read, block by block."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from losscli.aggregate import Moments
from losscli.comparison.request import Request
from losscli.comparison.survey import block_count
from losscli.domain import Codes, Floats, Kind, Mask, Task
from losscli.engine import fold
from losscli.loss import Argument, BoundLoss, Pointwise, Reduction
from losscli.metrics.comoments import Comoments
from losscli.metrics.confusion import Confusion
from losscli.metrics.distribution import Distribution
from losscli.rows import Arguments, Predicted, Rows, load
from losscli.table import Table
from losscli.task import Problem

EXACT_ROWS = 1_000_000  # above, distributions of scores are rounded unless asked otherwise
RANKED_CLASSES = 20  # one-vs-rest ranking metrics up to here
LABELS = frozenset({Kind.LABEL, Kind.PROBABILITY, Kind.LOGIT, Kind.SCORE})
RANKING = (Kind.PROBABILITY, Kind.LOGIT, Kind.SCORE)

Flag = Callable[[Rows], Mask]
Metrics = dict[type, Comoments | Confusion | list[Distribution]]


@dataclass(frozen=True, slots=True)
class Column:
    """One row quantity of the main pass: a part of a loss for one model, or of the best constant
    (model None), or the least value over predictions (`infimum`)."""

    loss: int
    part: int
    model: int | None
    infimum: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns are computed, and where each loss finds its own."""

    losses: tuple[BoundLoss, ...]
    columns: tuple[Column, ...]
    place: dict[Column, int]

    @classmethod
    def of(cls, losses: Sequence[BoundLoss], problem: Problem, constants: Sequence[bool]) -> "Layout":
        """constants: whether the loss of its best constant is summed over all rows."""
        columns: list[Column] = []
        place: dict[Column, int] = {}
        shared: dict[tuple[object, ...], int] = {}
        for i, one in enumerate(losses):
            for m, model in enumerate(problem.models):
                if not model.serves(one.loss.needs):
                    continue
                for part, function in enumerate(quantities(one)):
                    column = Column(i, part, m)
                    key = function, one.params, one.loss.argument, m
                    if key not in shared:
                        shared[key] = len(columns)
                        columns.append(column)
                    place[column] = shared[key]
            extra = [Column(i, 0, None)] if constants[i] else []
            extra += [Column(i, 0, None, infimum=True)] if callable(one.loss.infimum) else []
            for column in extra:
                place[column] = len(columns)
                columns.append(column)
        return cls(tuple(losses), tuple(columns), place)

    def of_model(self, loss: int, model: int) -> list[int] | None:
        """The places of the parts of a loss for a model; None where it has no such prediction."""
        parts = range(len(quantities(self.losses[loss])))
        places = [self.place.get(Column(loss, part, model)) for part in parts]
        return None if None in places else [place for place in places if place is not None]


def quantities(bound: BoundLoss) -> tuple[Pointwise, ...]:
    """The row quantities whose means make the loss: its row value, or its parts."""
    return bound.loss.parts if bound.loss.reduction is Reduction.RATIO else (bound.loss.value,)


@dataclass(frozen=True, slots=True)
class Summary:
    """All that is kept of the rows; metrics: per model, by the type of the summary."""

    moments: Moments
    metrics: tuple[Metrics, ...]
    clipped: Codes
    flagged: tuple[int, ...]

    def merge(self, other: "Summary") -> "Summary":
        return Summary(
            self.moments.merge(other.moments),
            tuple(_merge_metrics(a, b) for a, b in zip(self.metrics, other.metrics, strict=True)),
            self.clipped + other.clipped,
            self.flagged + other.flagged,
        )


def _merge_metrics(a: Metrics, b: Metrics) -> Metrics:
    merged: Metrics = {}
    for kind, one in a.items():
        other = b[kind]
        if isinstance(one, list):
            assert isinstance(other, list)
            merged[kind] = [x.merge(y) for x, y in zip(one, other, strict=True)]
        else:
            merged[kind] = one.merge(other)  # type: ignore[arg-type]
    return merged


def summarise(
    table: Table,
    problem: Problem,
    request: Request,
    layout: Layout,
    constants: Sequence[Floats | None],
    flag: Flag | None,
) -> Summary:
    """The main pass. constants: the best constant of each loss; flag: which rows are outliers."""
    exact = request.exact or table.rows <= EXACT_ROWS
    first = load(table, problem, 0, drop=request.drop, clip=request.clip)
    shift = _first_means(_columns(problem, layout, constants, first))

    def work(block: int) -> Summary:
        rows = load(table, problem, block, drop=request.drop, clip=request.clip)
        flagged = flag(rows) if flag is not None else None
        with np.errstate(
            over="ignore", invalid="ignore"
        ):  # squares of huge values: no figure, with its reason
            return Summary(
                Moments.of(_columns(problem, layout, constants, rows), rows.w, shift, flagged, rows.number),
                tuple(_metrics(problem, rows, model, exact=exact) for model in rows.models),
                rows.clipped,
                tuple(rows.number[flagged].tolist()) if flagged is not None else (),
            )

    return fold(block_count(table), work, Summary.merge, request.jobs)


def _columns(
    problem: Problem, layout: Layout, constants: Sequence[Floats | None], rows: Rows
) -> list[Floats | None]:
    """The row quantities of one block, in the order of the layout."""
    models = [Arguments(problem.task, rows.y, model, problem.threshold) for model in rows.models]
    values: list[Floats | None] = []
    for column in layout.columns:
        one = layout.losses[column.loss]
        if column.infimum:
            values.append(_least(one, problem, rows.y))
        elif column.model is None:
            constant = constants[column.loss]
            assert constant is not None
            predicted: Predicted = {Kind.VALUE: np.full(len(rows.y), constant[0])}
            values.append(one.value(*Arguments(problem.task, rows.y, predicted).of(one.loss)))
        else:
            arguments = models[column.model].of(one.loss)
            with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
                values.append(quantities(one)[column.part](*arguments, **dict(one.params)))
    return values


def _least(one: BoundLoss, problem: Problem, y: Floats) -> Floats:
    """The least value over predictions, row by row; for classes by the list of all classes."""
    if problem.labels:
        return np.asarray(one.infimum(np.arange(len(problem.labels), dtype=np.float64)))[y.astype(np.intp)]
    return np.asarray(one.infimum(y))


def _first_means(columns: Sequence[Floats | None]) -> Floats:
    """A shift near the mean of each column, which keeps the digits of its variance."""
    means = []
    for x in columns:
        usable = x[np.isfinite(x)] if x is not None else np.zeros(0)
        means.append(float(usable.mean()) if len(usable) else 0.0)
    return np.array(means)


def _metrics(problem: Problem, rows: Rows, model: Predicted, *, exact: bool) -> Metrics:
    if not problem.labels:
        return {Comoments: Comoments.of(rows.y, model[Kind.VALUE], rows.w)}
    k = len(problem.labels)
    _, label = Arguments(problem.task, rows.y, model, problem.threshold).get(Argument.LABEL, LABELS)
    found: Metrics = {Confusion: Confusion.of(rows.y.astype(np.intp), label.astype(np.intp), rows.w, k)}
    kind = next((kind for kind in RANKING if kind in model), None)
    if kind is None:
        return found
    p = model[kind]
    if problem.task is Task.BINARY:
        found[Distribution] = [Distribution.of(p, rows.y == 1.0, rows.w, exact=exact)]
    elif k <= RANKED_CLASSES:
        found[Distribution] = [Distribution.of(p[:, c], rows.y == c, rows.w, exact=exact) for c in range(k)]
    return found


def probe(
    table: Table, problem: Problem, request: Request, layout: Layout, moved: Callable[[Rows], Sequence[Rows]]
) -> Floats:
    """Σ w·x of the row quantities when every target is moved, the mean over the ways to move it: (C,)."""

    def work(block: int) -> Floats:
        rows = load(table, problem, block, drop=request.drop, clip=request.clip)
        ways = moved(rows)
        totals = np.zeros(len(layout.columns))
        for way in ways:
            arguments = [Arguments(problem.task, way.y, model, problem.threshold) for model in way.models]
            for j, column in enumerate(layout.columns):
                if column.model is not None:
                    one = layout.losses[column.loss]
                    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
                        x = quantities(one)[column.part](
                            *arguments[column.model].of(one.loss), **dict(one.params)
                        )
                        totals[j] += float(way.w @ x) / len(ways)
        return totals

    return fold(block_count(table), work, np.add, request.jobs)
