"""Losses with their kinks rounded off over a width: records that bend where the loss has an edge.

Rounded off, a loss of kinks with jumps J is above the loss by at most Σ J·width/2, the largest of K pieces by
at most width·log K; so far is its least value above the loss' own at most. Nesterov 2005,
doi:10.1007/s10107-004-0552-5.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from losscli.descent.methods import margins
from losscli.descent.methods.rounded import KinkedLoss, kinks_in_score, rounded_off
from losscli.domain import LOG, Codes, Floats, Task
from losscli.loss import Argument, BoundLoss
from losscli.loss.catalogue.multiclass_score import CRAMMER_SINGER_HINGE, MULTI_MARGIN, OVA_HINGE


def has_kinks(bound: BoundLoss, y: Floats) -> bool:
    """Whether `smoothed` rounds anything off. y: (n,)."""
    if bound.loss.task is Task.MULTICLASS:
        return margins.handles(bound)
    return bound.loss.slope is not None and _kinks(bound, y) is not None


def _kinks(bound: BoundLoss, y: Floats) -> Floats | None:
    """(K, n) Where the slope of each row's loss jumps, of scores that are logarithms too; None where it does
    not."""
    if bound.loss.link is not LOG:
        return kinks_in_score(bound, y)
    places = bound.loss.kinks(dict(bound.params))
    if not places:
        return None
    p = y + np.array(places)[:, None]
    return np.asarray(np.log(np.where(p > 0.0, p, 1.0)))  # no score is where no p is: there nothing jumps


def smoothed(bound: BoundLoss, width: float, unit: float) -> BoundLoss:
    """The loss with its kinks rounded off. width, unit: in units of the score."""
    loss = bound.loss
    if loss.task is Task.MULTICLASS:
        pieces = partial(_leads, bound, width)
        own = replace(loss, value=_value(pieces), slope=_slope(pieces), params=(), check=None)
        return BoundLoss(replace(own, traits=bound.traits), ())
    at = partial(_rounded, bound, width, unit)
    argument = Argument.SCORE if loss.task is Task.BINARY else Argument.PREDICTION
    own = replace(loss, argument=argument, value=_value(at), slope=_slope(at), terms=(), params=())
    return BoundLoss(replace(own, traits=bound.traits), ())


def excess(bound: BoundLoss, y: Floats, width: float, unit: float) -> Floats | float:
    """(n,), or one number: how far the rounded loss may be above the loss."""
    if bound.loss.task is not Task.MULTICLASS:
        kinks = _kinks(bound, y)
        assert kinks is not None
        return np.asarray(np.abs(KinkedLoss.of(bound, y, kinks, unit).jumps).sum(axis=0) * width / 2.0)
    k = int(y.max()) + 1
    return width * float(np.log(k)) if bound.loss.name == CRAMMER_SINGER_HINGE.name else width / 2.0


Both = Callable[..., tuple[Floats, Floats]]


def _value(both: Both) -> Callable[..., Floats]:
    return lambda y, s, **params: both(y, s)[0]


def _slope(both: Both) -> Callable[..., Floats]:
    return lambda y, s, **params: both(y, s)[1]


def _rounded(bound: BoundLoss, width: float, unit: float, y: Any, p: Floats) -> tuple[Floats, Floats]:
    """(value, slope) of a loss of one score at predictions, or for classes scores, of any shape."""
    s = np.log(p) if bound.loss.link is LOG else p
    flat, scores = np.broadcast_to(y, s.shape).ravel(), s.ravel()
    kinks = _kinks(bound, flat)
    assert kinks is not None
    rows = KinkedLoss.of(bound, flat, kinks, unit)
    smooth, slope = rows.smooth(scores)
    over, share, _ = rounded_off(scores - kinks, width)
    value = smooth + (rows.jumps * over).sum(axis=0)
    return value.reshape(s.shape), (slope + (rows.jumps * share).sum(axis=0)).reshape(s.shape)


def _leads(bound: BoundLoss, width: float, y: Codes, z: Floats) -> tuple[Floats, Floats]:
    """(value (n,), slope (n, k)) of a margin loss of several classes."""
    k, rows = z.shape[1], np.arange(len(y))
    own = np.zeros_like(z)
    own[rows, y] = 1.0
    if bound.loss.name == OVA_HINGE.name:
        side = 2.0 * own - 1.0
        over, share, _ = rounded_off(1.0 - side * z, width)
        return over.sum(axis=1) / k, -side * share / k
    lead = z - z[rows, y][:, None] + dict(bound.params).get("margin", 1.0) * (1.0 - own)
    if bound.loss.name == MULTI_MARGIN.name:
        over, share, _ = rounded_off(lead, width)
        share = share * (1.0 - own) / k
        return (over * (1.0 - own)).sum(axis=1) / k, share - own * share.sum(axis=1, keepdims=True)
    top = lead.max(axis=1, keepdims=True)
    weight = np.exp((lead - top) / width)
    total = weight.sum(axis=1, keepdims=True)
    return (top + width * np.log(total))[:, 0], weight / total - own
