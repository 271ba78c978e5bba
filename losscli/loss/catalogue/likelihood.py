"""Negative log-likelihoods of counts and positive targets; slopes with respect to the score log p."""

import math

import numpy as np

from losscli.domain import LOG, NONNEGATIVE, POSITIVE, WHOLE, Floats, Interval, Task, Unit
from losscli.loss import Alias, Argument, Loss, Param, Trait
from losscli.loss.catalogue.stable import log1p_gap
from losscli.loss.once import once
from losscli.spec import number_text

_TRAITS = Trait.STRICTLY_CONVEX | Trait.DIFFERENTIABLE | Trait.PROPER


def _xlogx(y: Floats) -> Floats:
    return np.asarray(y * np.log(np.where(y > 0.0, y, 1.0)))


POISSON_NLL = Loss(
    name="poisson_nll",
    title="Poisson negative log-likelihood without log y!",
    task=Task.COUNTS,
    formula="p - y*log(p)",
    argument=Argument.PREDICTION,
    value=lambda y, p: p - y * once(np.log, p),
    slope=lambda y, p: 1.0 * (p - y),
    slope_formula="p - y",
    link=LOG,
    target=NONNEGATIVE,
    prediction=POSITIVE,
    unit=Unit.NATS,
    elicits="mean",
    traits=_TRAITS,
    kin=lambda params: "poisson",
    infimum=lambda y: y - _xlogx(y),
    choose="You compare with the training log of a library that minimises it.",
    avoid="You read the figure itself: it can be negative and a perfect model is not 0; poisson is.",
    trap="Ranks like poisson, which is 2(this - its least value). torch's PoissonNLLLoss takes log p unless "
    "log_input=False, and its full=True adds Stirling's approximation; XGBoost and yardstick add the exact "
    "log y!. CatBoost takes log p, LightGBM in its objective alone.",
    reference="McCullagh & Nelder 1989, doi:10.1007/978-1-4899-3242-6",
    aliases=(
        Alias("Keras", "Poisson", "poisson_nll"),
        Alias("sklearn", "HalfPoissonLoss", "poisson_nll"),
    ),
    inventory=("poisson_nll",),
)

GAMMA_NLL = Loss(
    name="gamma_nll",
    title="Gamma negative log-likelihood, shape 1",
    task=Task.COUNTS,
    formula="log(p) + y/p",
    argument=Argument.PREDICTION,
    value=lambda y, p: once(np.log, p) + once(np.divide, y, p),
    slope=lambda y, p: (p - y) / p,
    slope_formula="(p - y)/p",
    link=LOG,
    target=POSITIVE,
    prediction=POSITIVE,
    unit=Unit.NATS,
    elicits="mean",
    traits=_TRAITS,
    kin=lambda params: "gamma",
    infimum=lambda y: 1.0 + np.log(y),
    choose="You compare with the training log of a library that minimises it.",
    avoid="You read the figure itself: it depends on the unit of y; gamma does not.",
    trap="Ranks like gamma. The shape is fixed at 1 here, in LightGBM, XGBoost and sklearn.",
    reference="McCullagh & Nelder 1989, doi:10.1007/978-1-4899-3242-6",
    aliases=(
        Alias("sklearn", "HalfGammaLoss", "gamma_nll"),
        Alias("XGBoost", "gamma-nloglik", "gamma_nll"),
    ),
    inventory=("gamma_nll",),
)


def _tweedie_nll(y: Floats, p: Floats, *, power: float) -> Floats:
    upper, lower = 2.0 - power, power - 1.0
    values = once(np.divide, y, p) / lower
    values += 1.0 / upper
    values *= once(np.sqrt, p) if upper == 0.5 else p**upper
    return np.asarray(values)


def _tweedie_nll_least(y: Floats, *, power: float) -> Floats:
    upper, lower = 2.0 - power, power - 1.0
    return np.asarray(y**upper * (1.0 / lower + 1.0 / upper))


TWEEDIE_NLL = Loss(
    name="tweedie_nll",
    title="Tweedie negative log-likelihood without its constant",
    task=Task.COUNTS,
    formula="y*p**(1 - power)/(power - 1) + p**(2 - power)/(2 - power)",
    argument=Argument.PREDICTION,
    value=_tweedie_nll,
    slope=lambda y, p, *, power: (p - y) * p ** (1.0 - power),
    slope_formula="(p - y)*p**(1 - power)",
    link=LOG,
    target=NONNEGATIVE,
    prediction=POSITIVE,
    unit=Unit.NATS,
    elicits="mean",
    traits=_TRAITS,
    params=(Param("power", 1.5, Interval(1, 2), "the variance grows like the mean to this power"),),
    kin=lambda params: f"tweedie:power={number_text(params['power'])}",
    infimum=_tweedie_nll_least,
    choose="You compare with the training log of a library that minimises it.",
    avoid="You read the figure itself: a perfect model is not 0; with tweedie it is.",
    trap="Half of tweedie but for a term in y alone, so it ranks alike.",
    reference="Jørgensen 1987, doi:10.1111/j.2517-6161.1987.tb01685.x",
    aliases=(
        Alias("XGBoost", "reg:tweedie", "tweedie_nll"),
        Alias("sklearn", "HalfTweedieLoss", "tweedie_nll"),
        Alias("CatBoost", "Tweedie", "tweedie_nll", note="variance_power has no default there"),
    ),
    inventory=("tweedie_nll",),
)

