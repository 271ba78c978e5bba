"""Barron's general robust loss: one family from the square to Welsch, by one parameter."""

import math
from functools import cache

import numpy as np

from losscli.domain import POSITIVE, Floats, Interval, Task, Unit
from losscli.errors import UsageError
from losscli.loss import Argument, Loss, Param, Params, Scaled, Trait
from losscli.loss.catalogue.robust import spec_of
from losscli.loss.catalogue.stable import log1p_square
from losscli.spec import number_text

_EFFICIENCY = 0.95
_FAR = 1e300  # a square beyond it changes no quotient u/(4 + u)


def _value(r: Floats, *, alpha: float, c: float) -> Floats:
    x = r / c
    if alpha == -2.0:
        x *= x
        np.minimum(x, _FAR, out=x)
        values = 2.0 * x
        x += 4.0
        return np.asarray(np.divide(values, x, out=values))
    if alpha == 2.0:
        return np.asarray(0.5 * x * x)
    if alpha == -math.inf:
        return np.asarray(-np.expm1(-0.5 * x * x))
    b = abs(alpha - 2.0)
    logs = log1p_square(x / math.sqrt(b))
    return np.asarray(0.5 * b * logs if alpha == 0.0 else (b / alpha) * np.expm1(0.5 * alpha * logs))


def _slope(r: Floats, *, alpha: float, c: float) -> Floats:
    x = r / c
    return np.asarray(x * _weight(x, alpha) / c)


def _weight(x: Floats, alpha: float) -> Floats:
    """Slope over x, at c = 1."""
    if alpha == -2.0:
        return np.asarray((1.0 + 0.25 * x * x) ** -2)
    if alpha == 2.0:
        return np.ones_like(x)
    if alpha == -math.inf:
        return np.asarray(np.exp(-0.5 * x * x))
    logs = log1p_square(x / math.sqrt(abs(alpha - 2.0)))
    return np.asarray(np.exp((0.5 * alpha - 1.0) * logs))


def _traits(params: Params) -> Trait:
    alpha = params["alpha"]
    if alpha > 2.0:
        return Trait.STRONGLY_CONVEX | Trait.DIFFERENTIABLE | Trait.SYMMETRIC
    if alpha == 2.0:
        return Trait.STRONGLY_CONVEX | Trait.SMOOTH | Trait.SYMMETRIC | Trait.PROPER
    traits = Trait.SMOOTH | Trait.SYMMETRIC
    traits |= Trait.STRICTLY_CONVEX if alpha >= 1.0 else Trait.REDESCENDING
    if alpha <= 1.0:
        traits |= Trait.LIPSCHITZ
    if alpha < 0.0:
        traits |= Trait.BOUNDED
    return traits


def _kin(params: Params) -> str:
    """The named member of the family, its constant carried over; else itself."""
    alpha, c = params["alpha"], params["c"]
    match alpha:
        case 2.0:
            return "mse"
        case 1.0:
            return spec_of("pseudo_huber", delta=c)
        case 0.0:
            return spec_of("cauchy", c=c * math.sqrt(2.0))
        case -2.0:
            return spec_of("geman_mcclure", c=2.0 * c)
        case _ if alpha == -math.inf:
            return spec_of("welsch", c=c * math.sqrt(2.0))
        case _:
            return spec_of("barron", alpha=alpha, c=c)


def _constant(params: Params) -> float:
    return constant(params["alpha"])


@cache
def constant(alpha: float) -> float:
    """c, in residual scales, at which the loss is 95 % efficient under Gaussian noise; three decimals.

    Raises UsageError where alpha is so near 2, or above, that every c is more efficient, or none is robust.
    """
    low, high = 0.02, 20.0
    if alpha >= 2.0 or _efficiency(alpha, low) >= _EFFICIENCY:
        raise UsageError(
            f"barron:alpha={number_text(alpha)} has no 95 % constant",
            advice=f"Write c: barron:alpha={number_text(alpha)},c=1",
        )
    while high - low > 1e-6:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if _efficiency(alpha, middle) < _EFFICIENCY else (low, middle)
    return round(0.5 * (low + high), 3)


def _efficiency(alpha: float, c: float) -> float:
    """(E ψ'(Z))² / E ψ(Z)², Z standard normal; E ψ'(Z) is E Zψ(Z) by parts."""
    z = np.arange(0.0, 12.0, 0.002)
    density = np.exp(-0.5 * z * z)
    weight = _weight(z / c, alpha)
    pull = z * weight
    gain = float((density * z * pull).sum())
    return gain * gain / float((density * pull * pull).sum() * (density * z * z).sum())


BARRON = Loss(
    name="barron",
    title="Barron's general robust loss",
    task=Task.REGRESSION,
    formula="where(alpha == 2, (r/c)**2/2, where(alpha == 0, log1p((r/c)**2/2), "
    "where(alpha == -inf, -expm1(-(r/c)**2/2), "
    "abs(alpha - 2)/alpha*(((r/c)**2/abs(alpha - 2) + 1)**(alpha/2) - 1))))",
    argument=Argument.RESIDUAL,
    value=_value,
    slope=_slope,
    slope_formula="where(alpha == 2, r/c**2, where(alpha == -inf, r/c**2*exp(-(r/c)**2/2), "
    "r/c**2*((r/c)**2/abs(alpha - 2) + 1)**(alpha/2 - 1)))",
    unit=Unit.ONE,
    elicits="a centre of the bulk, from the mean towards the mode as alpha falls",
    asks="~mode",
    traits=_traits,
    params=(
        Param(
            "alpha",
            -2.0,
            Interval(low_closed=True),
            "2 is the square, 1 pseudo_huber, 0 cauchy, -2 geman_mcclure, -inf welsch",
        ),
        Param("c", Scaled(_constant), POSITIVE, "width of the quadratic part, in units of y"),
    ),
    kin=_kin,
    choose="You want to move between mse and a redescending loss by one number.",
    avoid="One of its named members will do: their constants are the ones in textbooks.",
    trap="c means another efficiency for every alpha. Its members carry other constants: c is that of cauchy "
    "and welsch over the root of 2, half that of geman_mcclure; pseudo_huber is this times delta².",
    reference="Barron 2019, doi:10.1109/CVPR.2019.00446",
    inventory=("barron_general",),
)

LOSSES: tuple[Loss, ...] = (BARRON,)
