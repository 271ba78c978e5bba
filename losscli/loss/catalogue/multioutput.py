"""Losses of several outputs: a row has L targets and as many predictions.

Y, P: (n, L), each output in units of its own. Slopes are (n, L), d/dP.
"""

import numpy as np

from losscli.domain import NONNEGATIVE, POSITIVE, Floats, Task, Unit
from losscli.loss import Alias, Argument, Each, Loss, Reduction, Trait
from losscli.loss.catalogue import regression
from losscli.loss.catalogue.stable import divergence

_UNITS = "Outputs of different units must be scaled first: the one with the largest spread decides alone."


def _mse_value(y: Floats, p: Floats) -> Floats:
    return np.asarray(np.square(p - y).mean(axis=1))


def _mae_value(y: Floats, p: Floats) -> Floats:
    return np.asarray(np.abs(p - y).mean(axis=1))


def _squares(y: Floats, p: Floats) -> Floats:
    return np.asarray(np.square(p - y).sum(axis=1))


def _directions(x: Floats) -> tuple[Floats, Floats]:
    """(unit vectors (n, L), lengths (n, 1)); the zero vector stays as it is."""
    top = np.abs(x).max(axis=1, keepdims=True)
    scaled = np.divide(x, top, out=np.zeros_like(x), where=top > 0)  # no square overflows
    length = np.sqrt(np.square(scaled).sum(axis=1, keepdims=True))
    unit = np.divide(scaled, length, out=np.zeros_like(x), where=length > 0)
    return unit, length * top


def _cosine_value(y: Floats, p: Floats) -> Floats:
    """1 - cos as half the squared distance of the unit vectors, which loses no digit where they agree."""
    (u, size), (v, length) = _directions(y), _directions(p)
    near = 0.5 * np.square(u - v).sum(axis=1)
    return np.where(((size > 0) & (length > 0))[:, 0], near, 1.0)


def _cosine_slope(y: Floats, p: Floats) -> Floats:
    (u, _), (v, length) = _directions(y), _directions(p)
    cosine = (u * v).sum(axis=1, keepdims=True)
    return np.asarray(np.divide(cosine * v - u, length, out=np.zeros_like(p), where=length > 0))


def _generalized_kl_value(y: Floats, p: Floats) -> Floats:
    return np.asarray(divergence(p, y).sum(axis=1))


MSE = Loss(
    name="mse",
    title="Squared error, mean over outputs",
    task=Task.MULTIOUTPUT,
    formula="mean(r**2)",
    argument=Argument.TARGETS,
    value=_mse_value,
    slope=lambda y, p: 2.0 * (p - y) / y.shape[1],
    slope_formula="2*r/L",
    unit=Unit.Y2,
    elicits="mean of every output",
    asks="means",
    traits=Trait.STRONGLY_CONVEX | Trait.SMOOTH | Trait.SYMMETRIC | Trait.PROPER,
    choose="You want the mean of every output, and all outputs are in one unit.",
    avoid="Outputs have different units or spreads, or a few targets may be wrong.",
    trap=f"The mean over outputs, as in scikit-learn, torch and Keras; multi_rmse has the sum. {_UNITS}",
    reference="Gneiting 2011, doi:10.1198/jasa.2011.r10138",
    aliases=(
        Alias("sklearn", "mean_squared_error", "mse"),
        Alias("torch", "MSELoss", "mse"),
        Alias("Keras", "MeanSquaredError", "mse"),
    ),
    each=Each(regression.MSE),
    inventory=("squared_error",),
)

MAE = Loss(
    name="mae",
    title="Absolute error, mean over outputs",
    task=Task.MULTIOUTPUT,
    formula="mean(abs(r))",
    argument=Argument.TARGETS,
    value=_mae_value,
    slope=lambda y, p: np.sign(p - y) / y.shape[1],
    slope_formula="sign(r)/L",
    elicits="median of every output",
    asks="medians",
    traits=Trait.CONVEX | Trait.LIPSCHITZ | Trait.SYMMETRIC | Trait.PROPER,
    choose="A large miss of one output should count in proportion, not squared.",
    avoid="Outputs have different units or spreads, or totals must add up.",
    trap=f"The mean over outputs, not their sum. {_UNITS}",
    reference="Gneiting 2011, doi:10.1198/jasa.2011.r10138",
    aliases=(
        Alias("sklearn", "mean_absolute_error", "mae"),
        Alias("torch", "L1Loss", "mae"),
        Alias("Keras", "MeanAbsoluteError", "mae"),
    ),
    each=Each(regression.MAE),
    inventory=("absolute_error",),
)

