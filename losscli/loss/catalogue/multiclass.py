"""Losses for several classes, of their probabilities: shared with the binary ones, and of whole rows.

y: class codes (n,), 0 … k-1; log_p: log-probabilities (n, k), -inf where a probability is 0. A slope is
(n, k), with respect to the scores z whose softmax the probabilities are: p_j (g_j - Σ_i p_i g_i) for
g_j = d value / d p_j.
"""

import numpy as np

from losscli.domain import ABOVE_MINUS_ONE, SOFTMAX, Codes, Floats, Task, Unit
from losscli.loss import Alias, Argument, Loss, Param, Params, Trait
from losscli.loss.catalogue import binary, binary_logit, binary_sets
from losscli.loss.catalogue import true_class as of
from losscli.loss.catalogue.true_class import (
    LOGARITHMIC,
    PROBABILITIES,
    TOP_CLASS,
    own_unless,
    several_classes,
)

# Not strictly convex: one number added to all scores of a row changes nothing.
_CONVEX = Trait.CONVEX | LOGARITHMIC


def one_hot(y: Codes, k: int) -> Floats:
    """(n, k), 1 in the column of the true class."""
    return np.asarray(np.arange(k) == y[:, None], dtype=np.float64)


def of_class(y: Codes, matrix: Floats) -> Floats:
    """The entry of the true class, row by row: (n,)."""
    return np.asarray(np.take_along_axis(matrix, y[:, None], axis=1)[:, 0])


def _brier_value(y: Codes, log_p: Floats) -> Floats:
    wrong = np.where(one_hot(y, log_p.shape[1]) > 0, np.expm1(log_p), np.exp(log_p))
    return np.asarray((wrong * wrong).sum(axis=1))


def _brier_slope(y: Codes, log_p: Floats) -> Floats:
    true, p = one_hot(y, log_p.shape[1]) > 0, np.exp(log_p)
    g = 2.0 * np.where(true, np.expm1(log_p), p)
    return np.asarray(p * (g - (p * g).sum(axis=1, keepdims=True)))


def _spherical_value(y: Codes, log_p: Floats) -> Floats:
    """1 - p_y/N as Σ_{j≠y} p_j² / (N(N + p_y)): no cancellation where p_y is next to 1."""
    p_y = np.exp(of_class(y, log_p))
    others = np.where(one_hot(y, log_p.shape[1]) > 0, 0.0, np.exp(log_p))
    rest = (others * others).sum(axis=1)
    norm = np.sqrt(p_y * p_y + rest)
    return np.asarray(rest / (norm * (norm + p_y)))


def _spherical_slope(y: Codes, log_p: Floats) -> Floats:
    direction = np.exp(log_p)
    direction /= np.sqrt((direction * direction).sum(axis=1, keepdims=True))
    others = direction * direction
    rest = np.where(one_hot(y, log_p.shape[1]) > 0, 0.0, others).sum(axis=1)
    np.put_along_axis(others, y[:, None], -rest[:, None], axis=1)
    return np.asarray(of_class(y, direction)[:, None] * others)


def _smoothing_value(y: Codes, log_p: Floats, *, epsilon: float) -> Floats:
    sharp = 0.0 - (1.0 - epsilon) * of_class(y, log_p)
    return sharp - epsilon * log_p.mean(axis=1) if epsilon else sharp


def _smoothing_slope(y: Codes, log_p: Floats, *, epsilon: float) -> Floats:
    k = log_p.shape[1]
    return np.asarray(np.exp(log_p) - (1.0 - epsilon) * one_hot(y, k) - epsilon / k)


def _smoothing_infimum(y: Codes, *, epsilon: float) -> Floats:
    """The entropy of the smoothed label; k is read off the codes, so the last class has to occur."""
    k = max(int(np.max(y)) + 1, 2)
    shares = np.array([1.0 - epsilon + epsilon / k] + [epsilon / k] * (k - 1))
    entropy = -float((shares * np.log(np.where(shares > 0, shares, 1.0))).sum())
    return np.full(np.shape(y), entropy)


