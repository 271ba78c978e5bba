"""Whether the losses agree on the order of the models."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Order:
    """The order of the models under one class of losses, by its first member.

    order: best first; leader: None where two are level; tau: Kendall's with the order of the primary loss,
    and its interval; opposed: pairs (a, b) of which a is shown better by the primary loss, and b by this one.
    """

    spec: str
    elicits: str
    order: tuple[str, ...]
    leader: str | None
    tau: float
    low: float | None
    high: float | None
    reason: str | None
    opposed: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Dominance:
    """Two models under every loss that asks for one functional: their Murphy curves.

    on_rows: "a" or "b" where the curve of one is nowhere above the other's on these rows, "equal", or None
    where they cross; verdict: "a" or "b" where one is shown better at a threshold and worse at none,
    "crosses" where each is shown better somewhere, else "~". a_ahead, b_ahead: the most by which each curve
    is below the other, and the thresholds.
    """

    functional: str
    a: str
    b: str
    on_rows: str | None
    verdict: str | None
    a_ahead: float
    a_threshold: float | None
    b_ahead: float
    b_threshold: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class MurphyCurve:
    """The mean elementary loss of a model at each threshold: of |y - θ| where θ is between the prediction and
    y, in units of y, for the mean; of 1 - α and α, for a quantile. Every loss that asks for the functional is
    a mixture of these."""

    name: str
    functional: str
    model: str
    x: tuple[float, ...]
    y: tuple[float | None, ...]  # None where it overflows


@dataclass(frozen=True, slots=True)
class Agreement:
    """leaders: of how many classes of losses each model is the leader; tau: the mean over the classes that
    the primary loss is not of."""

    primary: str
    leaders: Mapping[str, int]
    tau: float | None
    orders: tuple[Order, ...]
    dominance: tuple[Dominance, ...]
