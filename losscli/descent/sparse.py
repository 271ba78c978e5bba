"""Models with an l1 penalty: slopes that are exactly 0, by the method that suits the loss.

All of it happens on plain z-scored columns, whose coordinates are the slopes that are penalised.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from losscli.descent import concave, interior, proximal, smoothed
from losscli.descent.design import Design
from losscli.descent.ends import ENOUGH, Solution, certified, lowest, share_text
from losscli.descent.interior import Hinges, Vertex
from losscli.descent.lbfgs import Descent
from losscli.descent.objective import Model, Objective, bulk_spread, negligible
from losscli.domain import Floats
from losscli.loss import Trait

_WIDTHS = 10.0 ** -np.arange(1.0, 11.0)  # over which kinks are rounded off, in units of the score
_AGREE = 1e-6  # relative difference of objectives that are one valley

Starts = Callable[[Model], Floats]  # (count, d), in the coordinates of the design


@dataclass(frozen=True, eq=False)
class Sparse:
    """A design and its targets, on which models with an l1 penalty are trained.

    floor: an objective's value that is rounding; max_iter: of a descent.
    """

    design: Design
    targets: Floats
    classes: int
    tol: float
    max_iter: int
    floor: Callable[[Objective], Floats]

    @cached_property
    def _plain(self) -> tuple[Design, Floats]:
        return self.design.plain()

    def solved(self, models: Sequence[Model], starts: Starts) -> list[Solution]:
        """The models, in the order given."""
        found: dict[int, Solution] = {}
        kinds = [self._kind(model) for model in models]
        for kind in dict.fromkeys(kinds):
            own = [i for i, one in enumerate(kinds) if one == kind]
            solve = {"smooth": self._smooth, "edges": self._edges}.get(kind, self._kinked)
            ends = solve([models[i] for i in own], starts)
            found |= {i: self._placed(end) for i, end in zip(own, ends, strict=True)}
        return [found[i] for i in range(len(models))]

    def _kind(self, model: Model) -> str:
        y = self.targets[model.target]
        if self.classes == 1:
            hinges = interior.hinges(model, y)
            if hinges is not None:
                return f"{hinges.kinks.shape[1]} kinks{' down' if (hinges.jumps < 0).any() else ''}"
        return "edges" if smoothed.has_kinks(model.bound, y) else "smooth"

    def _objective(self, models: Sequence[Model]) -> Objective:
        return Objective(self._plain[0], self.targets, models, self.classes)

    def _placed(self, end: Solution) -> Solution:
        """The end in the coordinates of the design as well."""
        plain, turn = self._plain
        b = end.v.reshape(self.classes, plain.rank)
        return replace(end, v=(b @ turn).ravel(), plain=b)

    def _points(self, model: Model, starts: Starts) -> Floats:
        """(count, d) The starts in plain coordinates; where there may be several valleys, also without any
        slope, from which strong penalties are near."""
        points = starts(model)
        b = (points.reshape(len(points), self.classes, -1) @ self.design.back.T).reshape(len(points), -1)
        if Trait.CONVEX in model.bound.traits:
            return np.asarray(b)
        bare = b[:1] * (np.tile(self._plain[0].penalty, self.classes) == 0.0)
        return np.concatenate([b, bare])

    # ── smooth losses ────────────────────────────────────────────────────────────────────────────────

    def _smooth(self, models: Sequence[Model], starts: Starts) -> list[Solution]:
        points = [self._points(model, starts) for model in models]
        counts = [len(own) for own in points]
        objective = self._objective(
            [m for m, count in zip(models, counts, strict=True) for _ in range(count)]
        )
        descent = self._descended(objective, np.concatenate(points), None)
        return _lowest(objective, descent, counts, np.zeros(len(objective.models)))

    def _descended(self, objective: Objective, start: Floats, width: Floats | None) -> Descent:
        which = np.arange(len(start))
        floor = self.floor(objective)
        return proximal.minimise(
            objective, start, which, tol=self.tol, floor=floor, max_iter=self.max_iter, width=width
        )

    # ── losses that bend and have kinks, and margins of several classes ──────────────────────────────

    def _edges(self, models: Sequence[Model], starts: Starts) -> list[Solution]:
        """Each by itself, over smaller and smaller widths."""
        return [self._edged(model, self._points(model, starts)) for model in models]

    def _edged(self, model: Model, points: Floats) -> Solution:
        y, w = self.targets[model.target], self.design.w
        true = self._objective([model] * len(points))
        unit, which = true.unit, np.arange(len(points))
        v, iterations, last = points, np.zeros(len(points), np.intp), None
        for width in _WIDTHS:
            size = float(width * unit[0])
            bound = smoothed.smoothed(model.bound, size, float(unit[0]))
            objective = self._objective([replace(model, bound=bound)] * len(points))
            found = self._descended(objective, v, np.full(len(points), size))
            if last is not None and not found.converged[np.argmin(found.value)]:
                break  # rounding ends it: what is wider is what there is
            v, iterations = found.v, iterations + found.iterations
            above = _mean_of(smoothed.excess(model.bound, y, size, float(unit[0])), w)
            value = true.evaluate(v, which)[0] + true.absolute(v)
            last = replace(found, value=value, iterations=iterations), np.full(len(points), above)
            if (found.decrease + above <= self.tol * np.abs(value)).all():
                break
        assert last is not None
        ends, above_each = last
        return _lowest(true, ends, [len(points)], above_each)[0]

    # ── piecewise linear losses ──────────────────────────────────────────────────────────────────────

    def _kinked(self, models: Sequence[Model], starts: Starts) -> list[Solution]:
        """|slope| is the loss of one more row, whose score is the slope."""
        own = [interior.hinges(model, self.targets[model.target]) for model in models]
        rows = interior.stacked([one for one in own if one is not None])
        falls = bool((rows.jumps < 0).any())
        points = [self._points(model, starts)[: None if falls else 1] for model in models]
        repeated = [model for model, each in zip(models, points, strict=True) for _ in each]
        own = [interior.hinges(model, self.targets[model.target]) for model in repeated]
        objective = self._objective(repeated)
        hinges = _with_slopes(
            interior.stacked([one for one in own if one is not None]), objective.l1, self._plain[0].rank - 1
        )
        design, start, floor = _extended(self._plain[0]), np.concatenate(points), self.floor(objective)
        if falls:
            vertex = concave.descend(design, hinges, objective.l2, start, tol=self.tol, floor=floor)
        else:
            unit = np.array([bulk_spread(k, self.design.w) for k in rows.kinks[:, 0]])
            vertex = interior.minimise(
                design,
                hinges,
                objective.l2,
                start,
                tol=self.tol,
                level=objective.level,
                floor=floor,
                unit=unit,
            )
        ends = certified(objective, replace(vertex, v=_cleared(objective, vertex, self.tol)))
        firsts = np.cumsum([0, *(len(each) for each in points)]).tolist()
        split = [ends[i:j] for i, j in pairwise(firsts)]
        return [lowest(each) if falls else each[0] for each in split]


def _mean_of(rows: Floats | float, w: Floats) -> float:
    return float(np.broadcast_to(rows, w.shape) @ w)


def _extended(plain: Design) -> Design:
    """The plain design with a row for every slope, of weight 1."""
    p = plain.rank - 1
    return replace(
        plain,
        z=np.concatenate([plain.z, np.eye(p, p + 1, 1)]),
        w=np.concatenate([plain.w, np.ones(p)]),
    )


def _with_slopes(own: Hinges, l1: Floats, p: int) -> Hinges:
    """The rows' losses, and l1·|slope|: of so many upward jumps as the rows have, all at 0."""
    m, k, _ = own.kinks.shape
    ups = int((own.jumps[0, :, 0] > 0).sum())
    share = np.where(np.arange(k) < ups, 2.0 / ups, 0.0)
    jumps = np.broadcast_to((l1[:, None] * share)[:, :, None], (m, k, p))
    lines = np.broadcast_to(-l1[:, None], (m, p))
    return Hinges(
        np.concatenate([own.kinks, np.zeros((m, k, p))], axis=2),
        np.concatenate([own.value, np.zeros((m, p))], axis=1),
        np.concatenate([own.left, lines], axis=1),
        np.concatenate([own.jumps, jumps], axis=2),
    )


