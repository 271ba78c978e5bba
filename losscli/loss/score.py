"""Losses as functions of the score: forward pass, loss, slope, chain rule.

Scores and targets of g models at a time: (g, n); for several classes scores (g, k, n) and codes (g, n), for
several outputs or labels both (g, k, n). A parameter is one number, or (g, 1) where it differs from model to
model.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from losscli.domain import IDENTITY, REALS, SOFTPLUS, Floats, Task, log_softmax, sigmoid, softplus
from losscli.loss import Argument, Loss

Terms = tuple[Floats, Floats]  # values (g, n), and slopes of the shape of the scores
Values = Mapping[str, Any]


def terms(loss: Loss, params: Values, y: Floats, s: Floats) -> Terms:
    """Row losses and their slopes with respect to the scores."""
    assert loss.slope is not None
    if loss.argument is Argument.PARTS:
        each = [terms(term.loss, term.own(params), y, s) for term in loss.terms]
        weights = [term.weight for term in loss.terms]
        return _weighted(weights, [value for value, _ in each]), _weighted(
            weights, [slope for _, slope in each]
        )
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        if loss.task is Task.MULTICLASS:
            return _several(loss, params, y, s)
        if loss.argument in (Argument.TARGETS, Argument.SCORES):
            return _of_outputs(loss, params, y, s)
        match loss.argument:
            case Argument.RESIDUAL:
                r = s - y
                return loss.value(r, **params), loss.slope(r, **params)
            case Argument.PREDICTION:
                y, p = np.broadcast_to(y, s.shape), loss.link.predict(s)
                return loss.value(y, p, **params), loss.slope(y, p, **params)
            case Argument.SCORE:
                return loss.value(y, s, **params), loss.slope(y, s, **params)
        side = 2.0 * y - 1.0
        m = side * s
        if loss.argument is Argument.MARGIN:
            return loss.value(m, **params), side * loss.slope(m, **params)
        log_p = -softplus(-m)
        return loss.value(log_p, **params), side * sigmoid(-m) * loss.slope(log_p, **params)


def slopes(loss: Loss, params: Values, y: Floats, s: Floats) -> Floats:
    """The slopes of `terms`, by themselves where they are cheaper; what overflows warns."""
    if loss.argument is Argument.PARTS:
        weights = [term.weight for term in loss.terms]
        return _weighted(weights, [slopes(term.loss, term.own(params), y, s) for term in loss.terms])
    if loss.argument is not Argument.RESIDUAL:
        return terms(loss, params, y, s)[1]
    assert loss.slope is not None
    return loss.slope(s - y, **params)


def _weighted(weights: Sequence[float], arrays: Sequence[Floats]) -> Floats:
    total = weights[0] * arrays[0]
    for weight, array in zip(weights[1:], arrays[1:], strict=True):
        total = total + weight * array
    return np.asarray(total)


def _several(loss: Loss, params: Values, y: Floats, s: Floats) -> Terms:
    """Several classes: all models' rows under one another, a class side by side in memory, where sums over
    the few classes are fastest."""
    g, k, n = s.shape
    codes = np.broadcast_to(y, (g, n)).astype(np.intp).ravel()
    value, slope = _of_rows(loss, params, codes, _rows(s))
    return value.reshape(g, n), slope.T.reshape(k, g, n).transpose(1, 0, 2)


def _rows(x: Floats) -> Floats:
    """(g, k, n) -> (g·n, k), the g·n of one k side by side in memory."""
    g, k, n = x.shape
    return np.ascontiguousarray(x.transpose(1, 0, 2)).reshape(k, g * n).T


def _of_outputs(loss: Loss, params: Values, y: Floats, s: Floats) -> Terms:
    """Several outputs or labels: all models' rows under one another, as of several classes."""
    assert loss.slope is not None
    g, k, n = s.shape
    p = _rows(loss.link.predict(s) if loss.argument is Argument.TARGETS else s)
    targets = _rows(np.broadcast_to(y, s.shape))
    value, slope = loss.value(targets, p, **params), loss.slope(targets, p, **params)
    return value.reshape(g, n), slope.T.reshape(k, g, n).transpose(1, 0, 2)


def _of_rows(loss: Loss, params: Values, codes: Any, z: Floats) -> Terms:
    assert loss.slope is not None
    if loss.argument is Argument.SCORE:
        return loss.value(codes, z, **params), loss.slope(codes, z, **params)
    log_p = log_softmax(z)
    if loss.argument is Argument.LOG_PROBABILITIES:
        return loss.value(codes, log_p, **params), loss.slope(codes, log_p, **params)
    rows = np.arange(len(codes))
    own = log_p[rows, codes]
    slope = -np.exp(log_p)
    slope[rows, codes] += 1.0
    return loss.value(own, **params), slope * loss.slope(own, **params)[:, None]


def untrainable(loss: Loss) -> str | None:
    """Why no linear model can be trained under a loss, or None."""
    if not loss.reduction.is_mean:
        return f"it is a {loss.reduction.value}, not a mean of row losses"
    for term in loss.terms:
        reason = untrainable(term.loss)
        if reason is not None:
            return f"{term.loss.name}: {reason}"
    if loss.slope is None and loss.terms:
        links = " and ".join(f"{term.loss.name} {term.loss.link}" for term in loss.terms)
        return f"its parts are linked to different scores: {links}"
    reasons = {
        "fit knows no order of the classes; compare its predictions with --order": loss.ordered,
        "it reads the class counts of the rows trained on, which fit does not pass; see --class-weight": (
            loss.argument is Argument.COUNTS
        ),
        "of the score whose softplus the rate is, it is bce: train that": loss.link is SOFTPLUS,
        "it has no slope to descend on": loss.slope is None,
        f"its predictions must be {loss.prediction}, which a linear model does not promise": (
            loss.prediction != REALS and loss.link is IDENTITY
        ),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)
