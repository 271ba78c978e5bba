"""Mean loss plus penalty of many models on one design, and its gradient, in one pass over the rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from losscli.descent.design import Design
from losscli.domain import IDENTITY, Codes, Floats, Mask, Task
from losscli.inference.scale import MAD
from losscli.loss import Argument, BoundLoss, FromData, Loss, Scaled
from losscli.loss.score import Terms, Values, slopes, terms

_CELLS = 32_768  # scores worked on at a time: what is derived from them stays in the cache
_LARGE = 3.0  # spreads of the bulk: a large residual
ROUNDING = 1e-15  # relative, of a sum over rows
_SPARED = 1e-7  # of an objective that is more than rounding: what it may leave for rounding's sake
_ROUNDED = 10.0  # floors: an objective below is rounding
_LEAST_ROWS, _MOST_ROWS = 256, 8_192


@dataclass(frozen=True, slots=True)
class Trainee:
    """One model to train: a loss, which of the targets, and the strengths of its penalty."""

    bound: BoundLoss
    target: int
    l2: float = 0.0
    l1: float = 0.0


@dataclass(frozen=True, slots=True)
class _Group:
    """Neighbouring models of one loss, evaluated together; params by model or one number for all."""

    loss: Loss
    start: int
    stop: int
    params: Values


def scored(loss: Loss, params: Values, y: Floats, scores: Floats) -> Terms:
    """As `terms`, of scores (g, k, n), k = 1 too."""
    if scores.shape[1] > 1:
        return terms(loss, params, y, scores)
    value, slope = terms(loss, params, y if y.ndim == 2 else y[:, 0], scores[:, 0])
    return value, slope[:, None]


def sloped(loss: Loss, params: Values, y: Floats, scores: Floats) -> Floats:
    """(g, k, n) The slopes of `scored`."""
    if scores.shape[1] > 1:
        return slopes(loss, params, y, scores)
    return slopes(loss, params, y if y.ndim == 2 else y[:, 0], scores[:, 0])[:, None]


def _slopes(groups: Sequence[_Group], y: Floats, scores: Floats) -> Floats:
    """(m, k, n) The slopes of rows of models in neighbouring groups. y: (m, …, n); scores: (m, k, n)."""
    found = np.empty_like(scores)
    for group in groups:
        part = slice(group.start, group.stop)
        found[part] = sloped(group.loss, group.params, y[part], scores[part])
    return found


class Objective:
    """The objectives of m models that share a design: coordinates (m, d) → values (m,), gradients (m, d).

    d is q, times the number of classes, outputs or labels where there are several. Models of one loss stand
    side by side. Values and gradients are of the mean loss and the squares of the slopes; l1·Σ|slope|, which
    has a kink, is `absolute`, and needs the plain design, whose coordinates are the slopes.
    """

    def __init__(self, design: Design, targets: Floats, models: Sequence[Trainee], classes: int = 1) -> None:
        """targets: (t, n), for several outputs or labels (t, k, n); classes: scores per row, k."""
        self.design, self.targets, self.models, self.classes = design, targets, tuple(models), classes
        self.size = design.rank * classes
        self.l2 = np.array([model.l2 for model in models])
        self.l1 = np.array([model.l1 for model in models])
        self.penalty = np.tile(design.penalty, classes)
        self._target = np.array([model.target for model in models], dtype=np.intp)
        self.unit = _units(self.models, design.without_offset(targets), design.w)
        self.level = _levels(self.models, self.unit)
        self._groups = _groups(self.models)
        self._cut: tuple[Codes, list[_Group]] | None = None

    @np.errstate(over="ignore", invalid="ignore")  # a step may be far too long: its objective is inf
    def evaluate(self, v: Floats, which: Codes) -> tuple[Floats, Floats]:
        """(values (m,), gradients (m, d)) of some models; inf where it overflows.

        v: (m, d); which: (m,) ascending, a model as often as there are points to evaluate it at.
        """
        design, m, k, q = self.design, len(which), self.classes, self.design.rank
        groups = self._chosen(which)
        flat = v.reshape(m * k, q)
        value, gradient = np.zeros(m), np.zeros((m * k, q))
        same = bool((self._target[which] == self._target[which[0]]).all()) if m else True
        rows = int(np.clip(_CELLS // max(m * k, 1), _LEAST_ROWS, _MOST_ROWS))
        slope = np.empty((m, k, min(rows, len(design.w))))
        for start in range(0, len(design.w), rows):
            block = slice(start, start + rows)
            w = design.w[block]
            scores = (flat @ design.zt[:, block]).reshape(m, k, len(w))
            if design.offset is not None:
                scores += design.offset[block]
            y = self.targets[self._target[which[:1]] if same else self._target[which], ..., block]
            out = slope[:, :, : len(w)]
            for group in groups:
                part = slice(group.start, group.stop)
                own = y if same else y[part]
                loss, out[part] = scored(group.loss, group.params, own, scores[part])
                value[part] += loss @ w
            out *= w
            gradient += out.reshape(m * k, len(w)) @ design.z[block]
        gradient = gradient.reshape(m, self.size)
        value += 0.5 * self.l2[which] * ((v * v) @ self.penalty)
        gradient += self.l2[which, None] * self.penalty * v
        return np.where(np.isnan(value), np.inf, value), gradient

    def whole(self, v: Floats, which: Codes) -> tuple[Floats, Floats]:
        """(values with l1·Σ|slope| (m,), gradients without it (m, d)), on the plain design."""
        value, gradient = self.evaluate(v, which)
        return value + (self.pulls(which) * np.abs(v)).sum(axis=1) if self.l1.any() else value, gradient

    def absolute(self, v: Floats) -> Floats:
        """(m,) l1·Σ|slope| of all models, at v: (m, d) on the plain design."""
        return np.asarray(self.l1 * (np.abs(v) @ (self.penalty > 0)))

    def pulls(self, which: Codes) -> Floats:
        """(m, d) The strength of l1 on each coordinate of the plain design: 0 for intercepts."""
        return self.l1[which, None] * (self.penalty > 0)

    @np.errstate(over="ignore", invalid="ignore")
    def hessian(self, v: Floats, which: Codes, step: Floats) -> Floats:
        """(m, d, d) Second derivatives of some models at v (m, d), by differences of the rows' slopes over
        scores `step` (m,) to both sides; which: as for `evaluate`."""
        design, m, k, q = self.design, len(which), self.classes, self.design.rank
        groups, flat = self._chosen(which), v.reshape(m * k, q)
        out = np.zeros((m, k, q, k, q))
        rows = int(np.clip(_CELLS // max(m * k, 1), _LEAST_ROWS, _MOST_ROWS))
        for start in range(0, len(design.w), rows):
            block = slice(start, start + rows)
            zt, z, w = design.zt[:, block], design.z[block], design.w[block]
            scores = (flat @ zt).reshape(m, k, len(w))
            if design.offset is not None:
                scores += design.offset[block]
            y = self.targets[self._target[which], ..., block]
            for a in range(k):
                ahead, behind = scores.copy(), scores.copy()
                ahead[:, a] += step[:, None]
                behind[:, a] -= step[:, None]
                bends = _slopes(groups, y, ahead) - _slopes(groups, y, behind)
                bends = bends / (2.0 * step[:, None, None]) * w  # how slopes change with the score of class a
                for b in range(a + 1):
                    for i in range(m):
                        out[i, a, :, b] += (zt * bends[i, b]) @ z
        for a in range(k):
            for b in range(a):
                out[:, b, :, a] = out[:, a, :, b].swapaxes(1, 2)
        found = out.reshape(m, self.size, self.size)
        np.einsum("mii->mi", found)[:] += self.l2[which, None] * self.penalty
        return found

    def gradient_on(self, v: Floats, which: Codes, rows: Codes) -> Floats:
        """(m, d) The gradients of some models as a sample of the rows, (b,), gives them: the mean over the
        sample of n·weight·slope, whose expectation is the gradient, plus the penalty's."""
        design, m, k, q = self.design, len(which), self.classes, self.design.rank
        z, w = design.z[rows], design.w[rows] * (len(design.w) / len(rows))
        scores = (v.reshape(m * k, q) @ z.T).reshape(m, k, len(rows))
        if design.offset is not None:
            scores += design.offset[rows]
        y = self.targets[..., rows][self._target[which]]
        slope = _slopes(self._chosen(which), y, scores) * w
        gradient = (slope.reshape(m * k, len(rows)) @ z).reshape(m, self.size)
        return np.asarray(gradient + self.l2[which, None] * self.penalty * v)

    def _chosen(self, which: Codes) -> list[_Group]:
        """The groups cut to some models, at their new places; kept for the next call with these models."""
        if self._cut is None or self._cut[0] is not which:
            self._cut = which, [own for group in self._groups if (own := _cut(group, which)) is not None]
        return self._cut[1]


