"""The end of a descent confirmed: Newton's step from there, and the decrease it still promises."""

from dataclasses import dataclass

import numpy as np

from losscli.descent.objective import ROUNDING, Objective
from losscli.domain import Codes, Floats, Mask

_STEP = 1e-5  # of the unit of the scores, for the differences of slopes
_ROUNDS, _HALVINGS = 12, 4
_MOST_CELLS = 5e8  # rows × models × coordinates of one Hessian; beyond, nothing is confirmed
_FLAT = 1e-10  # of the largest curvature: a direction that is not curved
_SLOPE = 1e-6  # of the objective, over one unit of the scores: a slope that counts
_NOISE = 1e-4  # of the largest curvature: what differences of slopes may have invented


@dataclass(frozen=True, eq=False)
class Confirmed:
    """Where m models are after Newton's steps. decrement: ½ g·H⁻¹g, what another step would gain, nan
    where it was not computed; bowl: no direction is curved downwards."""

    v: Floats
    value: Floats
    gradient: Floats
    decrement: Floats
    bowl: Mask


@np.errstate(over="ignore", invalid="ignore")  # a step may be far too long
def confirm(objective: Objective, v: Floats, which: Codes) -> Confirmed:
    """Newton's steps from the end of a descent, as long as they lower the objective. v: (m, d)."""
    value, gradient = objective.evaluate(v, which)
    decrement, bowl = np.full(len(which), np.nan), np.ones(len(which), dtype=np.bool_)
    end = Confirmed(v.copy(), value, gradient, decrement, bowl)
    if len(objective.design.w) * len(which) * objective.size**2 > _MOST_CELLS:
        return end
    open_ = np.flatnonzero(np.isfinite(value))
    for _ in range(_ROUNDS):
        if not len(open_):
            break
        step, left, curved = _newton(
            objective, end.v[open_], end.value[open_], end.gradient[open_], which[open_]
        )
        end.decrement[open_], end.bowl[open_] = left, curved
        open_ = open_[_fell(objective, end, open_, step, which)]
    return end


def _fell(objective: Objective, end: Confirmed, open_: Codes, step: Floats, which: Codes) -> Mask:
    """Go along the steps of some models, halved until their objectives fall; which of them did."""
    fell, share = np.zeros(len(open_), dtype=np.bool_), 1.0
    for _ in range(_HALVINGS):
        rest = np.flatnonzero(~fell)
        own = open_[rest]
        at, slope = objective.evaluate(end.v[own] - share * step[rest], which[own])
        # What is lost in the rounding of one far row's loss, its bounded slope still tells.
        flatter = np.linalg.norm(slope, axis=1) < np.linalg.norm(end.gradient[own], axis=1) / 2
        even = at <= end.value[own] + ROUNDING * np.abs(end.value[own])
        lower = ((at < end.value[own]) | (even & flatter)) & np.isfinite(slope).all(axis=1)
        done = own[lower]
        end.v[done] -= share * step[rest[lower]]
        end.value[done], end.gradient[done] = at[lower], slope[lower]
        fell[rest[lower]] = True
        share /= 4
        if fell.all():
            break
    return fell


def _newton(
    objective: Objective, v: Floats, value: Floats, gradient: Floats, which: Codes
) -> tuple[Floats, Floats, Mask]:
    """(step (m, d), decrement (m,), whether all curvature is upwards (m,)) by differences of slopes."""
    m, d = v.shape
    h = _STEP * objective.unit[which]
    points = v[:, None] + h[:, None, None] * np.eye(d)
    _, ahead = objective.evaluate(points.reshape(m * d, d), np.repeat(which, d))
    hessian = (ahead.reshape(m, d, d) - gradient[:, None]) / h[:, None, None]
    hessian = (hessian + hessian.transpose(0, 2, 1)) / 2
    hessian[~np.isfinite(hessian).all(axis=(1, 2))] = 0.0
    values, vectors = np.linalg.eigh(hessian)
    top = np.abs(values).max(axis=1, keepdims=True)
    along = np.einsum("mij,mi->mj", vectors, gradient)
    curved = values > _FLAT * top
    unit = objective.unit[which, None]
    share = np.where(curved, along / np.where(curved, values, 1.0), 0.0)
    step = np.einsum("mij,mj->mi", vectors, share)
    # A slope where nothing is curved: no step of Newton's says how far down it goes.
    sloping = (~curved & (np.abs(along) * unit > _SLOPE * np.abs(value)[:, None])).any(axis=1)
    decrement = np.where(sloping, np.inf, 0.5 * (along * share).sum(axis=1))
    return step, decrement, (values > -_NOISE * top).all(axis=1)
