"""Losses of several labels, each there or not.

Y: (n, L), 1 where a label is there, else 0; S: its scores, or codes 0 and 1 for losses of labels, (n, L).
Slopes are (n, L), d/dS. No L × L array is held: pairs of labels are taken one label at a time.
"""

from collections.abc import Iterator

import numpy as np

from losscli.domain import LABELS, LOGIT, RANKING, Floats, Mask, Task, Unit, sigmoid, softplus
from losscli.loss import Alias, Argument, Each, Loss, Trait
from losscli.loss.catalogue import binary, binary_logit
from losscli.loss.catalogue.true_class import BOUNDED_BELL, PROBABILITIES, SCORES

_SCHAPIRE = "Schapire and Singer 2000, doi:10.1023/A:1007649029923"


def _sides(y: Floats) -> Floats:
    return np.where(y > 0, 1.0, -1.0)


def _soft_margin_value(y: Floats, s: Floats) -> Floats:
    return np.asarray(softplus(-_sides(y) * s).mean(axis=1))


def _soft_margin_slope(y: Floats, s: Floats) -> Floats:
    side = _sides(y)
    return np.asarray(-side * sigmoid(-side * s) / y.shape[1])


def _brier_value(y: Floats, s: Floats) -> Floats:
    return np.asarray(np.square(sigmoid(-_sides(y) * s)).mean(axis=1))


def _brier_slope(y: Floats, s: Floats) -> Floats:
    side = _sides(y)
    m = side * s
    return np.asarray(-2.0 * side * np.square(sigmoid(-m)) * sigmoid(m) / y.shape[1])


def _asymmetric_value(y: Floats, s: Floats, **params: float) -> Floats:
    return np.asarray(binary_logit.ASYMMETRIC.value(y, s, **params).sum(axis=1))


def _pairs(y: Floats) -> Iterator[tuple[int, Mask]]:
    """(a label j, where j is there and the other one is not: (n, L))."""
    absent = y == 0
    for j in range(y.shape[1]):
        yield j, absent & (y[:, j] > 0)[:, None]


def _margin_value(y: Floats, s: Floats) -> Floats:
    total = np.zeros(len(y))
    for j, both in _pairs(y):
        gaps = np.maximum(0.0, 1.0 - s[:, [j]] + s)
        total += np.where(both, gaps, 0.0).sum(axis=1)
    return np.asarray(total / y.shape[1])


def _margin_slope(y: Floats, s: Floats) -> Floats:
    slope = np.zeros_like(s)
    for j, both in _pairs(y):
        active = both & (1.0 - s[:, [j]] + s > 0)
        slope += active
        slope[:, j] -= active.sum(axis=1)
    return np.asarray(slope / y.shape[1])


def _ranking_value(y: Floats, s: Floats) -> Floats:
    wrong = np.zeros(len(y))
    for j, both in _pairs(y):
        wrong += (both & (s >= s[:, [j]])).sum(axis=1)
    there = (y > 0).sum(axis=1)
    return np.asarray(wrong / np.maximum(there * (y.shape[1] - there), 1))


def _coverage_value(y: Floats, s: Floats) -> Floats:
    lowest = np.where(y > 0, s, np.inf).min(axis=1, keepdims=True)
    return np.where((y > 0).any(axis=1), (s >= lowest).sum(axis=1), 0).astype(np.float64)


def _coverage_infimum(y: Floats) -> Floats:
    """How many labels are there: they come first."""
    return np.asarray((y > 0).sum(axis=1), dtype=np.float64)


def _wrong_share(y: Floats, label: Floats) -> Floats:
    return np.asarray((label != y).mean(axis=1))


def _any_wrong(y: Floats, label: Floats) -> Floats:
    return np.asarray((label != y).any(axis=1), dtype=np.float64)


