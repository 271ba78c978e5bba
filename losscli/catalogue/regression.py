"""Regression losses that are not chosen for robustness: squared, relative, logarithmic, asymmetric."""

import numpy as np

from losscli.domain import ABOVE_MINUS_ONE, Floats, Task, Unit
from losscli.loss import Alias, Argument, Loss, Reduction, Trait


def _square(r: Floats) -> Floats:
    return np.asarray(r * r)


def _log_ratio(y: Floats, p: Floats) -> Floats:
    return np.asarray(np.log1p(p) - np.log1p(y))


MSE = Loss(
    name="mse",
    title="Squared error",
    task=Task.REGRESSION,
    formula="r**2",
    argument=Argument.RESIDUAL,
    value=_square,
    slope=lambda r: 2.0 * r,
    slope_formula="2*r",
    unit=Unit.Y2,
    elicits="mean",
    traits=Trait.STRONGLY_CONVEX | Trait.SMOOTH | Trait.SYMMETRIC | Trait.PROPER,
    choose="You want the conditional mean and a miss twice as large is four times as bad.",
    avoid="A few targets may be wrong: one outlier can outweigh all other rows.",
    trap="No factor ½ here, as in sklearn.metrics, torch and Keras; optax.l2_loss and sklearn's "
    "SGDRegressor have the ½.",
    reference="Gauss 1809; strictly consistent for the mean: Gneiting 2011, doi:10.1198/jasa.2011.r10138",
    aliases=(
        Alias("sklearn", "mean_squared_error", "mse"),
        Alias("torch", "MSELoss", "mse"),
        Alias("LightGBM", "l2", "mse"),
        Alias("XGBoost", "reg:squarederror", "mse"),
        Alias("optax", "l2_loss", "half_squared_error"),
    ),
    inventory=("squared_error",),
)

RMSE = Loss(
    name="rmse",
    title="Root mean squared error",
    task=Task.REGRESSION,
    formula="r**2",
    argument=Argument.RESIDUAL,
    value=_square,
    reduction=Reduction.ROOT,
    elicits="mean",
    kin=lambda params: "mse",
    choose="You want mse in the unit of the target.",
    avoid="You need a value per row, or an average over folds: the root of a mean is not a mean of roots.",
    reference="As mse",
    aliases=(Alias("sklearn", "root_mean_squared_error", "rmse"), Alias("CatBoost", "RMSE", "rmse")),
    inventory=("rmse",),
)

MSLE = Loss(
    name="msle",
    title="Squared logarithmic error",
    task=Task.REGRESSION,
    formula="(log1p(p) - log1p(y))**2",
    argument=Argument.PREDICTION,
    value=lambda y, p: _log_ratio(y, p) ** 2,
    slope=lambda y, p: 2.0 * _log_ratio(y, p) / (1.0 + p),
    slope_formula="2*(log1p(p) - log1p(y))/(1 + p)",
    target=ABOVE_MINUS_ONE,
    prediction=ABOVE_MINUS_ONE,
    unit=Unit.LOG2,
    elicits="exp(mean of log(1+y)) - 1",
    traits=Trait.DIFFERENTIABLE | Trait.PROPER,
    choose="Targets span orders of magnitude and ratios matter more than differences.",
    avoid="You need the mean: it under-predicts skewed targets.",
    reference="Tofallis 2015, doi:10.1057/jors.2014.103",
    aliases=(Alias("sklearn", "mean_squared_log_error", "msle"),),
    inventory=("msle",),
)

LOSSES: tuple[Loss, ...] = (MSE, RMSE, MSLE)
