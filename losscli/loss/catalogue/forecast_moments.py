"""Losses of forecasts that are a mean and a standard deviation: of a Gaussian, a Laplace or a t distribution.

y, mean, sd: (n,) each, sd > 0; r = mean - y. Slopes (n, 2): in the mean, in the sd.
"""

import math

import numpy as np

from losscli.domain import Floats, Interval, Kind, Task, Unit
from losscli.loss import Alias, Argument, Loss, Param, Trait
from losscli.loss.catalogue.stable import log1p_square

_MOMENTS = frozenset({Kind.MOMENTS})
_HALF_LOG_2PI = 0.5 * math.log(2.0 * math.pi)
_ROOT_2 = math.sqrt(2.0)
_ROOT_PI = math.sqrt(math.pi)
_erf = np.frompyfunc(math.erf, 1, 1)
_NO_SD = "sd is the standard deviation; a column of variances (var) is read as its square root."


def _gaussian_nll(y: Floats, mean: Floats, sd: Floats, *, full: float) -> Floats:
    z = (mean - y) / sd
    return np.asarray(np.log(sd) + 0.5 * z * z + full * _HALF_LOG_2PI)


def _gaussian_slope(y: Floats, mean: Floats, sd: Floats, *, full: float) -> Floats:
    z = (mean - y) / sd
    return np.column_stack([z / sd, (1.0 - z * z) / sd])


GAUSSIAN_NLL = Loss(
    name="gaussian_nll",
    title="Gaussian negative log-likelihood",
    task=Task.FORECAST,
    formula="log(sd) + (r/sd)**2/2 + full*log(2*pi)/2",
    argument=Argument.MOMENTS,
    value=_gaussian_nll,
    slope=_gaussian_slope,
    needs=_MOMENTS,
    unit=Unit.NATS,
    elicits="mean and standard deviation",
    asks="mean and sd",
    traits=Trait.DIFFERENTIABLE | Trait.PROPER,
    params=(
        Param("full", 1.0, Interval(0, 1, True, True, whole=True), "1: with ½·log 2π, 0.919; 0: without it"),
    ),
    kin=lambda params: "gaussian_nll:full=1",
    infimum=-math.inf,
    least_at="no spread: at the target a smaller one always costs less",
    choose="Forecasts are a mean and its spread, and a density is what is judged.",
    avoid="Single targets lie far out: one of them, over a small sd, is all you see; see crps_gaussian.",
    trap="A log density, so it may be negative and depends on the unit of y. torch's GaussianNLLLoss leaves "
    "½·log 2π out (full=0), takes the variance and raises it to 1e-6; CatBoost takes log sd. " + _NO_SD,
    reference="Gneiting & Raftery 2007, doi:10.1198/016214506000001437",
    aliases=(
        Alias("torch", "GaussianNLLLoss", "gaussian_nll:full=0", note="full=True is gaussian_nll"),
        Alias("CatBoost", "RMSEWithUncertainty", "gaussian_nll"),
    ),
    inventory=("gaussian_nll",),
)


def _laplace_nll(y: Floats, mean: Floats, sd: Floats) -> Floats:
    return np.asarray(np.log(_ROOT_2 * sd) + _ROOT_2 * np.abs(mean - y) / sd)


def _laplace_slope(y: Floats, mean: Floats, sd: Floats) -> Floats:
    z = _ROOT_2 * (mean - y) / sd
    return np.column_stack([_ROOT_2 * np.sign(z) / sd, (1.0 - np.abs(z)) / sd])


LAPLACE_NLL = Loss(
    name="laplace_nll",
    title="Laplace negative log-likelihood",
    task=Task.FORECAST,
    formula="log(sqrt(2)*sd) + sqrt(2)*abs(r)/sd",
    argument=Argument.MOMENTS,
    value=_laplace_nll,
    slope=_laplace_slope,
    needs=_MOMENTS,
    unit=Unit.NATS,
    elicits="median, and √2 times the mean distance from it",
    asks="median, spread",
    traits=Trait.PROPER,
    infimum=-math.inf,
    least_at="no spread: at the target a smaller one always costs less",
    choose="As gaussian_nll, with targets that lie far out more often than a Gaussian has them.",
    avoid="The means are means of skewed targets: it asks for the median.",
    trap="The scale b of a Laplace distribution is sd/√2: multiply a column of scales by √2 to have its sd. "
    + _NO_SD,
    reference="Kotz, Kozubowski & Podgórski 2001, doi:10.1007/978-1-4612-0173-1",
    inventory=("laplace_nll",),
)


