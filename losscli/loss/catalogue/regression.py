"""Symmetric regression losses not chosen for robustness: squares, absolute values, tolerances."""

import numpy as np

from losscli.domain import (
    NONNEGATIVE,
    Floats,
    Interval,
    Task,
    Unit,
)
from losscli.loss import NO_TRAITS, Alias, Argument, Loss, Param, Params, Reduction, Scaled, Trait
from losscli.spec import number_text

_GNEITING = "Gneiting 2011, doi:10.1198/jasa.2011.r10138"
_OF_THE_MEAN = Trait.STRONGLY_CONVEX | Trait.SMOOTH | Trait.SYMMETRIC | Trait.PROPER
_OF_THE_MEDIAN = Trait.CONVEX | Trait.LIPSCHITZ | Trait.SYMMETRIC | Trait.PROPER


def square(r: Floats) -> Floats:
    """r²."""
    return np.asarray(r * r)


def absolute(r: Floats) -> Floats:
    """|r|."""
    return np.asarray(np.abs(r))


def _sign(r: Floats) -> Floats:
    return np.asarray(np.sign(r))


def _at_zero(params: Params) -> tuple[float, ...]:
    return (0.0,)


MSE = Loss(
    name="mse",
    title="Squared error",
    task=Task.REGRESSION,
    formula="r**2",
    argument=Argument.RESIDUAL,
    value=square,
    slope=lambda r: 2.0 * r,
    slope_formula="2*r",
    unit=Unit.Y2,
    elicits="mean",
    traits=_OF_THE_MEAN,
    choose="You want the conditional mean and a miss twice as large is four times as bad.",
    avoid="A few targets may be wrong: one outlier can outweigh all other rows.",
    trap="No factor ½ here, as in sklearn.metrics, torch and Keras; optax.l2_loss and sklearn's "
    "SGDRegressor have the ½. Weighted, this and scikit-learn divide by the sum of the weights, torch's "
    "mse_loss and l1_loss too, its huber_loss and Keras by the number of rows; scikit-learn takes negative "
    "weights. torch broadcasts (n,) against (n, 1) to n × n. Keras and XGBoost give float32.",
    reference=f"Gauss 1809; strictly consistent for the mean: {_GNEITING}",
    aliases=(
        Alias("sklearn", "mean_squared_error", "mse"),
        Alias("sklearn", "squared_error", "mse", note="but ½ in SGDRegressor"),
        Alias("torch", "MSELoss", "mse"),
        Alias("Keras", "MeanSquaredError", "mse"),
        Alias("LightGBM", "l2", "mse"),
        Alias("XGBoost", "reg:squarederror", "mse"),
    ),
    inventory=("squared_error",),
)

HALF_SQUARED_ERROR = Loss(
    name="half_squared_error",
    title="Half squared error",
    task=Task.REGRESSION,
    formula="r**2/2",
    argument=Argument.RESIDUAL,
    value=lambda r: 0.5 * r * r,
    slope=lambda r: 1.0 * r,
    slope_formula="r",
    unit=Unit.Y2,
    elicits="mean",
    traits=_OF_THE_MEAN,
    kin=lambda params: "mse",
    choose="You compare with the training log of a library that minimises r²/2, or with huber near 0.",
    avoid="You report a figure to people who expect mse: this is exactly half of it.",
    trap="Never call both mse: sklearn's HalfSquaredError and optax.l2_loss are this one.",
    reference="Gauss 1809",
    aliases=(
        Alias("sklearn", "HalfSquaredError", "half_squared_error"),
        Alias("optax", "l2_loss", "half_squared_error"),
    ),
    inventory=("half_squared_error",),
)

RMSE = Loss(
    name="rmse",
    title="Root mean squared error",
    task=Task.REGRESSION,
    formula="r**2",
    argument=Argument.RESIDUAL,
    value=square,
    reduction=Reduction.ROOT,
    elicits="mean",
    kin=lambda params: "mse",
    choose="You want mse in the unit of the target.",
    avoid="You need a value per row, or an average over folds: the root of a mean is not a mean of roots.",
    trap="CatBoost trains mse under the name RMSE; for several targets sklearn averages the roots.",
    reference="As mse",
    aliases=(
        Alias("sklearn", "root_mean_squared_error", "rmse"),
        Alias("Keras", "RootMeanSquaredError", "rmse"),
        Alias("CatBoost", "RMSE", "rmse"),
    ),
    inventory=("rmse",),
)

