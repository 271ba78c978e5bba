"""Rows resampled: every loss of every model in every replicate, and their differences."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from losscli.comparison.losses import Facts, Found
from losscli.comparison.request import Request
from losscli.comparison.summary import row_quantities
from losscli.domain import Floats
from losscli.engine import fold
from losscli.inference import Studentised, level_intervals, log_ratio, pairs_of, plain, smooth
from losscli.loss import BoundLoss, Reduction
from losscli.resample import Replicates, UnitSums, replicate, squares
from losscli.rows import load
from losscli.table import Table, block_count

RESAMPLES, MANY_RESAMPLES, MANY_MODELS = 2_000, 9_999, 5
_RESAMPLED = (Reduction.MEAN, Reduction.ROOT, Reduction.RATIO)


@dataclass(frozen=True, slots=True)
class _Own:
    """A loss that is resampled. models: those that have a finite value, by their numbers; places: of the
    parts of each among the columns that are resampled."""

    loss: int
    bound: BoundLoss
    models: tuple[int, ...]
    places: tuple[tuple[int, ...], ...]

    @property
    def is_mean(self) -> bool:
        """Whether the loss is a mean, or the root of one."""
        return self.bound.loss.reduction is not Reduction.RATIO

    def value(self, *means: Floats) -> Floats:
        """The loss of one model, of the means of its parts."""
        if self.is_mean:
            root = self.bound.loss.reduction is Reduction.ROOT
            return np.asarray(np.sqrt(np.maximum(means[0], 0.0)) if root else means[0])
        return np.asarray(np.vectorize(self._combined, otypes=[np.float64])(*means))

    def _combined(self, *means: float) -> float:
        """NaN where a replicate leaves the domain of the function."""
        combine = self.bound.loss.combine
        assert combine is not None
        try:
            found = combine(*map(float, means), **dict(self.bound.params))
        except (ValueError, TypeError, ZeroDivisionError, OverflowError):
            return math.nan
        return math.nan if isinstance(found, complex) else found


class Uncertainty:
    """Replicates of the losses that are resampled, and what they say."""

    def __init__(
        self,
        table: Table,
        facts: Facts,
        request: Request,
        found: Sequence[Sequence[Found]],
        chosen: Sequence[int],
    ) -> None:
        """found: of every loss and model; chosen: the losses to resample, by their numbers."""
        self.facts, self.request, self.found = facts, request, found
        self.rows = facts.moments.rows
        columns: list[int] = []
        self.own = {loss: self._own(loss, columns) for loss in chosen if self._can(loss)}
        self.pairs = {loss: pairs_of(len(own.models)) for loss, own in self.own.items()}
        units = _unit_sums(table, facts, request, columns)
        self.units = len(units.keys)
        self.sums = units
        self.replicates = self._replicates(units)
        self._errors = self.replicates.errors
        self._values: dict[int, Floats] = {}

    def _can(self, loss: int) -> bool:
        return self.facts.layout.losses[loss].loss.reduction in _RESAMPLED and any(
            math.isfinite(one.value) for one in self.found[loss]
        )

    def _own(self, loss: int, columns: list[int]) -> _Own:
        """The loss with the places of its columns, which are added to those to resample."""
        models = tuple(m for m, one in enumerate(self.found[loss]) if math.isfinite(one.value))
        places = []
        for model in models:
            parts = self.facts.layout.of_model(loss, model) or []
            columns += [part for part in parts if part not in columns]
            places.append(tuple(columns.index(part) for part in parts))
        return _Own(loss, self.facts.layout.losses[loss], models, tuple(places))

    def _replicates(self, units: UnitSums) -> Replicates:
        """Of the columns, then of the differences of the models in losses that are means."""
        count = units.sums.shape[1]
        differences: list[tuple[int, int]] = []
        self.at: dict[tuple[int, int, int], int] = {}  # (loss, first, second) → column
        for loss, own in self.own.items():
            for a, b in self.pairs[loss] if own.is_mean else ():
                self.at[loss, a, b] = count + len(differences)
                differences.append((own.places[a][0], own.places[b][0]))
        contrasts = units.contrasts(differences).sums
        self.signs = (contrasts > 0).sum(axis=0), (contrasts < 0).sum(axis=0)
        both = np.concatenate([units.sums, contrasts], axis=1)
        joint = [pair for own in self.own.values() for pair in self._joint(own)]
        products = tuple(dict.fromkeys((*squares(both.shape[1]), *joint)))
        models = len(self.facts.problem.models)
        resamples = self.request.resamples or (MANY_RESAMPLES if models > MANY_MODELS else RESAMPLES)
        with np.errstate(over="ignore", invalid="ignore"):  # of huge losses, which get no interval
            return replicate(
                UnitSums(units.keys, units.w, both),
                resamples,
                self.request.seed,
                products,
                precise=bool(joint),
            )

    def _joint(self, own: _Own) -> list[tuple[int, int]]:
        """The pairs of columns whose covariance a measure against the baseline needs."""
        if not own.is_mean or own.loss not in dict(self.facts.allowed):
            return []
        every = sorted({places[0] for places in own.places})
        return list(combinations(every, 2))

    def level(self, loss: int, model: int) -> tuple[float, float] | None:
        """The interval of a loss of one model, by its number; None where the rows do not give one."""
        own = self.own[loss]
        at = own.models.index(model)
        found = (
            self._columns([own.places[at][0]])
            if own.is_mean
            else self._ratio(loss, self.values(loss)[:, at], model)
        )
        low, high = level_intervals(found, self.request.confidence)
        ends = np.array([low[0], high[0]])
        ends = own.value(ends) if own.is_mean else ends
        return (float(ends[0]), float(ends[1])) if np.isfinite(ends).all() else None

    def differences(self, loss: int) -> Studentised:
        """Of all pairs of the models that have a value, in the unit of the loss."""
        own, pairs = self.own[loss], self.pairs[loss]
        if not own.is_mean:
            values, models = self.values(loss), own.models
            return _beside(
                [self._ratio(loss, values[:, a] - values[:, b], models[a], models[b]) for a, b in pairs]
            )
        found = self._columns([self.at[loss, a, b] for a, b in pairs])
        if own.bound.loss.reduction is not Reduction.ROOT:
            return found
        # √a - √b is (a - b) over the sum of the roots, which moves little beside the difference.
        means = self.replicates.mean
        roots = np.array([sum(math.sqrt(means[own.places[m][0]]) for m in pair) for pair in pairs])
        roots = np.where(roots > 0, roots, 1.0)
        return Studentised(
            found.value / roots, found.error / roots, found.values / roots, found.errors / roots
        )

    def discordant(self, loss: int, a: int, b: int) -> tuple[int, int]:
        """How many units only the first of a pair misses, and only the second."""
        at = self.at[loss, a, b] - (len(self.replicates.mean) - len(self.signs[0]))
        return int(self.signs[0][at]), int(self.signs[1][at])

    def values(self, loss: int) -> Floats:
        """(B, m) The loss of each model that has a value, in every replicate."""
        if loss not in self._values:
            own, means = self.own[loss], self.replicates.means
            each = [own.value(*(means[:, p] for p in places)) for places in own.places]
            self._values[loss] = np.column_stack(each)
        return self._values[loss]

    def log_ratio(self, loss: int, model: int, baseline: int) -> Studentised:
        """Of the losses of two models, by their numbers."""
        own = self.own[loss]
        at = [own.models.index(model), own.models.index(baseline)]
        if own.is_mean:
            half = 0.5 if own.bound.loss.reduction is Reduction.ROOT else 1.0
            places = [own.places[m][0] for m in at]
            return smooth(lambda a, b: half * log_ratio(a, b), *self.replicates.joint(places))
        a, b = (self.found[loss][m].value for m in (model, baseline))
        values = self.values(loss)
        return plain(math.log(a / b), log_ratio(values[:, at[0]], values[:, at[1]]))

    def _columns(self, places: Sequence[int]) -> Studentised:
        mean, error, means, errors = self._errors
        chosen = list(places)
        return Studentised(mean[chosen], error[chosen], means[:, chosen], errors[:, chosen])

    def _ratio(self, loss: int, values: Floats, model: int, other: int | None = None) -> Studentised:
        """A function of several means, or the difference of two: one spread, over the replicates, for all."""
        value = self.found[loss][model].value
        return plain(value if other is None else value - self.found[loss][other].value, values)


def _beside(parts: Sequence[Studentised]) -> Studentised:
    return Studentised(
        np.concatenate([one.value for one in parts]),
        np.concatenate([one.error for one in parts]),
        np.concatenate([one.values for one in parts], axis=1),
        np.concatenate([one.errors for one in parts], axis=1),
    )


def _unit_sums(table: Table, facts: Facts, request: Request, columns: Sequence[int]) -> UnitSums:
    """One more pass over the rows, for these columns of the layout alone."""
    layout, problem = facts.layout, facts.problem
    own = replace(layout, columns=tuple(layout.columns[place] for place in columns))

    def work(block: int) -> UnitSums:
        rows = load(table, problem, block, drop=request.drop, clip=request.clip)
        return UnitSums.of(row_quantities(problem, own, rows), rows.w, facts.units.of(rows.number))

    return fold(block_count(table), work, UnitSums.merge, request.jobs)
