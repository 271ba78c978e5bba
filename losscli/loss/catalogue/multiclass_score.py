"""Losses for several classes, of one score per class.

y: class codes (n,), 0 … k-1; z: scores (n, k). Slopes are (n, k).
"""

import numpy as np

from losscli.domain import Codes, Floats, Interval, Kind, Task, Unit, log_softmax, sigmoid, softplus
from losscli.loss import Alias, Argument, Loss, Param, Trait
from losscli.loss.catalogue.multiclass import of_class, one_hot
from losscli.loss.catalogue.true_class import BOUNDED_BELL, SCORES, TOP_CLASS


def _runner_up(y: Codes, z: Floats) -> Codes:
    """The best class but the true one; the first of equal ones."""
    return np.asarray(np.where(one_hot(y, z.shape[1]) > 0, -np.inf, z).argmax(axis=1))


def _shortfall(y: Codes, z: Floats) -> Floats:
    """How much the true class falls behind the best other one; negative where it leads."""
    return of_class(_runner_up(y, z), z) - of_class(y, z)


def _one_against_true(y: Codes, z: Floats, active: Floats) -> Floats:
    """active · (e_j - e_y) for the runner-up j."""
    k = z.shape[1]
    return np.asarray(active[:, None] * (one_hot(_runner_up(y, z), k) - one_hot(y, k)))


def _perceptron_slope(y: Codes, z: Floats) -> Floats:
    return _one_against_true(y, z, np.where(_shortfall(y, z) > 0, 1.0, 0.0))


def _crammer_singer_slope(y: Codes, z: Floats) -> Floats:
    return _one_against_true(y, z, np.where(_shortfall(y, z) > -1.0, 1.0, 0.0))


def _gaps(y: Codes, z: Floats, margin: float) -> Floats:
    """What every class lacks of staying `margin` behind the true one; 0 for the true class."""
    gaps = np.maximum(0.0, margin - of_class(y, z)[:, None] + z)
    return np.asarray(gaps * (1.0 - one_hot(y, z.shape[1])))


def _multi_margin_value(y: Codes, z: Floats, *, power: float, margin: float) -> Floats:
    return np.asarray((_gaps(y, z, margin) ** power).sum(axis=1) / z.shape[1])


def _multi_margin_slope(y: Codes, z: Floats, *, power: float, margin: float) -> Floats:
    k, gaps = z.shape[1], _gaps(y, z, margin)
    slope = power * np.where(gaps > 0, gaps ** (power - 1.0), 0.0) / k
    return np.asarray(slope - slope.sum(axis=1, keepdims=True) * one_hot(y, k))


def _margins(y: Codes, z: Floats) -> Floats:
    """The margins of the k questions "this class or not"."""
    return np.asarray((2.0 * one_hot(y, z.shape[1]) - 1.0) * z)


def _ova_hinge_slope(y: Codes, z: Floats) -> Floats:
    k = z.shape[1]
    return np.asarray(np.where(_margins(y, z) < 1.0, 1.0 - 2.0 * one_hot(y, k), 0.0) / k)


def _ova_log_slope(y: Codes, z: Floats) -> Floats:
    k = z.shape[1]
    side = 2.0 * one_hot(y, k) - 1.0
    return np.asarray(-side * sigmoid(-side * z) / k)


def _nearest_on_simplex(z: Floats) -> Floats:
    """The probability vector nearest to each row of z: z minus a threshold, cut at 0."""
    shifted = z - z.max(axis=1, keepdims=True)
    falling = -np.sort(-shifted, axis=1)
    thresholds = (np.cumsum(falling, axis=1) - 1.0) / np.arange(1, z.shape[1] + 1)
    last = (falling > thresholds).sum(axis=1) - 1
    return np.asarray(np.maximum(0.0, shifted - thresholds[np.arange(len(z)), last][:, None]))


def _sparsemax_value(y: Codes, z: Floats) -> Floats:
    p = _nearest_on_simplex(z)
    ahead = z - of_class(y, z)[:, None]
    return np.asarray((p * ahead).sum(axis=1) + 0.5 * (1.0 - (p * p).sum(axis=1)))