def _cut(group: _Group, which: Codes) -> _Group | None:
    start, stop = which.searchsorted((group.start, group.stop))
    if start == stop:
        return None
    params = params_at(group.params, which[start:stop] - group.start)
    return _Group(group.loss, int(start), int(stop), params)


def negligible(value: Floats, level: Floats, tol: float) -> Floats:
    """(m,) What objectives of these values may leave: tol of them, or of `level` where that is less, but
    not what is below their rounding."""
    size = np.abs(value)
    return np.maximum(tol * np.minimum(size, level), ROUNDING * size)


def is_exact(value: Floats, floor: Floats) -> Mask:
    """(m,) Whether objectives are 0 but for rounding. floor: (m,), what is rounding."""
    return np.asarray(np.abs(value) <= _ROUNDED * floor)


def spared(value: Floats, floor: Floats) -> Floats:
    """(m,) What objectives may leave besides, because it is rounding: floor (m,) where they are exact."""
    return np.where(is_exact(value, floor), floor, np.minimum(floor, _SPARED * np.abs(value)))


def _units(models: Sequence[Trainee], targets: Floats, w: Floats) -> Floats:
    """(m,) The size of a large change of a score: the spread of the bulk of the target where scores are in
    its unit."""
    losses = [model.bound.loss for model in models]
    numbers = (Task.REGRESSION, Task.MULTIOUTPUT)
    in_y = [loss.task in numbers and loss.link is IDENTITY for loss in losses]
    if not any(in_y):
        return np.ones(len(models))
    rows = targets.reshape(len(targets), -1, targets.shape[-1])
    spread = np.array([np.mean([bulk_spread(y, w) for y in own]) for own in rows])
    return np.where(in_y, spread[[model.target for model in models]], 1.0)