def _student_constant(nu: float) -> float:
    """log √(π(nu - 2)) + log Γ(nu/2) - log Γ((nu + 1)/2); the last two by their series where large."""
    x = 0.5 * nu
    if x < 50.0:
        ratio = math.lgamma(x + 0.5) - math.lgamma(x)
    else:
        ratio = 0.5 * math.log(x) - (0.125 - (1.0 / 192.0 - 1.0 / 640.0 / x**2) / x**2) / x
    return 0.5 * math.log(math.pi * (nu - 2.0)) - ratio


def _student_t_nll(y: Floats, mean: Floats, sd: Floats, *, nu: float) -> Floats:
    z = (mean - y) / sd / math.sqrt(nu - 2.0)
    return np.asarray(np.log(sd) + 0.5 * (nu + 1.0) * log1p_square(z) + _student_constant(nu))


def _student_t_slope(y: Floats, mean: Floats, sd: Floats, *, nu: float) -> Floats:
    z = (mean - y) / sd / math.sqrt(nu - 2.0)
    pull = (nu + 1.0) * z / (1.0 + z * z)
    return np.column_stack([pull / sd / math.sqrt(nu - 2.0), (1.0 - pull * z) / sd])


STUDENT_T_NLL = Loss(
    name="student_t_nll",
    title="Student's t negative log-likelihood",
    task=Task.FORECAST,
    formula="log(sd) + (nu + 1)/2*log1p((r/sd)**2/(nu - 2)) "
    "+ log(pi*(nu - 2))/2 + lgamma(nu/2) - lgamma((nu + 1)/2)",
    argument=Argument.MOMENTS,
    value=_student_t_nll,
    slope=_student_t_slope,
    needs=_MOMENTS,
    unit=Unit.NATS,
    elicits="centre and spread of the nearest t distribution with nu = {nu}",
    asks="centre, spread",
    traits=Trait.DIFFERENTIABLE | Trait.PROPER,
    params=(Param("nu", 4.0, Interval(2), "degrees of freedom; large: gaussian_nll"),),
    infimum=-math.inf,
    least_at="no spread: at the target a smaller one always costs less",
    choose="As gaussian_nll, and a target far out should cost its logarithm, not its square.",
    avoid="The spread of well-behaved targets is what is judged: a Gaussian sd is too wide here.",
    trap="The scale of a t distribution is sd·sqrt((nu - 2)/nu): divide a column of scales by "
    "sqrt((nu - 2)/nu) to have its sd. " + _NO_SD,
    reference="Lange, Little & Taylor 1989, doi:10.1080/01621459.1989.10478852",
    inventory=("student_t_nll",),
)


def _crps_gaussian(y: Floats, mean: Floats, sd: Floats) -> Floats:
    z = (y - mean) / sd
    inside = np.asarray(_erf(z / _ROOT_2), dtype=np.float64)  # 2 Φ(z) - 1
    return np.asarray((y - mean) * inside + sd * (2.0 * _density(z) - 1.0 / _ROOT_PI))


def _crps_gaussian_slope(y: Floats, mean: Floats, sd: Floats) -> Floats:
    z = (y - mean) / sd
    inside = np.asarray(_erf(z / _ROOT_2), dtype=np.float64)
    return np.column_stack([-inside, 2.0 * _density(z) - 1.0 / _ROOT_PI])


def _density(z: Floats) -> Floats:
    near = np.minimum(np.abs(z), 40.0)  # beyond, it is 0
    return np.asarray(np.exp(-0.5 * near * near - _HALF_LOG_2PI))


CRPS_GAUSSIAN = Loss(
    name="crps_gaussian",
    title="Continuous ranked probability score of a Gaussian",
    task=Task.FORECAST,
    formula="r*(2*normal_cdf(r/sd) - 1) + sd*(2*exp(-(r/sd)**2/2)/sqrt(2*pi) - 1/sqrt(pi))",
    argument=Argument.MOMENTS,
    value=_crps_gaussian,
    slope=_crps_gaussian_slope,
    needs=_MOMENTS,
    elicits="mean and sd of the Gaussian whose distribution function is nearest",
    asks="mean and sd",
    traits=Trait.CONVEX | Trait.DIFFERENTIABLE | Trait.LIPSCHITZ | Trait.PROPER,
    choose="Forecasts are a mean and its spread: in the unit of y, and mae where the sd is small.",
    avoid="Far targets should decide: here each costs its distance, whatever the sd.",
    trap="With a sd of 0 it would be mae; here a sd is above 0. " + _NO_SD,
    reference="Gneiting et al. 2005, doi:10.1175/MWR2904.1",
    aliases=(Alias("properscoring", "crps_gaussian", "crps_gaussian"),),
    inventory=("crps_gaussian",),
)

LOSSES: tuple[Loss, ...] = (GAUSSIAN_NLL, LAPLACE_NLL, STUDENT_T_NLL, CRPS_GAUSSIAN)
