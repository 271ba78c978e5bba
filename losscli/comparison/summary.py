"""The main pass: every loss of every model, and the summaries that metrics read, block by block."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from losscli import progress
from losscli.comparison.medians import Medians, Values
from losscli.comparison.vectors import vector_terms
from losscli.data.roles import Problem
from losscli.data.rows import Reading, Rows, arguments_of
from losscli.domain import CLASSES, LABELS, NUMBERS, RANKING, Codes, Floats, Kind, Mask, Task, log_softmax
from losscli.inference.tail import Largest, bound
from losscli.loss import Argument, BoundLoss
from losscli.loss.arguments import Arguments, Predicted, codes, side
from losscli.loss.reduction import quantities
from losscli.metrics.aggregate import Looks, Moments, Sought, merge_each
from losscli.metrics.comoments import Comoments
from losscli.metrics.distribution import Distribution
from losscli.metrics.forecast import (
    OfInterval,
    OfQuantiles,
    OfRank,
    Sums,
    ensemble_terms,
    gaussian_terms,
    interval_terms,
    quantile_terms,
)
from losscli.metrics.several import PAIRED_CLASSES, RANKED_LABELS, OneVsOne, Pooled, TopLabel
from losscli.metrics.tallies import Confusion
from losscli.metrics.vectors import OfLabels, OfOutputs, label_terms

EXACT_ROWS = 1_000_000  # above, distributions of scores are rounded unless asked otherwise
FEW_BLOCKS = 16  # up to here nothing is told from a sample of them: a pass reads what is sought
RANKED_CLASSES = 20  # one-vs-rest ranking metrics up to here

OutlierRule = Callable[[Rows], Mask]
Move = Callable[[Floats], Floats]  # of every target: (n,) -> (n,)
Metrics = dict[
    type, Comoments | OfOutputs | Confusion | Sums | OneVsOne | TopLabel | Pooled | list[Distribution]
]


@dataclass(frozen=True, slots=True)
class RowQuantity:
    """One row quantity of the main pass: a part of a loss for one model, or (model None) the least value
    of the loss over predictions."""

    loss: int
    part: int
    model: int | None


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns are computed, and where each loss finds its own."""

    losses: tuple[BoundLoss, ...]
    columns: tuple[RowQuantity, ...]
    place: dict[RowQuantity, int]
    classes: int  # of the target

    @classmethod
    def of(cls, losses: Sequence[BoundLoss], problem: Problem) -> "Layout":
        """Losses that share a row quantity share its column."""
        columns: list[RowQuantity] = []
        place: dict[RowQuantity, int] = {}
        shared: dict[tuple[object, ...], int] = {}
        for i, one in enumerate(losses):
            for m, model in enumerate(problem.models):
                if not all(model.serves(needs) for needs in one.loss.reads):
                    continue
                for part, function in enumerate(quantities(one.loss, problem.true_labels)):
                    column = RowQuantity(i, part, m)
                    key = function, one.params, one.loss.argument, m
                    if key not in shared:
                        shared[key] = len(columns)
                        columns.append(column)
                    place[column] = shared[key]
            if callable(one.loss.infimum):
                place[RowQuantity(i, 0, None)] = len(columns)
                columns.append(RowQuantity(i, 0, None))
        return cls(tuple(losses), tuple(columns), place, problem.true_labels)

    def of_model(self, loss: int, model: int) -> list[int] | None:
        """The places of what the figure of a loss is made of, for a model; None where it has no such
        prediction. Those of the parts of a sum follow from `parts_of`."""
        count = 1 if self.losses[loss].loss.terms else self._count(loss)
        return self._places(loss, model, range(count))

    def parts_of(self, loss: int, model: int) -> list[int] | None:
        """The places of the values of the parts of a sum, in their order."""
        return self._places(loss, model, range(1, self._count(loss)))

    def only(self, places: Iterable[int]) -> "Layout":
        """The columns at these places alone, to compute: losses find their own in the whole layout."""
        return replace(self, columns=tuple(self.columns[place] for place in places))

    def only_means(self, loss: int, models: Collection[int]) -> "Layout":
        """The columns of the mean of a loss for models that have it, in their order."""
        found = [self.of_model(loss, model) for model in models]
        return self.only(places[0] for places in found if places is not None)

    def _count(self, loss: int) -> int:
        return len(quantities(self.losses[loss].loss, self.classes))

    def _places(self, loss: int, model: int, parts: range) -> list[int] | None:
        places = [self.place.get(RowQuantity(loss, part, model)) for part in parts]
        return None if None in places else [place for place in places if place is not None]


