"""Convex losses that bend and have kinks, `0.7*huber + 0.3*mae`: Newton's method, the kinks rounded off.

Such a loss of the score is a smooth part plus Σ J_k·max(0, s - κ_k). Rounded off over a width ε, max(0, t) is
(t + √(t² + ε²))/2, whose slope a lies between 0 and 1. max(0, x) ≥ a·x for every x, so that
Σ w·J·(max(0, t) - a·t), and what slope is left, bound how far the objective is above its least value: a gap
that shrinks with ε. Smoothing: Nesterov 2005, doi:10.1007/s10107-004-0552-5.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from losscli.descent.design import Design
from losscli.descent.ends import Solution, certified, unbounded
from losscli.descent.interior import SMALL, Vertex
from losscli.descent.methods import smooth
from losscli.descent.methods.method import Method
from losscli.descent.objective import Trainee
from losscli.descent.workspace import Workspace
from losscli.domain import IDENTITY, NUMBERS, Floats
from losscli.loss import Argument, BoundLoss, Trait
from losscli.loss.score import terms

_WIDTHS = 10.0 ** -np.arange(0.0, 12.0)  # in units of the score
_NEWTON, _HALVINGS = 30, 30
_STEP = 1e-5  # in units of the score, for the differences of slopes
_BESIDE = 1e-8  # how far from a kink its slopes are read
_RIDGE = 1e-14  # of the largest curvature
_OPEN = 1e-6  # from 0 and 1: a slope that is neither
_STILL = 1e-14  # of the objective: a step that gains no more ends a round


def kinks_in_score(bound: BoundLoss, y: Floats) -> Floats | None:
    """(K, n) Where the slope of each row's loss jumps; None where it does not, or no one knows."""
    loss = bound.loss
    parts = [part for _, part in bound.terms] if loss.argument is Argument.PARTS else [bound]
    places = sorted({kink for part in parts for kink in part.loss.kinks(dict(part.params))})
    if not places or (loss.task in NUMBERS and loss.link is not IDENTITY):
        return None
    kinks = np.repeat(np.array(places)[:, None], len(y), axis=1)
    return kinks + y if loss.task in NUMBERS else kinks * (2.0 * y - 1.0)


def minimise(design: Design, model: Trainee, y: Floats, start: Floats, *, unit: float, tol: float) -> Vertex:
    """One model from start (q,) to a gap of tol times its objective. unit: of the scores."""
    kinks = kinks_in_score(model.bound, y)
    assert kinks is not None
    problem = _Problem(design, KinkedLoss.of(model.bound, y, kinks, unit), model.l2, unit)
    v, gap, rounds = start.copy(), np.inf, 0
    for width in _WIDTHS * unit:
        v, steps = problem.descended(v, width)
        rounds += steps
        gap, value = problem.gap(v, width)
        if not gap > tol * abs(value):
            break
    _, value = problem.gap(v, width)
    converged = bool(gap <= SMALL * abs(value))
    return Vertex(v[None], np.array([gap]), np.array([rounds]), np.array([converged]))


@dataclass(frozen=True, eq=False)
class KinkedLoss:
    """The rows' losses of the score: the record's, less what its kinks add. kinks, jumps: (K, n)."""

    bound: BoundLoss
    y: Floats
    kinks: Floats
    jumps: Floats
    beside: float

    @classmethod
    def of(cls, bound: BoundLoss, y: Floats, kinks: Floats, unit: float) -> "KinkedLoss":
        """The jumps are read off the slopes on both sides, near and nearer."""
        rows = cls(bound, y, kinks, np.zeros_like(kinks), _BESIDE * unit)
        near, far = (rows._jump(step * unit) for step in (_STEP, 2.0 * _STEP))
        jumps = 2.0 * near - far
        size = np.abs(jumps).max(initial=0.0)
        return cls(bound, y, kinks, np.where(np.abs(jumps) > 1e-7 * size, jumps, 0.0), _BESIDE * unit)

    def _jump(self, step: float) -> Floats:
        return np.array([self._terms(k + step)[1] - self._terms(k - step)[1] for k in self.kinks])

    def _terms(self, s: Floats) -> tuple[Floats, Floats]:
        value, slope = terms(self.bound.loss, dict(self.bound.params), self.y[None], s[None])
        return value[0], slope[0]

    def value(self, s: Floats) -> Floats:
        """(n,) The loss itself."""
        return self._terms(s)[0]

    def smooth(self, s: Floats) -> tuple[Floats, Floats]:
        """(value, slope) of the smooth part: (n,) each."""
        value, _ = self._terms(s)
        aside = s
        for kink in self.kinks:
            aside = np.where(np.abs(aside - kink) < self.beside, kink + self.beside, aside)
        slope = self._terms(aside)[1]
        beyond = s - self.kinks
        hinged = (self.jumps * np.maximum(beyond, 0.0)).sum(axis=0)
        passed = (self.jumps * (aside > self.kinks)).sum(axis=0)
        return value - hinged, slope - passed


def rounded_off(t: Floats, width: float) -> tuple[Floats, Floats, Floats]:
    """(values, slopes in (0, 1), curvatures) of max(0, t) rounded off over a width."""
    root = np.hypot(t, width)
    far = root + np.abs(t)
    value = 0.5 * np.where(t >= 0, far, width * (width / far))
    return value, value / root, 0.5 * (width / root) ** 2 / root


