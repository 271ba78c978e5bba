"""Divergences of one distribution over classes from another: the shares of a row and those predicted.

Y: target shares (n, k), each row adding up to 1; log_q: logarithms of the predicted ones (n, k), -inf where
one is 0. 0·log 0 is 0; a share that is there and predicted to be 0 costs inf. A slope is (n, k), with respect
to the scores whose softmax the prediction is: q_j (g_j - Σ_i q_i g_i) for g_j = d value / d q_j.
"""

import numpy as np

from losscli.domain import POSITIVE, SOFTMAX, Floats, Interval, Task, Unit
from losscli.loss import Alias, Argument, Loss, Param, Trait
from losscli.loss.catalogue.shares import ahead, by_share, excess, gaps, log, normalised
from losscli.loss.catalogue.stable import expm1_gap
from losscli.loss.catalogue.true_class import PROBABILITIES

_NEAR = 1.0  # the logarithm of a power below which its distance from 1 keeps more digits
_CONVEX = Trait.CONVEX | Trait.SMOOTH | Trait.LIPSCHITZ
_KULLBACK = "Kullback and Leibler 1951, doi:10.1214/aoms/1177729694"


def _generalized_kl_value(y: Floats, log_q: Floats) -> Floats:
    return np.asarray(gaps(y, log(y), np.exp(log_q), log_q).sum(axis=1))


def _kl_value(y: Floats, log_q: Floats) -> Floats:
    """The generalised one, and what the sums of the shares differ by."""
    differ = excess(y.sum(axis=1)) - excess(np.exp(log_q).sum(axis=1))
    return _generalized_kl_value(y, log_q) + differ


def _kl_slope(y: Floats, log_q: Floats) -> Floats:
    return np.asarray(np.exp(log_q) - y)


def _cross_entropy_value(y: Floats, log_q: Floats) -> Floats:
    return np.asarray(0.0 - (y * np.where(y > 0, log_q, 0.0)).sum(axis=1))


def _entropy(y: Floats) -> Floats:
    """The least a prediction can cost: (n,)."""
    return _cross_entropy_value(y, log(y))


def _reverse_value(y: Floats, log_q: Floats) -> Floats:
    q = np.exp(log_q)
    differ = excess(q.sum(axis=1)) - excess(y.sum(axis=1))
    return np.asarray(gaps(q, log_q, y, log(y)).sum(axis=1) + differ)


def _backwards(y: Floats, log_q: Floats) -> Floats:
    """log(q/y), inf where y is 0; 0 where q is."""
    with np.errstate(invalid="ignore"):
        return np.where(np.isneginf(log_q), 0.0, log_q - log(y))


def _reverse_slope(y: Floats, log_q: Floats) -> Floats:
    q = np.exp(log_q)
    return by_share(q, q * _backwards(y, log_q))


def _jeffreys_value(y: Floats, log_q: Floats) -> Floats:
    """Σ (q - y) log(q/y): no term is negative."""
    q = np.exp(log_q)
    with np.errstate(invalid="ignore"):
        terms = (q - y) * (log_q - log(y))
    return np.asarray(np.where((q == 0) & (y == 0), 0.0, terms).sum(axis=1))


def _jeffreys_slope(y: Floats, log_q: Floats) -> Floats:
    return _kl_slope(y, log_q) + _reverse_slope(y, log_q)