@dataclass(frozen=True, slots=True)
class Summary:
    """All that is kept of the rows.

    metrics: per model, by the type of the summary; largest: w·x of row quantities that few rows may carry, by
    their places, where there are many blocks.
    """

    moments: Moments
    metrics: tuple[Metrics, ...]
    clipped: Codes
    flagged: tuple[Codes, ...]  # row numbers
    looks: Looks
    largest: dict[int, Largest]

    @property
    def flagged_rows(self) -> Codes:
        """The numbers of all flagged rows."""
        return np.concatenate([np.zeros(0, np.intp), *self.flagged])

    def merge(self, other: "Summary") -> "Summary":
        return Summary(
            self.moments.merge(other.moments),
            tuple(_merge_metrics(a, b) for a, b in zip(self.metrics, other.metrics, strict=True)),
            self.clipped + other.clipped,
            self.flagged + other.flagged,
            merge_each(self.looks, other.looks),
            {place: one.merge(other.largest[place]) for place, one in self.largest.items()},
        )


def _merge_metrics(a: Metrics, b: Metrics) -> Metrics:
    merged: Metrics = {}
    for kind, one in a.items():
        other = b[kind]
        if isinstance(one, list):
            assert isinstance(other, list)
            merged[kind] = merge_each(one, other)
        else:
            merged[kind] = one.merge(other)  # type: ignore[arg-type,union-attr]
    return merged


def summarise(
    reading: Reading,
    layout: Layout,
    flag: OutlierRule | None,
    watched: Collection[int],
    *,
    exact: bool,
) -> tuple[Summary, tuple[Values, Values]]:
    """The main pass, and the losses that are medians: of all rows and of those not flagged.

    flag: which rows are outliers; watched: the places of what few rows may carry; exact: do not round scores.
    """
    problem = reading.problem
    medians = Medians.of(problem, layout.losses)

    def flags(rows: Rows) -> Mask | None:
        return None if flag is None else flag(rows)

    def series(block: int) -> list[tuple[Floats, Floats]]:
        rows = reading.rows(block)
        return medians.series(rows, flags(rows))

    sought = Sought.seek(series, 0.5, reading.blocks)
    first = reading.rows(0)
    columns = list(row_quantities(problem, layout, first))
    shift = first_medians(columns)
    many = reading.blocks > FEW_BLOCKS
    least = {place: bound(first.w * columns[place], reading.blocks) for place in watched if many}

    def work(rows: Rows) -> Summary:
        flagged = flags(rows)
        largest: dict[int, Largest] = {}
        computed = _kept(_counted(row_quantities(problem, layout, rows)), rows.w, least, largest)
        return Summary(
            Moments.of(computed, rows.w, shift, flagged, rows.number),
            tuple(_metrics(problem, rows, model, exact=exact) for model in rows.models),
            rows.clipped,
            (rows.number[flagged],) if flagged is not None and flagged.any() else (),
            sought.look(medians.series(rows, flagged)),
            largest,
        )

    with progress.stage("computing losses", reading.blocks * len(layout.columns), of="columns"):
        summary = reading.fold(work, Summary.merge)
    summary = replace(summary, metrics=tuple(map(_with_pooled, summary.metrics)))
    return summary, medians.split(sought.values(summary.looks, series, reading.blocks, reading.jobs))


def _counted(columns: Iterator[Floats]) -> Iterator[Floats]:
    for column in columns:
        yield column
        progress.advance("columns")