MAE = Loss(
    name="mae",
    title="Absolute error",
    task=Task.REGRESSION,
    formula="abs(r)",
    argument=Argument.RESIDUAL,
    value=absolute,
    slope=_sign,
    slope_formula="sign(r)",
    elicits="median",
    traits=_OF_THE_MEDIAN,
    kinks=_at_zero,
    choose="You want the conditional median, and a large miss should count in proportion, not squared.",
    avoid="You need totals to add up: on skewed targets the median lies below the mean.",
    trap="The slope at r = 0 is 0 here and in torch. CatBoost's MAE is off by 1e-6. d2_absolute_error_score "
    "is its skill: it measures from the median of the rows that are judged.",
    reference=f"Laplace 1774; consistent for the median: {_GNEITING}",
    aliases=(
        Alias("sklearn", "mean_absolute_error", "mae"),
        Alias("sklearn", "absolute_error", "mae"),
        Alias("torch", "L1Loss", "mae"),
        Alias("Keras", "MeanAbsoluteError", "mae"),
        Alias("LightGBM", "l1", "mae"),
        Alias("XGBoost", "reg:absoluteerror", "mae"),
        Alias("CatBoost", "MAE", "mae"),
    ),
    inventory=("absolute_error",),
)

MEDAE = Loss(
    name="medae",
    title="Median absolute error",
    task=Task.REGRESSION,
    formula="abs(r)",
    argument=Argument.RESIDUAL,
    value=absolute,
    reduction=Reduction.MEDIAN,
    elicits="the middle of the shortest interval that holds half the rows",
    asks="shortest half",
    choose="You want the size of a typical miss, untouched by up to half the rows.",
    avoid="The worst half of the rows matters to anyone: it is not looked at.",
    trap="No mean of row values: folds cannot be averaged into it.",
    reference="Rousseeuw 1984, doi:10.1080/01621459.1984.10477105",
    aliases=(
        Alias("sklearn", "median_absolute_error", "medae"),
        Alias("CatBoost", "MedianAbsoluteError", "medae"),
    ),
    inventory=("median_absolute_error",),
)

MAX_ERROR = Loss(
    name="max_error",
    title="Largest absolute error",
    task=Task.REGRESSION,
    formula="abs(r)",
    argument=Argument.RESIDUAL,
    value=absolute,
    reduction=Reduction.MAX,
    elicits="the middle between the smallest and the largest target",
    asks="midrange",
    choose="Every single row must stay within a tolerance.",
    avoid="The data are noisy: one row decides, and more rows make it worse.",
    trap="Weights do not enter it, except that a row of weight 0 is absent.",
    reference="Chebyshev 1854",
    aliases=(Alias("sklearn", "max_error", "max_error"),),
    inventory=("max_error",),
)


def _lq_value(r: Floats, *, q: float) -> Floats:
    size = np.abs(r)
    return np.asarray(size * np.sqrt(size) if q == 1.5 else size**q)


def _lq_traits(params: Params) -> Trait:
    match params["q"]:
        case 1.0:
            return _OF_THE_MEDIAN
        case 2.0:
            return _OF_THE_MEAN
        case _:
            return Trait.STRICTLY_CONVEX | Trait.DIFFERENTIABLE | Trait.SYMMETRIC | Trait.PROPER


LQ = Loss(
    name="lq",
    title="Power of the absolute error",
    task=Task.REGRESSION,
    formula="abs(r)**q",
    argument=Argument.RESIDUAL,
    value=_lq_value,
    slope=lambda r, *, q: q * np.sign(r) * np.abs(r) ** (q - 1.0),
    slope_formula="q*sign(r)*abs(r)**(q - 1)",
    unit=Unit.YQ,
    elicits="the L{q} centre (L1 the median, L2 the mean)",
    asks="power centre",
    traits=_lq_traits,
    kinks=lambda params: (0.0,) if params["q"] == 1.0 else (),
    params=(
        Param(
            "q", 1.5, Interval(1, low_closed=True), "exponent: 1 is mae, 2 is mse, larger looks at the worst"
        ),
    ),
    kin=lambda params: {1.0: "mae", 2.0: "mse"}.get(params["q"], f"lq:q={number_text(params['q'])}"),
    choose="You want something between mae and mse without choosing a threshold.",
    avoid="Outliers must not pull without bound: for every q > 1 they do.",
    trap="No outer root: torchmetrics' minkowski_distance is (Σ|r|^q)^(1/q), a sum.",
    reference="Nyquist 1983, Communications in Statistics, Theory and Methods 12: 2511-2524",
    aliases=(Alias("CatBoost", "Lq", "lq:q=1.5", note="q has no default there"),),
    inventory=("lq",),
)


def _excess(r: Floats, *, epsilon: float) -> Floats:
    size = np.abs(r)
    size -= epsilon
    return np.asarray(np.maximum(size, 0.0, out=size))


