"""Binary losses of decisions and of sets: wrong labels, and overlaps of the rows found and the rows sought.

An overlap is a ratio of means over rows, no mean of row losses: the figures of folds cannot be averaged.
y is 1 in the set sought, p: (n,) is how far a row is in the set found.
"""

import math

import numpy as np

from losscli.domain import LABELS, LOGIT, NONNEGATIVE, UNIT, Codes, Floats, Interval, Task, Unit
from losscli.errors import UsageError
from losscli.loss import Alias, Argument, Loss, Param, Params, Reduction, Trait
from losscli.loss.catalogue.stable import quotient
from losscli.loss.catalogue.true_class import PROBABILITIES, SIGN
from losscli.spec import Spec

_BOTH = Interval(0, 1, low_closed=True, high_closed=True, whole=True)
_EMPTY = "Nothing sought and nothing found, 0/0, is 0 here, the limit of the smoothed form; "


def _difference(y: Floats, p: Floats) -> Floats:
    """Rows in one set only, soft: false positives plus false negatives."""
    return np.asarray(y + p - 2.0 * y * p)


def _sizes(y: Floats, p: Floats) -> Floats:
    return np.asarray(y + p)


def _union(y: Floats, p: Floats) -> Floats:
    return np.asarray(y + p - y * p)


def _miss(y: Floats, p: Floats, *, alpha: float, beta: float, **others: float) -> Floats:
    return np.asarray(alpha * (1.0 - y) * p + beta * y * (1.0 - p))


def _hit_and_miss(y: Floats, p: Floats, *, alpha: float, beta: float, **others: float) -> Floats:
    return y * p + _miss(y, p, alpha=alpha, beta=beta)


def _share(part: Floats, whole: Floats, **params: float) -> Floats:
    return quotient(part, whole, 0.0)


def _focal_share(part: float, whole: float, *, gamma: float, **params: float) -> float:
    share = abs(part / whole if whole else 0.0)  # a difference of sums may be -1e-18
    return float(share ** (1.0 / gamma))


def _tversky_kin(params: Params) -> str:
    """With alpha = beta, one minus the index is an increasing function of the Dice loss."""
    if params["alpha"] == params["beta"] and params["alpha"]:
        return "dice"
    return str(Spec("tversky", (("alpha", params["alpha"]), ("beta", params["beta"]))))


def _wrong(y: Codes, label: Codes) -> Floats:
    return np.where(label != y, 1.0, 0.0)


def _cost(y: Codes, label: Codes, *, fp: float, fn: float, tp: float, tn: float) -> Floats:
    return np.where(y == 1, np.where(label == 1, tp, fn), np.where(label == 1, fp, tn))


def _least_cost(y: Codes, *, tp: float, tn: float, **others: float) -> Floats:
    """Of a right decision."""
    return np.where(y == 1, tp, tn)


def _even(params: Params) -> bool:
    """Whether both mistakes cost the same over and above the right decision."""
    return params["fp"] - params["tn"] == params["fn"] - params["tp"]


def _check_cost(params: Params) -> None:
    """Raises UsageError where a mistake costs no more than the right decision."""
    for wrong, right in (("fp", "tn"), ("fn", "tp")):
        if params[wrong] <= params[right]:
            raise UsageError(
                f"cost: {wrong}={params[wrong]:g} is not above {right}={params[right]:g}",
                advice="A mistake costs more than the right decision on the same row",
            )


def _cost_kin(params: Params) -> str:
    """What right decisions cost is the same for every model: only the ratio of the two mistakes orders."""
    if _even(params):
        return "zero_one"
    ratio = float(f"{(params['fp'] - params['tn']) / (params['fn'] - params['tp']):.12g}")
    return str(Spec("cost", (("fp", ratio), ("fn", 1.0), ("tp", 0.0), ("tn", 0.0))))


def _balanced(
    misses: Floats, positives: Floats, alarms: Floats, negatives: Floats, **params: float
) -> Floats:
    """Half the sum of both error rates; undefined where a class is absent."""
    return 0.5 * (quotient(misses, positives, math.nan) + quotient(alarms, negatives, math.nan))


ZERO_ONE = Loss(
    name="zero_one",
    title="Zero-one (misclassification rate)",
    task=Task.BINARY,
    formula="where(label != y, 1, 0)",
    argument=Argument.LABEL,
    value=_wrong,
    needs=LABELS,
    unit=Unit.ONE,
    elicits=SIGN,
    asks="the side",
    traits=Trait.BOUNDED | Trait.CALIBRATED,
    choose="Decisions are made by label and every mistake costs the same.",
    avoid="One class is rare: always naming the other one looks good.",
    trap="A prediction at the threshold is negative, as in LightGBM, XGBoost and CatBoost.",
    reference="Hastie, Tibshirani and Friedman 2009, The elements of statistical learning, section 2.4",
    aliases=(
        Alias("sklearn", "zero_one_loss", "zero_one"),
        Alias("sklearn", "hamming_loss", "zero_one"),
        Alias("LightGBM", "binary_error", "zero_one"),
        Alias("XGBoost", "error", "zero_one"),
        Alias("CatBoost", "ZeroOneLoss", "zero_one"),
        Alias("CatBoost", "HammingLoss", "zero_one"),
    ),
    inventory=("zero_one", "hamming"),
)