def _kept(
    columns: Iterator[Floats], w: Floats, least: dict[int, float], largest: dict[int, Largest]
) -> Iterator[Floats]:
    """The columns; the largest values of those with a bound are put into `largest`."""
    alike = bool((w == 1.0).all())
    for place, column in enumerate(columns):
        if place in least:
            largest[place] = Largest.of(column if alike else w * column, least[place])
        yield column


def _with_pooled(found: Metrics) -> Metrics:
    """With the distributions of all labels as one, where each label has its own."""
    each = found.get(Distribution)
    return found | {Pooled: Pooled.of(each)} if OfLabels in found and isinstance(each, list) else found


def row_quantities(problem: Problem, layout: Layout, rows: Rows) -> Iterator[Floats]:
    """The row quantities of one block, in the order of the layout."""
    models = arguments_of(problem, rows)
    for column in layout.columns:
        if column.model is None:
            yield _least(layout.losses[column.loss], problem, rows.y)
        else:
            yield _part(layout, column, models[column.model])


@np.errstate(over="ignore", divide="ignore", invalid="ignore")
def _part(layout: Layout, column: RowQuantity, given: Arguments) -> Floats:
    """A part of a loss for one model, row by row."""
    one = layout.losses[column.loss]
    part = quantities(one.loss, layout.classes)[column.part]
    return np.asarray(part(*given.of(one.loss), **dict(one.params)))


def _least(bound: BoundLoss, problem: Problem, y: Floats) -> Floats:
    """The least value over predictions, row by row; for classes by the list of the true ones."""
    if problem.labels:
        return np.asarray(bound.infimum(np.arange(problem.true_labels, dtype=np.float64)))[codes(y)]
    return np.asarray(bound.infimum(y))


def first_medians(columns: Iterable[Floats]) -> Floats:
    """A shift in the middle of each column, which keeps the digits of its variance; an outlier does not
    move a median."""
    finite = (x[np.isfinite(x)] for x in columns)
    return np.array([float(np.median(x)) if len(x) else 0.0 for x in finite])


def _metrics(problem: Problem, rows: Rows, model: Predicted, *, exact: bool) -> Metrics:
    found: Metrics = {}
    for task in problem.tasks:
        found |= _metrics_of(task, problem, side(rows.y, problem.task, task), rows.w, model, exact=exact)
    return found


def _metrics_of(
    task: Task, problem: Problem, y: Floats, w: Floats, model: Predicted, *, exact: bool
) -> Metrics:
    if task is Task.MULTIOUTPUT:
        return {OfOutputs: OfOutputs.of(y, model[Kind.VALUE], w)}
    if task in NUMBERS:
        return {Comoments: Comoments.of(y, model[Kind.VALUE], w)}
    if task is Task.MULTILABEL:
        return _of_labels(problem, y, w, model, exact=exact)
    if task not in CLASSES:
        return {source: source.of(columns, w) for source, columns in own_terms(task, problem, y, model)}
    k = len(problem.labels)
    found: Metrics = {
        Confusion: Confusion.of(*labelled(task, problem, y, model), w, k, places_of(task, problem))
    }
    if model.keys().isdisjoint(RANKING):
        return found
    if task is Task.BINARY or k <= RANKED_CLASSES:
        found[Distribution] = [Distribution.of(p, own, w, exact=exact) for p, own in ranked(y, model)]
    if task is Task.MULTICLASS:
        found |= _of_classes(problem, codes(y), w, model, exact=exact)
    return found


def _of_labels(problem: Problem, y: Floats, w: Floats, model: Predicted, *, exact: bool) -> Metrics:
    labels = Arguments(Task.MULTILABEL, y, model, problem.threshold).get(Argument.LABEL, LABELS)
    found: Metrics = {OfLabels: OfLabels.of(label_terms(*labels), w)}
    if not model.keys().isdisjoint(RANKING) and y.shape[1] <= RANKED_LABELS:
        found[Distribution] = [Distribution.of(p, own, w, exact=exact) for p, own in ranked(y, model)]
    return found


