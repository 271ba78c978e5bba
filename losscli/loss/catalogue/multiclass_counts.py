"""Losses for several classes of unequal number: each reads how often the classes occur.

y: class codes (n,); z: scores (n, k), n_k: the rows of each class, with weights their sums (k,). Slopes
(n, k). A class that does not occur is never true; it weighs nothing.
"""

import math

import numpy as np

from losscli.domain import NONNEGATIVE, POSITIVE, SOFTMAX, Codes, Floats, Interval, Task, Unit, log_softmax
from losscli.loss import Alias, Argument, Loss, Param, Reduction, Trait
from losscli.loss.catalogue.multiclass import of_class, one_hot
from losscli.loss.catalogue.true_class import PROBABILITIES, SCORES, own_unless

_CONVEX = Trait.CONVEX | Trait.SMOOTH | Trait.LIPSCHITZ
_COUNTS = (
    "The counts are those of the rows compared (their weights, where rows have any), while training code "
)
_BALANCED_TRAP = (
    _COUNTS
    + "takes those of the training rows. The weights add up to k, as in the publication; code without "
    "that is smaller by a constant."
)


def _weights(n_k: Floats, beta: float) -> Floats:
    """(k,) In proportion to 1/(1 - beta^n), adding up to the number of classes that occur."""
    occurs = n_k > 0
    if not beta:
        return np.where(occurs, 1.0, 0.0)
    effective = -np.expm1(np.where(occurs, n_k, 1.0) * math.log(beta))
    weights = np.where(occurs, 1.0 / effective, 0.0)
    return np.asarray(weights * (occurs.sum() / weights.sum()))


def _balanced(y: Codes, z: Floats, n_k: Floats, *, beta: float) -> Floats:
    return np.asarray(0.0 - _weights(n_k, beta)[y] * of_class(y, log_softmax(z)))


def _balanced_slope(y: Codes, z: Floats, n_k: Floats, *, beta: float) -> Floats:
    pull = np.exp(log_softmax(z)) - one_hot(y, z.shape[1])
    return np.asarray(_weights(n_k, beta)[y][:, None] * pull)


CLASS_BALANCED_CE = Loss(
    name="class_balanced_ce",
    title="Class-balanced cross-entropy",
    task=Task.MULTICLASS,
    formula="-log(p_y)*k*sum(e/(1 - beta**n))/sum(1/(1 - beta**n))",
    argument=Argument.COUNTS,
    value=_balanced,
    slope=_balanced_slope,
    needs=PROBABILITIES,
    link=SOFTMAX,
    unit=Unit.NATS,
    elicits="class probabilities times the weights of the classes, over their sum",
    asks="~probability",
    traits=_CONVEX | Trait.PROPER,
    params=(
        Param(
            "beta",
            0.9999,
            Interval(0, 1, low_closed=True),
            "0: no weights; towards 1: weights in proportion to 1/n",
        ),
    ),
    kin=lambda params: own_unless(params["beta"] == 0, "class_balanced_ce", params, "cross_entropy"),
    choose="Classes are unequal in number and rare ones should count more, but not without end.",
    avoid="You read the predictions as probabilities: best ones are tilted to rare classes.",
    trap=_BALANCED_TRAP,
    reference="Cui et al. 2019, arXiv:1901.05555",
    inventory=("class_balanced_ce",),
)


def _adjusted(z: Floats, n_k: Floats, tau: float) -> Floats:
    """The scores plus tau times the logarithm of the counts."""
    with np.errstate(divide="ignore"):
        return np.asarray(z + (tau * np.log(n_k) if tau else 0.0))


LOGIT_ADJUSTED_CE = Loss(
    name="logit_adjusted_ce",
    title="Logit-adjusted cross-entropy (balanced softmax)",
    task=Task.MULTICLASS,
    formula="log(sum(exp(z + tau*log(n)))) - z_y - tau*log(sum(e*n))",
    argument=Argument.COUNTS,
    value=lambda y, z, n_k, *, tau: 0.0 - of_class(y, log_softmax(_adjusted(z, n_k, tau))),
    slope=lambda y, z, n_k, *, tau: np.exp(log_softmax(_adjusted(z, n_k, tau))) - one_hot(y, z.shape[1]),
    needs=PROBABILITIES,
    link=SOFTMAX,
    unit=Unit.NATS,
    elicits="class probabilities over the shares of the classes to the power {tau}, over their sum",
    asks="~probability",
    traits=_CONVEX | Trait.PROPER,
    params=(Param("tau", 1.0, NONNEGATIVE, "power of the shares; 0: cross_entropy; 1: all classes alike"),),
    kin=lambda params: own_unless(params["tau"] == 0, "logit_adjusted_ce", params, "cross_entropy"),
    choose="The model was trained so, or its probabilities are for rows with all classes as frequent.",
    avoid="Probabilities are for rows like these, rare classes rare: those of such a model are not.",
    trap=_COUNTS + "takes those of the training rows. tau=1 is the balanced softmax.",
    reference="Menon et al. 2021, arXiv:2007.07314; balanced softmax: Ren et al. 2020, arXiv:2007.10740",
    inventory=("logit_adjusted_ce",),
)