MULTI_RMSE = Loss(
    name="multi_rmse",
    title="Root of the mean squared distance",
    task=Task.MULTIOUTPUT,
    formula="sum(r**2)",
    argument=Argument.TARGETS,
    value=_squares,
    reduction=Reduction.ROOT,
    elicits="mean of every output",
    asks="means",
    kin=lambda params: "mse",
    choose="Targets are points, and you want their distance in the unit of the outputs.",
    avoid="You compare with another number of outputs: it is a sum over them.",
    trap="The sum over outputs under the root, as in CatBoost: √L times the root of mse. "
    f"scikit-learn's root_mean_squared_error takes a root per output and averages those. {_UNITS}",
    reference="CatBoost documentation, MultiRMSE",
    aliases=(Alias("CatBoost", "MultiRMSE", "multi_rmse"),),
    inventory=("multi_rmse", "rmse"),
)

COSINE_DISTANCE = Loss(
    name="cosine_distance",
    title="Cosine distance",
    task=Task.MULTIOUTPUT,
    formula="1 - sum(y*p)/(sqrt(sum(y**2))*sqrt(sum(p**2)))",
    argument=Argument.TARGETS,
    value=_cosine_value,
    slope=_cosine_slope,
    slope_formula="(sum(y*p)*p/sum(p**2) - y)/(sqrt(sum(y**2))*sqrt(sum(p**2)))",
    unit=Unit.ONE,
    elicits="the direction of the mean of the targets' directions",
    asks="direction",
    traits=Trait.BOUNDED | Trait.REDESCENDING | Trait.PROPER,
    choose="Only the direction of a vector matters, as with embeddings.",
    avoid="The length matters: a prediction twice as long costs nothing.",
    trap="1 - cos, from 0 to 2; Keras' CosineSimilarity returns -cos, torchmetrics the sum of cos. A vector "
    "of zeros has no direction and costs 1.",
    reference="Salton and McGill 1983, Introduction to modern information retrieval",
    aliases=(
        Alias("torch", "CosineEmbeddingLoss", "cosine_distance", note="for the target +1"),
        Alias("optax", "cosine_distance", "cosine_distance"),
        Alias("scipy", "cosine", "cosine_distance"),
        Alias("Keras", "CosineSimilarity", "cosine_distance", factor=None, note="-cos: ours less 1"),
    ),
    inventory=("cosine_distance",),
)

GENERALIZED_KL = Loss(
    name="generalized_kl",
    title="Generalised Kullback-Leibler divergence",
    task=Task.MULTIOUTPUT,
    formula="sum(where(y > 0, y*log(y/p), 0) - y + p)",
    argument=Argument.TARGETS,
    value=_generalized_kl_value,
    slope=lambda y, p: 1.0 - y / p,
    slope_formula="1 - y/p",
    target=NONNEGATIVE,
    prediction=POSITIVE,
    elicits="mean of every output",
    asks="means",
    traits=Trait.CONVEX | Trait.DIFFERENTIABLE | Trait.PROPER,
    choose="Outputs are amounts or counts that are not negative, as in spectra or topic models.",
    avoid="Targets may be negative, or predictions 0 where a target is not.",
    trap="The sum over outputs, half the sum of their Poisson deviances. scipy's kl_div is this one, "
    "rel_entr the plain divergence.",
    reference="Lee and Seung 1999, doi:10.1038/44565",
    aliases=(
        Alias("scipy", "kl_div", "generalized_kl"),
        Alias("optax", "generalized_kl_divergence", "generalized_kl"),
    ),
    inventory=("generalized_kl",),
)

LOSSES: tuple[Loss, ...] = (MSE, MAE, MULTI_RMSE, COSINE_DISTANCE, GENERALIZED_KL)
