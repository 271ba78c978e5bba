"""Networks trained in lockstep: every loss, every fold, every seed of the weights, epoch by epoch.

All networks of one call have one shape. Those of one set of rows see the same batches in the same order, and
those of one seed start from the same weights, so that only what is compared differs between them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from losscli.descent.perceptron import Shape
from losscli.descent.rates import SCHEDULES
from losscli.descent.textbook import Optimizer
from losscli.domain import Codes, Floats, Mask
from losscli.errors import UsageError
from losscli.loss import BoundLoss
from losscli.loss.score import terms

EPOCHS = 200
BATCH = 64  # rows
AUTO = Optimizer("adam")
_ADAM, _OTHER = 0.01, 0.1  # rates where none is written; of the others over the size of the first slopes
_CELLS = 1 << 15  # activations of a layer worked on at a time, of each network

Key = tuple[int, ...]  # of a generator of random numbers


@dataclass(frozen=True, slots=True)
class Early:
    """Stop where the loss on held-out rows has not fallen for `patience` epochs; the best epoch counts.

    share: of the training rows that are held out. Prechelt 1998, doi:10.1007/3-540-49430-8_3.
    """

    share: float
    patience: int = 10


@dataclass(frozen=True, slots=True)
class Course:
    """How networks are trained. optimizer: its rate None is found, its batch None all rows (see `schooled`);
    early: None for all epochs."""

    optimizer: Optimizer = AUTO
    epochs: int = EPOCHS
    early: Early | None = None


@dataclass(frozen=True, eq=False)
class Lesson:
    """Rows that networks learn from, one network a loss and seed.

    x: z-scored columns (n, p); y: numbers or class codes (n,), of several outputs or labels (n, k); w: (n,),
    sums to 1; losses: what each of L networks minimises; l1, l2: (L,), of the weights; offset, unit: (L,), or
    (L, k) where the outputs differ, score = offset + unit · output; level: (L,), what objectives are divided
    by while they descend; key: what the order of the rows is drawn by; held: rows kept out to stop by,
    (x, y, w), or None.
    """

    x: Floats
    y: Floats
    w: Floats
    losses: tuple[BoundLoss, ...]
    l1: Floats
    l2: Floats
    offset: Floats
    unit: Floats
    level: Floats
    key: Key
    held: tuple[Floats, Floats, Floats] | None = None


@dataclass(frozen=True, eq=False)
class Schooled:
    """What became of the networks of one lesson: of L losses and S seeds.

    v: (L, S, d), of the best epoch where training stops early; objective, loss: with and without penalty
    (L, S), gradient: its norm; epochs: passes until v (L, S); diverged: (L, S), v is the last finite one;
    training, held: losses by epoch, epochs + 1 or fewer (e, L, S), the training loss as the mean over the
    batches of an epoch; held is empty where no rows are.
    """

    v: Floats
    objective: Floats
    loss: Floats
    gradient: Floats
    epochs: Codes
    diverged: Mask
    training: Floats
    held: Floats


def check_course(optimizer: Optimizer) -> None:
    """Raises UsageError for an optimizer that networks are not trained by."""
    if optimizer.name == "lbfgs":
        raise UsageError(
            "--optimizer lbfgs goes to an optimum; networks are trained by epochs",
            advice="Use adam, sgd, momentum, nesterov or gd, or leave --optimizer out",
        )


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # a step may be far too long
def schooled(
    lessons: Sequence[Lesson], shape: Shape, seeds: Sequence[Key], course: Course, *, rows: int
) -> list[Schooled]:
    """Train the networks of all lessons, which have the same losses.

    rows: of the largest lesson there is, also in other calls: an epoch takes as many steps for each, so that
    what becomes of a lesson does not depend on the others. A batch that is not written is 64 rows, or all for
    gd and nesterov. A rate that is not written is 0.01 for adam; else 0.1 over the root mean square of the
    first slopes, times 1 - momentum where steps add up. The schedule is cosine if not written.
    """
    optimizer = _settled(course.optimizer)
    run = _Run(lessons, shape, seeds, course)
    batch = rows if optimizer.batch is None else min(optimizer.batch, rows)
    steps = -(-rows // batch)
    batch = -(-rows // steps)
    orders = [np.random.default_rng(lesson.key) for lesson in lessons]
    state = optimizer.init(run.start, np.zeros(len(run.start)))
    rate = run.rates(optimizer)
    pace = SCHEDULES[optimizer.schedule or "cosine"]
    book = _Book(run, state.v)
    for epoch in range(1, course.epochs + 1):
        state = replace(state, rate=rate * pace(epoch, course.epochs))
        drawn = np.array(
            [_order(rng, lesson, steps * batch) for rng, lesson in zip(orders, lessons, strict=True)]
        )
        total = np.zeros(len(run.start))
        for step in range(steps):
            loss, slope = run.slopes(state.v, drawn[:, step * batch : (step + 1) * batch])
            state = optimizer.update(state, slope, run.l1)
            total += loss
        book.write(epoch, state.v, total / steps)
        if book.is_full(course.early):
            break
        if book.diverged.any():
            state = replace(state, v=np.where(book.diverged[:, None], 0.0, state.v))
    return book.closed()


def _settled(optimizer: Optimizer) -> Optimizer:
    if optimizer.batch is None and optimizer.name not in ("gd", "nesterov"):
        return replace(optimizer, batch=BATCH)
    return optimizer


def _order(rng: np.random.Generator, lesson: Lesson, count: int) -> Codes:
    """So many rows of a lesson, shuffled; where it has fewer some of them again."""
    return np.resize(rng.permutation(len(lesson.y)), count)


class _Run:
    """M = T·L·S networks: of T lessons, L losses and S seeds."""

    def __init__(self, lessons: Sequence[Lesson], shape: Shape, seeds: Sequence[Key], course: Course) -> None:
        self.lessons, self.shape, self.course = lessons, shape, course
        self.grid = len(lessons), len(lessons[0].losses), len(seeds)
        starts = [shape.start(np.random.default_rng([*seed])) for seed in seeds]
        self.start = (
            np.broadcast_to(np.array(starts), (*self.grid, shape.size)).reshape(-1, shape.size).copy()
        )
        most = max(len(lesson.y) for lesson in lessons)
        self.x = np.zeros((len(lessons), most, shape.inputs))
        self.y = np.zeros((len(lessons), most, *lessons[0].y.shape[1:]))
        self.w = np.zeros((len(lessons), most))
        for t, lesson in enumerate(lessons):
            n = len(lesson.y)
            self.x[t, :n], self.y[t, :n], self.w[t, :n] = lesson.x, lesson.y, lesson.w * n
        whole = *self.grid[:2], shape.outputs
        self.offset, self.unit = (
            np.array([np.broadcast_to(one.reshape(whole[1], -1), whole[1:]) for one in each])
            for each in zip(*((lesson.offset, lesson.unit) for lesson in lessons), strict=True)
        )
        weigh = np.broadcast_to(shape.is_weight, (len(self.start), shape.size)).astype(np.float64)
        if not shape.architecture.hidden:  # the weights are the slopes but for the unit of their output
            unit = np.repeat(self.unit.reshape(-1, whole[2]), self.grid[2], axis=0)
            weigh *= np.tile(unit, shape.inputs + 1)
        level = np.array([lesson.level for lesson in lessons])
        self.level = np.repeat(level.ravel(), self.grid[2])  # (M,)
        self.slope_unit = self.unit / level[:, :, None]
        l2 = np.repeat(np.array([lesson.l2 for lesson in lessons]).ravel(), self.grid[2]) / self.level
        l1 = np.repeat(np.array([lesson.l1 for lesson in lessons]).ravel(), self.grid[2]) / self.level
        self.l1 = l1[:, None] * weigh if l1.any() else None  # of the objectives that descend, as l2 is
        self.l2 = l2[:, None] * weigh**2
        self.params = [self._params(i, lessons) for i in range(self.grid[1])]

    def _params(self, i: int, lessons: Sequence[Lesson]) -> dict[str, Any]:
        """Of loss i: one number for all lessons, or one for each (T·S, 1)."""
        each = [dict(lesson.losses[i].params) for lesson in lessons]
        found: dict[str, Any] = {}
        for key, first in each[0].items():
            values = np.array([own[key] for own in each])
            found[key] = first if (values == first).all() else np.repeat(values, self.grid[2])[:, None]
        return found

    def rates(self, optimizer: Optimizer) -> Floats:
        """(M,)"""
        m = len(self.start)
        if optimizer.rate is not None:
            return np.full(m, optimizer.rate)
        if optimizer.name == "adam":
            return np.full(m, _ADAM)
        size = [np.sqrt(np.maximum(self._first_slopes(t), 1e-300)) for t in range(len(self.lessons))]
        carried = optimizer.momentum if optimizer.name in ("momentum", "nesterov") else 0.0
        found: Floats = (1.0 - carried) * _OTHER / np.array(size).reshape(m)
        return found

    def _first_slopes(self, t: int) -> Floats:
        """(L, S) The weighted mean square of the slopes in the outputs, at the start."""
        lesson = self.lessons[t]
        v = self.start.reshape(*self.grid, -1)[t]
        _, slope = self._terms(v[None], self.shape.forward(v, lesson.x)[-1][None], lesson.y[None], [t])
        size: Floats = np.einsum("lsnk,n->ls", slope[0] ** 2, lesson.w)
        return np.where((size > 0) & np.isfinite(size), size, 1.0)

    def slopes(self, v: Floats, rows: Codes) -> tuple[Floats, Floats]:
        """(losses (M,), gradients (M, d) of the objectives over their levels) of v (M, d) as batches of the
        rows (T, b) give them."""
        places = np.arange(len(self.lessons))
        loss, gradient = np.zeros(len(v)), self.l2 * v
        grid, block = v.reshape(*self.grid, -1), _block(self.shape)
        for first in range(0, rows.shape[1], block):
            part = rows[:, first : first + block]
            x = self.x[places[:, None], part][:, None, None]
            w = self.w[places[:, None], part] / rows.shape[1]
            given = self.shape.forward(grid, x)
            value, slope = self._terms(grid, given[-1], self.y[places[:, None], part], places)
            loss += (value @ w[:, None, :, None])[..., 0].reshape(-1)
            slope *= w[:, None, None, :, None]
            gradient += self.shape.backward(grid, given, slope).reshape(len(v), -1)
        return loss, gradient

    def _terms(
        self, v: Floats, output: Floats, y: Floats, places: Sequence[int] | Codes
    ) -> tuple[Floats, Floats]:
        """(row losses (T, L, S, b), slopes in the outputs over their levels (T, L, S, b, k)) of some lessons.

        output: (T, L, S, b, k); y: (T, b), of several outputs (T, b, k).
        """
        t, count, seeds, b, k = output.shape
        values, slopes = np.empty(output.shape[:-1]), np.empty(output.shape)
        target = np.repeat(y if y.ndim == 2 else y.transpose(0, 2, 1), seeds, axis=0)
        for i in range(count):
            unit = self.unit[places, i][:, None, None]
            s = self.offset[places, i][:, None, None] + unit * output[:, i]
            own = self._own(i, places)
            loss = self.lessons[0].losses[i].loss
            if k == 1:
                value, slope = terms(loss, own, target, s.reshape(t * seeds, b))
            else:
                value, slope = terms(loss, own, target, s.reshape(t * seeds, b, k).transpose(0, 2, 1))
                slope = slope.transpose(0, 2, 1)
            values[:, i] = value.reshape(t, seeds, b)
            slopes[:, i] = slope.reshape(t, seeds, b, k) * self.slope_unit[places, i][:, None, None]
        return values, slopes

    def _own(self, i: int, places: Sequence[int] | Codes) -> dict[str, Any]:
        if len(places) == len(self.lessons):
            return self.params[i]
        seeds = self.grid[2]
        return {
            key: value.reshape(-1, seeds, 1)[list(places)].reshape(-1, 1)
            if isinstance(value, np.ndarray)
            else value
            for key, value in self.params[i].items()
        }

    def loss_of(self, v: Floats, t: int, x: Floats, y: Floats, w: Floats) -> Floats:
        """(L, S) The mean loss of a lesson's networks v (L, S, d) on rows: x (n, p), y (n,) or (n, k), w
        (n,)."""
        total = np.zeros(self.grid[1:])
        block = _block(self.shape)
        for first in range(0, len(y), block):
            part = slice(first, first + block)
            output = self.shape.forward(v, x[part])[-1]
            value, _ = self._terms(v[None], output[None], y[None, part], [t])
            total += value[0] @ w[part]
        return total

    def gradient_of(self, v: Floats) -> tuple[Floats, Floats]:
        """(losses (M,), gradients (M, d) of the objectives over their levels) on all rows, by lesson."""
        rows = max(len(lesson.y) for lesson in self.lessons)
        everything = np.broadcast_to(np.arange(rows), (len(self.lessons), rows))
        loss, gradient = self.slopes(v, everything)  # rows beyond a lesson's have weight 0
        share = np.repeat([rows / len(lesson.y) for lesson in self.lessons], self.grid[1] * self.grid[2])
        penalised = self.l2 * v
        return loss * share, (gradient - penalised) * share[:, None] + penalised


@dataclass(eq=False)
class _Book:
    """What training has shown, epoch by epoch; the point that counts of every network."""

    run: _Run
    v: Floats  # (M, d)
    epoch: Codes = field(init=False)
    diverged: Mask = field(init=False)

    def __post_init__(self) -> None:
        m = len(self.v)
        self.v = self.v.copy()
        self.epoch, self.diverged = np.zeros(m, dtype=np.intp), np.zeros(m, dtype=np.bool_)
        self._best = self._held(self.v)
        loss, _ = self.run.gradient_of(self.v)
        self._training, self._by_held = [loss], [self._best]
        self._last = 0

    def write(self, epoch: int, v: Floats, loss: Floats) -> None:
        """v: (M, d), where the epoch ends; loss: (M,), the mean over its batches."""
        self.diverged |= ~np.isfinite(v).all(axis=1) | ~np.isfinite(loss)
        held = self._held(np.where(self.diverged[:, None], 0.0, v))
        better = ~self.diverged
        if self.run.lessons[0].held is not None:
            better &= held < self._best
        self.v[better], self.epoch[better] = v[better], epoch
        self._best = np.where(better, held, self._best)
        self._training.append(np.where(self.diverged, np.nan, loss))
        self._by_held.append(np.where(self.diverged, np.nan, held))
        self._last = epoch

    def is_full(self, early: Early | None) -> bool:
        """Whether no network can still move its point."""
        late = early is not None and self._last - self.epoch >= early.patience
        return bool(np.all(late | self.diverged))

    def _held(self, v: Floats) -> Floats:
        """(M,) The loss on the rows held out; 0 where none are."""
        if self.run.lessons[0].held is None:
            return np.zeros(len(v))
        grid = v.reshape(*self.run.grid, -1)
        found = [
            self.run.loss_of(grid[t], t, *lesson.held)
            for t, lesson in enumerate(self.run.lessons)
            if lesson.held is not None
        ]
        return np.array(found).reshape(-1)

    def closed(self) -> list[Schooled]:
        run = self.run
        loss, gradient = run.gradient_of(self.v)
        penalty = (0.5 * run.l2 * self.v**2).sum(axis=1)
        if run.l1 is not None:
            penalty = penalty + (run.l1 * np.abs(self.v)).sum(axis=1)
        penalty = penalty * run.level
        held = np.array(self._by_held) if run.lessons[0].held is not None else np.zeros((0, len(self.v)))
        by_lesson = [
            part.reshape(*run.grid, *part.shape[1:])
            for part in (
                self.v,
                loss + penalty,
                loss,
                np.linalg.norm(gradient, axis=1) * run.level,
                self.epoch,
                self.diverged,
            )
        ]
        curves = [c.reshape(len(c), *run.grid) for c in (np.array(self._training), held)]
        return [
            Schooled(*(part[t] for part in by_lesson), *(curve[:, t] for curve in curves))
            for t in range(len(run.lessons))
        ]


def held_out(n: int, share: float, key: Key, group: Codes | None) -> Mask:
    """(n,) The rows to hold out, about this share of them and at least one; rows of one group together."""
    rng = np.random.default_rng([*key, 1])
    if group is None:
        chosen = np.zeros(n, dtype=np.bool_)
        chosen[rng.permutation(n)[: max(1, round(share * n))]] = True
        return chosen
    names = rng.permutation(np.unique(group))
    return np.isin(group, names[: max(1, round(share * len(names)))])


def _block(shape: Shape) -> int:
    """How many rows are worked on at a time; it does not depend on how many networks are trained beside each
    other, as the order of additions does not."""
    return max(_CELLS // max(shape.inputs, *(b for _, b in shape.layers)), 16)


def outputs(shape: Shape, v: Floats, x: Floats) -> Floats:
    """(…, n, k) What networks v (…, d) give for rows of z-scores (n, p), by blocks of rows."""
    block = _block(shape)
    parts = [shape.forward(v, x[first : first + block])[-1] for first in range(0, max(len(x), 1), block)]
    return np.concatenate(parts, axis=-2)
