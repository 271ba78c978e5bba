"""Binary losses that treat the two classes, or right and wrong, in their own way: of the label and the logit.

y: (n,) codes 0 and 1; s: (n,) logits, infinite where a probability is 0 or 1. Slopes are d/ds.
"""

import numpy as np

from losscli.domain import (
    LOGIT,
    NONNEGATIVE,
    OPEN_UNIT,
    POSITIVE,
    Floats,
    Interval,
    Task,
    Unit,
    sigmoid,
    softplus,
)
from losscli.loss import Alias, Argument, FromData, Loss, Param, Params, Trait
from losscli.loss.catalogue import true_class as of
from losscli.loss.catalogue.true_class import (
    BOUNDED_BELL,
    LOGARITHMIC,
    PROBABILITIES,
    UNIT_ABOVE_0,
    own_unless,
)

_CONVEX = Trait.STRICTLY_CONVEX | LOGARITHMIC
_BELOW_ONE = Interval(0, 1, low_closed=True)


def _times(factor: float, x: Floats) -> Floats:
    """factor · x with 0 · inf = 0."""
    return factor * x if factor else np.zeros_like(x)


def _sign(y: Floats) -> Floats:
    return np.where(y > 0, 1.0, -1.0)


def _weighted_value(y: Floats, s: Floats, *, positive_weight: float) -> Floats:
    return np.asarray(np.where(y > 0, positive_weight * softplus(-s), softplus(s)))


def _weighted_slope(y: Floats, s: Floats, *, positive_weight: float) -> Floats:
    return np.asarray(np.where(y > 0, -positive_weight * sigmoid(-s), sigmoid(s)))


def _smoothing_value(y: Floats, s: Floats, *, epsilon: float) -> Floats:
    m = _sign(y) * s
    return (1.0 - epsilon / 2.0) * softplus(-m) + _times(epsilon / 2.0, softplus(m))


def _smoothing_slope(y: Floats, s: Floats, *, epsilon: float) -> Floats:
    m = _sign(y) * s
    return np.asarray(_sign(y) * (epsilon / 2.0 * sigmoid(m) - (1.0 - epsilon / 2.0) * sigmoid(-m)))


def _smoothing_infimum(y: Floats, *, epsilon: float) -> Floats:
    """The entropy of the smoothed label, which no prediction undercuts."""
    half = epsilon / 2.0
    entropy = -(1.0 - half) * np.log1p(-half) - (half * np.log(half) if half else 0.0)
    return np.full(np.shape(y), entropy)


def _class_weight(y: Floats, alpha: float | None) -> Floats:
    return np.ones(np.shape(y)) if alpha is None else np.where(y > 0, alpha, 1.0 - alpha)


def _focal_value(y: Floats, s: Floats, *, gamma: float, alpha: float | None = None) -> Floats:
    log_p = -softplus(-_sign(y) * s)
    return np.asarray(_class_weight(y, alpha) * of.focal_value(log_p, gamma=gamma))


def _focal_slope(y: Floats, s: Floats, *, gamma: float, alpha: float | None = None) -> Floats:
    m = _sign(y) * s
    slope = of.focal_slope(-softplus(-m), gamma=gamma) * sigmoid(-m)
    return np.asarray(_class_weight(y, alpha) * _sign(y) * slope)


def _focal_traits(params: Params) -> Trait:
    traits = LOGARITHMIC if params["gamma"] else _CONVEX | Trait.PROPER
    even = params.get("alpha", 0.5) == 0.5
    return traits if even else traits & ~(Trait.PROPER | Trait.CALIBRATED)


def _bootstrap_value(y: Floats, s: Floats, *, beta: float) -> Floats:
    """beta · bce + (1 - beta) · entropy of the prediction; the entropy is 0 at a certain one."""
    m = _sign(y) * s
    away = np.minimum(np.abs(m), 800.0)  # beyond, the entropy has no double
    entropy = softplus(-away) + sigmoid(-away) * away
    return np.asarray(beta * softplus(-m) + (1.0 - beta) * entropy)


