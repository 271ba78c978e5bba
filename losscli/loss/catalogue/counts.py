"""Deviances of counts and positive targets: twice the log-likelihood lost against a perfect prediction.

Slopes are with respect to the score log p. All elicit the mean; they differ in how fast the variance of
the target grows with it.
"""

from collections.abc import Callable, Mapping

import numpy as np

from losscli.domain import LOG, NONNEGATIVE, POSITIVE, REALS, Floats, Interval, Task, Unit
from losscli.errors import UsageError
from losscli.loss import Alias, Argument, Loss, Param, Params, Trait
from losscli.loss.catalogue.stable import difference, divergence, expm1_gap, log_ratio
from losscli.loss.once import once
from losscli.spec import number_text

_TRAITS = Trait.STRICTLY_CONVEX | Trait.DIFFERENTIABLE | Trait.PROPER
_POWER = (
    "the variance grows like the mean to this power: 0 is mse, 1 poisson, 2 gamma, 3 inverse_gaussian; no "
    "distribution has one between 0 and 1, and they are refused"
)


def _poisson(y: Floats, p: Floats) -> Floats:
    values = divergence(p, y)
    values *= 2.0
    return values


def _gamma(y: Floats, p: Floats) -> Floats:
    values = divergence(y, p)
    values *= 2.0
    values /= p
    return values


POISSON = Loss(
    name="poisson",
    title="Poisson deviance",
    task=Task.COUNTS,
    formula="2*(where(y > 0, y*log(where(y > 0, y, 1)/p), 0) - y + p)",
    argument=Argument.PREDICTION,
    value=_poisson,
    slope=lambda y, p: 2.0 * (p - y),
    slope_formula="2*(p - y)",
    link=LOG,
    target=NONNEGATIVE,
    prediction=POSITIVE,
    unit=Unit.NATS,
    elicits="mean",
    traits=_TRAITS,
    choose="Targets are counts or rates and the variance is about the mean.",
    avoid="Counts are much more spread than their mean: the largest then decide; see negative_binomial.",
    trap="Twice the difference of log-likelihoods. LightGBM's metric poisson is poisson_nll; XGBoost's "
    "poisson-nloglik adds log y! to that. Vowpal Wabbit's poisson is this deviance of e^s, and its step half "
    "of the slope. d2_tweedie_score(power=1) measures from the mean of the rows judged.",
    reference="McCullagh & Nelder 1989, doi:10.1007/978-1-4899-3242-6",
    aliases=(Alias("sklearn", "mean_poisson_deviance", "poisson"),),
    inventory=("poisson_deviance",),
)

GAMMA = Loss(
    name="gamma",
    title="Gamma deviance",
    task=Task.COUNTS,
    formula="2*(log(p/y) + y/p - 1)",
    argument=Argument.PREDICTION,
    value=_gamma,
    slope=lambda y, p: 2.0 * ((p - y) / p),
    slope_formula="2*(p - y)/p",
    link=LOG,
    target=POSITIVE,
    prediction=POSITIVE,
    unit=Unit.NATS,
    elicits="mean",
    traits=_TRAITS,
    choose="Targets are positive amounts and a miss counts by its ratio to them, whatever the unit.",
    avoid="Targets may be 0: it is not defined there; see tweedie.",
    trap="The mean over rows; LightGBM's gamma_deviance prints the sum. LightGBM's gamma is gamma_nll.",
    reference="McCullagh & Nelder 1989, doi:10.1007/978-1-4899-3242-6",
    aliases=(
        Alias("sklearn", "mean_gamma_deviance", "gamma"),
        Alias("XGBoost", "gamma-deviance", "gamma"),
    ),
    inventory=("gamma_deviance",),
)


_USUAL = 1.5  # power
_NAMED: Mapping[float, Callable[[Floats, Floats], Floats]] = {
    0.0: lambda y, p: np.asarray((p - y) ** 2),
    1.0: _poisson,
    2.0: _gamma,
}


def _tweedie(y: Floats, p: Floats, *, power: float) -> Floats:
    if power == 1.5:  # the default has a closed form without logarithms: 4(√p - √y)²/√p
        root = once(np.sqrt, p)
        gap = difference(p, y) / (root + once(np.sqrt, y))
        values = 4.0 * gap
        values *= gap
        values /= root
        return np.asarray(values)
    if power in _NAMED:
        return _NAMED[power](y, p)
    upper, lower = 2.0 - power, 1.0 - power  # from 1 to 2 both gaps below add, beyond they share few digits
    positive = y > 0.0
    some = np.where(positive, y, 1.0)
    logs = log_ratio(p, some)
    gap = expm1_gap(upper * logs) / upper - expm1_gap(lower * logs) / lower
    values = 2.0 * _power(some, upper) * gap
    other = np.flatnonzero(~positive)
    if other.size:
        y, p = (np.broadcast_to(x, values.shape).flat[other] for x in (y, p))
        below = 0.0 if power > 0.0 else y * p**lower / lower
        values.flat[other] = 2.0 * (_power(p, upper) / upper - below)
    return np.asarray(values)