_TABLE = 16  # counts below it are looked up; from it on, Stirling's series is exact to a double


def _stirling_error(n: Floats) -> Floats:
    """log Γ(n+1) - (n + ½)·log n + n - ½·log 2π for n ≥ 16."""
    inverse = 1.0 / n
    square = inverse * inverse
    tail = 1.0 / 1260.0 - square * (1.0 / 1680.0 - square * (1.0 / 1188.0 - square * (691.0 / 360360.0)))
    return np.asarray(inverse * (1.0 / 12.0 - square * (1.0 / 360.0 - square * tail)))


def _stirling_error_of(k: float) -> float:
    if k >= _TABLE:
        return float(_stirling_error(np.asarray(k)))
    return math.lgamma(k + 1.0) - (k + 0.5) * math.log(k) + k - 0.5 * math.log(2.0 * math.pi)


def _negative_binomial(y: Floats, p: Floats, *, alpha: float) -> Floats:
    """-log of the probability of y at mean p and variance p + alpha·p²."""
    values = _small_counts(y, p, alpha)
    large = np.flatnonzero(y >= _TABLE)
    if large.size:
        values.flat[large] = _large_counts(y.flat[large], p.flat[large], 1.0 / alpha)
    return values


def _small_counts(y: Floats, p: Floats, alpha: float) -> Floats:
    """log y! - Σ_{j<y} log(1 + alpha·j) + log(1 + alpha·p)/alpha + y·log(alpha + 1/p)."""
    j = np.arange(_TABLE - 1)
    constants = np.concatenate([[0.0], np.cumsum(np.log1p(j) - np.log1p(alpha * j))])
    some = np.minimum(y, _TABLE - 1.0)
    logs = np.log1p(alpha * p)
    return np.asarray(constants[some.astype(np.intp)] + logs / alpha + some * np.log(alpha + 1.0 / p))


def _large_counts(y: Floats, p: Floats, k: float) -> Floats:
    """The saddle-point form of Loader 2000 (as in R's dnbinom): nothing of the size of y·log y cancels."""
    n = y + k
    total = k + p
    misses = k * _gap((y - p) / total, n / total) + y * _gap(k / total * ((p - y) / y), n / y * (p / total))
    errors = _stirling_error(y) - _stirling_error(np.maximum(n, _TABLE)) + _stirling_error_of(k)
    return np.asarray(misses + errors + 0.5 * np.log(2.0 * math.pi * y) + 0.5 * np.log1p(y / k))


def _gap(excess: Floats, ratio: Floats) -> Floats:
    """excess - log(1 + excess) with ratio = 1 + excess, which keeps its digits near 0."""
    far = ratio < 0.5
    gap = log1p_gap(np.where(far, 0.0, excess))
    return np.asarray(np.where(far, excess - np.log(np.where(far, ratio, 1.0)), gap))


NEGATIVE_BINOMIAL = Loss(
    name="negative_binomial",
    title="Negative binomial negative log-likelihood",
    task=Task.COUNTS,
    formula="lgamma(1/alpha) + lgamma(y + 1) - lgamma(y + 1/alpha)"
    " + log(1 + alpha*p)/alpha + y*log(1 + 1/(alpha*p))",
    argument=Argument.PREDICTION,
    value=_negative_binomial,
    slope=lambda y, p, *, alpha: (p - y) / (1.0 + alpha * p),
    slope_formula="(p - y)/(1 + alpha*p)",
    link=LOG,
    target=WHOLE,
    prediction=POSITIVE,
    unit=Unit.NATS,
    elicits="mean",
    traits=Trait.STRICTLY_CONVEX | Trait.SMOOTH | Trait.LIPSCHITZ | Trait.PROPER,
    params=(Param("alpha", 1.0, POSITIVE, "the variance is p + alpha·p²; towards 0 it is that of poisson"),),
    infimum=lambda y, *, alpha: _negative_binomial(y, np.where(y > 0.0, y, 1e-300), alpha=alpha),
    choose="Counts are more spread than their mean, and single large counts should not decide.",
    avoid="You do not know alpha: it is taken as given here, not fitted.",
    trap="All terms included, so a perfect model is not 0. alpha is 1/k, 1/size or 1/theta elsewhere.",
    reference="Hilbe 2011, doi:10.1017/CBO9780511973420 (NB2)",
    inventory=("negbin_nll",),
)

LOSSES: tuple[Loss, ...] = (POISSON_NLL, GAMMA_NLL, TWEEDIE_NLL, NEGATIVE_BINOMIAL)
