"""What the marginal distribution of the target loses as a forecast of every row: the yardstick of skill."""

from collections.abc import Sequence

import numpy as np

from losscli.domain import Floats
from losscli.loss import Argument, BoundLoss
from losscli.loss.constant import Target

_PRECISION = 1e-9  # of mean and sd, in units of the sd


def marginal_loss(bound: BoundLoss, target: Target, levels: Sequence[float]) -> float | None:
    """The mean loss of the best forecast that is the same for every row; None where it is not sought.

    levels: of the quantiles. Of an ensemble: all targets are its members.
    """
    match bound.loss.argument:
        case Argument.QUANTILES:
            return _constant(bound, target, target_quantiles(target, levels), np.array(levels))
        case Argument.INTERVAL:
            alpha = dict(bound.params)["alpha"]
            return _constant(bound, target, target_quantiles(target, [alpha / 2, 1 - alpha / 2]))
        case Argument.ENSEMBLE:
            return _half_mean_difference(target)
        case Argument.MOMENTS:
            return _least_of_moments(bound, target)
        case _:
            return None


def target_quantiles(target: Target, levels: Sequence[float]) -> Floats:
    """(K,) The least values that so large a share of the weight does not exceed."""
    cumulated = np.cumsum(target.w)
    share = cumulated / cumulated[-1]
    places = np.searchsorted(share, np.asarray(levels) - 1e-12, side="left")
    return np.asarray(target.values[np.minimum(places, len(share) - 1)])


def _constant(bound: BoundLoss, target: Target, forecast: Floats, *more: Floats) -> float:
    """The mean loss of one forecast (K,) for every row. more: arguments that are the same for all rows."""
    rows = np.broadcast_to(forecast, (len(target.values), len(forecast)))
    given = (rows,) if bound.loss.argument is Argument.QUANTILES else tuple(rows.T)
    return float(bound.value(target.values, *given, *more) @ target.w / target.w.sum())


def _half_mean_difference(target: Target) -> float:
    """½ E|Y - Y'| of two targets drawn alike."""
    w = target.w / target.w.sum()
    y = target.values - target.mean
    return float((w * y) @ (2.0 * np.cumsum(w) - w - 1.0))


def _least_of_moments(bound: BoundLoss, target: Target) -> float | None:
    """Over mean and sd, by steps ever smaller; None where the target is constant."""
    centre, w = target.mean, target.w / target.w.sum()
    spread = float(np.sqrt(w @ (target.values - centre) ** 2))
    if not spread > 0:
        return None

    def loss(mean: float, log_sd: float) -> float:
        return _constant(bound, target, np.array([centre + spread * mean, spread * np.exp(log_sd)]))

    at, h = (0.0, 0.0), 0.5
    best = loss(*at)
    while h > _PRECISION:
        tried = [(at[0] + h, at[1]), (at[0] - h, at[1]), (at[0], at[1] + h), (at[0], at[1] - h)]
        found = [loss(*one) for one in tried]
        least = int(np.argmin(found))
        if found[least] < best:
            at, best = tried[least], found[least]
        else:
            h /= 2
    return best
