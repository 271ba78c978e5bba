"""Losses of forecasts that are a few numbers per row: quantiles, an interval, an ensemble.

y: targets (n,); q: quantiles (n, K) at the levels tau (K,), ascending; lower, upper: the ends of an interval
(n,); x: members of an ensemble (n, M). Slopes have one column per predicted number.
"""

import numpy as np

from losscli.domain import OPEN_UNIT, Floats, Interval, Kind, Task
from losscli.loss import Alias, Argument, Loss, Param, Params, Trait

_KINKED = Trait.CONVEX | Trait.LIPSCHITZ | Trait.PROPER
_QUANTILES = frozenset({Kind.QUANTILES})


def pinballs(r: Floats, tau: Floats) -> Floats:
    """The quantile loss of every residual; r: (n, K), tau: (K,)."""
    high = (1.0 - tau) * r
    return np.asarray(np.maximum(high, -tau * r, out=high))


def _steps(r: Floats, tau: Floats) -> Floats:
    return np.where(r > 0.0, 1.0 - tau, np.where(r < 0.0, -tau, 0.0))


def _mean_pinball(y: Floats, q: Floats, tau: Floats) -> Floats:
    return np.asarray(pinballs(q - y[:, None], tau).mean(axis=1))


def _mean_pinball_slope(y: Floats, q: Floats, tau: Floats) -> Floats:
    return np.asarray(_steps(q - y[:, None], tau) / len(tau))


MULTI_QUANTILE = Loss(
    name="multi_quantile_pinball",
    title="Quantile (pinball) loss, mean over the levels",
    task=Task.FORECAST,
    formula="sum(maximum((1 - tau)*(q - y), -tau*(q - y)))/K",
    argument=Argument.QUANTILES,
    value=_mean_pinball,
    slope=_mean_pinball_slope,
    slope_formula="where(q > y, 1 - tau, where(q < y, -tau, 0))/K",
    needs=_QUANTILES,
    elicits="the quantiles at the levels given",
    asks="quantiles",
    traits=_KINKED,
    choose="You forecast several quantiles and compare with the training log of CatBoost or XGBoost.",
    avoid="You want the unit of a crps: weighted_interval_score is twice this and orders models alike.",
    trap="The mean over the levels, every one counted once: levels crowded in a tail make that tail count "
    "more. Quantiles that cross cost nothing extra.",
    reference="Koenker & Bassett 1978, doi:10.2307/1913643",
    aliases=(
        Alias("CatBoost", "MultiQuantile", "multi_quantile_pinball"),
        Alias("XGBoost", "reg:quantileerror", "multi_quantile_pinball", note="with a list in quantile_alpha"),
    ),
    inventory=("multi_quantile_pinball",),
)

WEIGHTED_INTERVAL_SCORE = Loss(
    name="weighted_interval_score",
    title="Weighted interval score",
    task=Task.FORECAST,
    formula="2*sum(maximum((1 - tau)*(q - y), -tau*(q - y)))/K",
    argument=Argument.QUANTILES,
    value=lambda y, q, tau: 2.0 * _mean_pinball(y, q, tau),
    slope=lambda y, q, tau: 2.0 * _mean_pinball_slope(y, q, tau),
    slope_formula="2*where(q > y, 1 - tau, where(q < y, -tau, 0))/K",
    needs=_QUANTILES,
    elicits="the quantiles at the levels given",
    asks="quantiles",
    traits=_KINKED,
    kin=lambda params: "multi_quantile_pinball",
    choose="Forecasts are quantiles: in the unit of y, and close to the crps where the levels are many.",
    avoid="Only one interval matters: see interval_score.",
    trap="Twice the mean quantile loss, as in yardstick. Bracher's sum of intervals weighted by alpha/2 and "
    "of the median by 1/2 equals it only where the levels are the median and symmetric pairs.",
    reference="Bracher et al. 2021, doi:10.1371/journal.pcbi.1008618",
    aliases=(Alias("scoringutils", "wis", "weighted_interval_score"),),
    inventory=("weighted_interval_score",),
)


def _interval_score(y: Floats, lower: Floats, upper: Floats, *, alpha: float) -> Floats:
    outside = np.maximum(lower - y, 0.0) + np.maximum(y - upper, 0.0)
    return np.asarray(upper - lower + 2.0 / alpha * outside)


def _interval_slope(y: Floats, lower: Floats, upper: Floats, *, alpha: float) -> Floats:
    below, above = np.where(y < lower, 2.0 / alpha, 0.0), np.where(y > upper, 2.0 / alpha, 0.0)
    return np.column_stack([below - 1.0, 1.0 - above])


