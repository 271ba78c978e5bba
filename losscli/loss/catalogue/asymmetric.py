"""Regression losses for which too high and too low cost different amounts."""

import math

import numpy as np

from losscli.domain import LOG, NONZERO, OPEN_UNIT, POSITIVE, Floats, Interval, Task, Unit
from losscli.errors import UsageError
from losscli.loss import NO_TRAITS, Alias, Argument, Loss, OfResidual, Param, Params, Scaled, Trait
from losscli.loss.catalogue.stable import expm1_gap
from losscli.spec import Spec, number_text


def pinball(r: Floats, *, tau: float) -> Floats:
    """(1 - tau)·r above 0, -tau·r below."""
    high = (1.0 - tau) * r
    return np.asarray(np.maximum(high, -tau * r, out=high))


def _pinball_slope(r: Floats, *, tau: float) -> Floats:
    return np.where(r > 0.0, 1.0 - tau, np.where(r < 0.0, -tau, 0.0))


def _quantile_kin(params: Params) -> str:
    return "mae" if params["tau"] == 0.5 else f"quantile:tau={number_text(params['tau'])}"


_TAU = Param("tau", 0.5, OPEN_UNIT, "share of the targets that should lie below the prediction")

QUANTILE = Loss(
    name="quantile",
    title="Quantile (pinball) loss",
    task=Task.REGRESSION,
    formula="maximum((1 - tau)*r, -tau*r)",
    argument=Argument.RESIDUAL,
    value=pinball,
    slope=_pinball_slope,
    slope_formula="where(r > 0, 1 - tau, where(r < 0, -tau, 0))",
    elicits="the {tau}-quantile",
    asks="{tau}-quantile",
    traits=lambda params: (
        Trait.CONVEX
        | Trait.LIPSCHITZ
        | Trait.PROPER
        | (Trait.SYMMETRIC if params["tau"] == 0.5 else NO_TRAITS)
    ),
    kinks=lambda params: (0.0,),
    params=(_TAU,),
    kin=_quantile_kin,
    choose="Too low and too high cost different amounts, or you want a bound that holds with a given share.",
    avoid="You want one central forecast: at tau=0.5 it is half of mae, nothing more.",
    trap="tau is the quantile in every library, but the default is 0.5 in sklearn and CatBoost and 0.9 in "
    "LightGBM. tau=0.5 is mae/2. d2_pinball_score measures from the tau-quantile of the rows judged.",
    reference="Koenker & Bassett 1978, doi:10.2307/1913643",
    aliases=(
        Alias("sklearn", "mean_pinball_loss", "quantile"),
        Alias("sklearn", "PinballLoss", "quantile"),
        Alias("CatBoost", "Quantile", "quantile"),
        Alias("LightGBM", "quantile", "quantile:tau=0.9"),
        Alias("XGBoost", "reg:quantileerror", "quantile", note="quantile_alpha has no default there"),
    ),
    inventory=("pinball",),
)

LOG_LIN_QUANTILE = Loss(
    name="log_lin_quantile",
    title="Quantile loss of a model of log p",
    task=Task.REGRESSION,
    formula="maximum((1 - tau)*(p - y), -tau*(p - y))",
    argument=Argument.PREDICTION,
    value=OfResidual(pinball),
    slope=lambda y, p, *, tau: p * _pinball_slope(p - y, tau=tau),
    slope_formula="p*where(p > y, 1 - tau, where(p < y, -tau, 0))",
    link=LOG,
    prediction=POSITIVE,
    elicits="the {tau}-quantile",
    asks="{tau}-quantile",
    traits=Trait.PROPER,
    kinks=lambda params: (0.0,),
    params=(_TAU,),
    kin=_quantile_kin,
    choose="You fit a quantile that must stay positive: the model is linear in log p.",
    avoid="You only compare predictions: there it is the quantile loss, figure for figure.",
    trap="CatBoost hands its metric log p; here the prediction is p itself.",
    reference="Koenker & Bassett 1978, doi:10.2307/1913643, with a log link",
    aliases=(Alias("CatBoost", "LogLinQuantile", "log_lin_quantile"),),
    inventory=("log_lin_quantile",),
)


def _expectile(r: Floats, *, tau: float) -> Floats:
    """One of the two sides is 0 in each row; to choose by row takes four times as long."""
    above, below = np.maximum(r, 0.0), np.minimum(r, 0.0)
    values = (1.0 - tau) * above
    values *= above
    above = tau * below
    above *= below
    values += above
    return np.asarray(values)


def _expectile_weight(r: Floats, tau: float) -> Floats:
    return np.where(r > 0.0, 1.0 - tau, tau)


