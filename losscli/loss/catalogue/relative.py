"""Regression losses relative to the size or the spread of the target, and on a log scale."""

import math

import numpy as np

from losscli.domain import ABOVE_MINUS_ONE, NONZERO, POSITIVE, Floats, Task, Unit
from losscli.loss import Alias, Argument, FromData, Loss, OfResidual, OfTarget, Param, Reduction, Trait
from losscli.loss.catalogue.regression import absolute, square
from losscli.loss.catalogue.stable import difference, log1p_ratio, quotient, squared_log1p_ratio
from losscli.loss.once import once


def _relative(y: Floats, p: Floats) -> Floats:
    return np.asarray(difference(p, y) / y)


def _absolute_relative(y: Floats, p: Floats) -> Floats:
    relative = _relative(y, p)
    return np.asarray(np.abs(relative, out=relative))


def _ratio(above: Floats, below: Floats) -> Floats:
    return quotient(above, below, math.nan)


MAPE = Loss(
    name="mape",
    title="Absolute percentage error",
    task=Task.REGRESSION,
    formula="abs(p - y)/abs(y)",
    argument=Argument.PREDICTION,
    value=_absolute_relative,
    slope=lambda y, p: np.sign(p - y) / np.abs(y),
    slope_formula="sign(p - y)/abs(y)",
    target=NONZERO,
    unit=Unit.ONE,
    elicits="median, rows weighted by 1/|y|",
    asks="median by 1/|y|",
    traits=Trait.CONVEX | Trait.LIPSCHITZ | Trait.SYMMETRIC | Trait.PROPER,
    kinks=lambda params: (0.0,),
    choose="Readers want a miss as a share of the actual value and no actual value is near 0.",
    avoid="Targets come near 0, or low forecasts must not be favoured: they can never cost more than 1.",
    trap="A fraction, not per cent (Keras, yardstick: ×100). LightGBM and CatBoost divide by max(1, |y|). "
    "Where y = 0, scikit-learn divides by 2.2e-16, torchmetrics by 1.2e-6, XGBoost by 0; here such rows rule "
    "the loss out.",
    reference="Gneiting 2011, doi:10.1198/jasa.2011.r10138",
    aliases=(
        Alias("sklearn", "mean_absolute_percentage_error", "mape"),
        Alias("Keras", "MeanAbsolutePercentageError", "mape", factor=100.0),
    ),
    inventory=("mape",),
)


def _smape(y: Floats, p: Floats) -> Floats:
    half = 0.5 * np.abs(p)
    half += once(_half_size, y)
    size = np.abs(difference(p, y))
    if half.min(initial=1.0) > 0.0:
        return np.asarray(np.divide(size, half, out=size))
    return np.divide(size, half, out=np.zeros_like(half), where=half > 0.0)


def _half_size(y: Floats) -> Floats:
    return np.asarray(0.5 * np.abs(y))


def _smape_slope(y: Floats, p: Floats) -> Floats:
    size = np.abs(y) + np.abs(p)
    same_side = (np.sign(y) == np.sign(p)) & (size > 0.0)
    size = np.where(same_side, size, 1.0)
    return np.asarray(np.where(same_side, np.sign(p - y), 0.0) * (4.0 * np.abs(y) / size / size))


SMAPE = Loss(
    name="smape",
    title="Symmetric absolute percentage error",
    task=Task.REGRESSION,
    formula="where(abs(y) + abs(p) > 0, 2*abs(p - y)/(abs(y) + abs(p)), 0)",
    argument=Argument.PREDICTION,
    value=_smape,
    slope=_smape_slope,
    slope_formula="where(sign(y)*sign(p) > 0, sign(p - y)*4*abs(y)/(abs(y) + abs(p))**2, 0)",
    unit=Unit.ONE,
    elicits="no simple functional",
    asks="none simple",
    traits=Trait.BOUNDED | Trait.REDESCENDING,
    kinks=lambda params: (0.0,),
    choose="A report asks for it, or relative misses must stay finite where a target is 0.",
    avoid="You can choose: it is not symmetric (too low costs more), and any forecast for y = 0 costs 2.",
    trap="From 0 to 2; CatBoost and yardstick print 0 to 200, and a version without the factor 2 goes round. "
    "0/0 is 0 here, NaN in yardstick.",
    reference="Makridakis 1993, doi:10.1016/0169-2070(93)90079-3",
    aliases=(Alias("CatBoost", "SMAPE", "smape", factor=100.0),),
    inventory=("smape",),
)