def _renyi_value(y: Floats, log_q: Floats, *, alpha: float) -> Floats:
    """log Σ y (y/q)^(alpha-1) over alpha - 1; where the powers are near 1 from their distance to 1, whose
    part of first order is the divergence of Kullback and Leibler."""
    power = (alpha - 1.0) * ahead(y, log_q)
    near = np.abs(power).max(axis=1) < _NEAR
    first = np.where(near, (alpha - 1.0) * _kl_value(y, log_q), 0.0)
    lacking = (y * expm1_gap(np.where(near[:, None], power, 0.0))).sum(axis=1) + first
    logs = log(y) + power
    top = logs.max(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        far = np.log(np.exp(logs - top).sum(axis=1)) + top[:, 0]
    far = np.where(np.isfinite(top[:, 0]), far, top[:, 0])
    return np.asarray(np.where(near, np.log1p(lacking + excess(y.sum(axis=1))), far) / (alpha - 1.0))


def _renyi_slope(y: Floats, log_q: Floats, *, alpha: float) -> Floats:
    logs = np.where(y > 0, log(y) + (alpha - 1.0) * ahead(y, log_q), -np.inf)
    return np.asarray(np.exp(log_q) - normalised(logs))


KL_DIVERGENCE = Loss(
    name="kl_divergence",
    title="Kullback-Leibler divergence",
    task=Task.DISTRIBUTION,
    formula="sum(y*log(y/p))",
    argument=Argument.LOG_PROBABILITIES,
    value=_kl_value,
    slope=_kl_slope,
    slope_formula="p - y",
    needs=PROBABILITIES,
    link=SOFTMAX,
    unit=Unit.NATS,
    elicits="mean shares",
    traits=_CONVEX | Trait.PROPER,
    choose="You want the expected shares, and a share that is there must not be predicted as 0.",
    avoid="Predictions hold zeros: one where a share is there is infinite.",
    trap="The target comes first: Σ y log(y/p). torch's kl_div takes the logarithm of the prediction first, "
    "and its reduction 'mean' divides by the number of classes too. Keras clips both at 1e-7; torchmetrics "
    "renormalises rows, torch does not and may be negative. No clipping here.",
    reference=_KULLBACK,
    aliases=(
        Alias("torch", "KLDivLoss", "kl_divergence", factor=None, note="equal for reduction='batchmean'"),
        Alias("Keras", "KLDivergence", "kl_divergence", note="clips at 1e-7"),
        Alias("optax", "kl_divergence", "kl_divergence"),
        Alias("torchmetrics", "kl_divergence", "kl_divergence", note="renormalises"),
        Alias("scipy", "rel_entr", "kl_divergence"),
    ),
    inventory=("kl_divergence",),
)

REVERSE_KL = Loss(
    name="reverse_kl",
    title="Reverse Kullback-Leibler divergence",
    task=Task.DISTRIBUTION,
    formula="sum(p*log(p/y))",
    argument=Argument.LOG_PROBABILITIES,
    value=_reverse_value,
    slope=_reverse_slope,
    slope_formula="p*(log(p/y) - sum(p*log(p/y)))",
    needs=PROBABILITIES,
    link=SOFTMAX,
    target=POSITIVE,
    unit=Unit.NATS,
    elicits="geometric mean of the shares, normalised",
    asks="geometric mean",
    traits=Trait.SMOOTH | Trait.LIPSCHITZ | Trait.BOUNDED | Trait.REDESCENDING | Trait.PROPER,
    choose="A prediction may leave classes out, but must not name one that is not there.",
    avoid="Targets hold zeros: a prediction above 0 there is infinite.",
    trap="The arguments of kl_divergence swapped: a prediction on one mode of the target costs little.",
    reference=_KULLBACK,
    inventory=("reverse_kl",),
)

JEFFREYS = Loss(
    name="jeffreys",
    title="Jeffreys divergence",
    task=Task.DISTRIBUTION,
    formula="sum((p - y)*log(p/y))",
    argument=Argument.LOG_PROBABILITIES,
    value=_jeffreys_value,
    slope=_jeffreys_slope,
    slope_formula="p - y + p*(log(p/y) - sum(p*log(p/y)))",
    needs=PROBABILITIES,
    link=SOFTMAX,
    target=POSITIVE,
    unit=Unit.NATS,
    elicits="no simple functional of the shares",
    asks="none simple",
    traits=Trait.SMOOTH | Trait.LIPSCHITZ,
    choose="Neither side is the truth, and both kinds of zero are errors.",
    avoid="Shares may be 0 on either side: js_divergence stays finite.",
    trap="The sum of both directions; some texts halve it.",
    reference="Jeffreys 1946, doi:10.1098/rspa.1946.0056",
    inventory=("jeffreys",),
)

GENERALIZED_KL = Loss(
    name="generalized_kl",
    title="Generalised Kullback-Leibler divergence",
    task=Task.DISTRIBUTION,
    formula="sum(where(y > 0, y*log(y/p), 0) - y + p)",
    argument=Argument.LOG_PROBABILITIES,
    value=_generalized_kl_value,
    slope=_kl_slope,
    slope_formula="p - y",
    needs=PROBABILITIES,
    link=SOFTMAX,
    unit=Unit.NATS,
    elicits="mean shares",
    traits=_CONVEX | Trait.PROPER,
    kin=lambda params: "kl_divergence",
    choose="Printed shares do not add up to 1 exactly, and no row should cost less than 0.",
    avoid="Rows add up to 1: it is kl_divergence.",
    trap="scipy's kl_div is this one, rel_entr the plain divergence. Amounts that do not add up to 1 are the "
    "task multioutput.",
    reference="Csiszár 1991, doi:10.1214/aos/1176348385",
    aliases=(
        Alias("scipy", "kl_div", "generalized_kl"),
        Alias("optax", "generalized_kl_divergence", "generalized_kl"),
    ),
    inventory=("generalized_kl",),
)

SOFT_CROSS_ENTROPY = Loss(
    name="soft_cross_entropy",
    title="Cross-entropy against shares",
    task=Task.DISTRIBUTION,
    formula="-sum(y*log(p))",
    argument=Argument.LOG_PROBABILITIES,
    value=_cross_entropy_value,
    slope=_kl_slope,
    slope_formula="p - y",
    needs=PROBABILITIES,
    link=SOFTMAX,
    unit=Unit.NATS,
    elicits="mean shares",
    traits=_CONVEX | Trait.PROPER,
    kin=lambda params: "kl_divergence",
    infimum=_entropy,
    choose="You compare with a training log on soft labels.",
    avoid="You want 0 to mean perfect: kl_divergence subtracts the entropy of the target.",
    trap="Its least value is the entropy of the shares, not 0. torch's CrossEntropyLoss takes logits and "
    "runs silently on probabilities.",
    reference="Good 1952, doi:10.1111/j.2517-6161.1952.tb00104.x",
    aliases=(
        Alias("torch", "CrossEntropyLoss", "soft_cross_entropy", note="with probabilities as targets"),
        Alias("Keras", "CategoricalCrossentropy", "soft_cross_entropy", note="renormalises, clips at 1e-7"),
        Alias("optax", "softmax_cross_entropy", "soft_cross_entropy"),
        Alias("multiclass", "cross_entropy", "soft_cross_entropy"),
    ),
    inventory=("soft_cross_entropy",),
)

RENYI = Loss(
    name="renyi",
    title="Rényi divergence",
    task=Task.DISTRIBUTION,
    formula="log(sum(y**alpha*p**(1 - alpha)))/(alpha - 1)",
    argument=Argument.LOG_PROBABILITIES,
    value=_renyi_value,
    slope=_renyi_slope,
    slope_formula="p - y**alpha*p**(1 - alpha)/sum(y**alpha*p**(1 - alpha))",
    needs=PROBABILITIES,
    link=SOFTMAX,
    unit=Unit.NATS,
    elicits="no simple functional of the shares",
    asks="none simple",
    traits=lambda params: _CONVEX if params["alpha"] > 1 else Trait.SMOOTH | Trait.LIPSCHITZ,
    params=(Param("alpha", 2.0, Interval(0, without=1.0), "order; towards 1 it is kl_divergence"),),
    choose="You want to set how much the worst class weighs: the higher alpha, the more.",
    avoid="Predictions hold zeros and alpha is above 1: one where a share is there is infinite.",
    trap="alpha = 1/2 is twice bhattacharyya; alpha = 1 is a limit, type kl_divergence.",
    reference="van Erven and Harremoës 2014, doi:10.1109/TIT.2014.2320500",
    inventory=("renyi",),
)

LOSSES: tuple[Loss, ...] = (
    KL_DIVERGENCE,
    REVERSE_KL,
    JEFFREYS,
    GENERALIZED_KL,
    SOFT_CROSS_ENTROPY,
    RENYI,
)
