"""Parity: scikit-learn and scipy asked directly, the other libraries by the values they gave once.

The matrix of the inventory says which library computes which loss; every cell that we compute has a row.
"""

from typing import Any

import numpy as np
import pytest

from battery import vectors
from battery.cases import Model, arguments, bound, figure
from battery.libraries import FIXTURES, Call, calls, said
from losscli.domain import CLASSES, NUMBERS, Task
from losscli.loss import Argument, BoundLoss
from losscli.loss.catalogue import CATALOGUE
from losscli.loss.catalogue.inventory import IDS, REFUSED

_BOXES = ("iou_loss", "giou_loss", "diou_loss", "ciou_loss")

# Which ids of the inventory each library computes, as objective or metric.
MATRIX = {
    "scikit-learn": (
        "squared_error half_squared_error rmse absolute_error median_absolute_error max_error mape msle "
        "rmsle huber epsilon_insensitive squared_epsilon_insensitive pinball poisson_nll poisson_deviance "
        "gamma_nll gamma_deviance tweedie_deviance tweedie_nll inverse_gaussian_deviance log_loss "
        "logistic brier hinge squared_hinge modified_huber perceptron exponential zero_one balanced_error "
        "jaccard hamming categorical_crossentropy softmax_crossentropy brier_multiclass "
        "crammer_singer_hinge topk_error zero_one_multiclass label_ranking_loss coverage_error "
        "subset_zero_one"
    ),
    "torch": (
        "squared_error absolute_error huber smooth_l1 cosine_distance poisson_nll gaussian_nll log_loss "
        "logistic weighted_bce focal hinge_embedding softmax_crossentropy nll label_smoothed_ce "
        "multi_margin multilabel_soft_margin multilabel_margin kl_divergence soft_cross_entropy "
        "box_l1_smooth giou_loss diou_loss ciou_loss margin_ranking triplet_margin ctc "
        "adaptive_log_softmax"
    ),
    "Keras": (
        "squared_error absolute_error mape msle huber log_cosh cosine_distance poisson_nll log_loss "
        "logistic hinge squared_hinge focal dice tversky label_smoothed_bce categorical_crossentropy "
        "softmax_crossentropy label_smoothed_ce crammer_singer_hinge categorical_focal gce "
        "multilabel_soft_margin kl_divergence soft_cross_entropy circle ctc"
    ),
    "torchmetrics": (
        "squared_error rmse absolute_error mape smape wmape msle lq log_cosh nrmse relative_squared_error "
        "cosine_distance poisson_deviance gamma_deviance tweedie_deviance inverse_gaussian_deviance "
        "crps_ensemble hinge squared_hinge dice jaccard hamming crammer_singer_hinge ova_hinge "
        "generalized_dice label_ranking_loss coverage_error subset_zero_one kl_divergence js_divergence "
        "iou_loss giou_loss diou_loss ciou_loss"
    ),
    "optax": (
        "squared_error half_squared_error huber log_cosh cosine_distance logistic hinge perceptron focal "
        "dice tversky label_smoothed_bce sparsemax_binary softmax_crossentropy label_smoothed_ce "
        "crammer_singer_hinge multiclass_perceptron multiclass_sparsemax fenchel_young poly1_ce "
        "generalized_dice multilabel_soft_margin kl_divergence generalized_kl soft_cross_entropy "
        "triplet_margin ntxent ctc ranking_softmax"
    ),
    "LightGBM": (
        "squared_error rmse absolute_error mape huber fair pinball poisson_nll gamma_nll gamma_deviance "
        "tweedie_nll log_loss logistic weighted_bce cloglog_nll zero_one xent_lambda "
        "kullback_leibler_bernoulli categorical_crossentropy softmax_crossentropy ova_log_loss topk_error "
        "zero_one_multiclass lambdarank"
    ),
    "XGBoost": (
        "squared_error rmse absolute_error mape msle rmsle pseudo_huber pinball multi_quantile_pinball "
        "expectile poisson_nll gamma_nll gamma_deviance tweedie_nll aft_nll cox_partial_nll log_loss "
        "logistic weighted_bce hinge zero_one categorical_crossentropy softmax_crossentropy "
        "zero_one_multiclass pairwise_logistic lambdarank"
    ),
    "CatBoost": (
        "squared_error rmse absolute_error median_absolute_error mape smape msle rmspe lq huber log_cosh "
        "fair pinball multi_quantile_pinball expectile log_lin_quantile num_errors multi_rmse poisson_nll "
        "tweedie_nll gaussian_nll aft_nll cox_partial_nll log_loss logistic brier hinge zero_one "
        "balanced_error focal hamming softmax_crossentropy ova_log_loss crammer_singer_hinge "
        "zero_one_multiclass multilabel_soft_margin soft_cross_entropy pairwise_logistic lambdarank"
    ),
}