WMAPE = Loss(
    name="wmape",
    title="Total absolute error over total target",
    task=Task.REGRESSION,
    formula="mean(abs(p - y))/mean(abs(y))",
    argument=Argument.PREDICTION,
    value=OfResidual(absolute),
    unit=Unit.ONE,
    elicits="median",
    reduction=Reduction.RATIO,
    parts=(OfResidual(absolute), OfTarget(absolute)),
    combine=_ratio,
    elementwise=True,
    kin=lambda params: "mae",
    choose="You want mae as a share of the total volume, safe against single targets of 0.",
    avoid="Small rows matter as much as large ones.",
    trap="A ratio of sums: the figures of folds or groups cannot be averaged. Also called WAPE.",
    reference="Kolassa & Schütz 2007, Foresight 6",
    aliases=(Alias("AutoGluon", "WAPE", "wmape"),),
    inventory=("wmape",),
)

RMSPE = Loss(
    name="rmspe",
    title="Root mean squared percentage error",
    task=Task.REGRESSION,
    formula="((p - y)/y)**2",
    argument=Argument.PREDICTION,
    value=lambda y, p: _relative(y, p) ** 2,
    target=NONZERO,
    unit=Unit.ONE,
    reduction=Reduction.ROOT,
    elicits="mean, rows weighted by 1/y²",
    asks="mean by 1/y²",
    choose="A large relative miss is worse than several small ones, and no target is near 0.",
    avoid="Targets come near 0: one such row is all you see.",
    trap="CatBoost divides by max(1, |y|).",
    reference="Gneiting 2011, doi:10.1198/jasa.2011.r10138",
    inventory=("rmspe",),
)


def _nrmse(mean_square: Floats, mean: Floats) -> Floats:
    return _ratio(np.sqrt(mean_square), np.abs(mean))


NRMSE = Loss(
    name="nrmse",
    title="Root mean squared error over the mean target",
    task=Task.REGRESSION,
    formula="sqrt(mean((p - y)**2))/abs(mean(y))",
    argument=Argument.PREDICTION,
    value=OfResidual(square),
    unit=Unit.ONE,
    elicits="mean",
    reduction=Reduction.RATIO,
    parts=(OfResidual(square), OfTarget(lambda y: 1.0 * y)),
    combine=_nrmse,
    elementwise=True,
    kin=lambda params: "mse",
    choose="You compare rmse between series of different volume.",
    avoid="The mean of the target is near 0 or arbitrary, as with temperatures.",
    trap="Four denominators go by this name: the mean (torchmetrics' default, and here its absolute value), "
    "the range (yardstick), the standard deviation and the root of the mean square.",
    reference="torchmetrics 1.9.0, NormalizedRootMeanSquaredError with normalization='mean'",
    aliases=(
        Alias("torchmetrics", "NormalizedRootMeanSquaredError", "nrmse", note="signed like the mean there"),
    ),
    inventory=("nrmse",),
)


RELATIVE_SQUARED_ERROR = Loss(
    name="relative_squared_error",
    title="Squared error over the variance of the target",
    task=Task.REGRESSION,
    formula="mean((p - y)**2)/mean((y - mean(y))**2)",
    argument=Argument.PREDICTION,
    value=OfResidual(square),
    unit=Unit.ONE,
    elicits="mean",
    reduction=Reduction.RELATIVE,
    kin=lambda params: "mse",
    choose="You want 1 - R²: 1 is as good as the mean of the target, 0 is perfect.",
    avoid="The target hardly varies: the figure is then all denominator.",
    trap="The mean is that of the evaluated rows, which no model could know. torchmetrics has the root as "
    "well, with squared=False.",
    reference="Sewall Wright 1921, J. Agric. Res. 20: 557-585 (coefficient of determination)",
    aliases=(Alias("torchmetrics", "RelativeSquaredError", "relative_squared_error"),),
    inventory=("relative_squared_error",),
)