def _behind(y: Codes, z: Floats, n_k: Floats, max_margin: float, s: float) -> Floats:
    """The scaled scores, that of the true class less its margin, which is largest for the rarest class."""
    occurs = n_k > 0
    margin = np.where(occurs, max_margin * (n_k[occurs].min() / np.where(occurs, n_k, 1.0)) ** 0.25, 0.0)
    return np.asarray(s * (z - margin[y][:, None] * one_hot(y, z.shape[1])))


def _ldam(y: Codes, z: Floats, n_k: Floats, *, max_margin: float, s: float) -> Floats:
    return np.asarray(0.0 - of_class(y, log_softmax(_behind(y, z, n_k, max_margin, s))))


def _ldam_slope(y: Codes, z: Floats, n_k: Floats, *, max_margin: float, s: float) -> Floats:
    p = np.exp(log_softmax(_behind(y, z, n_k, max_margin, s)))
    return np.asarray(s * (p - one_hot(y, z.shape[1])))


LDAM = Loss(
    name="ldam",
    title="Label-distribution-aware margin (LDAM)",
    task=Task.MULTICLASS,
    formula="log(sum(exp(s*(z - max_margin*e*(least(n)/n)**0.25)))) "
    "- s*(z_y - max_margin*sum(e*(least(n)/n)**0.25))",
    argument=Argument.COUNTS,
    value=_ldam,
    slope=_ldam_slope,
    needs=SCORES,
    unit=Unit.NATS,
    elicits="an order of the classes in which rare ones are favoured",
    asks="an order",
    traits=_CONVEX,
    params=(
        Param("max_margin", 0.5, NONNEGATIVE, "margin of the rarest class; others by n^(-1/4)"),
        Param("s", 30.0, POSITIVE, "what the scores are multiplied by"),
    ),
    choose="The scores are cosines of a network with normalised weights, trained so.",
    avoid="The scores are logits: times 30 they are taken for certainties; write s=1.",
    trap=_COUNTS + "takes those of the training rows, and normalises features and weights before.",
    reference="Cao et al. 2019, arXiv:1906.07413",
    inventory=("ldam",),
)


def _share(y: Codes, log_p: Floats, *, code: int, **params: float) -> Floats:
    return np.where(y == code, 1.0, 0.0)


def _apart(y: Codes, log_p: Floats, *, code: int, **params: float) -> Floats:
    """Of a class, rows in one set only, soft."""
    p = np.exp(log_p[:, code])
    return np.where(y == code, 1.0 - p, p)


def _sizes(y: Codes, log_p: Floats, *, code: int, **params: float) -> Floats:
    return np.where(y == code, 1.0, 0.0) + np.exp(log_p[:, code])


def _generalized_dice(*means: float, pooled: float) -> float:
    """Of the share, the difference and the size of every class that occurs, weighed by 1/share²."""
    share, apart, size = np.array(means).reshape(-1, 3).T
    occurs = share > 0
    if not occurs.any():
        return math.nan
    share, apart, size = share[occurs] / share[occurs].max(), apart[occurs], size[occurs]
    weight = share**-2.0
    if pooled:
        return float(weight @ apart / (weight @ size))
    return float(weight @ (apart / size) / weight.sum())


GENERALIZED_DICE = Loss(
    name="generalized_dice",
    title="Generalised Dice",
    task=Task.MULTICLASS,
    formula="where(pooled == 1, "
    "sum(by_class(e + p - 2*e*p)/by_class(e)**2)/sum(by_class(e + p)/by_class(e)**2), "
    "sum(by_class(e + p - 2*e*p)/by_class(e + p)/by_class(e)**2)/sum(1/by_class(e)**2))",
    argument=Argument.LOG_PROBABILITIES,
    value=lambda y, log_p, *, pooled: -2.0 * np.expm1(of_class(y, log_p)),
    needs=PROBABILITIES,
    link=SOFTMAX,
    unit=Unit.ONE,
    elicits="rows of each class above a threshold of its own",
    params=(
        Param(
            "pooled",
            1.0,
            Interval(0, 1, True, True, whole=True),
            "1: the classes' overlaps added, then divided; 0: the mean of their Dice losses",
        ),
    ),
    reduction=Reduction.RATIO,
    parts=(_share, _apart, _sizes),
    by_class=True,
    combine=_generalized_dice,
    choose="Several classes are sought as sets, as organs in an image, and small ones count like large ones.",
    avoid="A class is very rare: with 1/n² it is all of the figure.",
    trap="by_class is the mean of each class over rows. Each class is weighed by 1/n². pooled=1 is the "
    "publication and torchmetrics (1 - score); optax is pooled=0, with 1 added above and below. A class that "
    "does not occur is left out; optax gives it the weight 1e7.",
    reference="Sudre et al. 2017, arXiv:1707.03237",
    aliases=(
        Alias("torchmetrics", "GeneralizedDiceScore", "generalized_dice", note="1 - its score"),
        Alias(
            "optax",
            "multiclass_generalized_dice_loss",
            "generalized_dice:pooled=0",
            note="with smooth=0; it adds 1 above and below by default",
        ),
    ),
    inventory=("generalized_dice",),
)

LOSSES: tuple[Loss, ...] = (CLASS_BALANCED_CE, LOGIT_ADJUSTED_CE, LDAM, GENERALIZED_DICE)
