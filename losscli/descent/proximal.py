"""Mean loss + squares of slopes + l1·Σ|slope| by Newton's method, many models in lockstep.

A step goes to the least value of the quadratic that fits the smooth part, plus l1·Σ|slope| as it is, so that
slopes become exactly 0: Lee, Sun and Saunders 2014, doi:10.1137/130921428. The quadratic is steepened until
steps keep what they promise: Levenberg 1944, doi:10.1090/qam/10666; Marquardt 1963, doi:10.1137/0111030.
"""

import numpy as np

from losscli.descent import quadratic
from losscli.descent.lbfgs import Descent
from losscli.descent.objective import ROUNDING, Objective, negligible, spared
from losscli.domain import Codes, Floats, Mask
from losscli.loss import Trait

_STEP = 1e-5  # of the unit of the scores, for the differences of slopes
_LEAST, _FIRST = 1e-12, 1e-2  # of the curvature: what is added to it always, and once a step has failed
_KEPT, _WELL = 1e-4, 0.5  # share of a promise that makes a step, and that makes the next one bolder
_FACTOR = 10.0
_SAME = 1e-10  # of a promise: how nearly it must be kept for the curvature to be the same
_FLAT = 1e-10  # of the largest curvature: what rounding may have bent down
_REFUSALS = 25  # steps in a row before a model is given up
_SHARE = 1e-4  # of what a step must gain: to what it is known
_PLAIN = 1e-3  # of the curvature: more added, and what a step promises does not tell what is left


class _State:
    """The models still in motion; arrays by model, `added` what is added to the curvature."""

    def __init__(self, objective: Objective, v: Floats, which: Codes, step: Floats) -> None:
        self.objective, self.which, self.place, self.v = objective, which, np.arange(len(which)), v
        self.value, self.gradient = objective.whole(v, which)
        self.tau = objective.pulls(which)
        self.step = step
        self.convex = np.array([Trait.CONVEX in objective.models[i].bound.traits for i in which.tolist()])
        self.hessian = self.bent(np.ones(len(which), np.bool_))
        self.size = self._sizes()
        self.added = _LEAST * self.size
        self.refused = np.zeros(len(which), np.intp)

    def keep(self, stay: Mask) -> None:
        self.which, self.place = self.which[stay], self.place[stay]
        self.v, self.step = self.v[stay], self.step[stay]
        self.value, self.gradient, self.tau = self.value[stay], self.gradient[stay], self.tau[stay]
        self.hessian, self.size, self.added = self.hessian[stay], self.size[stay], self.added[stay]
        self.refused, self.convex = self.refused[stay], self.convex[stay]

    def bent(self, own: Mask) -> Floats:
        """The Hessians of some models, bent upwards where the objective bends down."""
        found = self.objective.hessian(self.v[own], self.which[own], self.step[own])
        found[~np.isfinite(found).all(axis=(1, 2))] = 0.0
        for i in np.flatnonzero(~self.convex[own]).tolist():
            if not _is_bowl(found[i]):
                values, vectors = np.linalg.eigh(found[i])
                found[i] = (vectors * np.abs(values)) @ vectors.T
        return found

    def _sizes(self) -> Floats:
        """(m,) The curvature; where there is none, the one that makes a step of a unit."""
        mean = np.einsum("mii->mi", self.hessian).mean(axis=1)
        steep = np.abs(self.gradient).max(axis=1) / self.objective.unit[self.which]
        return np.where(mean > 1e-8 * steep, mean, np.where(steep > 0, steep, 1.0))

    def target(self, enough: Floats) -> tuple[Floats, Floats]:
        """(where the next step leads (m, d), what it promises (m,))."""
        d = self.v.shape[1]
        steep = self.hessian + self.added[:, None, None] * np.eye(d)
        x = quadratic.minimise(steep, self.gradient, self.v, self.tau, _SHARE * enough)
        step = x - self.v
        bend = np.matmul(self.hessian, step[..., None])[..., 0]
        gain = -((self.gradient + 0.5 * bend) * step).sum(axis=1)
        return x, gain - (self.tau * (np.abs(x) - np.abs(self.v))).sum(axis=1)

    def move(self, x: Floats, promised: Floats, gone: Mask) -> None:
        """Go where objectives fall by what was promised; be more careful elsewhere. gone: models whose last
        step this is: all that it must do is fall."""
        promised = np.where(gone, 0.0, promised)
        value, slope = self.objective.whole(x, self.which)
        gained = self.value - value
        fell = (gained >= _KEPT * promised) & (gained > 0.0) & np.isfinite(slope).all(axis=1)
        self.v[fell], self.value[fell], self.gradient[fell] = x[fell], value[fell], slope[fell]
        self.refused = np.where(fell, 0, self.refused + 1)
        with np.errstate(invalid="ignore"):
            well = fell & (gained >= _WELL * promised)
        # A promise kept to all digits: the objective is the quadratic, and bends as before.
        new = fell & ~gone & ~(np.abs(gained - promised) <= _SAME * promised)
        if new.any():
            self.hessian[new] = self.bent(new)
        if fell.any():
            self.size = np.where(fell, self._sizes(), self.size)
        least = _LEAST * self.size
        bolder, warier = self.added / _FACTOR, np.maximum(_FACTOR * self.added, _FIRST * self.size)
        self.added = np.maximum(np.where(well, bolder, np.where(fell, self.added, warier)), least)


def _is_bowl(hessian: Floats) -> bool:
    """Whether a matrix (d, d) is positive definite, or all but."""
    ridge = _FLAT * max(float(np.abs(hessian).max(initial=0.0)), 1e-300)
    try:
        np.linalg.cholesky(hessian + ridge * np.eye(len(hessian)))
    except np.linalg.LinAlgError:
        return False
    return True


@np.errstate(over="ignore", invalid="ignore")  # a step may be far too long
def minimise(
    objective: Objective,
    start: Floats,
    which: Codes,
    *,
    tol: float,
    floor: Floats,
    max_iter: int,
    width: Floats | None = None,
) -> Descent:
    """Descend from start (m, d), on the plain design, until a Newton step promises at most
    tol·|objective| + floor (m,), or max_iter.

    width: (m,), over which slopes turn where that is less than what they usually take. The end holds whole
    objectives, and of subgradients the smallest.
    """
    step = _STEP * objective.unit[which]
    state = _State(objective, start.copy(), which, step if width is None else np.minimum(step, width / 10.0))
    end = Descent.blank(*start.shape)
    for iteration in range(max_iter + 1):
        enough = negligible(state.value, objective.level[state.which], tol)
        enough += spared(state.value, floor[state.place])
        x, promised = state.target(enough)
        done = (promised <= np.maximum(enough, ROUNDING * np.abs(state.value))) & (
            state.added <= _PLAIN * state.size
        )
        gone = done | (state.refused >= _REFUSALS) | ~np.isfinite(state.value) | (iteration == max_iter)
        state.move(x, promised, gone)
        if gone.any():
            at = state.place[gone]
            end.v[at], end.value[at] = state.v[gone], state.value[gone]
            end.gradient[at] = quadratic.least_slope(state.gradient[gone], state.v[gone], state.tau[gone])
            end.decrease[at], end.iterations[at], end.converged[at] = promised[gone], iteration, done[gone]
            if gone.all():
                break
            state.keep(~gone)
    return end
