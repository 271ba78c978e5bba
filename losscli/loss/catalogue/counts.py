"""Deviances of counts and positive targets: twice the log-likelihood lost against a perfect prediction.

Slopes are with respect to the score log p. All elicit the mean; they differ in how fast the variance of
the target grows with it.
"""

import numpy as np

from losscli.domain import LOG, NONNEGATIVE, POSITIVE, Floats, Interval, Task, Unit
from losscli.loss import Alias, Argument, Loss, Param, Params, Trait
from losscli.loss.catalogue.stable import divergence, expm1_gap, log_ratio
from losscli.spec import number_text

_TRAITS = Trait.STRICTLY_CONVEX | Trait.DIFFERENTIABLE | Trait.PROPER
POWER_MEANING = (
    "the variance grows like the mean to this power: 1 is poisson; gamma is 2, inverse_gaussian 3; no "
    "distribution has one between 0 and 1; others, such as 2.5 or -1, are valid elsewhere and not taken here"
)

POISSON = Loss(
    name="poisson",
    title="Poisson deviance",
    task=Task.COUNTS,
    formula="2*(where(y > 0, y*log(where(y > 0, y, 1)/p), 0) - y + p)",
    argument=Argument.PREDICTION,
    value=lambda y, p: 2.0 * divergence(p, y),
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
    value=lambda y, p: 2.0 * divergence(y, p) / p,
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


def _tweedie(y: Floats, p: Floats, *, power: float) -> Floats:
    if power == 1.5:  # the default has a closed form without logarithms: 4(√p - √y)²/√p
        root = np.sqrt(p)
        gap = (p - y) / (root + np.sqrt(y))
        return np.asarray(4.0 * gap * gap / root)
    upper, lower = 2.0 - power, 1.0 - power  # upper > 0 ≥ lower: both gaps below add, none cancels
    positive = y > 0.0
    some = np.where(positive, y, 1.0)
    logs = log_ratio(p, some)
    gap = expm1_gap(upper * logs) / upper
    if lower:
        gap -= expm1_gap(lower * logs) / lower
    values = 2.0 * _power(some, upper) * gap
    zero = np.flatnonzero(~positive)
    if zero.size:
        values.flat[zero] = 2.0 * _power(p.flat[zero], upper) / upper
    return np.asarray(values)


def _power(x: Floats, exponent: float) -> Floats:
    return np.asarray(np.sqrt(x) if exponent == 0.5 else x**exponent)


def _tweedie_kin(params: Params) -> str:
    return "poisson" if params["power"] == 1.0 else f"tweedie:power={number_text(params['power'])}"


TWEEDIE = Loss(
    name="tweedie",
    title="Tweedie deviance",
    task=Task.COUNTS,
    formula="2*(y**(2 - power)/((1 - power)*(2 - power)) - y*p**(1 - power)/(1 - power)"
    " + p**(2 - power)/(2 - power))",
    argument=Argument.PREDICTION,
    value=_tweedie,
    slope=lambda y, p, *, power: 2.0 * (p - y) * p ** (1.0 - power),
    slope_formula="2*(p - y)*p**(1 - power)",
    link=LOG,
    target=NONNEGATIVE,
    prediction=POSITIVE,
    unit=Unit.NATS,
    elicits="mean",
    traits=_TRAITS,
    params=(Param("power", 1.5, Interval(1, 2, low_closed=True), POWER_MEANING),),
    kin=_tweedie_kin,
    choose="Targets are amounts with many exact zeros, such as claims or rainfall.",
    avoid="No target is 0: gamma says the same with one parameter less.",
    trap="sklearn's power is 0 by default, which is mse. LightGBM's, XGBoost's and CatBoost's tweedie is "
    "tweedie_nll. The printed formula divides by 0 at power=1; the value there is poisson.",
    reference="Jørgensen 1987, doi:10.1111/j.2517-6161.1987.tb01685.x",
    aliases=(Alias("sklearn", "mean_tweedie_deviance", "mse", note="power=0; power=1.5 is tweedie"),),
    inventory=("tweedie_deviance",),
)

INVERSE_GAUSSIAN = Loss(
    name="inverse_gaussian",
    title="Inverse Gaussian deviance",
    task=Task.COUNTS,
    formula="(y - p)**2/(y*p**2)",
    argument=Argument.PREDICTION,
    value=lambda y, p: ((p - y) / p) ** 2 / y,
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
