"""Figures that other libraries give under a name of ours, and how they follow from ours: the table of traps.

Sections are those of the notes on conventions; fixtures A (values), B (counts), C (two classes), D (three).
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from scipy.special import expit, gammaln, softmax

from losscli.domain import Floats, Task

Y, P = np.array([3, -0.5, 2, 7]), np.array([2.5, 0, 2, 10])
R, W = P - Y, np.array([1.0, 2.0, 3.0, 4.0])
COUNTS, RATES = np.array([0.0, 1.0, 2.0, 4.0]), np.array([0.5, 1.0, 3.0, 2.0])
Y01, PROB = np.array([0, 1, 1, 0]), np.array([0.1, 0.9, 0.3, 0.6])
LOGIT = np.log(PROB / (1 - PROB))
SIDE = 2.0 * Y01 - 1.0
MARGIN = SIDE * LOGIT
LOG_P = np.log(np.where(Y01 == 1, PROB, 1 - PROB))
CODES = np.array([0, 1, 2])
Z = np.array([[2.0, 1.0, 0.1], [0.5, 2.5, 0.3], [0.2, 0.4, 0.1]])
LOG_P_K = Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))
SHARES = np.array([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5]])
PREDICTED = np.array([[0.4, 0.4, 0.2], [0.3, 0.3, 0.4]])

Relation = Callable[[float], float]
_BINARY, _SEVERAL, _NUMBERS, _COUNTS = Task.BINARY, Task.MULTICLASS, Task.REGRESSION, Task.COUNTS


class Trap(NamedTuple):
    """relation: ours to theirs, a factor or a function; alias: the name whose factor and spec say so too."""

    section: str
    task: Task
    spec: str
    arguments: tuple[Any, ...]
    theirs: float
    relation: float | Relation
    source: str
    said: str
    rtol: float = 2e-7
    weights: Floats | None = None
    alias: tuple[str, str] | None = None
    where: str = ""  # the record that warns, if another


def _is(value: Any) -> Relation:
    """What they compute instead, whatever ours is."""
    return lambda ours: float(np.mean(value))


def _plus(more: Any) -> Relation:
    return lambda ours: ours + float(np.mean(more))


_STIRLING = np.array(
    [y * math.log(y) - y + 0.5 * math.log(2 * math.pi * y) if y > 1 else 0.0 for y in COUNTS]
)
_CERTAIN = (np.array([-np.inf]),)


def _clipped(eps: float) -> Relation:
    return lambda ours: -math.log(eps)


TRAPS: tuple[Trap, ...] = (
    # 3.1 Percentages
    Trap(
        "3.1",
        _NUMBERS,
        "mape",
        (Y, P),
        0.3988095,
        1.0,
        "scikit-learn 1.9.1 mean_absolute_percentage_error, torchmetrics 1.9.0, XGBoost 3.2.0 mape",
        "A fraction, not per cent",
        alias=("sklearn", "mean_absolute_percentage_error"),
    ),
    Trap(
        "3.1",
        _NUMBERS,
        "mape",
        (Y, P),
        39.88095,
        100.0,
        "Keras 3.15.1 MeanAbsolutePercentageError()",
        "Keras MeanAbsolutePercentageError = 100 × mape",
        alias=("Keras", "MeanAbsolutePercentageError"),
    ),
    Trap(
        "3.1",
        _NUMBERS,
        "mape",
        (Y, P),
        0.2738095,
        _is(np.abs(R) / np.maximum(1.0, np.abs(Y))),
        "LightGBM 4.7.0 mape; CatBoost 1.2.10 MAPE",
        "LightGBM and CatBoost divide by max(1, |y|)",
    ),
    Trap(
        "3.1",
        _NUMBERS,
        "rmspe",
        (Y, P),
        0.33965,
        lambda ours: math.sqrt(float(np.mean((R / np.maximum(1.0, np.abs(Y))) ** 2))),
        "CatBoost 1.2.10 RMSPE",
        "CatBoost divides by max(1, |y|)",
        2e-5,
    ),
    Trap(
        "3.1",
        _NUMBERS,
        "smape",
        (Y, P),
        0.6336898,
        1.0,
        "torchmetrics 1.9.0 symmetric_mean_absolute_percentage_error",
        "From 0 to 2",
    ),
    Trap(
        "3.1",
        _NUMBERS,
        "smape",
        (Y, P),
        63.36898,
        100.0,
        "CatBoost 1.2.10 SMAPE",
        "CatBoost SMAPE = 100 × smape",
        alias=("CatBoost", "SMAPE"),
    ),
    # 3.2 The Huber family
    *(
        Trap(
            "3.2",
            _NUMBERS,
            f"huber:delta={delta}",
            (R,),
            theirs,
            1.0 / delta,
            f"torch 2.13.0 F.smooth_l1_loss(beta={delta})",
            "huber with delta=beta, divided by beta",
            where="smooth_l1",
        )
        for delta, theirs in ((0.5, 0.8125), (1, 0.6875), (2, 0.53125))
    ),
    Trap(
        "3.2",
        _NUMBERS,
        "huber:delta=0.9",
        (R,),
        0.63625,
        1.0,
        "LightGBM 4.7.0 huber at its default alpha",
        "LightGBM huber = huber:delta=0.9",
        alias=("LightGBM", "huber"),
    ),
    Trap(
        "3.2",
        _NUMBERS,
        "huber:delta=1",
        (R,),
        2.59375,
        2.5,
        "torch 2.13.0 F.huber_loss(weight=[1, 2, 3, 4]): Σw/n = 2.5",
        "torch's weights divide by the number of rows",
        weights=W,
    ),
    Trap(
        "3.2",
        _NUMBERS,
        "mse",
        (R,),
        3.675,
        1.0,
        "torch 2.13.0 F.mse_loss(weight=[1, 2, 3, 4]); scikit-learn 1.9.1 sample_weight",
        "this and scikit-learn divide by the sum of the weights",
        weights=W,
    ),
    Trap(
        "3.2",
        _NUMBERS,
        "mse",
        (np.array([1.0, 3.0]),),
        14.0,
        2.0,
        "Keras 3.15.1 MeanSquaredError()(sample_weight=[1, 3]), sum_over_batch_size: Σw/n = 2",
        "Keras by the number of rows",
        weights=np.array([1.0, 3.0]),
    ),
    Trap(
        "3.2",
        _NUMBERS,
        "pseudo_huber:delta=1",
        (R,),
        0.5995864,
        1.0,
        "XGBoost 3.2.0 mphe, huber_slope=1",
        "XGBoost reg:pseudohubererror = pseudo_huber:delta=1",
        alias=("XGBoost", "reg:pseudohubererror"),
    ),
    Trap(
        "3.2",
        _NUMBERS,
        "pseudo_huber:delta=2",
        (R,),
        0.8643284,
        1.0,
        "XGBoost 3.2.0 mphe, huber_slope=2",
        "XGBoost reg:pseudohubererror = pseudo_huber:delta=1",
    ),
    # 3.3 Where the log loss is clipped
    *(
        Trap("3.3", _BINARY, "bce", _CERTAIN, theirs, _clipped(eps), source, said, 1e-4)
        for theirs, eps, source, said in (
            (36.0437, 2.0**-52, "scikit-learn 1.9.1 log_loss, float64", "scikit-learn says 36.04 (float64)"),
            (15.9424, 2.0**-23, "scikit-learn 1.9.1 log_loss, float32", "15.94 (float32"),
            (100.0, math.exp(-100.0), "torch 2.13.0 BCELoss", "torch 100"),
            (16.1181, 1e-7, "Keras 3.15.1 BinaryCrossentropy", "Keras 16.12"),
            (34.5388, 1e-15, "LightGBM 4.7.0 binary_logloss, kEpsilon in its source", "LightGBM 34.54"),
            (36.8414, 1e-16, "XGBoost 3.2.0 logloss, in its source", "XGBoost 36.84"),
            (36.0437, 2.0**-52, "yardstick mn_log_loss, in its source", "yardstick 36.04"),
        )
    ),
    Trap(
        "3.3",
        _BINARY,
        "weighted_bce:positive_weight=3",
        (Y01, LOGIT),
        1.2374128,
        1.0,
        "torch 2.13.0 BCEWithLogitsLoss(pos_weight=3)",
        "The mean divides by the number of rows, as torch's pos_weight",
    ),
    Trap(
        "3.3",
        _BINARY,
        "bce",
        (LOG_P,),
        0.6187064,
        1.0,
        "torch 2.13.0: the same rows, weights 3 for the positives, over Σw: 1.2374128·4/8",
        "No clipping",
        weights=np.where(Y01 == 1, 3.0, 1.0),
    ),
    Trap(
        "3.3",
        _SEVERAL,
        "cross_entropy",
        (LOG_P_K[CODES, CODES],),
        0.8820355,
        1.0,
        "torch 2.13.0 CrossEntropyLoss(weight=[1, 2, 5]); scikit-learn 1.9.1 sample_weight",
        "with class weights it divides by their sum",
        weights=np.array([1.0, 2.0, 5.0]),
    ),
    Trap(
        "3.3",
        _SEVERAL,
        "cross_entropy",
        (LOG_P_K[CODES, CODES],),
        0.87781,
        _is(-np.log(softmax(softmax(Z, axis=1), axis=1))[CODES, CODES]),
        "torch 2.13.0 CrossEntropyLoss() on the probabilities",
        "runs silently on probabilities",
        1e-5,
    ),
    # 3.4 Labels and inputs of the hinge
    Trap(
        "3.4",
        _BINARY,
        "hinge",
        (MARGIN,),
        0.8131907,
        1.0,
        "scikit-learn 1.9.1 hinge_loss; Keras 3.15.1 Hinge; optax 0.2.8 with ±1; CatBoost 1.2.10 HingeLoss",
        "Labels are ±1 inside the formula",
        alias=("sklearn", "hinge_loss"),
    ),
    Trap(
        "3.4",
        _BINARY,
        "hinge",
        (MARGIN,),
        0.9618245,
        _is(np.maximum(0, 1 - Y01 * LOGIT)),
        "optax 0.2.8 hinge_loss with labels 0 and 1",
        "optax.hinge_loss with 0/1 labels is silently wrong",
    ),
    Trap(
        "3.4",
        _BINARY,
        "hinge",
        (MARGIN,),
        0.875,
        _is(np.maximum(0, 1 - SIDE * expit(LOGIT))),
        "torchmetrics 1.9.0 hinge_loss(task='binary') of the logits",
        "through a sigmoid first",
    ),
    Trap(
        "3.4",
        _BINARY,
        "hinge",
        (MARGIN,),
        1.2854215,
        _is(np.where(Y01 == 1, LOGIT, np.maximum(0, 1 - LOGIT))),
        "torch 2.13.0 HingeEmbeddingLoss()",
        "torch HingeEmbeddingLoss is another function",
    ),
    Trap(
        "3.4",
        _BINARY,
        "squared_hinge",
        (MARGIN,),
        1.3469604,
        1.0,
        "Keras 3.15.1 SquaredHinge()",
        "Keras SquaredHinge",
        alias=("Keras", "SquaredHinge"),
    ),
    Trap(
        "3.4",
        _SEVERAL,
        "crammer_singer_hinge",
        (CODES, Z),
        0.4333333,
        1.0,
        "scikit-learn 1.9.1 hinge_loss; optax 0.2.8 multiclass_hinge_loss; CatBoost 1.2.10 HingeLoss",
        "sklearn hinge_loss",
        alias=("sklearn", "hinge_loss"),
    ),
    Trap(
        "3.4",
        _SEVERAL,
        "crammer_singer_hinge",
        (CODES, softmax(Z, axis=1)),
        0.6636057,
        1.0,
        "torchmetrics 1.9.0 hinge_loss(task='multiclass') of the scores: theirs is ours of their softmax",
        "torchmetrics takes a softmax of scores outside [0, 1] first",
    ),
    Trap(
        "3.4",
        _SEVERAL,
        "crammer_singer_hinge",
        (np.array([0]), np.array([[-1.0, -5.0, -5.0]])),
        2.0,
        _is(1 + 0 + 1),
        "Keras 3.15.1 CategoricalHinge(): 1 + max((1 - y)·z) - z_y, with 0 for the true class",
        "takes 0 among the other scores",
    ),
    Trap(
        "3.4",
        _SEVERAL,
        "multi_margin",
        (CODES, Z),
        0.2666667,
        1.0,
        "torch 2.13.0 MultiMarginLoss()",
        "Divided by the number of classes",
        alias=("torch", "MultiMarginLoss"),
    ),
    # 3.5 The order of the arguments of a divergence
    *(
        Trap(
            "3.5",
            Task.DISTRIBUTION,
            "kl_divergence",
            (SHARES, np.log(PREDICTED)),
            theirs,
            factor,
            source,
            said,
            rtol,
        )
        for theirs, factor, source, said, rtol in (
            (0.1268112, 1.0, "torch 2.13.0 F.kl_div(log q, p, reduction='batchmean')", "batchmean", 4e-7),
            (
                0.0422704,
                1 / 3,
                "torch 2.13.0 F.kl_div(log q, p, reduction='mean')",
                "divides by the number of classes too",
                1e-6,
            ),
            (
                0.1268104,
                1.0,
                "Keras 3.15.1 kl_divergence(p, q), clipped at 1e-7",
                "Keras clips both at 1e-7",
                1e-5,
            ),
            (0.1268112, 1.0, "optax 0.2.8 kl_divergence(log q, p)", "optax kl_divergence", 4e-7),
            (0.1268112, 1.0, "torchmetrics 1.9.0 kl_divergence(p, q)", "torchmetrics renormalises", 4e-7),
        )
    ),
    Trap(
        "3.5",
        Task.DISTRIBUTION,
        "kl_divergence",
        (np.array([[0.5, 0.5]]), np.log([[1e-7, 1.0]])),
        7.3659,
        1.0,
        "Keras 3.15.1 kl_divergence([.5, .5], [0, 1]): theirs is ours of 1e-7 for 0; torch has inf, as here",
        "No clipping here",
        1e-5,
    ),
    # 3.6 Focal
    Trap(
        "3.6",
        _BINARY,
        "focal:gamma=2",
        (Y01, LOGIT),
        0.2304796,
        1.0,
        "optax 0.2.8 sigmoid_focal_loss; Keras 3.15.1 BinaryFocalCrossentropy; torchvision 0.29.2, alpha=-1",
        "Keras lists 0.25 and leaves it off",
        alias=("Keras", "BinaryFocalCrossentropy"),
    ),
    Trap(
        "3.6",
        _BINARY,
        "focal:gamma=2,alpha=0.25",
        (Y01, LOGIT),
        0.0989847,
        1.0,
        "torchvision 0.29.2 sigmoid_focal_loss; Keras, apply_class_balancing; CatBoost 1.2.10; optax",
        "torchvision has alpha=0.25 switched on",
        4e-7,
        alias=("torchvision", "sigmoid_focal_loss"),
    ),
    Trap(
        "3.6",
        _SEVERAL,
        "focal:gamma=2",
        (LOG_P_K[CODES, CODES],),
        0.0569229,
        0.25,
        "Keras 3.15.1 CategoricalFocalCrossentropy()",
        "Keras multiplies the whole loss by 0.25",
        1e-6,
        alias=("Keras", "CategoricalFocalCrossentropy"),
    ),
    # 3.7 Brier
    Trap(
        "3.7",
        _BINARY,
        "brier",
        (LOG_P,),
        0.2175,
        1.0,
        "scikit-learn 1.9.1 brier_score_loss; CatBoost 1.2.10 BrierScore",
        "CatBoost BrierScore",
        alias=("CatBoost", "BrierScore"),
    ),
    Trap(
        "3.7",
        _BINARY,
        "brier",
        (LOG_P,),
        0.435,
        2.0,
        "scikit-learn 1.9.1 brier_score_loss(scale_by_half=False)",
        "scale_by_half=False, is twice this",
    ),
    Trap(
        "3.7",
        _SEVERAL,
        "brier",
        (CODES, LOG_P_K),
        0.3344502,
        1.0,
        "scikit-learn 1.9.1 brier_score_loss",
        "The sum over classes, without ½",
        alias=("sklearn", "brier_score_loss"),
    ),
    Trap(
        "3.7",
        _SEVERAL,
        "brier",
        (CODES, LOG_P_K),
        0.1672251,
        0.5,
        "scikit-learn 1.9.1, scale_by_half=True, as yardstick",
        "yardstick has the ½",
        4e-7,
    ),
    # 3.8 Deviance, likelihood, and half of either
    Trap(
        "3.8",
        _COUNTS,
        "poisson",
        (COUNTS, RATES),
        0.7308293,
        1.0,
        "scikit-learn 1.9.1 mean_poisson_deviance; torchmetrics 1.9.0 tweedie_deviance_score(power=1)",
        "sklearn mean_poisson_deviance",
        alias=("sklearn", "mean_poisson_deviance"),
    ),
    Trap(
        "3.8",
        _COUNTS,
        "poisson_nll",
        (COUNTS, RATES),
        0.3825467,
        1.0,
        "torch 2.13.0 PoissonNLLLoss(log_input=False); LightGBM 4.7.0 poisson; CatBoost 1.2.10 of log p",
        "takes log p unless log_input=False",
    ),
    Trap(
        "3.8",
        _COUNTS,
        "poisson_nll",
        (COUNTS, RATES),
        1.3348141,
        _plus(_STIRLING),
        "torch 2.13.0 PoissonNLLLoss(log_input=False, full=True): for y > 1 only",
        "adds Stirling's approximation",
    ),
    Trap(
        "3.8",
        _COUNTS,
        "poisson_nll",
        (COUNTS, RATES),
        1.3503469,
        _plus(gammaln(COUNTS + 1)),
        "XGBoost 3.2.0 poisson-nloglik; yardstick poisson_log_loss by its formula",
        "XGBoost and yardstick add the exact log y!",
    ),
    Trap(
        "3.8",
        _COUNTS,
        "tweedie:power=1.5",
        (COUNTS, RATES),
        1.0080717,
        1.0,
        "scikit-learn 1.9.1 mean_tweedie_deviance(power=1.5); torchmetrics 1.9.0",
        "sklearn's power is 0 by default",
    ),
    Trap(
        "3.8",
        _COUNTS,
        "tweedie_nll:power=1.5",
        (COUNTS, RATES),
        4.9182495,
        1.0,
        "LightGBM 4.7.0 tweedie; XGBoost 3.2.0 tweedie-nloglik@1.5; CatBoost 1.2.10 Tweedie",
        "Half of tweedie but for a term in y",
    ),
    Trap(
        "3.8",
        _COUNTS,
        "gamma",
        (COUNTS[1:], RATES[1:]),
        0.2526564,
        1.0,
        "scikit-learn 1.9.1 mean_gamma_deviance; XGBoost 3.2.0 gamma-deviance",
        "The mean over rows",
        4e-7,
        alias=("XGBoost", "gamma-deviance"),
    ),
    Trap(
        "3.8",
        _COUNTS,
        "gamma",
        (COUNTS[1:], RATES[1:]),
        0.7579692,
        3.0,
        "LightGBM 4.7.0 gamma_deviance, of 3 rows",
        "LightGBM's gamma_deviance prints the sum",
        4e-7,
    ),
    Trap(
        "3.8",
        _COUNTS,
        "gamma_nll",
        (COUNTS[1:], RATES[1:]),
        1.8194754,
        1.0,
        "LightGBM 4.7.0 gamma; XGBoost 3.2.0 gamma-nloglik",
        "The shape is fixed at 1",
        alias=("XGBoost", "gamma-nloglik"),
    ),
    # 3.9 Others
    Trap(
        "3.9",
        _NUMBERS,
        "quantile:tau=0.9",
        (R,),
        0.2,
        1.0,
        "LightGBM 4.7.0 quantile at its default alpha",
        "0.9 in LightGBM",
        alias=("LightGBM", "quantile"),
    ),
    Trap(
        "3.9",
        _NUMBERS,
        "mae",
        (R,),
        0.5,
        0.5,
        "scikit-learn 1.9.1 mean_pinball_loss at its default alpha",
        "CatBoost MAE",
    ),
    Trap(
        "3.9",
        _NUMBERS,
        "expectile:tau=0.9",
        (R,),
        0.2875,
        1.0,
        "CatBoost 1.2.10 Expectile:alpha=0.9; Vowpal Wabbit 9.11.9 has it at q = 0.1",
        "its q is 1 - tau",
    ),
    Trap(
        "3.9",
        _NUMBERS,
        "mse",
        (R,),
        1.1875,
        0.5,
        "CatBoost 1.2.10 Expectile:alpha=0.5",
        "optax.l2_loss and sklearn's SGDRegressor have the ½",
    ),
    Trap(
        "3.9",
        _NUMBERS,
        "mae",
        (R,),
        0.99999925,
        1.0,
        "CatBoost 1.2.10 MAE, of which 1 is exact",
        "CatBoost's MAE is off by 1e-6",
        1e-6,
    ),
    Trap(
        "3.9",
        _NUMBERS,
        "log_cosh:c=1",
        (R,),
        0.6373294,
        1.0,
        "CatBoost 1.2.10 LogCosh, of which 0.6373894 is exact",
        "CatBoost's LogCosh is off by 1e-4",
        1e-4,
        alias=("CatBoost", "LogCosh"),
    ),
    Trap(
        "3.9",
        Task.MULTIOUTPUT,
        "cosine_distance",
        (np.array([[0.0, 1.0], [1, 1], [1, 1]]), np.array([[1.0, 0.0], [1, 1], [-1, -1]])),
        0.0,
        lambda ours: ours - 1.0,
        "Keras 3.15.1 cosine_similarity, documentation: -0, -0.99999994, 0.99999994",
        "Keras' CosineSimilarity returns -cos",
    ),
    Trap(
        "3.9",
        Task.DISTRIBUTION,
        "js_divergence",
        (SHARES, np.log(PREDICTED)),
        0.0413496,
        1.0,
        "torchmetrics 1.9.0 jensen_shannon_divergence",
        "torchmetrics jensen_shannon_divergence",
        2e-6,
        alias=("torchmetrics", "jensen_shannon_divergence"),
    ),
    Trap(
        "3.9",
        Task.FORECAST,
        "crps_ensemble",
        (np.array([0.5]), np.array([[0.0, 1.0, 2.0]])),
        0.38889,
        1.0,
        "scores 2.7.0 crps_for_ensemble(method='ecdf'); torchmetrics 1.9.0",
        "scores: ecdf",
        1e-5,
    ),
    Trap(
        "3.9",
        Task.FORECAST,
        "crps_ensemble:fair=1",
        (np.array([0.5]), np.array([[0.0, 1.0, 2.0]])),
        0.16667,
        1.0,
        "scores 2.7.0 crps_for_ensemble(method='fair')",
        "method='fair' is fair=1",
        3e-5,
    ),
)