def _sparsemax_slope(y: Codes, z: Floats) -> Floats:
    return _nearest_on_simplex(z) - one_hot(y, z.shape[1])


def tempered_log_softmax(z: Floats, t: float) -> Floats:
    """log p with p = exp_t(z - λ), exp_t(x) = (1 - (t-1)x)^(-1/(t-1)), and λ such that p adds up to 1.

    The sum falls and is convex in λ, so Newton's steps from the left never pass the root.
    """
    if t == 1:
        return log_softmax(z)
    behind = z.max(axis=1, keepdims=True) - z
    shift = np.zeros((len(z), 1))
    for _ in range(200):
        log_p = -np.log1p((t - 1.0) * (behind + shift)) / (t - 1.0)
        step = (np.exp(log_p).sum(axis=1, keepdims=True) - 1.0) / np.exp(t * log_p).sum(axis=1, keepdims=True)
        shift = shift + np.maximum(step, 0.0)
        if np.all(step <= 4e-16 * (1.0 + shift)):
            break
    return np.asarray(-np.log1p((t - 1.0) * (behind + shift)) / (t - 1.0))


def _bi_tempered_value(y: Codes, z: Floats, *, t1: float, t2: float) -> Floats:
    log_p = tempered_log_softmax(z, t2)
    true = -np.expm1((1.0 - t1) * of_class(y, log_p)) / (1.0 - t1)
    return np.asarray(np.maximum(0.0, true - (1.0 - np.exp((2.0 - t1) * log_p).sum(axis=1)) / (2.0 - t1)))


def _bi_tempered_slope(y: Codes, z: Floats, *, t1: float, t2: float) -> Floats:
    """p^t2 (g - mean of g under p^t2) with g = p^-t1 (p - e)."""
    log_p = tempered_log_softmax(z, t2)
    escort = np.exp(t2 * log_p)
    pull = np.exp((t2 - t1) * log_p) * (np.exp(log_p) - one_hot(y, z.shape[1]))
    total = pull.sum(axis=1, keepdims=True) / escort.sum(axis=1, keepdims=True)
    return np.asarray(pull - escort * total)


def _top_k_value(y: Codes, z: Floats, *, k: float) -> Floats:
    """1 where at least k other classes score no less than the true one."""
    rivals = (z >= of_class(y, z)[:, None]).sum(axis=1) - 1
    return np.where(rivals >= k, 1.0, 0.0)


CRAMMER_SINGER_HINGE = Loss(
    name="crammer_singer_hinge",
    title="Crammer-Singer hinge",
    task=Task.MULTICLASS,
    formula="maximum(0, 1 - z_y + max_other(z))",
    argument=Argument.SCORE,
    value=lambda y, z: np.maximum(0.0, 1.0 + _shortfall(y, z)),
    slope=_crammer_singer_slope,
    needs=SCORES,
    unit=Unit.ONE,
    elicits=TOP_CLASS + ", where its probability exceeds 1/2",
    asks="class",
    traits=Trait.CONVEX | Trait.LIPSCHITZ,
    choose="You want the true class to lead every other one by a margin of 1.",
    avoid="No class has most of the probability: then equal scores are best.",
    trap="Keras' CategoricalHinge takes 0 among the other scores: wrong where all are negative. torchmetrics "
    "takes a softmax of scores outside [0, 1] first.",
    reference="Crammer and Singer 2001, Journal of Machine Learning Research 2, 265-292",
    aliases=(
        Alias("sklearn", "hinge_loss", "crammer_singer_hinge"),
        Alias("optax", "multiclass_hinge_loss", "crammer_singer_hinge"),
        Alias("CatBoost", "HingeLoss", "crammer_singer_hinge"),
    ),
    inventory=("crammer_singer_hinge",),
)