class _Problem:
    """One objective with its kinks rounded off."""

    def __init__(self, design: Design, rows: KinkedLoss, l2: float, unit: float) -> None:
        self.z, self.w, self.rows, self.unit, self.scores = design.z, design.w, rows, unit, design.scores
        self.penalty = l2 * design.penalty

    def _rounded(self, s: Floats, width: float) -> tuple[Floats, Floats, Floats]:
        """As `rounded_off`, of every kink: (K, n) each."""
        return rounded_off(s - self.rows.kinks, width)

    def value(self, v: Floats, width: float) -> float:
        s = self.scores(v)
        smooth, _ = self.rows.smooth(s)
        rounded = (self.rows.jumps * self._rounded(s, width)[0]).sum(axis=0)
        return float(self.w @ (smooth + rounded) + 0.5 * self.penalty @ (v * v))

    def _pull(self, v: Floats, s: Floats, a: Floats) -> Floats:
        """(q,) The slope of the objective, a (K, n) those of the kinks."""
        own = self.rows.smooth(s)[1] + (self.rows.jumps * a).sum(axis=0)
        return np.asarray(self.z.T @ (self.w * own) + self.penalty * v)

    def _newton(self, v: Floats, width: float) -> tuple[Floats, float]:
        """(step, what it promises)"""
        s = self.scores(v)
        _, a, curvature = self._rounded(s, width)
        gradient = self._pull(v, s, a)
        h = _STEP * self.unit
        ahead, behind = self.rows.smooth(s + h)[1], self.rows.smooth(s - h)[1]
        bend = np.maximum(ahead - behind, 0.0) / (2.0 * h)
        bend = bend + (self.rows.jumps * curvature).sum(axis=0)
        hessian = (self.z.T * (self.w * bend)) @ self.z
        hessian[np.diag_indices_from(hessian)] += self.penalty + _RIDGE * max(np.trace(hessian), 1e-300)
        step = np.linalg.solve(hessian, gradient)
        return step, 0.5 * float(gradient @ step)

    def descended(self, v: Floats, width: float) -> tuple[Floats, int]:
        """(where Newton's steps end, how many they were)."""
        value = self.value(v, width)
        for at in range(_NEWTON):
            step, promised = self._newton(v, width)
            if not np.isfinite(promised) or promised <= _STILL * abs(value):
                return v, at
            share = 1.0
            for _ in range(_HALVINGS):
                lower = self.value(v - share * step, width)
                if lower < value - 1e-4 * share * promised:
                    break
                share /= 2.0
            else:
                return v, at
            v, value = v - share * step, lower
        return v, _NEWTON

    def gap(self, v: Floats, width: float) -> tuple[float, float]:
        """(how far the objective is above its least value at most, the objective)."""
        s = self.scores(v)
        a = self._balanced(v, s, self._rounded(s, width)[1])
        t = s - self.rows.kinks
        excess = self.w @ (self.rows.jumps * (np.maximum(t, 0.0) - a * t)).sum(axis=0)
        left = np.abs(self._pull(v, s, a) * v).sum()
        value = self.w @ self.rows.value(s) + 0.5 * self.penalty @ (v * v)
        return float(excess + left), float(value)

    def _balanced(self, v: Floats, s: Floats, a: Floats) -> Floats:
        """The slopes a of the rounded kinks, those of the rows at a kink moved so that no slope is left: of
        those rows rounding knows the score, but not the slope, which turns within a width."""
        k, i = np.nonzero((a > _OPEN) & (a < 1.0 - _OPEN) & (self.rows.jumps > 0.0))
        if not len(k):
            return a
        columns = self.z[i].T * (self.w[i] * self.rows.jumps[k, i])
        moved, *_ = np.linalg.lstsq(columns, -self._pull(v, s, a), rcond=None)
        balanced = a.copy()
        balanced[k, i] = np.clip(a[k, i] + moved, 0.0, 1.0)
        return balanced


def _handles(workspace: Workspace, model: Trainee) -> bool:
    """Fits that need not be confirmed go by their slopes alone, which takes less time."""
    bound, y = model.bound, workspace.targets[model.target]
    if workspace.settings.classes > 1 or not workspace.settings.careful:
        return False
    if Trait.CONVEX not in bound.traits or bound.loss.slope is None:
        return False
    kinks = kinks_in_score(bound, y)
    return kinks is not None and bool((KinkedLoss.of(bound, y, kinks, 1.0).jumps >= 0.0).all())


def _solve(workspace: Workspace, models: Sequence[Trainee]) -> list[Solution]:
    """Each by itself; by its slopes alone where that does not end well."""
    units, found = workspace.objective(models).unit.tolist(), []
    for model, unit in zip(models, units, strict=True):
        (start,) = workspace.starts_of(model)
        y = workspace.targets[model.target]
        end = minimise(workspace.design, model, y, start, unit=unit, tol=workspace.tol)
        well = bool(end.converged[0])
        objective = workspace.objective([model])
        exact = certified(objective, end, workspace.floor(objective)) if well else []
        found += [unbounded(objective, 0, one, named=True) for one in exact] or smooth.solve(
            workspace, [model]
        )
    return found


METHOD = Method("rounded", _handles, _solve)