def bulk_spread(y: Floats, w: Floats) -> float:
    """The median distance from the median, as a sd of Gaussian values; the sd where it is 0; else 1."""
    size = float(np.median(np.abs(y - np.median(y)))) / MAD
    return size or float(np.sqrt(w @ (y - w @ y) ** 2)) or 1.0


def _levels(models: Sequence[Trainee], units: Floats) -> Floats:
    """(m,) The loss of a large residual of the bulk: what an objective is told to the last digits of, even
    where one row outweighs all others. inf for a loss of more than the residual, and where it is 0."""
    return np.array([_level(model.bound, unit) for model, unit in zip(models, units, strict=True)])


def _level(bound: BoundLoss, unit: float) -> float:
    if bound.loss.argument is not Argument.RESIDUAL:
        return np.inf
    return float(bound.value(np.array([_LARGE * unit]))[0]) or np.inf


def _groups(models: Sequence[Trainee]) -> list[_Group]:
    groups, start = [], 0
    for _, members in groupby(models, lambda model: _kind(model.bound)):
        own = list(members)
        params = stacked([model.bound for model in own])
        groups.append(_Group(own[0].bound.loss, start, start + len(own), params))
        start += len(own)
    return groups


def _kind(bound: BoundLoss) -> tuple[Any, ...]:
    """What must be equal for one evaluation: the loss and the parameters that are not thresholds."""
    varying = {p.name for p in bound.loss.params if isinstance(p.default, Scaled | FromData)}
    return (id(bound.loss), *(item for item in bound.params if item[0] not in varying))


def stacked(losses: Sequence[BoundLoss]) -> Values:
    """Parameters (g, 1) of g models, or one number where all have the same."""
    params = [dict(bound.params) for bound in losses]
    found: dict[str, Any] = {}
    for key, first in params[0].items():
        column = np.array([own[key] for own in params])
        found[key] = first if (column == first).all() else column[:, None]
    return found


def params_at(params: Values, which: Codes) -> Values:
    """The parameters of some of the models that `stacked` has put together."""
    return {key: value[which] if isinstance(value, np.ndarray) else value for key, value in params.items()}
