"""What the methods share: a design, its targets, and where and how strongly each loss is trained there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from losscli.descent import interior, lbfgs, screened, starts
from losscli.descent.design import Design
from losscli.descent.ends import Solution
from losscli.descent.objective import Objective, Trainee, bulk_spread
from losscli.descent.scale import residual_scale
from losscli.descent.strengths import factors, slope_at_zero
from losscli.descent.textbook import Optimizer
from losscli.domain import LOG, NUMBERS, Codes, Floats, Task
from losscli.errors import NoDefault
from losscli.loss import Argument, BoundLoss, Loss, Params, Trait
from losscli.loss.catalogue import losses_for

TOLERANCE = 1e-9  # of the objective: what a descent may leave
MAX_ITER = 500
_ALIKE = 1e-13  # shares that differ by less are equal but for rounding
_FLOOR = 1e-12  # of the objective of a constant: an objective below it is rounding
_STEEPNESS = (1.0, 3.0)  # times the log loss' fit, as starts for losses of classes with several valleys
_SIZES, _PER_SIZE = (0.5, 2.0, 8.0), 8  # of random scores, as further starts
_CELLS, _FOLD_CELLS = 600_000, 60_000  # rows × coordinates × elemental fits, on all rows and in a fold
_LEAST, _MOST = 100, 3_000  # elemental fits
_KEPT, _FOLD_KEPT = 10, 5  # how many of them are starts


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train.

    task: of the targets
    classes: scores per row: 1 but for several classes, outputs or labels
    l2: the strength of ½ Σ slope²; None is auto
    scale: the residual scale s, in units of y; None is found from the rows
    optimizer: of the textbooks; None is the method that certifies the optimum
    tol, max_iter: None is the optimizer's own
    careful: every end is confirmed by Newton's step
    seed: of what is drawn
    l1: the strength of Σ|slope|
    penalty_scale: raw, or curvature, where strengths that are given are multiplied by `factors`
    """

    task: Task
    classes: int = 1
    l2: float | None = None
    scale: float | None = None
    optimizer: Optimizer | None = None
    tol: float | None = None
    max_iter: int | None = None
    careful: bool = True
    seed: int = 0
    l1: float = 0.0
    penalty_scale: str = "raw"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A loss to train, with the parameters that were written."""

    loss: Loss
    written: Params


class Workspace:
    """A design, its targets, and what several losses start from.

    centre: what is taken off the targets, and put back on intercepts by `moved`: a large one would cost
    digits of the residuals.
    """

    def __init__(self, design: Design, targets: Floats, settings: Settings, centre: float = 0.0) -> None:
        """targets: (t, n), for several outputs or labels (t, k, n)."""
        self.design, self.targets, self.settings = design, targets - centre, settings
        self.centre = centre
        certified = settings.optimizer is None
        self.tol = settings.tol if certified and settings.tol is not None else TOLERANCE
        self.max_iter = settings.max_iter if certified and settings.max_iter is not None else MAX_ITER

    @classmethod
    def centred(
        cls, design: Design, targets: Floats, wanted: Sequence[Wanted], settings: Settings
    ) -> "Workspace":
        """Less the median of the first target, unless a loss depends on more than the residual, or there is
        no intercept to put it back on."""
        residual = all(one.loss.argument is Argument.RESIDUAL for one in wanted)
        central = settings.task is Task.REGRESSION and residual and design.has_intercept
        centre = float(np.median(design.without_offset(targets[0]))) if central else 0.0
        return cls(design, targets, settings, centre)

    def moved(self, solution: Solution) -> Solution:
        """The solution of the targets as they were given."""
        if not self.centre:
            return solution
        plain = solution.plain if solution.plain is None else self.raised(solution.plain.ravel())[None]
        return replace(solution, v=self.raised(solution.v), plain=plain)

    def raised(self, v: Floats) -> Floats:
        """Coordinates (q,) with the centre on the intercept, which is the first."""
        raised: Floats = v.copy()
        raised[0] += self.centre
        return raised

    @cached_property
    def plain(self) -> tuple[Design, Floats]:
        """The rows in plain z-scores, and the way back, as `Design.plain` gives them."""
        return self.design.plain()

    @cached_property
    def bare(self) -> Floats:
        """The targets less what is added to scores: what is left for a model whose scores are predictions."""
        return self.design.without_offset(self.targets)

    @cached_property
    def scales(self) -> tuple[float | None, ...]:
        """s of each target: as given, else of its least absolute deviations fit; None for classes."""
        if self.settings.scale is not None or self.settings.task is not Task.REGRESSION:
            return (self.settings.scale,) * len(self.targets)
        w, design = self.design.w, self.design
        residuals = self.lad @ design.z.T - self.bare
        return tuple(
            residual_scale(r, w, design.rows, design.rank, bulk_spread(y, w))
            for r, y in zip(residuals, self.bare, strict=True)
        )

    @cached_property
    def least_squares(self) -> Floats:
        return starts.least_squares(self.design, self.bare)

    @cached_property
    def lad(self) -> Floats:
        """(t, q): the least absolute deviations fit of each target, without penalty."""
        return self._lad.v

    @cached_property
    def _lad(self) -> interior.Vertex:
        mae = named_loss("mae", Task.REGRESSION)
        return self._minimised([Trainee(mae, t) for t in range(len(self.targets))])

    @cached_property
    def elemental(self) -> starts.Elemental:
        """As many fits as are cheap beside the descents."""
        rng = np.random.default_rng([self.settings.seed, len(self.design.w)])
        cells = _CELLS if self.settings.careful else _FOLD_CELLS
        most = int(np.clip(cells // self.design.z.size, _LEAST, _MOST))
        return starts.Elemental.of(self.design, self.bare, most, rng)

    @cached_property
    def log_loss(self) -> Floats:
        """(t, d): the fit of the log loss to each target of classes."""
        bound = named_loss("bce" if self.settings.classes == 1 else "cross_entropy", self.settings.task)
        models = [Trainee(bound, t, self.strength(bound, t)) for t in range(len(self.targets))]
        objective = self.objective(models)
        return self.descended(objective, np.zeros((len(models), objective.size))).v

    @cached_property
    def _random(self) -> list[Floats]:
        """Random scores of several sizes, as starts of the fit on all rows."""
        if not self.settings.careful:
            return []
        rng = np.random.default_rng(self.settings.seed)
        k, n = self.settings.classes, len(self.design.w)
        noise = rng.standard_normal((_PER_SIZE * len(_SIZES), k, n))
        directions = (noise * np.sqrt(self.design.w)) @ self.design.z  # alike however the columns are turned
        sizes = np.repeat(_SIZES, _PER_SIZE)[:, None]
        return [sizes * directions.reshape(len(sizes), -1)]

    def sampled(self, count: int) -> "Workspace":
        """The same on some of the rows."""
        n = len(self.design.w)
        rng = np.random.default_rng([self.settings.seed, n])
        rows = np.sort(rng.choice(n, count, replace=False))
        return Workspace(self.design.sample(rows), self.targets[..., rows], self.settings)

    def imbalance(self, t: int) -> float | None:
        """n-/n+, None where a class is absent or there are not two; 1 where they weigh alike but for
        rounding."""
        if self.settings.task is not Task.BINARY:
            return None
        positive = float(self.design.w @ self.targets[t])
        if not 0.0 < positive < 1.0:
            return None
        return 1.0 if abs(positive - 0.5) < _ALIKE else (1.0 - positive) / positive

    def strength(self, bound: BoundLoss, t: int) -> float:
        """The l2 of a loss: as given, else 0 for numbers, and for classes the slope at score 0, twice over
        the rows, so that bce equals scikit-learn's C=1; of several classes that of cross_entropy does; of
        labels it is the mean over them."""
        if self.settings.l2 is not None:
            return self.settings.l2
        if self.settings.task in NUMBERS | {Task.MULTIOUTPUT}:
            return 0.0
        size = slope_at_zero(self.design, bound, self.targets[t], self.settings.classes)
        return 2.0 * size / self.design.rows

    def model(self, bound: BoundLoss, t: int, l1: float | None = None, l2: float | None = None) -> Trainee:
        """A loss and a target with the strengths of the penalty, those of the settings if not given."""
        l1 = self.settings.l1 if l1 is None else l1
        l2 = self.settings.l2 if l2 is None else l2
        raw = self.settings.penalty_scale == "raw"
        of_l1, of_l2 = (1.0, 1.0) if raw else self.curvature(bound, t)
        return Trainee(bound, t, self.strength(bound, t) if l2 is None else of_l2 * l2, of_l1 * l1)

    def curvature(self, bound: BoundLoss, t: int) -> tuple[float, float]:
        """`factors` of a loss and a target."""
        y = self.targets[t]
        scale = self.scales[t] or (bulk_spread(y, self.design.w) if y.ndim == 1 else None)
        return factors(self.design, bound, y, self.settings.classes, scale)

    def bound(self, wanted: Wanted, t: int) -> BoundLoss | str:
        """A loss with the parameters that target t gives it, or why it has none."""
        try:
            return wanted.loss.bind(wanted.written, scale=self.scales[t], imbalance=self.imbalance(t))
        except NoDefault as error:
            return error.what

    def objective(self, models: Sequence[Trainee]) -> Objective:
        return Objective(self.design, self.targets, models, self.settings.classes)

    def hinges(self, models: Sequence[Trainee]) -> interior.Hinges:
        """Of piecewise linear losses, all of as many kinks, in scores without the offset."""
        each = [interior.hinges(model, self.targets[model.target]) for model in models]
        found = interior.stacked([hinges for hinges in each if hinges is not None])
        return found._replace(kinks=self.design.without_offset(found.kinks))

    def interior_point(self, models: Sequence[Trainee]) -> interior.Vertex:
        """Where piecewise linear convex losses end; what s was found by is not solved again."""
        mae = named_loss("mae", Task.REGRESSION)
        if self.settings.scale is not None or self.settings.task is not Task.REGRESSION:
            return self._minimised(models)
        solved = [i for i, model in enumerate(models) if model.bound == mae and not model.l2]
        left = [i for i in range(len(models)) if i not in solved]
        parts = [self._lad.of([models[i].target for i in solved])]
        if left:
            parts.append(self._minimised([models[i] for i in left]))
        return interior.Vertex.joined(parts).of(np.argsort([*solved, *left]))

    def _minimised(self, models: Sequence[Trainee]) -> interior.Vertex:
        start = np.zeros((len(models), self.design.rank))
        if self.settings.task is Task.REGRESSION:
            start = self.least_squares[[model.target for model in models]]
        objective = self.objective(models)
        hinges, floor = self.hinges(models), self.floor(objective)
        return screened.minimise(
            self.design, hinges, objective.l2, start, tol=self.tol, level=objective.level, floor=floor
        )

    def descended(self, objective: Objective, start: Floats, model: Codes | None = None) -> lbfgs.Descent:
        """model: of which of several models each is an attempt (m,)."""
        return lbfgs.minimise(
            objective,
            start,
            np.arange(len(start)),
            tol=self.tol,
            floor=self.floor(objective),
            max_iter=self.max_iter,
            model=model,
        )

    def floor(self, objective: Objective) -> Floats:
        """(m,) What is rounding of objectives."""
        models = objective.models
        own = [i for i, one in enumerate(models) if not i or one is not models[i - 1]]  # each, from one start
        which = np.array(own, np.intp)
        flat = np.abs(objective.evaluate(np.array([self.constant(models[i])[0] for i in own]), which)[0])
        steep = np.flatnonzero([is_steep(models[i].bound) for i in own])
        if len(steep):  # one row may cost all of it: a loss is cheap on one side at least
            flat[steep] = np.min([flat[steep], *self._at_ends(objective, which[steep])], axis=0)
        flat = np.repeat(flat, np.diff([*own, len(models)]))
        flat = np.minimum(flat, objective.level)
        return np.where(np.isfinite(flat), _FLOOR * flat, 0.0)

    def _at_ends(self, objective: Objective, which: Codes) -> list[Floats]:
        """The objectives (m,) of the least and of the greatest target as constants."""
        found = []
        for end in (np.min, np.max):
            at = np.zeros((len(which), objective.size))
            at[:, 0] = [end(self.targets[objective.models[i].target]) for i in which.tolist()]
            found.append(np.abs(objective.evaluate(at, which)[0]))
        return found

    def constant(self, model: Trainee) -> Floats:
        """(1, d): the mean of the target through the link, on top of the offset; score 0 for classes, and
        where there is no intercept."""
        start = np.zeros((self.settings.classes, self.design.rank))
        if self.design.has_intercept and model.bound.loss.task in NUMBERS | {Task.MULTIOUTPUT}:
            if model.bound.loss.link is LOG:
                mean = self.targets[model.target] @ self.design.w
                start[:, 0] = np.log(np.maximum(mean, 1e-300)) - self._log_exposure
            else:
                start[:, 0] = self.bare[model.target] @ self.design.w
        return start.reshape(1, -1)

    @property
    def _log_exposure(self) -> float:
        """The logarithm of the mean of exp(offset)."""
        offset = self.design.offset
        if offset is None:
            return 0.0
        top = float(offset.max())
        return top + float(np.log(self.design.w @ np.exp(offset - top)))

    def starts_of(self, model: Trainee) -> Floats:
        """(count, d): one where there is one valley. All shrunk as the penalty would shrink them."""
        points = self._points(model)
        if self.settings.classes == 1:
            points = points / (1.0 + model.l2 * self.design.penalty)
        tame = Trait.SMOOTH | Trait.LIPSCHITZ
        return points if tame & model.bound.traits else self._finite(model, points)

    def _points(self, model: Trainee) -> Floats:
        t, traits = model.target, model.bound.traits
        linear = self.settings.task is Task.REGRESSION and model.bound.loss.link is not LOG
        if self.settings.task is Task.MULTIOUTPUT:
            return np.concatenate([self.least_squares[t].reshape(1, -1), self.constant(model)])
        if Trait.CONVEX in traits:
            if not linear:
                return self.constant(model)
            # From least squares a bounded slope would have to undo what an outlier did.
            scaled = Trait.LIPSCHITZ in traits and self.settings.scale is None
            return np.asarray((self.lad if scaled else self.least_squares)[t][None])
        if linear:
            fits = self.elemental.best(model, _KEPT if self.settings.careful else _FOLD_KEPT)
            return np.concatenate([self.least_squares[t][None], self.lad[t][None], fits])
        if self.settings.task in (Task.BINARY, Task.MULTICLASS):
            fit = self.log_loss[t]
            return np.concatenate([np.outer(_STEEPNESS, fit), self.constant(model), *self._random])
        y = self.targets[t]
        logs = self.design.without_offset(np.log(np.where(y > 0, y, 0.5)))[None]
        logs = starts.least_squares(self.design, logs)
        return np.concatenate([self.constant(model), logs])

    def drawn(self, model: Trainee) -> slice:
        """Which of its starts another seed would draw elsewhere."""
        task, loss = self.settings.task, model.bound.loss
        if Trait.CONVEX in model.bound.traits or not self.settings.careful:
            return slice(0)
        if task is Task.REGRESSION and loss.link is not LOG and not self.elemental.every:
            return slice(2, 2 + _KEPT)
        if task in (Task.BINARY, Task.MULTICLASS):
            first = len(_STEEPNESS) + 1
            return slice(first, first + _PER_SIZE * len(_SIZES))
        return slice(0)

    def _finite(self, model: Trainee, points: Floats) -> Floats:
        """The points, but the least or the greatest target where a loss is infinite: one side is cheap."""
        objective = self.objective([model] * len(points))
        values, _ = objective.evaluate(points, np.arange(len(points)))
        if np.isfinite(values).all() or model.bound.loss.argument is not Argument.RESIDUAL:
            return points
        y = self.bare[model.target]
        ends = np.zeros((2, points.shape[1]))
        if self.design.has_intercept:
            ends[:, 0] = y.min(), y.max()
        cost, _ = self.objective([model] * 2).evaluate(ends, np.arange(2))
        return np.where(np.isfinite(values)[:, None], points, ends[int(np.argmin(cost))])


def is_steep(bound: BoundLoss) -> bool:
    """Whether a loss is convex, of the residual, and neither its slope nor its curvature has a bound."""
    convex = bound.loss.argument is Argument.RESIDUAL and Trait.CONVEX in bound.traits
    return convex and not (Trait.SMOOTH | Trait.LIPSCHITZ) & bound.traits


def named_loss(name: str, task: Task) -> BoundLoss:
    return next(loss for loss in losses_for(task) if loss.name == name).bind({})