def _squared_log_error(y: Floats, p: Floats) -> Floats:
    return squared_log1p_ratio(p, y)


MSLE = Loss(
    name="msle",
    title="Squared logarithmic error",
    task=Task.REGRESSION,
    formula="(log1p(p) - log1p(y))**2",
    argument=Argument.PREDICTION,
    value=_squared_log_error,
    slope=lambda y, p: 2.0 * log1p_ratio(p, y) / (1.0 + p),
    slope_formula="2*(log1p(p) - log1p(y))/(1 + p)",
    target=ABOVE_MINUS_ONE,
    prediction=ABOVE_MINUS_ONE,
    unit=Unit.LOG2,
    elicits="exp(mean(log(1 + y))) - 1",
    asks="~log mean",
    traits=Trait.DIFFERENTIABLE | Trait.PROPER,
    choose="Targets span orders of magnitude and ratios matter more than differences.",
    avoid="You need the mean: it under-predicts skewed targets.",
    trap="Defined above -1, as in sklearn; Keras raises targets and predictions to 1e-7 without saying so.",
    reference="Tofallis 2015, doi:10.1057/jors.2014.103",
    aliases=(
        Alias("sklearn", "mean_squared_log_error", "msle"),
        Alias("Keras", "MeanSquaredLogarithmicError", "msle"),
        Alias("CatBoost", "MSLE", "msle"),
        Alias("XGBoost", "reg:squaredlogerror", "msle", factor=0.5, note="½ in the objective"),
    ),
    inventory=("msle",),
)

RMSLE = Loss(
    name="rmsle",
    title="Root mean squared logarithmic error",
    task=Task.REGRESSION,
    formula="(log1p(p) - log1p(y))**2",
    argument=Argument.PREDICTION,
    value=_squared_log_error,
    target=ABOVE_MINUS_ONE,
    prediction=ABOVE_MINUS_ONE,
    unit=Unit.LOG,
    reduction=Reduction.ROOT,
    elicits="exp(mean(log(1 + y))) - 1",
    asks="~log mean",
    kin=lambda params: "msle",
    choose="You want msle on the scale of a ratio: 0.1 is about 10 % off.",
    avoid="You need a value per row, or an average over folds.",
    trap="The ratio is that of 1 + p to 1 + y: below 1 it is nearly a difference.",
    reference="Tofallis 2015, doi:10.1057/jors.2014.103",
    aliases=(Alias("sklearn", "root_mean_squared_log_error", "rmsle"),),
    inventory=("rmsle",),
)

MASE = Loss(
    name="mase",
    title="Absolute scaled error",
    task=Task.REGRESSION,
    formula="abs(r)/naive",
    argument=Argument.RESIDUAL,
    value=lambda r, *, naive: np.abs(r) / naive,
    slope=lambda r, *, naive: np.sign(r) / naive,
    slope_formula="sign(r)/naive",
    unit=Unit.ONE,
    elicits="median",
    traits=Trait.CONVEX | Trait.LIPSCHITZ | Trait.SYMMETRIC | Trait.PROPER,
    kinks=lambda params: (0.0,),
    params=(
        Param(
            "naive", FromData.NAIVE, POSITIVE, "mean absolute error of the last target as the next forecast"
        ),
    ),
    kin=lambda params: "mae",
    choose="Rows are a series in time: below 1 is better than repeating the last target.",
    avoid="Rows have no order, or the naive forecast of this series is seasonal: then mae says as much.",
    trap="By default, naive is that of the rows compared, in the order of --time, as in yardstick. The "
    "textbook scales by the training series: write it, naive=1.7, in units of y.",
    reference="Hyndman & Koehler 2006, doi:10.1016/j.ijforecast.2006.03.001",
    aliases=(Alias("yardstick", "mase", "mase", note="of the rows in the order given"),),
    inventory=("mase",),
)

LOSSES: tuple[Loss, ...] = (
    MAPE,
    SMAPE,
    WMAPE,
    MASE,
    RMSPE,
    NRMSE,
    RELATIVE_SQUARED_ERROR,
    MSLE,
    RMSLE,
)
