"""Rows resampled: every loss of every model in every replicate, their differences, the terms of metrics."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from losscli.comparison.losses import Found, TableFacts
from losscli.comparison.request import Request
from losscli.comparison.summary import RowQuantity, row_quantities
from losscli.comparison.verdicts.metric_terms import TermColumns, metric_terms, term_columns
from losscli.comparison.verdicts.resampling_units import ResamplingUnits
from losscli.data.rows import Rows
from losscli.domain import Codes, Floats, Mask, Task
from losscli.inference import (
    Studentised,
    beside,
    bootstrap_t_intervals,
    pairs_of,
    plain,
    without_rounding,
)
from losscli.inference.resample import Replicates, UnitSums, effective_size, replicate, squares
from losscli.inference.studentised import PIECE
from losscli.inference.tail import Tail
from losscli.loss import BoundLoss, Trait
from losscli.loss.arguments import codes
from losscli.loss.reduction import of_means
from losscli.metrics.aggregate import merge_each

RESAMPLES, MANY_RESAMPLES, MANY_MODELS = 2_000, 9_999, 5
# Models up to which there are 9,999 replicates, and pairs on every loss. The cost of both grows with the
# square of the models; beyond 190 pairs 9,999 are too few for the first step of Holm, and 2,000 tell the
# largest |t*|.
MOST_PAIRED = 20
MOST_BESIDE = 400  # differences that are resampled beside the losses, in one product; more, by pieces
_NEARLY_ALL = 0.999  # of a sum: single precision keeps little of the rest


@dataclass(frozen=True, slots=True)
class ResampledLoss:
    """A loss that is own. models: those that have a finite value, by their numbers; places: of the
    parts of each among the columns that are own."""

    bound: BoundLoss
    models: tuple[int, ...]
    places: tuple[tuple[int, ...], ...]

    @property
    def is_mean(self) -> bool:
        """Whether the loss is a mean, or the root of one."""
        return self.bound.loss.reduction.is_mean_or_root

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """All pairs, by their places among the models."""
        return pairs_of(len(self.models))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bootstrap:
    """Replicates, and what they are of.

    found: of every loss and model.
    losses: of the losses that are resampled, by their numbers.
    sums: of the units, a column for each row quantity of these losses.
    places: of these columns, by their places in the layout.
    at: the place of the difference of two models in a loss among all differences.
    signs: of the units' differences, how many are above and below 0.
    tails: of the sizes of these differences.
    precise: whether to the same bits in all runs.
    studentised: of the losses, and of the differences where these are few.
    values: (B, m) each loss of its models.
    terms: the terms of each model's summaries.
    term_sums: the same of the units.
    classes: (2,) how many units of equal weight have rows of each class, empty where there are not two.
    flagged: replicates of the flagged rows alone, of the same columns as `sums`.
    filled: (B,) Σwx of the columns that flagged rows nearly fill.
    """

    facts: TableFacts
    confidence: float
    seed: int
    found: Sequence[Sequence[Found]]
    losses: Mapping[int, ResampledLoss]
    units: ResamplingUnits
    sums: UnitSums
    places: Mapping[int, int]
    at: Mapping[tuple[int, int, int], int]
    signs: tuple[Codes, Codes]
    tails: list[Tail]
    replicates: Replicates
    precise: bool
    studentised: Studentised
    values: Mapping[int, Floats]
    terms: Sequence[TermColumns]
    term_sums: UnitSums
    classes: Floats
    flagged: Replicates | None
    filled: Mapping[int, Floats]

    @property
    def rows(self) -> int:
        return self.facts.moments.rows

    def interval(self, loss: int, model: int) -> tuple[float, float] | None:
        """The interval of a loss of one model, by its number; None where the rows do not give one."""
        own = self.losses[loss]
        at = own.models.index(model)
        if own.is_mean:
            found = self.studentised.take([own.places[at][0]])
        else:
            found = self._ratio(loss, self.values[loss][:, at], model)
        ends = np.concatenate(bootstrap_t_intervals(found, self.confidence))
        ends = of_means(own.bound, [ends]) if own.is_mean else ends
        return (float(ends[0]), float(ends[1])) if np.isfinite(ends).all() else None

    def differences(self, loss: int) -> Studentised:
        """Of all pairs of the models that have a value, in the unit of the loss."""
        own = self.losses[loss]
        if not own.is_mean:
            values, models = self.values[loss], own.models
            return beside(
                [self._ratio(loss, values[:, a] - values[:, b], models[a], models[b]) for a, b in own.pairs]
            )
        means = self.replicates.mean
        size = np.array([sum(abs(means[own.places[m][0]]) for m in pair) for pair in own.pairs])
        found = without_rounding(self._mean_differences(loss, own.pairs), size)
        if own.bound.loss.reduction.power == 1:
            return found
        # √a - √b is (a - b) over the sum of the roots, which moves little beside the difference.
        roots = np.array([sum(math.sqrt(means[own.places[m][0]]) for m in pair) for pair in own.pairs])
        return found.over(np.where(roots > 0, roots, 1.0))

    def discordant(self, loss: int, a: int, b: int) -> tuple[int, int]:
        """How many units only the first of a pair misses, and only the second."""
        at = self.at[loss, a, b]
        return int(self.signs[0][at]), int(self.signs[1][at])

    def tail(self, loss: int, a: int, b: int) -> Tail | None:
        """Of the sizes of the differences of a pair, by their places among the models; None where the loss is
        bounded, so that no row can carry it, or no mean."""
        if (loss, a, b) not in self.at or Trait.BOUNDED in self.losses[loss].bound.traits:
            return None
        return self.tails[self.at[loss, a, b]]

    def total(self, place: int) -> Floats:
        """(B,) Σwx of a row quantity, by its place in the layout."""
        column = self.places[place]
        if column in self.filled:
            return self.filled[column]
        return np.asarray(self.replicates.means[:, column] * self.replicates.w)

    def flagged_total(self, place: int) -> Floats:
        """(B,) The same of the flagged rows."""
        assert self.flagged is not None
        sums = self.flagged.means[:, self.places[place]] * self.flagged.w
        return np.where(self.flagged.w > 0, sums, 0.0)

    def _mean_differences(self, loss: int, pairs: Sequence[tuple[int, int]]) -> Studentised:
        """Of the means of a loss, or of those whose root it is."""
        if len(self.at) <= MOST_BESIDE:
            return self.studentised.take([len(self.places) + self.at[loss, a, b] for a, b in pairs])
        places = self.losses[loss].places
        columns = [(places[a][0], places[b][0]) for a, b in pairs]
        shape = len(self.replicates.w), len(pairs)
        found = Studentised(np.empty(shape[1]), np.empty(shape[1]), np.empty(shape), np.empty(shape))
        for first in range(0, len(pairs), PIECE):
            piece = self.sums.contrasts(columns[first : first + PIECE])
            products = squares(piece.sums.shape[1])
            with np.errstate(over="ignore", invalid="ignore"):  # of huge losses
                drawn = replicate(piece, shape[0], self.seed, products, precise=self.precise)
            found.put(first, drawn.studentised)
        return found

    def _ratio(self, loss: int, values: Floats, model: int, other: int | None = None) -> Studentised:
        """A function of several means, or the difference of two: one spread, over the replicates, for all."""
        value = self.found[loss][model].value
        return plain(value if other is None else value - self.found[loss][other].value, values)


def resamples_of(request: Request, models: int) -> int:
    """How many replicates: more where there are many pairs, unless these are too many to gain by it."""
    return request.resamples or (MANY_RESAMPLES if MANY_MODELS < models <= MOST_PAIRED else RESAMPLES)


def bootstrap(
    facts: TableFacts,
    found: Sequence[Sequence[Found]],
    units: ResamplingUnits,
    chosen: Sequence[int],
    *,
    metrics: bool,
) -> Bootstrap:
    """Resample. chosen: the losses, by their numbers; metrics: and the terms of metrics.

    One more pass over the rows, for these columns alone.
    """
    places: dict[int, int] = {}
    losses = {
        loss: _resampled(facts, found[loss], loss, places)
        for loss in chosen
        if facts.layout.losses[loss].loss.reduction.from_means
        and any(math.isfinite(one.value) for one in found[loss])
    }
    at: dict[tuple[int, int, int], int] = {}
    differences: list[tuple[int, int]] = []
    for loss, one in losses.items():
        for a, b in one.pairs if one.is_mean else ():
            at[loss, a, b] = len(differences)
            differences.append((one.places[a][0], one.places[b][0]))
    sums, of_terms, flagged, of_classes = _sums(facts, units, list(places), metrics)
    terms = term_columns(facts) if metrics else ()
    usable: Mask = np.asarray(np.isfinite(of_terms.sums).all(axis=0))
    terms = [one for one in terms if usable[one.first : one.end].all()]
    of_terms = UnitSums(of_terms.keys, of_terms.w, np.where(usable, of_terms.sums, 0.0))
    signs, tails = _signs_and_tails(sums, differences)
    inside = sums.contrasts(differences if len(differences) <= MOST_BESIDE else [])
    every = np.concatenate([sums.sums, inside.sums, of_terms.sums], axis=1)
    judged = len(places) + inside.sums.shape[1]
    request = facts.request
    kept = request.replicates or bool(request.allowances)  # to the same bits in all runs
    count = resamples_of(request, len(facts.problem.models))
    with np.errstate(over="ignore", invalid="ignore"):  # of huge losses, which get no interval
        drawn = replicate(
            UnitSums(sums.keys, sums.w, every),
            count,
            request.seed,
            squares(judged),
            precise=kept,
            jobs=facts.reading.jobs,
        )
        outliers, filled = None, {}
        if len(flagged.keys):
            outliers = replicate(flagged, count, request.seed, precise=True)
            filled = _totals(sums, flagged, count, request.seed)
    return Bootstrap(
        facts=facts,
        confidence=request.confidence,
        seed=request.seed,
        found=found,
        losses=losses,
        units=units,
        sums=sums,
        places=places,
        at=at,
        signs=signs,
        tails=tails,
        replicates=drawn,
        precise=kept,
        studentised=drawn.studentised,
        values={loss: _values(one, drawn) for loss, one in losses.items()},
        terms=[one.after(judged) for one in terms],
        term_sums=of_terms,
        classes=effective_size(of_classes.sums),
        flagged=outliers,
        filled=filled,
    )


def _signs_and_tails(
    sums: UnitSums, differences: Sequence[tuple[int, int]]
) -> tuple[tuple[Codes, Codes], list[Tail]]:
    """((how many units are above 0, how many below), the tail of the sizes) of each difference."""
    above, below = np.zeros((2, len(differences)), dtype=np.intp)
    tails: list[Tail] = []
    for first in range(0, len(differences), PIECE):
        piece = sums.contrasts(differences[first : first + PIECE]).sums
        part = slice(first, first + piece.shape[1])
        above[part], below[part] = (piece > 0).sum(axis=0), (piece < 0).sum(axis=0)
        tails += [Tail.of(np.abs(one)) for one in piece.T]
    return (above, below), tails


def _totals(sums: UnitSums, flagged: UnitSums, count: int, seed: int) -> dict[int, Floats]:
    """(B,) Σwx of each column that flagged rows nearly fill: what is left without them has its digits."""
    size, carried = (np.abs(part.sums).sum(axis=0) for part in (sums, flagged))
    columns = np.flatnonzero(carried > _NEARLY_ALL * size).tolist()
    if not columns:
        return {}
    drawn = replicate(sums.take(columns), count, seed, precise=True)
    return {column: drawn.means[:, at] * drawn.w for at, column in enumerate(columns)}


def _resampled(facts: TableFacts, found: Sequence[Found], loss: int, places: dict[int, int]) -> ResampledLoss:
    """The loss with the places of its columns, which are added to those to resample."""
    layout = facts.layout
    models = tuple(m for m, one in enumerate(found) if math.isfinite(one.value))
    of_models = [layout.of_model(loss, model) or [] for model in models]
    least = layout.place.get(RowQuantity(loss, 0, None))
    if least is not None and not math.isfinite(facts.moments.total[least]):
        least = None
    for place in chain(*of_models, () if least is None else (least,)):
        places.setdefault(place, len(places))
    return ResampledLoss(
        layout.losses[loss], models, tuple(tuple(places[p] for p in own) for own in of_models)
    )


def _values(own: ResampledLoss, drawn: Replicates) -> Floats:
    """(B, m) The loss of each model, of the means of its parts."""
    return np.column_stack([of_means(own.bound, [drawn.means[:, p] for p in one]) for one in own.places])


def _sums(facts: TableFacts, units: ResamplingUnits, columns: Sequence[int], metrics: bool) -> list[UnitSums]:
    """Of these columns of the layout, of the terms of metrics, of the columns in the flagged rows, and of the
    two classes where there are two."""
    problem, layout, of_models = facts.problem, facts.layout.only(columns), facts.summary.metrics
    flagged = facts.summary.flagged_rows
    two = problem.task is Task.BINARY

    def work(rows: Rows) -> list[UnitSums]:
        own = units.over(rows.number)
        x = list(row_quantities(problem, layout, rows))
        more: Iterator[Floats] = metric_terms(problem, of_models, rows) if metrics else iter(())
        out = _places(flagged, rows.number)
        outliers = UnitSums.over((column[out] for column in x), rows.w[out], own.take(out))
        with np.errstate(over="ignore", invalid="ignore"):  # of huge values, whose metrics get no interval
            of_terms = UnitSums.over(more, rows.w, own)
        classes = [(codes(rows.y) == c).astype(np.float64) for c in (0, 1)] if two else []
        return [UnitSums.over(x, rows.w, own), of_terms, outliers, UnitSums.over(classes, rows.w, own)]

    return [one.filled for one in facts.reading.fold(work, merge_each)]


def _places(flagged: Codes, number: Codes) -> Codes:
    """Where flagged rows are among rows that hold them: both ascending, by their numbers."""
    if not len(number):
        return number
    first, last = np.searchsorted(flagged, [number[0], number[-1] + 1])
    return np.searchsorted(number, flagged[first:last])