INTERVAL_SCORE = Loss(
    name="interval_score",
    title="Interval (Winkler) score",
    task=Task.FORECAST,
    formula="upper - lower + 2/alpha*(maximum(lower - y, 0) + maximum(y - upper, 0))",
    argument=Argument.INTERVAL,
    value=_interval_score,
    slope=_interval_slope,
    needs=frozenset({Kind.INTERVAL}),
    elicits="the ends of the central interval that misses a share of {alpha}",
    asks="quantiles",
    traits=_KINKED,
    params=(
        Param("alpha", 0.1, OPEN_UNIT, "share of the targets that the interval should miss", of_level=True),
    ),
    choose="Forecasts are intervals: a wide one costs its width, a miss its distance times 2/alpha.",
    avoid="You do not know which share the intervals should miss: another alpha asks for another width.",
    trap="alpha is the share outside, as in papers and MAPIE; scores takes the share inside, "
    "interval_range = 1 - alpha. A lower end above its upper one is an error, here and in scores.",
    reference="Gneiting & Raftery 2007, doi:10.1198/016214506000001437",
    aliases=(
        Alias("scores", "interval_score", "interval_score", note="interval_range=0.9 there"),
        Alias("MAPIE", "regression_mwi_score", "interval_score", note="its confidence_level is 1 - alpha"),
    ),
    inventory=("interval_score",),
)


def _levels(members: int, fair: float) -> Floats:
    """(M,) The levels at which the sorted members are quantiles: (j - 1/2)/M, or (j - 1)/(M - 1)."""
    j = np.arange(members)
    return np.asarray(j / max(members - 1, 1) if fair else (j + 0.5) / members)


def _crps_ensemble(y: Floats, x: Floats, *, fair: float) -> Floats:
    """Twice the mean quantile loss of the sorted members: M log M, and a sum of terms ≥ 0."""
    r = np.sort(x - y[:, None], axis=1)
    return np.asarray(2.0 * pinballs(r, _levels(x.shape[1], fair)).mean(axis=1))


def _crps_ensemble_slope(y: Floats, x: Floats, *, fair: float) -> Floats:
    r, members = x - y[:, None], x.shape[1]
    order = np.argsort(r, axis=1, kind="stable")
    steps = _steps(np.take_along_axis(r, order, axis=1), _levels(members, fair))
    slope = np.empty_like(r)
    np.put_along_axis(slope, order, 2.0 / members * steps, axis=1)
    return slope


def _crps_traits(params: Params) -> Trait:
    return Trait.LIPSCHITZ if params["fair"] else Trait.LIPSCHITZ | Trait.PROPER


CRPS_ENSEMBLE = Loss(
    name="crps_ensemble",
    title="Continuous ranked probability score of an ensemble",
    task=Task.FORECAST,
    formula="sum(abs(x - y))/M - all_pairs/(2*M*(M - fair))",
    argument=Argument.ENSEMBLE,
    value=_crps_ensemble,
    slope=_crps_ensemble_slope,
    needs=frozenset({Kind.ENSEMBLE}),
    elicits="the distribution of y, as equally likely members",
    asks="distribution",
    traits=_crps_traits,
    params=(
        Param(
            "fair",
            0.0,
            Interval(0, 1, True, True, whole=True),
            "0: of the members as they are; 1: of the distribution they are drawn from",
        ),
    ),
    choose="Forecasts are draws or ensemble members; of one member it is mae.",
    avoid="Ensembles of different sizes are compared for what they are drawn from: then say fair=1.",
    trap="all_pairs is the sum of |x_j - x_k| over all pairs, both ways. fair=0 divides it by 2M² (scores: "
    "ecdf; properscoring, torchmetrics), fair=1 by 2M(M - 1), which takes off what few members cost; it asks "
    "for members drawn at random, and two members on either side of y have 0 whatever their distance.",
    reference="Gneiting & Raftery 2007, doi:10.1198/016214506000001437; fair: Ferro 2014, "
    "doi:10.1002/qj.2270",
    aliases=(
        Alias("torchmetrics", "ContinuousRankedProbabilityScore", "crps_ensemble"),
        Alias("scores", "crps_for_ensemble", "crps_ensemble", note="method='fair' is fair=1"),
    ),
    inventory=("crps_ensemble",),
)

LOSSES: tuple[Loss, ...] = (MULTI_QUANTILE, WEIGHTED_INTERVAL_SCORE, INTERVAL_SCORE, CRPS_ENSEMBLE)
