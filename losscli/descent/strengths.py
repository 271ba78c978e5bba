"""How strong the penalty of a loss is: as written, or in units of the loss' own curvature."""

import numpy as np

from losscli.descent.design import Design
from losscli.domain import IDENTITY, Floats, Task
from losscli.loss import BoundLoss
from losscli.loss.score import terms

_SHARES = 0.5 ** np.arange(8)  # of a unit, until the loss is curved over it


def slope_at_zero(design: Design, bound: BoundLoss, y: Floats, classes: int) -> float:
    """The mean |slope| of a loss of classes at score 0; of several classes as the slope of the true one, in
    proportion to that of cross_entropy, ½; of labels the mean over them. y: class codes (n,), or labels
    (k, n)."""
    if classes == 1 or y.ndim == 2:
        _, slope = terms(bound.loss, dict(bound.params), y[None], np.zeros((1, *y.shape)))
        return float(np.mean(np.abs(slope[0]) @ design.w))
    k = classes
    _, slope = terms(bound.loss, dict(bound.params), y[None], np.zeros((1, k, len(y))))
    own = slope[0, y.astype(np.intp), np.arange(len(y))]
    return float(np.abs(own) @ design.w) * k / (2.0 * (k - 1.0))


def factors(
    design: Design, bound: BoundLoss, y: Floats, classes: int, scale: float | None
) -> tuple[float, float]:
    """(of l1, of l2): what the strengths are multiplied by, so that a number shrinks alike under all losses.

    κ is the curvature of the loss: where scores are predictions, the mean of ℓ'' over predictions within a
    unit of the target, (ℓ'(y + u) - ℓ'(y - u)) / 2u; of counts within 1 of the logarithm of the mean; of
    classes half the slope at score 0, which for bce and cross_entropy is their curvature there, ¼. l2 is
    multiplied by κ, l1 by κ·u. The unit u is `scale`, the residual scale s, where scores are predictions,
    else 1. So mse has κ = 2, half of it 1, and mae 1/s. A factor before the loss then changes no slope, and
    another unit of the target only the unit of the slopes.
    """
    if bound.loss.task in (Task.BINARY, Task.MULTICLASS, Task.MULTILABEL):
        curvature = slope_at_zero(design, bound, y, classes) / 2.0
        return curvature, curvature
    linear = bound.loss.link is IDENTITY
    unit = (scale or 1.0) if linear else 1.0
    center = y if linear else np.full(len(y), np.log(max(float(design.w @ y), 1e-300)))
    params = dict(bound.params)
    for reach in unit * _SHARES:
        _, slopes = terms(bound.loss, params, np.array([y, y]), np.array([center + reach, center - reach]))
        curvature = float((slopes[0] - slopes[1]) @ design.w / (2.0 * reach))
        if np.isfinite(curvature) and curvature > 0.0:
            return curvature * unit, curvature
    return unit, 1.0
