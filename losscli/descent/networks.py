"""Networks trained in lockstep: every loss, every fold, every seed of the weights, epoch by epoch.

All networks of one call have one shape. Those of one set of rows see the same batches in the same order, and
those of one seed start from the same weights, so that only what is compared differs between them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from losscli import progress
from losscli.descent.objective import params_at, scored, sloped, stacked
from losscli.descent.perceptron import Shape, Store
from losscli.descent.rates import SCHEDULES
from losscli.descent.textbook import Optimizer, State
from losscli.domain import Codes, Floats, Mask
from losscli.loss import BoundLoss
from losscli.loss.score import Values

EPOCHS = 200
BATCH = 64  # rows
AUTO = Optimizer("adam")
_ADAM, _OTHER = 0.01, 0.1  # rates where none is written; of the others over the size of the first slopes
_FADED = 1e-20  # of what an optimizer remembers: no step is moved by it
_SEEN = 1 << 17  # outputs kept before their losses are summed up
_CELLS = 1 << 15  # activations of a layer worked on at a time, of each network

Key = tuple[int, ...]  # of a generator of random numbers


@dataclass(frozen=True, slots=True)
class EarlyStopping:
    """Stop where the loss on held-out rows has not fallen for `patience` epochs; the best epoch counts.

    share: of the training rows that are held out. Prechelt 1998, doi:10.1007/3-540-49430-8_3.
    """

    share: float
    patience: int = 10


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """How networks are trained.

    optimizer: its rate None is found, its batch None is told by `train_networks`
    epochs: passes over the rows at most
    early: None trains for all epochs
    """

    optimizer: Optimizer = AUTO
    epochs: int = EPOCHS
    early: EarlyStopping | None = None


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """Rows that networks learn from, one network a loss and seed.

    x: z-scored columns (n, p)
    y: numbers or class codes (n,), of several outputs or labels (n, k)
    w: weights (n,), sum to 1
    losses: what each of L networks minimises
    l1, l2: strengths of the penalty on the weights (L,)
    offset, unit: score = offset + unit · output; (L,), or (L, k) where the outputs differ
    level: what objectives are divided by while they descend (L,)
    key: what the order of the rows is drawn by
    held: rows kept out to stop by, (x, y, w), or None
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
class TrainedNetworks:
    """What became of the networks of a training set: of L losses and S seeds.

    v: parameters (L, S, d), of the best epoch where training stops early
    objective, loss: with and without penalty (L, S)
    gradient: the norm of that of the objective (L, S)
    epochs: passes until v (L, S)
    diverged: whether v is the last that was finite (L, S)
    training: the mean loss over the batches of each epoch, epochs + 1 or fewer (e, L, S)
    held: the loss on the rows held out; empty where none are (e, L, S)
    """

    v: Floats
    objective: Floats
    loss: Floats
    gradient: Floats
    epochs: Codes
    diverged: Mask
    training: Floats
    held: Floats


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # a step may be far too long
def train_networks(
    sets: Sequence[TrainingSet], shape: Shape, seeds: Sequence[Key], plan: TrainingPlan, *, rows: int
) -> list[TrainedNetworks]:
    """Train the networks of all sets, which have the same losses.

    rows: of the largest set there is, also in other calls: an epoch takes as many steps for each, so that
    what becomes of a set does not depend on the others. A batch that is not written is 64 rows, or all for
    gd and nesterov. A rate that is not written is 0.01 for adam; else 0.1 over the root mean square of the
    first slopes, times 1 - momentum where steps add up. The schedule is cosine if not written. Steps on
    batches, which differ by chance, are taken in single precision; what is told of their ends is in double.
    """
    optimizer = plan.optimizer
    usual = rows if optimizer.name in ("gd", "nesterov") else BATCH
    batch = min(optimizer.batch or usual, rows)
    steps = -(-rows // batch)
    batch = -(-rows // steps)
    networks = _Lockstep(sets, shape, seeds)
    orders = [np.random.default_rng(data.key) for data in sets]
    precise = np.float32 if batch < rows else np.float64
    l1 = None if networks.l1 is None else networks.l1.astype(precise)
    state = optimizer.init(networks.start.astype(precise), np.zeros(len(networks.start)))
    rate = networks.rates(optimizer)
    pace = SCHEDULES[optimizer.schedule or "cosine"]
    history = _History(networks, networks.start)
    share = len(sets) * len(seeds) / plan.epochs
    for epoch in range(1, plan.epochs + 1):
        state = replace(state, rate=(rate * pace(epoch, plan.epochs)).astype(precise), memory=_awake(state))
        drawn = np.array([_order(rng, data, steps * batch) for rng, data in zip(orders, sets, strict=True)])
        total, seen = np.zeros(len(networks.start)), list[_Seen]()
        for step in range(steps):
            slope = networks.slopes(state.v, drawn[:, step * batch : (step + 1) * batch], seen)
            state = optimizer.update(state, slope, l1)
            if step == steps - 1 or len(seen) * seen[0].output.size > _SEEN:
                total += networks.losses(seen)
                seen.clear()
        history.record(epoch, state.v.astype(np.float64), total / steps)
        progress.advance("networks", share)
        if history.is_over(plan.early):
            break
        if history.diverged.any():
            state = replace(state, v=np.where(history.diverged[:, None], 0.0, state.v))
    progress.advance("networks", share * (plan.epochs - epoch))  # where it stops early
    return history.trained()


def _awake(state: State) -> tuple[Floats, ...]:
    """What is remembered, without what has all but faded: a processor is slow with numbers near the least."""
    return tuple(np.where(np.abs(part) < _FADED, 0.0, part) for part in state.memory)


def _order(rng: np.random.Generator, data: TrainingSet, count: int) -> Codes:
    """So many rows of a set, shuffled; where it has fewer some of them again."""
    return np.resize(rng.permutation(len(data.y)), count)


class _Seen(NamedTuple):
    """What networks put out for rows, whose losses are summed up later: many at a time. output: (T, L, S, b,
    k); y: (T, b), of several outputs (T, b, k); w: (T, b)."""

    output: Floats
    y: Floats
    w: Floats


def _by_loss(x: Floats) -> Floats:
    """(T, L, k) → (L, T, 1, k, 1)"""
    return x.transpose(1, 0, 2)[:, :, None, :, None]


class _Lockstep:
    """M = T·L·S networks: of T sets, L losses and S seeds."""

    def __init__(self, sets: Sequence[TrainingSet], shape: Shape, seeds: Sequence[Key]) -> None:
        self.sets, self.shape = sets, shape
        self.grid = len(sets), len(sets[0].losses), len(seeds)
        starts = [shape.start(np.random.default_rng([*seed])) for seed in seeds]
        self.start = (
            np.broadcast_to(np.array(starts), (*self.grid, shape.size)).reshape(-1, shape.size).copy()
        )
        most = max(len(data.y) for data in sets)
        self.x = np.zeros((len(sets), most, shape.inputs))
        self.y = np.zeros((len(sets), most, *sets[0].y.shape[1:]))
        self.w = np.zeros((len(sets), most))
        for t, data in enumerate(sets):
            n = len(data.y)
            self.x[t, :n], self.y[t, :n], self.w[t, :n] = data.x, data.y, data.w * n
        whole = *self.grid[:2], shape.outputs
        self.offset, self.unit = (
            np.array([np.broadcast_to(one.reshape(whole[1], -1), whole[1:]) for one in each])
            for each in zip(*((data.offset, data.unit) for data in sets), strict=True)
        )
        weigh = np.broadcast_to(shape.is_weight, (len(self.start), shape.size)).astype(np.float64)
        if not shape.architecture.hidden:  # the weights are the slopes but for the unit of their output
            unit = np.repeat(self.unit.reshape(-1, whole[2]), self.grid[2], axis=0)
            weigh *= np.tile(unit, shape.inputs + 1)
        level, l1, l2 = (np.array(e) for e in zip(*((d.level, d.l1, d.l2) for d in sets), strict=True))
        self.slope_unit = self.unit / level[:, :, None]
        self.level, l1, l2 = (np.repeat(each.ravel(), self.grid[2]) for each in (level, l1, l2))  # (M,)
        l1, l2 = l1 / self.level, l2 / self.level
        self.l1 = l1[:, None] * weigh if l1.any() else None  # of the objectives that descend, as l2 is
        self.l2 = l2[:, None] * weigh**2
        self.params = [stacked(each) for each in zip(*(data.losses for data in sets), strict=True)]
        self.every, self.stores = np.arange(len(sets)), [Store() for _ in sets]

    def rates(self, optimizer: Optimizer) -> Floats:
        """(M,)"""
        m = len(self.start)
        if optimizer.rate is not None:
            return np.full(m, optimizer.rate)
        if optimizer.name == "adam":
            return np.full(m, _ADAM)
        size = [np.sqrt(np.maximum(self._first_slopes(t), 1e-300)) for t in range(len(self.sets))]
        found: Floats = (1.0 - optimizer.carried) * _OTHER / np.array(size).reshape(m)
        return found

    def _first_slopes(self, t: int) -> Floats:
        """(L, S) The weighted mean square of the slopes in the outputs, at the start."""
        data = self.sets[t]
        v = self.start.reshape(*self.grid, -1)[t]
        output = self.shape.forward(v, data.x)[-1][None]
        even = _Seen(output, data.y[None], np.ones((1, len(data.y))))
        slope = self._slopes(even, self.every[t : t + 1])
        size: Floats = np.einsum("lsnk,n->ls", slope[0] ** 2, data.w)
        return np.where((size > 0) & np.isfinite(size), size, 1.0)

    def slopes(self, v: Floats, rows: Codes, seen: "list[_Seen]") -> Floats:
        """(M, d) The gradients of the objectives over their levels at v (M, d) as batches of the rows (T, b)
        give them, as precise as v. What was put out on the way is added to `seen`.

        The passes go set by set, whose activations stay in the cache; the losses see all sets at once.
        """
        places, shape = self.every[:, None], self.shape
        gradient = self.l2.astype(v.dtype) * v if self.l2.any() else np.zeros_like(v)
        grid, found, block = v.reshape(*self.grid, -1), gradient.reshape(*self.grid, -1), _block(shape)
        for first in range(0, rows.shape[1], block):
            part = rows[:, first : first + block]
            x = self.x[places, part].astype(v.dtype, copy=False)
            given = [shape.forward(*own) for own in zip(grid, x, self.stores, strict=True)]
            output = np.array([own[-1] for own in given])
            seen.append(_Seen(output, self.y[places, part], self.w[places, part] / rows.shape[1]))
            slope = self._slopes(seen[-1], self.every).astype(v.dtype, order="C", copy=False)
            for t in self.every[::-1]:  # those that came last may be in the cache yet
                found[t] += shape.backward(grid[t], given[t], slope[t], self.stores[t])
        return gradient

    def losses(self, seen: "Sequence[_Seen]") -> Floats:
        """(M,) What the weights make of the losses of all that was seen."""
        output = np.concatenate([one.output for one in seen], axis=3)
        y, w = (np.concatenate(parts, axis=1) for parts in zip(*((o.y, o.w) for o in seen), strict=True))
        score, target = self._scores(output, y, self.every)
        found = np.empty((self.grid[1], self.grid[0], self.grid[2]))
        for i, params in enumerate(self._params(self.every)):
            value, _ = scored(self.sets[0].losses[i].loss, params, target, score[i])
            found[i] = (value.reshape(*found.shape[1:], -1) @ w[:, :, None])[:, :, 0]
        losses: Floats = found.swapaxes(0, 1).ravel()
        return losses

    def _scores(self, output: Floats, y: Floats, places: Codes) -> tuple[Floats, Floats]:
        """(scores (L, T·S, k, b), targets (T·S, …, b)) of some sets. output: (T, L, S, b, k); y: (T, b), of
        several outputs (T, b, k)."""
        t, count, seeds, b, k = output.shape
        score = np.empty((count, t, seeds, k, b))
        np.multiply(output.transpose(1, 0, 2, 4, 3), _by_loss(self.unit[places]), out=score)
        score += _by_loss(self.offset[places])
        target = np.repeat(y if y.ndim == 2 else y.transpose(0, 2, 1), seeds, axis=0)
        return score.reshape(count, t * seeds, k, b), target

    def _slopes(self, seen: "_Seen", places: Codes) -> Floats:
        """(T, L, S, b, k) Of the rows in the outputs, over their levels and by weight."""
        score, target = self._scores(seen.output, seen.y, places)
        t, count, seeds, b, k = seen.output.shape
        found = np.empty((count, t, seeds, k, b))
        for i, params in enumerate(self._params(places)):
            slope = sloped(self.sets[0].losses[i].loss, params, target, score[i])
            found[i] = slope.reshape(t, seeds, k, b)
        found *= _by_loss(self.slope_unit[places])
        found *= seen.w[:, None, None, :]
        return found.transpose(1, 0, 2, 4, 3)

    def _params(self, places: Codes) -> list[Values]:
        """Of every loss, those of some sets' networks."""
        if places is self.every:
            return self._params_of_all
        return [params_at(each, np.repeat(places, self.grid[2])) for each in self.params]

    @cached_property
    def _params_of_all(self) -> list[Values]:
        return self._params(self.every.copy())

    def loss_of(self, v: Floats, t: int, x: Floats, y: Floats, w: Floats) -> Floats:
        """(L, S) The mean loss of the networks of a set, v (L, S, d) on rows: x (n, p), y (n,) or (n, k), w
        (n,)."""
        total, own = np.zeros(self.grid[1:]), self.every[t : t + 1]
        block = _block(self.shape)
        for first in range(0, len(y), block):
            part = slice(first, first + block)
            output = self.shape.forward(v, x[part])[-1]
            score, target = self._scores(output[None], y[None, part], own)
            for i, params in enumerate(self._params(own)):
                value, _ = scored(self.sets[0].losses[i].loss, params, target, score[i])
                total[i] += value @ w[part]
        return total

    def gradient_of(self, v: Floats) -> tuple[Floats, Floats]:
        """(losses (M,), gradients (M, d) of the objectives over their levels) on all rows, by set."""
        rows = max(len(data.y) for data in self.sets)
        everything = np.broadcast_to(np.arange(rows), (len(self.sets), rows))
        seen: list[_Seen] = []
        gradient = self.slopes(v, everything, seen)  # rows beyond those of a set have weight 0
        loss = self.losses(seen)
        share = np.repeat([rows / len(data.y) for data in self.sets], self.grid[1] * self.grid[2])
        penalised = self.l2 * v
        return loss * share, (gradient - penalised) * share[:, None] + penalised


class _History:
    """What training has shown, epoch by epoch; the point that counts of every network."""

    def __init__(self, networks: _Lockstep, v: Floats) -> None:
        """v: (M, d), where training starts."""
        self.networks, self.v = networks, v.copy()
        self.epoch, self.diverged = np.zeros(len(v), dtype=np.intp), np.zeros(len(v), dtype=np.bool_)
        self._best = self._held(v)
        self._training, self._by_held = [networks.gradient_of(v)[0]], [self._best]

    def record(self, epoch: int, v: Floats, loss: Floats) -> None:
        """v: (M, d), where the epoch ends; loss: (M,), the mean over its batches."""
        self.diverged |= ~np.isfinite(v).all(axis=1) | ~np.isfinite(loss)
        held = self._held(np.where(self.diverged[:, None], 0.0, v))
        better = ~self.diverged
        if self.networks.sets[0].held is not None:
            better &= held < self._best
        self.v[better], self.epoch[better] = v[better], epoch
        self._best = np.where(better, held, self._best)
        self._training.append(np.where(self.diverged, np.nan, loss))
        self._by_held.append(np.where(self.diverged, np.nan, held))

    def is_over(self, early: EarlyStopping | None) -> bool:
        """Whether no network can still move its point."""
        late = early is not None and len(self._training) - 1 - self.epoch >= early.patience
        return bool(np.all(late | self.diverged))

    def _held(self, v: Floats) -> Floats:
        """(M,) The loss on the rows held out; 0 where none are."""
        if self.networks.sets[0].held is None:
            return np.zeros(len(v))
        grid = v.reshape(*self.networks.grid, -1)
        found = [
            self.networks.loss_of(grid[t], t, *data.held)
            for t, data in enumerate(self.networks.sets)
            if data.held is not None
        ]
        return np.array(found).reshape(-1)

    def trained(self) -> list[TrainedNetworks]:
        networks = self.networks
        loss, gradient = networks.gradient_of(self.v)
        penalty = (0.5 * networks.l2 * self.v**2).sum(axis=1)
        if networks.l1 is not None:
            penalty = penalty + (networks.l1 * np.abs(self.v)).sum(axis=1)
        penalty = penalty * networks.level
        held = np.array(self._by_held) if networks.sets[0].held is not None else np.zeros((0, len(self.v)))
        size = np.linalg.norm(gradient, axis=1) * networks.level
        parts = self.v, loss + penalty, loss, size, self.epoch, self.diverged
        by_set = [part.reshape(*networks.grid, *part.shape[1:]) for part in parts]
        curves = [c.reshape(len(c), *networks.grid) for c in (np.array(self._training), held)]
        return [
            TrainedNetworks(*(part[t] for part in by_set), *(curve[:, t] for curve in curves))
            for t in range(len(networks.sets))
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
