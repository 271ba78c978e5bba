"""All rows of a file: recalibrated for each model, and drawn anew as if a model were calibrated."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from losscli.comparison.losses import TableFacts
from losscli.domain import Codes, Floats, Kind, Task, sigmoid
from losscli.inference.calibrated import Noise, drawn_targets, limit
from losscli.inference.recalibration import MEAN, Elicited, Ordered, recalibrated
from losscli.loss import BoundLoss
from losscli.loss.arguments import Arguments
from losscli.loss.catalogue import CATALOGUE

DRAWN_ROWS = 5_000  # of more rows so many are drawn anew, evenly spaced by their predictions
_DRAWN, _FEWEST, _USUAL, _MOST = 200_000, 39, 199, 999  # targets that are drawn, and draws
# The powers of the rows with which what chance gains falls, and its spread: Zhang 2002,
# doi:10.1214/aos/1021379864, for a truth that rises everywhere.
_RATE, _SPREAD_RATE = 2 / 3, 5 / 6
_KINDS = (Kind.VALUE, Kind.PROBABILITY, Kind.LOGIT)
TASKS = frozenset({Task.REGRESSION, Task.COUNTS, Task.BINARY})
_ELICITED = {"mean": MEAN, "P(y=1)": MEAN, "median": Elicited(0.5, quantile=True)}
_AT_LEVEL = {"the {tau}-quantile": True, "the {tau}-expectile": False}  # whether it is a quantile


def elicited_of(bound: BoundLoss) -> Elicited | None:
    """What a loss asks for, where it is a mean over the rows and consistent for a mean, a quantile or an
    expectile; None for others, for sums, and for a loss of the user's own."""
    loss = bound.loss
    known = loss.task in TASKS and loss.reduction.is_mean and not loss.terms
    if not known or not loss.needs & set(_KINDS) or all(loss is not one for one in CATALOGUE):
        return None
    if loss.elicits in _AT_LEVEL:
        return Elicited(dict(bound.params)["tau"], quantile=_AT_LEVEL[loss.elicits])
    return _ELICITED.get(loss.elicits)


@dataclass(frozen=True, slots=True)
class Sample:
    """All rows of a file, in its order: row numbers, targets, weights (n,), and each model's predictions, as
    probabilities or values, with what orders them."""

    task: Task
    number: Codes
    y: Floats
    w: Floats
    predictions: Mapping[int, tuple[Floats, Floats]]

    @classmethod
    def read(cls, facts: TableFacts) -> "Sample":
        """One pass over the rows."""
        problem, blocks = facts.problem, list(facts.reading.each())
        number, y, w = (
            np.concatenate([getattr(one, name) for one in blocks]) for name in ("number", "y", "w")
        )
        kinds = {
            m: next((kind for kind in _KINDS if any(part.kind is kind for part in model.parts)), None)
            for m, model in enumerate(problem.models)
        }
        columns = {
            m: (kind, np.concatenate([one.models[m][kind] for one in blocks]))
            for m, kind in kinds.items()
            if kind is not None
        }
        found = {m: (sigmoid(s) if kind is Kind.LOGIT else s, s) for m, (kind, s) in columns.items()}
        return cls(problem.task, number, y, w, found)

    @property
    def kind(self) -> Kind:
        return Kind.PROBABILITY if self.task is Task.BINARY else Kind.VALUE

    def losses(self, bound: BoundLoss, p: Floats, y: Floats | None = None) -> Floats:
        """Of every row, at these predictions, and these targets or its own: in the shape of p."""
        y = np.broadcast_to(self.y if y is None else y, p.shape).ravel()
        given = Arguments(self.task, y, {self.kind: p.ravel()}).of(bound.loss)
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            found = bound.value(*given)
            # At the end of its domain a loss may be a limit, such as 0 log 0.
            ends = ~np.isfinite(found) & (p.ravel() == y)
        if ends.any():
            found = np.where(ends, bound.infimum(y), found)
        return found.reshape(p.shape)