SOFT_MARGIN = Loss(
    name="multilabel_soft_margin",
    title="Binary cross-entropy, mean over labels",
    task=Task.MULTILABEL,
    formula="mean(softplus(-m))",
    argument=Argument.SCORES,
    value=_soft_margin_value,
    slope=_soft_margin_slope,
    slope_formula="(sigmoid(s) - y)/L",
    needs=PROBABILITIES,
    link=LOGIT,
    unit=Unit.NATS,
    elicits="P of every label",
    asks="probabilities",
    traits=Trait.STRICTLY_CONVEX | Trait.SMOOTH | Trait.LIPSCHITZ | Trait.PROPER | Trait.CALIBRATED,
    choose="You want a calibrated probability of every label.",
    avoid="One label that is surely wrong should not cost without limit.",
    trap="The mean over labels; CatBoost's MultiLogloss has it too, many training codes sum. No clipping: a "
    "label that is there with probability 0 is infinite.",
    reference="Good 1952, doi:10.1111/j.2517-6161.1952.tb00104.x",
    aliases=(
        Alias("torch", "MultiLabelSoftMarginLoss", "multilabel_soft_margin"),
        Alias("torch", "BCEWithLogitsLoss", "multilabel_soft_margin"),
        Alias("Keras", "BinaryCrossentropy", "multilabel_soft_margin", note="clips at 1e-7"),
        Alias("CatBoost", "MultiLogloss", "multilabel_soft_margin"),
        Alias("CatBoost", "MultiCrossEntropy", "multilabel_soft_margin"),
        Alias("binary", "bce", "multilabel_soft_margin"),
    ),
    each=Each(binary.BCE),
    inventory=("multilabel_soft_margin", "log_loss", "logistic"),
)

BRIER = Loss(
    name="brier",
    title="Brier score, mean over labels",
    task=Task.MULTILABEL,
    formula="mean((p - y)**2)",
    argument=Argument.SCORES,
    value=_brier_value,
    slope=_brier_slope,
    slope_formula="2*(p - y)*p*(1 - p)/L",
    needs=PROBABILITIES,
    link=LOGIT,
    unit=Unit.ONE,
    elicits="P of every label",
    asks="probabilities",
    traits=BOUNDED_BELL | Trait.PROPER,
    choose="You want right probabilities and no label to cost more than 1.",
    avoid="Rare labels matter: 0.001 and 0.0001 are the same to it.",
    trap="The mean over labels, each without ½; of the multiclass brier it is the sum over classes.",
    each=Each(binary.BRIER),
    reference="Brier 1950, doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2",
    inventory=("brier",),
)

ASYMMETRIC = Loss(
    name="asymmetric",
    title="Asymmetric focal (ASL), sum over labels",
    task=Task.MULTILABEL,
    formula="sum(where(y > 0, sigmoid(-s)**positive_gamma*softplus(-s), "
    "maximum(sigmoid(s) - shift, 0)**negative_gamma*-log1p(-maximum(sigmoid(s) - shift, 0))))",
    argument=Argument.SCORES,
    value=_asymmetric_value,
    slope=binary_logit.ASYMMETRIC.slope,
    needs=PROBABILITIES,
    link=LOGIT,
    unit=Unit.NATS,
    elicits="a probability distorted by both exponents and the shift",
    asks="~probability",
    traits=binary_logit.ASYMMETRIC.traits,
    params=binary_logit.ASYMMETRIC.params,
    choose="Labels are many, few of them are there, and some that are there were not marked.",
    avoid="You read the predictions as probabilities, or compare files with different numbers of labels.",
    trap="The sum over labels, as in the authors' code; the mean is 1/L of it. Their code adds 1e-8 inside "
    "the logarithms.",
    reference=binary_logit.ASYMMETRIC.reference,
    each=Each(binary_logit.ASYMMETRIC, mean=False),
    inventory=("asymmetric_loss",),
)

MARGIN = Loss(
    name="multilabel_margin",
    title="Multilabel margin",
    task=Task.MULTILABEL,
    formula="pairs(maximum(0, 1 - s_j + s_i))/L",
    argument=Argument.SCORES,
    value=_margin_value,
    slope=_margin_slope,
    needs=SCORES,
    unit=Unit.ONE,
    elicits="scores of the labels there 1 above all others",
    asks="margin",
    traits=Trait.CONVEX | Trait.LIPSCHITZ,
    choose="You rank labels by their scores, and those that are there should lead by a margin.",
    avoid="You want probabilities, or the scores have no common scale.",
    trap="pairs: the sum over a label j that is there and a label i that is not; divided by the number of "
    "labels. torch takes the targets as a list of indices ended by -1, and stops at the first -1.",
    reference="Crammer and Singer 2003 (JMLR 3), A family of additive online algorithms",
    aliases=(Alias("torch", "MultiLabelMarginLoss", "multilabel_margin"),),
    inventory=("multilabel_margin",),
)

