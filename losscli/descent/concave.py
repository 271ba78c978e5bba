"""Piecewise linear losses whose slope also jumps down: the concave part by its tangent, again and again.

Each round is a piecewise linear convex problem, solved exactly, and none raises the objective: the
concave-convex procedure, Yuille and Rangarajan 2003, doi:10.1162/08997660360581958; for the ramp loss
Collobert et al. 2006, doi:10.1145/1143844.1143870.
"""

import numpy as np

from losscli.descent.interior import Hinges, Vertex, minimise
from losscli.design import Design
from losscli.domain import Floats

_ROUNDS = 30


def descend(design: Design, own: Hinges, l2: Floats, start: Floats, *, tol: float, floor: Floats) -> Vertex:
    """Models from start (m, q) to a point that no further round lowers; each row has as many jumps up."""
    end = Vertex(
        start.copy(), np.full(len(l2), np.inf), np.zeros(len(l2), np.intp), np.zeros(len(l2), np.bool_)
    )
    open_ = np.arange(len(l2))
    for _ in range(_ROUNDS):
        part = Hinges(own.kinks[open_], own.value[open_], own.left[open_], own.jumps[open_])
        tangent = _tangent(part, end.v[open_] @ design.z.T)
        found = minimise(
            design,
            tangent,
            l2[open_],
            end.v[open_],
            tol=tol,
            level=np.full(len(open_), np.inf),
            floor=floor[open_],
        )
        moved = np.abs(found.v - end.v[open_]).max(axis=1) > 1e-9 * (1.0 + np.abs(found.v).max(axis=1))
        end.v[open_], end.gap[open_] = found.v, found.gap
        end.iterations[open_] += found.iterations
        end.converged[open_] = found.converged & ~moved
        open_ = open_[moved & found.converged]
        if not len(open_):
            break
    return end


def _tangent(own: Hinges, scores: Floats) -> Hinges:
    """The losses with the jumps down as they are felt at the scores (m, n): lines beyond, nothing before."""
    down = np.where((own.jumps < 0) & (scores[:, None] > own.kinks), own.jumps, 0.0)
    up = own.jumps > 0
    order = np.argsort(~up, axis=1, kind="stable")[:, : int(up[0, :, 0].sum())]  # jumps up first
    kinks = np.take_along_axis(own.kinks, order, axis=1)
    first = kinks[:, 0]
    before = own.value + own.left * (first - own.kinks[:, 0])
    value = before + (down * (first[:, None] - own.kinks)).sum(axis=1)
    return Hinges(kinks, value, own.left + down.sum(axis=1), np.take_along_axis(own.jumps, order, axis=1))
