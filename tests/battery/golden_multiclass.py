"""Figures for the losses of several classes. One fixture throughout: three rows of three logits."""

import numpy as np

from battery.golden import Golden
from losscli.domain import Task

Y = np.array([0, 1, 2])
Z = np.array([[2.0, 1.0, 0.1], [0.5, 2.5, 0.3], [0.2, 0.4, 0.1]])
LOG_P = Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))
LOG_P_Y = LOG_P[np.arange(3), Y]

CROSS_ENTROPIES = (0.41703001627783376, 0.22004952302053793, 1.2398310608444598)
FIVE_Y = np.array([0, 1, 2, 0, 0])
FIVE_LOG_P = np.vstack([Z, [[1.0, -0.5, 0.3], [-0.2, 0.6, 0.1]]])
FIVE_LOG_P = FIVE_LOG_P - np.log(np.exp(FIVE_LOG_P).sum(axis=1, keepdims=True))

QUARTERS = (np.log([0.25, 0.5, 0.75]),)  # as log p_y
TENTHS = np.log([[0.5, 0.3, 0.2]] * 3)

_MP = "mpmath 1.4.1, 50 digits: "


def _row(
    spec: str, arguments: tuple[object, ...], expected: float | tuple[float, ...], source: str, rtol: float
) -> Golden:
    return Golden(Task.MULTICLASS, spec, arguments, expected, source, rtol)