LABEL_RANKING = Loss(
    name="label_ranking_loss",
    title="Share of label pairs in the wrong order",
    task=Task.MULTILABEL,
    formula="pairs(s_i >= s_j)/maximum(pairs(1), 1)",
    argument=Argument.TARGETS,
    value=_ranking_value,
    needs=frozenset(RANKING),
    unit=Unit.ONE,
    elicits="an order of the labels",
    asks="an order",
    traits=Trait.BOUNDED,
    choose="Labels are shown as a list, and only their order counts.",
    avoid="Labels are decided one by one: a threshold is not judged.",
    trap="pairs: a label j that is there and a label i that is not; a tie counts as an error, as in "
    "scikit-learn. A row with no label, or with all, costs 0.",
    reference=_SCHAPIRE,
    aliases=(
        Alias("sklearn", "label_ranking_loss", "label_ranking_loss"),
        Alias("torchmetrics", "multilabel_ranking_loss", "label_ranking_loss"),
    ),
    inventory=("label_ranking_loss",),
)

COVERAGE = Loss(
    name="coverage_error",
    title="Labels to read until all true ones are seen",
    task=Task.MULTILABEL,
    formula="max(y*rank)",
    argument=Argument.TARGETS,
    value=_coverage_value,
    needs=frozenset(RANKING),
    unit=Unit.ONE,
    elicits="an order of the labels",
    asks="an order",
    traits=Trait.BOUNDED,
    infimum=_coverage_infimum,
    choose="A reader goes down the list of labels and must not miss a true one.",
    avoid="Rows differ in how many labels they have: its least value does too.",
    trap="Its best value is the mean number of true labels, not 0; Tsoumakas et al. 2010 subtract 1. rank "
    "counts the labels whose score is at least as high.",
    reference=_SCHAPIRE,
    aliases=(
        Alias("sklearn", "coverage_error", "coverage_error"),
        Alias("torchmetrics", "multilabel_coverage_error", "coverage_error"),
    ),
    inventory=("coverage_error",),
)

HAMMING = Loss(
    name="hamming",
    title="Hamming loss: share of wrong labels",
    task=Task.MULTILABEL,
    formula="mean(label != y)",
    argument=Argument.LABEL,
    value=_wrong_share,
    needs=LABELS,
    unit=Unit.ONE,
    elicits="every label with P > 1/2",
    asks="the side",
    traits=Trait.BOUNDED | Trait.CALIBRATED,
    choose="Labels are decided one by one, and every mistake costs the same.",
    avoid="Labels are rare: to predict none is hard to beat.",
    trap="scikit-learn's zero_one_loss of several labels is subset_zero_one, not this. CatBoost's formula "
    "prints == where its value is ≠.",
    reference=_SCHAPIRE,
    aliases=(
        Alias("sklearn", "hamming_loss", "hamming"),
        Alias("torchmetrics", "multilabel_hamming_distance", "hamming"),
        Alias("CatBoost", "HammingLoss", "hamming"),
        Alias("binary", "zero_one", "hamming"),
    ),
    inventory=("hamming", "zero_one"),
)

SUBSET_ZERO_ONE = Loss(
    name="subset_zero_one",
    title="Share of rows with a wrong label",
    task=Task.MULTILABEL,
    formula="max(label != y)",
    argument=Argument.LABEL,
    value=_any_wrong,
    needs=LABELS,
    unit=Unit.ONE,
    elicits="the most probable set of labels",
    asks="label set",
    traits=Trait.BOUNDED,
    choose="A row is right only if all of its labels are.",
    avoid="Labels are many: almost every row has one that is wrong.",
    trap="1 minus the subset accuracy, or exact match. Its best set need not be the labels with P > 1/2.",
    reference="Dembczyński et al. 2012, doi:10.1007/s10994-012-5285-8",
    aliases=(Alias("sklearn", "zero_one_loss", "subset_zero_one"),),
    inventory=("subset_zero_one",),
)

LOSSES: tuple[Loss, ...] = (
    SOFT_MARGIN,
    BRIER,
    ASYMMETRIC,
    MARGIN,
    LABEL_RANKING,
    COVERAGE,
    HAMMING,
    SUBSET_ZERO_ONE,
)
