"""The published inventory of losses, by family: the names the libraries and the literature compute.

Libraries read: scikit-learn 1.9.1, torch 2.13.0 with torchvision 0.29.2, Keras 3.15.1, torchmetrics 1.9.0,
optax 0.2.8, LightGBM 4.7.0, XGBoost 3.2.0, CatBoost 1.2.10, Vowpal Wabbit 9.11.9, yardstick, scores 2.7.0.
A record says in `inventory` which of these it computes; there is no other table.
"""

FAMILIES: dict[str, tuple[str, ...]] = {
    # of one value
    "A": tuple(
        [
            "squared_error",
            "half_squared_error",
            "rmse",
            "absolute_error",
            "median_absolute_error",
            "max_error",
            "mape",
            "smape",
            "wmape",
            "msle",
            "rmsle",
            "rmspe",
            "lq",
            "huber",
            "smooth_l1",
            "pseudo_huber",
            "log_cosh",
            "fair",
            "cauchy",
            "geman_mcclure",
            "welsch",
            "tukey_biweight",
            "andrews_sine",
            "hampel",
            "barron_general",
            "epsilon_insensitive",
            "squared_epsilon_insensitive",
            "pinball",
            "multi_quantile_pinball",
            "expectile",
            "log_lin_quantile",
            "linex",
            "num_errors",
            "mase",
            "nrmse",
            "relative_squared_error",
            "multi_rmse",
            "cosine_distance",
        ]
    ),
    # of counts, positive targets and predicted distributions
    "B": tuple(
        [
            "poisson_nll",
            "poisson_deviance",
            "gamma_nll",
            "gamma_deviance",
            "tweedie_deviance",
            "tweedie_nll",
            "inverse_gaussian_deviance",
            "negbin_nll",
            "gaussian_nll",
            "laplace_nll",
            "student_t_nll",
            "crps_gaussian",
            "crps_ensemble",
            "interval_score",
            "weighted_interval_score",
            "threshold_weighted_score",
            "aft_nll",
            "cox_partial_nll",
        ]
    ),
    # of two classes
    "C": tuple(
        [
            "log_loss",
            "logistic",
            "weighted_bce",
            "brier",
            "spherical",
            "hinge",
            "squared_hinge",
            "smooth_hinge",
            "modified_huber",
            "perceptron",
            "exponential",
            "savage",
            "tangent",
            "ramp",
            "sigmoid_loss",
            "unhinged",
            "probit_nll",
            "cloglog_nll",
            "zero_one",
            "balanced_error",
            "focal",
            "asymmetric_loss",
            "dice",
            "tversky",
            "focal_tversky",
            "jaccard",
            "lovasz_hinge",
            "soft_f1",
            "label_smoothed_bce",
            "bootstrap_bce",
            "sparsemax_binary",
            "xent_lambda",
            "kullback_leibler_bernoulli",
            "hinge_embedding",
            "hamming",
            "classification_cost",
        ]
    ),
    # of several classes
    "D": tuple(
        [
            "categorical_crossentropy",
            "softmax_crossentropy",
            "nll",
            "label_smoothed_ce",
            "ova_log_loss",
            "brier_multiclass",
            "spherical_multiclass",
            "ranked_probability_score",
            "emd_squared",
            "crammer_singer_hinge",
            "multi_margin",
            "ova_hinge",
            "multiclass_perceptron",
            "multiclass_sparsemax",
            "fenchel_young",
            "categorical_focal",
            "poly1_ce",
            "gce",
            "sce",
            "bi_tempered",
            "mae_prob",
            "nce_active_passive",
            "ldam",
            "logit_adjusted_ce",
            "class_balanced_ce",
            "topk_error",
            "zero_one_multiclass",
            "generalized_dice",
        ]
    ),
    # of several labels
    "E": tuple(
        [
            "multilabel_soft_margin",
            "multilabel_margin",
            "label_ranking_loss",
            "coverage_error",
            "subset_zero_one",
        ]
    ),
    # of one distribution against another
    "F": tuple(
        [
            "kl_divergence",
            "reverse_kl",
            "jeffreys",
            "js_divergence",
            "generalized_kl",
            "soft_cross_entropy",
            "total_variation",
            "hellinger",
            "bhattacharyya",
            "chi2_divergence",
            "wasserstein1_1d",
            "renyi",
        ]
    ),
    # of boxes
    "G": tuple(["box_l1_smooth", "iou_loss", "giou_loss", "diou_loss", "ciou_loss"]),
    # of pairs, groups and sequences: known by name, never computed
    "H": tuple(
        [
            "margin_ranking",
            "triplet_margin",
            "ntxent",
            "circle",
            "ctc",
            "ranking_softmax",
            "pairwise_logistic",
            "lambdarank",
            "adaptive_log_softmax",
        ]
    ),
}

IDS = frozenset(name for names in FAMILIES.values() for name in names)

# No table with one target and one prediction per row holds what they need: pairs, groups, censoring.
REFUSED = frozenset(FAMILIES["H"]) | {"aft_nll", "cox_partial_nll"}

# Not written yet. A loss that is written must leave this set: test_inventory.py holds it to that.
OPEN = frozenset(FAMILIES["E"] + FAMILIES["F"] + FAMILIES["G"]) | frozenset(
    [
        "multi_quantile_pinball",
        "mase",
        "multi_rmse",
        "cosine_distance",
        "gaussian_nll",
        "laplace_nll",
        "student_t_nll",
        "crps_gaussian",
        "crps_ensemble",
        "interval_score",
        "weighted_interval_score",
        "threshold_weighted_score",
        "lovasz_hinge",
        "xent_lambda",
        "hinge_embedding",
        "ranked_probability_score",
        "emd_squared",
        "fenchel_young",
        "ldam",
        "logit_adjusted_ce",
        "class_balanced_ce",
        "generalized_dice",
    ]
)