# Cells without a row: what the library has is no figure that can be asked for.
WITHOUT = {
    **{("torchmetrics", name): "needs torchvision's compiled operators" for name in _BOXES},
    ("LightGBM", "weighted_bce"): "scale_pos_weight weighs the training, no metric",
    ("XGBoost", "weighted_bce"): "scale_pos_weight weighs the training, no metric",
    ("LightGBM", "cloglog_nll"): "cross_entropy_lambda is a relative: the rate is log(1 + e^s), not e^s",
    ("LightGBM", "ova_log_loss"): "multiclassova is an objective; its metric is multi_logloss",
    ("XGBoost", "hinge"): "binary:hinge is an objective; its metric is error",
    ("XGBoost", "expectile"): "not in the wheel of 3.2.0",
    ("CatBoost", "soft_cross_entropy"): "MultiCrossEntropy sums over labels, not classes: multilabel",
}

CALLS = calls()


def given(loss: BoundLoss, fixture: str) -> tuple[Any, ...]:
    """The arguments of a loss on a fixture."""
    names = FIXTURES[fixture]
    y, record = names["y"], loss.loss
    if record.task in NUMBERS:
        return (names["p"] - y,) if record.argument is Argument.RESIDUAL else (y, names["p"])
    if record.task in CLASSES:
        hard = (names["z"] > 0).astype(float) if record.task is Task.BINARY else None
        if record.argument is Argument.PREDICTION and hard is not None:
            return y, names["p"]
        return arguments(record, Model(y, names["z"]))
    match record.argument:
        case Argument.MOMENTS:
            return y, names["p"], np.sqrt(names["v"])
        case Argument.QUANTILES:
            return y, names["p"], np.array([0.1, 0.5, 0.9])
        case Argument.TARGETS if "p" in names:
            return y, names["p"]
        case Argument.TARGETS:
            return y, names["z"]
        case Argument.ENSEMBLE:
            return y, names["p"]
    return vectors.arguments(record, y.astype(float), names["z"])


def ours_of(call: Call) -> float:
    loss = bound(Task(call.task), call.spec)
    return figure(loss, given(loss, call.fixture))


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.library}-{call.spec}-{call.call[:40]}")
def test_other_libraries_say_the_same(call: Call) -> None:
    assert said(call) == pytest.approx(call.factor * ours_of(call), rel=call.rtol, abs=1e-12)


@pytest.mark.parametrize("library", MATRIX)
def test_every_cell_of_the_matrix_has_a_row(library: str) -> None:
    """Or a reason why it has none."""
    have = {name for call in CALLS if call.library == library for name in call.ids}
    cells = [name for name in MATRIX[library].split() if name not in REFUSED]
    assert not [name for name in cells if name not in have and (library, name) not in WITHOUT]
    assert not [name for name in have if (library, name) in WITHOUT]


def test_a_row_is_of_a_record_that_claims_its_ids() -> None:
    for call in CALLS:
        own = [loss for loss in CATALOGUE if loss.task is Task(call.task)]
        (loss,) = (loss for loss in own if loss.name == call.spec.partition(":")[0])
        assert set(call.ids) <= IDS
        assert set(call.ids) & {name for one in own if one.kin or one is loss for name in one.inventory}


def test_every_value_has_a_version() -> None:
    assert all((call.value is None) == (not call.version) for call in CALLS)
    assert {call.library for call in CALLS if call.value is None} == {"scikit-learn", "scipy"}