def _nce_value(y: Codes, log_p: Floats) -> Floats:
    """log p_y over Σ log p; probabilities of 0 share the whole, as they do in the limit at one rate."""
    zeros = np.asarray(log_p == -np.inf)
    certain = zeros.any(axis=1, keepdims=True)
    finite = np.where(certain, np.where(zeros, -1.0, 0.0), log_p)
    return np.asarray(of_class(y, finite) / finite.sum(axis=1))


def _nce_slope(y: Codes, log_p: Floats) -> Floats:
    k = log_p.shape[1]
    p, share = np.exp(log_p), _nce_value(y, log_p)[:, None]
    total = log_p.sum(axis=1, keepdims=True)
    return np.asarray((one_hot(y, k) - p - share * (1.0 - k * p)) / total)


def _poly1_traits(params: Params) -> Trait:
    """Along any line the second derivative is at least 1 + epsilon (2 p_y - 1) times that of the log loss."""
    if params["epsilon"] > 1.0:
        return LOGARITHMIC
    return _CONVEX if params["epsilon"] else _CONVEX | Trait.PROPER


CROSS_ENTROPY = several_classes(
    binary.BCE,
    name="cross_entropy",
    title="Cross-entropy (log loss)",
    elicits="class probabilities",
    asks="probability",
    traits=_CONVEX | Trait.PROPER,
    trap="No clipping: a true class with probability 0 is infinite; libraries clip as in bce. Rows that do "
    "not add up to 1 are used as they are, here and in scikit-learn; Keras renormalises them. torch's "
    "CrossEntropyLoss takes logits and runs silently on probabilities; with class weights it divides by "
    "their sum. CatBoost's eval_metric takes a row per case, and a square matrix either way.",
    aliases=(
        Alias("sklearn", "log_loss", "cross_entropy", note="clips at 2.2e-16"),
        Alias("sklearn", "HalfMultinomialLoss", "cross_entropy"),
        Alias("torch", "CrossEntropyLoss", "cross_entropy"),
        Alias("torch", "NLLLoss", "cross_entropy"),
        Alias("Keras", "CategoricalCrossentropy", "cross_entropy", note="renormalises, clips at 1e-7"),
        Alias("Keras", "SparseCategoricalCrossentropy", "cross_entropy", note="clips at 1e-7"),
        Alias("LightGBM", "multi_logloss", "cross_entropy"),
        Alias("LightGBM", "multiclass", "cross_entropy"),
        Alias("XGBoost", "mlogloss", "cross_entropy"),
        Alias("XGBoost", "multi:softprob", "cross_entropy"),
        Alias("CatBoost", "MultiClass", "cross_entropy"),
        Alias("optax", "softmax_cross_entropy", "cross_entropy"),
        Alias("optax", "softmax_cross_entropy_with_integer_labels", "cross_entropy"),
    ),
    inventory=("categorical_crossentropy", "softmax_crossentropy", "nll"),
)

LABEL_SMOOTHING = Loss(
    name="label_smoothing",
    title="Cross-entropy with smoothed labels",
    task=Task.MULTICLASS,
    formula="-sum(((1 - epsilon)*e + epsilon/k)*log(p))",
    argument=Argument.LOG_PROBABILITIES,
    value=_smoothing_value,
    slope=_smoothing_slope,
    slope_formula="p - ((1 - epsilon)*e + epsilon/k)",
    needs=PROBABILITIES,
    link=SOFTMAX,
    unit=Unit.NATS,
    elicits="class probabilities times 1 - {epsilon}, plus {epsilon}/k",
    asks="~probability",
    traits=lambda params: _CONVEX if params["epsilon"] else _CONVEX | Trait.PROPER,
    params=binary_logit.LABEL_SMOOTHING_BCE.params,
    kin=lambda params: own_unless(params["epsilon"] == 0, "label_smoothing", params, "cross_entropy"),
    infimum=_smoothing_infimum,
    choose="A share epsilon of the labels is known to be random, and predictions should not pass it.",
    avoid="You compare calibrated models: being rightly sure costs.",
    trap="Its least value is the entropy of the smoothed label, not 0.",
    reference="Szegedy et al. 2016, arXiv:1512.00567",
    inventory=("label_smoothed_ce",),
)