def _bootstrap_slope(y: Floats, s: Floats, *, beta: float) -> Floats:
    m = _sign(y) * s
    near = np.clip(m, -800.0, 800.0)
    of_entropy = -near * sigmoid(near) * sigmoid(-near)
    return np.asarray(_sign(y) * ((1.0 - beta) * of_entropy - beta * sigmoid(-m)))


def _bootstrap_traits(params: Params) -> Trait:
    """The second derivative is p(1-p) (2 beta - 1 + (1 - beta) m tanh(m/2))."""
    if params["beta"] < 0.5:
        return LOGARITHMIC
    return _CONVEX | Trait.PROPER if params["beta"] == 1 else _CONVEX


def _shifted_cost(s: Floats, shift: float) -> Floats:
    """-log(1 - max(p - shift, 0)), from p or from 1 - p, whichever is the smaller."""
    if shift == 0:
        return softplus(s)
    shifted = np.maximum(sigmoid(np.minimum(s, 0.0)) - shift, 0.0)
    return np.asarray(np.where(s < 0, -np.log1p(-shifted), -np.log(np.minimum(sigmoid(-s) + shift, 1.0))))


def _asymmetric_value(
    y: Floats, s: Floats, *, positive_gamma: float, negative_gamma: float, shift: float
) -> Floats:
    negative = np.maximum(sigmoid(s) - shift, 0.0) ** negative_gamma * _shifted_cost(s, shift)
    return np.asarray(np.where(y > 0, of.focal_value(-softplus(-s), gamma=positive_gamma), negative))


def _asymmetric_slope(
    y: Floats, s: Floats, *, positive_gamma: float, negative_gamma: float, shift: float
) -> Floats:
    """For y = 0, p(1-p) · d/dp of x^g · -log(1-x), x = p - shift; 1-p over 1-x is 1 without a shift."""
    p, q = sigmoid(s), sigmoid(-s)
    x = np.maximum(p - shift, 0.0)
    cost = _shifted_cost(np.minimum(s, 800.0), shift)  # q · cost is 0 beyond
    ratio = np.divide(cost, x, out=np.ones_like(x), where=x > 0)
    left = q + shift
    share = np.divide(q, left, out=np.ones_like(q), where=left > 0)
    negative = np.where(p > shift, x**negative_gamma * p * (negative_gamma * ratio * q + share), 0.0)
    positive = of.focal_slope(-softplus(-s), gamma=positive_gamma) * q
    return np.asarray(np.where(y > 0, positive, negative))


def _asymmetric_traits(params: Params) -> Trait:
    negative_gamma, shift = params["negative_gamma"], params["shift"]
    smooth = negative_gamma >= 1 or shift == 0
    return Trait.LIPSCHITZ | (Trait.SMOOTH if smooth else Trait.DIFFERENTIABLE)


def _cost_value(y: Floats, s: Floats, *, false_positive: float, false_negative: float) -> Floats:
    return np.asarray(np.where(y > 0, false_negative * sigmoid(-s), false_positive * sigmoid(s)))


def _cost_slope(y: Floats, s: Floats, *, false_positive: float, false_negative: float) -> Floats:
    return np.asarray(np.where(y > 0, -false_negative, false_positive) * sigmoid(s) * sigmoid(-s))


WEIGHTED_BCE = Loss(
    name="weighted_bce",
    title="Weighted binary cross-entropy",
    task=Task.BINARY,
    formula="where(y > 0, positive_weight*softplus(-s), softplus(s))",
    argument=Argument.SCORE,
    value=_weighted_value,
    slope=_weighted_slope,
    slope_formula="where(y > 0, -positive_weight*sigmoid(-s), sigmoid(s))",
    needs=PROBABILITIES,
    link=LOGIT,
    unit=Unit.NATS,
    elicits="w*P/(w*P + 1 - P), P = P(y=1), w = {positive_weight}",
    asks="~probability",
    traits=lambda params: (
        _CONVEX | Trait.PROPER
        if params["positive_weight"] == 1
        else Trait.STRICTLY_CONVEX | Trait.SMOOTH | Trait.LIPSCHITZ
    ),
    params=(
        Param("positive_weight", FromData.IMBALANCE, POSITIVE, "what a row of the positive class counts"),
    ),
    kin=lambda params: own_unless(params["positive_weight"] == 1, "weighted_bce", params, "bce"),
    choose="Positives are rare and missing one costs more than a false alarm.",
    avoid="You read the predictions as probabilities: it asks for inflated ones.",
    trap="The mean divides by the number of rows, as torch's pos_weight; a mean over case weights divides "
    "by their sum.",
    reference="King and Zeng 2001, doi:10.1093/oxfordjournals.pan.a004868",
    inventory=("weighted_bce",),
)

