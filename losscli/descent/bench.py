"""A design, its targets, and what several losses start from: which method trains a loss, and from where."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from losscli.descent import concave, interior, lbfgs, margins, newton, outputs, rounded, starts
from losscli.descent.design import Design
from losscli.descent.ends import Solution, certified, ended, lowest
from losscli.descent.literal import retrained
from losscli.descent.objective import Model, Objective, bulk_spread
from losscli.descent.scale import residual_scale
from losscli.descent.sparse import Sparse
from losscli.descent.strengths import factors, slope_at_zero
from losscli.descent.textbook import Optimizer
from losscli.domain import LOG, NUMBERS, SEVERAL, Floats, Task
from losscli.loss import Argument, BoundLoss, Trait
from losscli.loss.catalogue import losses_for

TOLERANCE = 1e-9  # of the objective: what a descent may leave
MAX_ITER = 500
_ALIKE = 1e-13  # shares that differ by less are equal but for rounding
_FLOOR = 1e-12  # of the objective of a constant: an objective below it is rounding
_STEEPNESS = (1.0, 3.0)  # times the log loss' fit, as starts for losses of classes with several valleys
_SIZES, _PER_SIZE = (0.5, 2.0, 8.0), 8  # of random scores, as further starts
_DRAWN, _KEPT = 100, 5  # elemental fits, and how many of them are starts


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train.

    classes: scores per row (1 but for several classes, outputs or labels); l1: the strength of Σ|slope|; l2:
    that of ½ Σ slope², None is auto; penalty_scale: raw, or curvature, where strengths that are given are
    multiplied by `factors`; scale: None is found from the rows; optimizer: None is auto; tol, max_iter: None
    is the optimizer's own; careful: every end is confirmed by Newton's step.
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


class Bench:
    """A design, its targets, and what several losses start from."""

    def __init__(self, design: Design, targets: Floats, settings: Settings) -> None:
        """targets: (t, n), for several outputs or labels (t, k, n)."""
        self.design, self.targets, self.settings = design, targets, settings
        own = settings.optimizer is None
        self.tol = settings.tol if own and settings.tol is not None else TOLERANCE
        self.max_iter = settings.max_iter if own and settings.max_iter is not None else MAX_ITER

    @cached_property
    def scales(self) -> tuple[float | None, ...]:
        """s of each target: as given, else of its least absolute deviations fit; None for classes."""
        if self.settings.scale is not None or self.settings.task is not Task.REGRESSION:
            return (self.settings.scale,) * len(self.targets)
        w, design = self.design.w, self.design
        residuals = self.lad @ design.z.T - self.targets
        return tuple(
            residual_scale(r, w, design.rows, design.rank, bulk_spread(y, w))
            for r, y in zip(residuals, self.targets, strict=True)
        )

    @cached_property
    def least_squares(self) -> Floats:
        return starts.least_squares(self.design, self.targets)

    @cached_property
    def lad(self) -> Floats:
        """(t, q): the least absolute deviations fit of each target, without penalty."""
        mae = named_loss("mae", Task.REGRESSION)
        models = [Model(mae, t) for t in range(len(self.targets))]
        return self._interior(models).v

    @cached_property
    def elemental(self) -> Floats:
        """(kept, t, q)"""
        rng = np.random.default_rng([self.settings.seed, len(self.design.w)])
        scales = np.array([scale or 1.0 for scale in self.scales])
        return starts.elemental(self.design, self.targets, scales, drawn=_DRAWN, kept=_KEPT, rng=rng)

    @cached_property
    def log_loss(self) -> Floats:
        """(t, d): the fit of the log loss to each target of classes."""
        bound = named_loss("bce" if self.settings.classes == 1 else "cross_entropy", self.settings.task)
        models = [Model(bound, t, self.strength(bound, t)) for t in range(len(self.targets))]
        objective = self.objective(models)
        return self._descended(objective, np.zeros((len(models), objective.size))).v

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

    def model(self, bound: BoundLoss, t: int, l1: float | None = None, l2: float | None = None) -> Model:
        """A loss and a target with the strengths of the penalty, those of the settings if not given."""
        l1 = self.settings.l1 if l1 is None else l1
        l2 = self.settings.l2 if l2 is None else l2
        raw = self.settings.penalty_scale == "raw"
        of_l1, of_l2 = (1.0, 1.0) if raw else self.curvature(bound, t)
        return Model(bound, t, self.strength(bound, t) if l2 is None else of_l2 * l2, of_l1 * l1)

    def curvature(self, bound: BoundLoss, t: int) -> tuple[float, float]:
        """`factors` of a loss and a target."""
        y = self.targets[t]
        scale = self.scales[t] or (bulk_spread(y, self.design.w) if y.ndim == 1 else None)
        return factors(self.design, bound, y, self.settings.classes, scale)

    def retrained(self, models: Sequence[Model], optima: Sequence[Solution]) -> list[Solution]:
        """The models by the optimizer of the settings, as the textbooks write it."""
        settings = self.settings
        assert settings.optimizer is not None
        return retrained(
            self.objective(models),
            optima,
            settings.optimizer,
            start=np.concatenate([self._constant(model) for model in models]),
            max_iter=settings.max_iter,
            tol=settings.tol,
            seed=settings.seed,
        )

    def objective(self, models: Sequence[Model]) -> Objective:
        return Objective(self.design, self.targets, models, self.settings.classes)

    def solved(self, models: Sequence[Model]) -> list[Solution]:
        """Each model by the method that suits its loss, in the order given."""
        methods = [self._method(model) for model in models]
        found: dict[int, Solution] = {}
        for method in dict.fromkeys(methods):
            own = [i for i, one in enumerate(methods) if one == method]
            solve = getattr(self, f"_by_{method[0]}")
            found |= dict(zip(own, solve([models[i] for i in own]), strict=True))
        return [found[i] for i in range(len(models))]

    def _method(self, model: Model) -> tuple[str, Hashable]:
        """How a model is trained, and what it must share with others to be trained beside them."""
        bound = model.bound
        if self.settings.task in SEVERAL and bound.loss.each is not None:
            return "outputs", None
        if model.l1 > 0.0:
            return "absolute", None
        if self.settings.task in SEVERAL:
            return "slopes", None
        if self.settings.classes > 1:
            own = margins.handles(bound.loss, dict(bound.params))
            return ("margins", (bound.spec, model.target)) if own else ("slopes", None)
        hinges = interior.hinges(model, self.targets[model.target])
        if hinges is None:
            bends = self.settings.careful and rounded.handles(model, self.targets[model.target])
            return ("bends" if bends else "slopes"), None
        kinks = hinges.kinks.shape[1]
        return ("tangents", kinks) if (hinges.jumps < 0).any() else ("kinks", kinks)

    def _by_absolute(self, models: Sequence[Model]) -> list[Solution]:
        """With an l1 penalty."""
        own = Sparse(
            self.design,
            self.targets,
            self.settings.classes,
            self.tol,
            self.max_iter,
            lambda objective: self._floor(self.objective(objective.models)),
        )
        return own.solved(models, self._starts)

    def _by_margins(self, models: Sequence[Model]) -> list[Solution]:
        """Models of one loss and one target."""
        objective = self.objective(models)
        vertex = margins.minimise(
            self.design,
            models[0].bound,
            self.targets[models[0].target].astype(np.intp),
            objective.l2,
            np.zeros((len(models), objective.size)),
            tol=self.tol,
            floor=self._floor(objective),
        )
        return certified(objective, vertex)

    def _by_outputs(self, models: Sequence[Model]) -> list[Solution]:
        """Output by output, all in one lockstep."""
        each = outputs.apart(models, self.settings.classes)
        off = outputs.centres(models, self.targets)
        own = replace(self.settings, task=each[0].bound.loss.task, classes=1)
        rows = (self.targets - off).reshape(-1, self.targets.shape[-1])
        return outputs.joined(models, Bench(self.design, rows, own).solved(each), off)

    def _by_bends(self, models: Sequence[Model]) -> list[Solution]:
        """Each by itself; by its slopes alone where that does not end well."""
        objective = self.objective(models)
        found = []
        for i, model in enumerate(models):
            y, unit = self.targets[model.target], float(objective.unit[i])
            (start,) = self._starts(model)
            end = rounded.minimise(self.design, model, y, start, unit=unit, tol=self.tol)
            found += certified(self.objective([model]), end) if end.converged[0] else self._by_slopes([model])
        return found

    def _by_kinks(self, models: Sequence[Model]) -> list[Solution]:
        return certified(self.objective(models), self._interior(models))

    def _interior(self, models: Sequence[Model]) -> interior.Vertex:
        start = np.zeros((len(models), self.design.rank))
        if self.settings.task is Task.REGRESSION:
            start = self.least_squares[[model.target for model in models]]
        objective = self.objective(models)
        own, floor = self._hinges(models), self._floor(objective)
        return interior.minimise(
            self.design, own, objective.l2, start, tol=self.tol, level=objective.level, floor=floor
        )

    def _hinges(self, models: Sequence[Model]) -> interior.Hinges:
        own = [interior.hinges(model, self.targets[model.target]) for model in models]
        return interior.stacked([one for one in own if one is not None])

    def _by_tangents(self, models: Sequence[Model]) -> list[Solution]:
        """The lowest end of the starts of each."""
        points = [self._starts(model) for model in models]
        repeated = [model for model, own in zip(models, points, strict=True) for _ in own]
        objective = self.objective(repeated)
        vertex = concave.descend(
            self.design,
            self._hinges(repeated),
            objective.l2,
            np.concatenate(points),
            tol=self.tol,
            floor=self._floor(objective),
        )
        ends = certified(objective, vertex)
        return [lowest(own) for own in _split(ends, [len(own) for own in points])]

    def _by_slopes(self, models: Sequence[Model]) -> list[Solution]:
        """All starts of all models in one lockstep; the lowest end of each is its solution."""
        points = [self._starts(model) for model in models]
        solutions = self._lowest(models, points)
        again = [i for i, end in enumerate(solutions) if not end.converged and self._is_robust(models[i])]
        if again:  # far from the bulk a bounded slope is all but constant: no descent finds its way there
            bulk = [self.lad[models[i].target][None] for i in again]
            for i, end in zip(again, self._lowest([models[i] for i in again], bulk), strict=True):
                if end.objective <= solutions[i].objective:
                    solutions[i] = end
        return solutions

    def _is_robust(self, model: Model) -> bool:
        """Whether a loss is convex, of the residual, and its slope has a bound."""
        traits = Trait.CONVEX | Trait.LIPSCHITZ
        return model.bound.loss.argument is Argument.RESIDUAL and traits in model.bound.traits

    def _lowest(self, models: Sequence[Model], points: Sequence[Floats]) -> list[Solution]:
        counts = [len(own) for own in points]
        objective = self.objective([m for m, count in zip(models, counts, strict=True) for _ in range(count)])
        descent = self._descended(objective, np.concatenate(points))
        firsts = np.cumsum([0, *counts[:-1]])
        values = [descent.value[i : i + n] for i, n in zip(firsts, counts, strict=True)]
        best = [int(i + np.argmin(own)) for i, own in zip(firsts, values, strict=True)]
        chosen = np.array(best, dtype=np.intp)
        confirmed = newton.confirm(objective, descent.v[chosen], chosen) if self.settings.careful else None
        return ended(objective, chosen, descent, confirmed, values)

    def _descended(self, objective: Objective, start: Floats) -> lbfgs.Descent:
        return lbfgs.minimise(
            objective,
            start,
            np.arange(len(start)),
            tol=self.tol,
            floor=self._floor(objective),
            max_iter=self.max_iter,
        )

    def _floor(self, objective: Objective) -> Floats:
        at = np.array([self._constant(model)[0] for model in objective.models])
        flat, _ = objective.evaluate(at, np.arange(len(at)))
        flat = np.minimum(np.abs(flat), objective.level)
        return np.where(np.isfinite(flat), _FLOOR * flat, 0.0)

    def _constant(self, model: Model) -> Floats:
        """(1, d): the mean of the target through the link; score 0 for classes."""
        start = np.zeros((self.settings.classes, self.design.rank))
        if model.bound.loss.task in NUMBERS | {Task.MULTIOUTPUT}:
            mean = self.targets[model.target] @ self.design.w
            start[:, 0] = np.log(np.maximum(mean, 1e-300)) if model.bound.loss.link is LOG else mean
        return start.reshape(1, -1)

    def _starts(self, model: Model) -> Floats:
        """(count, d): one where there is one valley. All shrunk as the penalty would shrink them."""
        points = self._points(model)
        if self.settings.classes == 1:
            points = points / (1.0 + model.l2 * self.design.penalty)
        tame = Trait.SMOOTH | Trait.LIPSCHITZ
        return points if tame & model.bound.traits else self._finite(model, points)

    def _points(self, model: Model) -> Floats:
        t, traits = model.target, model.bound.traits
        linear = self.settings.task is Task.REGRESSION and model.bound.loss.link is not LOG
        if self.settings.task is Task.MULTIOUTPUT:
            return np.concatenate([self.least_squares[t].reshape(1, -1), self._constant(model)])
        if Trait.CONVEX in traits:
            if not linear:
                return self._constant(model)
            # From least squares a bounded slope would have to undo what an outlier did.
            scaled = Trait.LIPSCHITZ in traits and self.settings.scale is None
            return np.asarray((self.lad if scaled else self.least_squares)[t][None])
        if linear:
            return np.concatenate([self.least_squares[t][None], self.lad[t][None], self.elemental[:, t]])
        if self.settings.task in (Task.BINARY, Task.MULTICLASS):
            fit = self.log_loss[t]
            return np.concatenate([np.outer(_STEEPNESS, fit), self._constant(model), *self._random])
        y = self.targets[t]
        logs = starts.least_squares(self.design, np.log(np.where(y > 0, y, 0.5))[None])
        return np.concatenate([self._constant(model), logs])

    def _finite(self, model: Model, points: Floats) -> Floats:
        """The points, but the least or the greatest target where a loss is infinite: one side is cheap."""
        objective = self.objective([model] * len(points))
        values, _ = objective.evaluate(points, np.arange(len(points)))
        if np.isfinite(values).all() or model.bound.loss.argument is not Argument.RESIDUAL:
            return points
        y = self.targets[model.target]
        ends = np.zeros((2, points.shape[1]))
        ends[:, 0] = y.min(), y.max()
        cost, _ = self.objective([model] * 2).evaluate(ends, np.arange(2))
        return np.where(np.isfinite(values)[:, None], points, ends[int(np.argmin(cost))])


def _split(ends: Sequence[Solution], counts: Sequence[int]) -> list[list[Solution]]:
    """The ends of so many starts each."""
    firsts = np.cumsum([0, *counts]).tolist()
    return [list(ends[i:j]) for i, j in pairwise(firsts)]


def named_loss(name: str, task: Task) -> BoundLoss:
    return next(loss for loss in losses_for(task) if loss.name == name).bind({})