EXPECTILE = Loss(
    name="expectile",
    title="Asymmetric squared error",
    task=Task.REGRESSION,
    formula="where(r > 0, 1 - tau, tau)*r**2",
    argument=Argument.RESIDUAL,
    value=_expectile,
    slope=lambda r, *, tau: 2.0 * _expectile_weight(r, tau) * r,
    slope_formula="2*where(r > 0, 1 - tau, tau)*r",
    unit=Unit.Y2,
    elicits="the {tau}-expectile",
    asks="{tau}-expectile",
    traits=lambda params: (
        Trait.STRONGLY_CONVEX
        | Trait.SMOOTH
        | Trait.PROPER
        | (Trait.SYMMETRIC if params["tau"] == 0.5 else NO_TRAITS)
    ),
    params=(Param("tau", 0.5, OPEN_UNIT, "weight of a miss from below; 1 - tau is that of one from above"),),
    kin=lambda params: "mse" if params["tau"] == 0.5 else f"expectile:tau={number_text(params['tau'])}",
    choose="Too low and too high cost different amounts and large misses matter most, as in risk measures.",
    avoid="You must explain the result to others: an expectile is no share of rows, a quantile is.",
    trap="tau=0.5 is mse/2. Vowpal Wabbit counts the other way: its q is 1 - tau.",
    reference="Newey & Powell 1987, doi:10.2307/1911031",
    aliases=(
        Alias("CatBoost", "Expectile", "expectile"),
        Alias("XGBoost", "reg:expectileerror", "expectile", note="its alpha has no default"),
    ),
    inventory=("expectile",),
)

LINEX = Loss(
    name="linex",
    title="Exponential on one side, linear on the other",
    task=Task.REGRESSION,
    formula="expm1(a*r) - a*r",
    argument=Argument.RESIDUAL,
    value=lambda r, *, a: expm1_gap(a * r),
    slope=lambda r, *, a: a * np.expm1(a * r),
    slope_formula="a*expm1(a*r)",
    unit=Unit.ONE,
    elicits="-log(mean(exp(-{a}*y)))/{a}",
    asks="tilted mean",
    traits=Trait.STRICTLY_CONVEX | Trait.DIFFERENTIABLE | Trait.PROPER,
    params=(
        Param("a", Scaled(1.0, power=-1), NONZERO, "per unit of y; above 0 a prediction too high costs most"),
    ),
    choose="One direction of a miss is a disaster and the other a nuisance.",
    avoid="Outliers may occur on the costly side: their cost is exponential.",
    trap="Texts with r = y - p have the sign of a turned round.",
    reference="Varian 1975; Zellner 1986, doi:10.1080/01621459.1986.10478289",
    inventory=("linex",),
)


def _threshold_weighted(y: Floats, p: Floats, *, low: float, high: float) -> Floats:
    """∫ 2|y - t| over the thresholds t between y and p, as far as they lie between low and high."""
    near, far = np.clip(y, low, high), np.clip(p, low, high)
    return np.asarray((far - near) * ((far - y) + (near - y)))


def _threshold_weighted_slope(y: Floats, p: Floats, *, low: float, high: float) -> Floats:
    return np.where((p > low) & (p < high), 2.0 * (p - y), 0.0)


def _is_everywhere(params: Params) -> bool:
    return params["low"] == -math.inf and params["high"] == math.inf


def _threshold_traits(params: Params) -> Trait:
    if _is_everywhere(params):
        return Trait.STRONGLY_CONVEX | Trait.SMOOTH | Trait.SYMMETRIC | Trait.PROPER
    if math.isinf(params["low"]) or math.isinf(params["high"]):
        return NO_TRAITS
    return Trait.LIPSCHITZ | Trait.BOUNDED | Trait.REDESCENDING


def _check_thresholds(params: Params) -> None:
    if not params["low"] < params["high"]:
        raise UsageError(
            f"threshold_weighted_score: low={params['low']:g} is not below high={params['high']:g}",
            advice="For example threshold_weighted_score:low=30,high=inf",
        )


THRESHOLD_WEIGHTED_SCORE = Loss(
    name="threshold_weighted_score",
    title="Threshold-weighted squared error",
    task=Task.REGRESSION,
    formula="(maximum(low, minimum(p, high)) - y)**2 - (maximum(low, minimum(y, high)) - y)**2",
    argument=Argument.PREDICTION,
    value=_threshold_weighted,
    slope=_threshold_weighted_slope,
    slope_formula="where(p > low, where(p < high, 2*(p - y), 0), 0)",
    unit=Unit.Y2,
    elicits="mean, where it lies between {low} and {high}",
    traits=_threshold_traits,
    params=(
        Param(
            "low", -math.inf, Interval(low_closed=True), "thresholds from here on count; -inf: all low ones"
        ),
        Param(
            "high", math.inf, Interval(high_closed=True), "thresholds up to here count; inf: all high ones"
        ),
    ),
    check=_check_thresholds,
    kin=lambda params: (
        "mse"
        if _is_everywhere(params)
        else str(Spec("threshold_weighted_score", (("low", params["low"]), ("high", params["high"]))))
    ),
    choose="Decisions hang on a range of values, such as heat above 30, and forecasts should be right there.",
    avoid="You train with it: a forecast on the wrong side of the range has slope 0.",
    trap="The squared error of decisions at the thresholds between low and high alone; a miss outside costs "
    "nothing. scores takes them as interval_where_one; its tw_absolute_error and tw_quantile_score are mae "
    "and quantile of values cut to the range, its other weights are not here.",
    reference="Taggart 2022, doi:10.1002/qj.4266",
    aliases=(
        Alias("scores", "tw_squared_error", "threshold_weighted_score", note="its interval has no default"),
    ),
    inventory=("threshold_weighted_score",),
    named_only="its range of thresholds is what it is about: name it with low and high",
)

LOSSES: tuple[Loss, ...] = (QUANTILE, LOG_LIN_QUANTILE, EXPECTILE, LINEX, THRESHOLD_WEIGHTED_SCORE)