COST = Loss(
    name="cost",
    title="Cost of decisions",
    task=Task.BINARY,
    formula="where(y == 1, where(label == 1, tp, fn), where(label == 1, fp, tn))",
    argument=Argument.LABEL,
    value=_cost,
    needs=LABELS,
    unit=Unit.ONE,
    elicits="positive iff P(y=1) > ({fp} - {tn})/({fp} - {tn} + {fn} - {tp})",
    asks="a threshold",
    traits=lambda params: Trait.BOUNDED | Trait.CALIBRATED if _even(params) else Trait.BOUNDED,
    params=(
        Param("fp", 1.0, Interval(), "cost of a false positive"),
        Param("fn", 1.0, Interval(), "cost of a false negative"),
        Param("tp", 0.0, Interval(), "cost of a true positive"),
        Param("tn", 0.0, Interval(), "cost of a true negative"),
    ),
    check=_check_cost,
    kin=_cost_kin,
    infimum=_least_cost,
    choose="Both mistakes have a price and decisions a threshold: --cost fp=5,fn=1 seeks the best one.",
    avoid="The prices are guesses: the order of models turns with them.",
    trap="The cost of the decision taken; classification_cost is the mean over one drawn from the "
    "probability. The threshold (fp - tn)/(fp - tn + fn - tp) is best for calibrated probabilities only.",
    reference="Elkan 2001 (IJCAI), The foundations of cost-sensitive learning",
)

BALANCED_ERROR = Loss(
    name="balanced_error",
    title="Balanced error rate",
    task=Task.BINARY,
    formula="(mean(where((y == 1) & (label == 0), 1, 0))/mean(where(y == 1, 1, 0)) "
    "+ mean(where((y == 0) & (label == 1), 1, 0))/mean(where(y == 0, 1, 0)))/2",
    argument=Argument.LABEL,
    value=_wrong,
    needs=LABELS,
    unit=Unit.ONE,
    elicits="positive iff P(y=1) exceeds its mean",
    asks="a threshold",
    reduction=Reduction.RATIO,
    parts=(
        lambda y, label: np.where((y == 1) & (label != y), 1.0, 0.0),
        lambda y, label: np.where(y == 1, 1.0, 0.0),
        lambda y, label: np.where((y == 0) & (label != y), 1.0, 0.0),
        lambda y, label: np.where(y == 0, 1.0, 0.0),
    ),
    combine=_balanced,
    elementwise=True,
    choose="Classes are unequal in number and equal in importance.",
    avoid="A false alarm on the common class is what costs: its rate is small where its number is large.",
    trap="A ratio of sums per class: undefined where a class is absent. It is 1 - balanced accuracy.",
    reference="Brodersen et al. 2010, doi:10.1109/ICPR.2010.764",
    aliases=(Alias("CatBoost", "BalancedErrorRate", "balanced_error"),),
    inventory=("balanced_error",),
)

DICE = Loss(
    name="dice",
    title="Dice",
    task=Task.BINARY,
    formula="1 - 2*mean(y*p)/(mean(y) + mean(p))",
    argument=Argument.PREDICTION,
    value=_difference,
    needs=PROBABILITIES,
    link=LOGIT,
    target=_BOTH,
    prediction=UNIT,
    unit=Unit.ONE,
    elicits="rows with P(y=1) above half the best Dice index",
    asks="a threshold",
    reduction=Reduction.RATIO,
    parts=(_difference, _sizes),
    combine=_share,
    elementwise=True,
    choose="The rows sought are few, as pixels of an organ, and right negatives should not count.",
    avoid="Rows are separate cases: it has no value per row, and one row moves the weight of all.",
    trap=_EMPTY
    + "Keras says 1. optax.dice_loss adds 1 above and below. The variant with squares below is another loss.",
    reference="Milletari, Navab and Ahmadi 2016, arXiv:1606.04797",
    aliases=(Alias("Keras", "Dice", "dice", note="1e-7 is added to the denominator"),),
    inventory=("dice",),
)

