"""Distances between distributions over classes that ask for no logarithm of a ratio, or bound it.

Arguments and slopes as in distributions.py: target shares (n, k), logarithms of the predicted ones (n, k).
"""

import numpy as np

from losscli.domain import POSITIVE, SOFTMAX, Floats, Task, Unit
from losscli.loss import Alias, Argument, Loss, Param, Trait
from losscli.loss.catalogue.shares import ahead, by_share, excess, log, normalised
from losscli.loss.catalogue.true_class import PROBABILITIES

_BOUNDED = Trait.LIPSCHITZ | Trait.BOUNDED | Trait.REDESCENDING


def _js_value(y: Floats, log_q: Floats) -> Floats:
    """Half of Σ m·((1+t) log(1+t) + (1-t) log(1-t)), m the middle and t = (q - y)/(q + y)."""
    q = np.exp(log_q)
    t = np.divide(q - y, q + y, out=np.zeros_like(q), where=q + y > 0)
    inner = np.where(np.abs(t) < 1.0, t, 0.0)
    bend = np.log1p(-inner * inner) + 2.0 * inner * np.arctanh(inner)
    return np.asarray((0.25 * (q + y) * np.where(np.abs(t) < 1.0, bend, 2.0 * np.log(2.0))).sum(axis=1))


def _js_slope(y: Floats, log_q: Floats) -> Floats:
    q = np.exp(log_q)
    behind = np.where(q > 0, log_q - log(q + y) + np.log(2.0), 0.0)
    return by_share(q, 0.5 * q * behind)


def _variation_value(y: Floats, log_q: Floats) -> Floats:
    return np.asarray(0.5 * np.abs(np.exp(log_q) - y).sum(axis=1))


def _variation_slope(y: Floats, log_q: Floats) -> Floats:
    q = np.exp(log_q)
    return by_share(q, 0.5 * q * np.sign(q - y))


def _half_square(y: Floats, log_q: Floats) -> Floats:
    """½ Σ (√q - √y)²."""
    return np.asarray(0.5 * np.square(np.exp(0.5 * log_q) - np.sqrt(y)).sum(axis=1))


def _hellinger_value(y: Floats, log_q: Floats) -> Floats:
    return np.sqrt(_half_square(y, log_q))


def _hellinger_slope(y: Floats, log_q: Floats) -> Floats:
    root = np.exp(0.5 * log_q)
    distance = _hellinger_value(y, log_q)[:, None]
    pull = np.divide(root * (root - np.sqrt(y)), 4.0 * distance, out=np.zeros_like(root), where=distance > 0)
    return by_share(np.exp(log_q), pull)


def _bhattacharyya_value(y: Floats, log_q: Floats) -> Floats:
    """-log Σ √(yq); where the sum is near 1, from its distance to 1."""
    common = np.exp(0.5 * (log(y) + log_q)).sum(axis=1)
    middle = 0.5 * (y.sum(axis=1) + np.exp(log_q).sum(axis=1))
    lacking = np.minimum(_half_square(y, log_q) - excess(middle), 0.9)
    return np.where(common > 0.5, -np.log1p(-lacking), 0.0 - log(common))


def _bhattacharyya_slope(y: Floats, log_q: Floats) -> Floats:
    logs = 0.5 * (log(y) + log_q)
    return np.asarray(0.5 * (np.exp(log_q) - normalised(logs)))


def _chi2_value(y: Floats, log_q: Floats) -> Floats:
    """(y - q)²/q as (y - q)(y/q - 1), where y is much larger as y²/q - 2y + q."""
    q, logs = np.exp(log_q), ahead(y, log_q)
    with np.errstate(invalid="ignore"):
        far = np.exp(2.0 * log(y) - log_q) - 2.0 * y + q
    near = (y - q) * np.expm1(np.minimum(logs, 1.0))
    return np.asarray(np.where(y > 0, np.where(logs > 1.0, far, near), q).sum(axis=1))


def _chi2_slope(y: Floats, log_q: Floats) -> Floats:
    pull = np.where(y > 0, -y * np.exp(ahead(y, log_q)), 0.0)
    return by_share(np.exp(log_q), pull)


def _behind(y: Floats, log_q: Floats) -> Floats:
    """How far the cumulated prediction is ahead of the target's, at every edge between classes: (n, k-1)."""
    return np.asarray(np.cumsum(np.exp(log_q) - y, axis=1)[:, :-1])


def _wasserstein_value(y: Floats, log_q: Floats, *, width: float) -> Floats:
    return width * np.asarray(np.abs(_behind(y, log_q)).sum(axis=1))


def _wasserstein_slope(y: Floats, log_q: Floats, *, width: float) -> Floats:
    sides = np.sign(_behind(y, log_q))
    after = np.cumsum(sides[:, ::-1], axis=1)[:, ::-1]
    q = np.exp(log_q)
    return width * by_share(q, q * np.hstack([after, np.zeros((len(y), 1))]))


JS_DIVERGENCE = Loss(
    name="js_divergence",
    title="Jensen-Shannon divergence",
    task=Task.DISTRIBUTION,
    formula="(sum(y*log(2*y/(y + p))) + sum(p*log(2*p/(y + p))))/2",
    argument=Argument.LOG_PROBABILITIES,
    value=_js_value,
    slope=_js_slope,
    slope_formula="p*(log(2*p/(y + p)) - sum(p*log(2*p/(y + p))))/2",
    needs=PROBABILITIES,
    link=SOFTMAX,
    unit=Unit.NATS,
    elicits="no simple functional of the shares",
    asks="none simple",
    traits=Trait.SMOOTH | _BOUNDED,
    choose="Shares hold zeros on either side, and every row should cost at most log 2.",
    avoid="You want the expected shares: kl_divergence asks for them.",
    trap="The divergence in nats; scipy's jensenshannon is the distance, its square root. With logarithms "
    "to base 2 it ends at 1.",
    reference="Lin 1991, doi:10.1109/18.61115",
    aliases=(
        Alias("torchmetrics", "jensen_shannon_divergence", "js_divergence"),
        Alias("scipy", "jensenshannon", "js_divergence", factor=None, note="its square root"),
    ),
    inventory=("js_divergence",),
)