FOCAL = Loss(
    name="focal",
    title="Focal",
    task=Task.MULTICLASS,
    formula="(1 - p_y)**gamma * -log(p_y)",
    argument=Argument.LOG_PROBABILITY,
    value=of.focal_value,
    slope=of.focal_slope,
    slope_formula="gamma*(1 - p_y)**(gamma - 1)*p_y*log(p_y) - (1 - p_y)**gamma",
    needs=PROBABILITIES,
    link=SOFTMAX,
    unit=Unit.NATS,
    elicits="class probabilities, distorted; the most probable class stays so",
    asks="~probability",
    traits=lambda params: LOGARITHMIC if params["gamma"] else _CONVEX | Trait.PROPER,
    params=(binary_logit.FOCAL.params[0],),
    kin=lambda params: own_unless(params["gamma"] == 0, "focal", params, "cross_entropy"),
    choose=binary_logit.FOCAL.choose,
    avoid="You read the predictions as probabilities: they are not what it asks for.",
    trap="No class weights: Keras multiplies the whole loss by 0.25 unless told otherwise.",
    reference=binary_logit.FOCAL.reference,
    aliases=(Alias("Keras", "CategoricalFocalCrossentropy", "focal", factor=0.25),),
    inventory=("categorical_focal",),
)

POLY1_CE = Loss(
    name="poly1_ce",
    title="Poly-1 cross-entropy",
    task=Task.MULTICLASS,
    formula="-log(p_y) + epsilon*(1 - p_y)",
    argument=Argument.LOG_PROBABILITY,
    value=of.poly1_value,
    slope=of.poly1_slope,
    slope_formula="-1 - epsilon*p_y",
    needs=PROBABILITIES,
    link=SOFTMAX,
    unit=Unit.NATS,
    elicits="class probabilities, distorted; the most probable class stays so",
    asks="~probability",
    traits=_poly1_traits,
    params=(Param("epsilon", 2.0, ABOVE_MINUS_ONE, "added weight of 1 - p_y, first term of -log p_y"),),
    kin=lambda params: own_unless(params["epsilon"] == 0, "poly1_ce", params, "cross_entropy"),
    choose="You compare with a training log that uses it.",
    avoid="You read the predictions as probabilities: epsilon above 0 asks for bolder ones.",
    reference="Leng et al. 2022, arXiv:2204.12511",
    aliases=(Alias("optax", "poly_loss_cross_entropy", "poly1_ce"),),
    inventory=("poly1_ce",),
)

BRIER = Loss(
    name="brier",
    title="Brier score",
    task=Task.MULTICLASS,
    formula="sum((p - e)**2)",
    argument=Argument.LOG_PROBABILITIES,
    value=_brier_value,
    slope=_brier_slope,
    slope_formula="2*p*(p - e - sum(p*(p - e)))",
    needs=PROBABILITIES,
    link=SOFTMAX,
    unit=Unit.ONE,
    elicits="class probabilities",
    asks="probability",
    traits=of.BOUNDED_BELL | Trait.PROPER,
    choose="You want right probabilities and no row to cost more than 2.",
    avoid="Rare classes matter: 0.001 and 0.0001 are the same to it.",
    trap="The sum over classes, without ½: for two classes twice the binary one. yardstick has the ½, and "
    "transforms its case weights; scikit-learn's scale_by_half halves it for two classes only.",
    reference=binary.BRIER.reference,
    aliases=(Alias("sklearn", "brier_score_loss", "brier", note="halved there for two classes"),),
    inventory=("brier_multiclass",),
)

