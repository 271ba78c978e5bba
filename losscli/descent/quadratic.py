"""Quadratic functions plus Σ τ|x|, minimised in lockstep: sweeps over the coordinates find which of them are
not 0, a Newton step among those finds where they are.

Coordinate descent: Friedman, Hastie and Tibshirani 2010, doi:10.18637/jss.v033.i01; the step among the
coordinates that are not 0, whose signs may turn: Lee, Battle, Raina and Ng 2006, Efficient sparse coding
algorithms, NIPS 19.
"""

import numpy as np

from losscli.domain import Codes, Floats

_SWEEPS = 2  # over the coordinates, between two Newton steps
_ROUNDS = 50  # and one for each coordinate
_ENOUGH = 1e-12  # of what was gained: what may be left


def softened(x: Floats, by: Floats) -> Floats:
    """x moved towards 0 by so much, and no further: the proximal step of Σ by·|x|."""
    return np.asarray(np.sign(x) * np.maximum(np.abs(x) - by, 0.0))


def least_slope(gradient: Floats, x: Floats, tau: Floats) -> Floats:
    """The smallest subgradient of a function plus Σ τ|x|: 0 where nothing is left to gain."""
    return np.where(x != 0.0, gradient + tau * np.sign(x), softened(gradient, tau))


def minimise(hessian: Floats, gradient: Floats, start: Floats, tau: Floats, enough: Floats) -> Floats:
    """(m, d) Where g·(x - start) + ½ (x - start)'H(x - start) + Σ τ|x| is least.

    hessian: (m, d, d), positive definite; gradient, start, tau: (m, d); enough: (m,), what may be left.
    """
    found, open_ = start.copy(), np.arange(len(start))
    x, slope, first = start.copy(), gradient.copy(), np.abs(start)
    diagonal = np.einsum("mii->mi", hessian).copy()
    for _ in range(_ROUNDS + start.shape[1]):
        for _ in range(_SWEEPS):
            _sweep(hessian, diagonal, x, slope, tau)
        x, slope = _newton(hessian, x, slope, tau)
        moved = x - start[open_]
        # q(start) - q(x), with slope = g + H·moved
        gained = -0.5 * ((slope + gradient[open_]) * moved).sum(axis=1)
        gained += (tau * (first - np.abs(x))).sum(axis=1)
        left = 0.5 * (least_slope(slope, x, tau) ** 2 / diagonal).sum(axis=1)
        stay = left > enough[open_] + _ENOUGH * gained
        if not stay.all():
            found[open_[~stay]] = x[~stay]
            open_, x, slope, tau, first = open_[stay], x[stay], slope[stay], tau[stay], first[stay]
            hessian, diagonal = hessian[stay], diagonal[stay]
            if not len(open_):
                return found
    found[open_] = x
    return found


def _sweep(hessian: Floats, diagonal: Floats, x: Floats, slope: Floats, tau: Floats) -> None:
    """One coordinate after the other to where it is best, in place; those at rest are passed over."""
    for j in _restless(x, slope, tau).tolist():
        bend = diagonal[:, j]
        best = softened(bend * x[:, j] - slope[:, j], tau[:, j]) / bend
        step = best - x[:, j]
        slope += step[:, None] * hessian[:, j]
        x[:, j] = best


def _restless(x: Floats, slope: Floats, tau: Floats) -> Codes:
    return np.flatnonzero(((x != 0.0) | (np.abs(slope) > tau)).any(axis=0))


def _newton(hessian: Floats, x: Floats, slope: Floats, tau: Floats) -> tuple[Floats, Floats]:
    """(x, slope) after the step to the best place with these signs; a coordinate that would change its sign
    becomes 0, where that is lower, else the step ends where the first would."""
    active = (x != 0.0) | (tau == 0.0)
    used = np.flatnonzero(active.any(axis=0))
    own = active[:, used]
    matrix = hessian[:, used[:, None], used] * (own[:, :, None] & own[:, None])
    matrix[:, np.arange(len(used)), np.arange(len(used))] += ~own
    right = np.where(own, -(slope + tau * np.sign(x))[:, used], 0.0)
    try:
        solved = np.linalg.solve(matrix, right[..., None])[..., 0]
    except np.linalg.LinAlgError:
        return x, slope
    step = np.zeros_like(x)
    step[:, used] = np.where(np.isfinite(solved), solved, 0.0)
    crossing = (tau > 0) & active & (x * (x + step) <= 0.0) & (step != 0.0)
    away = np.where(crossing, -x, step)
    rise, change = _change(hessian, x, slope, tau, away)
    higher = ~(rise <= 0.0)
    if higher.any():
        ratio = np.where(crossing, -x / np.where(crossing, step, 1.0), 1.0)
        share = np.clip(ratio.min(axis=1, keepdims=True), 0.0, 1.0)
        short = np.where(crossing & (ratio <= share), -x, share * step)
        away = np.where(higher[:, None], short, away)
        rise, change = _change(hessian, x, slope, tau, away)
        away[rise > 0.0], change[rise > 0.0] = 0.0, 0.0
    gone = away == -x
    return np.where(gone, 0.0, x + away), slope + change


def _change(hessian: Floats, x: Floats, slope: Floats, tau: Floats, step: Floats) -> tuple[Floats, Floats]:
    """(how much the function rises by a step (m,), how its slope changes (m, d))."""
    change = np.matmul(hessian, step[..., None])[..., 0]
    rise = ((slope + 0.5 * change) * step + tau * (np.abs(x + step) - np.abs(x))).sum(axis=1)
    return np.asarray(rise), change