def _power(x: Floats, exponent: float) -> Floats:
    return np.asarray(np.sqrt(x) if exponent == 0.5 else x**exponent)


def _tweedie_target(params: Params) -> Interval:
    power = params.get("power", _USUAL)
    return REALS if power <= 0.0 else NONNEGATIVE if power < 2.0 else POSITIVE


def _tweedie_traits(params: Params) -> Trait:
    """Of the score, log p, it is convex from 1 to 2 alone."""
    return _TRAITS if 1.0 <= params.get("power", _USUAL) <= 2.0 else Trait.DIFFERENTIABLE | Trait.PROPER


def _check_power(params: Params) -> None:
    if 0.0 < params["power"] < 1.0:
        raise UsageError(
            f"tweedie: power is 0 or less, or 1 or more; {params['power']:g} is not",
            advice=f"power: {_POWER}",
        )


def _tweedie_kin(params: Params) -> str:
    names = {0.0: "mse", 1.0: "poisson", 2.0: "gamma", 3.0: "inverse_gaussian"}
    return names.get(params["power"], f"tweedie:power={number_text(params['power'])}")


TWEEDIE = Loss(
    name="tweedie",
    title="Tweedie deviance",
    task=Task.COUNTS,
    formula="2*(where(power < 0, maximum(y, 0), y)**(2 - power)/((1 - power)*(2 - power))"
    " - y*p**(1 - power)/(1 - power) + p**(2 - power)/(2 - power))",
    argument=Argument.PREDICTION,
    value=_tweedie,
    slope=lambda y, p, *, power: 2.0 * (p - y) * p ** (1.0 - power),
    slope_formula="2*(p - y)*p**(1 - power)",
    link=LOG,
    target=NONNEGATIVE,
    target_by=_tweedie_target,
    prediction=POSITIVE,
    unit=Unit.NATS,
    elicits="mean",
    traits=_tweedie_traits,
    params=(Param("power", _USUAL, REALS, _POWER),),
    check=_check_power,
    kin=_tweedie_kin,
    choose="Targets are amounts with many exact zeros, such as claims or rainfall.",
    avoid="No target is 0: gamma says the same with one parameter less.",
    trap="sklearn's power is 0 by default, which is mse. LightGBM's, XGBoost's and CatBoost's tweedie is "
    "tweedie_nll. The printed formula divides by 0 at power=1 and 2; the values there are poisson and gamma. "
    "Targets are any number up to power 0 and above 0 from power 2; beyond 1 to 2 it is not convex in "
    "log p.",
    reference="Jørgensen 1987, doi:10.1111/j.2517-6161.1987.tb01685.x",
    aliases=(Alias("sklearn", "mean_tweedie_deviance", "mse", note="power=0; power=1.5 is tweedie"),),
    inventory=("tweedie_deviance",),
)


def _inverse_gaussian(y: Floats, p: Floats) -> Floats:
    values = difference(p, y) / p
    values *= values
    values /= y
    return np.asarray(values)


INVERSE_GAUSSIAN = Loss(
    name="inverse_gaussian",
    title="Inverse Gaussian deviance",
    task=Task.COUNTS,
    formula="(y - p)**2/(y*p**2)",
    argument=Argument.PREDICTION,
    value=_inverse_gaussian,
    slope=lambda y, p: 2.0 * ((p - y) / p) / p,
    slope_formula="2*(p - y)/p**2",
    link=LOG,
    target=POSITIVE,
    prediction=POSITIVE,
    unit=Unit.NATS,
    elicits="mean",
    traits=Trait.DIFFERENTIABLE | Trait.PROPER,
    choose="Targets are positive and extremely skewed, such as times to an event.",
    avoid="Small targets are noisy: they decide, as a miss counts by the cube of the target's size.",
    trap="It is sklearn's mean_tweedie_deviance at power=3; not convex in log p.",
    reference="Tweedie 1957, doi:10.1214/aoms/1177706964",
    inventory=("inverse_gaussian_deviance",),
)

LOSSES: tuple[Loss, ...] = (POISSON, GAMMA, TWEEDIE, INVERSE_GAUSSIAN)