LABEL_SMOOTHING_BCE = Loss(
    name="label_smoothing_bce",
    title="Binary cross-entropy with smoothed labels",
    task=Task.BINARY,
    formula="softplus(s) - (y*(1 - epsilon) + epsilon/2)*s",
    argument=Argument.SCORE,
    value=_smoothing_value,
    slope=_smoothing_slope,
    slope_formula="sigmoid(s) - (y*(1 - epsilon) + epsilon/2)",
    needs=PROBABILITIES,
    link=LOGIT,
    unit=Unit.NATS,
    elicits="P(y=1)*(1 - {epsilon}) + {epsilon}/2",
    asks="~probability",
    traits=lambda params: _CONVEX if params["epsilon"] else _CONVEX | Trait.PROPER,
    params=(Param("epsilon", 0.1, _BELOW_ONE, "share of the label spread evenly over the classes"),),
    kin=lambda params: own_unless(params["epsilon"] == 0, "label_smoothing_bce", params, "bce"),
    infimum=_smoothing_infimum,
    choose="A share epsilon of the labels is known to be random, and predictions should not pass it.",
    avoid="You compare calibrated models: a probability beyond 1 - epsilon/2 costs although it may be right.",
    trap="Its least value is the entropy of the smoothed label, not 0.",
    reference="Szegedy et al. 2016, arXiv:1512.00567",
    inventory=("label_smoothed_bce",),
)

FOCAL = Loss(
    name="focal",
    title="Focal",
    task=Task.BINARY,
    formula="(1 - p_y)**gamma * -log(p_y)",
    argument=Argument.SCORE,
    value=_focal_value,
    slope=_focal_slope,
    slope_formula="(2*y - 1)*(1 - p_y)**gamma*(gamma*p_y*log(p_y) + p_y - 1)",
    needs=PROBABILITIES,
    link=LOGIT,
    unit=Unit.NATS,
    elicits="a probability nearer to 1/2 than P(y=1), on the same side",
    asks="~probability",
    traits=_focal_traits,
    params=(
        Param("gamma", 2.0, NONNEGATIVE, "how fast rows that are right lose their say; 0 is bce"),
        Param("alpha", None, OPEN_UNIT, "weight of the positive class; the negative one has 1 - alpha"),
    ),
    kin=lambda params: own_unless(
        params["gamma"] == 0 and params.get("alpha", 0.5) == 0.5, "focal", params, "bce"
    ),
    choose="Easy rows are so many that their small losses drown the hard ones.",
    avoid="You read the predictions as probabilities: it asks for timid ones.",
    trap="alpha, where written, multiplies by alpha for y=1 and 1 - alpha for y=0. torchvision has "
    "alpha=0.25 switched on; Keras lists 0.25 and leaves it off; optax has None. For gamma < 1 torchvision's "
    "gradient of a sure and right row is NaN.",
    reference="Lin et al. 2017, arXiv:1708.02002",
    aliases=(
        Alias("Keras", "BinaryFocalCrossentropy", "focal"),
        Alias("torchvision", "sigmoid_focal_loss", "focal:gamma=2,alpha=0.25"),
        Alias("CatBoost", "Focal", "focal:gamma=2,alpha=0.25", note="both must be given there"),
    ),
    inventory=("focal",),
)