@dataclass(frozen=True, slots=True)
class Recalibrated:
    """A model's rows in ascending order of its predictions; order: (n,) of the file's rows; x, y, fitted:
    predictions, targets, recalibrated predictions (n,)."""

    sample: Sample
    elicited: Elicited
    order: Codes
    rows: Ordered
    x: Floats
    y: Floats
    fitted: Floats

    @classmethod
    def of(cls, sample: Sample, model: int, elicited: Elicited) -> "Recalibrated":
        x, key = sample.predictions[model]
        order = np.argsort(key, kind="stable")
        rows, y = Ordered.of(key[order], sample.w[order]), sample.y[order]
        return cls(sample, elicited, order, rows, x[order], y, recalibrated(rows, y, elicited))

    def at(self, elicited: Elicited) -> "Recalibrated":
        """The same rows recalibrated to another functional."""
        return replace(self, elicited=elicited, fitted=recalibrated(self.rows, self.y, elicited))

    @property
    def by_row(self) -> Floats:
        """The recalibrated predictions in the order of the file."""
        found = np.empty_like(self.fitted)
        found[self.order] = self.fitted
        return found


def noise_of(bound: BoundLoss, task: Task) -> Noise:
    """What targets are around a calibrated prediction."""
    if task is Task.BINARY:
        return Noise.COIN
    return Noise.TIMES if bound.loss.prediction.low == 0 and bound.target.low == 0 else Noise.ADDED


@dataclass(frozen=True, slots=True)
class Chance:
    """Targets drawn so that `centre` is calibrated, and what recalibration makes of it.

    at: the rows that are drawn, by their places (m,); targets, fits: (B, m).
    """

    sample: Sample
    at: Codes
    w: Floats
    centre: Floats
    targets: Floats
    fits: Floats
    of_rows: int

    @classmethod
    def of(cls, model: Recalibrated, centre: Floats, noise: Noise, seed: int, confidence: float) -> "Chance":
        """centre: (n,), in the order of the model's rows; confidence: for whose limits draws are enough."""
        n = len(centre)
        at = np.unique(np.linspace(0, n - 1, min(n, DRAWN_ROWS)).astype(np.intp))
        needed = max(_FEWEST, math.ceil(2 / (1 - confidence) - 1e-9) - 1)
        draws = min(max(min(_DRAWN // len(at), _USUAL), needed), _MOST)
        random = np.random.default_rng(seed)
        targets = drawn_targets(random, centre[at], model.y[at], model.elicited, noise, draws)
        rows = model.rows.only(at)
        fits = recalibrated(rows.times(draws), targets.ravel(), model.elicited).reshape(targets.shape)
        return cls(model.sample, at, rows.w, centre[at], targets, fits, n)

    def gains(self, bound: BoundLoss) -> Floats:
        """What recalibration gains in each draw: (B,). Of the rows drawn, which is more than of all."""
        centre = np.broadcast_to(self.centre, self.fits.shape)
        before, after = (self.sample.losses(bound, p, self.targets) for p in (centre, self.fits))
        return np.asarray((before - after) @ self.w / self.w.sum())

    def limit(self, bound: BoundLoss, confidence: float) -> float | None:
        """What chance gains at most: in a share `confidence` of draws, or, where targets are above 0 and the
        draws are only nearly right, with half the tail. None where there are too few draws."""
        tail = (1 - confidence) / (2 if noise_of(bound, self.sample.task) is Noise.TIMES else 1)
        return limit(self.gains(bound), 1 - tail)

    def expected(self, bound: BoundLoss) -> tuple[float, float]:
        """(mean, standard deviation) of what chance gains of all rows."""
        gains, share = self.gains(bound), len(self.at) / self.of_rows
        return float(gains.mean()) * share**_RATE, float(gains.std()) * share**_SPREAD_RATE