def _cleared(objective: Objective, vertex: Vertex, tol: float) -> Floats:
    """(m, d) The ends with those slopes put to 0 whose being 0 costs less than is certified anyway: the
    smallest first, as many as may be."""
    v = vertex.v.copy()
    for i in range(len(v)):
        own, which = v[i], np.array([i])
        order = np.argsort(np.abs(own))
        order = order[(objective.penalty[order] > 0) & (own[order] != 0.0)]

        def value(b: Floats, which: np.ndarray = which, i: int = i) -> float:
            smooth = objective.evaluate(b[None], which)[0][0]
            return float(smooth + objective.l1[i] * (np.abs(b) @ (objective.penalty > 0)))

        best = value(own)
        allowed = best + tol * abs(best)
        low, high = 0, len(order)  # of the smallest, how many can be 0
        while low < high:
            middle = (low + high + 1) // 2
            trial = own.copy()
            trial[order[:middle]] = 0.0
            low, high = (middle, high) if value(trial) <= allowed else (low, middle - 1)
        own[order[:low]] = 0.0
    return v


def _lowest(objective: Objective, descent: Descent, counts: Sequence[int], above: Floats) -> list[Solution]:
    """The best end of the starts of each model. above: what rounding kinks off may add."""
    firsts = np.cumsum([0, *counts]).tolist()
    solutions = []
    left = np.maximum(descent.decrease, 0.0) + above
    enough = negligible(descent.value, objective.level, ENOUGH)
    for first, last in pairwise(firsts):
        values = descent.value[first:last]
        i = first + int(np.argmin(values))
        model, value = objective.models[i], float(descent.value[i])
        converged = bool(descent.converged[i] and (above[i] == 0.0 or left[i] <= enough[i]))
        text = (
            f"Newton decrement {share_text(left[i], value)}"
            if above[i] == 0.0
            else (f"Newton decrement and rounding of kinks {share_text(left[i], value)}")
        )
        if Trait.CONVEX not in model.bound.traits:
            agree = int((values <= value + _AGREE * abs(value)).sum())
            text = f"{agree} of {last - first} starts agree; {text}"
        solutions.append(
            Solution(
                bound=model.bound,
                l2=model.l2,
                v=descent.v[i],
                objective=value,
                gradient_norm=float(np.linalg.norm(descent.gradient[i])) if above[i] == 0.0 else None,
                iterations=int(descent.iterations[i]),
                converged=converged,
                certificate=text if converged else f"not converged: {text}",
                l1=model.l1,
            )
        )
    return solutions