ASYMMETRIC = Loss(
    name="asymmetric",
    title="Asymmetric focal (ASL)",
    task=Task.BINARY,
    formula="where(y > 0, sigmoid(-s)**positive_gamma*softplus(-s), "
    "maximum(sigmoid(s) - shift, 0)**negative_gamma*-log1p(-maximum(sigmoid(s) - shift, 0)))",
    argument=Argument.SCORE,
    value=_asymmetric_value,
    slope=_asymmetric_slope,
    needs=PROBABILITIES,
    link=LOGIT,
    unit=Unit.NATS,
    elicits="a probability distorted by both exponents and the shift",
    asks="~probability",
    traits=_asymmetric_traits,
    params=(
        Param("positive_gamma", 1.0, NONNEGATIVE, "focusing exponent for y = 1"),
        Param("negative_gamma", 4.0, POSITIVE, "focusing exponent for y = 0"),
        Param("shift", 0.05, _BELOW_ONE, "probability up to which a negative row costs nothing"),
    ),
    choose="Negatives are many, most of them trivial, and some are unlabelled positives.",
    avoid="You read the predictions as probabilities, or the classes are balanced.",
    trap="The authors sum over labels; this is the mean over rows.",
    reference="Ridnik et al. 2021, arXiv:2009.14119",
    inventory=("asymmetric_loss",),
)

BOOTSTRAP_BCE = Loss(
    name="bootstrap_bce",
    title="Soft bootstrapping cross-entropy",
    task=Task.BINARY,
    formula="-(beta + (1 - beta)*p_y)*log(p_y) - (1 - beta)*(1 - p_y)*log1p(-p_y)",
    argument=Argument.SCORE,
    value=_bootstrap_value,
    slope=_bootstrap_slope,
    slope_formula="(2*y - 1)*(1 - p_y)*-(beta + (1 - beta)*p_y*(2*y - 1)*s)",
    needs=PROBABILITIES,
    link=LOGIT,
    unit=Unit.NATS,
    elicits="a probability farther from 1/2 than P(y=1), on the same side",
    asks="~probability",
    traits=_bootstrap_traits,
    params=(
        Param(
            "beta",
            0.95,
            UNIT_ABOVE_0,
            "trust in the label; the rest goes to the prediction",
        ),
    ),
    kin=lambda params: own_unless(params["beta"] == 1, "bootstrap_bce", params, "bce"),
    choose="Some labels are wrong and the model's own view should weigh against them.",
    avoid="You compare models: being sure is rewarded, right or wrong.",
    trap="The soft form; the hard one replaces the prediction by its label and uses beta=0.8.",
    reference="Reed et al. 2015, arXiv:1412.6596",
    inventory=("bootstrap_bce",),
)

CLASSIFICATION_COST = Loss(
    name="classification_cost",
    title="Expected cost of a decision drawn from the probability",
    task=Task.BINARY,
    formula="where(y > 0, false_negative*sigmoid(-s), false_positive*sigmoid(s))",
    argument=Argument.SCORE,
    value=_cost_value,
    slope=_cost_slope,
    slope_formula="where(y > 0, -false_negative, false_positive)*sigmoid(s)*sigmoid(-s)",
    needs=PROBABILITIES,
    link=LOGIT,
    unit=Unit.ONE,
    elicits="positive iff P(y=1) > {false_positive}/({false_positive} + {false_negative})",
    asks="a threshold",
    traits=lambda params: (
        BOUNDED_BELL
        if params["false_positive"] == params["false_negative"]
        else BOUNDED_BELL & ~Trait.CALIBRATED
    ),
    params=(
        Param("false_positive", 1.0, POSITIVE, "cost of a false alarm"),
        Param("false_negative", 1.0, POSITIVE, "cost of a miss"),
    ),
    kin=lambda params: own_unless(
        params["false_positive"] == params["false_negative"], "classification_cost", params, "mae_prob"
    ),
    choose="Both mistakes have a price and decisions follow the probability.",
    avoid="You want probabilities: it is linear in them and asks for 0 or 1.",
    reference="Elkan 2001 (IJCAI), The foundations of cost-sensitive learning",
    inventory=("classification_cost",),
)

LOSSES: tuple[Loss, ...] = (
    WEIGHTED_BCE,
    LABEL_SMOOTHING_BCE,
    FOCAL,
    ASYMMETRIC,
    BOOTSTRAP_BCE,
    CLASSIFICATION_COST,
)