SPHERICAL = Loss(
    name="spherical",
    title="Spherical score",
    task=Task.MULTICLASS,
    formula="1 - p_y/sqrt(sum(p**2))",
    argument=Argument.LOG_PROBABILITIES,
    value=_spherical_value,
    slope=_spherical_slope,
    slope_formula="p_y/sqrt(sum(p**2))*(p**2/sum(p**2) - e)",
    needs=PROBABILITIES,
    link=SOFTMAX,
    unit=Unit.ONE,
    elicits="class probabilities",
    asks="probability",
    traits=of.BOUNDED_BELL | Trait.PROPER,
    choose=binary.SPHERICAL.choose,
    avoid=binary.SPHERICAL.avoid,
    trap=binary.SPHERICAL.trap,
    reference=binary.SPHERICAL.reference,
    inventory=("spherical_multiclass",),
)

GCE = several_classes(
    binary.GCE,
    elicits="class probabilities raised to 1/(1 - {q}), normalised; at q = 1 the most probable class",
    asks="~probability",
    aliases=(Alias("Keras", "CategoricalGeneralizedCrossEntropy", "gce:q=0.5"),),
)

SCE = several_classes(
    binary.SCE,
    elicits="class probabilities, sharpened; the most probable class stays so",
    asks="~probability",
    traits=lambda params: _CONVEX if of.is_sce_convex(params) else LOGARITHMIC,
)

MAE_PROB = several_classes(
    binary.MAE_PROB,
    elicits=TOP_CLASS,
    asks="class",
    avoid="You want probabilities: it asks for 0 or 1, all on the most probable class.",
    trap="Summed over classes, Σ|e - p|; the mean over k classes, as Keras has it, is 1/k of it.",
)

NCE = Loss(
    name="nce",
    title="Normalised cross-entropy",
    task=Task.MULTICLASS,
    formula="log(p_y)/sum(log(p))",
    argument=Argument.LOG_PROBABILITIES,
    value=_nce_value,
    slope=_nce_slope,
    slope_formula="(e - p - log(p_y)/sum(log(p))*(1 - k*p))/sum(log(p))",
    needs=PROBABILITIES,
    link=SOFTMAX,
    unit=Unit.ONE,
    elicits="the least probable class",
    asks="least probable",
    traits=Trait.SMOOTH | Trait.LIPSCHITZ | Trait.BOUNDED | Trait.REDESCENDING,
    choose="You study symmetric losses: over all labels it adds up to 1, whatever the prediction.",
    avoid="You rank models by it alone: one near-zero probability of a wrong class makes any row cheap.",
    trap="The normalised part of an active-passive loss; the passive part is mae_prob.",
    reference="Ma et al. 2020, arXiv:2006.13554",
    inventory=("nce_active_passive",),
)

ZERO_ONE = several_classes(
    binary_sets.ZERO_ONE,
    elicits=TOP_CLASS,
    asks="class",
    trap="Of scores the largest counts; of equal ones the first. LightGBM counts a tie as an error.",
    aliases=(
        Alias("sklearn", "zero_one_loss", "zero_one"),
        Alias("sklearn", "hamming_loss", "zero_one"),
        Alias("LightGBM", "multi_error", "zero_one", note="a tie is an error there"),
        Alias("XGBoost", "merror", "zero_one"),
        Alias("CatBoost", "ZeroOneLoss", "zero_one"),
    ),
    inventory=("zero_one_multiclass", "hamming"),
)

LOSSES: tuple[Loss, ...] = (
    CROSS_ENTROPY,
    LABEL_SMOOTHING,
    FOCAL,
    POLY1_CE,
    BRIER,
    SPHERICAL,
    GCE,
    SCE,
    MAE_PROB,
    NCE,
    ZERO_ONE,
)