EPSILON_INSENSITIVE = Loss(
    name="epsilon_insensitive",
    title="Absolute error beyond a tolerance",
    task=Task.REGRESSION,
    formula="maximum(0, abs(r) - epsilon)",
    argument=Argument.RESIDUAL,
    value=_excess,
    slope=lambda r, *, epsilon: np.sign(r) * (np.abs(r) > epsilon),
    slope_formula="where(abs(r) > epsilon, sign(r), 0)",
    elicits="the middle of a band ±{epsilon} with as many rows above it as below",
    asks="band middle",
    traits=lambda params: (
        Trait.CONVEX | Trait.LIPSCHITZ | Trait.SYMMETRIC | (NO_TRAITS if params["epsilon"] else Trait.PROPER)
    ),
    kinks=lambda params: (-params["epsilon"], params["epsilon"]) if params["epsilon"] else (0.0,),
    params=(Param("epsilon", Scaled(0.612), NONNEGATIVE, "largest miss that costs nothing, in units of y"),),
    kin=lambda params: (
        f"epsilon_insensitive:epsilon={number_text(params['epsilon'])}" if params["epsilon"] else "mae"
    ),
    choose="Misses below a known tolerance do not matter, e.g. the resolution of the instrument.",
    avoid="You know no tolerance: the best one for Gaussian noise still costs 19 % of the data.",
    trap="epsilon is in units of y and means nothing without them: sklearn's 0.1 is made for scaled targets.",
    reference="Vapnik 1995, doi:10.1007/978-1-4757-2440-0",
    aliases=(
        Alias("sklearn", "SVR", "epsilon_insensitive:epsilon=0.1"),
        Alias("sklearn", "LinearSVR", "epsilon_insensitive:epsilon=0"),
    ),
    inventory=("epsilon_insensitive",),
)


def _beyond(r: Floats, epsilon: float) -> Floats:
    within = np.clip(r, -epsilon, epsilon)
    return np.asarray(np.subtract(r, within, out=within))


SQUARED_EPSILON_INSENSITIVE = Loss(
    name="squared_epsilon_insensitive",
    title="Squared error beyond a tolerance",
    task=Task.REGRESSION,
    formula="maximum(0, abs(r) - epsilon)**2",
    argument=Argument.RESIDUAL,
    value=lambda r, *, epsilon: _beyond(r, epsilon) ** 2,
    slope=lambda r, *, epsilon: 2.0 * _beyond(r, epsilon),
    slope_formula="2*sign(r)*maximum(0, abs(r) - epsilon)",
    unit=Unit.Y2,
    elicits="a centre near the mean",
    asks="~mean",
    traits=lambda params: (
        Trait.CONVEX | Trait.SMOOTH | Trait.SYMMETRIC if params["epsilon"] else _OF_THE_MEAN
    ),
    params=(Param("epsilon", Scaled(0.3675), NONNEGATIVE, "largest miss that costs nothing, in units of y"),),
    kin=lambda params: (
        f"squared_epsilon_insensitive:epsilon={number_text(params['epsilon'])}"
        if params["epsilon"]
        else "mse"
    ),
    choose="A tolerance is known and beyond it large misses matter most.",
    avoid="Outliers may occur: they pull as hard as in mse.",
    trap="No factor ½.",
    reference="Vapnik 1995, doi:10.1007/978-1-4757-2440-0",
    aliases=(Alias("sklearn", "squared_epsilon_insensitive", "squared_epsilon_insensitive:epsilon=0.1"),),
    inventory=("squared_epsilon_insensitive",),
)

NUM_ERRORS = Loss(
    name="num_errors",
    title="Share of misses beyond a threshold",
    task=Task.REGRESSION,
    formula="where(abs(r) > threshold, 1, 0)",
    argument=Argument.RESIDUAL,
    value=lambda r, *, threshold: (np.abs(r) > threshold).astype(np.float64),
    unit=Unit.ONE,
    elicits="the middle of a band ±{threshold} that holds the most rows",
    asks="band middle",
    traits=Trait.BOUNDED | Trait.SYMMETRIC,
    params=(Param("threshold", Scaled(1.0), NONNEGATIVE, "largest miss that is still right, in units of y"),),
    choose="A prediction is either within the tolerance or useless.",
    avoid="Near misses should count for something, or a model is to be trained on it: it has no slope.",
    trap="Strictly greater: a miss of exactly the threshold is right.",
    reference="CatBoost, metric NumErrors",
    aliases=(
        Alias("CatBoost", "NumErrors", "num_errors:threshold=1", note="greater_than has no default there"),
    ),
    inventory=("num_errors",),
)

LOSSES: tuple[Loss, ...] = (
    MSE,
    HALF_SQUARED_ERROR,
    RMSE,
    MAE,
    MEDAE,
    MAX_ERROR,
    LQ,
    EPSILON_INSENSITIVE,
    SQUARED_EPSILON_INSENSITIVE,
    NUM_ERRORS,
)