GOLDEN: tuple[Golden, ...] = (
    _row("cross_entropy", (LOG_P_Y,), 0.625636866714277, "scikit-learn 1.9.1 log_loss of the softmax", 1e-12),
    _row("cross_entropy", (LOG_P_Y,), 0.6256368667, "torch 2.13.0 CrossEntropyLoss()", 1e-9),
    _row(
        "label_smoothing:epsilon=0.1",
        (Y, LOG_P),
        0.7000813,
        "torch 2.13.0 CrossEntropyLoss(label_smoothing=0.1)",
        1e-7,
    ),
    _row(
        "focal:gamma=2",
        (LOG_P_Y,),
        0.2276916,
        "Keras 3.15.1 CategoricalFocalCrossentropy(alpha=0.25, gamma=2), 0.0569229, times 4",
        1e-6,
    ),
    _row("poly1_ce:epsilon=2", (LOG_P_Y,), 1.4583613, "optax 0.2.8 poly_loss_cross_entropy(epsilon=2)", 5e-8),
    _row(
        "poly1_ce:epsilon=2",
        QUARTERS,
        (2.886294361119891, 1.6931471805599454, 0.7876820724517809),
        _MP + "-log p + 2(1-p) at p = 1/4, 1/2, 3/4",
        1e-12,
    ),
    _row(
        "brier", (Y, LOG_P), 0.33445017200406957, "scikit-learn 1.9.1 brier_score_loss of the softmax", 1e-12
    ),
    _row(
        "brier",
        (Y, TENTHS),
        (0.38, 0.78, 0.98),
        "by hand: 0.38 - 2p_y + 1 with p_y = 0.5, 0.3, 0.2 and 0.38 the sum of squares",
        1e-12,
    ),
    _row(
        "spherical",
        (Y, LOG_P),
        (0.07060389595823739, 0.014954230187807858, 0.5026980999802999),
        _MP + "1 - exp(z_y)/sqrt(sum(exp(z)^2))",
        1e-12,
    ),
    _row("gce:q=0.7", (LOG_P_Y,), 0.4648049, "Keras 3.15.1 CategoricalGeneralizedCrossEntropy(q=0.7)", 1e-6),
    _row(
        "gce:q=0.7",
        QUARTERS,
        (0.8872440833891435, 0.5491825618964884, 0.2605660454614096),
        _MP + "(1 - p^0.7)/0.7 at p = 1/4, 1/2, 3/4",
        1e-12,
    ),
    _row(
        "sce:alpha=0.1,beta=1,A=-4",
        QUARTERS,
        (3.138629436111989, 2.0693147180559945, 1.028768207245178),
        _MP + "-0.1 log p + 4(1-p) at p = 1/4, 1/2, 3/4",
        1e-12,
    ),
    _row("mae_prob", QUARTERS, (1.5, 1.0, 0.5), "by hand: twice 3/4, 1/2, 1/4", 1e-12),
    _row(
        "nce",
        (Y, TENTHS),
        (0.19767167714233638, 0.3433489021373688, 0.45897942072029485),
        _MP + "log p_y / (log 0.5 + log 0.3 + log 0.2) for p_y = 0.5, 0.3, 0.2",
        1e-12,
    ),
    _row("zero_one", (Y, np.array([0, 1, 1])), 1 / 3, "scikit-learn 1.9.1 zero_one_loss", 1e-12),
    _row("crammer_singer_hinge", (Y, Z), 0.43333333333333335, "scikit-learn 1.9.1 hinge_loss", 1e-12),
    _row("multi_margin:power=1,margin=1", (Y, Z), 0.2666667, "torch 2.13.0 MultiMarginLoss()", 2e-7),
    _row(
        "multi_margin:power=2,margin=0.5",
        (Y, Z),
        (0.0, 0.0, (0.36 + 0.64) / 3),
        "by hand: in row 3 classes 0 and 1 lack 0.6 and 0.8 of being 0.5 behind",
        1e-12,
    ),
    _row(
        "ova_hinge",
        (Y, Z),
        (3.1 / 3, 2.8 / 3, 3.5 / 3),
        "by hand: (0 + 2 + 1.1)/3, (1.5 + 0 + 1.3)/3, (1.2 + 1.4 + 0.9)/3",
        1e-12,
    ),
    _row("ova_log_loss", (Y, Z), 0.7163843, "CatBoost 1.2.10 MultiClassOneVsAll", 1e-6),
    _row(
        "ova_log_loss",
        (Y, Z),
        (0.7281954528782554, 0.6357739876470612, 0.7851835939517051),
        _MP + "the mean over classes of log(1 + exp(-z)) or log(1 + exp(z))",
        1e-12,
    ),
    _row("perceptron", (Y, Z), (0.0, 0.0, 0.3), "by hand: 0.4 - 0.1 in row 3", 1e-12),
    _row(
        "sparsemax",
        (Y, Z),
        (0.0, 0.0, 0.49),
        "by hand: row 3 projects to (0.3, 0.5, 0.2); 0.28 - 0.1 + (1 - 0.38)/2",
        1e-12,
    ),
    _row(
        "bi_tempered:t1=0.8,t2=1.2",
        (Y, Z),
        (0.34720484858995676, 0.19995056033621106, 0.9115526646841033),
        _MP + "the normaliser by 170 bisections, then the definition of Amid et al. 2019",
        1e-12,
    ),
    _row(
        "bi_tempered:t1=0.2,t2=3",
        (Y, Z),
        (0.36099577168282593, 0.3386514808209958, 0.4122560790702257),
        _MP + "the normaliser by 170 bisections, then the definition of Amid et al. 2019",
        1e-12,
    ),
    _row("topk_error:k=2", (Y, Z), 1 / 3, "scikit-learn 1.9.1 1 - top_k_accuracy_score(k=2)", 1e-12),
    _row(
        "ranked_probability_score",
        (Y, TENTHS),
        (0.145, 0.145, 0.445),
        "by hand, as yardstick's source has it: (0.25 + 0.04)/2, (0.25 + 0.04)/2, (0.25 + 0.64)/2",
        1e-12,
    ),
    _row("emd_squared", (Y, TENTHS), (0.29, 0.29, 0.89), "by hand: the sums of the row above", 1e-12),
    _row(
        "fenchel_young:alpha=1",
        (Y, Z),
        CROSS_ENTROPIES,
        "optax 0.2.8, make_fenchel_young_loss(logsumexp), 64 bit",
        1e-12,
    ),
    _row("fenchel_young:alpha=2", (Y, Z), (0.0, 0.0, 0.49), "by hand: as sparsemax", 1e-12),
    _row(
        "fenchel_young",
        (np.array([0, 1, 0]), np.array([[2.0, 2.0, -9.0], [0.0, 2.0, 0.0], [1.0, 1.0, 1.0]])),
        (4 / 3 * (1 - 2**-0.5), 0.0, 4 / 3 * (1 - 3**-0.5)),
        "by hand: entmax (1/2, 1/2, 0), (0, 1, 0) and thirds; Tsallis entropy 4/3 (1 - Σ p^1.5)",
        1e-12,
    ),
    _row(
        "class_balanced_ce:beta=0.5",
        (Y, Z, np.array([1.0, 2.0, 1.0])),
        tuple(np.array([1.125, 0.75, 1.125]) * CROSS_ENTROPIES),
        "by hand: optax's cross-entropies times 2, 4/3, 2 over their mean 16/9",
        1e-12,
    ),
    _row(
        "logit_adjusted_ce",
        (Y, np.log([[0.5, 0.25, 0.25]] * 3), np.array([1.0, 2.0, 5.0])),
        (-np.log(0.5 / 2.25), -np.log(0.5 / 2.25), -np.log(1.25 / 2.25)),
        "by hand: shares times counts, 0.5, 0.5 and 1.25 of 2.25",
        1e-12,
    ),
    _row(
        "ldam:max_margin=0.5,s=2",
        (Y, Z, np.array([1.0, 16.0, 81.0])),
        (
            np.log1p(np.exp(-2 * 0.5) + np.exp(-2 * 1.4)),
            np.log1p(np.exp(-2 * 1.75) + np.exp(-2 * 1.95)),
            np.log1p(np.exp(2 * (0.1 + 1 / 6)) + np.exp(2 * (0.3 + 1 / 6))),
        ),
        "by hand: margins 1/2, 1/4 and 1/6 off the true score",
        1e-12,
    ),
    _row(
        "generalized_dice:pooled=0",
        (FIVE_Y, FIVE_LOG_P),
        0.586399238958354,
        "optax 0.2.8, multiclass_generalized_dice_loss(smooth=1e-12), 64 bit; it adds 1e-7 to n²",
        5e-8,
    ),
    _row(
        "generalized_dice",
        (np.array([0, 0, 1]), np.log([[0.5, 0.5], [1.0, 1e-300], [0.25, 0.75]])),
        (0.75 / 4 + 0.75) / (3.75 / 4 + 2.25),
        "by hand: differences 0.75 and 0.75, sizes 3.75 and 2.25, weights 1/4 and 1",
        1e-12,
    ),
)