TOTAL_VARIATION = Loss(
    name="total_variation",
    title="Total variation",
    task=Task.DISTRIBUTION,
    formula="sum(abs(p - y))/2",
    argument=Argument.LOG_PROBABILITIES,
    value=_variation_value,
    slope=_variation_slope,
    slope_formula="p*(sign(p - y) - sum(p*sign(p - y)))/2",
    needs=PROBABILITIES,
    link=SOFTMAX,
    unit=Unit.ONE,
    elicits="no simple functional of the shares",
    asks="none simple",
    traits=_BOUNDED,
    choose="You want to say what share of the row lies in the wrong class.",
    avoid="You want the expected shares: it asks for something like their median.",
    trap="With the ½: from 0 to 1. The distance in L1 is twice this.",
    reference="Gibbs and Su 2002, doi:10.1111/j.1751-5823.2002.tb00178.x",
    inventory=("total_variation",),
)

HELLINGER = Loss(
    name="hellinger",
    title="Hellinger distance",
    task=Task.DISTRIBUTION,
    formula="sqrt(sum((sqrt(p) - sqrt(y))**2)/2)",
    argument=Argument.LOG_PROBABILITIES,
    value=_hellinger_value,
    slope=_hellinger_slope,
    needs=PROBABILITIES,
    link=SOFTMAX,
    unit=Unit.ONE,
    elicits="no simple functional of the shares",
    asks="none simple",
    traits=_BOUNDED,
    choose="Small shares should count more than in total_variation, and zeros must stay finite.",
    avoid="You want the expected shares: kl_divergence asks for them.",
    trap="The distance, not its square, which is as common.",
    reference="Hellinger 1909, doi:10.1515/crll.1909.136.210",
    inventory=("hellinger",),
)

BHATTACHARYYA = Loss(
    name="bhattacharyya",
    title="Bhattacharyya distance",
    task=Task.DISTRIBUTION,
    formula="-log(sum(sqrt(y*p)))",
    argument=Argument.LOG_PROBABILITIES,
    value=_bhattacharyya_value,
    slope=_bhattacharyya_slope,
    slope_formula="(p - sqrt(y*p)/sum(sqrt(y*p)))/2",
    needs=PROBABILITIES,
    link=SOFTMAX,
    unit=Unit.NATS,
    elicits="no simple functional of the shares",
    asks="none simple",
    traits=Trait.SMOOTH | Trait.LIPSCHITZ,
    choose="Rows are compared by how much two distributions overlap.",
    avoid="You need a distance: it breaks the triangle inequality; hellinger keeps it.",
    trap="-log(1 - hellinger²): infinite only where no class is shared.",
    reference="Bhattacharyya 1943 (Bull. Calcutta Math. Soc. 35)",
    inventory=("bhattacharyya",),
)

CHI2_DIVERGENCE = Loss(
    name="chi2_divergence",
    title="χ² divergence (Pearson)",
    task=Task.DISTRIBUTION,
    formula="sum((y - p)**2/p)",
    argument=Argument.LOG_PROBABILITIES,
    value=_chi2_value,
    slope=_chi2_slope,
    slope_formula="p*sum(y**2/p) - y**2/p",
    needs=PROBABILITIES,
    link=SOFTMAX,
    unit=Unit.ONE,
    elicits="root of the mean square of the shares, normalised",
    asks="quadratic mean",
    traits=Trait.CONVEX | Trait.DIFFERENTIABLE | Trait.PROPER,
    choose="A share that was thought impossible should cost far more than in kl_divergence.",
    avoid="Predictions come near 0: one row decides the mean.",
    trap="Divided by the prediction (Pearson); Neyman's divides by the target, the symmetric one by both.",
    reference="Pearson 1900, doi:10.1080/14786440009463897",
    inventory=("chi2_divergence",),
)

WASSERSTEIN = Loss(
    name="wasserstein1_1d",
    title="Wasserstein distance of ordered classes",
    task=Task.DISTRIBUTION,
    formula="width*sum(abs(cumsum(p - y)))",
    argument=Argument.LOG_PROBABILITIES,
    value=_wasserstein_value,
    slope=_wasserstein_slope,
    needs=PROBABILITIES,
    link=SOFTMAX,
    unit=Unit.ONE,
    elicits="medians of the cumulated shares",
    asks="medians",
    traits=_BOUNDED | Trait.PROPER,
    params=(Param("width", 1.0, POSITIVE, "distance from one class to the next"),),
    kin=lambda params: "wasserstein1_1d:width=1",
    choose="Classes are ordered, and a share one class off is better than five.",
    avoid="Classes have no order: it depends on the order of the columns.",
    trap="The classes are in the order of the columns, at equal distances; the last sum, 0 for shares that "
    "add up to 1, is left out.",
    reference="Vallender 1974, doi:10.1137/1118101",
    inventory=("wasserstein1_1d",),
)

LOSSES: tuple[Loss, ...] = (
    JS_DIVERGENCE,
    TOTAL_VARIATION,
    HELLINGER,
    BHATTACHARYYA,
    CHI2_DIVERGENCE,
    WASSERSTEIN,
)
