"""Log losses of a binary score whose link is not the logit."""

import math

import numpy as np

from losscli.domain import Floats, Kind, Task, Unit
from losscli.loss import Argument, Loss, Trait

_HALF_LOG_2PI = 0.5 * math.log(2.0 * math.pi)
_erfc = np.frompyfunc(math.erfc, 1, 1)


def _mills_series(m: Floats) -> Floats:
    """-m Φ(m)/φ(m) for m <= -30 by its asymptotic series 1 - 1/m² + 3/m⁴ - …"""
    u = 1.0 / (m * m)
    total = np.ones_like(u)
    for odd in (13.0, 11.0, 9.0, 7.0, 5.0, 3.0, 1.0):  # Horner; the first term left out is below 1e-17
        total = 1.0 - odd * u * total
    return np.asarray(total)


def _probit_nll(m: Floats) -> Floats:
    """-log Φ(m), by erfc down to -30 and by the series below, where erfc leaves the doubles."""
    near, far = np.maximum(m, -30.0), np.minimum(m, -30.0)
    tail = 0.5 * np.asarray(_erfc(np.abs(near) / math.sqrt(2.0)), dtype=np.float64)
    value = np.where(near > 0, -np.log1p(-tail), -np.log(np.maximum(tail, 1e-300)))
    asymptote = 0.5 * far * far + np.log(-far) + _HALF_LOG_2PI - np.log(_mills_series(far))
    return np.asarray(np.where(m < -30.0, asymptote, value))


def _probit_slope(m: Floats) -> Floats:
    """-φ(m)/Φ(m)."""
    near, far = np.maximum(m, -30.0), np.minimum(m, -30.0)
    ratio = -np.exp(_probit_nll(near) - 0.5 * near * near - _HALF_LOG_2PI)
    return np.asarray(np.where(m < -30.0, far / _mills_series(far), ratio))


def _cloglog_nll(y: Floats, s: Floats) -> Floats:
    """With u = e^s: u for y = 0; -log(1 - e^-u) for y = 1, as -s - log((1 - e^-u)/u) where u is small."""
    u = np.exp(s)
    small = np.minimum(u, 0.7)
    ratio = np.divide(-np.expm1(-small), small, out=np.ones_like(small), where=small > 0)
    one = np.where(u < 0.7, -s - np.log(ratio), -np.log1p(-np.exp(-np.maximum(u, 0.7))))
    return np.asarray(np.where(y > 0, one, u))


def _cloglog_slope(y: Floats, s: Floats) -> Floats:
    u = np.exp(s)
    capped = np.minimum(u, 700.0)  # e^-700 is 0 against anything it is added to
    ratio = np.divide(capped, np.expm1(capped), out=np.ones_like(capped), where=capped > 0)
    return np.asarray(np.where(y > 0, -ratio, u))


PROBIT_NLL = Loss(
    name="probit_nll",
    title="Probit log loss",
    task=Task.BINARY,
    formula="-log(normal_cdf(m))",
    argument=Argument.MARGIN,
    value=_probit_nll,
    slope=_probit_slope,
    slope_formula="-exp(-m**2/2)/sqrt(2*pi)/normal_cdf(m)",
    needs=frozenset({Kind.SCORE}),
    unit=Unit.NATS,
    elicits="probit of P(y=1)",
    asks="probit",
    traits=Trait.STRICTLY_CONVEX | Trait.SMOOTH | Trait.PROPER | Trait.CALIBRATED,
    choose="Scores come from a probit model, P(y=1) = Φ(s).",
    avoid="Scores are logits or distances: it would price probabilities that the model never gave.",
    trap="A far wrong score costs its square over 2, where bce costs the score.",
    reference="Bliss 1935, doi:10.1111/j.1744-7348.1935.tb07713.x",
    inventory=("probit_nll",),
)

CLOGLOG_NLL = Loss(
    name="cloglog_nll",
    title="Complementary log-log loss",
    task=Task.BINARY,
    formula="where(y > 0, -log(-expm1(-exp(s))), exp(s))",
    argument=Argument.SCORE,
    value=_cloglog_nll,
    slope=_cloglog_slope,
    slope_formula="where(y > 0, -exp(s)/expm1(exp(s)), exp(s))",
    needs=frozenset({Kind.SCORE}),
    unit=Unit.NATS,
    elicits="log(-log(1 - P(y=1)))",
    asks="cloglog",
    traits=Trait.STRICTLY_CONVEX | Trait.DIFFERENTIABLE | Trait.PROPER,
    choose="Scores are log-rates: y says whether at least one event happened, P(y=1) = 1 - exp(-exp(s)).",
    avoid="A score of 0 is the boundary: here it is P(y=1) = 0.63.",
    trap="Not symmetric: swapping the classes changes the model. LightGBM's cross_entropy_lambda puts the "
    "weights inside the link.",
    reference="McCullagh and Nelder 1989, Generalized linear models, section 4.3",
    inventory=("cloglog_nll",),
)

LOSSES: tuple[Loss, ...] = (PROBIT_NLL, CLOGLOG_NLL)