SOFT_F1 = Loss(
    name="soft_f1",
    title="Soft F1",
    task=Task.BINARY,
    formula="1 - 2*mean(y*p)/(2*mean(y*p) + mean((1 - y)*p) + mean(y*(1 - p)))",
    argument=Argument.PREDICTION,
    value=_difference,
    needs=PROBABILITIES,
    link=LOGIT,
    target=_BOTH,
    prediction=UNIT,
    unit=Unit.ONE,
    elicits="rows with P(y=1) above half the best F1",
    asks="a threshold",
    reduction=Reduction.RATIO,
    parts=(_difference, _sizes),
    combine=_share,
    elementwise=True,
    kin=lambda params: "dice",
    choose="You look for dice under its other name.",
    avoid="You want the F1 of decisions: this one counts probabilities as parts of rows.",
    trap=_EMPTY + "the metric f1 is undefined there.",
    reference="As dice: the soft counts make both the same ratio",
    inventory=("soft_f1",),
)

JACCARD = Loss(
    name="jaccard",
    title="Jaccard (soft intersection over union)",
    task=Task.BINARY,
    formula="1 - mean(y*p)/mean(y + p - y*p)",
    argument=Argument.PREDICTION,
    value=_difference,
    needs=PROBABILITIES,
    link=LOGIT,
    target=_BOTH,
    prediction=UNIT,
    unit=Unit.ONE,
    elicits="rows with P(y=1) above half the best Dice index",
    asks="a threshold",
    reduction=Reduction.RATIO,
    parts=(_difference, _union),
    combine=_share,
    elementwise=True,
    kin=lambda params: "dice",
    choose="Readers expect intersection over union.",
    avoid="You already report dice d: this is 2d/(1 + d) and orders models alike.",
    trap=_EMPTY + "libraries add 1 above and below.",
    reference="Rahman and Wang 2016, doi:10.1007/978-3-319-50835-1_22",
    inventory=("jaccard",),
)

_ALPHA = Param("alpha", 0.3, NONNEGATIVE, "what a false positive counts")
_BETA = Param("beta", 0.7, Interval(0), "what a false negative counts")

TVERSKY = Loss(
    name="tversky",
    title="Tversky",
    task=Task.BINARY,
    formula="1 - mean(y*p)/(mean(y*p) + alpha*mean((1 - y)*p) + beta*mean(y*(1 - p)))",
    argument=Argument.PREDICTION,
    value=_miss,
    needs=PROBABILITIES,
    link=LOGIT,
    target=_BOTH,
    prediction=UNIT,
    unit=Unit.ONE,
    elicits="rows with P(y=1) above a threshold of its own",
    asks="a threshold",
    params=(_ALPHA, _BETA),
    reduction=Reduction.RATIO,
    parts=(_miss, _hit_and_miss),
    combine=_share,
    elementwise=True,
    kin=_tversky_kin,
    choose="As dice, and a row missed is worse than a row found in vain (or the reverse).",
    avoid="You compare with other reports: the two weights are seldom given.",
    trap="alpha weighs false positives, as in the paper and optax; Keras up to 3.15.1 has them swapped. "
    "alpha = beta = 0.5 is dice, 1 is jaccard. " + _EMPTY.rstrip("; ") + ".",
    reference="Salehi, Erdogmus and Gholipour 2017, arXiv:1706.05721",
    aliases=(Alias("Keras", "Tversky", "tversky:alpha=0.5,beta=0.5", note="its defaults are those of dice"),),
    inventory=("tversky",),
)

FOCAL_TVERSKY = Loss(
    name="focal_tversky",
    title="Focal Tversky",
    task=Task.BINARY,
    formula="(1 - mean(y*p)/(mean(y*p) + alpha*mean((1 - y)*p) + beta*mean(y*(1 - p))))**(1/gamma)",
    argument=Argument.PREDICTION,
    value=_miss,
    needs=PROBABILITIES,
    link=LOGIT,
    target=_BOTH,
    prediction=UNIT,
    unit=Unit.ONE,
    elicits="rows with P(y=1) above a threshold of its own",
    asks="a threshold",
    params=(_ALPHA, _BETA, Param("gamma", 4.0 / 3.0, Interval(0), "the root taken; 1 is tversky")),
    reduction=Reduction.RATIO,
    parts=(_miss, _hit_and_miss),
    combine=_focal_share,
    kin=_tversky_kin,
    choose="You compare with a training log that uses it.",
    avoid="You rank models: tversky with the same weights ranks them alike.",
    trap="The exponent is 1/gamma, as in the paper; some code takes gamma itself.",
    reference="Abraham and Khan 2019, arXiv:1810.07842",
    inventory=("focal_tversky",),
)

LOSSES: tuple[Loss, ...] = (ZERO_ONE, COST, BALANCED_ERROR, DICE, SOFT_F1, JACCARD, TVERSKY, FOCAL_TVERSKY)
