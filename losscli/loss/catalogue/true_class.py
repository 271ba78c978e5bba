"""Functions of log p_y, the log-probability of the true class: one serves two classes and many.

Each takes log_p: (n,), at most 0 and possibly -inf, and gives (n,). 1 - p_y is -expm1(log_p), which keeps
its digits where p_y is next to 1. A slope is d/d log_p; its limit where log_p is -inf or 0.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from losscli.domain import SOFTMAX, Floats, Interval, Kind, Task
from losscli.loss import Loss, Params, Trait
from losscli.spec import Spec

SCORES = frozenset({Kind.SCORE, Kind.LOGIT})
PROBABILITIES = frozenset({Kind.PROBABILITY, Kind.LOGIT})

UNIT_ABOVE_0 = Interval(0, 1, high_closed=True)

SIGN = "sign of 2P(y=1) - 1"
TOP_CLASS = "most probable class"

# A bounded function of p_y with p_y a sigmoid or a softmax of the score: flat at both ends.
BOUNDED_BELL = Trait.SMOOTH | Trait.LIPSCHITZ | Trait.BOUNDED | Trait.REDESCENDING | Trait.CALIBRATED
LOGARITHMIC = Trait.SMOOTH | Trait.LIPSCHITZ | Trait.CALIBRATED


def several_classes(loss: Loss, **changes: Any) -> Loss:
    """The record of a binary loss for several classes: same function, softmax instead of sigmoid."""
    return replace(loss, task=Task.MULTICLASS, link=SOFTMAX, **changes)


def own_unless(same: bool, name: str, params: Params, kin: str) -> str:
    """The class of losses: `kin` where these parameters make it the same loss, else the loss itself."""
    return kin if same else str(Spec(name, tuple(params.items())))


def log_value(log_p: Floats) -> Floats:
    return np.asarray(0.0 - log_p)


def log_slope(log_p: Floats) -> Floats:
    return np.full_like(log_p, -1.0)


def brier_value(log_p: Floats) -> Floats:
    """For two classes; several need all their probabilities."""
    return np.asarray(np.expm1(log_p) ** 2)


def brier_slope(log_p: Floats) -> Floats:
    return np.asarray(2.0 * np.expm1(log_p) * np.exp(log_p))


def spherical_value(log_p: Floats) -> Floats:
    """For two classes: 1 - p/N as q²/(N(N + p)), N² = p² + q², which cancels nothing where p is next to 1."""
    p, q = np.exp(log_p), -np.expm1(log_p)
    norm = np.hypot(p, q)
    return np.asarray(q * q / (norm * (norm + p)))


def spherical_slope(log_p: Floats) -> Floats:
    p, q = np.exp(log_p), -np.expm1(log_p)
    return np.asarray(-p * q / np.hypot(p, q) ** 3)


def focal_value(log_p: Floats, *, gamma: float) -> Floats:
    return np.asarray((0.0 - np.expm1(log_p)) ** gamma * (0.0 - log_p))


def focal_slope(log_p: Floats, *, gamma: float) -> Floats:
    """q^gamma (gamma p log(p)/q - 1), whose log(p)/q is -1 at p = 1: finite for gamma < 1 too."""
    finite = np.maximum(log_p, -800.0)  # where p is 0 and p log p with it
    q = 0.0 - np.expm1(log_p)
    ratio = np.divide(finite, q, out=np.full_like(q, -1.0), where=q > 0)
    return np.asarray(q**gamma * (gamma * np.exp(finite) * ratio - 1.0))


def gce_value(log_p: Floats, *, q: float) -> Floats:
    return np.asarray((0.0 - np.expm1(q * log_p)) / q)


def gce_slope(log_p: Floats, *, q: float) -> Floats:
    return np.asarray(-np.exp(q * log_p))


def sce_value(log_p: Floats, *, alpha: float, beta: float, A: float) -> Floats:
    return np.asarray(0.0 - alpha * log_p + beta * A * np.expm1(log_p))


def sce_slope(log_p: Floats, *, alpha: float, beta: float, A: float) -> Floats:
    return np.asarray(beta * A * np.exp(log_p) - alpha)


def is_sce_convex(params: Params) -> bool:
    """-log p + c(1 - p) is convex in the scores up to c = 1."""
    return -params["beta"] * params["A"] <= params["alpha"]


def mae_value(log_p: Floats) -> Floats:
    return np.asarray(0.0 - 2.0 * np.expm1(log_p))


def mae_slope(log_p: Floats) -> Floats:
    return np.asarray(-2.0 * np.exp(log_p))


def poly1_value(log_p: Floats, *, epsilon: float) -> Floats:
    return np.asarray(0.0 - log_p - epsilon * np.expm1(log_p))


def poly1_slope(log_p: Floats, *, epsilon: float) -> Floats:
    return np.asarray(-1.0 - epsilon * np.exp(log_p))