MULTI_MARGIN = Loss(
    name="multi_margin",
    title="Multi-class margin (Weston-Watkins)",
    task=Task.MULTICLASS,
    formula="sum((1 - e)*maximum(0, margin - z_y + z)**power)/k",
    argument=Argument.SCORE,
    value=_multi_margin_value,
    slope=_multi_margin_slope,
    needs=SCORES,
    unit=Unit.ONE,
    elicits="an order of the classes that need not be that of their probabilities",
    asks="an order",
    traits=lambda params: Trait.CONVEX | (Trait.LIPSCHITZ if params["power"] == 1 else Trait.SMOOTH),
    params=(
        Param("power", 1.0, Interval(1, 2, True, True, whole=True), "1, or 2 for squared shortfalls"),
        Param("margin", 1.0, Interval(0), "how far the true class should lead each other one"),
    ),
    choose="You compare with torch's MultiMarginLoss.",
    avoid="Classes are many or overlap: its best scores need not put the most probable class first.",
    trap="Divided by the number of classes, as torch does (its p is power here); the publication does not.",
    reference="Weston and Watkins 1999 (ESANN), Support vector machines for multi-class pattern recognition",
    aliases=(Alias("torch", "MultiMarginLoss", "multi_margin"),),
    inventory=("multi_margin",),
)

OVA_HINGE = Loss(
    name="ova_hinge",
    title="One-versus-all hinge",
    task=Task.MULTICLASS,
    formula="sum(maximum(0, 1 - (2*e - 1)*z))/k",
    argument=Argument.SCORE,
    value=lambda y, z: np.maximum(0.0, 1.0 - _margins(y, z)).mean(axis=1),
    slope=_ova_hinge_slope,
    needs=SCORES,
    unit=Unit.ONE,
    elicits=TOP_CLASS + ", where its probability exceeds 1/2",
    asks="class",
    traits=Trait.CONVEX | Trait.LIPSCHITZ,
    choose="The scores come from k separate support vector machines.",
    avoid="No class has most of the probability: then -1 everywhere is best.",
    trap="The mean over classes; torchmetrics returns k figures.",
    reference="Rifkin and Klautau 2004, Journal of Machine Learning Research 5, 101-141",
    inventory=("ova_hinge",),
)

OVA_LOG_LOSS = Loss(
    name="ova_log_loss",
    title="One-versus-all log loss",
    task=Task.MULTICLASS,
    formula="sum(softplus(-(2*e - 1)*z))/k",
    argument=Argument.SCORE,
    value=lambda y, z: softplus(-_margins(y, z)).mean(axis=1),
    slope=_ova_log_slope,
    slope_formula="(sigmoid(z) - e)/k",
    needs=SCORES,
    unit=Unit.NATS,
    elicits="the logit of every class against the rest",
    asks="logits",
    traits=Trait.STRICTLY_CONVEX | Trait.SMOOTH | Trait.LIPSCHITZ | Trait.PROPER | Trait.CALIBRATED,
    choose="The scores come from k separate logistic models.",
    avoid="The scores are softmax logits: only their differences mean something, here their size does too.",
    trap="The mean over classes, as CatBoost; much code has the sum.",
    reference="Rifkin and Klautau 2004, Journal of Machine Learning Research 5, 101-141",
    aliases=(Alias("CatBoost", "MultiClassOneVsAll", "ova_log_loss"),),
    inventory=("ova_log_loss",),
)

PERCEPTRON = Loss(
    name="perceptron",
    title="Perceptron",
    task=Task.MULTICLASS,
    formula="maximum(0, max_other(z) - z_y)",
    argument=Argument.SCORE,
    value=lambda y, z: np.maximum(0.0, _shortfall(y, z)),
    slope=_perceptron_slope,
    needs=SCORES,
    unit=Unit.ONE,
    elicits="nothing: equal scores are best for all class probabilities",
    asks="nothing",
    traits=Trait.CONVEX | Trait.LIPSCHITZ,
    choose="You want to see how far true classes lie behind the class named.",
    avoid="You compare models: halving all scores halves it, and a model of zeros has loss 0.",
    reference="Collins 2002, doi:10.3115/1118693.1118694",
    aliases=(Alias("optax", "multiclass_perceptron_loss", "perceptron"),),
    inventory=("multiclass_perceptron",),
)

