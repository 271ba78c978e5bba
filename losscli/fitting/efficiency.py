"""How much of the information in Gaussian data a loss uses."""

import numpy as np

from losscli.domain import Floats
from losscli.loss import Argument, BoundLoss, Trait

_HUGE = 1e100
_POINTS, _REACH = 40_001, 10.0  # of the trapezoid rule, in standard deviations


def efficiency(bound: BoundLoss, s: float) -> float | None:
    """Asymptotic efficiency of the location estimate under Gaussian noise of sd s, relative to the mean:
    E[ψ']²/E[ψ²] = E[Zψ(sZ)]²/E[ψ(sZ)²]. Huber 1964, doi:10.1214/aoms/1177703732.

    None for a loss that is no symmetric function of the residual.
    """
    if bound.loss.argument is not Argument.RESIDUAL or Trait.SYMMETRIC not in bound.traits:
        return None
    z: Floats = np.linspace(-_REACH, _REACH, _POINTS)
    density = np.exp(-z * z / 2)
    slope = bound.slope(s * z)
    if (size := float(np.abs(slope).max())) > _HUGE:  # whose squares are no numbers
        slope = slope / size
    below = float((density * slope * slope).sum() * density.sum())
    return float((density * z * slope).sum()) ** 2 / below if 0 < below < np.inf else None


def relative_weights(bound: BoundLoss, r: Floats, s: float) -> Floats | None:
    """ψ(r)/r over its limit at r = 0, the weight a row has in a robust fit (n,); None for a loss whose
    slope has no bound, or jumps at 0."""
    traits = bound.traits
    if (
        bound.loss.argument is not Argument.RESIDUAL
        or Trait.LIPSCHITZ | Trait.SMOOTH | Trait.SYMMETRIC not in traits
    ):
        return None
    near = np.array([1e-6 * s])
    most = float(bound.slope(near)[0] / near[0])
    size = np.where(np.abs(r) > near[0], r, near[0])
    return np.asarray(bound.slope(size) / size / most)
