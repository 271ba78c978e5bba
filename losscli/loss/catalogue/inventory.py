"""The published inventory of losses, by family: the names the libraries and the literature compute.

Libraries read: scikit-learn 1.9.1, torch 2.13.0 with torchvision 0.29.2, Keras 3.15.1, torchmetrics 1.9.0,
optax 0.2.8, LightGBM 4.7.0, XGBoost 3.2.0, CatBoost 1.2.10, Vowpal Wabbit 9.11.9, yardstick, scores 2.7.0.
A record says in `Loss.inventory` which of these it computes; there is no other table.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from losscli.loss import Loss
from losscli.loss.catalogue.refused import REFUSED_LOSSES


@dataclass(frozen=True, slots=True)
class LossFamily:
    """A family of the inventory: its letter, what its losses are of, and their ids."""

    letter: str
    title: str
    ids: tuple[str, ...]


def _family(letter: str, title: str, ids: str) -> LossFamily:
    return LossFamily(letter, title, tuple(ids.split()))


FAMILIES: tuple[LossFamily, ...] = (
    _family(
        "A",
        "one value",
        "squared_error half_squared_error rmse absolute_error median_absolute_error max_error mape smape "
        "wmape msle rmsle rmspe lq huber smooth_l1 pseudo_huber log_cosh fair cauchy geman_mcclure welsch "
        "tukey_biweight andrews_sine hampel barron_general epsilon_insensitive squared_epsilon_insensitive "
        "pinball multi_quantile_pinball expectile log_lin_quantile linex num_errors mase nrmse "
        "relative_squared_error multi_rmse cosine_distance",
    ),
    _family(
        "B",
        "counts, positive targets and predicted distributions",
        "poisson_nll poisson_deviance gamma_nll gamma_deviance tweedie_deviance tweedie_nll "
        "inverse_gaussian_deviance negbin_nll gaussian_nll laplace_nll student_t_nll crps_gaussian "
        "crps_ensemble interval_score weighted_interval_score threshold_weighted_score aft_nll "
        "cox_partial_nll",
    ),
    _family(
        "C",
        "two classes",
        "log_loss logistic weighted_bce brier spherical hinge squared_hinge smooth_hinge modified_huber "
        "perceptron exponential savage tangent ramp sigmoid_loss unhinged probit_nll cloglog_nll zero_one "
        "balanced_error focal asymmetric_loss dice tversky focal_tversky jaccard lovasz_hinge soft_f1 "
        "label_smoothed_bce bootstrap_bce sparsemax_binary xent_lambda kullback_leibler_bernoulli "
        "hinge_embedding hamming classification_cost",
    ),
    _family(
        "D",
        "several classes",
        "categorical_crossentropy softmax_crossentropy nll label_smoothed_ce ova_log_loss brier_multiclass "
        "spherical_multiclass ranked_probability_score emd_squared crammer_singer_hinge multi_margin "
        "ova_hinge multiclass_perceptron multiclass_sparsemax fenchel_young categorical_focal poly1_ce gce "
        "sce bi_tempered mae_prob nce_active_passive ldam logit_adjusted_ce class_balanced_ce topk_error "
        "zero_one_multiclass generalized_dice",
    ),
    _family(
        "E",
        "several labels",
        "multilabel_soft_margin multilabel_margin label_ranking_loss coverage_error subset_zero_one",
    ),
    _family(
        "F",
        "one distribution against another",
        "kl_divergence reverse_kl jeffreys js_divergence generalized_kl soft_cross_entropy total_variation "
        "hellinger bhattacharyya chi2_divergence wasserstein1_1d renyi",
    ),
    _family(
        "G",
        "boxes",
        "box_l1_smooth iou_loss giou_loss diou_loss ciou_loss",
    ),
    _family(
        "H",
        "pairs, groups and sequences",
        "margin_ranking triplet_margin ntxent circle ctc ranking_softmax pairwise_logistic lambdarank "
        "adaptive_log_softmax",
    ),
)

IDS = frozenset(name for family in FAMILIES for name in family.ids)

# No table with one target and one prediction per row holds what they need: pairs, groups, censoring.
REFUSED = frozenset(one.name for one in REFUSED_LOSSES)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many ids of a family are computed, refused by name, and neither."""

    family: LossFamily
    computed: int
    refused: int

    @property
    def left(self) -> int:
        return len(self.family.ids) - self.computed - self.refused


def coverage(losses: Iterable[Loss]) -> tuple[Coverage, ...]:
    """What these records compute of every family, by their `inventory`."""
    claimed = {name for loss in losses for name in loss.inventory}
    return tuple(
        Coverage(
            family,
            sum(name in claimed for name in family.ids),
            sum(name in REFUSED and name not in claimed for name in family.ids),
        )
        for family in FAMILIES
    )