def _of_classes(problem: Problem, true: Codes, w: Floats, model: Predicted, *, exact: bool) -> Metrics:
    """What is read of the predictions for several classes together."""
    found: Metrics = {}
    p = ranking(model)
    if 2 <= problem.true_labels <= PAIRED_CLASSES:
        found[OneVsOne] = OneVsOne.of(true, p, w, problem.true_labels, exact=exact)
    if Kind.PROBABILITY in model or Kind.LOGIT in model:
        p = model[Kind.PROBABILITY] if Kind.PROBABILITY in model else np.exp(log_softmax(model[Kind.LOGIT]))
        found[TopLabel] = TopLabel.of(true, p, w, exact=exact)
    return found


def places_of(task: Task, problem: Problem) -> Floats | None:
    """Of each class in their order, (k,); None where none is known."""
    known = task is Task.MULTICLASS and problem.places
    return np.array(problem.places, dtype=np.float64) if known else None


def labelled(task: Task, problem: Problem, y: Floats, model: Predicted) -> tuple[Codes, Codes]:
    """The true and the predicted codes: (n,) each."""
    _, label = Arguments(task, y, model, problem.threshold).get(Argument.LABEL, LABELS)
    return codes(y), label.astype(np.intp)


def ranking(model: Predicted) -> Floats:
    """What ranks the rows: (n,), or a column per class or label."""
    return model[next(kind for kind in RANKING if kind in model)]


def ranked(y: Floats, model: Predicted) -> Iterator[tuple[Floats, Mask]]:
    """What ranks the rows, and which are positive, (n,) each: of two classes once, of several each class
    against the rest, of labels each."""
    p = ranking(model)
    if p.ndim == 1:
        yield p, y == 1.0
    elif y.ndim == 2:
        yield from zip(p.T, y.T > 0, strict=True)
    else:
        yield from ((column, y == code) for code, column in enumerate(p.T))


def own_terms(
    task: Task, problem: Problem, y: Floats, model: Predicted
) -> Iterator[tuple[type[Sums], Iterator[Floats]]]:
    """The summaries of predictions of several columns, and the row quantities that each takes: (n,) each."""
    if task is Task.FORECAST:
        return _forecast_terms(problem, y, model)
    return vector_terms(task, y, model, problem.threshold)


def _forecast_terms(
    problem: Problem, y: Floats, model: Predicted
) -> Iterator[tuple[type[Sums], Iterator[Floats]]]:
    if Kind.QUANTILES in model:
        yield OfQuantiles, quantile_terms(y, model[Kind.QUANTILES], problem.levels)
    if Kind.INTERVAL in model:
        yield OfInterval, interval_terms(y, *model[Kind.INTERVAL].T)
    if Kind.MOMENTS in model:
        yield OfRank, gaussian_terms(y, *model[Kind.MOMENTS].T)
    elif Kind.ENSEMBLE in model:
        yield OfRank, ensemble_terms(y, model[Kind.ENSEMBLE])


def probe(reading: Reading, layout: Layout, moves: Sequence[Sequence[Move]]) -> Floats:
    """Σ w·x of the row quantities when every target is moved: (C,), the mean over the moves that each loss
    allows; NaN where it allows none."""
    every = tuple(dict.fromkeys(move for own in moves for move in own))

    def work(rows: Rows) -> Floats:
        moved = {move: arguments_of(reading.problem, replace(rows, y=move(rows.y))) for move in every}
        found = np.full(len(layout.columns), np.nan)
        for k, column in enumerate(layout.columns):
            own = moves[column.loss]
            if column.model is not None and own:
                with np.errstate(over="ignore", invalid="ignore"):
                    sums = [float(rows.w @ _part(layout, column, moved[m][column.model])) for m in own]
                found[k] = sum(sums) / len(sums)
            progress.advance("columns")
        return found

    with progress.stage("weighing one outlier", reading.blocks * len(layout.columns), of="columns"):
        return reading.fold(work, np.add)