SPARSEMAX = Loss(
    name="sparsemax",
    title="Sparsemax",
    task=Task.MULTICLASS,
    formula="sum(sparsemax(z)*(z - z_y)) + (1 - sum(sparsemax(z)**2))/2",
    argument=Argument.SCORE,
    value=_sparsemax_value,
    slope=_sparsemax_slope,
    slope_formula="sparsemax(z) - e",
    needs=SCORES,
    unit=Unit.ONE,
    elicits="class probabilities, up to one number added to all",
    asks="~probability",
    traits=Trait.CONVEX | Trait.SMOOTH | Trait.LIPSCHITZ | Trait.PROPER | Trait.CALIBRATED,
    choose="You want probabilities that may be exactly 0: sparsemax(z), the nearest point of the simplex.",
    avoid="A wrong certain answer must cost more than in proportion to its score.",
    reference="Martins and Astudillo 2016, arXiv:1602.02068",
    aliases=(Alias("optax", "multiclass_sparsemax_loss", "sparsemax"),),
    inventory=("multiclass_sparsemax",),
)

BI_TEMPERED = Loss(
    name="bi_tempered",
    title="Bi-tempered logistic",
    task=Task.MULTICLASS,
    formula="(1 - sum(e*tempered_softmax(z, t2)**(1 - t1)))/(1 - t1) "
    "- (1 - sum(tempered_softmax(z, t2)**(2 - t1)))/(2 - t1)",
    argument=Argument.SCORE,
    value=_bi_tempered_value,
    slope=_bi_tempered_slope,
    needs=SCORES,
    unit=Unit.ONE,
    elicits="class probabilities, through the tempered softmax with t2 = {t2}",
    asks="~probability",
    traits=BOUNDED_BELL | Trait.PROPER,
    params=(
        Param("t1", 0.8, Interval(0, 1, low_closed=True), "below 1 it is bounded by 1/(1 - t1)"),
        Param("t2", 1.2, Interval(1, low_closed=True), "tail of the tempered softmax; 1 is the softmax"),
    ),
    choose="Labels may be wrong, near the boundary (t2) or far from it (t1), and you want probabilities.",
    avoid="The scores are softmax logits and are read so: the tempered softmax gives other probabilities.",
    trap="The normaliser is found to the last digit here; code with 5 iterations stops short of it.",
    reference="Amid et al. 2019, arXiv:1906.03361",
    inventory=("bi_tempered",),
)

TOPK_ERROR = Loss(
    name="topk_error",
    title="Top-k error",
    task=Task.MULTICLASS,
    formula="where(sum(z >= z_y) - 1 >= k, 1, 0)",
    argument=Argument.SCORE,
    value=_top_k_value,
    needs=frozenset({Kind.PROBABILITY, Kind.LOGIT, Kind.SCORE}),
    unit=Unit.ONE,
    elicits="the {k} most probable classes",
    asks="top {k}",
    traits=Trait.BOUNDED | Trait.CALIBRATED,
    params=(Param("k", 2.0, Interval(1, low_closed=True, whole=True), "how many guesses are allowed"),),
    choose="A reader looks at the first few classes offered, not at one.",
    avoid="There are no more classes than guesses: then it is 0.",
    trap="A tie with the true class counts against it, as in LightGBM; sklearn breaks ties by order.",
    reference="Lapin, Hein and Schiele 2016, arXiv:1512.00486",
    inventory=("topk_error",),
)

LOSSES: tuple[Loss, ...] = (
    CRAMMER_SINGER_HINGE,
    MULTI_MARGIN,
    OVA_HINGE,
    OVA_LOG_LOSS,
    PERCEPTRON,
    SPARSEMAX,
    BI_TEMPERED,
    TOPK_ERROR,
)
